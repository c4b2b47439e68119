"""Ops that add something around or upon the picture: round_corners, border, shadow, overlay. Text has its own module."""

import math
from typing import Annotated

from PIL import Image, ImageDraw, ImageFilter
from pydantic import Field

from assetgen.decode.facts import NotAPicture
from assetgen.post import PostError, ProjectFile, op
from assetgen.post.canvas import Gravity, Pixels, bounded, faded, filled, layer, masked, over, placed, rgba, same_size, split
from assetgen.post.colours import Colour
from assetgen.post.image import open_image

Offset = Annotated[int, Field(ge=-65_535, le=65_535)]


@op(version=1)
def round_corners(
    image: Image.Image, *, radius: Annotated[Pixels, Field(description="pixels; half the shorter side or more gives a circle or a pill")]
) -> Image.Image:
    """Cut the corners off in a quarter circle."""
    radius = min(radius, image.width // 2, image.height // 2)
    mask = Image.new("L", image.size, 255)
    if radius:
        fine = max(1, min(4, 8192 // radius))
        corner = Image.new("L", (radius * fine, radius * fine), 0)
        ImageDraw.Draw(corner).ellipse((0, 0, 2 * radius * fine - 1, 2 * radius * fine - 1), fill=255)
        corner = corner.resize((radius, radius), Image.Resampling.BOX)
        right, bottom = image.width - radius, image.height - radius
        across = corner.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        mask.paste(corner, (0, 0))
        mask.paste(across, (right, 0))
        mask.paste(corner.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, bottom))
        mask.paste(across.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (right, bottom))
    return masked(image, mask)


@op(version=1)
def border(
    image: Image.Image,
    *,
    width: Annotated[Pixels, Field(description="how wide it is on each side")],
    colour: Annotated[Colour, Field(description="its colour")] = "black",
) -> Image.Image:
    """Add a frame around the picture; the canvas grows by it."""
    size = bounded(image.width + 2 * width, image.height + 2 * width, "width")
    line = rgba(colour)
    canvas = filled(size, line, alpha=line[3] < 255 or "A" in image.getbands())
    canvas.paste(image.convert(canvas.mode), (width, width))
    return canvas


@op(version=1)
def shadow(
    image: Image.Image,
    *,
    colour: Annotated[Colour, Field(description="its colour and opacity")] = "#00000080",
    blur: Annotated[int, Field(ge=0, le=500, description="how soft it is, in pixels")] = 12,
    x: Annotated[Offset, Field(description="how far to the right it falls")] = 0,
    y: Annotated[Offset, Field(description="how far down it falls")] = 6,
) -> Image.Image:
    """Add a drop shadow behind what is visible; the canvas grows to hold it."""
    reach = math.ceil(blur * 1.5)
    left, top = max(0, reach - x), max(0, reach - y)
    size = bounded(left + image.width + max(0, reach + x), top + image.height + max(0, reach + y), "blur")
    mask = Image.new("L", size, 0)
    mask.paste(split(image)[1] or 255, (left + x, top + y, left + x + image.width, top + y + image.height))
    # As in CSS, the softness is twice the standard deviation.
    mask = mask.filter(ImageFilter.GaussianBlur(blur / 2)) if blur else mask
    return over(same_size(image, size, (left, top)), layer(mask, rgba(colour)))


@op(version=1)
def overlay(
    image: Image.Image,
    *,
    file: Annotated[ProjectFile, Field(description="the picture to put on top, such as a logo")],
    width: Annotated[Pixels | None, Field(description="scale it to this width first")] = None,
    gravity: Annotated[Gravity, Field(description="where it stands")] = "center",
    x: Annotated[Offset, Field(description="pixels to move it to the right")] = 0,
    y: Annotated[Offset, Field(description="pixels to move it down")] = 0,
    opacity: Annotated[float, Field(ge=0, le=1, description="0 is invisible, 1 as it is")] = 1.0,
) -> Image.Image:
    """Put another picture of the project on top."""
    try:
        top = open_image(file.data).convert("RGBA")
    except NotAPicture as error:
        raise PostError(f'"{file.path}": {error.message}', parameter="file", hint=error.hint) from error
    if width is not None:
        top = top.resize(bounded(width, top.height * width / top.width, "width"), Image.Resampling.LANCZOS)
    if top.width > image.width or top.height > image.height:
        fitting = max(1, math.floor(top.width * min(image.width / top.width, image.height / top.height)))
        raise PostError(
            f'"{file.path}" is {top.width}x{top.height}, larger than the picture of {image.width}x{image.height}',
            parameter="width",
            hint=f"width = {fitting}",
        )
    left, upper = placed(image.size, top.size, gravity)
    left, upper = left + x, upper + y
    if not (-top.width < left < image.width and -top.height < upper < image.height):
        raise PostError(f'"{file.path}" would lie outside the picture', parameter="x" if x else "y", hint="x = 0")
    top.putalpha(faded(top.getchannel("A"), opacity))
    return over(same_size(top, image.size, (left, upper)), image)
