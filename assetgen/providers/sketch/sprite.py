"""Pixel sprites: mirrored creatures, ships and a few items, on a transparent ground, scaled by a whole factor."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from assetgen.providers.sketch.lexicon import bag
from assetgen.providers.sketch.noise import Dice
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone

_ITEMS = {
    "heart": "..##.##../.#oo#oo#./#oxoooob#/#xooooob#/#ooooobb#/.#ooobb#./..#obb#../...#b#.../....#....",
    "potion": "...###.../...#w#.../...#w#.../..#www#../.#wxoow#./#wxooooo#/#ooooobb#/#oooobbb#/.#oobbb#./..#####..",
    "sword": "........##/.......#x#/......#xo#/.....#xo#./....#xo#../.##xo#.../.#gb#..../..#g#..../.#g#b#.../#g#.##.../##.......",
    "coin": "..#####../.#ggggg#./#gxgggbg#/#gxgbgbg#/#gxgbgbg#/#gxgbgbg#/#gggggbg#/.#gbbbg#./..#####..",
    "gem": "..#####../.#xxooo#./#xxoooob#/#########/#xooobbb#/.#xoobb#./..#xob#../...#b#.../....#....",
    "key": ".####...../#gggg#..../#g##g#####/#g##ggggg#/#gggg##g#g/.####..#.#",
    "tree": "...###.../..#oxo#../.#oxoob#./#oxooobb#/#oooobbb#/.#oobbb#./..#####../...#g#.../...#g#.../..#ggg#..",
    "mushroom": "...####.../..#oowo#../.#owooob#./#woooowob#/#oowoobbb#/.########./..#wwww#../..#wkwk#../..#wwww#../...####...",
}
_HULLS = (
    "......#/.....#x/.....#x/....#xo/....#kw/....#ww/...#xoo/.#.#xoo/#b##xoo/#oo#xoo/#oooooo/#o##bbb/.#.#g#g/....#.#",
    "......#/.....#o/....#xo/....#ow/...#xow/...#xoo/..#xooo/.#xoooo/#xo#ooo/#o#boob/##.#bbb/....#g#/.....#.",
)
_ALIASES = {
    "love": "heart",
    "flask": "potion",
    "elixir": "potion",
    "blade": "sword",
    "weapon": "sword",
    "money": "coin",
    "gold": "coin",
    "crystal": "gem",
    "diamond": "gem",
}
_SHIPS = bag("ship spaceship starship ufo fighter shuttle rocket")
_SOFT = bag("slime ghost blob jelly spirit")


def draw(scene: Scene) -> Image.Image:
    """The picture with an alpha channel, at the scene's size."""
    dice = scene.dice("sprite")
    named = next((_ALIASES.get(word, word) for word in scene.words.kept if _ALIASES.get(word, word) in _ITEMS), None)
    if named is not None:
        cells = _item(_ITEMS[named])
    elif scene.words.any(_SHIPS):
        cells = _spotted(dice, dice.pick(_HULLS))
    elif scene.words.any(_SOFT):
        cells = _blob(dice, hem=scene.words.any(("ghost", "spirit")))
    else:
        side = dice.pick((13, 15))
        cells = _grown(dice, (side, dice.integer(12, 14)))
    return _laid(_painted(scene, cells), scene.size)


def _item(drawn: str) -> npt.NDArray[np.str_]:
    rows = drawn.split("/")
    wide = max(len(row) for row in rows)
    return np.array([list(row.ljust(wide, ".")) for row in rows])


