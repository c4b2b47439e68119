"""What several providers refuse before anything is paid. Pure: what a model takes is told by the provider's own tables."""

from collections.abc import Mapping

from assetgen.catalog.checking import problems
from assetgen.catalog.entries import Listed, Param
from assetgen.catalog.sizing import resolve
from assetgen.errors import Impossible
from assetgen.model import Size
from assetgen.providers import Request

MIB = 2**20


def check_prompt(request: Request, limit: int) -> None:
    """A prompt there must be, of at most `limit` characters."""
    if not request.prompt.strip():
        raise Impossible(f'model "{request.model}" needs a prompt', hint='prompt = "…"')
    for name, text in (("prompt", request.prompt), ("negative prompt", request.negative)):
        if len(text) > limit:
            raise Impossible(
                f'the {name} has {len(text)} characters, and model "{request.model}" takes {limit}',
                hint=f"shorten it by {len(text) - limit} characters",
            )


def check_params(request: Request, known: Mapping[str, Param]) -> None:
    """Every parameter is one that the model takes, with a value that it takes."""
    for problem in problems(request.model, known, request.params):
        raise Impossible(problem.message, hint=problem.hint)


def check_seed(request: Request, most: int) -> None:
    """A seed, if there is one, lies within what the provider takes."""
    if request.seed is not None and not 0 <= request.seed <= most:
        raise Impossible(f'model "{request.model}" takes no seed {request.seed}', hint=f"a whole number from 0 to {most}")


def check_count(request: Request, most: int) -> None:
    """No more pictures in one request than the provider makes."""
    if request.count > most:
        raise Impossible(f'model "{request.model}" makes at most {most} in one request, and {request.count} are asked for')


def check_size(request: Request, sizes: tuple[Size, ...]) -> None:
    """A size, if there is one, is among those on offer."""
    resolve(request.model, Listed(sizes=sizes), request.size)


def check_references(request: Request, most: int, *, formats: tuple[str, ...] = ("png", "jpeg", "webp"), largest: int = 10 * MIB) -> None:
    """No more pictures go in than the model takes, each in a format and of a weight that it takes. A plan knows no bytes yet."""
    given = len(request.references)
    if given and not most:
        raise Impossible(f'model "{request.model}" takes no references', hint='remove "references"')
    if given > most:
        raise Impossible(f'model "{request.model}" takes at most {most} references, and {given} are given')
    guiding = (guide.image for guide in request.guides)
    for blob in (*request.references, *((request.mask,) if request.mask else ()), *guiding):
        if blob.format not in formats:
            raise Impossible(f'model "{request.model}" takes no {blob.format} ("{blob.name}")', hint=f"save it as {formats[0]}")
        if len(blob.data) > largest:
            raise Impossible(f'"{blob.name}" is larger than {largest // MIB} MiB')


def check_mask(request: Request, *, takes: bool) -> None:
    """A mask goes to a model that takes one, and is laid over a reference."""
    if request.mask is None:
        return
    if not takes:
        raise Impossible(f'model "{request.model}" takes no mask', hint='remove "mask"')
    if not request.references:
        raise Impossible("a mask needs a reference to be laid over", hint='references = ["…"]')


def check_no_loras(request: Request) -> None:
    """No LoRAs go to a model that takes none."""
    if request.loras:
        raise Impossible(f'model "{request.model}" takes no LoRAs', hint='model = "flux-dev"')


def check_no_guides(request: Request) -> None:
    """No guiding pictures go to a model that takes none."""
    if request.guides:
        raise Impossible(f'model "{request.model}" takes no guiding pictures', hint='model = "flux-dev"')
