"""Ops that change the colour of a pixel and never where it is. Alpha stays as it was unless the op is about it."""

from typing import Annotated

from PIL import Image, ImageOps
from pydantic import Field

from assetgen.post import op
from assetgen.post.canvas import faded, filled, joined, over, rgba, split
from assetgen.post.colours import Colour

Factor = Annotated[float, Field(ge=0, le=10, description="1 changes nothing, 0 is the least, 2 is twice as much")]
Amount = Annotated[float, Field(ge=0, le=1)]


@op(version=1)
def grayscale(image: Image.Image) -> Image.Image:
    """Take the colours out."""
    colour, alpha = split(image)
    return joined(colour.convert("L"), alpha) if alpha or colour.mode != "L" else colour.copy()


@op(version=1)
def brightness(image: Image.Image, *, factor: Factor) -> Image.Image:
    """Multiply every value; 0 is black."""
    return _levels(image, [value * factor for value in range(256)])


@op(version=1)
def contrast(image: Image.Image, *, factor: Factor) -> Image.Image:
    """Spread the values around the middle grey; 0 is even grey."""
    return _levels(image, [(value - 127.5) * factor + 127.5 for value in range(256)])


@op(version=1)
def saturation(image: Image.Image, *, factor: Factor) -> Image.Image:
    """Make colours stronger or weaker; 0 is grey."""
    colour, alpha = split(image)
    if colour.mode == "L":
        return image.copy()
    return joined(Image.blend(colour.convert("L").convert("RGB"), colour, factor), alpha)


@op(version=1)
def tint(
    image: Image.Image,
    *,
    colour: Annotated[Colour, Field(description="what white becomes; black stays black")],
    amount: Annotated[Amount, Field(description="0 leaves the picture as it is, 1 leaves only this colour")] = 1.0,
) -> Image.Image:
    """Give the picture the shades of one colour."""
    flat, alpha = split(image)
    flat = flat.convert("RGB")
    shades = ImageOps.colorize(flat.convert("L"), black=(0, 0, 0), white=rgba(colour)[:3])
    return joined(Image.blend(flat, shades, amount), alpha)


@op(version=1)
def opacity(image: Image.Image, *, amount: Annotated[Amount, Field(description="0 is invisible, 1 changes nothing")]) -> Image.Image:
    """Make the picture see-through."""
    colour, alpha = split(image)
    return joined(colour, faded(alpha or Image.new("L", image.size, 255), amount))


@op(version=1)
def background(
    image: Image.Image, *, colour: Annotated[Colour, Field(description="the colour behind the picture")] = "white"
) -> Image.Image:
    """Put an even colour behind what is transparent."""
    ground = rgba(colour)
    return over(image, filled(image.size, ground, alpha=ground[3] < 255))


@op(version=1)
def quantize(
    image: Image.Image,
    *,
    colours: Annotated[int, Field(ge=2, le=256, description="how many colours may be left")],
    dither: Annotated[bool, Field(description="mix them where a shade is missing (opaque pictures only)")] = False,
) -> Image.Image:
    """Reduce the number of colours."""
    if "A" in image.getbands():
        return image.convert("RGBA").quantize(colours, Image.Quantize.FASTOCTREE).convert("RGBA")
    flat = image.convert("RGB")
    palette = flat.quantize(colours, Image.Quantize.MEDIANCUT)
    return (flat.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) if dither else palette).convert("RGB")


def _levels(image: Image.Image, table: list[float]) -> Image.Image:
    colour, alpha = split(image)
    values = [min(255, max(0, int(value + 0.5))) for value in table]
    return joined(colour.point(values * len(colour.getbands())), alpha)
