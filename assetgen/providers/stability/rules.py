"""Refuses, before anything is paid, what Stability would refuse or get wrong. Pure: imports no SDK, knows no key."""

from assetgen.errors import Impossible
from assetgen.providers import Request, rules
from assetgen.providers.stability.models import ASPECTS, ENGINES, GRPC, KNOWN, LARGEST_SEED, MOST_SAMPLES, PROMPT, REST


def check(request: Request) -> None:
    """Raise `Impossible` for the first thing that is wrong with a request."""
    rules.check_prompt(request, PROMPT)
    rules.check_seed(request, LARGEST_SEED)
    rules.check_references(request, 1)
    rules.check_no_loras(request)
    rules.check_no_guides(request)
    if by_grpc(request):
        _check_grpc(request)
    else:
        _check_rest(request)


def ignored(request: Request) -> tuple[str, ...]:
    """The fields that are left out of account: a seed of 0 is both APIs' word for any seed."""
    return ("seed",) if request.seed == 0 else ()


def by_grpc(request: Request) -> bool:
    """Whether the request goes to the older engine."""
    return request.params.get("api") == "grpc"


def _check_rest(request: Request) -> None:
    model = request.id or request.model
    if model in ENGINES:
        raise Impossible(f'stability serves the model "{request.model}" only through its gRPC API', hint='params = { api = "grpc" }')
    rules.check_count(request, 1)
    rules.check_mask(request, takes=False)
    if model not in KNOWN:
        return
    rules.check_params(request, REST)
    if not request.references:
        rules.check_size(request, tuple(ASPECTS))
        if "strength" in request.params:
            raise Impossible(f'model "{request.model}" takes "strength" only with a reference', hint='remove "strength" from params')
    elif request.size is not None:
        raise Impossible(f'model "{request.model}" takes no size with a reference, whose size the picture gets', hint='remove "size"')


def _check_grpc(request: Request) -> None:
    if request.id in KNOWN:
        raise Impossible(f'the gRPC API of stability does not serve the model "{request.model}"', hint='params = { api = "rest" }')
    rules.check_params(request, GRPC)
    rules.check_count(request, MOST_SAMPLES)
    rules.check_mask(request, takes=True)
    if request.id in ENGINES:
        rules.check_size(request, ENGINES[request.id])
