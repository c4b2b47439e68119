"""What several ops share: how big a picture may get, colours as numbers, alpha kept apart from colour, places on a canvas."""

import math
from typing import Annotated, Literal, TypeAlias

from PIL import Image, ImageChops, ImageColor
from pydantic import Field

from assetgen.post import MAX_PIXELS, PostError

Rgba: TypeAlias = tuple[int, int, int, int]
Gravity = Literal["center", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"]
Pixels = Annotated[int, Field(ge=1, le=65_535)]

_SIDES = {"left": 0.0, "top": 0.0, "right": 1.0, "bottom": 1.0}


def bounded(width: float, height: float, parameter: str = "") -> tuple[int, int]:
    """The size in whole pixels, at least 1x1. Raises PostError where it is over 64 megapixels."""
    size = max(1, math.floor(width + 0.5)), max(1, math.floor(height + 0.5))
    if size[0] * size[1] > MAX_PIXELS:
        raise PostError(f"the picture would be {size[0]}x{size[1]} pixels, more than 64 million", parameter=parameter)
    return size


def rgba(colour: str) -> Rgba:
    """Red, green, blue and opacity, 0 to 255."""
    if colour.lower() == "transparent":
        return (0, 0, 0, 0)
    red, green, blue, alpha = (*ImageColor.getrgb(colour), 255)[:4]
    return (red, green, blue, alpha)


def share(gravity: str) -> tuple[float, float]:
    """Where a gravity points, as shares of the free width and height: (0, 0) is top left, (0.5, 0.5) the centre."""
    x, y = 0.5, 0.5
    for side in gravity.split("-"):
        if side in {"left", "right"}:
            x = _SIDES[side]
        elif side in {"top", "bottom"}:
            y = _SIDES[side]
    return x, y


def placed(outer: tuple[int, int], inner: tuple[int, int], gravity: str) -> tuple[int, int]:
    """The top left corner of the inner rectangle; negative where it is the larger one."""
    x, y = share(gravity)
    return math.floor((outer[0] - inner[0]) * x + 0.5), math.floor((outer[1] - inner[1]) * y + 0.5)


def split(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The picture as L or RGB, and its alpha channel if it has one."""
    if "A" not in image.getbands():
        return image, None
    return image.convert("L" if image.mode == "LA" else "RGB"), image.getchannel("A")


def joined(colour: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """The reverse of `split`."""
    if alpha is None:
        return colour
    return Image.merge("LA" if colour.mode == "L" else "RGBA", (*colour.split(), alpha))


def filled(size: tuple[int, int], colour: Rgba, *, alpha: bool) -> Image.Image:
    """An even canvas, RGBA or RGB."""
    return Image.new("RGBA", size, colour) if alpha else Image.new("RGB", size, colour[:3])


def faded(alpha: Image.Image, amount: float) -> Image.Image:
    """An alpha channel times 0..1."""
    return alpha if amount >= 1 else alpha.point([math.floor(value * amount + 0.5) for value in range(256)])


def layer(mask: Image.Image, colour: Rgba) -> Image.Image:
    """An even colour, seen through a mask."""
    found = Image.new("RGBA", mask.size, (*colour[:3], 255))
    found.putalpha(faded(mask, colour[3] / 255))
    return found


def over(top: Image.Image, bottom: Image.Image) -> Image.Image:
    """One picture on another of the same size; opaque where the lower one is."""
    found = Image.alpha_composite(bottom.convert("RGBA"), top.convert("RGBA"))
    return found if "A" in bottom.getbands() else found.convert("RGB")


def masked(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture where the mask is white, nothing where it is black."""
    colour, alpha = split(image)
    return joined(colour, mask if alpha is None else ImageChops.multiply(alpha, mask))


def same_size(image: Image.Image, size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    """The picture on a transparent canvas of the given size; what lies outside is cut off."""
    canvas = Image.new("RGBA", size, (0, 0, 0, 0))
    canvas.paste(image.convert("RGBA"), at)
    return canvas
