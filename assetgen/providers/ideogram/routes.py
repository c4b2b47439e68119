"""Puts a request into the words of the API that serves it: the first one (2.x), version 1 (3.0, on request) or version 2. Pure.

Magic prompt, which rewrites what was asked for, is off unless the request turns it on. Every mask of Ideogram is black where it paints.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from assetgen.model import Json, Size
from assetgen.providers import Blob, Request, masks
from assetgen.providers.ideogram.models import ASPECTS, FAMILIES, Family

Part: TypeAlias = tuple[str, tuple[None, str] | tuple[str, bytes, str]]

_OURS = frozenset({"api", "transparent", "color_preset", "color_palette", "reference_as"})
_SHOUTED = frozenset({"magic_prompt", "rendering_speed", "style_type", "style_preset", "upscale_factor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a request goes, and its body. `job`: the answer is a job id rather than pictures."""

    path: str
    fields: Mapping[str, Json]
    files: tuple[tuple[str, Blob], ...] = ()
    job: bool = False
    form: bool = False
    query: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The arguments for httpx: JSON, or a form where there are files or the API takes nothing else."""
        if not self.files and not self.form:
            return {"json": dict(self.fields)}
        parts: list[Part] = [(name, (None, item)) for name, value in self.fields.items() for item in _texts(name, value)]
        return {"files": parts + [(name, (blob.name, blob.data, f"image/{blob.format}")) for name, blob in self.files]}


def transparent(request: Request) -> bool:
    """Whether the picture is to be drawn on nothing."""
    return request.params.get("transparent") is True


def route(request: Request) -> Route:
    """Where this request goes."""
    known = FAMILIES.get(request.id)
    if known is not None and known.legacy:
        return _legacy(request, known)
    if request.params.get("api") == "v1":
        return _first(request)
    return _second(request, known)


def quoting(request: Request) -> Route:
    """The same request as version 2 takes it, where a price can be asked for without buying."""
    known = FAMILIES.get(request.id)
    model = known.quoted if known is not None and known.quoted else request.id or request.model
    if known is None or not known.legacy:
        asked = _second(request, known)
        return Route(path=asked.path, fields=asked.fields, files=asked.files, form=asked.form, query={"dry_run": "true"})
    fields: dict[str, Json] = {**_common(request), **known.fixed}
    return Route(path=f"/v2/image/generate/{model}", fields=fields, query={"dry_run": "true"})


def _second(request: Request, known: Family | None) -> Route:
    model = request.id or request.model
    fields: dict[str, Json] = {**_common(request), **_palette(request), "async": True}
    if request.negative and known is not None and known.negative:
        fields["negative_prompt"] = request.negative
    if transparent(request):
        return Route(path=f"/v2/image/generate/{model}-transparent", fields=fields | _aspect(request.size, "{}"), job=True)
    if request.size is not None:
        fields[known.sizing if known else "resolution"] = str(request.size)
    if known is None or model == "ideogram-4-5":
        files = [("images", blob) for blob in request.references]
        files += [("mask", masks.inverted(request.mask))] if request.mask else []
        return Route(path=f"/v2/image/generate/{model}", fields=fields, files=tuple(files), job=True)
    verb, files = _references(request)
    if verb == "inpaint":
        fields.pop("negative_prompt", None)
    return Route(path=f"/v2/image/{verb}/{model}", fields=fields, files=tuple(files), job=True)


def _first(request: Request) -> Route:
    fields = {name: _shout(name, value) for name, value in {**_common(request), **_palette(request)}.items()}
    if request.negative:
        fields["negative_prompt"] = request.negative
    if transparent(request):
        aspect = _aspect(request.size, "{}")
        return Route(path="/v1/ideogram-v3/generate-transparent", fields=fields | aspect, form=True)
    if request.size is not None:
        fields["resolution"] = str(request.size)
    verb, files = _references(request)
    if verb == "inpaint":
        fields.pop("negative_prompt", None)
    return Route(path=f"/v1/ideogram-v3/{verb}", fields=fields, files=tuple(files), form=True)


def _legacy(request: Request, known: Family) -> Route:
    fields = {name: _shout(name, value) for name, value in {**_common(request), **_palette(request)}.items()}
    fields["magic_prompt_option"] = fields.pop("magic_prompt")
    fields["model"] = known.legacy
    if request.negative and known.negative:
        fields["negative_prompt"] = request.negative
    if request.size is not None and known.sizing == "resolution":
        fields["resolution"] = f"RESOLUTION_{request.size.width}_{request.size.height}"
    elif request.size is not None:
        fields |= {name: str(value).replace("x", "_") for name, value in _aspect(request.size, "ASPECT_{}").items()}
    return Route(path="/generate", fields={"image_request": fields})


def _common(request: Request) -> dict[str, Json]:
    found: dict[str, Json] = {"prompt": request.prompt, "magic_prompt": "off"}
    found |= {name: value for name, value in request.params.items() if name not in _OURS}
    if request.seed is not None:
        found["seed"] = request.seed
    if request.count > 1:
        found["num_images"] = request.count
    return found


def _palette(request: Request) -> dict[str, Json]:
    preset, colours = request.params.get("color_preset"), request.params.get("color_palette")
    if isinstance(preset, str):
        return {"color_palette": {"name": preset.upper()}}
    if isinstance(colours, list):
        members: list[Json] = [{"color_hex": colour} if isinstance(colour, str) else colour for colour in colours]
        return {"color_palette": {"members": members}}
    return {}


def _references(request: Request) -> tuple[str, list[tuple[str, Blob]]]:
    """What is done with the pictures that go in: nothing, an inpainting, a style to follow, or a remix."""
    if not request.references:
        return "generate", []
    if request.mask is not None:
        return "inpaint", [("image", request.references[0]), ("mask", masks.inverted(request.mask))]
    if request.params.get("reference_as") == "style":
        return "generate", [("style_reference_images", blob) for blob in request.references]
    return "remix", [("image", request.references[0])]


def _aspect(size: Size | None, form: str) -> dict[str, Json]:
    ratio = ASPECTS.get(size) if size is not None else None
    return {"aspect_ratio": form.format(ratio)} if ratio else {}


def _shout(name: str, value: Json) -> Json:
    return value.upper() if name in _SHOUTED and isinstance(value, str) else value


def _texts(name: str, value: Json) -> list[str]:
    """The texts of a form field: a list repeats the name, a table is JSON."""
    match value:
        case bool():
            return [str(value).lower()]
        case list():
            return [text for item in value for text in _texts(name, item)]
        case dict():
            return [json.dumps(value)]
        case _:
            return [str(value)]
