"""What a watch does with a plan: which assets it makes at once since that is free, and which it holds. Pure."""

import json
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from assetgen.engine.select import select
from assetgen.model import Asset
from assetgen.plan.graph import closure, downstream, upstream
from assetgen.plan.states import AssetPlan, Plan, State, total

Print: TypeAlias = str
"""All that decides on what a build would do to an asset: while it stays the same, trying once more would do the same once more."""


def scope(words: Iterable[str], assets: Mapping[str, Asset]) -> frozenset[str]:
    """The assets that a watch is about: the selected ones and what they are made from."""
    return closure(select(words, assets), assets)


def free(plan: Plan, names: frozenset[str]) -> frozenset[str]:
    """The assets that one build makes without money, upstream ones first."""
    found: set[str] = set()
    waiting = [name for name in names if not _free(plan.assets[name])]
    found.update(name for name in names if _free(plan.assets[name]))
    below = downstream({name: planned.asset for name, planned in plan.assets.items()})
    todo = list(found)
    while todo:
        for name in below[todo.pop()]:
            if name in waiting and name not in found and _follows(plan.assets[name], plan, found):
                found.add(name)
                todo.append(name)
    return frozenset(found)


def buying(plan: Plan, names: Iterable[str]) -> list[AssetPlan]:
    """The assets among these, and among what they are made from, that somebody has to be asked and perhaps paid for."""
    assets = {name: planned.asset for name, planned in plan.assets.items()}
    wanted = closure(frozenset(names), assets)
    return [planned for name, planned in plan.assets.items() if name in wanted and planned.buys]


def below(plan: Plan, names: Iterable[str]) -> frozenset[str]:
    """These assets, and everything that is made from them."""
    edges = downstream({name: planned.asset for name, planned in plan.assets.items()})
    found: set[str] = set()
    todo = [name for name in names if name in edges]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += edges[name]
    return frozenset(found)


def affordable(plan: Plan, names: frozenset[str], room: Decimal) -> list[str]:
    """Of these assets, in the order of the manifest, those that can be bought together with what they are made from for so many USD."""
    found: list[str] = []
    bought: set[str] = set()
    for name in plan.assets:
        if name not in names:
            continue
        more = _above(plan, name, bought)
        price = total(plan.assets[one] for one in more)
        if price is not None and price.high <= room:
            room -= price.high
            bought |= more
            found.append(name)
    return found


def _above(plan: Plan, name: str, known: Collection[str]) -> set[str]:
    """The asset and what it is made from, without what is known."""
    found: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in found and one not in known:
            found.add(one)
            todo += upstream(plan.assets[one].asset)
    return found


def costs(planned: AssetPlan) -> bool:
    """Whether a build may have to pay for it."""
    return planned.costs


def prints(plan: Plan, names: Iterable[str]) -> dict[str, Print]:
    """The print of each asset."""
    return {name: _print(plan.assets[name]) for name in names}


def _free(planned: AssetPlan) -> bool:
    """Whether a build has something to do for it right now, and nothing to pay."""
    match planned.state:
        case State.FINISH | State.RESTORE:
            return True
        case State.GENERATE:
            return not costs(planned)
        case _:
            return planned.state is State.FRESH and planned.renamed_from is not None


def _follows(planned: AssetPlan, plan: Plan, found: set[str]) -> bool:
    """Whether it is made in the same build, once the others are."""
    waits = planned.buys and planned.state is State.WAITS and not costs(planned)
    return waits and all(plan.assets[above].chosen is not None or above in found for above in upstream(planned.asset))


def _print(planned: AssetPlan) -> Print:
    outputs = [(output.output.path, output.state, output.sha256, output.finish) for output in planned.outputs]
    codes = [reason.code for reason in planned.reasons]
    facts = (planned.state, planned.gen_key, planned.chosen, planned.renamed_from, planned.inbox, codes, outputs, planned.asset)
    return json.dumps(facts, sort_keys=True, default=str)
