"""Patterns and backdrops: low-poly mesh, soft gradient, geometric tiles, waves, contour lines."""

import numpy as np
from PIL import Image, ImageDraw

from assetgen.providers.sketch.canvas import Stencil, glow, mask_of, veil, vertical
from assetgen.providers.sketch.noise import Dice, cloud, profile
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    words = scene.words
    for names, make in (
        (("lowpoly", "polygon", "polygonal", "mesh", "triangle", "facet"), mesh),
        (("geometric", "bauhaus", "tile", "shape", "memphis", "mosaic"), tiles),
        (("wave", "wavy", "flow", "fluid", "curve"), waves),
        (("topographic", "contour", "map", "topography", "line"), contours),
        (("gradient", "blur", "soft", "aurora", "blob", "abstract", "glow", "mesh gradient"), blobs),
    ):
        if words.any(names):
            return make(scene)
    return scene.dice("pattern").pick((mesh, tiles, waves, contours, blobs))(scene)


def _toned(scene: Scene) -> tuple[Tone, ...]:
    """The swatches, moved to the dark or the light side where the theme asks for it."""
    tones = scene.palette.swatches
    if scene.palette.dark:
        return tuple(tone.to(l=0.2 + 0.38 * index / len(tones), c=min(tone.c, 0.15)) for index, tone in enumerate(tones))
    if scene.theme == "light":
        return tuple(tone.to(l=0.93 - 0.16 * index / len(tones), c=min(tone.c, 0.09)) for index, tone in enumerate(tones))
    return tones


def mesh(scene: Scene, source: Image.Image | None = None) -> Image.Image:
    """A low-poly mesh that overlaps every border; with `source`, its colours are taken from that picture."""
    dice = scene.dice("mesh")
    scale = 2 if scene.width * scene.height <= 2_300_000 else 1
    cell = max(10.0, scene.least / (34 if source else 7))
    across, down = int(scene.width / cell) + 3, int(scene.height / cell) + 3
    jitter = dice.floats(across * down * 2).reshape(down, across, 2) * 0.72 - 0.36
    canvas = Image.new("RGB", (scene.width * scale, scene.height * scale))
    pen = ImageDraw.Draw(canvas)
    small = (
        source.resize((max(1, round(scene.width / cell * 3)), max(1, round(scene.height / cell * 3))), Image.Resampling.BOX)
        if source
        else None
    )
    tones = _toned(scene)
    steer = scene.dice("steer").uniform(-0.5, 0.5)
    field = cloud(scene.dice("shade"), (64, 64), (2, 2), octaves=2)
    for row in range(down - 1):
        for column in range(across - 1):
            corners = [
                ((x + jitter[y, x, 0] - 0.75) * cell, (y + jitter[y, x, 1] - 0.75) * cell)
                for y, x in ((row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column))
            ]
            order = ((0, 1, 2), (0, 2, 3)) if (row + column) % 2 else ((0, 1, 3), (1, 2, 3))
            for triangle in order:
                points = [corners[index] for index in triangle]
                x, y = sum(p[0] for p in points) / 3, sum(p[1] for p in points) / 3
                u, v = min(0.999, max(0.0, x / scene.width)), min(0.999, max(0.0, y / scene.height))
                if small is not None:
                    fill = small.getpixel((int(u * small.width), int(v * small.height)))
                else:
                    where = u * (0.6 + steer) + v * (0.4 - steer) + 0.5 * (float(field[int(v * 64), int(u * 64)]) - 0.5)
                    fill = _along(tones, where).by(l=dice.uniform(-0.045, 0.045)).rgb
                pen.polygon([(px * scale, py * scale) for px, py in points], fill=fill, outline=fill)
    return canvas.reduce(scale) if scale > 1 else canvas


def _along(tones: tuple[Tone, ...], share: float) -> Tone:
    """A tone on the way through the first three swatches; rounded, so that few distinct ones are computed."""
    place = min(1.999, max(0.0, round(share * 48) / 48 * 2))
    return mix(tones[int(place)], tones[int(place) + 1], place - int(place))


