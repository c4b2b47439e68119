"""Seamless textures: every field is periodic, so the picture tiles in both directions. Materials are in `materials`."""

import numpy as np
from PIL import Image

from assetgen.providers.sketch import materials
from assetgen.providers.sketch.ground import Ground
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Pixels, ramp

_MOST = 1_100_000
_PERIOD_LEAST = 48


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    width, height = scene.size
    factor = min(1.0, (_MOST / (width * height)) ** 0.5)
    small = max(_PERIOD_LEAST, round(width * factor)), max(_PERIOD_LEAST, round(height * factor))
    ground = Ground(dice=scene.dice("texture"), width=small[0], height=small[1])
    material = materials.find(scene.words.kept)
    picture = material.make(ground)
    main, accent = materials.tones(scene.palette, material)
    table = ramp(((0, main.by(l=-0.26, h=-4)), (0.35, main.by(l=-0.09)), (0.6, main), (1, main.by(l=0.17, c=0.85, h=5))), 256)
    pixels = table[(np.clip(picture.height, 0, 1) * 255 + 0.5).astype(np.uint8)]
    if picture.second is not None:
        other = ramp(((0, accent.by(l=-0.1)), (0.6, accent), (1, accent.by(l=0.06))), 256)
        share = (np.clip(picture.second, 0, 1) * 255 + 0.5).astype(np.uint16)[:, :, None]
        over = other[(np.clip(picture.height, 0, 1) * 255 + 0.5).astype(np.uint8)]
        pixels = ((pixels * (255 - share) + over * share + 127) // 255).astype(np.uint8)
    if small == (width, height):
        return Image.fromarray(pixels)
    return wrapped(pixels, (width, height))


def wrapped(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    """Tiling pixels at another size, still tiling."""
    rim = 6
    down, across = pixels.shape[:2]
    padded = Image.fromarray(np.pad(pixels, ((rim, rim), (rim, rim), (0, 0)), mode="wrap"))
    return padded.resize(size, Image.Resampling.BICUBIC, box=(rim, rim, rim + across, rim + down))
