"""The pen that draws icon glyphs. The glyphs themselves are in `strokes`; which one a prompt means is decided in `icon`."""

import math
from collections.abc import Callable
from functools import lru_cache

from assetgen.providers.sketch.canvas import Point, Stencil
from assetgen.providers.sketch.strokes import TABLE


def _parse() -> tuple[dict[str, str], dict[str, str]]:
    strokes: dict[str, str] = {}
    names: dict[str, str] = {}
    for line in TABLE.strip().splitlines():
        head, _, drawn = line.partition(":")
        name, *aliases = head.replace(",", " ").split()
        strokes[name] = drawn
        for alias in aliases:
            names.setdefault(alias, name)
    names.update({name: name for name in strokes})
    return strokes, names


STROKES, NAMES = _parse()
"""Strokes by glyph, and the glyph for every word that means one."""


class _Pen:
    """Draws strokes of the 24 x 24 grid into a stencil; `x`, `y` are the canvas place of the grid's origin, `unit` pixels a step."""

    def __init__(self, stencil: Stencil, x: float, y: float, unit: float) -> None:
        self.stencil, self.x, self.y, self.unit = stencil, x, y, unit
        self.value = 255

    def at(self, x: float, y: float) -> Point:
        return self.x + x * self.unit, self.y + y * self.unit

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return *self.at(left, top), *self.at(right, bottom)

    def pairs(self, numbers: tuple[float, ...]) -> list[Point]:
        return [self.at(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]

    def d(self, x: float, y: float, r: float) -> None:
        self.stencil.ellipse(self.box(x - r, y - r, x + r, y + r), self.value)

    def o(self, x: float, y: float, r: float, w: float) -> None:
        self.a(x, y, r - w / 2, 0, 360, w)

    def e(self, left: float, top: float, right: float, bottom: float) -> None:
        self.stencil.ellipse(self.box(left, top, right, bottom), self.value)

    def r(self, left: float, top: float, right: float, bottom: float, radius: float) -> None:
        self.stencil.rounded(self.box(left, top, right, bottom), radius * self.unit, self.value)

    def p(self, *numbers: float) -> None:
        self.stencil.polygon(self.pairs(numbers), self.value)

    def l(self, w: float, *numbers: float) -> None:  # noqa: E743 - the letters are those of the table
        self.stencil.line(self.pairs(numbers), w * self.unit, self.value)

    def a(self, x: float, y: float, r: float, start: float, end: float, w: float) -> None:
        steps = max(6, int(abs(end - start) / 6))
        angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
        self.stencil.line([self.at(x + math.cos(t) * r, y + math.sin(t) * r) for t in angles], w * self.unit, self.value)

    def q(self, x: float, y: float, r: float, start: float, end: float) -> None:
        self.stencil.pie(self.box(x - r, y - r, x + r, y + r), start, end, self.value)

    def s(self, x: float, y: float, outer: float, inner: float, points: float) -> None:
        turns = [(outer if step % 2 == 0 else inner, math.pi * (step / points - 0.5)) for step in range(int(points) * 2)]
        corners = [self.at(x + math.cos(t) * r, y + math.sin(t) * r) for r, t in turns]
        self.stencil.polygon(corners, self.value)
        self.stencil.line([*corners, corners[0]], self.unit * 0.9, self.value)

    def g(self, x: float, y: float, outer: float, inner: float, teeth: float) -> None:
        corners: list[Point] = []
        for tooth in range(int(teeth)):
            for share, r in ((-0.29, inner), (-0.19, outer), (0.19, outer), (0.29, inner)):
                t = 2 * math.pi * (tooth + share) / teeth - math.pi / 2
                corners.append(self.at(x + math.cos(t) * r, y + math.sin(t) * r))
        self.stencil.polygon(corners, self.value)
        self.stencil.ellipse(self.box(x - inner, y - inner, x + inner, y + inner), self.value)


@lru_cache(maxsize=128)
def _strokes(name: str) -> tuple[tuple[str, bool, tuple[float, ...]], ...]:
    parsed = []
    for stroke in STROKES[name].split(";"):
        letter, *numbers = stroke.split()
        parsed.append((letter[-1], letter.startswith("-"), tuple(map(float, numbers))))
    return tuple(parsed)


def trace(stencil: Stencil, name: str, place: tuple[float, float, float]) -> None:
    """Draw a glyph into a stencil; `place` is its left, top and side on the canvas."""
    left, top, side = place
    pen = _Pen(stencil, left, top, side / 24)
    for letter, cut, numbers in _strokes(name):
        pen.value = 0 if cut else 255
        draw: Callable[..., None] = getattr(pen, letter)
        draw(*numbers)
