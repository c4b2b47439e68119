"""Portraits: a calm flat bust with hair, clothes and, where words say so, glasses, a beard or a hat."""

from dataclasses import dataclass

from PIL import Image

from assetgen.providers.sketch.canvas import Stencil, glow, vertical
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix, of_hex

_SKINS = ("f4d3bd", "eec1a2", "dca27c", "c58c62", "a06a44", "7c4f33", "5b3a29")
_HAIR = {
    "blonde": "d9b26a",
    "blond": "d9b26a",
    "ginger": "b8562f",
    "redhead": "a8482a",
    "brunette": "4a2f22",
    "grey": "a5a5a8",
    "old": "c9c9cc",
}
_NATURAL = ("2a211f", "3d2a22", "5c3d2a", "7d4f2d", "b98a4e", "1e1c22")
_LONG = frozenset({"woman", "girl", "lady", "her", "she", "female", "mother", "grandmother", "actress", "queen"})
_SHORT = frozenset({"man", "boy", "gentleman", "his", "he", "male", "father", "grandfather", "actor", "king"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitter:
    """Who sits: colours, and the middle of the face with the unit everything is measured in."""

    skin: Tone
    hair: Tone
    cloth: Tone
    cut: str
    x: float
    y: float
    u: float

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """A box in units from the middle of the face."""
        return self.x + left * self.u, self.y + top * self.u, self.x + right * self.u, self.y + bottom * self.u

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.u, self.y + y * self.u


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    main, accent = scene.palette.main, scene.palette.accent
    light = 0.3 if scene.palette.dark else 0.86
    back = main.to(l=light, c=min(main.c, 0.08))
    canvas = vertical(((0, back.by(l=0.03)), (1, mix(back, accent.to(l=light - 0.05), 0.35))), scene.width, scene.height)
    sitter = _sitter(scene)
    glow(canvas, sitter.at(-0.9, -0.8), sitter.u * 3, back.by(l=0.12), 0.6)
    ring = Stencil(sitter.box(-2.35, -2.2, 2.35, 2.5), most=2)
    ring.disc(*sitter.at(0, 0.15), sitter.u * 2.3)
    ring.stamp(canvas, mix(back, accent.to(l=light - 0.07), 0.55), opacity=0.55)
    _hair_behind(canvas, sitter)
    _body(canvas, scene, sitter)
    _head(canvas, sitter)
    _face(canvas, scene, sitter)
    _hair_front(canvas, scene, sitter)
    return canvas


def _sitter(scene: Scene) -> Sitter:
    dice = scene.dice("sitter")
    words = scene.words
    named = next((_HAIR[word] for word in words.kept if word in _HAIR), None)
    skin = of_hex(dice.pick(_SKINS[:4] if named else _SKINS))
    hair = of_hex(named or dice.pick(_NATURAL if skin.l > 0.6 else _NATURAL[:2]))
    cuts = ("bob", "long", "bun", "curls") if words.any(_LONG) else ("crop", "quiff", "curls") if words.any(_SHORT) else None
    cut = dice.pick(cuts or ("bob", "long", "bun", "curls", "crop", "quiff"))
    if words.any(("bald",)):
        cut = "bald"
    unit = min(scene.height * 0.19, scene.width * 0.2)
    cloth = scene.palette.main if scene.palette.main.l < 0.7 else scene.palette.main.by(l=-0.2)
    return Sitter(skin=skin, hair=hair, cloth=cloth, cut=cut, x=scene.width * 0.5, y=scene.height * 0.43, u=unit)


def _hair_behind(canvas: Image.Image, sitter: Sitter) -> None:
    back = Stencil(sitter.box(-1.8, -2.3, 1.8, 2.6))
    match sitter.cut:
        case "long":
            back.rounded(sitter.box(-1.12, -1.2, 1.12, 2.2), sitter.u * 1.0)
        case "bob":
            back.rounded(sitter.box(-1.14, -1.25, 1.14, 0.98), sitter.u * 0.9)
            back.rounded(sitter.box(-1.14, 0.0, 1.14, 0.98), sitter.u * 0.25)
        case "bun":
            back.disc(*sitter.at(0, -1.5), sitter.u * 0.5)
            back.ellipse(sitter.box(-0.98, -1.25, 0.98, 0.7))
        case "curls":
            for x, y, r in (
                (-0.85, -0.3, 0.5),
                (0.85, -0.3, 0.5),
                (-0.95, 0.25, 0.42),
                (0.95, 0.25, 0.42),
                (0, -0.9, 0.7),
                (-0.6, -0.95, 0.5),
                (0.6, -0.95, 0.5),
            ):
                back.disc(*sitter.at(x, y), sitter.u * r)
        case _:
            return
    back.stamp(canvas, sitter.hair.by(l=-0.04))


def _body(canvas: Image.Image, scene: Scene, sitter: Sitter) -> None:
    bottom = (scene.height - sitter.y) / sitter.u + 0.2
    neck = Stencil(sitter.box(-0.6, 0.5, 0.6, 2.2))
    neck.rounded(sitter.box(-0.36, 0.5, 0.36, 2.0), sitter.u * 0.3)
    neck.ellipse(sitter.box(-0.58, 1.0, 0.58, 1.9))
    neck.stamp(canvas, sitter.skin.by(l=-0.07))
    body = Stencil(sitter.box(-2.2, 1.2, 2.2, bottom), most=3)
    body.rounded(sitter.box(-1.75, 1.52, 1.75, bottom + 2), sitter.u * 1.05)
    body.polygon([sitter.at(-0.62, 1.42), sitter.at(0.62, 1.42), sitter.at(1.2, 1.75), sitter.at(-1.2, 1.75)])
    body.ellipse(sitter.box(-0.52, 1.02, 0.52, 1.86), 0)
    fill = vertical(((0, sitter.cloth.by(l=0.04)), (1, sitter.cloth.by(l=-0.1))), body.width, body.height)
    body.stamp(canvas, fill)
    if scene.words.any(("business", "corporate", "office", "suit", "executive", "lawyer", "ceo", "manager")):
        _suit(canvas, scene, sitter, bottom)


def _suit(canvas: Image.Image, scene: Scene, sitter: Sitter, bottom: float) -> None:
    shirt = Stencil(sitter.box(-0.7, 1.2, 0.7, bottom))
    shirt.polygon([sitter.at(-0.5, 1.45), sitter.at(0, bottom), sitter.at(0.5, 1.45), sitter.at(0, 1.75)])
    shirt.stamp(canvas, Tone(0.97, 0.005, 250))
    tie = Stencil(sitter.box(-0.3, 1.6, 0.3, bottom))
    tie.polygon([sitter.at(-0.1, 1.72), sitter.at(0.1, 1.72), sitter.at(0.16, 2.7), sitter.at(0, 2.95), sitter.at(-0.16, 2.7)])
    tie.stamp(canvas, scene.palette.accent.to(l=0.5))


def _head(canvas: Image.Image, sitter: Sitter) -> None:
    shade = Stencil(sitter.box(-0.6, 0.6, 0.6, 1.5))
    shade.ellipse(sitter.box(-0.36, 0.55, 0.36, 1.28))
    shade.stamp(canvas, sitter.skin.by(l=-0.13))
    head = Stencil(sitter.box(-1.1, -1.2, 1.1, 1.2))
    head.rounded(sitter.box(-0.8, -1.05, 0.8, 1.04), sitter.u * 0.78)
    head.disc(*sitter.at(-0.82, 0.08), sitter.u * 0.17)
    head.disc(*sitter.at(0.82, 0.08), sitter.u * 0.17)
    head.stamp(canvas, sitter.skin)


def _face(canvas: Image.Image, scene: Scene, sitter: Sitter) -> None:
    dice = scene.dice("face")
    ink = Tone(0.24, 0.02, 40)
    blush = Stencil(sitter.box(-0.8, 0, 0.8, 0.7))
    for side in (-1, 1):
        blush.disc(*sitter.at(side * 0.46, 0.34), sitter.u * 0.14)
    blush.stamp(canvas, mix(sitter.skin, Tone(0.65, 0.16, 25), 0.5), opacity=0.45, blur=sitter.u * 0.04)
    eyes = Stencil(sitter.box(-0.7, -0.5, 0.7, 0.9))
    for side in (-1, 1):
        eyes.ellipse(sitter.box(side * 0.32 - 0.068, -0.02, side * 0.32 + 0.068, 0.15))
    eyes.stamp(canvas, ink)
    lines = Stencil(sitter.box(-0.7, -0.5, 0.7, 0.9))
    for side in (-1, 1):
        lines.line([sitter.at(side * 0.2, -0.2), sitter.at(side * 0.32, -0.25), sitter.at(side * 0.46, -0.2)], sitter.u * 0.055)
    lines.stamp(canvas, mix(sitter.hair, ink, 0.4))
    nose = Stencil(sitter.box(-0.3, 0, 0.3, 0.5))
    nose.line([sitter.at(0.01, 0.1), sitter.at(0.07, 0.32), sitter.at(-0.04, 0.34)], sitter.u * 0.035)
    nose.stamp(canvas, sitter.skin.by(l=-0.15))
    if scene.words.any(("beard", "bearded", "hipster")):
        beard = Stencil(sitter.box(-0.9, 0.1, 0.9, 1.2))
        beard.rounded(sitter.box(-0.8, 0.0, 0.8, 1.12), sitter.u * 0.76)
        beard.rounded(sitter.box(-0.58, -0.3, 0.58, 0.44), sitter.u * 0.3, 0)
        beard.stamp(canvas, sitter.hair)
    _mouth(canvas, sitter, smile=dice.uniform(0.06, 0.13))
    if scene.words.any(("glasses", "spectacles", "nerd", "professor", "librarian")) or dice.chance(0.18):
        glasses = Stencil(sitter.box(-0.9, -0.3, 0.9, 0.5))
        for side in (-1, 1):
            glasses.disc(*sitter.at(side * 0.33, 0.06), sitter.u * 0.25)
            glasses.disc(*sitter.at(side * 0.33, 0.06), sitter.u * 0.2, 0)
            glasses.line([sitter.at(side * 0.57, 0.03), sitter.at(side * 0.8, 0.0)], sitter.u * 0.045)
        glasses.line([sitter.at(-0.09, 0.03), sitter.at(0.09, 0.03)], sitter.u * 0.045)
        glasses.stamp(canvas, ink)


def _mouth(canvas: Image.Image, sitter: Sitter, *, smile: float) -> None:
    mouth = Stencil(sitter.box(-0.5, 0.3, 0.5, 0.9))
    points = [sitter.at(-0.24 + step * 0.06, 0.55 + smile * (1 - ((step - 4) / 4) ** 2)) for step in range(9)]
    mouth.line(points, sitter.u * 0.05)
    mouth.stamp(canvas, mix(sitter.skin, Tone(0.4, 0.13, 20), 0.75))


def _hair_front(canvas: Image.Image, scene: Scene, sitter: Sitter) -> None:
    if sitter.cut == "bald":
        return
    side = scene.dice("parting").pick((-1, 1))
    front = Stencil(sitter.box(-1.3, -1.7, 1.3, 1.0))
    front.rounded(sitter.box(-0.88, -1.2, 0.88, 0.6), sitter.u * 0.84)
    match sitter.cut:
        case "quiff":
            front.ellipse(sitter.box(side * 0.2 - 0.85, -1.45, side * 0.2 + 0.85, -0.5))
            front.rounded(sitter.box(-0.72, -0.52, 0.72, 1.0), sitter.u * 0.3, 0)
        case "crop":
            front.rounded(sitter.box(-0.72, -0.6, 0.72, 1.0), sitter.u * 0.34, 0)
        case "curls":
            for x in (-0.7, -0.4, -0.1, 0.2, 0.5, 0.75):
                front.disc(*sitter.at(x, -0.85 - 0.25 * (1 - abs(x))), sitter.u * 0.32)
            front.ellipse(sitter.box(-0.74, -0.55, 0.74, 1.6), 0)
        case _:
            front.ellipse(sitter.box(side * 0.2 - 0.94, -0.66, side * 0.2 + 0.94, 2.2), 0)
    front.stamp(canvas, sitter.hair)
