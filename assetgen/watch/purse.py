"""May a watch buy this, and for how much at most? Pure; the engine holds every build against the ceiling that comes out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from assetgen.engine.spend import authority
from assetgen.engine.trust import stranger
from assetgen.errors import AssetgenError, UsageError
from assetgen.plan.states import AssetPlan, total
from assetgen.report import words
from assetgen.watch.wishes import Purse


def left(purse: Purse) -> Decimal | None:
    """What may still be spent; None without a limit."""
    return None if purse.limit is None else max(Decimal(0), purse.limit - purse.spent)


def room(purse: Purse, policy: float | None) -> Decimal | None:
    """What one purchase may cost: what is left, and what the manifest allows for one build. None without either limit."""
    limits = [limit for limit in (left(purse), None if policy is None else Decimal(str(policy))) if limit is not None]
    return min(limits, default=None)


def ceiling(plans: list[AssetPlan], *, most: Decimal | None, purse: Purse, policy: float | None, environ: Mapping[str, str]) -> Decimal:
    """The most that buying these may cost: what was agreed to, what is left, and what the manifest allows for one build.

    Raises AssetgenError where it may not be bought, before anything is asked of anybody.
    """
    price = total(plans)
    names = words.quoted(planned.name for planned in plans)
    if price is None:
        dear = next(planned for planned in plans if planned.buys and planned.price is None)
        hint = f"give it a price in [models.{dear.asset.model}], or: assetgen build {dear.name}"
        raise AssetgenError(f'no price is known for "{dear.name}", and a watch buys nothing at an unknown price', hint=hint)
    if most is None and purse.limit is None:
        # What the manifest allows for a build that somebody begins is no word of that somebody.
        raise UsageError("nobody agreed to spend", hint="assetgen watch --max-cost 2.00")
    limits = [limit for limit in (most, room(purse, policy)) if limit is not None]
    refused = authority(ceiling=min(limits), agreed=True, environ=environ)
    if refused.refusal is not None:
        raise AssetgenError(refused.refusal, hint=cure(price.high if purse.limit is None else purse.limit, environ=environ))
    if most is not None and price.high > most:
        message = f"{names} would cost {words.money(price.high)} by now, and {words.money(most)} were agreed to"
        raise AssetgenError(message, hint="look at the price and promote again")
    if price.high > min(limits):
        raise AssetgenError(f"{words.money(price.high)} for {names} do not fit: {_told(purse, policy)}", hint=_raise(purse, price.high))
    return min(limits)


def cure(limit: Decimal, *, environ: Mapping[str, str], final: bool = False) -> str:
    """What to begin instead of a watch that may not spend where it runs."""
    if stranger(environ):
        return "assetgen watch --draft"
    return f"ASSETGEN_ALLOW_SPEND=1 assetgen watch {'--final ' if final else ''}--max-cost {limit:f}"


def moved(names: Iterable[str]) -> AssetgenError:
    """What is told where something else would be bought than what somebody has seen."""
    message = f"{words.quoted(sorted(names))} changed since the price was shown, and nothing was bought"
    return AssetgenError(message, hint="look at the price and promote again")


def _told(purse: Purse, policy: float | None) -> str:
    """Which limit stands against it, in words."""
    if purse.limit is None:
        return f"policy.max_cost is {policy}"
    told = f"{words.money(purse.spent)} of the {words.money(purse.limit)} of this watch are spent or reserved"
    return told if policy is None else f"{told}, and policy.max_cost is {policy}"


def _raise(purse: Purse, wanted: Decimal) -> str:
    """The exact limit that would do."""
    if purse.limit is None:
        return f"policy.max_cost = {wanted:f}"
    return f"assetgen watch --max-cost {max(purse.limit, purse.spent + wanted):f}"
