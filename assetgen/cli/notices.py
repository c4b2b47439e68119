"""What a plan does not say by itself: models near their end, prompts to paste for pictures made by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from assetgen.catalog import Catalog
from assetgen.engine.materials import Materials
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError
from assetgen.plan.states import AssetPlan
from assetgen.providers import Request
from assetgen.report.terminal import Terminal


@runtime_checkable
class ByHand(Protocol):
    """A provider whose pictures a person makes."""

    def ready_prompt(self, request: Request) -> str:
        """The prompt to paste."""
        ...


def endings(terminal: Terminal, catalog: Catalog, plans: Iterable[AssetPlan]) -> None:
    """Tell once of every model in use that is retired or will be."""
    today = datetime.now(UTC).date()
    used = dict.fromkeys(planned.asset.model for planned in plans if planned.asset.file is None)
    for model in filter(None, map(catalog.find, used)):
        found = catalog.lifecycle(model, today)
        if found is not None and found.kind != "superseded":
            terminal.note(found.message, found.hint)


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
