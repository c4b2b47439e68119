"""Compares a purchase order with a project as it is now: the terms on which a build may carry it out, or everything that has moved."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from assetgen import recipe
from assetgen.engine.order import open_above, policy, project, request
from assetgen.engine.spend import Authority
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.engine.trust import stranger
from assetgen.engine.workspace import Workspace, opened
from assetgen.errors import AssetgenError, Fault, Moved, Place
from assetgen.lockfile import Lock
from assetgen.model import Asset
from assetgen.plan.facts import Choices
from assetgen.plan.generate import only_unhonoured
from assetgen.plan.graph import closure, downstream
from assetgen.plan.order import Free, Line, Order, digests, pictures
from assetgen.plan.states import AssetPlan, JobState, State
from assetgen.report import words
from assetgen.toml import bare

# Reasons for which a request that was sent waits for its answer or for a person: nothing more is paid for it, and the others go on.
_UNDER_WAY = frozenset({"in-flight", "unknown-outcome", "no-picture", "abandoned", "rewritten", "pick", "upstream-blocked", "edit-blocked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a build may do for an order: which assets it makes, and the most that it may set aside for each that it buys.

    left: assets outside the order that a build without it would buy.
    """

    selected: frozenset[str]
    maxima: Mapping[str, Decimal]
    due: tuple[str, ...]
    left: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What is worth a word of the others."""
        more, verb = words.count(len(self.left), "more asset"), "is" if len(self.left) == 1 else "are"
        return f"{more} may be bought by a build, and {verb} not in the plan"


def choices(order: Order, workspace: Workspace, lock: Lock) -> Choices:
    """How the project is looked at: what was to be bought anew, and was not yet, is still to be bought."""
    anew = [line for line in order.assets if line.regenerate and set(pictures(lock.get(line.name))) <= set(line.replaces)]
    names = {*order.regenerate, *(line.name for line in anew)} & workspace.manifest.assets.keys()
    known = {line.name: digests(line.replaces) | frozenset(line.known) for line in anew}
    return Choices(regenerate=frozenset(names), known=known, max_cost=order.maximum)


def terms(order: Order, seen: Survey) -> Terms:
    """The terms of an order. Raises Moved with everything that is not as it was when the order was made."""
    faults = [*_whole(order, seen), *(fault for line in order.assets for fault in _moved(line, order, seen)), *_drawn(order, seen)]
    maxima = {line.name: line.maximum for line in order.assets}
    others = frozenset(name for name, planned in seen.plan.assets.items() if name not in maxima and _might_cost(planned, seen))
    if not faults:
        faults = list(_unordered(order, seen, others))
    if faults:
        raise Moved(faults, hint=order.anew)
    return Terms(
        selected=_selected(order, seen, others),
        maxima=maxima,
        due=tuple(line.name for line in order.assets if seen.plan.assets[line.name].costs),
        left=tuple(sorted(others)),
    )


@contextmanager
def compared(path: Path | str, order: Order, environ: Mapping[str, str] | None = None) -> Iterator[tuple[Survey, Terms]]:
    """Look at the project and at what an order would do to it; changes nothing. Raises Moved."""
    with opened(Path(path), environ) as workspace:
        seen = survey_workspace(workspace, choices(order, workspace, workspace.lock.read()))
        yield seen, terms(order, seen)


def bounded(allowed: Authority, agreed: Terms, order: Order, environ: Mapping[str, str]) -> Authority:
    """Allow no more than the terms. Raises AssetgenError where what is still to be bought may not be: an order is not half carried out."""
    if allowed.refusal is not None and agreed.due:
        again = f"ASSETGEN_ALLOW_SPEND=1 assetgen apply {order.file or 'plan.json'} --max-cost {order.maximum:f}"
        hint = allowed.hint if stranger(environ) else again
        raise AssetgenError(allowed.refusal, hint=hint)
    # What a watch orders is made for the moment, and ordered anew by somebody's word.
    return replace(allowed, maxima=agreed.maxima, order=order.digest if order.file else "")


def _whole(order: Order, seen: Survey) -> Iterator[Fault]:
    """What concerns the order as a whole."""
    here, ceiling = project(seen.workspace.root), policy(seen.workspace)
    if order.project != here:
        yield Fault(subject="project", message=f'the plan is for "{order.project}", and this is "{here}"')
    if ceiling is not None and ceiling != order.ceiling and ceiling < order.maximum:
        yield Fault(subject="policy.max_cost", message=f"was {_usd(order.ceiling)} in the plan, is {_usd(ceiling)}")


def _moved(line: Line, order: Order, seen: Survey) -> Iterator[Fault]:
    """What is no longer as the order says of one asset."""
    planned = seen.plan.assets.get(line.name)
    if planned is None or not planned.asset.generated:
        gone = "is no longer in the manifest" if planned is None else "is no longer generated"
        yield Fault(subject=f"assets.{bare(line.name)}", message=f"was to be generated in the plan, and {gone}")
        return
    differing = list(_anew_above(line, planned, seen)) or list(_asked(line, planned, seen))
    if differing:
        yield from differing
    elif planned.buys and planned.job is None:
        yield from _offered(line, planned)
        yield from _lost(line, planned, order, seen)
    elif not _answered(line, planned, seen):
        message = f"was to be generated in the plan, is {planned.state.value}"
        reason = f": {planned.reason}" if planned.reasons else ", and not by the request in the plan"
        yield Fault(subject=_subject(planned.asset), message=message + reason, place=planned.asset.place)


def _anew_above(line: Line, planned: AssetPlan, seen: Survey) -> Iterator[Fault]:
    """Pictures that it is made from, that were there, and are to come now."""
    for name in open_above(seen, planned.asset):
        if name not in line.after:
            message = f'"{name}", which it is made from, is not what it was in the plan'
            yield Fault(subject=_subject(planned.asset), message=message, place=planned.asset.place)


def _drawn(order: Order, seen: Survey) -> Iterator[Fault]:
    """What has moved of free pictures that ordered ones are made from."""
    assets = seen.workspace.manifest.assets
    above = closure(frozenset(order.lines) & assets.keys(), assets)
    for free in order.free:
        if free.name in above and free.request is not None:
            yield from _asked(free, seen.plan.assets[free.name], seen)


def _asked(line: Line | Free, planned: AssetPlan, seen: Survey) -> Iterator[Fault]:
    """The differences between what was ordered and what would be asked for now."""
    asset, now = planned.asset, request(seen, planned.asset, line.after)
    if now is None:
        yield Fault(subject=_subject(asset), message=planned.reason, place=asset.place)
        return
    for change in recipe.changes(line.request or {}, now):
        yield _differs(asset, change.field, words.value(change.old), words.value(change.new))


def _offered(line: Line, planned: AssetPlan) -> Iterator[Fault]:
    """What has moved of a line that is still to be bought."""
    asset, offer, price = planned.asset, planned.offer, planned.price
    assert offer is not None
    size = None if offer.size is None else str(offer.size)
    pairs = [
        ("via", ", ".join(line.providers), ", ".join(offer.providers)),
        ("id", ", ".join(line.ids), ", ".join(offer.ids)),
        ("size", line.size or "none", size or "none"),
        ("candidates", str(line.candidates), str(asset.candidates)),
        ("price", _usd(line.price.high), "unknown" if price is None else _usd(price.high)),
    ]
    if price is not None and price.high == line.price.high:
        pairs += [("price.low", _usd(line.price.low), _usd(price.low)), ("price.source", _told(line.price.source), _told(price.source))]
    yield from (_differs(asset, field, was, now) for field, was, now in pairs if was != now)
    told = []
    if line.gen_key is not None and planned.gen_key is not None and planned.gen_key != line.gen_key:
        told.append("is another request than in the plan")
    if pictures(planned.block) != line.replaces:
        told.append("the lock holds another picture of it than in the plan")
    yield from (Fault(subject=_subject(asset), message=message, place=asset.place) for message in told)


def _lost(line: Line, planned: AssetPlan, order: Order, seen: Survey) -> Iterator[Fault]:
    """What this very order has asked for, anew, and perhaps paid without a usable picture: it is not bought twice under one order."""
    rows = seen.facts.jobs(planned.gen_key) if line.regenerate and planned.gen_key is not None else ()
    if any(row.order == order.digest and row.state in (JobState.SPOILED, JobState.ABANDONED) for row in rows):
        message = "was asked for under this plan, and no usable picture came of it; it may have been paid"
        hint = f"to have it bought all the same: assetgen jobs resolve {line.name} --retry"
        yield Fault(subject=_subject(planned.asset), message=message, place=planned.asset.place, hint=hint)


def _answered(line: Line, planned: AssetPlan, seen: Survey) -> bool:
    """Whether nothing is bought for a line any more because its very request was sent: answered, in flight, or left to a person."""
    codes = {reason.code for reason in planned.reasons}
    if planned.job is not None or planned.picks:
        return True
    if planned.state in (State.WAITS, State.BLOCKED):
        return bool(codes & _UNDER_WAY)
    asked, block = request(seen, planned.asset, ()), planned.block
    due = line.name in seen.planner.choices.regenerate
    return not due and asked is not None and block is not None and only_unhonoured(block, asked) is not None


def _unordered(order: Order, seen: Survey, others: frozenset[str]) -> Iterator[Fault]:
    """What an ordered asset is made from, and would have to be bought without being ordered."""
    assets = seen.workspace.manifest.assets
    for name in sorted(closure(frozenset(order.lines), assets) & others):
        message = "would be bought for another one, and is not in the plan"
        yield Fault(subject=_subject(assets[name]), message=message, place=assets[name].place)


def _might_cost(planned: AssetPlan, seen: Survey) -> bool:
    """Whether a picture may be bought for it in this build, also where the plan leaves open whether it comes to that."""
    later = planned.state is State.WAITS and planned.reasons[0].code == "upstream"
    if not planned.asset.generated or planned.job is not None or not (later or planned.state is State.GENERATE):
        return False
    return (planned.offer or seen.facts.offer(planned.asset)).paid


def _selected(order: Order, seen: Survey, others: frozenset[str]) -> frozenset[str]:
    """The assets of the order, what they are made from, and what is made from them for nothing."""
    assets = seen.workspace.manifest.assets
    named = closure(frozenset(order.lines) | {free.name for free in order.free if free.name in assets}, assets)
    below = _below(frozenset(order.lines), assets, lambda name: seen.plan.assets[name].state is not State.BLOCKED)
    return frozenset(name for name in closure(named | below, assets) if not closure(frozenset({name}), assets) & others)


def _below(names: frozenset[str], assets: Mapping[str, Asset], wanted: Callable[[str], bool]) -> frozenset[str]:
    edges, found, todo = downstream(assets), set[str](), list(names)
    while todo:
        fresh = [name for name in edges[todo.pop()] if name not in found and wanted(name)]
        found.update(fresh)
        todo += fresh
    return frozenset(found)


def _differs(asset: Asset, field: str, was: str, now: str) -> Fault:
    return Fault(subject=f"{_subject(asset)}.{field}", message=f"was {was} in the plan, is {now}", place=_place(asset, field))


def _place(asset: Asset, field: str) -> Place | None:
    """Where the manifest says it: the field itself, what it is part of, or the asset."""
    first, _, _ = field.partition(".")
    return next((found for key in (field, first, "") if (found := asset.where.get(key)) is not None), None)


def _subject(asset: Asset) -> str:
    return f"assets.{bare(asset.name)}"


def _told(source: str) -> str:
    return f'"{source}"' if source else "none"


def _usd(amount: Decimal | None) -> str:
    return "none" if amount is None else f"${amount:f}"
