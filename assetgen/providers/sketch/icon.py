"""Icons: a glyph, or a monogram where no word means one, on a modern tile or alone, on a transparent ground."""

from PIL import Image, ImageFilter

from assetgen.providers.sketch import glyphs, lettering
from assetgen.providers.sketch.canvas import Stencil, vertical
from assetgen.providers.sketch.lexicon import bag
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone

_FILLER = bag(
    "icon icons favicon logo app flat glyph symbol button badge emoji a an the of for in on with and or minimal minimalist clean "
    "simple modern background dark light white black transparent theme mode style outline line solid round rounded colorful colourful "
    "vector ui ux pictogram"
)
_GENERAL = bag("app new dark light white note green day colour color design about picture share art line test hub box paper")


def glyph_of(scene: Scene) -> str | None:
    """The glyph that the words mean; the first noun wins, more telling ones before general ones."""
    hits = [word for word in scene.words.kept if word in glyphs.NAMES]
    telling = [word for word in hits if word not in _GENERAL]
    return glyphs.NAMES[(telling or hits)[0]] if hits else None


def draw(scene: Scene) -> Image.Image:
    """The picture with an alpha channel, at the scene's size."""
    side = scene.least
    left, top = (scene.width - side) / 2, (scene.height - side) / 2
    canvas = Image.new("RGBA", scene.size)
    plain = not scene.styles.isdisjoint({"plain", "lineart", "blueprint"}) or scene.words.any(("monochrome", "solid", "outline", "line"))
    main = scene.palette.main
    if plain:
        ink = main.to(l=0.86 if scene.theme == "dark" else min(main.l, 0.5))
        mask = _mark(scene, (left + side * 0.06, top + side * 0.06, side * 0.88))
        if scene.styles & {"lineart", "blueprint"} or scene.words.any(("outline", "line")):
            mask = _outline(mask, side)
        layer = Image.new("RGBA", scene.size, (*ink.rgb, 255))
        layer.putalpha(mask)
        return layer
    _tile(canvas, scene, (left, top, side))
    mark = _mark(scene, (left + side * 0.22, top + side * 0.22, side * 0.56))
    back = _tile_tone(scene)
    if back.l > 0.4 and scene.theme is None and side >= 48:
        drop = mark.filter(ImageFilter.BoxBlur(side * 0.02))
        _over(canvas, back.by(l=-0.16), drop.point([level * 2 // 5 for level in range(256)]), (0, round(side * 0.018)))
    _over(canvas, _mark_tone(scene), mark, (0, 0))
    return canvas


def _tile_tone(scene: Scene) -> Tone:
    main = scene.palette.main
    if scene.theme == "dark":
        return main.to(l=0.25, c=min(main.c, 0.05))
    if scene.theme == "light":
        return main.to(l=0.95, c=min(main.c, 0.035))
    return main.to(l=min(main.l, 0.72) if 75 < main.h < 120 else min(max(main.l, 0.45), 0.64))


def _mark_tone(scene: Scene) -> Tone:
    main = scene.palette.main
    if scene.theme == "dark":
        return main.to(l=0.8, c=max(main.c, 0.08) if main.c > 0.01 else 0)
    if scene.theme == "light":
        return main.to(l=min(main.l, 0.55))
    return Tone(0.99, 0.004, main.h)


def _tile(canvas: Image.Image, scene: Scene, place: tuple[float, float, float]) -> None:
    left, top, side = place
    inset = side * 0.03 if side >= 64 else 0
    tone = _tile_tone(scene)
    lift = 0.03 if scene.theme == "light" else 0.065
    turn = scene.dice("tile").uniform(-14, 14)
    stencil = Stencil((left, top, left + side, top + side))
    box = left + inset, top + inset, left + side - inset, top + side - inset
    radius = (side - 2 * inset) * (0.5 if scene.words.any(("round", "circle", "circular", "badge")) else 0.235)
    stencil.rounded(box, radius)
    fill = vertical(((0, tone.by(l=lift, h=turn)), (1, tone.by(l=-lift, h=-turn * 0.5))), stencil.width, stencil.height).convert("RGBA")
    fill.putalpha(stencil.mask())
    canvas.alpha_composite(fill, (max(0, stencil.left), max(0, stencil.top)))
    if scene.theme is None and side >= 96:
        shine = Stencil((left, top, left + side, top + side))
        shine.rounded(box, radius)
        shine.rounded((box[0], box[1] + side * 0.012, box[2], box[3] + side * 0.012), radius, 0)
        _over(canvas, Tone(1, 0, 0), shine.mask(opacity=0.35), (shine.left, shine.top))


def _over(canvas: Image.Image, tone: Tone, mask: Image.Image, at: tuple[int, int]) -> None:
    """Lay a tone through a mask over a picture with alpha; the canvas keeps its own coverage."""
    layer = Image.new("RGBA", mask.size, (*tone.rgb, 0))
    layer.putalpha(mask)
    inside = layer.crop((0, 0, min(mask.width, canvas.width - at[0]), min(mask.height, canvas.height - at[1])))
    canvas.alpha_composite(inside, at)


def _mark(scene: Scene, place: tuple[float, float, float]) -> Image.Image:
    """The glyph or monogram as a mask of the whole picture."""
    name = glyph_of(scene)
    if name is not None:
        stencil = Stencil((0, 0, scene.width, scene.height))
        glyphs.trace(stencil, name, place)
        return stencil.mask()
    return _monogram(scene, place)


def _monogram(scene: Scene, place: tuple[float, float, float]) -> Image.Image:
    left, top, side = place
    told = [word for word in scene.words.kept if word not in _FILLER and lettering.legible(word)]
    letters = lettering.legible("".join(word[0] for word in told[:2]).upper()) or "A"
    scale = 4 if side <= 256 else 1
    size = max(4, round(side * scale * (1.05 if len(letters) == 1 else 0.8)))
    ink = lettering.written(letters, size)
    ink = ink.crop(ink.getbbox() or (0, 0, 1, 1))
    if scale > 1:
        width, height = -(-ink.width // scale) * scale, -(-ink.height // scale) * scale
        room = Image.new("L", (width, height))
        room.paste(ink, ((width - ink.width) // 2, (height - ink.height) // 2))
        ink = room.reduce(scale)
    mask = Image.new("L", scene.size)
    mask.paste(ink, (round(left + (side - ink.width) / 2), round(top + (side - ink.height) / 2)))
    return mask


def _outline(mask: Image.Image, side: int) -> Image.Image:
    """A line along the edge of a mask: where its blurred copy is neither in nor out."""
    reach = max(0.6, side * 0.018)
    soft = mask.filter(ImageFilter.BoxBlur(reach)).filter(ImageFilter.BoxBlur(reach * 0.6))
    return soft.point([max(0, min(255, round((96 - abs(level - 150)) * 5))) for level in range(256)])
