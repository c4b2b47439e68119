"""Runs the rules of `assetgen.lint` over a project. Reads the manifest's files; asks nobody, and needs no lock, key or SDK."""

from collections.abc import Sequence
from datetime import UTC, datetime

from assetgen import toml
from assetgen.catalog import check_params, fitting
from assetgen.catalog.fitting import Wanted, wanted
from assetgen.engine import offers
from assetgen.engine.addressing import addressed
from assetgen.engine.instead import instead
from assetgen.engine.probing import probe, providers_of
from assetgen.engine.workspace import Workspace
from assetgen.errors import Impossible, UsageError
from assetgen.lint import Finding, View, findings
from assetgen.lint.rules import RULES
from assetgen.manifest.source import Source
from assetgen.model import Asset
from assetgen.plan.states import FREE, Offer, Reason

_LONG = 1000


def lint(workspace: Workspace, names: Sequence[str], *, ignored: Sequence[str] = ()) -> list[Finding]:
    """What the rules find about the named assets, and about the project where these are all. `ignored` are codes or names of rules.

    Raises UsageError for a code that there is not.
    """
    known = {word for rule in RULES for word in (rule.code, rule.name)}
    for word in ignored:
        if word not in known:
            raise UsageError(f'there is no rule "{word}"', hint="docs/lint.md lists all")
    rules = tuple(rule for rule in RULES if not {rule.code, rule.name} & set(ignored))
    assets = workspace.manifest.assets
    generated = {name: assets[name] for name in names if assets[name].generated}
    return findings(rules, generated, view(workspace), whole=len(names) == len(assets))


def view(workspace: Workspace) -> View:
    """What the rules may look at."""
    made: dict[str, Offer] = {}

    def offer(asset: Asset) -> Offer:
        if asset.name not in made:
            made[asset.name] = _anywhere(workspace, asset, offers.offer(workspace, asset))
        return made[asset.name]

    def remarks(asset: Asset) -> tuple[str, ...]:
        providers = offer(asset).providers
        return offers.remarks(workspace, asset, providers[0]) if providers else ()

    return View(
        manifest=workspace.manifest,
        catalog=workspace.catalog,
        today=datetime.now(UTC).date(),
        sources=sources(workspace),
        offer=offer,
        remarks=remarks,
        instead=_Instead(workspace),
    )


def sources(workspace: Workspace) -> tuple[Source, ...]:
    """The files of the manifest as they were written."""
    read = {file: workspace.project.read(file) for file in workspace.manifest.files}
    return tuple(Source(file, toml.parse(data, file), toml.Locator(data.decode(), file)) for file, data in read.items())


def _anywhere(workspace: Workspace, asset: Asset, here: Offer) -> Offer:
    """The offer on any machine: a provider that loads models refuses by what lies on this one, which `assetgen doctor` tells.

    What the catalog says against the asset stays.
    """
    model = workspace.catalog.find(asset.model)
    name = next(iter(providers_of(workspace, asset, model)), None)
    if name is None or here.problem is None or here.problem.code != "impossible" or not workspace.providers[name].traits.loads:
        return here
    if model is not None and any(fitting.refused(model.supports_at(name), fitting.wanted(asset))):
        return here
    try:
        size = addressed(workspace.catalog, probe(asset), name, asset.size).size
    except Impossible:
        return here
    for problem in check_params(model, asset.params, name) if model is not None else ():
        if problem.severity == "error":
            return Offer(problem=Reason(code="impossible", text=f"{name}: {problem.message}", hint=problem.hint))
    ignored = offers.unhonoured(workspace, asset, name)
    traits = workspace.providers[name].traits
    return Offer(providers=(name,), traits=traits, size=size, price=FREE, paid=traits.paid, unhonoured=ignored)


class _Instead:
    """`instead`, asked once for all assets that want the same of the same model."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[object, str] = {}

    def __call__(self, asset: Asset, want: Wanted | None, purpose: str) -> str:
        # What else a provider refuses depends on how long a prompt is, so a long one is asked for by itself.
        long = asset.prompt if len(asset.prompt) > _LONG else ""
        key = (asset.model, asset.provider, asset.via, want or wanted(asset), purpose, long)
        if key not in self._known:
            self._known[key] = instead(self._workspace, asset, want, purpose)
        return self._known[key]
