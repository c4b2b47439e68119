"""Who could generate an asset, at what size and price, and what its model ignores: known before anything is paid, offline, keyless."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from assetgen.catalog import Model, check_params, fitting
from assetgen.engine.addressing import addressed
from assetgen.engine.instead import instead
from assetgen.engine.prices import Priced, dearest, priced
from assetgen.engine.probing import probe, providers_of, small_files
from assetgen.engine.workspace import Workspace
from assetgen.errors import Impossible
from assetgen.model import Asset, Size
from assetgen.plan.states import Offer, Reason
from assetgen.post import MAX_PIXELS
from assetgen.providers import Ignores, Picture, Provider, Remarks, Request, Variants
from assetgen.toml import bare


@dataclass(frozen=True, slots=True, kw_only=True)
class _Served:
    """One provider that can serve an asset, what it will be asked for, and what is worth a word."""

    provider: Provider
    asked: str
    size: Size | None
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    cost: Priced


class _ForbiddenError(Exception):
    """A rule of the manifest, and not the model, stands against a provider."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


def offer(workspace: Workspace, asset: Asset) -> Offer:
    """The offer for one asset: every provider of its `via` that can serve it, in order."""
    model = workspace.catalog.find(asset.model)
    names = providers_of(workspace, asset, model)
    if not names:
        return Offer(problem=_unserved(asset))
    served: list[_Served] = []
    problems: list[Reason] = []
    for name in names:
        try:
            served.append(_serve(workspace, asset, model, name))
        except _ForbiddenError as forbidden:
            problems.append(forbidden.reason)
        except Impossible as error:
            problems.append(Reason(code="impossible", text=f"{name}: {error.message}", hint=error.hint))
    if not served:
        return Offer(problem=problems[0])
    first = served[0]
    passed = [f"{problem.text}; {first.provider.name} is asked instead" for problem in problems[: names.index(first.provider.name)]]
    cost = dearest([each.cost for each in served])
    notes = (*passed, *_notes(asset, model, first), *(note for each in served for note in _named(each, among=names)))
    return Offer(
        providers=tuple(each.provider.name for each in served),
        ids=tuple(each.asked or workspace.catalog.id_at(asset.model, each.provider.name) for each in served),
        traits=first.provider.traits,
        size=first.size,
        price=cost.price,
        paid=cost.paid,
        cure=cost.cure,
        notes=tuple(dict.fromkeys(notes)),
        unhonoured=first.ignored,
    )


def _named(served: _Served, *, among: Collection[str]) -> Iterator[str]:
    """What is said of one provider, with its name where there are others."""
    yield from (f"{served.provider.name}: {note}" if len(among) > 1 else note for note in served.notes)


def unhonoured(workspace: Workspace, asset: Asset, provider: str, told: Picture | None = None) -> tuple[str, ...]:
    """The fields that are left out of account at this provider: by the word of its answer first, then by the catalog's."""
    model = workspace.catalog.find(asset.model)
    known = fitting.unhonoured(model, provider, fitting.wanted(asset)) if model is not None else ()
    if told is None:
        return known
    # A provider that returns the very seed has honoured it, whatever the catalog knows.
    kept = {"seed"} if told.seed is not None and told.seed == asset.seed else set[str]()
    return tuple(dict.fromkeys((*told.unhonoured, *(field for field in known if field not in kept))))


