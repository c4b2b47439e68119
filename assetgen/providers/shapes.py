"""How a model's input spells a request: a table entry per model, and the one place that writes or refuses an input. Pure.

The entries themselves lie with their provider; what a model is good for, and costs, is the catalog's knowledge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from assetgen.errors import Impossible
from assetgen.model import Json, Size
from assetgen.providers import Blob, Request, rules

_LONGEST = 32_000
_HEAVIEST = 30 * rules.MIB

Sizing: TypeAlias = Literal["pixels", "image_size", "custom", "aspect", "text", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one model's input looks like.

    `sizing`: width and height, a table of both, both behind `aspect_ratio = "custom"`, a word of `words`, "1024x1024" in the field
    `size_field`, or none at all. `references` is the field for pictures, a list where `many` is above 1. `required` names what must be
    there ("references", "mask"). `follows`: with a reference the picture gets the size of it. `fast`: it has `go_fast`, which must be off
    for a seed to be honoured. `edit` and `inpaint` are other models that take over where there are references, or a mask.
    `fixed` is what the input always holds.
    """

    sizing: Sizing = "none"
    words: Mapping[Size, str] = field(default_factory=dict)
    size_field: str = "size"
    count: str | None = None
    most: int = 1
    seed: bool = True
    negative: bool = False
    references: str | None = None
    many: int = 1
    mask: str | None = None
    required: tuple[str, ...] = ()
    follows: bool = False
    fast: bool = False
    edit: str | None = None
    inpaint: str | None = None
    fixed: Mapping[str, Json] = field(default_factory=dict)


def check(shape: Shape, request: Request, references: Sequence[Blob]) -> None:
    """Raise Impossible for the first thing the model can't take. `references` are those that are left to be sent as pictures."""
    model = request.model
    rules.check_prompt(request, _LONGEST)
    _check_params(shape, request)
    rules.check_count(request, shape.most)
    _check_pictures(shape, request, references)
    if request.size is None:
        return
    if references and shape.follows:
        raise Impossible(f'model "{model}" gives a picture the size of its reference', hint="remove size, and use a step of post")
    if shape.sizing == "none":
        raise Impossible(f'model "{model}" takes no size', hint="remove size, and use a step of post")
    if shape.sizing == "aspect" and request.size not in shape.words:
        near = min(shape.words, key=lambda other: _apart(other, request.size))
        raise Impossible(f'model "{model}" does not offer the size "{request.size}"', hint=f'size = "{near}"')


def arguments(shape: Shape, request: Request, references: Sequence[Blob], encode: Callable[[Blob], str]) -> dict[str, Json]:
    """The model's input. `encode` turns a picture into something that may stand in JSON."""
    found: dict[str, Json] = {**shape.fixed, "prompt": request.prompt}
    if request.size is not None:
        found |= _sized(shape, request.size)
    if request.seed is not None and shape.seed:
        found["seed"] = request.seed
        if shape.fast:
            found["go_fast"] = False
    if request.negative and shape.negative:
        found["negative_prompt"] = request.negative
    if shape.count is not None and request.count > 1:
        found[shape.count] = request.count
    if references and shape.references is not None:
        coded: list[Json] = [encode(blob) for blob in references]
        found[shape.references] = coded if shape.many > 1 else coded[0]
    if request.mask is not None and shape.mask is not None:
        found[shape.mask] = encode(request.mask)
    return {**found, **request.params}


def ignored(shape: Shape, request: Request) -> tuple[str, ...]:
    """Fields of the request that the model does not take, or that a parameter makes void."""
    void = shape.fast and request.params.get("go_fast") is True
    given = {"seed": request.seed is not None and (void or not shape.seed), "negative": bool(request.negative) and not shape.negative}
    return tuple(name for name, lost in given.items() if lost)


def words(table: Mapping[str, tuple[int, int]]) -> dict[Size, str]:
    """The `words` of a shape from aspect ratios and their pixels."""
    return {Size(width, height): word for word, (width, height) in table.items()}


def _check_params(shape: Shape, request: Request) -> None:
    size_keys = {"width", "height", "aspect_ratio", "image_size", shape.size_field}
    for name in request.params:
        owned = {"prompt", "seed", "negative_prompt", shape.references, shape.mask, shape.count}
        if name in owned or (name in size_keys and request.size is not None):
            field_name = {"negative_prompt": "negative", shape.references: "references", shape.mask: "mask", shape.count: "candidates"}
            use = field_name.get(name, "size" if name in size_keys else name)
            raise Impossible(f'"{name}" is not a parameter: it is written by the field "{use}"', hint=f'remove "{name}" from params')


def _check_pictures(shape: Shape, request: Request, references: Sequence[Blob]) -> None:
    model = request.model
    if "references" in shape.required and not references:
        raise Impossible(f'model "{model}" needs a reference', hint='references = ["…"]')
    if "mask" in shape.required and request.mask is None:
        raise Impossible(f'model "{model}" needs a mask', hint='mask = "…"')
    sent = replace(request, references=tuple(references))
    rules.check_references(sent, shape.many if shape.references is not None else 0, largest=_HEAVIEST)
    rules.check_mask(sent, takes=shape.mask is not None)


def _sized(shape: Shape, size: Size) -> dict[str, Json]:
    pixels: dict[str, Json] = {"width": size.width, "height": size.height}
    match shape.sizing:
        case "pixels":
            return pixels
        case "image_size":
            return {"image_size": pixels}
        case "custom":
            return {"aspect_ratio": "custom", **pixels}
        case "aspect":
            return {"aspect_ratio": shape.words[size]}
        case "text":
            return {shape.size_field: str(size)}
        case "none":
            return {}


def _apart(one: Size, other: Size | None) -> float:
    assert other is not None
    ratio = (one.width / one.height) / (other.width / max(1, other.height)) if other.width else 1.0
    return max(ratio, 1 / ratio) * 10_000 + abs(one.width * one.height - other.width * other.height) / 1_000_000
