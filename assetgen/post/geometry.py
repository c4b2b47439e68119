"""Ops that change where pixels are: resize, fit, pad, crop, trim, rotate, flip."""

import math
from typing import Annotated, Literal

from PIL import Image, ImageChops
from pydantic import Field

from assetgen.post import PostError, op
from assetgen.post.canvas import Gravity, Pixels, bounded, filled, over, placed, rgba, same_size, share, split
from assetgen.post.colours import Colour

Filter = Literal["nearest", "bilinear", "bicubic", "lanczos"]
Share = Annotated[float, Field(ge=0, le=1)]

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_QUARTERS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@op(version=1)
def resize(
    image: Image.Image,
    *,
    width: Annotated[Pixels | None, Field(description="the width in pixels; with `height`, the box to stay inside")] = None,
    height: Annotated[Pixels | None, Field(description="the height in pixels; with `width`, the box to stay inside")] = None,
    filter: Annotated[Filter, Field(description="how pixels are combined; `nearest` keeps pixel art sharp")] = "lanczos",  # noqa: A002 - TOML key
) -> Image.Image:
    """Scale up or down and keep the proportions."""
    if width is None and height is None:
        raise PostError("expected a width, a height or both", hint="width = 800")
    scale = min(wanted / have for wanted, have in ((width, image.width), (height, image.height)) if wanted is not None)
    return image.resize(bounded(image.width * scale, image.height * scale, "width" if width else "height"), _FILTERS[filter])


@op(version=1)
def fit(
    image: Image.Image,
    *,
    width: Annotated[Pixels, Field(description="the exact width in pixels")],
    height: Annotated[Pixels, Field(description="the exact height in pixels")],
    gravity: Annotated[Gravity, Field(description="the part to keep")] = "center",
    focus: Annotated[
        list[Share] | None,
        Field(
            min_length=2, max_length=2, description="the point to keep near the middle, as shares of width and height; replaces `gravity`"
        ),
    ] = None,
    filter: Annotated[Filter, Field(description="how pixels are combined")] = "lanczos",  # noqa: A002 - TOML key
) -> Image.Image:
    """Scale to cover an exact size, and cut off what does not fit."""
    size = bounded(width, height, "width")
    scale = max(width / image.width, height / image.height)
    kept = min(image.width, width / scale), min(image.height, height / scale)
    free = image.width - kept[0], image.height - kept[1]
    if focus:
        left, top = (
            min(max(point * side - part / 2, 0), rest) for point, side, part, rest in zip(focus, image.size, kept, free, strict=True)
        )
    else:
        left, top = (rest * part for rest, part in zip(free, share(gravity), strict=True))
    box = left, top, min(left + kept[0], image.width), min(top + kept[1], image.height)
    return image.resize(size, _FILTERS[filter], box=box)


@op(version=1)
def pad(
    image: Image.Image,
    *,
    width: Annotated[Pixels | None, Field(description="the width of the canvas; the picture's own if absent")] = None,
    height: Annotated[Pixels | None, Field(description="the height of the canvas; the picture's own if absent")] = None,
    gravity: Annotated[Gravity, Field(description="where the picture stands on the canvas")] = "center",
    colour: Annotated[Colour, Field(description="the colour of the canvas")] = "transparent",
) -> Image.Image:
    """Put the picture on a larger canvas without scaling it."""
    for name, wanted, have in (("width", width, image.width), ("height", height, image.height)):
        if wanted is not None and wanted < have:
            raise PostError(f"the picture is {have} pixels, more than {wanted}", parameter=name, hint=f"{name} = {have}")
    size = bounded(width or image.width, height or image.height, "width")
    ground = rgba(colour)
    canvas = filled(size, ground, alpha=ground[3] < 255 or "A" in image.getbands())
    canvas.paste(image.convert(canvas.mode), placed(size, image.size, gravity))
    return canvas


