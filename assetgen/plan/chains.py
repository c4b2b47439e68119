"""Edited assets: which version their picture is, what protects it, and that no step of a chain is paid whose end nobody makes. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from assetgen.lockfile import Block, Lock
from assetgen.model import Asset
from assetgen.plan.facts import Choices
from assetgen.plan.states import AssetPlan, Reason, State

Settled = Mapping[str, AssetPlan]


def last(planned: AssetPlan, settled: Settled) -> str:
    """The original of an edited asset: the version that was picked, as long as the versions are the same, or else the last."""
    block, newest = planned.block, settled[planned.asset.versions[-1]].chosen
    assert newest is not None
    if block is None or block.original is None or (block.request != planned.request and not planned.asset.freeze):
        return newest
    return block.original.sha256


def maker(planned: AssetPlan, settled: Settled) -> AssetPlan:
    """The asset that an original is from: one of the versions where there are some, else the asset itself."""
    versions = (settled[name] for name in planned.asset.versions)
    return next((version for version in versions if version.chosen == planned.chosen), planned)


def protected(planned: AssetPlan, lock: Lock, choices: Choices) -> Reason | None:
    """Why a picture that is built may not be replaced, by this asset or by a new version of it; None where nothing stands against it."""
    asset = planned.asset
    guarded = asset.edited or asset.name
    block = planned.block or lock.get(guarded)
    if block is None or block.original is None or not (asset.protect or (asset.freeze and asset.edited)):
        return None
    if guarded in choices.regenerate:
        return None
    why = "it is protected" if asset.protect else "it is frozen"
    hint = f"assetgen build --regenerate {guarded}" if asset.protect else f"remove freeze = true from [assets.{asset.table}]"
    return Reason(code="protected" if asset.protect else "frozen", text=why, hint=hint)


def replaced(planned: AssetPlan, lock: Lock, choices: Choices) -> Reason | None:
    """Why another version may not take the place of the picture of an edited asset."""
    block = planned.block
    if block is None or block.original is None or block.original.sha256 == planned.chosen:
        return None
    found = protected(planned, lock, choices) if block.request != planned.request else None
    return None if found is None else replace(found, text=f"its versions changed, and {found.text}")


def keeps(asset: Asset, own: Block | None, other: Block | None, choices: Choices) -> bool:
    """Whether an asset that lost its edits keeps the picture they made, although its request is answered by the one before them."""
    if own is None or own.original is None or other is None or asset.name in choices.regenerate:
        return False
    return (asset.protect or asset.freeze) and (other.original is None or other.original.sha256 != own.original.sha256)


def stopped(settled: Settled) -> Iterator[AssetPlan]:
    """What is not asked for, because a later edit of the same chain cannot be made: nothing of it would be of use."""
    for planned in settled.values():
        versions = [settled[name] for name in planned.asset.versions]
        broken = next((version for version in versions if version.state is State.BLOCKED), None)
        if broken is None:
            continue
        reason = Reason(code="edit-blocked", text=f'"{broken.name}", an edit of it, is blocked', hint=broken.reasons[-1].hint)
        for version in versions[: versions.index(broken)]:
            if version.buys and version.job is None:
                yield replace(version, state=State.BLOCKED, reasons=(reason,))
        if planned.state is State.WAITS:
            yield replace(planned, state=State.BLOCKED, reasons=(Reason(code="upstream-blocked", text=f'"{broken.name}" is blocked'),))
