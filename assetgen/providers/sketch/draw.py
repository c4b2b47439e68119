"""From a request to pictures: draws, lays styles, mask and label over it, encodes. The only module `generate` loads."""

from collections.abc import Callable

from PIL import Image

from assetgen.model import Json, Size
from assetgen.providers import Picture, Request
from assetgen.providers.sketch import (
    diagram,
    effects,
    icon,
    isometric,
    label,
    landscape,
    pattern,
    png,
    portrait,
    product,
    reference,
    skyline,
    sprite,
    texture,
)
from assetgen.providers.sketch.noise import entropy
from assetgen.providers.sketch.scene import LARGEST, Scene, scene_of

ALGORITHM = 1
DEFAULT_SIZE = Size(1024, 1024)

_COMPOSITIONS: dict[str, Callable[[Scene], Image.Image]] = {
    "landscape": landscape.draw,
    "skyline": skyline.draw,
    "portrait": portrait.draw,
    "product": product.draw,
    "isometric": isometric.draw,
    "icon": icon.draw,
    "texture": texture.draw,
    "diagram": diagram.draw,
    "pattern": pattern.draw,
    "sprite": sprite.draw,
}


def seeds(first: int | None, count: int) -> list[int]:
    """One seed a picture: the given one (or 0), then seeds derived from it."""
    start = 0 if first is None else first
    return [start, *(entropy("candidate", start, index) % 2**31 for index in range(1, count))]


def drawn(request: Request, seed: int, unhonoured: tuple[str, ...]) -> Picture:
    """One picture of the request."""
    references = [reference.opened(blob) for blob in request.references]
    # Without a size of its own an edit keeps that of the picture it changes.
    size = request.size or (Size(*references[0].size) if references else DEFAULT_SIZE)
    final = size.width, size.height
    scene = scene_of(request, size=final, seed=seed, lent=reference.dominant(references))
    canvas = effects.apply(_COMPOSITIONS[scene.kind](scene), scene)
    effective: dict[str, Json] = {"kind": scene.kind, "size": str(size), "algorithm": ALGORITHM}
    if request.mask is not None and references:
        canvas = reference.composed(canvas, references[0], reference.opened(request.mask))
    crisp = scene.kind == "sprite" or "pixelart" in scene.styles
    if not crisp and scene.kind != "texture" and canvas.width * canvas.height < size.width * size.height <= LARGEST:
        # Enlarged before the label is written, so that its letters stay sharp.
        canvas = canvas.resize(final, Image.Resampling.BICUBIC)
    text = label.text_of(request.label, scene.kind, final) if request.params.get("label", True) else None
    if text is not None and label.draw(canvas, text):
        effective["label"] = request.label
    data = png.encode(canvas, final, crisp=crisp, wrap=scene.kind == "texture")
    return Picture(data=data, seed=seed, model="sketch", effective=effective, unhonoured=unhonoured)