def _grown(dice: Dice, size: tuple[int, int]) -> npt.NDArray[np.str_]:
    """A body from a random half, smoothed by its neighbours and mirrored; then outlined and given eyes."""
    wide, tall = size
    half = wide // 2
    y, x = np.mgrid[0 : tall - 2, 0:half]
    middle = np.abs(y - (tall - 3) * 0.55) / (tall * 0.5)
    far = (half - 1 - x) / half
    likely = 1.15 - 0.75 * far - 0.5 * middle
    body = dice.floats(half * (tall - 2)).reshape(tall - 2, half) < likely
    padded = np.pad(body.astype(int), 1)
    near = sum(padded[1 + dy : 1 + dy + body.shape[0], 1 + dx : 1 + dx + half] for dy in (-1, 0, 1) for dx in (-1, 0, 1)) - body
    body = (body & (near >= 2)) | (near >= 5)
    body[tall // 3 : tall * 2 // 3, half - 3 :] = True
    spots = dice.floats(half * (tall - 2)).reshape(tall - 2, half)
    cells = np.full((tall, half + 1), ".", dtype="<U1")
    inner = np.where(body, np.where(spots < 0.16, "b", np.where(spots > 0.86, "x", "o")), ".")
    cells[1:-1, 1:] = inner
    eye = tall // 2 - 1
    cells[eye, half - 2 : half] = "w"
    cells[eye + 1, half - 2 : half] = "w", "k"
    cells[min(tall - 2, eye + 3), half - 1 :] = "k"
    return _outlined(np.concatenate([cells, cells[:, -2::-1]], axis=1))


def _spotted(dice: Dice, half: str) -> npt.NDArray[np.str_]:
    """A half hull, with plates of a lighter shade, mirrored."""
    cells = _item(half)
    plates = dice.floats(cells.size).reshape(cells.shape)
    cells = np.where((cells == "o") & (plates < 0.14), "x", np.where((cells == "o") & (plates > 0.86), "b", cells))
    return np.concatenate([cells, cells[:, -2::-1]], axis=1)


def _blob(dice: Dice, *, hem: bool) -> npt.NDArray[np.str_]:
    wide, tall = 15, 13
    y, x = np.mgrid[0:tall, 0:wide]
    reach = ((x - 7) / 6.2) ** 2 + ((y - 6.4) / 5.6) ** 2
    inside = (reach < 1) | ((y >= 6) & (y < tall - 1) & (np.abs(x - 7) < 6.2))
    if hem:
        start = dice.integer(0, 1)
        for column in range(wide):
            inside[tall - 3 + (column + start) % 4 // 2 :, column] = False
    cells = np.where(inside, np.where(x + y < 9, "x", np.where(y > 9, "b", "o")), ".").astype("<U1")
    for column in (4, 9):
        cells[5:8, column : column + 2] = "w"
        cells[6:8, column + 1 - column % 2] = "k"
    return _outlined(np.pad(cells, 1, constant_values="."))


def _outlined(cells: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    solid = np.pad(cells != ".", 1)
    beside = solid[:-2, 1:-1] | solid[2:, 1:-1] | solid[1:-1, :-2] | solid[1:-1, 2:]
    return np.where((cells == ".") & beside, "#", cells)


def _painted(scene: Scene, cells: npt.NDArray[np.str_]) -> npt.NDArray[np.uint8]:
    main = scene.palette.main
    body = main.to(l=min(0.72, max(0.52, main.l)))
    tones = {
        "#": body.to(l=0.2, c=min(body.c, 0.06)),
        "o": body,
        "x": body.by(l=0.15, c=0.9),
        "b": body.by(l=-0.14, h=-8),
        "g": Tone(0.74, 0.12, 78),
        "w": Tone(0.97, 0.01, body.h),
        "k": Tone(0.17, 0.02, body.h),
    }
    pixels = np.zeros((*cells.shape, 4), dtype=np.uint8)
    for letter, tone in tones.items():
        pixels[cells == letter] = (*tone.rgb, 255)
    return pixels


def _laid(pixels: npt.NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """Centred and scaled by a whole factor; a picture too small for that gets every n-th pixel."""
    width, height = size
    down, across = pixels.shape[:2]
    factor = min(width // across, height // down)
    canvas = Image.new("RGBA", size)
    if factor < 1:
        step = max(-(-across // width), -(-down // height))
        pixels = pixels[step // 2 :: step, step // 2 :: step][:height, :width]
        factor = 1
    sprite = Image.fromarray(np.ascontiguousarray(pixels.repeat(factor, axis=0).repeat(factor, axis=1)))
    canvas.paste(sprite, ((width - sprite.width) // 2, (height - sprite.height) // 2))
    return canvas
