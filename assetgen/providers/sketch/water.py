"""Water: the picture above the shore, mirrored, tinted and rippled, with a glitter path under the light."""

import numpy as np
from PIL import Image

from assetgen.providers.sketch.canvas import Stencil, veil, vertical
from assetgen.providers.sketch.noise import profile
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.sky import Light
from assetgen.providers.sketch.tone import Tone, mix


def draw_water(canvas: Image.Image, scene: Scene, light: Light, shore: float) -> None:
    """Fill everything below `shore` with water."""
    top = int(shore)
    deep = scene.height - top
    if deep < 2 or top < 2:
        return
    taken = min(top, max(2, int(deep * 1.5)))
    mirror = canvas.crop((0, top - taken, scene.width, top)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = mirror.resize((scene.width, deep), Image.Resampling.BILINEAR)
    night = light.night or scene.palette.sky[2].l < 0.6
    far = mix(scene.palette.water, scene.palette.sky[2], 0.45)
    near = scene.palette.water.to(l=min(scene.palette.water.l, 0.22 if night else 0.42))
    tint = vertical(((0, far), (0.45, mix(far, near, 0.6)), (1, near)), scene.width, deep)
    strength = np.linspace(70, 205, deep).astype(np.uint8)[:, None]
    veil(water, tint, Image.fromarray(np.broadcast_to(strength, (deep, scene.width)).copy()))
    canvas.paste(_ripple(water, scene), (0, top))
    _glints(canvas, scene, light, (top, deep))
    if scene.words.shows("boat"):
        _boat(canvas, scene, (top, deep))


def _ripple(water: Image.Image, scene: Scene) -> Image.Image:
    """Every row shifted sideways a little; the nearer, the more."""
    pixels = np.asarray(water)
    deep, width = pixels.shape[:2]
    depth = (np.arange(deep) + 1) / deep
    at = 26 * depth**0.45
    shifts = profile(scene.dice("ripple"), at * 3 + 1, octaves=2) * width * 0.012 * (0.15 + depth)
    moved = np.empty_like(pixels)
    for row, shift in enumerate(shifts.round().astype(int).tolist()):
        moved[row] = np.roll(pixels[row], shift, axis=0)
    return Image.fromarray(moved)


def _glints(canvas: Image.Image, scene: Scene, light: Light, reach: tuple[int, int]) -> None:
    """Short flat strokes: bright ones under the light, faint ones anywhere."""
    top, deep = reach
    dice = scene.dice("glints")
    stencil = Stencil((0, top, scene.width, top + deep), most=2)
    faint = Stencil((0, top, scene.width, top + deep), most=2)
    for _ in range(90):
        depth = dice.uniform(0.01, 1) ** 1.6
        y = top + depth * deep
        length = scene.least * (0.012 + 0.075 * depth) * dice.uniform(0.4, 1.3)
        thick = max(0.8, scene.least * (0.0011 + 0.005 * depth))
        if light.radius and dice.chance(0.6):
            x = light.x + dice.uniform(-1, 1) * light.radius * (0.9 + 1.8 * depth)
            target = stencil
        else:
            x = dice.uniform(0, scene.width)
            target = faint
        target.rounded((x - length, y, x + length, y + thick), thick / 2)
    faint.stamp(canvas, scene.palette.sky[2], opacity=0.22)
    glint = light.tone if light.radius else Tone(0.95, 0.02, scene.palette.sky[2].h)
    stencil.stamp(canvas, glint, opacity=0.72)


def _boat(canvas: Image.Image, scene: Scene, reach: tuple[int, int]) -> None:
    """A sailing boat and the shadow that it throws on the water."""
    top, deep = reach
    dice = scene.dice("boat")
    unit = scene.least * dice.uniform(0.045, 0.06)
    x, y = scene.width * dice.uniform(0.22, 0.78), top + deep * dice.uniform(0.22, 0.34)
    sail = mix(scene.palette.sky[2], Tone(0.99, 0.01, 90), 0.7)
    hull = Tone(0.27, 0.03, scene.palette.water.h)
    shadow = Stencil((x - unit * 2, y, x + unit * 2, y + unit * 1.6), most=3)
    for row in range(5):
        wide = unit * (1.15 - row * 0.2)
        shadow.rounded((x - wide, y + unit * (0.1 + row * 0.26), x + wide, y + unit * (0.2 + row * 0.26)), unit * 0.05)
    shadow.stamp(canvas, hull, opacity=0.4)
    for tone, points in (
        (hull, [(-1.2, -0.3), (1.3, -0.3), (0.9, 0.12), (-0.9, 0.12)]),
        (sail, [(0.05, -2.9), (0.05, -0.45), (1.1, -0.45)]),
        (sail.by(l=-0.12), [(-0.06, -2.6), (-0.06, -0.45), (-0.85, -0.45)]),
    ):
        part = Stencil((x - unit * 2, y - unit * 3, x + unit * 2, y + unit))
        part.polygon([(x + px * unit, y + py * unit) for px, py in points])
        part.stamp(canvas, tone)
