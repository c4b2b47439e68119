"""The names under which a request can be bound to a workflow, and what stands behind each. Pure.

`prompt`, `negative`, `seed`, `width`, `height`; the pictures `reference1`, `mask` and `guide_KIND`, each for the input of a LoadImage node;
`lora1` with `lora1_scale`; `guide_KIND_scale` and `guide_KIND_model`.
"""

import re
from collections.abc import Mapping

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Blob, Request, masks

FIELDS = ("prompt", "negative", "seed", "width", "height", "mask")

_REFERENCE = re.compile(r"reference[1-9]\d*")
_LORA = re.compile(r"lora[1-9]\d*(?P<scale>_scale)?")
_GUIDE = re.compile(r"guide_(?P<kind>.+?)(?P<part>_scale|_model)?")
_INPUTS = {"prompt": "text", "mask": "image", "negative": "text"}


def field(name: str) -> str | None:
    """The field of the manifest that writes a name; None for a name of the user's own."""
    if name in {"width", "height"}:
        return "size"
    if name in FIELDS:
        return name
    for pattern, owner in ((_REFERENCE, "references"), (_LORA, "loras"), (_GUIDE, "controls")):
        if pattern.fullmatch(name):
            return owner
    return None


def reference(name: str) -> bool:
    """Whether a reference stands behind the name."""
    return _REFERENCE.fullmatch(name) is not None


def file(name: str) -> bool:
    """Whether a picture stands behind the name."""
    guide = _GUIDE.fullmatch(name)
    return name == "mask" or reference(name) or (guide is not None and guide["part"] is None)


def usual(name: str) -> str:
    """The name that an input for it usually has in a workflow."""
    lora, guide = _LORA.fullmatch(name), _GUIDE.fullmatch(name)
    if lora is not None:
        return "strength_model" if lora["scale"] else "lora_name"
    if guide is not None and guide["part"] is not None:
        return "strength" if guide["part"] == "_scale" else "control_net_name"
    return "image" if file(name) else _INPUTS.get(name, name)


def check(request: Request) -> None:
    """Raise Impossible for LoRAs and guiding pictures that no binding can stand for."""
    for lora in request.loras:
        if lora.file is not None:
            raise Impossible(
                f'comfyui takes LoRAs by their name in its own folder, not the file "{lora.file}"', hint='loras = ["name.safetensors"]'
            )
    kinds = [guide.kind for guide in request.guides]
    twice = next((kind for kind in kinds if kinds.count(kind) > 1), None)
    if twice is not None:
        raise Impossible(f'comfyui takes one guiding picture of each kind, and there are {kinds.count(twice)} of the kind "{twice}"')


def pictures(request: Request) -> dict[str, Blob]:
    """What is uploaded, by name. A mask goes as one that is white and transparent where it paints.

    So it means the same to LoadImageMask by any channel, and to LoadImage, which takes its mask from what is transparent.
    """
    found = {f"reference{nth}": blob for nth, blob in enumerate(request.references, 1)}
    if request.mask is not None:
        found["mask"] = masks.transparent_where_painted(request.mask)
    return found | {f"guide_{guide.kind}": guide.image for guide in request.guides}


def values(request: Request) -> dict[str, Json]:
    """What a request writes into a workflow beside pictures and the seed."""
    found: dict[str, Json] = {"prompt": request.prompt}
    if request.negative:
        found["negative"] = request.negative
    if request.size is not None:
        found |= {"width": request.size.width, "height": request.size.height}
    for nth, lora in enumerate(request.loras, 1):
        found |= {f"lora{nth}": lora.id, f"lora{nth}_scale": lora.scale}
    for guide in request.guides:
        given = {"scale": guide.scale, "model": guide.model}
        found |= {f"guide_{guide.kind}_{part}": value for part, value in given.items() if value is not None}
    return found


def needed(request: Request, bound: Mapping[str, object]) -> list[str]:
    """The names that must be bound, or what was asked for would not reach the workflow."""
    found = [f"reference{nth}" for nth, _ in enumerate(request.references, 1)]
    found += ["mask"] if request.mask is not None else []
    found += ["width", "height"] if request.size is not None else []
    for nth, lora in enumerate(request.loras, 1):
        found += [f"lora{nth}", *([f"lora{nth}_scale"] if lora.scale != 1.0 else [])]
    for guide in request.guides:
        parts = [part for part, value in (("scale", guide.scale), ("model", guide.model)) if value is not None]
        found += [f"guide_{guide.kind}", *(f"guide_{guide.kind}_{part}" for part in parts)]
    # A graph that only works on a picture, one that enlarges it for instance, has no use for a prompt.
    return found + ([] if any(map(reference, bound)) else ["prompt"])
