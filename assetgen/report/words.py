"""Small words that many reports share: numbers of things, money, states."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from assetgen.model import Json
from assetgen.plan.states import AssetPlan, Price, State, total
from assetgen.report.text import Painted, Style

_STYLES: dict[State, Style] = {
    State.FRESH: "good",
    State.FINISH: "accent",
    State.RESTORE: "accent",
    State.GENERATE: "warn",
    State.WAITS: "warn",
    State.BLOCKED: "bad",
}
_SUMS: dict[State, str] = {
    State.GENERATE: "to generate",
    State.RESTORE: "to restore",
    State.FINISH: "to finish",
    State.WAITS: "waiting",
    State.BLOCKED: "blocked",
    State.FRESH: "fresh",
}
_CENTS = Decimal("0.0001")


def count(number: int, noun: str) -> str:
    """As in: 1 asset, 12 assets."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def money(amount: Decimal) -> str:
    """USD with two to four decimals; what is less than shown is rounded up, so that nothing that costs looks free."""
    rounded = amount.quantize(_CENTS, rounding="ROUND_UP")
    text = f"{rounded:f}".rstrip("0")
    whole, _, cents = text.partition(".")
    return f"${whole}.{cents:0<2}"


def price(cost: Price | None) -> str:
    """A price or a range of prices in words."""
    if cost is None:
        return "unknown price"
    if cost.high == 0:
        return "free"
    return money(cost.high) if cost.low == cost.high else f"{money(cost.low)} to {money(cost.high)}"


def prices(plans: Sequence[AssetPlan]) -> str:
    """What the assets that a build buys cost together; those without a known price are counted."""
    buying = [planned for planned in plans if planned.buys]
    known = [planned for planned in buying if planned.price is not None]
    if len(known) == len(buying):
        return price(total(known))
    unknown = f"{len(buying) - len(known)} of unknown price"
    return f"{price(total(known))} and {unknown}" if known else unknown


def state(planned: AssetPlan) -> Painted:
    """The state of an asset in its colour."""
    return Painted(planned.state.value, _STYLES[planned.state])


def states(plans: Iterable[AssetPlan]) -> str:
    """As in: 12 assets: 2 to generate, 1 waiting, 9 fresh."""
    found = [planned.state for planned in plans]
    if not found:
        return "there are no assets"
    parts = [f"{found.count(each)} {text}" for each, text in _SUMS.items() if each in found]
    if found.count(State.FRESH) == len(found):
        return f"{count(len(found), 'asset')} {'is' if len(found) == 1 else 'are'} fresh"
    return f"{count(len(found), 'asset')}: {', '.join(parts)}"


def value(given: Json) -> str:
    """A value as the manifest writes it."""
    match given:
        case None:
            return "none"
        case bool():
            return str(given).lower()
        case str():
            return f'"{given}"'
        case list():
            return f"[{', '.join(map(value, given))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {value(item)}' for key, item in given.items())} }}"
        case _:
            return str(given)


def quoted(names: Iterable[str]) -> str:
    """Names in a sentence: "a", "b" and "c"."""
    shown = [f'"{name}"' for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
