"""Which models suit a purpose, with the reason for each. An order of strengths and prices, not a measurement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assetgen.catalog.entries import Model
from assetgen.catalog.lifecycle import notice
from assetgen.catalog.pricing import Price, price


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A model and one line that says why, with its price."""

    model: Model
    reason: str


def recommend(models: Iterable[Model], purpose: str, today: date | None) -> list[Recommendation]:
    """Models with this strength, the best first: not about to end, then how strong, then the price."""
    ranked: list[tuple[tuple[bool, int, bool, float], Recommendation]] = []
    for model in models:
        if purpose not in model.strengths or _over(model, today):
            continue
        provider = next(iter(model.services), "")
        cost = price(model, provider, size=None, params={}, count=1)
        place = model.strengths.index(purpose)
        ending = model.shutdown is not None or bool(model.replaced_by)
        rank = (ending, place, cost is None, float(cost.high) if cost else 0.0)
        ranked.append((rank, Recommendation(model=model, reason=_reason(model, purpose, place, provider, cost))))
    return [recommendation for _, recommendation in sorted(ranked, key=lambda pair: pair[0])]


def _over(model: Model, today: date | None) -> bool:
    if today is None:
        return model.retired is not None
    known = notice(model, today)
    return known is not None and known.kind == "retired"


def _reason(model: Model, purpose: str, place: int, provider: str, cost: Price | None) -> str:
    strength = f"strongest at {purpose}" if place == 0 else f"good at {purpose}"
    if cost is None:
        money = "price unknown"
    elif cost.high == 0:
        money = "free" if provider == model.id else "no price per picture"
    elif cost.low == cost.high:
        money = f"${cost.low:f} a picture"
    else:
        money = f"${cost.low:f} to ${cost.high:f} a picture"
    ending = f", shut down on {model.shutdown}" if model.shutdown else ""
    return f"{strength}, {money} from {provider}{ending}" if provider else f"{strength}, {money}{ending}"
