"""Who could generate an asset, at what size and price, and what its model ignores: known before anything is paid, offline, keyless."""

import math
from collections.abc import Iterator

from assetgen.catalog import Model, check_params
from assetgen.engine.addressing import addressed
from assetgen.engine.workspace import Workspace
from assetgen.errors import Impossible
from assetgen.model import Asset, Local, Size
from assetgen.plan.states import FREE, Offer, Price, Reason
from assetgen.post import MAX_PIXELS
from assetgen.providers import Blob, Provider, Request


def offer(workspace: Workspace, asset: Asset) -> Offer:
    """The offer for one asset: every provider of its `via` that can serve it, in order."""
    model = workspace.catalog.find(asset.model)
    names = _providers(workspace, asset, model)
    if not names:
        return Offer(problem=_unserved(asset))
    served: list[tuple[Provider, Size | None]] = []
    problems: list[Reason] = []
    remarks: dict[str, None] = {}
    for name in names:
        try:
            provider = workspace.providers[name]
            refusal = _licence(workspace, model, name)
            if refusal is not None:
                problems.append(refusal)
                continue
            probe = addressed(workspace.catalog, _probe(asset), name, asset.size)
            provider.check(probe)
            _check_size(probe.size)
            notes = _check_params(model, asset, name)
        except Impossible as error:
            problems.append(Reason(code="impossible", text=f"{name}: {error.message}", hint=error.hint))
            continue
        served.append((provider, probe.size))
        remarks.update(dict.fromkeys(notes))
    if not served:
        return Offer(problem=problems[0])
    first, size = served[0]
    ignored: tuple[str, ...] = ()
    if model is not None:
        ignored = workspace.catalog.unhonoured(model, first.name, seed=asset.seed is not None, negative=bool(asset.negative))
    return Offer(
        providers=tuple(provider.name for provider, _ in served),
        traits=first.traits,
        size=size,
        price=_dearest([_price(workspace, asset, model, provider, wanted) for provider, wanted in served]),
        notes=(*_notes(asset, model, ignored), *remarks),
        unhonoured=ignored,
    )


def _check_size(size: Size | None) -> None:
    """Raise Impossible for a picture that could be drawn or bought, and not be finished."""
    if size is None or size.width * size.height <= MAX_PIXELS:
        return
    scale = math.sqrt(MAX_PIXELS / (size.width * size.height))
    largest = Size(math.floor(size.width * scale), math.floor(size.height * scale))
    raise Impossible(f"{size} are more than {MAX_PIXELS // 1_000_000} million pixels, which cannot be finished", hint=f'size = "{largest}"')


def _check_params(model: Model | None, asset: Asset, provider: str) -> list[str]:
    """What the catalog finds odd about the parameters. Raises Impossible for what it knows to be wrong."""
    found = check_params(model, asset.params, provider) if model is not None else []
    for problem in found:
        if problem.severity == "error":
            raise Impossible(problem.message, hint=problem.hint)
    return [problem.message for problem in found]


def _providers(workspace: Workspace, asset: Asset, model: Model | None) -> tuple[str, ...]:
    if asset.provider is not None:
        return (asset.provider,)
    if asset.via:
        return asset.via
    known = workspace.catalog.providers_of(model) if model is not None else ()
    # Without `via` only the usual provider is asked: who else may be paid is for the user to say.
    return tuple(name for name in known if name in workspace.providers)[:1]


def _unserved(asset: Asset) -> Reason:
    text = f'no installed provider serves the model "{asset.model}"'
    return Reason(code="impossible", text=text, hint='choose one of `assetgen models`, or name a provider: provider = "openai"')


def _licence(workspace: Workspace, model: Model | None, provider: str) -> Reason | None:
    service = model.services.get(provider) if model is not None else None
    if workspace.manifest.policy.usage != "commercial" or service is None or service.usage != "non-commercial":
        return None
    text = f'{provider}: the licence of "{service.id}" ({service.licence}) forbids commercial use, and policy.usage is "commercial"'
    return Reason(code="licence", text=text, hint="assetgen models --commercial")


def _probe(asset: Asset) -> Request:
    """The request without the bytes of its pictures; enough for `check`."""
    return Request(
        model=asset.model,
        prompt=asset.prompt,
        negative=asset.negative,
        seed=asset.seed,
        params=asset.params,
        references=tuple(Blob(data=b"", format="png", name=_name(reference)) for reference in asset.references),
        mask=None if asset.mask is None else Blob(data=b"", format="png", name=_name(asset.mask)),
        label=asset.name,
    )


def _name(reference: object) -> str:
    return reference.path if isinstance(reference, Local) else "reference.png"


def _price(workspace: Workspace, asset: Asset, model: Model | None, provider: Provider, size: Size | None) -> Price | None:
    if not provider.traits.paid:
        return FREE
    found = workspace.catalog.price(model, provider.name, size, asset.params, asset.candidates) if model is not None else None
    return None if found is None else Price(low=found.low, high=found.high, source=found.basis)


def _dearest(prices: list[Price | None]) -> Price | None:
    known = [price for price in prices if price is not None]
    return max(known, key=lambda price: price.high) if len(known) == len(prices) else None


def _notes(asset: Asset, model: Model | None, unhonoured: tuple[str, ...]) -> Iterator[str]:
    if model is None:
        yield f'the model "{asset.model}" is not in the catalog: its price and limits are not known'
    for field in unhonoured:
        yield f'"{asset.model}" ignores the field "{field}"'