def tiles(scene: Scene) -> Image.Image:
    """Quarter circles, discs and triangles on a square grid."""
    dice = scene.dice("tiles")
    cell = max(12, round(scene.least / dice.integer(4, 6)))
    canvas = Image.new("RGB", scene.size, scene.palette.paper.rgb)
    tones = [*scene.palette.swatches[:4], scene.palette.paper.by(l=-0.06 if not scene.palette.dark else 0.08), scene.palette.ink.to(l=0.32)]
    left = -((-scene.width % cell) // 2)
    top = -((-scene.height % cell) // 2)
    for y in range(top, scene.height, cell):
        for x in range(left, scene.width, cell):
            back, front = dice.pick(tones), dice.pick(tones)
            canvas.paste(back.rgb, (x, y, x + cell, y + cell))
            if front != back:
                stencil = Stencil((x, y, x + cell, y + cell))
                _shape(stencil, dice, (float(x), float(y), float(cell)))
                stencil.stamp(canvas, front)
    return canvas


def _shape(stencil: Stencil, dice: Dice, place: tuple[float, float, float]) -> None:
    x, y, cell = place
    right, below = x + cell, y + cell
    corner = dice.pick(((x, y), (right, y), (right, below), (x, below)))
    match dice.integer(0, 6):
        case 0 | 1:
            stencil.disc(*corner, cell)
        case 2:
            stencil.disc(x + cell / 2, y + cell / 2, cell * 0.34)
        case 3:
            others = [point for point in ((x, y), (right, y), (right, below), (x, below)) if point != corner]
            stencil.polygon(others)
        case 4:
            stencil.disc(x + cell / 2, y + (0 if dice.chance(0.5) else cell), cell / 2)
        case 5:
            stencil.disc(*corner, cell)
            stencil.disc(*corner, cell * 0.5, 0)
        case _:
            for row in range(3):
                for column in range(3):
                    stencil.disc(x + cell * (column + 0.5) / 3, y + cell * (row + 0.5) / 3, cell * 0.07)


def waves(scene: Scene) -> Image.Image:
    """Layers of broad waves, from the light above to the deep below."""
    tones = _toned(scene)
    light = mix(tones[0], tones[1], 0.35).to(l=0.93, c=0.05)
    if scene.palette.dark:
        tones = tuple(tone.to(l=0.44, c=min(tone.c, 0.14)) for tone in scene.palette.swatches)
        light = tones[0].to(l=0.17, c=min(tones[0].c, 0.05))
    canvas = vertical(((0, light), (1, mix(light, tones[0], 0.5))), scene.width, scene.height)
    glow(canvas, (scene.width * 0.75, scene.height * 0.15), scene.least * 0.5, light.by(l=0.06), 0.8)
    layers = 6
    at = np.arange(scene.width) / scene.height
    for layer in range(layers):
        share = (layer + 1) / layers
        line = profile(scene.dice("wave", layer), at * (0.8 + 0.2 * share) + layer * 1.7 + 1, octaves=2, decay=0.25)
        level = scene.height * (0.26 + 0.62 * layer / layers) + line * scene.height * 0.15
        tone = mix(mix(light, tones[0], share), tones[1], 0.55 * share)
        top = max(0, int(level.min()))
        deep = scene.height - top
        if deep < 1:
            continue
        rows = np.arange(top + 1, scene.height + 1, dtype=np.float32)[:, None]
        cover = mask_of(rows - level.astype(np.float32)[None, :])
        veil(canvas, vertical(((0, tone.by(l=0.045)), (1, tone.by(l=-0.05))), scene.width, deep), cover, (0, top))
    return canvas


def contours(scene: Scene) -> Image.Image:
    """Contour lines of a rolling field."""
    width, height = scene.size
    step = 2 if width * height > 600_000 else 1
    small = -(-width // step), -(-height // step)
    cells = max(1, round(3 * width / scene.least)), max(1, round(3 * height / scene.least))
    field = cloud(scene.dice("contour"), small, cells, octaves=2, decay=0.35) * np.float32(15)
    dy, dx = np.gradient(field) if min(small) > 1 else (np.ones_like(field), np.ones_like(field))
    steep = np.sqrt(dx * dx + dy * dy) + np.float32(1e-3)
    away = np.abs(field - np.round(field)) / steep
    thick = np.float32(max(0.55, scene.least / 760 / step))
    # Where the field is clipped it is flat, and a line would flood.
    cover = np.where(steep > np.float32(4e-3), np.clip(thick + np.float32(0.5) - away, 0, 1), 0)
    main = scene.palette.main
    paper = scene.palette.paper.to(l=0.24 if scene.palette.dark else 0.955, c=min(main.c, 0.1) * 0.35)
    canvas = vertical(((0, paper), (1, mix(paper, main, 0.12))), width, height)
    bold = np.where(np.round(field) % 5 == 0, np.float32(1), np.float32(0.5))
    line = main.to(l=0.7 if scene.palette.dark else 0.52)
    veil(canvas, line, mask_of(cover * bold).resize(scene.size, Image.Resampling.BICUBIC))
    return canvas


def blobs(scene: Scene) -> Image.Image:
    """A soft gradient of a few large lights; computed small, because nothing in it is sharp."""
    dice = scene.dice("blobs")
    tones = _toned(scene)
    small = max(16, scene.width // 6), max(16, scene.height // 6)
    canvas = vertical(((0, tones[0]), (1, mix(tones[0], tones[1], 0.55))), *small)
    for index in range(7):
        tone = tones[(index + 1) % min(4, len(tones))].by(l=dice.uniform(-0.02, 0.07))
        at = dice.uniform(-0.05, 1.05) * small[0], dice.uniform(-0.05, 1.05) * small[1]
        glow(canvas, at, min(small) * dice.uniform(0.34, 0.62), tone, 0.92)
    return canvas.resize(scene.size, Image.Resampling.BICUBIC)
