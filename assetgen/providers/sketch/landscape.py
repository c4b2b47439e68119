"""Landscapes: layers of hills, mountains or dunes that fade into the air, with trees, water and weather where words ask for them."""

import numpy as np
from PIL import Image

from assetgen.providers.sketch import flora, weather
from assetgen.providers.sketch.canvas import mask_of, veil, vertical
from assetgen.providers.sketch.noise import Dice, Field, Line, profile, smoothstep
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.sky import Light, draw_sky, light_of
from assetgen.providers.sketch.tone import Tone, mix
from assetgen.providers.sketch.water import draw_water

_SUB = 3  # height samples per pixel column, for smooth slopes


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    dice = scene.dice("land")
    watery = scene.words.shows("water")
    horizon = scene.height * (dice.uniform(0.5, 0.58) if watery else dice.uniform(0.56, 0.66))
    light = light_of(scene, horizon)
    canvas = draw_sky(scene, horizon, light)
    shore = horizon + scene.height * dice.uniform(0.03, 0.08)
    far = 3 if watery else 5
    for layer in range(far):
        _layer(canvas, scene, light, (horizon, shore if watery else float(scene.height)), layer, far)
    if watery:
        draw_water(canvas, scene, light, shore)
        _bank(canvas, scene, shore)
    if scene.words.shows("palms"):
        flora.palms(canvas, scene, near(scene))
    weather.draw(canvas, scene)
    return canvas


def near(scene: Scene) -> Tone:
    """The colour of what stands closest: dark, with the hue of the land."""
    land = scene.palette.land
    night = scene.palette.sky[2].l < 0.6
    if scene.words.shows("snow"):
        return land.to(l=0.36, c=0.04, h=255) if night else land.to(l=max(0.3, land.l * 0.8))
    return Tone(min(land.l, 0.17 if night else 0.3), min(land.c, 0.075), land.h)


def light_is_low(scene: Scene) -> bool:
    """Whether the near ground stands against the light."""
    return scene.palette.sky[0].l < 0.5


def _layer(canvas: Image.Image, scene: Scene, light: Light, reach: tuple[float, float], layer: int, layers: int) -> None:
    """One range of hills; layer 0 is the farthest."""
    width, height = scene.size
    depth = layer / max(1, layers - 1)
    horizon, floor = reach
    base = horizon + (floor - horizon) * (0.02 + 0.8 * depth**1.25)
    ridge = _ridge(scene, layer, depth, base)
    low = scene.palette.sky[2]
    haze = mix(low, scene.palette.sky[1], 0.25)
    share = 0.3 + 0.7 * depth**0.8
    dark = near(scene)
    body = mix(mix(haze, scene.palette.land.to(l=min(haze.l, scene.palette.land.l)), min(1, share * 1.1)), dark, depth**1.4 * 0.88)
    mist = mix(body, haze, 0.5 * (1 - depth) + 0.08)
    top = max(0, int(ridge.min()))
    if top >= height:
        return
    deep = height - top
    if layer >= layers - 2 and layer > 0 and scene.words.shows("trees") and not scene.words.shows("palms"):
        # Trees first: their feet stand behind their own hill.
        flora.wood(canvas, scene, ridge[1::_SUB], layer, (body.by(l=-0.015), depth))
    fill = vertical(((0, body), (min(1.0, scene.height * 0.34 / deep), mist), (1, mist)), width, deep)
    mask = _below(ridge, top, deep, width)
    if scene.words.shows("mountains") and depth < 0.51:
        _faces(fill, scene, light, ridge[1::_SUB], (top, body, depth, layer))
    elif scene.words.shows("dunes"):
        _lee(fill, scene, light, ridge[1::_SUB], (top, body))
    veil(canvas, fill, mask, (0, top))
    if scene.words.shows("cabin") and layer == layers - 2:
        flora.cabin(canvas, scene, ridge[1::_SUB], body)


