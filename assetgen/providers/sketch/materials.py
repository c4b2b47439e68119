"""Materials for seamless textures: each makes a periodic height field, and where a second colour lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assetgen.providers.sketch.ground import Ground, courses, voronoi
from assetgen.providers.sketch.noise import Field, cloud, smoothstep, turn
from assetgen.providers.sketch.palette import Palette
from assetgen.providers.sketch.tone import Tone, mix, of_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`height` picks the shade of the main colour (0 dark, 1 light); `second` is the share of the other colour."""

    height: Field
    second: Field | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A material: the words that mean it, its own colour and the second one, and how it is made."""

    names: frozenset[str]
    main: str
    second: str
    make: Callable[[Ground], Picture]


def _brick(ground: Ground) -> Picture:
    edge, level, _rows = courses(ground, 8, 2.4, 0.5)
    rough = ground.cloud(24, 4)
    edge = edge + (ground.cloud(20, 2) - np.float32(0.5)) * np.float32(0.04)
    face = smoothstep(edge, 0.055, 0.115)
    relief = ground.light(smoothstep(edge, 0.03, 0.16), 1.6) - np.float32(0.5)
    shade = np.float32(0.3) + level * np.float32(0.34) + (rough - np.float32(0.5)) * np.float32(0.55) + relief
    mortar = np.float32(0.62) + (rough - np.float32(0.5)) * np.float32(0.5)
    return Picture(height=shade * face + mortar * (1 - face), second=1 - face)


def _wood(ground: Ground) -> Picture:
    planks = 4
    _x, y = ground.axes()
    row = np.floor(y * planks)
    offsets = ground.dice.floats(planks).astype(np.float32)[row.astype(np.int64) % planks]
    warp = ground.cloud(2, 3, stretch=4)
    rolled = np.empty_like(warp)
    band = -(-ground.height // planks)
    for plank in range(planks):
        rows = slice(plank * band, min(ground.height, (plank + 1) * band))
        rolled[rows] = np.roll(warp, int(offsets[min(ground.height - 1, plank * band), 0] * ground.width), axis=1)[rows]
    grain = turn((rolled * np.float32(7) + offsets * 5 + y * np.float32(planks * 2)).astype(np.float32))
    fibre = ground.cloud(90, 2, stretch=22)
    edge = np.minimum(y * planks - row, row + 1 - y * planks)
    seam = smoothstep(np.broadcast_to(edge, warp.shape).astype(np.float32), 0.0, 0.022)
    shade = (
        np.float32(0.52)
        + grain * np.float32(0.13)
        + (fibre - np.float32(0.5)) * np.float32(0.42)
        + (offsets - np.float32(0.5)) * np.float32(0.26)
    )
    return Picture(height=shade * (np.float32(0.25) + np.float32(0.75) * seam))


def _marble(ground: Ground) -> Picture:
    base = ground.cloud(2, 5)
    warp = ground.cloud(3, 4)
    vein = np.abs(cloud(ground.dice, ground.size, ground.cells(2), octaves=5) + warp * np.float32(0.5) - np.float32(0.75))
    thin = 1 - smoothstep(vein, 0.0, 0.05)
    fine = 1 - smoothstep(np.abs(ground.cloud(4, 4) - np.float32(0.5)), 0.0, 0.025)
    strength = thin * (np.float32(0.35) + base * np.float32(0.65)) + fine * np.float32(0.3) * base
    return Picture(height=np.float32(0.62) + (base - np.float32(0.5)) * np.float32(0.42), second=strength * np.float32(0.75))


def _fabric(ground: Ground) -> Picture:
    threads = 56
    x, y = ground.axes()
    across, down = (max(2, side // 2 * 2) for side in ground.cells(threads))
    u, v = x * across, y * down
    over = ((np.floor(u) + np.floor(v)) % 2).astype(np.float32)
    bow_u, bow_v = (1 - np.abs(2 * (part - np.floor(part)) - 1) ** 2 for part in (u, v))
    weave = over * bow_u * (np.float32(0.55) + np.float32(0.45) * bow_v) + (1 - over) * bow_v * (
        np.float32(0.55) + np.float32(0.45) * bow_u
    )
    warp = ground.dice.floats(across).astype(np.float32)[np.floor(u).astype(np.int64) % across]
    weft = ground.dice.floats(down).astype(np.float32)[np.floor(v).astype(np.int64) % down]
    tint = over * warp + (1 - over) * weft
    folds = ground.cloud(2, 3) - np.float32(0.5)
    return Picture(
        height=np.float32(0.18) + weave * np.float32(0.5) + (tint - np.float32(0.5)) * np.float32(0.26) + folds * np.float32(0.22)
    )


def _metal(ground: Ground) -> Picture:
    brushed = cloud(ground.dice, ground.size, (max(1, ground.cells(2)[0]), min(ground.height, 256)), octaves=2, decay=0.8)
    fine = cloud(ground.dice, ground.size, (max(1, ground.cells(5)[0]), ground.height), octaves=1)
    _x, y = ground.axes()
    sheen = turn(np.broadcast_to(y + np.float32(0.1), brushed.shape).astype(np.float32)) * np.float32(0.1) + ground.cloud(
        1, 2
    ) * np.float32(0.2)
    return Picture(
        height=np.float32(0.42) + (brushed - np.float32(0.5)) * np.float32(0.4) + (fine - np.float32(0.5)) * np.float32(0.36) + sheen
    )


def _grass(ground: Ground) -> Picture:
    patches = ground.cloud(3, 4)
    total = np.zeros((ground.height, ground.width), dtype=np.float32)
    for slant in (-1, 1, 0):
        blades = cloud(ground.dice, ground.size, ground.cells(72, 0.22), octaves=2, decay=0.7)
        columns = np.arange(ground.width)
        # Whole turns of the shift keep the slanted blades periodic.
        shift = (
            np.arange(ground.height) * slant * max(1, round(ground.height / ground.width)) * ground.width // ground.height
        ) % ground.width
        total = np.maximum(total, blades[np.arange(ground.height)[:, None], (columns[None, :] + shift[:, None]) % ground.width])
    return Picture(
        height=np.float32(0.02) + total * np.float32(0.72) + (patches - np.float32(0.5)) * np.float32(0.35),
        second=smoothstep(patches, 0.55, 0.95) * np.float32(0.4),
    )


def _stone(ground: Ground) -> Picture:
    _near, edge, level = voronoi(ground, 7)
    rough = ground.cloud(9, 5)
    edge = edge + (ground.cloud(12, 3) - np.float32(0.5)) * np.float32(0.1)
    face = smoothstep(edge, 0.05, 0.2)
    relief = ground.light(smoothstep(edge, 0.02, 0.4) + rough * np.float32(0.25), 3.4) - np.float32(0.5)
    shade = np.float32(0.36) + level * np.float32(0.26) + (rough - np.float32(0.5)) * np.float32(0.4) + relief
    return Picture(height=shade * face + np.float32(0.16) * (1 - face), second=(1 - face) * np.float32(0.6))


def _granite(ground: Ground) -> Picture:
    speckle = ground.cloud(110, 2, decay=0.8)
    blots = ground.cloud(40, 3)
    shade = np.float32(0.5) + (ground.cloud(4, 3) - np.float32(0.5)) * np.float32(0.25) + (speckle - np.float32(0.5)) * np.float32(0.6)
    return Picture(height=shade, second=smoothstep(blots, 0.6, 0.72) * np.float32(0.7))


def _concrete(ground: Ground) -> Picture:
    pores = smoothstep(ground.cloud(70, 2), 0.84, 0.94)
    shade = np.float32(0.55) + (ground.cloud(3, 6, decay=0.62) - np.float32(0.5)) * np.float32(0.6)
    return Picture(height=shade - pores * np.float32(0.24))


def _water(ground: Ground) -> Picture:
    warp = ground.cloud(4, 3)
    near, edge, _level = voronoi(ground, 6)
    lines = 1 - smoothstep(edge + (warp - np.float32(0.5)) * np.float32(0.16), 0.0, 0.2)
    deep = ground.cloud(2, 3)
    return Picture(
        height=np.float32(0.26) + deep * np.float32(0.3) + near * np.float32(0.16), second=np.clip(lines, 0, 1) ** 2 * np.float32(0.7)
    )


def _sand(ground: Ground) -> Picture:
    _x, y = ground.axes()
    warp = ground.cloud(2, 3)
    ripples = turn((y * np.float32(ground.cells(14)[1]) + warp * np.float32(2.6)).astype(np.float32))
    grains = ground.cloud(200, 1)
    return Picture(
        height=np.float32(0.52)
        + ripples * np.float32(0.17)
        + (grains - np.float32(0.5)) * np.float32(0.34)
        + (warp - np.float32(0.5)) * np.float32(0.2)
    )


def _paper(ground: Ground) -> Picture:
    fibres = ground.cloud(26, 4, stretch=2.4) - np.float32(0.5)
    grain = ground.light(ground.cloud(90, 3), 1.1) - np.float32(0.5)
    return Picture(
        height=np.float32(0.66)
        + fibres * np.float32(0.22)
        + grain * np.float32(0.8)
        + (ground.cloud(2, 3) - np.float32(0.5)) * np.float32(0.14)
    )


def _leather(ground: Ground) -> Picture:
    near, edge, level = voronoi(ground, 30)
    bump = smoothstep(edge, 0.0, 0.34)
    relief = ground.light(bump + (1 - near) * np.float32(0.3), 1.5) - np.float32(0.5)
    worn = ground.cloud(3, 4) - np.float32(0.5)
    return Picture(
        height=np.float32(0.3) + bump * np.float32(0.24) + relief + (level - np.float32(0.5)) * np.float32(0.1) + worn * np.float32(0.3)
    )


def _tiles(ground: Ground) -> Picture:
    edge, level, _rows = courses(ground, 6, 1.0, 0.0)
    face = smoothstep(edge, 0.03, 0.05)
    relief = ground.light(smoothstep(edge, 0.03, 0.1), 1.3) - np.float32(0.5)
    gloss = ground.cloud(2, 2) - np.float32(0.5)
    shade = np.float32(0.55) + (level - np.float32(0.5)) * np.float32(0.3) + gloss * np.float32(0.25) + relief
    return Picture(height=shade * face + np.float32(0.5) * (1 - face), second=1 - face)


def _plaster(ground: Ground) -> Picture:
    strokes = ground.cloud(5, 5, stretch=1.8, decay=0.6)
    return Picture(
        height=ground.light(strokes, 7) * np.float32(0.6) + np.float32(0.28) + (ground.cloud(2, 3) - np.float32(0.5)) * np.float32(0.2)
    )


def _named(names: str, main: str, second: str, make: Callable[[Ground], Picture]) -> Material:
    return Material(names=frozenset(names.split()), main=main, second=second, make=make)


MATERIALS: tuple[Material, ...] = (
    _named("brick", "a4573f", "cbbfae", _brick),
    _named("wood wooden timber plank oak walnut pine cedar mahogany parquet", "9f6f47", "6b4529", _wood),
    _named("marble", "e6e2dc", "6f6a68", _marble),
    _named("fabric linen cotton denim canvas wool cloth burlap textile carpet", "8f7f9e", "e8e2d8", _fabric),
    _named("metal steel aluminium aluminum iron copper bronze brass silver chrome", "98a0a8", "5b6672", _metal),
    _named("grass lawn meadow moss turf", "568f3a", "9aa94a", _grass),
    _named("stone rock cobblestone pebble gravel", "86857f", "3f403c", _stone),
    _named("granite terrazzo", "a39c98", "4a4648", _granite),
    _named("concrete cement asphalt", "a5a5a1", "6f706d", _concrete),
    _named("water ocean sea pool caustic", "2f93b5", "dff6f8", _water),
    _named("sand desert dune beach", "d9b98a", "b8915e", _sand),
    _named("paper parchment cardboard", "efe6d3", "d8c9a8", _paper),
    _named("leather", "7d4f33", "4a2c1c", _leather),
    _named("tile tiles ceramic porcelain mosaic", "5f9fa8", "e9e6df", _tiles),
    _named("plaster stucco wall snow clay", "e3ddd2", "c9bfae", _plaster),
)


def find(words: Sequence[str]) -> Material:
    """The material that the words name first; plaster, which goes with any colour, where none does."""
    for word in words:
        for material in MATERIALS:
            if word in material.names:
                return material
    return MATERIALS[-1]


def tones(palette: Palette, material: Material) -> tuple[Tone, Tone]:
    """The colours of a material: its own where the words name none, else the palette's, drawn a little towards its own."""
    own, second = of_hex(material.main), of_hex(material.second)
    if palette.guessed:
        return own, second
    main = mix(palette.main, own, 0.35)
    return main.to(l=palette.main.l * 0.5 + own.l * 0.5), mix(second, palette.accent.to(l=second.l), 0.25)
