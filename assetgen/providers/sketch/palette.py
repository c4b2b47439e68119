"""From words to colours. The words choose; the seed may only turn every hue by a few degrees; explicit colours stay as given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assetgen.providers.sketch import colours, lexicon
from assetgen.providers.sketch.noise import Dice
from assetgen.providers.sketch.tone import Tone, blend, mix, of_hex
from assetgen.providers.sketch.words import Theme, Words

_SKY_NOUNS = frozenset({"sky", *lexicon.SKIES})
_GREYS = lexicon.bag("white black grey gray silver")
_LIGHTING = lexicon.bag("natural light soft clean bright")
_STOP = lexicon.bag("a an the of on in with and or for to at by from over under into style image picture photo illustration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one picture. `swatches` are at least five, the most important first; `sky` runs from zenith to horizon.

    `guessed` is set where no word of the prompt means a colour.
    """

    swatches: tuple[Tone, ...]
    sky: tuple[Tone, Tone, Tone]
    land: Tone
    water: Tone
    dark: bool
    guessed: bool = False

    @property
    def main(self) -> Tone:
        return self.swatches[0]

    @property
    def accent(self) -> Tone:
        return self.swatches[1]

    @property
    def paper(self) -> Tone:
        """A background that carries text: nearly white, or nearly black in a dark theme, with a breath of the main hue."""
        chroma = min(self.main.c, 0.1)
        return Tone(0.205, chroma * 0.28, self.main.h) if self.dark else Tone(0.978, chroma * 0.1, self.main.h)

    @property
    def ink(self) -> Tone:
        """The colour of text on `paper`."""
        chroma = min(self.main.c, 0.1)
        return Tone(0.95, chroma * 0.12, self.main.h) if self.dark else Tone(0.27, chroma * 0.4, self.main.h)


@dataclass(slots=True)
class _Hits:
    """What the words of one prompt hit, in order."""

    skies: list[tuple[Tone, Tone, Tone]]
    sky_tints: list[Tone]
    lands: list[Tone]
    waters: list[Tone]
    things: list[Tone]
    moods: list[tuple[float, float, str]]
    named: int = 0


def _look_up(words: Words, shift: float) -> _Hits:
    hits = _Hits([], [], [], [], [], [])
    for index, word in enumerate(words.kept):
        after = words.kept[index + 1] if index + 1 < len(words.kept) else ""
        if word.startswith("#"):
            digits = colours.explicit(word)
            if digits is not None:
                hits.things.insert(hits.named, of_hex(digits))
                hits.named += 1
                (hits.sky_tints if after in _SKY_NOUNS else hits.lands).append(of_hex(digits))
        elif word in lexicon.MOODS:
            lift, chroma, hue = lexicon.MOODS[word]
            hits.moods.append((float(lift), float(chroma), hue))
        elif word in lexicon.SKIES:
            top, middle, low = (of_hex(stop).by(h=shift) for stop in lexicon.SKIES[word])
            hits.skies.append((top, middle, low))
            hits.things.extend([middle, top] if middle.c > 0.06 else [top, middle])
            if word in lexicon.LANDS:
                hits.lands.append(of_hex(lexicon.LANDS[word][0]).by(h=shift))
        else:
            _place(hits, word, after, shift)
    return hits


def _place(hits: _Hits, word: str, after: str, shift: float) -> None:
    for table, targets in (
        (lexicon.LANDS, (hits.lands, hits.things)),
        (lexicon.WATERS, (hits.waters, hits.things)),
        (lexicon.THINGS, (hits.things,)),
    ):
        if word in table:
            tone = of_hex(table[word][0]).by(h=shift)
            for target in targets:
                target.append(tone)
            return
    if word in colours.CSS and not (word in {"black", "white"} and after in {"background", "theme", "mode"}):
        tone = of_hex(lexicon.BASIC[word][0] if word in lexicon.BASIC else colours.CSS[word]).by(h=shift)
        if after in _SKY_NOUNS:
            hits.sky_tints.append(tone)
        else:
            hits.lands.append(tone)
        # A colour that is named outranks the colour of a thing.
        hits.things.insert(hits.named, tone)
        hits.named += 1


def _spread(tones: Sequence[Tone]) -> tuple[Tone, ...]:
    """At least five swatches: the given ones, then neighbours and shades of them."""
    distinct: list[Tone] = []
    for tone in tones:
        if all(abs(tone.l - other.l) + abs(tone.c - other.c) * 2 + _apart(tone, other) / 400 > 0.09 for other in distinct):
            distinct.append(tone)
    main = distinct[0]
    turns = ((34, 0.05, 1.0), (-30, -0.08, 0.95), (12, 0.16, 0.7), (165, 0.05, 0.85), (-60, -0.12, 0.8))
    for hue, lift, chroma in turns:
        if len(distinct) >= 5:
            break
        distinct.append(Tone(min(0.86, max(0.34, main.l + lift)), max(main.c * chroma, 0.02 if main.c > 0.01 else 0), (main.h + hue) % 360))
    return tuple(distinct[:6])


def _apart(first: Tone, second: Tone) -> float:
    gap = abs(first.h - second.h) % 360
    return min(gap, 360 - gap) * min(1.0, (first.c + second.c) * 6)


