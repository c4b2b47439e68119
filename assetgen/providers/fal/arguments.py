"""From a request to the app that is asked and its input: edits, LoRAs and guiding pictures have apps of their own. Pure."""

import base64
from dataclasses import dataclass, replace

from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Blob, Request
from assetgen.providers.fal.models import MODELS, App, app, shape
from assetgen.providers.shapes import Shape, arguments, check, ignored, served


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The app that is asked, and how its input is spelled."""

    app: App
    shape: Shape
    request: Request

    def input(self) -> dict[str, Json]:
        """The body of the submit."""
        return arguments(self.shape, self.request, encoded)

    def ignored(self) -> tuple[str, ...]:
        """Fields of the request that the app does not take."""
        return ignored(self.shape, self.request)


def call(request: Request) -> Call:
    """The call for a request. Raises Impossible for what the app can't take."""
    name = request.id or request.model
    found = app(name)
    if found is None:
        raise Impossible(f'"{name}" is no app of fal', hint='model = "owner/app", such as "fal-ai/flux/dev"')
    served_by, known = served(name, shape, request)
    if len(request.references) > 1 and served_by not in MODELS:
        known = replace(known, references="image_urls", many=16)
    check(known, request)
    return Call(app=app(served_by) or found, shape=known, request=request)


def encoded(blob: Blob) -> str:
    """A picture as a data URL, which fal takes wherever it takes an address."""
    return f"data:image/{blob.format};base64,{base64.b64encode(blob.data).decode()}"
