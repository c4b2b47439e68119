"""What a careful colleague would say of a manifest: rules with stable codes. Pure; `assetgen.engine.lint` brings what they look at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeAlias

from assetgen.catalog import Catalog, Model
from assetgen.catalog.fitting import Wanted
from assetgen.errors import Place
from assetgen.manifest.source import Source
from assetgen.model import Asset, Manifest
from assetgen.plan.states import Offer

_LINE, _FILE = "lint: ignore", "lint: ignore-file"

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a rule found: where, what is so, and the cure. `assets` are those that it is about; none where it is the project."""

    message: str
    place: Place | None = None
    hint: str = ""
    assets: tuple[str, ...] = ()
    code: str = ""
    name: str = ""
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the rules may look at. Everything is answered offline and without a key.

    `offer` and `remarks` tell how an asset would be generated and what its provider has to say of it; `instead` gives a hint with a
    model that takes what is wanted and has a strength, or an empty text. `sources` are the files as they were written.
    """

    manifest: Manifest
    catalog: Catalog
    today: date
    sources: tuple[Source, ...]
    offer: Callable[[Asset], Offer]
    remarks: Callable[[Asset], tuple[str, ...]]
    instead: Callable[[Asset, Wanted | None, str], str]

    def model(self, asset: Asset) -> Model | None:
        """The asset's model, if the catalog knows it."""
        return self.catalog.find(asset.model)

    def provider(self, asset: Asset) -> str | None:
        """The provider that would be asked first."""
        return next(iter(self.offer(asset).providers), None)


AssetCheck: TypeAlias = Callable[[Asset, View], Iterator[Finding]]
ProjectCheck: TypeAlias = Callable[[View], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `code` and `name` are stable; `text` says what it finds and why that matters."""

    code: str
    name: str
    text: str
    severity: Severity = "warning"
    of_asset: AssetCheck | None = None
    of_project: ProjectCheck | None = None


def rule(code: str, name: str, severity: Severity = "warning") -> Callable[[AssetCheck], Rule]:
    """Make a function of one asset a rule; its docstring is the text of the documentation."""
    return lambda check: Rule(code=code, name=name, severity=severity, text=" ".join((check.__doc__ or "").split()), of_asset=check)


def project_rule(code: str, name: str) -> Callable[[ProjectCheck], Rule]:
    """Make a function of the whole project a rule."""
    return lambda check: Rule(code=code, name=name, text=" ".join((check.__doc__ or "").split()), of_project=check)


def findings(rules: tuple[Rule, ...], assets: Mapping[str, Asset], view: View, *, whole: bool) -> list[Finding]:
    """What the rules find about these assets, and, if `whole`, about the project; each thing once, in the order of the files.

    What several assets have in common (a default, the variants of a matrix) is one finding that names them all.
    """
    found: dict[tuple[str, Place | None, str], Finding] = {}
    for each in rules:
        for asset in assets.values() if each.of_asset is not None else ():
            assert each.of_asset is not None
            for one in each.of_asset(asset, view):
                _keep(found, replace(one, assets=(asset.name,)), each)
        if whole and each.of_project is not None:
            for one in each.of_project(view):
                _keep(found, one, each)
    files = {source.file: number for number, source in enumerate(view.sources)}
    lines = {source.file: source.locator.text.split("\n") for source in view.sources} if found else {}
    whole_files = {file: {code for line in text if line.startswith("#") for code in _codes(line, _FILE)} for file, text in lines.items()}
    kept = (one for one in found.values() if one.place is None or not _ignored(one.code, one.place, lines, whole_files))
    return sorted(kept, key=lambda one: (*_order(one.place, files), one.code))


def _keep(found: dict[tuple[str, Place | None, str], Finding], one: Finding, by: Rule) -> None:
    key = (by.code, one.place, one.message)
    names = found[key].assets if key in found else ()
    found[key] = replace(one, assets=(*names, *one.assets), code=by.code, name=by.name, severity=by.severity)


def _order(place: Place | None, files: Mapping[str, int]) -> tuple[int, int, int]:
    return (0, 0, 0) if place is None else (files.get(place.file, len(files)), place.line, place.column)


def _ignored(code: str, place: Place, lines: Mapping[str, list[str]], whole: Mapping[str, set[str]]) -> bool:
    """Whether a comment tells to ignore a rule there: behind the line, on a line of its own above, or for the whole file."""
    if code in whole.get(place.file, ()):
        return True
    near = lines.get(place.file, [])[max(place.line - 2, 0) : place.line]
    above = near[:-1] if near[:-1] and near[0].lstrip().startswith("#") else []
    return any(code in _codes(line, _LINE) for line in (*above, *near[-1:]))


def _codes(line: str, word: str) -> list[str]:
    """The codes behind `# lint: ignore`."""
    _, found, rest = line.rpartition(f"# {word} ")
    return rest.replace(",", " ").split() if found else []
