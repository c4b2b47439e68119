"""What a plan does not say by itself: models near their end, prompts to paste for pictures made by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from assetgen.catalog import Catalog, Notice
from assetgen.engine.materials import Materials
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError
from assetgen.plan.states import AssetPlan
from assetgen.providers import Request
from assetgen.report import document
from assetgen.report.annotations import Annotation
from assetgen.report.terminal import Terminal


@runtime_checkable
class ByHand(Protocol):
    """A provider whose pictures a person makes."""

    def ready_prompt(self, request: Request) -> str:
        """The prompt to paste."""
        ...


def endings(terminal: Terminal, catalog: Catalog, plans: Iterable[AssetPlan]) -> None:
    """Tell once of every model in use that is retired or will be, also where all its assets are fresh."""
    for found, _ in _endings(catalog, plans):
        terminal.note(found.message, found.hint)


def add(made: document.Document, catalog: Catalog, plans: Iterable[AssetPlan]) -> None:
    """Put the same into a document; nothing where there is nothing to tell."""
    entries: list[document.NoticeEntry] = []
    for found, names in _endings(catalog, plans):
        entry: document.NoticeEntry = {"model": found.model, "kind": found.kind, "message": found.message, "assets": names}
        if found.hint:
            entry["hint"] = found.hint
        entries.append(entry)
    if entries:
        made["notices"] = entries


def annotations(catalog: Catalog, plans: Sequence[AssetPlan]) -> Iterator[Annotation]:
    """The same, each at the line that names the model."""
    for found, names in _endings(catalog, plans):
        where = next(planned.asset.where for planned in plans if planned.name == names[0])
        yield Annotation(
            level="warning",
            code=found.kind,
            message=found.message,
            subject=found.model,
            hint=found.hint,
            place=where.get("model", where.get("")),
        )


def _endings(catalog: Catalog, plans: Iterable[AssetPlan]) -> Iterator[tuple[Notice, list[str]]]:
    today = datetime.now(UTC).date()
    used: dict[str, list[str]] = {}
    for planned in plans:
        if planned.asset.generated:
            used.setdefault(planned.asset.model, []).append(planned.name)
    for name, names in used.items():
        model = catalog.find(name)
        found = catalog.lifecycle(model, today) if model is not None else None
        if found is not None and found.kind != "superseded":
            instead = f"assetgen migrate {name} {found.replaced_by[0]}" if found.replaced_by else ""
            yield replace(found, model=name, hint=instead), names


def prompts(seen: Survey, plans: Iterable[AssetPlan]) -> dict[str, str]:
    """The ready prompts of the assets that wait for a person, by name."""
    materials = Materials(workspace=seen.workspace, facts=seen.facts, settled=seen.planner.settled)
    found: dict[str, str] = {}
    for planned in plans:
        if not any(reason.code == "by-hand" for reason in planned.reasons) or planned.offer is None:
            continue
        provider = seen.workspace.providers[planned.offer.providers[0]]
        if isinstance(provider, ByHand):
            found[planned.name] = _ready(provider, materials, planned)
    return found


def _ready(provider: ByHand, materials: Materials, planned: AssetPlan) -> str:
    try:
        return provider.ready_prompt(materials.addressed(planned, "manual"))
    except (AssetgenError, OSError) as error:
        return f"the prompt cannot be put together: {error}"
