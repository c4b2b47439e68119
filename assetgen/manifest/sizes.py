"""Sizes as a person writes them: "1024x1024", "16:9", [1024, 768]."""

import re
from functools import lru_cache

from assetgen.manifest.schema import MAX_SIDE
from assetgen.manifest.words import Wrong, quoted
from assetgen.model import Ratio, Size

MAX_TERM = 9999
_LONGEST = 40
_PIXELS = re.compile(r"([0-9]+)x([0-9]+)")
_RATIO = re.compile(r"([0-9]+):([0-9]+)")
_NEARLY = re.compile(r"\s*([0-9]+)\s*(?:px)?\s*([xX*:/\u00d7\u2715])\s*([0-9]+)\s*(?:px)?\s*")
_FORMS = 'size = "1024x1024", "16:9" or [1024, 1024]'


def parse(size: str | list[int], megapixels: float | None) -> Size | Ratio:
    """The size; raises `Wrong` for a text that is none, for sides out of range, and for megapixels with a size in pixels."""
    return Size(*size) if isinstance(size, list) else _text(size, float(megapixels or 1))


@lru_cache(maxsize=256)
def _text(size: str, megapixels: float) -> Size | Ratio:
    if len(size) > _LONGEST:
        raise Wrong(f"{quoted(size)} is not a size", hint=_FORMS)
    if found := _PIXELS.fullmatch(size):
        width, height = int(found[1]), int(found[2])
        if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
            raise Wrong(f'"{size}" has a side out of 1 to {MAX_SIDE}', hint='size = "1024x1024"')
        return Size(width, height)
    if found := _RATIO.fullmatch(size):
        width, height = int(found[1]), int(found[2])
        if not (1 <= width <= MAX_TERM and 1 <= height <= MAX_TERM):
            raise Wrong(f'"{size}" has a side out of 1 to {MAX_TERM}', hint='size = "16:9"')
        return Ratio(width, height, megapixels)
    raise Wrong(f"{quoted(size)} is not a size", hint=_cure(size))


def _cure(size: str) -> str:
    if not (near := _NEARLY.fullmatch(size)):
        return _FORMS
    return f'write "{near[1]}{":" if near[2] in ":/" else "x"}{near[3]}"'
