"""Text in Pillow's bundled font, the only one that is everywhere; what the font lacks is dropped."""

import unicodedata
from functools import lru_cache

from PIL import Image, ImageFont


@lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The bundled font with the plain layout engine, so that the same text has the same pixels with and without libraqm."""
    loaded = ImageFont.load_default(max(1, size))
    if not isinstance(loaded, ImageFont.FreeTypeFont):
        message = "pillow was built without freetype"
        raise TypeError(message)
    return loaded.font_variant(layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _blank() -> bytes:
    return bytes(font(24).getmask("\U0010fffd"))


@lru_cache(maxsize=4096)
def _covered(character: str) -> bool:
    return character == " " or (character.isprintable() and bytes(font(24).getmask(character)) != _blank())


def legible(text: str) -> str:
    """The text as far as the font can write it: accents give way where they must, other unknown characters go."""
    kept = []
    for character in " ".join(text.replace("\u00d7", "x").split()):
        if _covered(character):
            kept.append(character)
        else:
            kept += [part for part in unicodedata.normalize("NFKD", character) if ord(part) < 128 and _covered(part)]
    return " ".join("".join(kept).split())


def width_of(text: str, size: int) -> int:
    """The width in pixels that a line takes."""
    left, _top, right, _bottom = font(size).getbbox(text)
    return int(right - left + 0.999)


def line_height(size: int) -> int:
    """From the top of one line to the next."""
    ascent, descent = font(size).getmetrics()
    return int(ascent + descent)


def written(text: str, size: int) -> Image.Image:
    """A mask of one line, cut close to its ink."""
    mask = font(size).getmask2(text, mode="L")[0]
    return Image.frombytes("L", mask.size, bytes(mask))
