"""How LoRAs and guiding pictures stand in a model's input, and what of them it refuses. Pure; the tables lie with each provider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Blob, Guide, Request

LoraForm: TypeAlias = Literal["none", "one", "two", "list"]
Encode: TypeAlias = Callable[[Blob], str]

_SLOTS = {"one": ("lora_weights",), "two": ("lora_weights", "extra_lora")}
_SCALES = {"lora_weights": "lora_scale", "extra_lora": "extra_lora_scale"}
_FLOOR, _CEILING = -1.0, 3.0
_HUB = ("https://huggingface.co/", "huggingface.co/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One guiding picture in a field of its own, of one of `kinds`; `scale` is the field for how closely it is followed, if any."""

    field: str
    kinds: tuple[str, ...]
    scale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nets:
    """Guiding pictures as tables that name the weights which read them.

    `single` is the field for one table, or `several` for a list that holds one. `unions` is the field for weights that read several kinds
    (`modes`) at once, `usual` those that are taken where a guide names none. `known` are weights by kind that a hint may name.
    """

    several: str | None = None
    single: str | None = None
    unions: str | None = None
    usual: str | None = None
    modes: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)


Guided: TypeAlias = Single | Nets | None


def check_loras(request: Request, form: LoraForm) -> None:
    """Raise Impossible for LoRAs that the input has no place for."""
    if not request.loras:
        return
    model, given = request.model, request.loras
    if form == "none":
        raise Impossible(f'model "{model}" takes no LoRAs{_beside(request)}', hint=_cure(request, "loras"))
    for lora in given:
        if lora.file is not None:
            raise Impossible(f'model "{model}" takes LoRAs by address only, not the file "{lora.file}"', hint='loras = ["owner/name"]')
    slots = _SLOTS.get(form)
    if slots is None:
        return
    if len(given) > len(slots):
        least = f"{len(slots)} LoRA{'s' if len(slots) > 1 else ''}"
        hint = f'loras = ["{given[0].id}"]' if len(slots) == 1 else 'provider = "fal"'
        raise Impossible(f'model "{model}" takes at most {least}, and {len(given)} are given', hint=hint)
    for lora in given:
        if not _FLOOR <= lora.scale <= _CEILING:
            raise Impossible(
                f'model "{model}" takes no LoRA with a scale of {lora.scale:g}', hint=f"a number from {_FLOOR:g} to {_CEILING:g}"
            )


def loras(request: Request, form: LoraForm) -> dict[str, Json]:
    """The fields of the input that hold the LoRAs."""
    if form == "list":
        listed: list[Json] = [{"path": _hub(lora.id), "scale": lora.scale} for lora in request.loras]
        return {"loras": listed} if listed else {}
    found: dict[str, Json] = {}
    for slot, lora in zip(_SLOTS.get(form, ()), request.loras, strict=False):
        found |= {slot: lora.id, _SCALES[slot]: lora.scale}
    return found


def check_guides(request: Request, form: Guided) -> None:
    """Raise Impossible for guiding pictures that the input has no place for."""
    guides, model = request.guides, request.model
    if not guides:
        return
    match form:
        case None:
            raise Impossible(f'model "{model}" takes no guiding pictures{_beside(request)}', hint=_cure(request, "controls"))
        case Single():
            _check_picture(model, guides, form)
        case Nets():
            _check_nets(model, guides, form)


def guides(request: Request, form: Guided, encode: Encode) -> dict[str, Json]:
    """The fields of the input that hold the guiding pictures."""
    match form:
        case Single() if request.guides:
            guide = request.guides[0]
            scale: dict[str, Json] = {form.scale: guide.scale} if form.scale and guide.scale is not None else {}
            return {form.field: encode(guide.image), **scale}
        case Nets() if request.guides:
            return _nets(request.guides, form, encode)
        case _:
            return {}


