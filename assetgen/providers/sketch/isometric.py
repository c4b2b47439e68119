"""Isometric blocks: a little city of cubes in the palette's colours, lit from one side."""

from PIL import Image

from assetgen.providers.sketch.canvas import Point, Stencil, vertical
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    paper = scene.palette.paper
    deep = scene.palette.main.to(l=0.3 if scene.palette.dark else 0.9, c=min(scene.palette.main.c, 0.06))
    canvas = vertical(((0, paper), (1, mix(paper, deep, 0.9))), scene.width, scene.height)
    dice = scene.dice("blocks")
    side = 6
    half = min(scene.width / (side * 2 + 1.6), scene.height / (side + 4.2))
    centre = scene.width / 2
    top = scene.height * 0.5 - side * half * 0.5 + half * 0.7
    base = [(centre, top - half * 0.4), (centre + (side + 0.4) * half, top + side * half * 0.5), (centre, top + (side + 0.4) * half), (centre - (side + 0.4) * half, top + side * half * 0.5)]
    slab = Stencil((0, 0, scene.width, scene.height), most=2)
    slab.polygon([(x, y + half * 0.45) for x, y in base])
    slab.stamp(canvas, deep.by(l=-0.35), opacity=0.28, blur=half * 0.3)
    _face(canvas, base, deep.by(l=-0.015 if not scene.palette.dark else 0.05))
    for row in range(side):
        for column in range(side):
            far = abs(row - (side - 1) / 2) + abs(column - (side - 1) / 2)
            if dice.chance(0.2):
                continue
            tall = half * max(0.16, (2.5 - far * 0.42) * dice.uniform(0.25, 1.0))
            at = centre + (column - row) * half, top + (column + row) * half * 0.5
            tone = dice.pick(scene.palette.swatches[:4])
            _block(canvas, at, (half, tall), tone.to(l=min(0.8, max(0.5, tone.l))))
    return canvas


def _block(canvas: Image.Image, at: Point, size: tuple[float, float], tone: Tone) -> None:
    half, tall = size
    inset = half * 0.9
    x, y = at[0], at[1] + half * 0.5
    upper = [(x, y - inset * 0.5 - tall), (x + inset, y - tall), (x, y + inset * 0.5 - tall), (x - inset, y - tall)]
    _face(canvas, [upper[3], upper[2], (x, y + inset * 0.5), (x - inset, y)], tone.by(l=-0.06))
    _face(canvas, [upper[2], upper[1], (x + inset, y), (x, y + inset * 0.5)], tone.by(l=-0.2, c=1.05))
    _face(canvas, upper, tone.by(l=0.08))


def _face(canvas: Image.Image, points: list[Point], tone: Tone) -> None:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    stencil = Stencil((min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1))
    stencil.polygon(points)
    stencil.stamp(canvas, tone)
