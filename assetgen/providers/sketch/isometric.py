"""Isometric blocks: a little city of cubes in the palette's colours, lit from one side."""

from PIL import Image

from assetgen.providers.sketch.canvas import Point, Stencil, vertical
from assetgen.providers.sketch.noise import cloud
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    main = scene.palette.main
    ground = main.to(l=0.24 if scene.palette.dark else 0.93, c=min(main.c, 0.04))
    canvas = vertical(((0, ground.by(l=0.015)), (1, ground.by(l=-0.03))), scene.width, scene.height)
    dice = scene.dice("blocks")
    half = max(8.0, scene.least / dice.uniform(9, 11))
    heights = cloud(scene.dice("heights"), (32, 32), (5, 5), octaves=2)
    last = int(scene.width / half) // 2 + int(scene.height / half) + 6
    for row in range(-last, last):
        for column in range(-last, last):
            at = scene.width / 2 + (column - row) * half, scene.height / 2 + (column + row) * half * 0.5
            if not (-half * 2 < at[0] < scene.width + half * 2 and -half * 2 < at[1] < scene.height + half * 5):
                continue
            # Every fourth line is a street.
            if row % 4 == 0 or column % 4 == 0:
                continue
            tall = half * (0.12 + 3.4 * max(0.0, float(heights[row % 32, column % 32]) - 0.3) * dice.uniform(0.5, 1.1))
            tone = dice.pick(scene.palette.swatches[:4])
            pale = 0.46 if scene.palette.dark else 0.7
            _block(canvas, at, (half, tall), mix(tone.to(l=min(0.82, max(pale, tone.l))), ground, 0.12))
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
