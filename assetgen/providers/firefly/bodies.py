"""Puts a request into the words of version 3 or 4 of Firefly's API, and refuses before paying what they cannot say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Blob, Request, rules
from assetgen.providers.firefly.models import FAMILIES, FIVE, LARGEST_REFERENCE, LARGEST_SEED

_NESTED = frozenset({"style_presets", "style_strength"})
STRUCTURE = "structure"
"""The one kind of guiding picture: its outlines and its depth are followed."""
_PAYLOAD = frozenset({"localeCode", "prompt_reasoner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Where a request goes, the version of the model in its header, and its body."""

    path: str
    model: str
    body: dict[str, Json]


def check(request: Request) -> None:
    """Raise `Impossible` for the first thing that is wrong with a request."""
    rules.check_mask(request, takes=False)
    rules.check_no_loras(request)
    rules.check_seed(request, LARGEST_SEED)
    known = FAMILIES.get(request.id)
    _check_guides(request, followed=known is None or known.guided)
    if known is None:
        return
    rules.check_prompt(request, known.prompt)
    rules.check_params(request, known.params)
    rules.check_count(request, known.count)
    rules.check_references(request, known.references, largest=LARGEST_REFERENCE[known.version] * rules.MIB)
    if request.size is not None and not (known.version == 4 and request.references):
        rules.check_size(request, known.sizes)
    if "style_strength" in request.params and not (request.references or "style_presets" in request.params):
        raise Impossible('"style_strength" needs a reference or presets for the style', hint='style_presets = ["…"]')
    if known.custom and "customModelId" not in request.params:
        raise Impossible(f'model "{request.model}" needs the id of a model that you trained', hint='params = { custom_model_id = "…" }')
    if known.version == 4 and request.size is not None:
        _check_level(request)


def submit(request: Request, uploads: Sequence[str]) -> Submit:
    """The request as the API takes it; `uploads` are the ids of `pictures`, in their order."""
    model = request.id or request.model
    known = FAMILIES.get(request.id)
    if known is not None and known.version == 4:
        return Submit(path="/v4/images/generate-async", model=model, body=_four(request, uploads))
    return Submit(path="/v3/images/generate-async", model=model, body=_three(request, uploads))


def pictures(request: Request) -> tuple[Blob, ...]:
    """Everything that is uploaded: the references, which give the style, and then the guiding picture."""
    return (*request.references, *(guide.image for guide in request.guides))


def ignored(request: Request) -> tuple[str, ...]:
    """The fields that the model does not take."""
    known = FAMILIES.get(request.id)
    return ("negative",) if request.negative and known is not None and not known.negative else ()


def _three(request: Request, uploads: Sequence[str]) -> dict[str, Json]:
    params = request.params
    body: dict[str, Json] = {name: value for name, value in params.items() if name not in _NESTED}
    body |= {"prompt": request.prompt, "numVariations": request.count}
    if request.negative and not ignored(request):
        body["negativePrompt"] = request.negative
    if request.size is not None:
        body["size"] = {"width": request.size.width, "height": request.size.height}
    if request.seed is not None:
        body["seeds"] = [request.seed + number for number in range(request.count)]
    style: dict[str, Json] = {}
    structure: dict[str, Json] = {}
    if "style_presets" in params:
        style["presets"] = params["style_presets"]
    tables = [style] * len(request.references) + [structure] * len(request.guides)
    for table, upload in zip(tables, uploads, strict=True):
        table["imageReference"] = {"source": {"uploadId": upload}}
    if style and "style_strength" in params:
        style["strength"] = params["style_strength"]
    if structure and (scale := request.guides[0].scale) is not None:
        structure["strength"] = round(scale * 100)
    return body | {name: table for name, table in (("style", style), ("structure", structure)) if table}


def _four(request: Request, uploads: Sequence[str]) -> dict[str, Json]:
    body: dict[str, Json] = {name: value for name, value in request.params.items() if name not in _PAYLOAD}
    body |= {"prompt": request.prompt, "numVariations": 1}
    if uploads:
        body["referenceBlobs"] = [{"source": {"uploadId": upload}, "usage": "general"} for upload in uploads]
    elif request.size is not None:
        body["aspectRatio"], body["resolutionLevel"] = FIVE[request.size]
    if request.seed is not None:
        body["seeds"] = [request.seed]
    payload = {name: value for name, value in request.params.items() if name in _PAYLOAD}
    if payload:
        body["modelSpecificPayload"] = payload
    return body


def _check_guides(request: Request, *, followed: bool) -> None:
    if not followed:
        rules.check_no_guides(request)
    model, guides = request.model, request.guides
    if len(guides) > 1:
        raise Impossible(f'model "{model}" takes one guiding picture, and {len(guides)} are given')
    for guide in guides:
        if guide.kind != STRUCTURE:
            raise Impossible(f'model "{model}" follows no picture of the kind "{guide.kind}"', hint=f'kind = "{STRUCTURE}"')
        if guide.model is not None:
            raise Impossible(f'model "{model}" has its own way to read a guiding picture', hint='remove "model" from controls')
        if guide.scale is not None and not 0 <= guide.scale <= 1:
            raise Impossible(f'model "{model}" takes no guiding picture with a scale of {guide.scale:g}', hint="a number from 0 to 1")


def _check_level(request: Request) -> None:
    if request.references:
        raise Impossible(f'model "{request.model}" takes no size with a reference, whose shape the picture gets', hint='remove "size"')
    level = request.params.get("resolutionLevel")
    assert request.size is not None
    meant = FIVE[request.size][1]
    if level is not None and level != meant:
        raise Impossible(f'the size "{request.size}" is drawn at "{meant}", not at "{level}"', hint='remove "resolution_level" from params')
