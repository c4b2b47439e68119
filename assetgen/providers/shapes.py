"""How a model's input spells a request: a table entry per model, and the one place that writes or refuses an input. Pure.

The entries themselves lie with their provider; what a model is good for, and costs, is the catalog's knowledge.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from assetgen.errors import Impossible
from assetgen.model import Json, Size
from assetgen.providers import Blob, Request, guides, masks, rules
from assetgen.providers.guides import Guided, LoraForm

_LONGEST = 32_000
_HEAVIEST = 30 * rules.MIB

Sizing: TypeAlias = Literal["pixels", "image_size", "custom", "aspect", "text", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one model's input looks like.

    `sizing`: width and height, a table of both, both behind `aspect_ratio = "custom"`, a word of `words`, "1024x1024" in the field
    `size_field`, or none at all. `references` is the field for pictures, a list where `many` is above 1. `required` names what must be
    there ("references", "mask", "controls"), and `paired` says that references are for a mask only. `follows`: with a reference or a
    guiding picture the picture gets the size of it. `black`: the mask is black, not white, where the picture is painted anew. `fast`: it
    has `go_fast`, which must be off for a seed to be honoured. `loras` and `guided` say how those stand in the input. `fixed` is what the
    input always holds, `without` are parameters of its kin that it does not take, or values of
    them ("acceleration=high").

    Other models take over: `with_loras`, `with_guides` by the kind of the picture ("" for any), `edit` with references, `inpaint` with a
    mask, and `bare` where there are no references.
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
    paired: bool = False
    follows: bool = False
    black: bool = False
    fast: bool = False
    loras: LoraForm = "none"
    guided: Guided = None
    with_loras: str | None = None
    with_guides: Mapping[str, str] = field(default_factory=dict)
    edit: str | None = None
    inpaint: str | None = None
    bare: str | None = None
    fixed: Mapping[str, Json] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


def served(name: str, look: Callable[[str], Shape], request: Request) -> tuple[str, Shape]:
    """The model that serves a request for the model `name`, and the shape of its input. Raises Impossible for a kind of guide without one.

    What the model itself is not told, because the catalog says that it is ignored, its variants are not told either.
    """
    first = shape = look(name)
    if request.guides and shape.guided is None and shape.with_guides:
        kind = request.guides[0].kind
        other = shape.with_guides.get(kind) or shape.with_guides.get("")
        if other is None:
            listed = ", ".join(f'"{known}"' for known in shape.with_guides)
            raise Impossible(f'model "{request.model}" follows no picture of the kind "{kind}"', hint=f"kind is one of {listed}")
        name, shape = other, look(other)
    if request.loras and shape.loras == "none" and shape.with_loras:
        name, shape = shape.with_loras, look(shape.with_loras)
    edit = shape.edit if request.references else shape.bare
    other = shape.inpaint if request.mask is not None and shape.inpaint else edit
    if other is not None:
        name, shape = other, look(other)
    return name, replace(shape, negative=shape.negative and first.negative)


def check(shape: Shape, request: Request) -> None:
    """Raise Impossible for the first thing the model can't take."""
    model = request.model
    rules.check_prompt(request, _LONGEST)
    _check_params(shape, request)
    rules.check_count(request, shape.most)
    guides.check_loras(request, shape.loras)
    guides.check_guides(request, shape.guided)
    _check_pictures(shape, request)
    if request.size is None:
        return
    if shape.follows and (request.references or request.guides):
        followed = "reference" if request.references else "guiding picture"
        raise Impossible(f'model "{model}" gives a picture the size of its {followed}', hint="remove size, and use a step of post")
    if shape.sizing == "none":
        raise Impossible(f'model "{model}" takes no size', hint="remove size, and use a step of post")
    if shape.sizing == "aspect" and request.size not in shape.words:
        near = min(shape.words, key=lambda other: _apart(other, request.size))
        raise Impossible(f'model "{model}" does not offer the size "{request.size}"', hint=f'size = "{near}"')


def arguments(shape: Shape, request: Request, encode: Callable[[Blob], str]) -> dict[str, Json]:
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
    if request.references and shape.references is not None:
        coded: list[Json] = [encode(blob) for blob in request.references]
        found[shape.references] = coded if shape.many > 1 else coded[0]
    if request.mask is not None and shape.mask is not None:
        found[shape.mask] = encode(masks.inverted(request.mask) if shape.black else request.mask)
    found |= guides.loras(request, shape.loras)
    found |= guides.guides(request, shape.guided, encode)
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
    own: dict[str | None, str] = {"prompt": "prompt", "seed": "seed", "negative_prompt": "negative"}
    own |= {shape.references: "references", shape.mask: "mask", shape.count: "candidates"}
    own.update(guides.fields(shape.loras, shape.guided).items())
    if request.size is not None:
        own |= dict.fromkeys(size_keys, "size")
    for name, value in request.params.items():
        if name in own:
            use = own[name]
            raise Impossible(f'"{name}" is not a parameter: it is written by the field "{use}"', hint=f'remove "{name}" from params')
        if name in shape.without or f"{name}={value}" in shape.without:
            shown = name if name in shape.without else f"{name} = {value}"
            raise Impossible(f'model "{request.model}" takes no "{shown}" for a request of this kind', hint=f'remove "{name}" from params')


def _check_pictures(shape: Shape, request: Request) -> None:
    model = request.model
    if "controls" in shape.required and not request.guides:
        raise Impossible(f'model "{model}" needs a guiding picture', hint=f'controls = [{{ kind = "{_kind(shape)}", image = "…" }}]')
    if "references" in shape.required and not request.references:
        raise Impossible(f'model "{model}" needs a reference', hint='references = ["…"]')
    if request.mask is None and ("mask" in shape.required or (shape.paired and request.references)):
        raise Impossible(f'model "{model}" needs a mask', hint='mask = "…"')
    rules.check_references(request, shape.many if shape.references is not None else 0, largest=_HEAVIEST)
    rules.check_mask(request, takes=shape.mask is not None)


def _kind(shape: Shape) -> str:
    return shape.guided.kinds[0] if isinstance(shape.guided, guides.Single) else "canny"


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
