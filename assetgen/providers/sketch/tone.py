"""Colour as OKLCH, where equal steps look equal, and the way from it to bytes. What colours a prompt means is in `palette`."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Rgb: TypeAlias = tuple[int, int, int]
Pixels: TypeAlias = npt.NDArray[np.uint8]


class Tone(NamedTuple):
    """Lightness 0..1, chroma 0..0.37, hue in degrees."""

    l: float  # noqa: E741 - lightness - l, c and h are the names of the three in OKLCH
    c: float
    h: float

    def to(self, *, l: float | None = None, c: float | None = None, h: float | None = None) -> "Tone":  # noqa: E741 - lightness
        """The same tone with a lightness, chroma or hue of its own."""
        return Tone(self.l if l is None else l, self.c if c is None else c, self.h if h is None else h % 360)

    def by(self, *, l: float = 0.0, c: float = 1.0, h: float = 0.0) -> "Tone":  # noqa: E741
        """Lightness and hue moved, chroma multiplied."""
        return Tone(min(1.0, max(0.0, self.l + l)), min(0.37, self.c * c), (self.h + h) % 360)

    @property
    def rgb(self) -> Rgb:
        """Red, green and blue, 0..255; chroma gives way where sRGB has no such colour."""
        return _rgb(self)


def _linear(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    x = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    y = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    z = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
        -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
        -0.0041960863 * x - 0.7034186147 * y + 1.7076147010 * z,
    )


def _encode(channel: float) -> int:
    value = min(1.0, max(0.0, channel))
    curved = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return math.floor(curved * 255 + 0.5)


@lru_cache(maxsize=8192)
def _rgb(tone: Tone) -> Rgb:
    cos, sin = math.cos(math.radians(tone.h)), math.sin(math.radians(tone.h))
    low, high, chroma = 0.0, tone.c, tone.c
    for _ in range(10):
        if all(-0.0005 <= channel <= 1.0005 for channel in _linear(tone.l, chroma * cos, chroma * sin)):
            if chroma == tone.c:
                break
            low = chroma
        else:
            high = chroma
        chroma = (low + high) / 2
    red, green, blue = _linear(tone.l, chroma * cos, chroma * sin)
    return _encode(red), _encode(green), _encode(blue)


@lru_cache(maxsize=1024)
def of_rgb(red: int, green: int, blue: int) -> Tone:
    """The tone of an sRGB colour."""
    r, g, b = ((v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for v in (red / 255, green / 255, blue / 255))
    x = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    y = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    z = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * x + 0.7936177850 * y - 0.0040720468 * z
    a = 1.9779984951 * x - 2.4285922050 * y + 0.4505937099 * z
    bb = 0.0259040371 * x + 0.7827717662 * y - 0.8086757660 * z
    chroma = math.hypot(a, bb)
    return Tone(lightness, chroma if chroma > 0.002 else 0.0, math.degrees(math.atan2(bb, a)) % 360)


def of_hex(text: str) -> Tone:
    """The tone of "rgb", "rgba", "rrggbb" or "rrggbbaa" without the hash; transparency is dropped."""
    digits = "".join(digit * 2 for digit in text) if len(text) in (3, 4) else text
    return of_rgb(int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


def mix(first: Tone, second: Tone, share: float) -> Tone:
    """`share` of the second tone in the first, straight through OKLab (so opposite hues meet in grey, as paint does)."""
    a = _plane(first, 1 - share)
    b = _plane(second, share)
    x, y = a[0] + b[0], a[1] + b[1]
    return Tone(first.l + (second.l - first.l) * share, math.hypot(x, y), math.degrees(math.atan2(y, x)) % 360)


def _plane(tone: Tone, weight: float) -> tuple[float, float]:
    angle = math.radians(tone.h)
    return tone.c * math.cos(angle) * weight, tone.c * math.sin(angle) * weight


def blend(tones: Sequence[Tone]) -> Tone:
    """The even mixture of several tones."""
    mixed = tones[0]
    for count, tone in enumerate(tones[1:], 2):
        mixed = mix(mixed, tone, 1 / count)
    return mixed


def ramp(stops: Sequence[tuple[float, Tone]], length: int) -> Pixels:
    """A gradient of `length` colours, shape (length, 3); stops are (position 0..1, tone) in rising order."""
    samples = min(48, 12 * (len(stops) - 1))
    table = np.empty((samples + 1, 3))
    for step in range(samples + 1):
        table[step] = _at(stops, step / samples).rgb
    where = (np.arange(length) + 0.5) / length * samples
    columns = [np.interp(where, np.arange(samples + 1), table[:, channel]) for channel in range(3)]
    return (np.stack(columns, axis=1) + 0.5).astype(np.uint8)


def _at(stops: Sequence[tuple[float, Tone]], position: float) -> Tone:
    previous = stops[0]
    for stop in stops:
        if position <= stop[0]:
            span = stop[0] - previous[0]
            return mix(previous[1], stop[1], (position - previous[0]) / span) if span > 0 else stop[1]
        previous = stop
    return previous[1]
