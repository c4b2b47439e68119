"""The op that writes text on a picture. Lines are broken at spaces; what does not fit is an error, never cut off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated

from PIL import Image, ImageDraw, ImageFont
from pydantic import Field

from assetgen.post import File, PostError, ProjectFile, op
from assetgen.post.canvas import Gravity, Pixels, layer, over, placed, rgba, share
from assetgen.post.colours import Colour

_SURELY_MISSING = "\uffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    lines: str
    font: ImageFont.FreeTypeFont
    spacing: int
    box: tuple[int, int, int, int]

    @property
    def size(self) -> tuple[int, int]:
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


@op(version=1)
def text(
    image: Image.Image,
    *,
    text: Annotated[str, Field(min_length=1, max_length=10_000, description="what to write; a line break starts a new line")],
    size: Annotated[int, Field(ge=4, le=4096, description="the height of the letters in pixels")] = 32,
    colour: Annotated[Colour, Field(description="the colour of the letters")] = "black",
    font: Annotated[ProjectFile | None, Field(description="a TrueType or OpenType file; a plain Latin one if absent")] = None,
    gravity: Annotated[Gravity, Field(description="where the text stands, and to which side its lines align")] = "center",
    margin: Annotated[int, Field(ge=0, le=65_535, description="pixels to keep free on each side")] = 16,
    max_width: Annotated[Pixels | None, Field(description="where lines are broken; the picture's width less the margins if absent")] = None,
) -> Image.Image:
    """Write text on the picture."""
    room = min(max_width or image.width, image.width - 2 * margin), image.height - 2 * margin
    if min(room) < 1:
        raise PostError(f"leaves no room on a picture of {image.width}x{image.height}", parameter="margin", hint="margin = 0")
    block = _fitted(text, font, size, room[0])
    if block.size[0] > room[0] or block.size[1] > room[1]:
        raise _overflow(text, font, block, room, size)
    frame = image.width - 2 * margin, image.height - 2 * margin
    x, y = placed(frame, block.size, gravity)
    mask = Image.new("L", image.size, 0)
    align = {0.0: "left", 0.5: "center", 1.0: "right"}[share(gravity)[0]]
    at = margin + x - block.box[0], margin + y - block.box[1]
    ImageDraw.Draw(mask).multiline_text(at, block.lines, fill=255, font=block.font, spacing=block.spacing, align=align)
    return over(layer(mask, rgba(colour)), image)


def _fitted(text: str, font: File | None, size: int, width: int) -> _Block:
    letters = _font(font, size)
    for character in dict.fromkeys(text):
        if not character.isspace() and bytes(letters.getmask(character)) == bytes(letters.getmask(_SURELY_MISSING)):
            name = f'"{font.path}"' if font else "the built-in font"
            raise PostError(f'{name} has no "{character}"', parameter="font", hint='font = "fonts/NAME.ttf"')
    lines = "\n".join(line for paragraph in text.split("\n") for line in _broken(paragraph, letters, width))
    spacing = size // 5
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), lines, font=letters, spacing=spacing)
    return _Block(lines=lines, font=letters, spacing=spacing, box=(int(left), int(top), int(right + 0.999), int(bottom + 0.999)))


def _font(font: File | None, size: int) -> ImageFont.FreeTypeFont:
    if font is None:
        built_in = ImageFont.load_default(size)
        if not isinstance(built_in, ImageFont.FreeTypeFont):
            raise PostError("this Pillow was built without FreeType, so it can't write text", hint="pip install --force-reinstall pillow")
        return built_in
    try:
        # The other layout engine is found at run time on some machines and not on others, and breaks lines differently.
        return ImageFont.truetype(BytesIO(font.data), size, layout_engine=ImageFont.Layout.BASIC)
    except (OSError, ValueError) as error:
        raise PostError(f'"{font.path}" is no font that can be read', parameter="font") from error


def _broken(paragraph: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    line = ""
    for word in re.findall(r"\S+", paragraph):
        longer = f"{line} {word}" if line else word
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


def _overflow(text: str, font: File | None, block: _Block, room: tuple[int, int], size: int) -> PostError:
    fits, fails = 0, size
    while fails - fits > 1:
        middle = (fits + fails) // 2
        tried = _fitted(text, font, middle, room[0]).size
        fits, fails = (middle, fails) if tried[0] <= room[0] and tried[1] <= room[1] else (fits, middle)
    message = f"the text is {block.size[0]}x{block.size[1]} pixels, and there is room for {room[0]}x{room[1]}"
    return PostError(message, parameter="size", hint=f"size = {fits}" if fits >= 4 else "a shorter text")
