"""From a request to the app that is asked and its input: edits have apps of their own, and control pictures stand inside params. Pure."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Blob, Request
from assetgen.providers.fal.models import MODELS, App, app, shape
from assetgen.providers.shapes import Shape, arguments, check, ignored

# Parameters that hold tables with a picture of their own, and its field there.
CONTROLS: Mapping[str, str] = {
    "controlnets": "control_image_url",
    "controlnet": "control_image_url",
    "controlnet_unions": "control_image_url",
    "control_loras": "control_image_url",
    "easycontrols": "image_url",
    "ip_adapters": "image_url",
    "ip_adapter": "image_url",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The app that is asked, how its input is spelled, and the pictures that are left for its own fields."""

    app: App
    shape: Shape
    request: Request
    references: tuple[Blob, ...]

    def input(self) -> dict[str, Json]:
        """The body of the submit."""
        return arguments(self.shape, self.request, self.references, encoded)

    def ignored(self) -> tuple[str, ...]:
        """Fields of the request that the app does not take."""
        return ignored(self.shape, self.request)


def call(request: Request) -> Call:
    """The call for a request. Raises Impossible for what the app can't take."""
    name = request.id or request.model
    found = app(name)
    if found is None:
        raise Impossible(f'"{name}" is no app of fal', hint='model = "owner/app", such as "fal-ai/flux/dev"')
    params, left = _controlled(request)
    known = shape(name)
    other = known.inpaint if request.mask is not None and known.inpaint else known.edit if left and known.edit else None
    if other is not None:
        found, known = app(other) or found, shape(other)
    elif len(left) > 1 and name not in MODELS:
        known = replace(known, references="image_urls", many=16)
    made = Call(app=found, shape=known, request=replace(request, params=params), references=left)
    check(known, made.request, left)
    return made


def encoded(blob: Blob) -> str:
    """A picture as a data URL, which fal takes wherever it takes an address."""
    return f"data:image/{blob.format};base64,{base64.b64encode(blob.data).decode()}"


def _controlled(request: Request) -> tuple[dict[str, Json], tuple[Blob, ...]]:
    """The params with a reference in each control that has no picture yet, in order; and the references that are left."""
    left, params = list(request.references), dict(request.params)
    for name, field in CONTROLS.items():
        given = params.get(name)
        tables = given if isinstance(given, list) else [given] if isinstance(given, dict) else []
        filled: list[Json] = []
        for table in tables:
            if isinstance(table, dict) and field not in table:
                if not left:
                    raise Impossible(f'"{name}" needs a picture to go by', hint='references = ["…"]')
                filled.append({**table, field: encoded(left.pop(0))})
            else:
                filled.append(table)
        if filled:
            params[name] = filled if isinstance(given, list) else filled[0]
    return params, tuple(left)
