"""The part of the plan where money may be spent: what to do with a request that the lock does not answer. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from assetgen import recipe
from assetgen.lockfile import Block, Original
from assetgen.model import Asset, Json, Policy
from assetgen.plan.facts import Choices, Drop, Facts
from assetgen.plan.states import FREE, AssetPlan, JobState, OpenJob, Reason, State


def held(planned: AssetPlan, jobs: tuple[OpenJob, ...]) -> AssetPlan | None:
    """The state that an open job forces on an asset, if any: it runs, its outcome is unknown, or it can be resumed."""
    for job in jobs:
        if job.live:
            reason = Reason(code="in-flight", text=f'another build is asking "{job.provider}" for it')
            return replace(planned, state=State.WAITS, reasons=(reason,), job=job)
        if job.state in (JobState.INTENT, JobState.UNKNOWN):
            detail = f": {job.detail}" if job.detail else ""
            text = f'"{job.provider}" may have been asked and paid, and no answer is known{detail}'
            unknown = Reason(code="unknown-outcome", text=text, hint=resolve(planned.name))
            return replace(planned, state=State.BLOCKED, reasons=(unknown,), job=job)
        if job.state is JobState.SUBMITTED:
            reason = Reason(code="resume", text=f'the job sent to "{job.provider}" earlier is resumed')
            return replace(planned, state=State.GENERATE, reasons=(reason,), job=job, price=FREE)
    return None


def resolve(name: str) -> str:
    """What a person can do about a request whose outcome is not known."""
    return f"look into your account there, then: assetgen jobs resolve {name} --adopt ID | --retry | --abandon"


def ask_again(name: str) -> str:
    """What a person can do about a request that was answered, and paid, without a usable picture."""
    return f"buy another one with `assetgen build --regenerate {name}`, or: assetgen jobs resolve {name} --retry | --abandon"


def paid_already(jobs: tuple[OpenJob, ...], name: str) -> Reason | None:
    """Why a request that may have been paid in vain is not sent again by itself: its answer was spoiled, or it was given up."""
    for job in jobs:
        if job.state is JobState.SPOILED:
            text = f'"{job.provider}" has answered without a usable picture and may have been paid: {job.detail}'
            return Reason(code="no-picture", text=text, hint=ask_again(name))
    if not any(job.state is JobState.ABANDONED for job in jobs):
        return None
    hint = f"assetgen build --regenerate {name}"
    return Reason(code="abandoned", text="an earlier request for it was given up and may have been paid", hint=hint)


def only_unhonoured(block: Block, request: Mapping[str, Json]) -> tuple[str, ...] | None:
    """Notes where the lock answers the request, at most up to fields that its model ignores; None where it does not answer it."""
    found = recipe.changes(block.request, request)
    ignored = block.original.unhonoured if block.original is not None else ()
    if any(change.field not in ignored for change in found):
        return None
    return tuple(
        f"{change.field} changed from {_show(change.old)} to {_show(change.new)}, which the model ignores; --regenerate rolls again"
        for change in found
    )


def why(planned: AssetPlan) -> Reason:
    """The reason why the lock does not answer the request."""
    if planned.block is None:
        return Reason(code="new", text="never generated")
    assert planned.request is not None
    found = recipe.changes(planned.block.request, planned.request)
    names = ", ".join(change.field for change in found)
    return Reason(code="request-changed", text=f"{names} changed", changes=found)


def best(picks: tuple[Original, ...]) -> Original:
    """Among answers to one request, the one that kept most of the prompt; the newest of equals."""
    return max(enumerate(picks), key=lambda item: (1.0 if item[1].kept is None else item[1].kept, item[0]))[1]


def distinct(originals: Iterable[Original]) -> tuple[Original, ...]:
    """Each picture once, in the order in which they first came; the newest record of it holds."""
    return tuple({original.sha256: original for original in originals}.values())


def since(planned: AssetPlan, facts: Facts, choices: Choices) -> tuple[Original, ...]:
    """What a request has yielded since it was asked for anew: bought for that, although the lock does not hold it."""
    known = choices.known.get(planned.name)
    if known is None or planned.gen_key is None:
        return ()
    return tuple(one for one in facts.yielded(planned.gen_key) if one.sha256 not in known and facts.find(one.sha256))


def rewritten(picks: tuple[Original, ...], policy: Policy, name: str) -> Reason | None:
    """Why the best answer is still not accepted: the provider rewrote the prompt and dropped too much of it."""
    chosen = best(picks)
    if policy.rewrite not in ("error", "retry") or chosen.kept is None or chosen.kept >= policy.min_kept:
        return None
    dropped = ", ".join(f'"{term}"' for term in chosen.dropped)
    text = f"the provider rewrote the prompt and dropped {dropped} ({chosen.kept:.0%} kept, {policy.min_kept:.0%} wanted)"
    hint = f"look at it with `assetgen diff {name}`; take it with `assetgen accept {name}`, or `assetgen build --regenerate {name}`"
    return Reason(code="rewritten", text=text, hint=hint)


def decide(planned: AssetPlan, facts: Facts, choices: Choices) -> AssetPlan:
    """Somebody has to make a picture: a person, or a provider at a price."""
    offer = facts.offer(planned.asset)
    planned = replace(planned, offer=offer, price=offer.price, notes=(*planned.notes, *offer.notes))
    if offer.problem is not None:
        return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, offer.problem))
    if offer.traits.by_hand:
        dropped = facts.inbox(planned.name)
        if dropped is not None and not dropped.rivals:
            reason = Reason(code="inbox", text=f'"{dropped.path}" was dropped for it')
            return replace(planned, state=State.RESTORE, reasons=(reason,), inbox=dropped.path, chosen=facts.content(dropped.path))
        return replace(planned, state=State.WAITS, reasons=(*planned.reasons, _by_hand(planned.name, dropped)))
    if offer.price is None and choices.max_cost is not None:
        text = f'no price is known for model "{planned.asset.model}", so it counts as over the budget'
        hint = offer.cure or f"give it a price in [models.{planned.asset.model}], or build without max_cost"
        return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, Reason(code="price-unknown", text=text, hint=hint)))
    return replace(planned, state=State.GENERATE)


def _by_hand(name: str, dropped: Drop | None) -> Reason:
    """A person's turn: to make the picture, or to say which asset the dropped one is for."""
    if dropped is None:
        return Reason(code="by-hand", text="waits for you", hint=f"make the picture by hand, then: assetgen import {name} FILE")
    others = ", ".join(f'"{rival}"' for rival in dropped.rivals)
    text = f'"{dropped.path}" may be meant for it or for {others}'
    return Reason(code="inbox-ambiguous", text=text, hint=f"assetgen import {name} {dropped.path}")