def _hashed(words: Words, shift: float) -> list[Tone]:
    """Colours for words no table knows: a hue from their hash, with a companion that sits well beside it."""
    dice = Dice("palette", *sorted(frozenset(words.kept) - _STOP))
    hue = dice.uniform(0, 360) + shift
    companion = dice.pick((32.0, -36.0, 62.0, 150.0, -140.0, 180.0))
    lightness = 0.74 if 80 < hue % 360 < 115 else 0.6
    return [Tone(lightness, 0.135, hue % 360), Tone(0.72, 0.12, (hue + companion) % 360)]


def _feel(tone: Tone, moods: Sequence[tuple[float, float, str]]) -> Tone:
    for lift, chroma, hue in moods:
        moved = tone.by(l=lift, c=chroma)
        if hue.endswith("!"):
            tone = moved.to(c=0.02 + moved.c * 0.6, h=float(hue[:-1]))
        else:
            tone = moved if hue == "-" or tone.c < 0.01 else mix(moved, moved.to(h=float(hue)), 0.35)
    return tone


def _heaven(hits: _Hits, main: Tone, *, dark: bool) -> tuple[Tone, Tone, Tone]:
    if hits.skies:
        # Night wins over weather: snow under an aurora lies in the dark.
        skies = [sky for sky in hits.skies if sky[2].l < 0.62] or hits.skies
        columns = [blend(column) for column in zip(*skies, strict=True)]
    elif dark:
        columns = [Tone(0.2, min(main.c, 0.07), main.h), Tone(0.3, min(main.c, 0.08), main.h), Tone(0.46, min(main.c, 0.09), main.h + 20)]
    else:
        share = 0.2 if hits.lands or hits.waters else 0.62
        day = (Tone(0.68, 0.105, 243), Tone(0.83, 0.06, 232), Tone(0.955, 0.03, 85))
        own = (main.to(l=0.66, c=min(main.c, 0.1)), main.to(l=0.82, c=min(main.c, 0.07)), main.to(l=0.95, c=0.035, h=main.h + 40))
        columns = [mix(first, second, share) for first, second in zip(day, own, strict=True)]
    if hits.sky_tints:
        tint = blend(hits.sky_tints)
        weights = (0.75, 0.6, 0.35)
        columns = [mix(tone, tint.to(l=(tint.l + tone.l) / 2), weight) for tone, weight in zip(columns, weights, strict=True)]
    return columns[0], columns[1], columns[2]


def tinted(words: Words, manner: Words) -> Words:
    """The words of the subject with the moods and colours, greys apart, that its styles name."""
    tints = [word for word in manner.kept if (word in colours.CSS and word not in _GREYS) or word[0] == "#"]
    # One mood is a style's; the next ones ("natural light, soft shadows") describe light, and together they would turn all to grey.
    moods = [word for word in manner.kept if word in lexicon.MOODS and word not in _LIGHTING]
    return replace(words, kept=(*words.kept, *tints, *moods[:1]))


def palette_of(words: Words, *, shift: float, theme: Theme | None, lent: Sequence[Tone] = ()) -> Palette:
    """The palette of a prompt. `shift` turns hues (degrees); `lent` are the dominant tones of reference pictures."""
    hits = _look_up(words, shift)
    found = hits.things or _hashed(words, shift)
    sky_is_dark = any(low.l < 0.62 for _top, _middle, low in hits.skies)
    dark = theme == "dark" or (theme is None and sky_is_dark)
    if lent:
        found = [mix(tone, lent[index % len(lent)], 0.65) for index, tone in enumerate(found)] + list(lent)
    swatches = tuple(_feel(tone, hits.moods) for tone in _spread(found))
    main = swatches[0]
    land = _feel(blend(hits.lands), hits.moods) if hits.lands else main.to(l=min(main.l, 0.5), c=main.c * 0.8)
    sky = _heaven(hits, main, dark=dark)
    top, middle, low = (_feel(tone, hits.moods) for tone in sky)
    if lent:
        land = mix(land, min(lent, key=lambda tone: tone.l), 0.5)
        light = max(lent, key=lambda tone: tone.l)
        top, middle, low = mix(top, lent[0], 0.45), mix(middle, lent[0], 0.4), mix(low, light, 0.5)
    water = _feel(blend(hits.waters), hits.moods) if hits.waters else mix(middle, top, 0.4).by(l=-0.08)
    return Palette(swatches=swatches, sky=(top, middle, low), land=land, water=water, dark=dark, guessed=not hits.things and not lent)


def overridden(palette: Palette, given: Sequence[str]) -> Palette:
    """The palette that `params.palette` dictates: its colours as they are, its darkest for land, its lightest at the horizon."""
    tones = [of_hex(colours.explicit(text) or "888") for text in given]
    by_light = sorted(tones, key=lambda tone: tone.l)
    main = tones[0]
    extra = [main.by(l=0.12, c=0.8), main.by(l=-0.12), main.by(l=0.22, c=0.5), main.by(l=-0.22)]
    low = by_light[-1] if len(tones) > 1 else main.to(l=0.94, c=main.c * 0.3)
    return replace(
        palette,
        swatches=tuple([*tones, *extra][: max(5, len(tones))]),
        sky=(main, mix(main, low, 0.55), low),
        land=by_light[0],
        water=tones[len(tones) // 2],
        guessed=False,
    )