def fields(form: LoraForm, guided: Guided) -> dict[str, str]:
    """The fields of the input that are not parameters, with the field of the manifest that writes each."""
    own = {"loras": "loras"} if form == "list" else {}
    for slot in _SLOTS.get(form, ()):
        own |= {slot: "loras", _SCALES[slot]: "loras"}
    names: tuple[str | None, ...] = ()
    match guided:
        case Single():
            names = (guided.field, guided.scale)
        case Nets():
            names = (guided.several, guided.single, guided.unions)
        case None:
            pass
    return own | {name: "controls" for name in names if name}


def _check_picture(model: str, guides: tuple[Guide, ...], form: Single) -> None:
    if len(guides) > 1:
        raise Impossible(f'model "{model}" takes one guiding picture, and {len(guides)} are given')
    guide = guides[0]
    if guide.kind not in form.kinds:
        raise Impossible(f'model "{model}" follows no picture of the kind "{guide.kind}"', hint=_kinds(form.kinds))
    if guide.model is not None:
        raise Impossible(f'model "{model}" has its own way to read a guiding picture', hint='remove "model" from controls')
    if guide.scale is not None and form.scale is None:
        raise Impossible(f'model "{model}" takes no scale for a guiding picture', hint='remove "scale" from controls')


def _check_nets(model: str, guides: tuple[Guide, ...], form: Nets) -> None:
    joint: set[str] = set()
    apart: list[str] = []
    for guide in guides:
        path = _weights(guide, form)
        if path is None:
            said = f'model "{model}" knows no usual weights for a guiding picture of the kind "{guide.kind}"'
            raise Impossible(said, hint=_named(guide, form))
        if _joint(guide, path, form):
            joint.add(path)
        else:
            apart.append(path)
    if len(joint) > 1 or len(apart) > 1:
        listed = " and ".join(f'"{path}"' for path in (sorted(joint) if len(joint) > 1 else apart))
        raise Impossible(f'model "{model}" takes one set of weights for guiding pictures, and not {listed}')


def _nets(guides: tuple[Guide, ...], form: Nets, encode: Encode) -> dict[str, Json]:
    joint: dict[str, list[Json]] = {}
    apart: list[Json] = []
    for guide in guides:
        path = _weights(guide, form) or ""
        table: dict[str, Json] = {"control_image_url": encode(guide.image)}
        if guide.scale is not None:
            table["conditioning_scale"] = guide.scale
        if _joint(guide, path, form):
            joint.setdefault(path, []).append({"control_mode": guide.kind, **table})
        else:
            apart.append({"path": path, **table})
    found: dict[str, Json] = {}
    if joint and form.unions:
        found[form.unions] = [{"path": path, "controls": controls} for path, controls in joint.items()]
    if apart:
        found |= {form.single: apart[0]} if form.single else {form.several or "": apart}
    return found


def _weights(guide: Guide, form: Nets) -> str | None:
    if guide.model is not None:
        return _hub(guide.model)
    return form.usual if guide.kind in form.modes else None


def _joint(guide: Guide, path: str, form: Nets) -> bool:
    """Whether the weights are of those that read several kinds, and must be told which: their names say so."""
    return form.unions is not None and guide.kind in form.modes and (path == form.usual or "union" in path.lower())


def _named(guide: Guide, form: Nets) -> str:
    return f'controls = [{{ kind = "{guide.kind}", image = "…", model = "{form.known.get(guide.kind, "owner/name")}" }}]'


def _kinds(kinds: tuple[str, ...]) -> str:
    return f'kind = "{kinds[0]}"' if len(kinds) == 1 else "kind is one of " + ", ".join(f'"{kind}"' for kind in kinds)


def _beside(request: Request) -> str:
    """LoRAs and guides may each be taken by a variant of the model, and not both together."""
    return " together with guiding pictures" if request.loras and request.guides else ""


def _cure(request: Request, field_name: str) -> str:
    return f'remove "{field_name}"' if request.loras and request.guides else 'model = "flux-dev"'


def _hub(address: str) -> str:
    """A repository of the hub is named by owner and name alone."""
    for start in _HUB:
        rest = address.removeprefix(start)
        if rest != address and rest.count("/") == 1:
            return rest
    return address
