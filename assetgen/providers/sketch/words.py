"""What a prompt's words decide: the kind of picture, what is in it, its style and whether it is dark. Colour is in `palette`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assetgen.providers.sketch import colours, lexicon

Theme: TypeAlias = Literal["dark", "light"]

_TOKEN = re.compile(r"#[0-9a-f]{3,8}\b|[^\W_]+", re.IGNORECASE)
_NEGATION = frozenset({"no", "without", "not", "never", "minus"})


def _sets(text: str) -> dict[str, frozenset[str]]:
    rows = (line.split(":") for line in text.strip().splitlines())
    return {name.strip(): frozenset(members.split()) for name, members in rows}


# Compounds are written without their space or hyphen: "low-poly" is "lowpoly".
_KINDS = _sets("""
icon: icon favicon glyph logo logomark symbol emoji appicon badge pictogram
sprite: sprite spritesheet invader pixelcreature pixelmonster pixelcharacter gamecharacter gameitem
texture: texture seamless tileable tiling texturemap
diagram: diagram flowchart flowdiagram architecturediagram sequencediagram mindmap orgchart schematic infographic workflow
isometric: isometric
portrait: portrait headshot avatar selfie person woman man girl boy face lady gentleman people profilepicture teammember
product: product mug cup bottle packshot jar perfume cosmetic candle vase can packaging lamp headphones speaker watch lotion tin
skyline: skyline city cityscape skyscraper downtown metropolis urban manhattan tokyo hongkong dubai building tower
landscape: landscape scenery mountain hill forest sunset sunrise beach lake river ocean sea desert meadow valley island coast field \
nature sky \
dune waterfall jungle volcano alps countryside horizon wilderness aurora fjord canyon
pattern: pattern wallpaper abstract background backdrop banner lowpoly gradient geometric mesh polygon bauhaus topographic contour wave \
memphis
""")
# The kinds that a style may ask for: they say how to draw, not what.
_MANNERS = ("icon", "sprite", "texture", "diagram", "isometric")
_ABSTRACT = lexicon.bag("pattern abstract gradient geometric bauhaus topographic memphis")
_BACKDROP = lexicon.bag("background backdrop wallpaper banner")
_FORMS = lexicon.bag("wave lowpoly polygon mesh contour triangle blob curve")

_MATERIALS = lexicon.bag(
    "brick wood wooden timber plank marble fabric linen cotton denim canvas wool metal steel aluminium aluminum grass stone "
    "cobblestone granite sand paper parchment leather concrete plaster tile carpet"
)

_ELEMENTS = _sets("""
sun: sun sunny sunrise sunset sunup sundown dawn dusk golden goldenhour noon midday summer synthwave retrowave outrun vaporwave eclipse
moon: moon moonlight moonlit crescent night midnight nighttime halloween
stars: star starry night midnight nighttime space cosmic galaxy nebula milkyway aurora twilight constellation
clouds: cloud cloudy overcast storm stormy sky rain rainy thunderstorm dramatic
water: water ocean sea lake river bay harbor harbour coast beach pond lagoon fjord reflection island shore marine canal stream \
waterfront reef
trees: tree forest wood woods woodland pine fir conifer spruce jungle rainforest park cabin camp camping autumn fall orchard oak maple taiga
palms: palm tropical beach caribbean hawaii miami island lagoon oasis
broadleaf: oak maple orchard autumn fall park jungle rainforest apple cherry blossom sakura deciduous broadleaf
mountains: mountain alps alpine peak summit fjord himalaya everest volcano cliff andes rockies snowcapped
dunes: dune desert sahara sand sandy mars martian
snow: snow snowy snowfall winter wintry blizzard christmas
rain: rain rainy storm stormy drizzle thunderstorm
fog: fog foggy mist misty haze hazy morning dreamy
birds: bird seagull gull crow goose flock
aurora: aurora borealis northernlights
boat: boat sailboat ship yacht sailing sail
cabin: cabin house cottage hut home barn farmhouse lodge village
stripes: synthwave retrowave outrun vaporwave
""")

_STYLES = _sets("""
blueprint: blueprint cyanotype technicaldrawing
watercolour: watercolour watercolor aquarelle gouache painting painterly oil
pixelart: pixelart pixel pixelated 8bit 16bit
lineart: lineart linedrawing outline sketch pencil lineillustration doodle handdrawn ink coloringbook colouringbook
lowpoly: lowpoly polygonal
plain: plain glyph silhouette notile
""")

_DARK = lexicon.bag("dark darkmode darktheme night black midnight noir dracula terminal")
_LIGHT = lexicon.bag("light lightmode lighttheme white bright pale airy")


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, in order."""
    return tuple(_TOKEN.findall(text.casefold()))


