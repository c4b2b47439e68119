"""Products on a table: one object that the words name, soft light from one side, a soft shadow."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from assetgen.providers.sketch.canvas import Box, Point, Stencil, glow, horizontal, vertical
from assetgen.providers.sketch.lexicon import bag
from assetgen.providers.sketch.noise import Dice
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the object stands: the middle of its foot, the unit of length, its colours, and chance."""

    canvas: Image.Image
    x: float
    y: float
    u: float
    body: Tone
    trim: Tone
    dice: Dice

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box in units; up is positive and measured from the foot."""
        return self.x + left * self.u, self.y - top * self.u, self.x + right * self.u, self.y - bottom * self.u

    def at(self, x: float, y: float) -> Point:
        return self.x + x * self.u, self.y - y * self.u


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    main, accent = scene.palette.main, scene.palette.accent
    dark = scene.palette.dark
    wall = main.to(l=0.26 if dark else 0.87, c=min(main.c, 0.055), h=main.h + 12)
    table = mix(wall.by(l=-0.07 if dark else -0.09, c=1.25), accent.to(l=wall.l - 0.06, c=min(accent.c, 0.06)), 0.4)
    edge = scene.height * 0.66
    canvas = vertical(((0, wall.by(l=-0.05)), (0.64, wall.by(l=0.03)), (1, wall)), scene.width, scene.height)
    dice = scene.dice("product")
    unit = min(scene.height * 0.29, scene.width * 0.3)
    middle = scene.width * 0.5
    glow(canvas, (middle - unit * 0.8, edge - unit * 1.4), unit * 2.2, wall.by(l=0.12), 0.75)
    if dice.chance(0.55):
        disc = Stencil((middle - unit * 2, edge - unit * 2.7, middle + unit * 2, edge + 2), most=2)
        disc.disc(middle + unit * dice.uniform(-0.25, 0.25), edge - unit * 0.95, unit * 1.3)
        disc.stamp(canvas, mix(wall, accent.to(l=wall.l - 0.02, c=min(accent.c, 0.09)), 0.55), opacity=0.75)
    deep = max(1, scene.height - int(edge))
    canvas.paste(vertical(((0, table.by(l=0.035)), (1, table.by(l=-0.06))), scene.width, deep), (0, int(edge)))
    body = main.to(l=min(0.72, max(0.42, main.l)))
    stage = Stage(
        canvas=canvas, x=middle, y=edge + deep * 0.36, u=unit, body=body, trim=accent.to(l=0.9 if body.l < 0.6 else 0.38), dice=dice
    )
    wide, make = _choose(scene, dice)
    _shadow(stage, table, wide)
    make(stage)
    return canvas


def _shadow(stage: Stage, table: Tone, wide: float) -> None:
    for reach, high, opacity, blur in ((1.9, 0.22, 0.34, 0.15), (1.05, 0.09, 0.6, 0.04)):
        far = wide * reach
        lean = wide * (reach - 1) * 0.45
        shadow = Stencil(stage.box(-far - 0.7, high + 0.6, far + 0.7 + lean, -high - 0.6), most=2)
        shadow.ellipse(stage.box(-far + lean, high, far + lean, -high))
        shadow.stamp(stage.canvas, table.by(l=-0.26, c=1.1), opacity=opacity, blur=stage.u * blur)


def _round(stage: Stage, tone: Tone, box: Box, shape: Callable[[Stencil], None]) -> None:
    """A turned body: light on the left, shade on the right, a reflex at the edge."""
    stencil = Stencil(box)
    shape(stencil)
    stops = (
        (0, tone.by(l=-0.05)),
        (0.16, tone.by(l=0.09)),
        (0.34, tone.by(l=0.04)),
        (0.72, tone.by(l=-0.07)),
        (0.94, tone.by(l=-0.15)),
        (1, tone.by(l=-0.1)),
    )
    stencil.stamp(stage.canvas, horizontal(stops, stencil.width, stencil.height))


def _mug(stage: Stage) -> None:
    handle = Stencil(stage.box(0.3, 1.1, 1.15, 0.1))
    handle.ellipse(stage.box(0.36, 1.0, 1.06, 0.22))
    handle.ellipse(stage.box(0.5, 0.86, 0.92, 0.36), 0)
    handle.stamp(stage.canvas, stage.body.by(l=-0.1))
    _round(stage, stage.body, stage.box(-0.65, 1.25, 0.65, -0.12), lambda s: s.rounded(stage.box(-0.62, 1.14, 0.62, -0.1), stage.u * 0.16))
    _rim(stage, 0.62, 1.14, 0.13)
    band = Stencil(stage.box(-0.62, 0.5, 0.62, 0.28))
    band.rounded(stage.box(-0.62, 0.44, 0.62, 0.34), 0)
    band.stamp(stage.canvas, stage.trim, opacity=0.55)


def _rim(stage: Stage, half: float, level: float, high: float) -> None:
    rim = Stencil(stage.box(-half - 0.05, level + high, half + 0.05, level - high))
    rim.ellipse(stage.box(-half, level + high * 0.85, half, level - high * 0.85))
    rim.stamp(stage.canvas, stage.body.by(l=0.1))
    inside = Stencil(stage.box(-half, level + high, half, level - high))
    inside.ellipse(stage.box(-half * 0.9, level + high * 0.66, half * 0.9, level - high * 0.66))
    inside.stamp(stage.canvas, stage.body.by(l=-0.2))


def _bottle(stage: Stage) -> None:
    def shape(stencil: Stencil) -> None:
        stencil.rounded(stage.box(-0.46, 1.35, 0.46, -0.08), stage.u * 0.24)
        stencil.rounded(stage.box(-0.46, 0.6, 0.46, -0.08), stage.u * 0.1)
        stencil.rounded(stage.box(-0.17, 1.8, 0.17, 1.1), stage.u * 0.06)

    _round(stage, stage.body, stage.box(-0.48, 1.85, 0.48, -0.1), shape)
    _round(stage, stage.trim, stage.box(-0.22, 1.98, 0.22, 1.64), lambda s: s.rounded(stage.box(-0.2, 1.96, 0.2, 1.66), stage.u * 0.05))
    _tag(stage, 0.46, (0.98, 0.32))


def _tag(stage: Stage, half: float, span: tuple[float, float]) -> None:
    """A paper label around a turned body."""
    top, bottom = span
    paper = Tone(0.96, 0.012, stage.body.h)
    _round(stage, paper.by(l=-0.04), stage.box(-half, top, half, bottom), lambda s: s.rounded(stage.box(-half, top, half, bottom), 0))
    lines = Stencil(stage.box(-half, top, half, bottom))
    lines.disc(*stage.at(-0.02, top - (top - bottom) * 0.36), stage.u * 0.1)
    for row, wide in ((0.66, 0.22), (0.8, 0.14)):
        level = top - (top - bottom) * row
        lines.rounded(stage.box(-wide - 0.02, level + 0.018, wide - 0.02, level - 0.018), stage.u * 0.018)
    lines.stamp(stage.canvas, stage.body.to(l=0.45))


def _jar(stage: Stage) -> None:
    _round(stage, stage.body, stage.box(-0.62, 1.0, 0.62, -0.12), lambda s: s.rounded(stage.box(-0.6, 0.95, 0.6, -0.1), stage.u * 0.17))
    _round(stage, stage.trim, stage.box(-0.6, 1.24, 0.6, 0.9), lambda s: s.rounded(stage.box(-0.55, 1.2, 0.55, 0.92), stage.u * 0.06))
    _tag(stage, 0.6, (0.72, 0.16))


def _box(stage: Stage) -> None:
    front, side, top = stage.body, stage.body.by(l=-0.11), stage.body.by(l=0.08)
    faces = (
        (front, [(-0.75, 1.12), (0.32, 1.0), (0.32, -0.16), (-0.75, 0.06)]),
        (side, [(0.32, 1.0), (0.86, 1.14), (0.86, 0.1), (0.32, -0.16)]),
        (top, [(-0.75, 1.12), (-0.2, 1.24), (0.86, 1.14), (0.32, 1.0)]),
        (stage.trim, [(-0.3, 1.07), (-0.14, 1.05), (-0.14, -0.068), (-0.3, -0.034)]),
        (stage.trim.by(l=0.03), [(-0.3, 1.07), (-0.14, 1.05), (0.4, 1.183), (0.25, 1.196)]),
    )
    for tone, points in faces:
        stencil = Stencil(stage.box(-0.9, 1.4, 1.0, -0.3))
        stencil.polygon([stage.at(*point) for point in points])
        stencil.stamp(stage.canvas, tone)


def _phone(stage: Stage) -> None:
    _round(
        stage,
        Tone(0.26, 0.01, stage.body.h),
        stage.box(-0.5, 1.95, 0.5, -0.06),
        lambda s: s.rounded(stage.box(-0.48, 1.92, 0.48, -0.04), stage.u * 0.13),
    )
    screen = Stencil(stage.box(-0.43, 1.86, 0.43, 0.02))
    screen.rounded(stage.box(-0.43, 1.86, 0.43, 0.02), stage.u * 0.09)
    screen.stamp(stage.canvas, vertical(((0, stage.body.by(l=0.14)), (1, mix(stage.body, stage.trim, 0.5))), screen.width, screen.height))
    cards = Stencil(stage.box(-0.43, 1.86, 0.43, 0.02))
    cards.rounded(stage.box(-0.1, 1.81, 0.1, 1.76), stage.u * 0.03)
    for level in (1.45, 0.98, 0.51):
        cards.rounded(stage.box(-0.33, level, 0.33, level - 0.36), stage.u * 0.06)
    cards.stamp(stage.canvas, Tone(0.98, 0.005, stage.body.h), opacity=0.5)


def _vase(stage: Stage) -> None:
    for x, y, lean in ((-0.1, 1.95, -0.35), (0.08, 2.15, 0.05), (0.2, 1.85, 0.42), (-0.02, 1.7, -0.6)):
        stem = Stencil(stage.box(-0.95, 2.4, 0.95, 0.9))
        stem.line([stage.at(x * 0.3, 1.0), stage.at(x + lean * 0.3, 1.0 + (y - 1) * 0.5), stage.at(x + lean, y)], stage.u * 0.025)
        for share in (0.45, 0.65, 0.85, 1.0):
            at = x * 0.3 + (x + lean - x * 0.3) * share, 1.0 + (y - 1.0) * share
            for side in (-1, 1):
                tip = at[0] + side * 0.17, at[1] + 0.12
                middle = at[0] + side * 0.1, at[1] + 0.05
                bulge = [(middle[0] + 0.03 * side, middle[1] - 0.035), tip, (middle[0] - 0.035 * side, middle[1] + 0.05)]
                stem.polygon([stage.at(*point) for point in (at, *bulge)])
        stem.stamp(stage.canvas, mix(Tone(0.52, 0.09, 145), stage.body, 0.2).by(l=0.1 * lean))

    def shape(stencil: Stencil) -> None:
        stencil.ellipse(stage.box(-0.5, 0.86, 0.5, -0.1))
        stencil.polygon([stage.at(-0.19, 1.14), stage.at(0.19, 1.14), stage.at(0.3, 0.5), stage.at(-0.3, 0.5)])
        stencil.rounded(stage.box(-0.25, 1.18, 0.25, 1.1), stage.u * 0.04)

    _round(stage, stage.body, stage.box(-0.52, 1.2, 0.52, -0.12), shape)


def _lamp(stage: Stage) -> None:
    glow(stage.canvas, stage.at(0, 1.35), stage.u * 1.0, Tone(0.95, 0.08, 85), 0.75)
    _round(stage, stage.trim, stage.box(-0.4, 0.1, 0.4, -0.1), lambda s: s.ellipse(stage.box(-0.38, 0.08, 0.38, -0.08)))
    _round(stage, stage.trim, stage.box(-0.05, 1.2, 0.05, 0.0), lambda s: s.rounded(stage.box(-0.04, 1.2, 0.04, 0.0), 0))
    points = [stage.at(-0.36, 1.9), stage.at(0.36, 1.9), stage.at(0.68, 1.05), stage.at(-0.68, 1.05)]
    _round(stage, stage.body.by(l=0.08), stage.box(-0.7, 1.92, 0.7, 1.02), lambda s: s.polygon(points))


_OBJECTS: tuple[tuple[frozenset[str], float, Callable[[Stage], None]], ...] = (
    (bag("mug cup coffee tea"), 0.62, _mug),
    (bag("jar candle cosmetic cream tin can honey jam"), 0.6, _jar),
    (bag("box packaging package parcel gift carton"), 0.72, _box),
    (bag("phone smartphone mobile app tablet"), 0.48, _phone),
    (bag("vase plant flower pot"), 0.44, _vase),
    (bag("lamp light lighting"), 0.4, _lamp),
    (bag("bottle perfume wine shampoo lotion serum drink water"), 0.46, _bottle),
)


def _choose(scene: Scene, dice: Dice) -> tuple[float, Callable[[Stage], None]]:
    """How wide the object stands, and what draws it."""
    for names, wide, make in _OBJECTS:
        if scene.words.any(names - scene.words.removed):
            return wide, make
    _names, wide, make = dice.pick(_OBJECTS)
    return wide, make
