"""Pictures on their way into a pipeline and out of it: fitted, padded to a multiple, judged, cropped back, written as PNG."""

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageOps

from assetgen.errors import BadAnswer
from assetgen.model import Size

if TYPE_CHECKING:
    import numpy as np

FLAT = 1.0
"""A picture whose values differ by less than this (of 255, standard deviation) shows nothing."""


def opened(data: bytes, mode: str = "RGB") -> Image.Image:
    """A picture that goes in, upright; what is transparent in it becomes white."""
    with Image.open(BytesIO(data)) as file:
        image = ImageOps.exif_transpose(file)
        if mode == "RGB" and "A" in image.getbands():
            ground = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(ground, image.convert("RGBA"))
        return image.convert(mode)


def rounded(size: Size, multiple: int) -> Size:
    """The next size whose sides are multiples: what a pipeline would refuse or round by itself is drawn a little larger."""
    width, height = (math.ceil(side / multiple) * multiple for side in (size.width, size.height))
    return Size(width, height)


def fitted(image: Image.Image, size: Size, drawn: Size) -> Image.Image:
    """The picture cut to the shape of `size` and scaled to it, then widened to `drawn` by its last row and column."""
    wanted = (size.width, size.height)
    inner = image if image.size == wanted else ImageOps.fit(image, wanted, Image.Resampling.LANCZOS)
    if size == drawn:
        return inner
    outer = Image.new(inner.mode, (drawn.width, drawn.height))
    outer.paste(
        inner.crop((size.width - 1, 0, size.width, size.height)).resize((drawn.width - size.width + 1, size.height)), (size.width - 1, 0)
    )
    outer.paste(inner, (0, 0))
    if drawn.height > size.height:
        last = outer.crop((0, size.height - 1, drawn.width, size.height))
        outer.paste(last.resize((drawn.width, drawn.height - size.height)), (0, size.height))
    return outer


def finite(pixels: "np.ndarray[Any, Any]") -> bool:
    """Whether every value is a number."""
    import numpy as np

    return bool(np.isfinite(pixels).all())


def image_of(pixels: "np.ndarray[Any, Any]") -> Image.Image:
    """The picture of height x width x 3 values in 0..1, rounded as diffusers itself rounds them. Raises BadAnswer for a flat one."""
    import numpy as np

    whole = (pixels * 255).round().astype("uint8")
    if float(np.std(whole)) < FLAT:
        raise BadAnswer("the picture is of one colour", hint="more steps, another seed, or another precision in providers.diffusers")
    return Image.fromarray(whole)


def kept(image: Image.Image, reference: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture where the mask is white, and the reference as it was where it is black: a VAE changes what it only passes on."""
    return Image.composite(image, reference, mask)


def png(image: Image.Image, size: Size | None) -> bytes:
    """The upper left part of that size as PNG, without metadata."""
    cut = image if size is None else image.crop((0, 0, size.width, size.height))
    file = BytesIO()
    cut.save(file, "PNG")
    return file.getvalue()