def _serve(workspace: Workspace, asset: Asset, model: Model | None, name: str) -> _Served:
    """What one provider would do. Raises Impossible for what it can't serve, _ForbiddenError for what the manifest forbids."""
    provider = workspace.providers[name]
    _check_licence(workspace, asset, model, provider)
    if model is not None:
        for refusal in fitting.refused(model.supports_at(name), fitting.wanted(asset)):
            raise Impossible(f'"{asset.model}" {refusal}', hint=instead(workspace, asset) or "assetgen models")
    request = _asked(workspace, asset, name)
    provider.check(request)
    _check_size(request.size)
    notes = _check_params(model, asset, name)
    own = provider.ignored(request) if isinstance(provider, Ignores) else ()
    ignored = tuple(dict.fromkeys((*unhonoured(workspace, asset, name), *own)))
    if ignored and workspace.manifest.policy.unhonoured == "error":
        raise _ForbiddenError(_dishonoured(workspace, asset, name, ignored))
    told = provider.remarks(request) if isinstance(provider, Remarks) else ()
    asked = provider.asked(request) if isinstance(provider, Variants) else ""
    cost = priced(workspace, asset, provider, asked=asked, size=request.size)
    notes = [*notes, *told, *((cost.note,) if cost.note else ())]
    return _Served(provider=provider, asked=asked, size=request.size, ignored=ignored, notes=tuple(notes), cost=cost)


def remarks(workspace: Workspace, asset: Asset, name: str) -> tuple[str, ...]:
    """What a provider that takes the asset has to say of it."""
    provider = workspace.providers[name]
    if not isinstance(provider, Remarks):
        return ()
    return provider.remarks(_asked(workspace, asset, name))


def _asked(workspace: Workspace, asset: Asset, name: str) -> Request:
    return addressed(workspace.catalog, probe(asset, small_files(workspace, asset)), name, asset.size)


def _dishonoured(workspace: Workspace, asset: Asset, provider: str, ignored: tuple[str, ...]) -> Reason:
    """Why `policy.unhonoured = "error"` stands against a provider, with the places of what it would ignore."""
    told = []
    for field in ignored:
        places = (asset.where.get(key) for key in PLACES.get(field, (field,)))
        place = next((place for place in places if place is not None), None)
        told.append(f'"{field}"' + (f" ({place.file}:{place.line}:{place.column})" if place is not None else ""))
    text = f'{provider}: "{asset.model}" ignores {" and ".join(told)}, and policy.unhonoured is "error"'
    return Reason(code="unhonoured", text=text, hint=instead(workspace, asset) or f"remove {' and '.join(ignored)}")


PLACES = {"alpha": ("expect.alpha", "params", "model"), "ratio": ("size",), "negative": ("negative", "style")}
"""Where in an asset a field stands that is named by its meaning."""


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


def _unserved(asset: Asset) -> Reason:
    text = f'no installed provider serves the model "{asset.model}"'
    return Reason(code="impossible", text=text, hint='choose one of `assetgen models`, or name a provider: provider = "openai"')


def _check_licence(workspace: Workspace, asset: Asset, model: Model | None, provider: Provider) -> None:
    """Raise _ForbiddenError for a licence that forbids commercial use, and for one that nobody has looked up."""
    if workspace.manifest.policy.usage != "commercial" or (provider.traits.by_hand and model is None):
        return
    service = model.services.get(provider.name) if model is not None else None
    if service is not None and service.usage == "commercial":
        return
    rule = 'and policy.usage is "commercial"'
    if service is not None and service.usage == "non-commercial":
        text = f'{provider.name}: the licence of "{service.id}" ({service.licence}) forbids commercial use, {rule}'
        raise _ForbiddenError(Reason(code="licence", text=text, hint="assetgen models --commercial"))
    known = "" if service is not None else f'id = {{ {bare(provider.name)} = "{asset.model}" }}, '
    text = f'{provider.name}: nothing is known of the licence of "{asset.model}", {rule}'
    hint = f'if it allows it: models.{bare(asset.model)} = {{ {known}usage = "commercial" }}'
    raise _ForbiddenError(Reason(code="licence", text=text, hint=hint))


def _notes(asset: Asset, model: Model | None, served: _Served) -> Iterator[str]:
    if model is None:
        yield f'the model "{asset.model}" is not in the catalog: its price and limits are not known'
    for field in served.ignored:
        match field:
            case "alpha":
                yield f'"{asset.model}" draws no transparency, and no step of post makes any'
            case "ratio":
                yield f'"{asset.model}" has no size of the shape {asset.size}: the picture is {served.size}'
            case _:
                yield f'"{asset.model}" ignores the field "{field}"'