def _ridge(scene: Scene, layer: int, depth: float, base: float) -> Line:
    """Heights (y of the ridge) at `_SUB` points a column."""
    dice = scene.dice("ridge", layer)
    count = scene.width * _SUB
    at = np.arange(count) / _SUB / scene.height
    if scene.words.shows("mountains") and depth < 0.51:
        rough = profile(dice, at * 5 + 1, octaves=6, decay=0.5, smooth=False)
        return base - _peaks(scene, layer, depth, count) - rough * scene.height * 0.028 * (1.2 - depth)
    if scene.words.shows("dunes"):
        wave = profile(dice, at * (1.3 + depth) + dice.uniform(0, 9), octaves=2, decay=0.22)
        sharp = 1 - np.abs(wave) * 1.3
        return base - (sharp - 0.45) * scene.height * (0.05 + 0.06 * depth)
    wave = profile(dice, at * (1.6 + depth * 0.3) + dice.uniform(0, 9), octaves=5, decay=0.38)
    return base - wave * scene.height * (0.075 - 0.02 * depth)


def _peaks(scene: Scene, layer: int, depth: float, count: int) -> Line:
    """Heights of a range of peaks: the highest of many tents, each a little lopsided."""
    dice = scene.dice("peaks", layer)
    height = float(scene.height)
    at = (np.arange(count) + 0.5) / count * scene.width
    tall = height * (0.3 * (1 - depth) + 0.07)
    range_: Line = np.full(count, -tall * 0.15)
    x = -height * 0.2
    while x < scene.width + height * 0.2:
        peak = tall * dice.uniform(0.3, 1.1)
        left, right = dice.uniform(0.5, 0.95), dice.uniform(0.5, 0.95)
        away = at - x
        range_ = np.maximum(range_, peak - np.where(away < 0, -away * left, away * right))
        x += height * dice.uniform(0.16, 0.5)
    return range_


def _below(ridge: Line, top: int, deep: int, width: int) -> Image.Image:
    """What lies under the ridge, with exact coverage along the slope."""
    mask = np.full((deep, width), 255, dtype=np.uint8)
    band = max(1, min(deep, int(np.ceil(ridge.max())) - top + 1))
    rows = np.arange(top + 1, top + band + 1, dtype=np.float32)[:, None]
    total = np.zeros((band, width), dtype=np.float32)
    for part in range(_SUB):
        total += np.clip(rows - ridge[part::_SUB].astype(np.float32)[None, :], 0, 1)
    mask[:band] = (total * np.float32(255 / _SUB) + np.float32(0.5)).astype(np.uint8)
    return Image.fromarray(mask)


def _slope(ridge: Line, reach: int) -> Line:
    """The fall of the ridge around every column, smoothed over `reach` columns."""
    padded = np.pad(ridge, reach, mode="edge")
    total = np.convolve(padded, np.ones(reach), mode="valid")
    return (total[reach : reach + len(ridge)] - total[: len(ridge)]) / (reach * reach)


