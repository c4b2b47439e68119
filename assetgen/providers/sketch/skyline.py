"""Skylines: ranks of towers that fade into the air, with lit windows, and water in front where words ask for it."""

import numpy as np
from PIL import Image

from assetgen.providers.sketch import weather
from assetgen.providers.sketch.canvas import Stencil, glow, vertical
from assetgen.providers.sketch.noise import Dice
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.sky import Light, draw_sky, light_of
from assetgen.providers.sketch.tone import Tone, mix
from assetgen.providers.sketch.water import draw_water

_RANKS = 4


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    dice = scene.dice("city")
    watery = scene.words.shows("water") or (not scene.words.bars("water") and dice.chance(0.4))
    ground = scene.height * (dice.uniform(0.72, 0.78) if watery else 1.02)
    light = light_of(scene, scene.height * 0.5)
    canvas = draw_sky(scene, scene.height * 0.78, light)
    low = scene.palette.sky[2]
    glow(canvas, (scene.width * 0.5, ground), scene.height * 0.5, low.by(l=0.04, c=1.15), 0.5)
    dark = scene.palette.dark or low.l < 0.62 or scene.palette.sky[0].l < 0.45
    for rank in range(_RANKS):
        _rank(canvas, scene, (light, ground, dark), rank)
    if watery:
        draw_water(canvas, scene, light, ground)
    weather.draw(canvas, scene)
    return canvas


def _rank(canvas: Image.Image, scene: Scene, setting: tuple[Light, float, bool], rank: int) -> None:
    light, ground, dark = setting
    dice = scene.dice("rank", rank)
    depth = rank / (_RANKS - 1)
    haze = mix(scene.palette.sky[2], scene.palette.sky[1], 0.55)
    hue = mix(scene.palette.main, scene.palette.sky[0], 0.45)
    near = hue.to(l=0.19 if dark else 0.36, c=min(hue.c, 0.07))
    body = mix(haze.by(l=-0.02 if dark else -0.05), near, 0.14 + 0.86 * depth**1.15)
    unit = scene.least * (0.05 + 0.035 * depth)
    middle = scene.width * scene.dice("centre").uniform(0.35, 0.65)
    x = -unit
    while x < scene.width + unit:
        wide = max(4, round(unit * dice.uniform(0.75, 1.9)))
        central = max(0.0, 1 - abs(x + wide / 2 - middle) / (scene.width * 0.55 + 1))
        tall = scene.height * (0.62 - 0.4 * depth) * dice.uniform(0.4, 1.0) * (0.42 + 0.58 * central)
        shade = body.by(l=dice.uniform(-0.018, 0.018))
        _tower(canvas, dice, (round(x), round(ground - tall), wide, round(ground)), (shade, depth, light, dark, scene))
        x += wide + (unit * dice.uniform(-0.12, 0.1) if dice.chance(0.8) else unit * dice.uniform(0.1, 0.6))


def _tower(canvas: Image.Image, dice: Dice, place: tuple[int, int, int, int], look: tuple[Tone, float, Light, bool, Scene]) -> None:
    left, top, wide, ground = place
    tone, depth, light, dark, scene = look
    haze = mix(scene.palette.sky[2], tone, 0.35 + 0.5 * depth)
    deep = max(1, ground - top)
    stops = ((0, tone), (0.35, tone), (1, mix(tone, haze, 0.55)))
    canvas.paste(vertical(stops, wide, deep), (left, top))
    _top(canvas, dice, (left, top, wide), tone)
    side = max(1, wide // 5)
    at = left if light.x < left else left + wide - side
    lit = mix(tone, light.tone, 0.13 if dark else 0.2)
    canvas.paste(vertical(((0, lit), (0.4, mix(lit, tone, 0.4)), (1, mix(tone, haze, 0.55))), side, deep), (at, top))
    if depth > 0.3:
        _windows(canvas, dice, place, look)


def _top(canvas: Image.Image, dice: Dice, place: tuple[int, int, int], tone: Tone) -> None:
    """A roof: flat, stepped, slanted, pointed, or with a mast."""
    left, top, wide = place
    form = dice.integer(0, 9)
    high = wide * dice.uniform(0.25, 0.6)
    stencil = Stencil((left, top - high * 3 - 2, left + wide, top + 1))
    match form:
        case 0 | 1:
            stencil.rounded((left + wide * 0.18, top - high * 0.45, left + wide * 0.82, top + 1), 0)
            stencil.rounded((left + wide * 0.34, top - high * 0.8, left + wide * 0.66, top + 1), 0)
        case 2:
            stencil.polygon([(left, top + 1), (left + wide, top + 1), (left + wide, top - high * 0.7)])
        case 3:
            stencil.polygon([(left, top + 1), (left + wide, top + 1), (left, top - high * 0.7)])
        case 4:
            stencil.polygon([(left, top + 1), (left + wide, top + 1), (left + wide * 0.5, top - high * 1.6)])
            stencil.line([(left + wide * 0.5, top - high * 1.4), (left + wide * 0.5, top - high * 2.6)], max(1.0, wide * 0.03))
        case 5:
            stencil.rounded((left + wide * 0.1, top - high * 0.3, left + wide * 0.9, top + 1), 0)
            stencil.line([(left + wide * 0.5, top), (left + wide * 0.5, top - high * 1.9)], max(1.0, wide * 0.035))
        case 6:
            stencil.rounded((left + wide * 0.12, top - high * 0.28, left + wide * 0.42, top + 1), 0)
        case _:
            return
    stencil.stamp(canvas, tone)


def _windows(canvas: Image.Image, dice: Dice, place: tuple[int, int, int, int], look: tuple[Tone, float, Light, bool, Scene]) -> None:
    """A grid of windows; by night some are lit, by day they mirror the sky."""
    left, top, wide, ground = place
    tone, depth, _light, dark, scene = look
    pitch = max(5, round(scene.least * (0.011 + 0.007 * depth)))
    pane = max(2, round(pitch * 0.5)), max(2, round(pitch * (0.62 if dice.chance(0.5) else 0.45)))
    across = (wide - pitch // 2) // pitch
    down = (ground - top - pitch) // pitch
    if across < 1 or down < 1:
        return
    start = left + (wide - across * pitch + pitch - pane[0]) // 2
    warm = (Tone(0.88, 0.12, 88), Tone(0.82, 0.13, 72), scene.palette.swatches[1].to(l=0.8))
    share = dice.uniform(0.2, 0.5) if dark else dice.uniform(0.75, 1)
    cells = dice.floats(across * down).reshape(down, across)
    colours = np.array([tone.rgb for tone in warm]) if dark else np.array([mix(tone, scene.palette.sky[1], 0.42).rgb] * 3)
    strength = 0.55 + 0.45 * depth if dark else 0.28 + 0.25 * depth
    mask = np.zeros((down * pitch, across * pitch), dtype=np.uint8)
    fill = np.zeros((down * pitch, across * pitch, 3), dtype=np.uint8)
    level = np.where(cells < share, (0.55 + 0.45 * (cells * 7919 % 1)) * strength * 255, 0).astype(np.uint8)
    kind = np.where(cells * 97 % 1 < 0.62, 0, np.where(cells * 97 % 1 < 0.93, 1, 2))
    grid = mask.reshape(down, pitch, across, pitch)
    grid[:, : pane[1], :, : pane[0]] = level[:, None, :, None]
    fill.reshape(down, pitch, across, pitch, 3)[:] = colours[kind][:, None, :, None, :]
    canvas.paste(Image.fromarray(fill), (start, top + pitch // 2 + pane[1] // 2), Image.fromarray(mask))
