"""What stands on the land: conifers, round trees, palms, a cabin."""

import math

from PIL import Image

from assetgen.providers.sketch.canvas import Point, Stencil
from assetgen.providers.sketch.noise import Dice, Line
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix


def wood(canvas: Image.Image, scene: Scene, ridge: Line, layer: int, look: tuple[Tone, float]) -> None:
    """Trees along a ridge; `look` is their colour and how near they are (0..1)."""
    tone, depth = look
    dice = scene.dice("wood", layer)
    tall = scene.height * (0.05 + 0.11 * depth) * dice.uniform(0.85, 1.15)
    top = float(ridge.min()) - tall * 1.5
    stencil = Stencil((0, top, scene.width, min(scene.height, float(ridge.max()) + 4)))
    round_ones = scene.words.shows("broadleaf")
    x = -tall * 0.2
    while x < scene.width + tall * 0.2:
        size = tall * dice.uniform(0.45, 1.25) * (1.0 if dice.chance(0.9) else 1.2)
        foot = float(ridge[min(len(ridge) - 1, max(0, int(x)))]) + size * 0.06
        (_round if round_ones else _conifer)(stencil, dice, (x, foot), size)
        gap = dice.uniform(0.12, 0.38) if dice.chance(0.8) else dice.uniform(0.5, 1.6)
        x += tall * gap * (1.5 if round_ones else 1.0)
    if scene.words.any(("blossom", "sakura")):
        tone = mix(Tone(0.8, 0.1, 355), tone, 0.3)
    elif scene.words.shows("snow"):
        tone = mix(tone, Tone(0.24, 0.035, 200), 0.72)
    stencil.stamp(canvas, tone)


def _conifer(stencil: Stencil, dice: Dice, foot: Point, size: float) -> None:
    x, y = foot
    wide = size * dice.uniform(0.15, 0.21)
    tiers = 7
    left: list[Point] = []
    right: list[Point] = []
    for tier in range(tiers):
        share = (tier + 1) / tiers
        level = y - size * (1 - share * 0.93)
        reach = wide * share**0.85
        left += [(x - reach * dice.uniform(0.9, 1.1), level), (x - reach * 0.55, level - size * 0.012)]
        right += [(x + reach * dice.uniform(0.9, 1.1), level), (x + reach * 0.55, level - size * 0.012)]
    stencil.polygon([(x, y - size), *right, *reversed(left)])
    stencil.polygon([(x - wide * 0.14, y - size * 0.1), (x + wide * 0.14, y - size * 0.1), (x + wide * 0.14, y), (x - wide * 0.14, y)])


def _round(stencil: Stencil, dice: Dice, foot: Point, size: float) -> None:
    x, y = foot
    size *= 0.85
    stencil.line([(x, y), (x, y - size * 0.5)], size * 0.05)
    for _ in range(9):
        angle, far = dice.uniform(0, 2 * math.pi), dice.uniform(0.02, 0.2) * size
        stencil.disc(x + math.cos(angle) * far * 1.15, y - size * 0.66 + math.sin(angle) * far, size * dice.uniform(0.12, 0.2))


def palms(canvas: Image.Image, scene: Scene, tone: Tone) -> None:
    """Two or three palms at one side, close to the viewer."""
    dice = scene.dice("palms")
    side = dice.pick((-1, 1))
    for index in range(dice.integer(2, 3)):
        size = scene.least * dice.uniform(0.5, 0.72) * (1 - index * 0.16)
        x = scene.width * 0.5 + side * (scene.width * (0.4 - index * 0.06) + size * 0.02)
        _palm(canvas, dice, (x, scene.height * 1.01), (size, -side * dice.uniform(0.08, 0.24)), tone)


def _palm(canvas: Image.Image, dice: Dice, foot: Point, shape: tuple[float, float], tone: Tone) -> None:
    size, lean = shape
    reach = size * 0.42
    crown = foot[0] + lean * size, foot[1] - size
    left, right = min(foot[0], crown[0]) - reach * 1.1, max(foot[0], crown[0]) + reach * 1.1
    stencil = Stencil((left, crown[1] - reach, right, foot[1]), most=3)
    steps = 14
    for step in range(steps):
        points = [(foot[0] + lean * size * (s / steps) ** 1.7, foot[1] - size * s / steps) for s in (step, step + 1)]
        stencil.line(points, size * (0.036 - 0.014 * step / steps))
    fronds = dice.integer(8, 10)
    for frond in range(fronds):
        angle = math.pi * (-1.12 + 1.24 * frond / (fronds - 1)) + dice.uniform(-0.08, 0.08)
        _frond(stencil, crown, angle, reach * dice.uniform(0.82, 1.05))
    for _ in range(3):
        stencil.disc(crown[0] + dice.uniform(-0.05, 0.05) * reach * 1.6, crown[1] + reach * dice.uniform(0.02, 0.1), reach * 0.055)
    stencil.stamp(canvas, tone.by(l=-0.02))


def _frond(stencil: Stencil, crown: Point, angle: float, length: float) -> None:
    """An arc that droops, with leaflets hanging from it."""
    spine: list[Point] = []
    for step in range(13):
        share = step / 12
        fall = share * share * length * 0.62
        spine.append((crown[0] + math.cos(angle) * length * share, crown[1] + math.sin(angle) * length * share * 0.8 + fall))
    stencil.line(spine, length * 0.022)
    for step, (x, y) in enumerate(spine[1:], 1):
        hang = length * 0.3 * (1 - abs(step / 12 - 0.45))
        slant = math.cos(angle) * hang * 0.5
        back = spine[step - 1]
        stencil.polygon([back, (x, y), (x + slant, y + hang * 0.8)])


def cabin(canvas: Image.Image, scene: Scene, ridge: Line, body: Tone) -> None:
    """A small house with a lit window on a ridge."""
    dice = scene.dice("cabin")
    unit = scene.least * 0.05
    x = scene.width * dice.uniform(0.25, 0.75)
    y = float(ridge[min(len(ridge) - 1, int(x))]) + unit * 0.25
    wall = mix(body, scene.palette.accent, 0.25).by(l=-0.05)
    stencil = Stencil((x - unit * 1.3, y - unit * 2, x + unit * 1.3, y))
    stencil.polygon([(x - unit, y), (x - unit, y - unit * 0.9), (x + unit, y - unit * 0.9), (x + unit, y)])
    stencil.stamp(canvas, wall)
    roof = Stencil((x - unit * 1.3, y - unit * 2, x + unit * 1.3, y))
    roof.polygon(
        [
            (x - unit * 1.2, y - unit * 0.82),
            (x - unit * 0.55, y - unit * 1.6),
            (x + unit * 0.55, y - unit * 1.6),
            (x + unit * 1.2, y - unit * 0.82),
        ]
    )
    roof.rounded((x + unit * 0.3, y - unit * 1.95, x + unit * 0.52, y - unit * 1.4), 0)
    roof.stamp(canvas, wall.by(l=-0.13))
    lamp = Stencil((x - unit, y - unit, x + unit, y))
    for left in (-0.65, 0.25):
        lamp.rounded((x + unit * left, y - unit * 0.66, x + unit * (left + 0.4), y - unit * 0.28), unit * 0.04)
    lamp.stamp(canvas, Tone(0.88, 0.12, 85))
