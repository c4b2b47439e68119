"""Weather in front of a landscape: fog banks, rain, falling snow."""

import numpy as np
from PIL import Image

from assetgen.providers.sketch.canvas import Stencil, mask_of, veil
from assetgen.providers.sketch.noise import cloud, smoothstep
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix


def draw(canvas: Image.Image, scene: Scene) -> None:
    """Add the weather that the words ask for."""
    if scene.words.shows("fog"):
        _fog(canvas, scene)
    if scene.words.shows("rain"):
        _rain(canvas, scene)
    if scene.words.shows("snow") and scene.words.any(("snowfall", "snowy", "snowing", "blizzard", "winter", "christmas")):
        _snow(canvas, scene)


def _fog(canvas: Image.Image, scene: Scene) -> None:
    small = max(4, min(320, scene.width)), max(4, min(180, scene.height))
    banks = cloud(scene.dice("fog"), small, (2, 5), octaves=4)
    rows = np.linspace(0, 1, small[1], dtype=np.float32)[:, None]
    weight = np.clip(1 - np.abs(rows - np.float32(0.66)) * np.float32(2.6), 0, 1)
    mask = mask_of(smoothstep(banks, 0.2, 0.85) * weight * np.float32(0.85)).resize(scene.size, Image.Resampling.BICUBIC)
    veil(canvas, mix(scene.palette.sky[2], scene.palette.sky[1], 0.25), mask)


def _rain(canvas: Image.Image, scene: Scene) -> None:
    dice = scene.dice("rain")
    stencil = Stencil((0, 0, scene.width, scene.height), most=2)
    length = scene.least * 0.05
    for x, y, far in dice.floats(360).reshape(120, 3):
        left, top = float(x) * scene.width * 1.1, float(y) * scene.height
        reach = length * (0.5 + float(far))
        stencil.line([(left, top), (left - reach * 0.22, top + reach)], max(0.6, scene.least * 0.0016))
    stencil.stamp(canvas, Tone(0.95, 0.01, 240), opacity=0.3)


def _snow(canvas: Image.Image, scene: Scene) -> None:
    dice = scene.dice("snow")
    stencil = Stencil((0, 0, scene.width, scene.height), most=2)
    for x, y, far in dice.floats(540).reshape(180, 3):
        radius = scene.least * (0.0018 + 0.0052 * float(far) ** 3)
        stencil.disc(float(x) * scene.width, float(y) * scene.height, max(0.7, radius))
    stencil.stamp(canvas, Tone(0.985, 0.005, 240), opacity=0.85)
