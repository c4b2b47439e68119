"""Skies: gradient, sun, moon, stars, clouds, aurora, birds. Shared by landscapes and skylines."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from assetgen.providers.sketch.canvas import Stencil, glow, mask_of, veil, vertical
from assetgen.providers.sketch.noise import Dice, cloud, profile, smoothstep
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix

_LOW_SUN = ("sunrise", "sunset", "sunup", "sundown", "dawn", "dusk", "golden", "evening", "synthwave", "retrowave", "outrun", "vaporwave")


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """The sun or the moon: where it stands, its radius (0 where neither is seen) and its colour."""

    x: float
    y: float
    radius: float
    tone: Tone
    night: bool


def light_of(scene: Scene, horizon: float) -> Light:
    """Where the light comes from. By default there is a sun by day and a moon by night, unless a negative word bars it."""
    dice = scene.dice("light")
    night = scene.palette.sky[2].l < 0.6 and not scene.words.shows("sun")
    low = scene.words.any(_LOW_SUN)
    x = dice.uniform(0.2, 0.8) * scene.width
    y = horizon * (dice.uniform(0.78, 0.92) if low else dice.uniform(0.24, 0.46))
    body = "moon" if scene.words.shows("moon") or night else "sun"
    if scene.words.shows("sun") and not scene.words.any(("moon", "moonlight", "moonlit")):
        body = "sun"
    grey = any(scene.words.shows(weather) for weather in ("rain", "fog")) and not scene.words.shows("sun")
    seen = not scene.words.bars(body) and not grey and (scene.words.shows(body) or dice.chance(0.75))
    radius = scene.least * (dice.uniform(0.055, 0.08) if low else dice.uniform(0.035, 0.055))
    if scene.words.shows("stripes"):
        x, y, radius = scene.width * dice.uniform(0.42, 0.58), horizon * 0.8, scene.least * 0.2
    low_tone = scene.palette.sky[2]
    warm = Tone(0.97, 0.05, 95) if low_tone.l > 0.9 else mix(low_tone.to(l=0.93), Tone(0.95, 0.09, 85), 0.6)
    tone = Tone(0.955, 0.02, 95) if body == "moon" else warm
    return Light(x=x, y=y, radius=radius if seen else 0.0, tone=tone, night=night)


def draw_sky(scene: Scene, horizon: float, light: Light) -> Image.Image:
    """The whole canvas as sky; below the horizon its last colour goes on."""
    top, middle, low = scene.palette.sky
    edge = min(0.98, horizon / scene.height)
    canvas = vertical(((0, top), (edge * 0.55, middle), (edge, low), (1, low)), scene.width, scene.height)
    if scene.words.shows("stars") or (light.night and not scene.words.bars("stars")):
        _stars(canvas, scene.dice("stars"), horizon)
    if scene.words.shows("aurora"):
        _aurora(canvas, scene)
    if light.radius:
        _body(canvas, scene, light)
    clouded = scene.words.shows("clouds")
    if clouded or (not light.night and not scene.words.bars("clouds") and scene.dice("cloudy").chance(0.6)):
        _clouds(canvas, scene, horizon, light, thick=clouded)
    if scene.words.shows("birds") or (not light.night and not scene.words.bars("birds") and scene.dice("flock").chance(0.25)):
        _birds(canvas, scene, horizon)
    return canvas


def _body(canvas: Image.Image, scene: Scene, light: Light) -> None:
    if light.night:
        glow(canvas, (light.x, light.y), light.radius * 4.5, light.tone.to(l=0.85), 0.4)
    else:
        glow(canvas, (light.x, light.y), scene.least * 0.42, mix(scene.palette.sky[2], light.tone, 0.5).to(l=0.93), 0.62)
        glow(canvas, (light.x, light.y), light.radius * 2.1, light.tone, 0.5)
    reach = light.radius + 2
    stencil = Stencil((light.x - reach, light.y - reach, light.x + reach, light.y + reach))
    stencil.disc(light.x, light.y, light.radius)
    if scene.words.shows("stripes"):
        for step in range(6):
            top = light.y + light.radius * (0.05 + step * 0.16)
            stencil.rounded((light.x - reach, top, light.x + reach, top + light.radius * (0.03 + step * 0.014)), 0, 0)
        left = vertical(((0, Tone(0.9, 0.15, 95)), (0.5, Tone(0.75, 0.19, 45)), (1, Tone(0.62, 0.26, 0))), stencil.width, stencil.height)
        stencil.stamp(canvas, left)
        return
    if light.night and (scene.words.any(("crescent",)) or scene.dice("phase").chance(0.55)):
        stencil.disc(light.x + light.radius * 0.42, light.y - light.radius * 0.22, light.radius * 0.86, 0)
    stencil.stamp(canvas, light.tone, opacity=0.96)


def _stars(canvas: Image.Image, dice: Dice, horizon: float) -> None:
    width, height = canvas.size
    count = min(900, max(8, int(width * horizon / 2600)))
    unit = max(1.0, min(width, height) / 540)
    draws = dice.floats(count * 3).reshape(count, 3)
    for across, down, size in draws:
        x, y = across * width, down * down * horizon * 0.92
        radius = unit * (0.45 + 1.1 * size**6)
        stencil = Stencil((x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1))
        stencil.disc(x, y, radius)
        stencil.stamp(canvas, Tone(0.97, 0.02, 250 if size < 0.5 else 90), opacity=0.35 + 0.6 * float(size))


def _clouds(canvas: Image.Image, scene: Scene, horizon: float, light: Light, *, thick: bool) -> None:
    width = scene.width
    deep = max(4, int(horizon))
    small = max(4, min(width, 640)), max(4, min(deep, 360))
    cells = max(1, round(2.2 * width / max(deep, 1))), 4
    shape = cloud(scene.dice("clouds"), small, cells, octaves=4, decay=0.5)
    lit = np.roll(shape, max(1, small[1] // 60), axis=0)
    rows = np.linspace(0, 1, small[1], dtype=np.float32)[:, None]
    weight = np.clip(rows * 5, 0, 1) * np.clip((1 - rows) * 3.2, 0, 1)
    bar = 0.44 if thick else 0.56
    body = smoothstep(shape, bar, bar + 0.36) * weight * np.float32(0.9 if thick else 0.62)
    edge = smoothstep(shape - lit + 0.5, 0.5, 0.56) * body
    low = scene.palette.sky[2]
    pale = mix(low, scene.palette.sky[1], 0.5) if light.night else mix(low.to(l=0.97), light.tone, 0.35)
    shade = mix(scene.palette.sky[1], scene.palette.sky[0], 0.35) if light.night else mix(pale, scene.palette.sky[1], 0.45)
    veil(canvas, shade.by(l=0.03 if light.night else 0.02), mask_of(body).resize((width, deep), Image.Resampling.BICUBIC))
    veil(canvas, pale, mask_of(edge * np.float32(0.8)).resize((width, deep), Image.Resampling.BICUBIC))


def _aurora(canvas: Image.Image, scene: Scene) -> None:
    width, height = scene.size
    small = max(8, width // 4), max(8, height // 4)
    rows = np.arange(small[1], dtype=np.float32)[:, None] / small[1]
    for band, tone in enumerate((Tone(0.85, 0.2, 155), Tone(0.72, 0.17, 190), Tone(0.65, 0.19, 310))):
        dice = scene.dice("aurora", band)
        at = np.linspace(0, 3.2, small[0])
        foot = 0.4 - band * 0.07 + 0.1 * profile(dice, at, octaves=2)
        folds = 0.55 + 0.45 * profile(dice, at * 9, octaves=2)
        above = (foot.astype(np.float32)[None, :] - rows) / np.float32(0.3)
        share = np.where(above >= 0, np.clip(1 - above, 0, 1) ** 2, np.clip(1 + above * 9, 0, 1))
        mask = mask_of(share * folds.astype(np.float32)[None, :] * np.float32(0.62)).resize(canvas.size, Image.Resampling.BICUBIC)
        canvas.paste(tone.rgb, (0, 0), mask)


def _birds(canvas: Image.Image, scene: Scene, horizon: float) -> None:
    dice = scene.dice("birds")
    ink = mix(scene.palette.sky[0], Tone(0.25, 0.02, scene.palette.sky[0].h), 0.65)
    x, y = dice.uniform(0.15, 0.75) * scene.width, dice.uniform(0.25, 0.5) * horizon
    for _ in range(dice.integer(4, 8)):
        at = x + dice.uniform(-0.11, 0.11) * scene.width, y + dice.uniform(-0.1, 0.1) * horizon
        span = scene.least * dice.uniform(0.009, 0.017)
        stencil = Stencil((at[0] - span * 1.4, at[1] - span, at[0] + span * 1.4, at[1] + span))
        lift = dice.uniform(0.35, 0.7)
        stencil.line([(at[0] - span, at[1] - span * lift), (at[0] - span * 0.4, at[1] - span * lift * 0.9), at], span * 0.14)
        stencil.line([at, (at[0] + span * 0.4, at[1] - span * lift * 0.9), (at[0] + span, at[1] - span * lift)], span * 0.14)
        stencil.stamp(canvas, ink, opacity=0.8)
