"""Makes a purchase order of a survey: what a build of these assets would buy, and what it would do beside."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Literal

from assetgen import recipe
from assetgen.engine.survey import Survey
from assetgen.engine.workspace import Workspace
from assetgen.errors import AssetgenError
from assetgen.model import Asset, Json, Local, Reference
from assetgen.plan.graph import references, upstream
from assetgen.plan.order import Cost, Free, Line, Order, digests, pictures
from assetgen.plan.states import AssetPlan, State
from assetgen.store import location

_STATES: Mapping[State, Literal["finish", "restore", "generate", "waits"]] = {
    State.FINISH: "finish",
    State.RESTORE: "restore",
    State.GENERATE: "generate",
    State.WAITS: "waits",
}
_SMALLEST = Decimal("0.000001")


def order(seen: Survey, names: Iterable[str], *, regenerate: Iterable[str] = (), ceiling: Decimal | None = None) -> Order:
    """The order for these assets, which are with everything that they are made from. `ceiling` is what it may come to.

    Raises AssetgenError for a price that nobody knows, and for a sum over the ceiling.
    """
    plans = [seen.plan.assets[name] for name in sorted(names)]
    _refuse_unpriced(plans)
    again = frozenset(regenerate)
    bought = {planned.name for planned in plans if planned.costs or (planned.name in again and planned.buys)}
    lines = tuple(_line(seen, planned, again=planned.name in again) for planned in plans if planned.name in bought)
    free = tuple(_free(seen, planned) for planned in plans if planned.name not in bought and _made(planned))
    lifted = tuple(planned.name for planned in plans if planned.name in again and not planned.asset.generated)
    maximum = sum((line.maximum for line in lines), Decimal(0))
    if ceiling is not None and maximum > ceiling:
        message = f"the order comes to ${maximum:f}, and the maximum is ${ceiling:f}"
        raise AssetgenError(message, hint=f"--max-cost {maximum:f}, or NAMES of fewer assets")
    return Order(
        project=project(seen.workspace.root),
        maximum=maximum,
        ceiling=policy(seen.workspace),
        regenerate=lifted,
        assets=lines,
        free=free,
    )


def project(root: Path) -> str:
    """The path of a project in its repository, the same in every clone; "." outside git."""
    found = location.git_folders(root)
    return root.relative_to(found[0]).as_posix() if found else "."


def policy(workspace: Workspace) -> Decimal | None:
    """What the manifest allows for one build."""
    found = workspace.manifest.policy.max_cost
    return None if found is None else Decimal(str(found))


def open_above(seen: Survey, asset: Asset) -> tuple[str, ...]:
    """The assets that it is made from and whose picture is still to come."""
    settled = (seen.planner.settled[name] for name in upstream(asset))
    return tuple(sorted(planned.name for planned in settled if planned.chosen is None or planned.state in (State.GENERATE, State.WAITS)))


def request(seen: Survey, asset: Asset, after: Iterable[str]) -> dict[str, Json] | None:
    """What is asked for, with "@name" for the pictures of `after`; None where something else that it is made from is not there."""
    content: dict[Reference, str] = {}
    for reference in references(asset):
        if isinstance(reference, Local):
            found = seen.facts.content(reference.path)
        else:
            found = f"@{reference.name}" if reference.name in after else seen.planner.settled[reference.name].chosen
        if found is None:
            return None
        content[reference] = found
    return recipe.request(asset, content)


def _known(seen: Survey, planned: AssetPlan) -> tuple[str, ...]:
    """The pictures of a request that the lock does not hold: bought before, and not what is bought now."""
    yielded = seen.facts.yielded(planned.gen_key) if planned.gen_key is not None else ()
    locked = digests(pictures(planned.block))
    return tuple(sorted(one.sha256 for one in yielded if one.sha256 not in locked))


def _refuse_unpriced(plans: Iterable[AssetPlan]) -> None:
    def unpriced(planned: AssetPlan) -> bool:
        return (planned.buys and planned.price is None) or any(reason.code == "price-unknown" for reason in planned.reasons)

    found = [planned for planned in plans if unpriced(planned)]
    if found:
        names = ", ".join(f'"{planned.name}"' for planned in found)
        message = f"an order names a price for everything, and none is known for {names}"
        cure = found[0].offer.cure if found[0].offer is not None else ""
        raise AssetgenError(message, hint=f"{cure or f'give it one in [models.{found[0].asset.model}]'}, or order NAMES without it")


def _line(seen: Survey, planned: AssetPlan, *, again: bool) -> Line:
    offer, price, after = planned.offer, planned.price, open_above(seen, planned.asset)
    asked = request(seen, planned.asset, after)
    assert offer is not None
    assert price is not None
    assert asked is not None
    return Line(
        name=planned.name,
        state="generate" if planned.state is State.GENERATE else "waits",
        reasons=tuple(reason.text for reason in planned.reasons),
        providers=offer.providers,
        ids=offer.ids,
        size=None if offer.size is None else str(offer.size),
        candidates=planned.asset.candidates,
        price=Cost(low=price.low, high=price.high, source=price.source),
        maximum=most(seen, planned.asset, price.high),
        request=asked,
        gen_key=planned.gen_key,
        after=after,
        replaces=pictures(planned.block),
        regenerate=again,
        known=_known(seen, planned) if again else (),
    )


def most(seen: Survey, asset: Asset, high: Decimal) -> Decimal:
    """What may be set aside for an asset: its price, and that of further tries where the policy asks for them."""
    policy = seen.workspace.manifest.policy
    tries = policy.rewrite_retries if policy.rewrite == "retry" else 0
    return high + (high / asset.candidates).quantize(_SMALLEST, ROUND_UP) * tries if tries else high


def _made(planned: AssetPlan) -> bool:
    """Whether a build does something for it, now or once what it is made from is there."""
    later = planned.state is State.WAITS and planned.reasons[0].code == "upstream"
    return later or planned.state in (State.FINISH, State.RESTORE, State.GENERATE)


def _free(seen: Survey, planned: AssetPlan) -> Free:
    after = open_above(seen, planned.asset)
    drawn = planned.asset.generated and planned.buys
    return Free(
        name=planned.name,
        state=_STATES[planned.state],
        reasons=tuple(reason.text for reason in planned.reasons),
        request=request(seen, planned.asset, after) if drawn else None,
        after=after if drawn else (),
    )