def _faces(fill: Image.Image, scene: Scene, light: Light, ridge: Line, look: tuple[int, Tone, float, int]) -> None:
    """Lit and shaded faces, and snow on high ground, down from the ridge and lost in the mist."""
    top, body, depth, layer = look
    width, height = scene.size
    deep = min(fill.height, max(2, int(height * 0.36)))
    step = 2 if width * deep > 120_000 else 1
    dice = scene.dice("faces", int(depth * 100))
    columns, rows = np.arange(0, width, step), np.arange(0, deep, step)
    ground = ridge[columns].astype(np.float32)[None, :]
    under = ((rows[:, None] + np.float32(top)) - ground) / np.float32(height)
    wander = (profile(dice, rows / height * 30 + 1, octaves=4, smooth=False) * height * 0.02).astype(np.int64)
    side = 1 if light.x < width / 2 else -1
    where = np.clip(columns[None, :] + wander[:, None] - (under * np.float32(side * height * 0.25)).astype(np.int64), 0, width - 1)
    tents = -_peaks(scene, layer, depth, width)
    fine, broad = (line[where].astype(np.float32) * side for line in (_slope(ridge, max(2, height // 80)), _slope(tents, 2)))
    near_ridge = np.clip(1 - under / np.float32(0.07), 0, 1)
    lit = smoothstep(fine * near_ridge * np.float32(0.5) + broad, -0.3, 0.3)
    fade = np.clip(1 - under / np.float32(0.34), 0, 1)
    size = fill.width, deep
    veil(fill, mix(body.by(l=0.08), light.tone, 0.2), mask_of((1 - lit) * fade * np.float32(0.6)).resize(size, Image.Resampling.BILINEAR))
    veil(fill, body.by(l=-0.07, c=1.1), mask_of(lit * fade * np.float32(0.6)).resize(size, Image.Resampling.BILINEAR))
    if depth < 0.6 and not scene.words.bars("snow"):
        floor, peak = float(ridge.max()), float(ridge.min())
        line = peak + (floor - peak) * (0.62 if scene.words.shows("snow") else 0.42)
        high = np.clip((np.float32(line) - ground) / np.float32(height), 0, 1)
        ragged = profile(dice, columns / height * 46, octaves=4, smooth=False).astype(np.float32)[None, :] * np.float32(0.02)
        snow = smoothstep(high * np.float32(0.8) + ragged * np.clip(high * 40, 0, 1) - under, 0.0, 0.006) * np.float32(0.93)
        cap = mix(Tone(0.98, 0.01, 240), scene.palette.sky[2], 0.3)
        veil(fill, cap, mask_of(snow * (1 - lit * np.float32(0.58))).resize(size, Image.Resampling.BILINEAR))


def _lee(fill: Image.Image, scene: Scene, light: Light, ridge: Line, look: tuple[int, Tone]) -> None:
    """The shaded side of a dune, slanting down from its crest and lost in the sand."""
    top, body = look
    width, height = scene.size
    deep = min(fill.height, max(2, height // 3))
    side = 1 if light.x < width / 2 else -1
    columns, rows = np.arange(0, width, 2), np.arange(0, deep, 2)
    under = ((rows[:, None] + np.float32(top)) - ridge[columns].astype(np.float32)[None, :]) / np.float32(height)
    where = np.clip(columns[None, :] - (under * np.float32(side * height * 1.7)).astype(np.int64), 0, width - 1)
    falling: Field = smoothstep((_slope(ridge, max(2, height // 40)) * side).astype(np.float32), -0.02, 0.06)
    shade = falling[where] * np.clip(1 - under / np.float32(0.22), 0, 1)
    size = width, deep
    veil(
        fill,
        mix(body.by(l=0.05), light.tone, 0.3),
        mask_of((1 - falling[where]) * np.clip(1 - under * 5, 0, 1) * np.float32(0.5)).resize(size),
    )
    veil(fill, body.by(l=-0.1, c=1.05), mask_of(shade * np.float32(0.8)).resize(size))


def _bank(canvas: Image.Image, scene: Scene, shore: float) -> None:
    """The near bank of the water, low at the bottom edge, with trees where there are any."""
    dice: Dice = scene.dice("bank")
    at = np.arange(scene.width * _SUB) / _SUB / scene.height
    wave = profile(dice, at * 0.9 + dice.uniform(0, 9), octaves=4, decay=0.4)
    base = max(scene.height * 0.93, shore)
    ridge = base - wave * scene.height * 0.045
    dark = scene.palette.land.by(l=-0.08) if scene.palette.land.l > 0.7 and not light_is_low(scene) else near(scene)
    if scene.words.shows("trees") and not scene.words.shows("palms"):
        flora.wood(canvas, scene, ridge[1::_SUB], 9, (dark, 1.0))
    top = max(0, int(ridge.min()))
    if top < scene.height:
        deep = scene.height - top
        veil(
            canvas,
            vertical(((0, dark.by(l=0.03)), (1, dark.by(l=-0.03))), scene.width, deep),
            _below(ridge, top, deep, scene.width),
            (0, top),
        )
