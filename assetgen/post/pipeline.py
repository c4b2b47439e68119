"""From an original to the bytes of all its outputs: decoded once, shared steps done once. Writes no file.

An output's bytes depend on its own rendering only, never on which others are made with it: so every width is scaled from the picture
itself and not from the next larger one.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol, TypeVar

from PIL import Image

from assetgen.decode import pixels
from assetgen.model import Json
from assetgen.post import MAX_PIXELS, Op, PostError
from assetgen.post.encode import encode, largest_icon
from assetgen.post.formats import FORMATS
from assetgen.post.image import open_image

T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """How to call a function for each item: `map`, or the `map` of a thread pool that `render` itself does not run in."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]:
        """The results in the order of the items."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What to make of an original. `width` is a resize after all steps; `source` and `placeholder` are marks of origin."""

    format: str
    steps: tuple[tuple[Op, Mapping[str, Json]], ...] = ()
    width: int | None = None
    encode: Mapping[str, Json] = field(default_factory=dict)
    source: str | None = None
    placeholder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The bytes of one output. `alpha`: some pixel of it isn't opaque."""

    data: bytes
    width: int
    height: int
    alpha: bool
    format: str


def render(original: bytes, renderings: Sequence[Rendering], files: Mapping[str, bytes], *, spread: Spread = map) -> list[Rendered]:
    """The outputs in the order of the renderings. `files` has the bytes of each project file that a step names.

    Raises PostError, or NotAPicture for an original that can't be read.
    """
    found: dict[int, Rendered] = {}
    _branch(open_image(original), list(enumerate(renderings)), 0, files, spread, found)
    return [found[at] for at in range(len(renderings))]


def apply(op: Op, image: Image.Image, params: Mapping[str, Json], files: Mapping[str, bytes]) -> Image.Image:
    """Run one op and keep what every op may rely on: four modes, a bounded size, an input that nobody changes."""
    try:
        # Other renderings go on from the same picture, and a plug-in may draw upon what it is given.
        result = op.apply(image.copy(), params, files)
    except PostError as error:
        raise PostError(error.reason, op=op.name, parameter=error.parameter, hint=error.hint) from error
    if result.width * result.height > MAX_PIXELS:
        raise PostError(f"the picture would be {result.width}x{result.height} pixels, more than 64 million", op=op.name)
    return result if pixels.is_normal(result) else pixels.normal(result)


def _branch(
    image: Image.Image,
    wanted: list[tuple[int, Rendering]],
    depth: int,
    files: Mapping[str, bytes],
    spread: Spread,
    found: dict[int, Rendered],
) -> None:
    """Walk the tree of steps depth first, so that only the pictures of one path are held."""
    leaves = [(at, rendering) for at, rendering in wanted if len(rendering.steps) == depth]
    _finish(image, leaves, spread, found)
    deeper = sorted((item for item in wanted if len(item[1].steps) > depth), key=lambda item: _identity(item[1], depth))
    for _, group in groupby(deeper, key=lambda item: _identity(item[1], depth)):
        members = list(group)
        op, params = members[0][1].steps[depth]
        _branch(apply(op, image, params, files), members, depth + 1, files, spread, found)


def _identity(rendering: Rendering, depth: int) -> tuple[str, int, str]:
    op, params = rendering.steps[depth]
    return op.name, op.version, json.dumps(params, sort_keys=True)


def _finish(image: Image.Image, leaves: list[tuple[int, Rendering]], spread: Spread, found: dict[int, Rendered]) -> None:
    widths = {rendering.width for _, rendering in leaves}
    scaled = dict(zip(widths, spread(lambda width: _scaled(image, width), widths), strict=True))
    finished = spread(lambda leaf: _encoded(scaled[leaf[1].width], leaf[1]), leaves)
    found.update(zip((at for at, _ in leaves), finished, strict=True))


def _scaled(image: Image.Image, width: int | None) -> Image.Image:
    if width is None or width == image.width:
        return image
    if width > image.width:
        raise PostError(f"{width} is more than the {image.width} pixels of the picture", op="width", hint=f"width = {image.width}")
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _encoded(image: Image.Image, rendering: Rendering) -> Rendered:
    data = encode(image, rendering.format, rendering.encode, source=rendering.source, placeholder=rendering.placeholder)
    alpha = FORMATS[rendering.format].alpha and pixels.has_alpha(image)
    width, height = largest_icon(data) if rendering.format == "ico" else image.size
    return Rendered(data=data, width=width, height=height, alpha=alpha, format=rendering.format)