def later(planned: AssetPlan, facts: Facts, *, soon: bool) -> AssetPlan:
    """The asset waits for another one: what it will probably cost then, where `soon` says that this is in the same build.

    The upstream picture may come out as it was, and so may this. What nobody could make is blocked before anything upstream is paid.
    """
    kept = planned.block is not None and planned.block.original is not None
    if kept and (planned.asset.freeze or planned.asset.protect):
        return planned
    offer = facts.offer(planned.asset)
    if offer.problem is not None and not kept:
        return replace(planned, state=State.BLOCKED, reasons=(offer.problem,))
    if offer.traits.by_hand or offer.problem is not None or not soon:
        return planned
    price = replace(offer.price, low=FREE.low) if offer.price is not None and kept else offer.price
    return replace(planned, offer=offer, price=price)


def original_missing(planned: AssetPlan, maker: Asset, facts: Facts) -> AssetPlan:
    """The outputs must be made again, and the paid original, which `maker` asked for, is nowhere: say so, with what a new one costs."""
    offer = facts.offer(maker)
    cost = f"a new and different picture costs up to ${offer.price.high}" if offer.price else "what a new picture costs is not known"
    text = f"the original is missing ({cost})"
    hint = f"bring its store back (assetgen store path), or buy a new picture with `assetgen build --regenerate {maker.name}`"
    reason = Reason(code="original-missing", text=text, hint=hint)
    return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, reason), offer=offer)


def _show(value: Json) -> str:
    return "none" if value is None else str(value)
