"""While a project is built, what lies on disk of an asset is ahead of its lock: such an asset is shown as it was until both agree. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from assetgen.plan.states import AssetPlan, State
from assetgen.preview.shown import Shown

_RESTING = frozenset({"upstream", "in-flight"})
"""Reasons to wait that end with the build."""


def steady(now: Mapping[str, Shown], before: Mapping[str, Shown]) -> dict[str, Shown]:
    """The assets of a look in the midst of a build, without what is half done."""
    return {name: _kept(one, before[name]) if name in before and _half(one, before[name]) else one for name, one in now.items()}


def _half(now: Shown, before: Shown) -> bool:
    """Whether a build may be at it. What the manifest asks of it now is shown at once, unless that is told of by bytes in between."""
    if _settled(now.planned):
        return False
    modified = any(reason.code == "modified" for reason in now.planned.reasons)
    return now.planned.asset == before.planned.asset or (modified and before.planned.state is not State.BLOCKED)


def _settled(planned: AssetPlan) -> bool:
    """Whether a build has nothing more to do for it."""
    return planned.state is State.FRESH or (planned.state is State.WAITS and planned.reasons[0].code not in _RESTING)


def _kept(now: Shown, before: Shown) -> Shown:
    """As it was, with what is known beside the files."""
    drafts = {written.path: written for written in now.draft.outputs} if now.draft is not None else {}
    outputs = tuple(replace(output, draft=drafts.get(output.path)) for output in before.outputs)
    return replace(before, outputs=outputs, draft=now.draft, held=before.held or now.draft is not None, paying=now.paying)