@op(version=1)
def crop(
    image: Image.Image,
    *,
    width: Annotated[Pixels, Field(description="the width of the part to keep")],
    height: Annotated[Pixels, Field(description="the height of the part to keep")],
    x: Annotated[int | None, Field(ge=0, description="its left edge; replaces `gravity`")] = None,
    y: Annotated[int | None, Field(ge=0, description="its upper edge; replaces `gravity`")] = None,
    gravity: Annotated[Gravity, Field(description="where the part lies")] = "center",
) -> Image.Image:
    """Cut out a part without scaling it."""
    left, top = placed(image.size, (width, height), gravity)
    left, top = left if x is None else x, top if y is None else y
    for name, start, part, have in (("width", left, width, image.width), ("height", top, height, image.height)):
        if part > have:
            raise PostError(f"the picture is only {have} pixels, less than {part}", parameter=name, hint=f"{name} = {have}")
        if start + part > have:
            edge = "x" if name == "width" else "y"
            raise PostError(
                f"the part ends at {start + part}, the picture at {have} pixels", parameter=edge, hint=f"{edge} = {have - part}"
            )
    return image.crop((left, top, left + width, top + height))


@op(version=1)
def trim(
    image: Image.Image,
    *,
    tolerance: Annotated[int, Field(ge=0, le=254, description="how far a value may be from the border's colour and still go")] = 10,
    colour: Annotated[
        Colour | None, Field(description="the colour to remove; what is transparent, or else the colour of the corner, if absent")
    ] = None,
    margin: Annotated[int, Field(ge=0, le=65_535, description="how many pixels of the border to leave")] = 0,
) -> Image.Image:
    """Remove an even border."""
    flat, alpha = split(image)
    visible = alpha.point(lambda value: 255 if value > tolerance else 0) if alpha else None
    if colour is None and visible and visible.getextrema()[0] == 0:
        inside = visible
    else:
        flat = flat.convert("RGB")
        ground = flat.getpixel((0, 0)) if colour is None else rgba(colour)[:3]
        red, green, blue = ImageChops.difference(flat, Image.new("RGB", flat.size, ground)).split()
        inside = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(lambda value: 255 if value > tolerance else 0)
        inside = ImageChops.darker(inside, visible) if visible else inside
    box = inside.getbbox()
    if box is None:
        raise PostError("nothing would be left of the picture", parameter="tolerance", hint=f"tolerance = {tolerance // 2}")
    return image.crop(
        (max(0, box[0] - margin), max(0, box[1] - margin), min(image.width, box[2] + margin), min(image.height, box[3] + margin))
    )


@op(version=1)
def rotate(
    image: Image.Image,
    *,
    angle: Annotated[float, Field(ge=-360, le=360, description="degrees, clockwise")],
    colour: Annotated[Colour, Field(description="what shows in the corners")] = "transparent",
) -> Image.Image:
    """Turn the picture; the canvas grows so that nothing is cut off."""
    turn = angle % 360
    if turn == 0:
        return image.copy()
    if turn in _QUARTERS:
        return image.transpose(_QUARTERS[int(turn)])
    cosine, sine = abs(math.cos(math.radians(turn))), abs(math.sin(math.radians(turn)))
    size = bounded(
        math.ceil(image.width * cosine + image.height * sine - 1e-9), math.ceil(image.width * sine + image.height * cosine - 1e-9), "angle"
    )
    # A transparent rim gives the edges something to blend with; without it they come out as steps.
    rim = same_size(image, (image.width + 4, image.height + 4), (2, 2))
    turned = rim.rotate(-turn, Image.Resampling.BICUBIC, expand=True)
    found = same_size(turned, size, placed(size, turned.size, "center"))
    ground = rgba(colour)
    return over(found, filled(size, ground, alpha=ground[3] < 255 or "A" in image.getbands())) if ground[3] else found


@op(version=1)
def flip(
    image: Image.Image,
    *,
    direction: Annotated[Literal["horizontal", "vertical"], Field(description="`horizontal` swaps left and right")] = "horizontal",
) -> Image.Image:
    """Mirror the picture."""
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT if direction == "horizontal" else Image.Transpose.FLIP_TOP_BOTTOM)
