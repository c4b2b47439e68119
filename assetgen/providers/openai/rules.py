"""Refuses, before anything is paid, what a known model would refuse or get wrong. Pure: imports no SDK, knows no key."""

from collections.abc import Mapping
from difflib import get_close_matches

from assetgen.errors import Impossible
from assetgen.model import Json, Size
from assetgen.providers import Request, rules
from assetgen.providers.openai.models import EDITS, FREE, NEWEST, NO_EDITS, Allowed, Family, family

RESERVED = frozenset({"prompt", "model", "n", "image", "mask", "stream", "partial_images"})
_LARGEST_REFERENCE = 50 * 2**20
_LARGEST_MASK = 4 * 2**20


def check(request: Request) -> None:
    """Raise `Impossible` for the first thing that is wrong with a request."""
    if not request.prompt.strip():
        raise Impossible(f'model "{request.model}" needs a prompt', hint='prompt = "…"')
    if request.mask is not None and not request.references:
        raise Impossible("a mask needs a reference to be laid over", hint='references = ["…"]')
    rules.check_no_loras(request)
    rules.check_no_guides(request)
    _check_reserved(request)
    known = family(request.id or request.model)
    if known is None:
        return
    if len(request.prompt) > known.prompt:
        raise Impossible(
            f'the prompt has {len(request.prompt)} characters, and model "{request.model}" takes {known.prompt}',
            hint=f"shorten it by {len(request.prompt) - known.prompt} characters",
        )
    _check_size(request, known)
    _check_references(request, known)
    for name, value in request.params.items():
        _check_param(request.model, name, value, known.params)
    _check_together(request)


def _check_reserved(request: Request) -> None:
    for name in request.params:
        if name in RESERVED or (name == "size" and request.size is not None):
            raise Impossible(f'"{name}" is not a parameter: assetgen sets it itself', hint=f'remove "{name}" from params')


def _check_param(model: str, name: str, value: Json, known: Mapping[str, Allowed]) -> None:
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f'did you mean "{near[0]}"?' if near else f"it takes {_listed(sorted(known))}"
        raise Impossible(f'model "{model}" takes no parameter "{name}"', hint=hint)
    allowed = known[name]
    match allowed:
        case None:
            fine, hint = isinstance(value, str) and value != "", f'{name} = "…"'
        case range():
            fine = isinstance(value, int) and not isinstance(value, bool) and value in allowed
            hint = f"a whole number from {allowed.start} to {allowed.stop - 1}"
        case _:
            near = get_close_matches(value, allowed, 1) if isinstance(value, str) else []
            fine, hint = value in allowed, f'did you mean "{near[0]}"?' if near else f"one of {_listed(allowed)}"
    if not fine:
        shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
        raise Impossible(f'model "{model}" takes no {name} = {shown}', hint=hint)


def _check_together(request: Request) -> None:
    params, model = request.params, request.model
    form = params.get("output_format", "png")
    if params.get("background") == "transparent" and form == "jpeg":
        raise Impossible('a transparent background needs output_format "png" or "webp"', hint='output_format = "png"')
    if "output_compression" in params and form == "png":
        raise Impossible('output_compression needs output_format "jpeg" or "webp"', hint='output_format = "webp"')
    for name in sorted(params):
        if request.references and name in NO_EDITS:
            raise Impossible(f'model "{model}" takes "{name}" only without references', hint=f'remove "{name}" from params')
        if not request.references and name in EDITS:
            raise Impossible(f'model "{model}" takes "{name}" only with references', hint=f'remove "{name}" from params')


def _check_references(request: Request, known: Family) -> None:
    given, model = request.references, request.model
    if given and not known.references:
        raise Impossible(f'model "{model}" takes no references', hint=f'model = "{NEWEST}"')
    if len(given) > known.references:
        raise Impossible(f'model "{model}" takes at most {known.references} references, and {len(given)} are given')
    for blob in given:
        if blob.format not in known.formats:
            raise Impossible(
                f'model "{model}" takes no {blob.format} as a reference ("{blob.name}")', hint=f"save it as {known.formats[0]}"
            )
        if len(blob.data) >= _LARGEST_REFERENCE:
            raise Impossible(f'the reference "{blob.name}" is larger than 50 MiB')
    if request.mask is not None and (request.mask.format != "png" or len(request.mask.data) >= _LARGEST_MASK):
        raise Impossible(f'the mask "{request.mask.name}" is not a PNG below 4 MiB', hint="save it as png")


def _check_size(request: Request, known: Family) -> None:
    size = request.size
    if size is None or (size in known.sizes if known.sizes is not None else FREE.holds(size)):
        return
    best = nearest(size, known.sizes)
    raise Impossible(f'model "{request.model}" does not offer the size "{size}"', hint=f'size = "{best}"')


def nearest(size: Size, sizes: tuple[Size, ...] | None) -> Size:
    """The offered size whose shape, and then whose area, comes closest."""
    ratio = size.width / max(1, size.height)

    def distance(other: Size) -> tuple[float, int]:
        shape = other.width / other.height
        return round(max(shape / ratio, ratio / shape), 3) if ratio else 0.0, abs(other.width * other.height - size.width * size.height)

    return min(_grid(size) if sizes is None else sizes, key=distance)


def _grid(size: Size) -> tuple[Size, ...]:
    """Sizes that the free rule allows, around a given one."""
    step = FREE.step
    ratio = min(max(size.width / max(1, size.height), 1 / FREE.ratio), FREE.ratio)
    area = min(max(size.width * size.height, FREE.least), FREE.most)
    height = round((area / ratio) ** 0.5 / step)
    width = round((area * ratio) ** 0.5 / step)
    around = ((width + x, height + y) for x in range(-6, 7) for y in range(-6, 7))
    found = tuple(Size(step * x, step * y) for x, y in around if x > 0 and y > 0 and FREE.holds(Size(step * x, step * y)))
    return found or (Size(1024, 1024),)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
