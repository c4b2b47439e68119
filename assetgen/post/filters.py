"""Ops that look at a pixel's neighbours: blur and sharpen. What is transparent lends them no colour."""

from typing import Annotated

from PIL import Image, ImageFilter
from pydantic import Field

from assetgen.post import op
from assetgen.post.canvas import joined, over, split


@op(version=1)
def blur(image: Image.Image, *, radius: Annotated[float, Field(gt=0, le=500, description="pixels (standard deviation)")]) -> Image.Image:
    """Blur the picture."""
    return _blurred(image, radius)


@op(version=1)
def sharpen(
    image: Image.Image,
    *,
    amount: Annotated[float, Field(gt=0, le=5, description="how much of the difference to add")] = 1.0,
    radius: Annotated[float, Field(gt=0, le=100, description="how wide an edge is, in pixels")] = 2.0,
    threshold: Annotated[int, Field(ge=0, le=255, description="a difference up to this stays, so that noise isn't sharpened")] = 3,
) -> Image.Image:
    """Strengthen edges (unsharp mask)."""
    colour, alpha = split(image)
    if alpha:
        # Colour hidden under transparency would leave a rim: the visible colour is spread there first. Twice, since a colour with
        # little opacity is known in coarse steps only.
        far, _ = split(_blurred(image, 4 * radius))
        colour = over(image, over(_blurred(image, radius), far)).convert(colour.mode)
    return joined(colour.filter(ImageFilter.UnsharpMask(radius, round(amount * 100), threshold)), alpha)


def _blurred(image: Image.Image, radius: float) -> Image.Image:
    blurred = ImageFilter.GaussianBlur(radius)
    if "A" not in image.getbands():
        return image.filter(blurred)
    return image.convert(image.mode[:-1] + "a").filter(blurred).convert(image.mode)
