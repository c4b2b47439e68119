"""Asks providers for the exact price of what a build would buy. The only part of a plan that needs a key and the network; it is free."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from assetgen.engine.materials import Materials
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError
from assetgen.plan.states import AssetPlan, State
from assetgen.providers import Quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a provider says that an asset costs at most, in USD for all its candidates; None with a `note` that says why not."""

    asset: str
    provider: str
    amount: Decimal | None = None
    note: str = ""


def quotes(seen: Survey, plans: Iterable[AssetPlan]) -> dict[str, Quote]:
    """The quotes for what would be generated, by name; nothing for assets that are not bought or whose provider has no quotes."""
    materials = Materials(workspace=seen.workspace, facts=seen.facts, settled=seen.planner.settled)
    found = (_quote(seen, materials, planned) for planned in plans)
    return {quote.asset: quote for quote in found if quote is not None}


def _quote(seen: Survey, materials: Materials, planned: AssetPlan) -> Quote | None:
    if not planned.buys or planned.offer is None or not planned.offer.providers or planned.job is not None:
        return None
    name = planned.offer.providers[0]
    provider = seen.workspace.providers[name]
    if not isinstance(provider, Quotes):
        return None
    if planned.state is State.WAITS:
        return Quote(asset=planned.name, provider=name, note="no quote before the assets it is made from are there")
    try:
        request = materials.addressed(planned, name)
        # A build sends one request for each candidate.
        one = provider.quote(replace(request, count=1))
    except AssetgenError as error:
        return Quote(asset=planned.name, provider=name, note=f"no quote: {error.message}")
    except OSError as error:
        return Quote(asset=planned.name, provider=name, note=f"no quote: {error}")
    return Quote(asset=planned.name, provider=name, amount=one * planned.asset.candidates)
