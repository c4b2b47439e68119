"""Styles laid over a finished drawing: watercolour, pixel art, line art, blueprint, low-poly."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from assetgen.providers.sketch import pattern
from assetgen.providers.sketch.canvas import mask_of, veil
from assetgen.providers.sketch.noise import Field, cloud, smoothstep
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone

_PHOTOS = frozenset({"landscape", "skyline", "portrait", "product", "isometric"})
_NATIVE = frozenset({"blueprint", "lineart"})


def apply(picture: Image.Image, scene: Scene) -> Image.Image:
    """The drawing in the styles that the words ask for, where the kind does not draw them by itself."""
    if scene.kind == "sprite":
        return picture
    for name, effect in _EFFECTS.items():
        if name not in scene.styles or not _fits(name, scene.kind):
            continue
        if picture.mode == "RGBA":
            alpha = picture.getchannel("A")
            picture = effect(_grounded(picture, scene), scene).convert("RGBA")
            picture.putalpha(_blocks(alpha, scene).point([255 * (level > 127) for level in range(256)]) if name == "pixelart" else alpha)
        else:
            picture = effect(picture, scene)
    return picture


def _grounded(picture: Image.Image, scene: Scene) -> Image.Image:
    """The picture on its own main colour, so that no black creeps in from what is transparent."""
    ground = Image.new("RGB", picture.size, scene.palette.main.rgb)
    ground.paste(picture, (0, 0), picture)
    return ground


def _fits(name: str, kind: str) -> bool:
    if kind == "texture":
        return name == "pixelart"
    if name == "lowpoly":
        return kind in _PHOTOS
    return not (name in _NATIVE and kind in {"diagram", "icon"})


def _lowpoly(picture: Image.Image, scene: Scene) -> Image.Image:
    return pattern.mesh(scene, picture)


def _watercolour(picture: Image.Image, scene: Scene) -> Image.Image:
    """Wandering soft edges, darker rims, grain, and a ragged white border."""
    width, height = picture.size
    small = max(8, min(width, 480)), max(8, min(height, 480))
    dice = scene.dice("paper")
    reach = max(1.0, scene.least / 150)
    cells = max(1, round(8 * width / scene.least)), max(1, round(8 * height / scene.least))
    moved = _displaced(picture, [cloud(dice, small, cells, octaves=2) for _ in range(2)], reach * 2.6)
    soft = moved.filter(ImageFilter.BoxBlur(reach * 0.5))
    rims = (
        ImageChops.difference(soft, moved.filter(ImageFilter.BoxBlur(reach * 1.6)))
        .convert("L")
        .point([min(150, level * 5) for level in range(256)])
    )
    veil(soft, ImageChops.multiply(soft, soft), rims)
    wash = cloud(dice, small, (max(1, cells[0] // 5), max(1, cells[1] // 5)), octaves=4)
    paper = Tone(0.985, 0.008, 85)
    veil(soft, paper, mask_of(np.float32(0.06) + wash * np.float32(0.34)).resize(picture.size, Image.Resampling.BICUBIC))
    grain = cloud(dice, (256, 256), (80, 80), octaves=2)
    rough = mask_of(np.float32(0.935) + grain * np.float32(0.08))
    sheet = _tiled(rough, picture.size)
    soft = ImageChops.multiply(soft, Image.merge("RGB", (sheet, sheet, sheet)))
    if scene.kind not in {"icon", "diagram"}:
        veil(soft, paper, _border(dice_field=cloud(dice, small, cells, octaves=4), size=picture.size))
    return soft


def _tiled(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    sheet = Image.new("L", size)
    for top in range(0, size[1], tile.height):
        for left in range(0, size[0], tile.width):
            sheet.paste(tile, (left, top))
    return sheet


def _displaced(picture: Image.Image, fields: list[Field], reach: float) -> Image.Image:
    pixels = np.asarray(picture)
    height, width = pixels.shape[:2]
    across, down = (np.asarray(Image.fromarray(field).resize((width, height), Image.Resampling.BILINEAR)) for field in fields)
    x = np.arange(width, dtype=np.int32)[None, :] + ((across - np.float32(0.5)) * np.float32(2 * reach)).astype(np.int32)
    y = np.arange(height, dtype=np.int32)[:, None] + ((down - np.float32(0.5)) * np.float32(2 * reach)).astype(np.int32)
    return Image.fromarray(pixels[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)])


def _border(*, dice_field: Field, size: tuple[int, int]) -> Image.Image:
    """Bare paper at the borders, torn by noise."""
    down, across = (int(side) for side in dice_field.shape)
    x = np.minimum(np.arange(across), np.arange(across)[::-1]).astype(np.float32)[None, :] * np.float32(size[0] / across / min(size))
    y = np.minimum(np.arange(down), np.arange(down)[::-1]).astype(np.float32)[:, None] * np.float32(size[1] / down / min(size))
    inside = np.minimum(x, y) - (dice_field - np.float32(0.5)) * np.float32(0.05)
    return mask_of(1 - smoothstep(inside, 0.02, 0.03)).resize(size, Image.Resampling.BICUBIC)


def _edges(picture: Image.Image, scene: Scene) -> Image.Image:
    """A mask of the lines between areas of different colour."""
    soft = picture.filter(ImageFilter.BoxBlur(max(0.4, scene.least / 1500)))
    width, height = soft.size
    step = max(1, round(scene.least / 620))
    total = Image.new("L", soft.size)
    for x, y in ((step, 0), (0, step)):
        if x < width and y < height:
            ahead, here = soft.crop((x, y, width, height)), soft.crop((0, 0, width - x, height - y))
            red, green, blue = ImageChops.difference(ahead, here).split()
            found = Image.new("L", soft.size)
            found.paste(ImageChops.lighter(ImageChops.lighter(red, green), blue), (0, 0))
            total = ImageChops.lighter(total, found)
    return total.point([max(0, min(255, (level - 5) * 11)) for level in range(256)])


def _lineart(picture: Image.Image, scene: Scene) -> Image.Image:
    dark = scene.theme == "dark"
    main = scene.palette.main
    canvas = Image.new("RGB", picture.size, (Tone(0.2, 0.015, main.h) if dark else Tone(0.985, 0.005, 85)).rgb)
    veil(canvas, picture, Image.new("L", picture.size, 26))
    veil(canvas, Tone(0.95, 0.01, main.h) if dark else Tone(0.23, 0.02, main.h), _edges(picture, scene))
    return canvas


def _blueprint(picture: Image.Image, scene: Scene) -> Image.Image:
    light = scene.theme == "light"
    ground, ink = (Tone(0.985, 0.006, 255), Tone(0.42, 0.15, 258)) if light else (Tone(0.36, 0.115, 255), Tone(0.97, 0.015, 250))
    canvas = Image.new("RGB", picture.size, ground.rgb)
    shade = picture.convert("L").point([(255 - level if light else level) // 6 for level in range(256)])
    veil(canvas, ink, shade)
    pen = ImageDraw.Draw(canvas)
    pitch = max(8, round(scene.least / 24))
    for step, x in enumerate(range(pitch // 2, scene.width, pitch)):
        pen.line([(x, 0), (x, scene.height)], fill=_faint(ground, ink, step))
    for step, y in enumerate(range(pitch // 2, scene.height, pitch)):
        pen.line([(0, y), (scene.width, y)], fill=_faint(ground, ink, step))
    veil(canvas, ink, _edges(picture, scene))
    return canvas


def _faint(ground: Tone, ink: Tone, step: int) -> tuple[int, int, int]:
    share = 0.2 if step % 4 == 0 else 0.11
    return ground.by(l=(ink.l - ground.l) * share).rgb


def _blocks(picture: Image.Image, scene: Scene) -> Image.Image:
    """Down to big pixels and up again, without smoothing."""
    block = max(1, round(scene.least / 88))
    small = max(1, -(-picture.width // block)), max(1, -(-picture.height // block))
    if scene.kind == "texture":
        return picture.resize(small, Image.Resampling.BOX).resize(picture.size, Image.Resampling.NEAREST)
    box = (0, 0, picture.width, picture.height)
    reduced = picture.resize(small, Image.Resampling.BOX, box=box)
    return reduced.resize((small[0] * block, small[1] * block), Image.Resampling.NEAREST).crop(box)


def _pixelart(picture: Image.Image, scene: Scene) -> Image.Image:
    blocks = _blocks(picture, scene)
    small = blocks.resize((min(320, blocks.width), min(320, blocks.height)), Image.Resampling.NEAREST)
    colours = small.quantize(32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return blocks.quantize(palette=colours, dither=Image.Dither.NONE).convert("RGB")


_EFFECTS: dict[str, Callable[[Image.Image, Scene], Image.Image]] = {
    "lowpoly": _lowpoly,
    "watercolour": _watercolour,
    "lineart": _lineart,
    "blueprint": _blueprint,
    "pixelart": _pixelart,
}
