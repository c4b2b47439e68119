"""Puts a request into the words of version 3 or 4 of Firefly's API, and refuses before paying what they cannot say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Request, rules
from assetgen.providers.firefly.models import FAMILIES, FIVE, LARGEST_REFERENCE, LARGEST_SEED

_NESTED = frozenset({"style_presets", "style_strength", "structure_strength", "reference_as"})
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
    rules.check_seed(request, LARGEST_SEED)
    known = FAMILIES.get(request.id)
    if known is None:
        return
    rules.check_prompt(request, known.prompt)
    rules.check_params(request, known.params)
    rules.check_count(request, known.count)
    rules.check_references(request, known.references, largest=LARGEST_REFERENCE[known.version] * rules.MIB)
    if request.size is not None and not (known.version == 4 and request.references):
        rules.check_size(request, known.sizes)
    _check_roles(request)
    if known.custom and "customModelId" not in request.params:
        raise Impossible(f'model "{request.model}" needs the id of a model that you trained', hint='params = { custom_model_id = "…" }')
    if known.version == 4 and request.size is not None:
        _check_level(request)


def submit(request: Request, uploads: Sequence[str]) -> Submit:
    """The request as the API takes it; `uploads` are the ids of its references, in their order."""
    model = request.id or request.model
    known = FAMILIES.get(request.id)
    if known is not None and known.version == 4:
        return Submit(path="/v4/images/generate-async", model=model, body=_four(request, uploads))
    return Submit(path="/v3/images/generate-async", model=model, body=_three(request, uploads))


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
    for role, upload in zip(_roles(request), uploads, strict=True):
        (style if role == "style" else structure)["imageReference"] = {"source": {"uploadId": upload}}
    for name, table in (("style", style), ("structure", structure)):
        if table and f"{name}_strength" in params:
            table["strength"] = params[f"{name}_strength"]
        if table:
            body[name] = table
    return body


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


def _roles(request: Request) -> list[str]:
    """What each reference is for: two are a style and a structure, one is what the request says."""
    named = request.params.get("reference_as", "style")
    return ["style", "structure"] if len(request.references) == 2 else [str(named)] * len(request.references)


def _check_roles(request: Request) -> None:
    params, roles = request.params, _roles(request)
    if "reference_as" in params and len(roles) != 1:
        raise Impossible('"reference_as" is for one reference; of two, the first is a style and the second a structure')
    if "structure_strength" in params and "structure" not in roles:
        raise Impossible('"structure_strength" needs a reference for the structure', hint='reference_as = "structure"')
    if "style_strength" in params and "style" not in roles and "style_presets" not in params:
        raise Impossible('"style_strength" needs a reference or presets for the style', hint='style_presets = ["…"]')


def _check_level(request: Request) -> None:
    if request.references:
        raise Impossible(f'model "{request.model}" takes no size with a reference, whose shape the picture gets', hint='remove "size"')
    level = request.params.get("resolutionLevel")
    assert request.size is not None
    meant = FIVE[request.size][1]
    if level is not None and level != meant:
        raise Impossible(f'the size "{request.size}" is drawn at "{meant}", not at "{level}"', hint='remove "resolution_level" from params')
