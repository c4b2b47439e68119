"""A request as the drawing modules see it: words, palette, size to draw at and chance. No drawing here."""

from collections.abc import Sequence
from dataclasses import dataclass

from assetgen.providers import Request
from assetgen.providers.sketch import palette as colour
from assetgen.providers.sketch.noise import Dice
from assetgen.providers.sketch.palette import Palette
from assetgen.providers.sketch.tone import Tone
from assetgen.providers.sketch.words import Theme, Words, kind_of, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture to draw. `width` and `height` are the size to draw at, which may differ from the size asked for."""

    prompt: str
    negative: str
    words: Words
    palette: Palette
    kind: str
    styles: frozenset[str]
    theme: Theme | None
    seed: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def least(self) -> int:
        return min(self.width, self.height)

    def dice(self, *salt: object) -> Dice:
        """Chance for one part of the composition; parts do not disturb one another."""
        return Dice(*self.words.kept, self.seed, *salt)


LARGEST = 4_200_000
_SOFT = 700_000
_SMALLEST = 48


def working_size(width: int, height: int, kind: str, *, soft: bool = False) -> tuple[int, int]:
    """The size to draw at: bounded work for posters, room to draw for thumbnails. Icons and sprites count their own pixels.

    A `soft` picture (watercolour) is drawn smaller and enlarged.
    """
    if kind not in {"icon", "sprite"}:
        width, height = max(width, _SMALLEST), max(height, _SMALLEST)
    most = _SOFT if soft else LARGEST
    if width * height > most:
        factor = (most / (width * height)) ** 0.5
        width, height = max(1, round(width * factor)), max(1, round(height * factor))
    return width, height


def scene_of(request: Request, *, size: tuple[int, int], seed: int, lent: Sequence[Tone]) -> Scene:
    """Read the request. `size` is the final size, `lent` the dominant tones of its references."""
    subject = request.subject or request.prompt
    words = read(subject, request.negative)
    # Styles say how to draw, not what: their words choose manner, mood and theme, but put no stars into "generous empty space".
    manner = read(request.prompt.replace(subject, " ", 1), request.negative)
    wanted = request.params.get("kind")
    kind = kind_of(words, subject, wanted if isinstance(wanted, str) else None, manner)
    shift = Dice("hue", seed).uniform(-6, 6)
    theme = words.theme or ("dark" if manner.theme == "dark" else None)
    palette = colour.palette_of(colour.tinted(words, manner), shift=shift, theme=theme, lent=lent)
    styles = words.styles | manner.styles
    given = request.params.get("palette")
    if isinstance(given, list) and given:
        palette = colour.overridden(palette, [str(item) for item in given])
    width, height = working_size(*size, kind, soft="watercolour" in styles)
    return Scene(
        prompt=subject,
        negative=request.negative,
        words=words,
        palette=palette,
        kind=kind,
        styles=styles,
        theme=theme,
        seed=seed,
        width=width,
        height=height,
    )