def _readings(word: str) -> Iterator[str]:
    yield word
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("es") and len(word) > 4:
        yield word[:-2]
    if word.endswith("s") and len(word) > 3:
        yield word[:-1]


def _known() -> frozenset[str]:
    groups = (*_KINDS.values(), *_ELEMENTS.values(), *_STYLES.values(), _MATERIALS, _FORMS, _DARK, _LIGHT)
    tables = (lexicon.SKIES, lexicon.LANDS, lexicon.WATERS, lexicon.THINGS, lexicon.MOODS, colours.CSS)
    return frozenset().union(*groups, *tables)


KNOWN = _known()


def canon(word: str) -> str:
    """The form under which a table knows the word: singular where only that is known."""
    return next((form for form in _readings(word) if form in KNOWN), word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words that count, in order and in canonical form, with compounds after their second word; and those taken away."""

    kept: tuple[str, ...]
    removed: frozenset[str]

    def any(self, group: Iterable[str]) -> bool:
        return not frozenset(group).isdisjoint(self.kept)

    def shows(self, element: str) -> bool:
        """Whether the picture holds this element: a word asks for it and no negative word names it."""
        return self.any(_ELEMENTS[element]) and not self.bars(element)

    def bars(self, element: str) -> bool:
        return element in self.removed or element.rstrip("s") in self.removed

    @property
    def styles(self) -> frozenset[str]:
        return frozenset(name for name, members in _STYLES.items() if self.any(members))

    @property
    def theme(self) -> Theme | None:
        """The first word that says dark or light decides."""
        return next(("dark" if word in _DARK else "light" for word in self.kept if word in _DARK or word in _LIGHT), None)


def read(prompt: str, negative: str) -> Words:
    """The words of a prompt without those of the negative prompt and those after "no" or "without"."""
    removed = {canon(word) for word in tokens(negative)}
    removed |= {first + second for first, second in zip(tokens(negative), tokens(negative)[1:], strict=False)}
    kept: list[str] = []
    previous = ""
    for word in tokens(prompt):
        plain = canon(word)
        if previous in _NEGATION:
            removed.add(plain)
        elif plain not in removed:
            kept.append(plain)
            pair = canon(previous + word)
            if previous and pair in KNOWN and pair not in removed:
                kept.append(pair)
        previous = word
    return Words(kept=tuple(kept), removed=frozenset(removed))


def kind_of(words: Words, prompt: str, wanted: str | None, manner: Words | None = None) -> str:
    """The composition to draw; `wanted` is `params.kind`, `manner` are the words of styles, which may name a kind but no subject."""
    if wanted is not None and wanted != "photo":
        return wanted
    if wanted == "photo":
        return next((kind for kind in ("isometric", "portrait", "product", "skyline") if words.any(_KINDS[kind])), "landscape")
    if "->" in prompt or "→" in prompt or "=>" in prompt:
        return "diagram"
    own = [kind for kind in _signs(words) if words.any(_KINDS[kind])]
    asked = [kind for word in (manner.kept if manner else ()) for kind in _MANNERS if word in _KINDS[kind]]
    if asked and not (own and own[0] in _MANNERS):
        return asked[0]
    return next(_signs(words), "landscape")


def _signs(words: Words) -> Iterator[str]:
    """The kinds that the words speak for, the most telling first."""
    for kind, members in _KINDS.items():
        if kind == "portrait" and (words.any(_ABSTRACT) or (words.any(_BACKDROP) and words.any(_FORMS))):
            yield "pattern"
        if words.any(members):
            yield kind
    if words.any(_MATERIALS):
        yield "texture"
