"""What has to happen to the outputs of an asset whose original is known. Pure."""

from collections.abc import Mapping

from assetgen.lockfile import Block, Written
from assetgen.model import Json, Output
from assetgen.plan.facts import Choices, Facts
from assetgen.plan.states import OutputPlan, OutputState, Reason
from assetgen.recipe import changes


def decide(
    output: Output, finish: Mapping[str, Json], block: Block | None, facts: Facts, ours: Mapping[str, bool], choices: Choices, name: str
) -> OutputPlan:
    """The plan for one output of the asset `name`. `ours` has the digests of all outputs in the lock, and whether somebody edited them."""
    locked = block.output(output.path) if block else None
    have = facts.content(output.path)
    same = locked is not None and locked.finish == finish
    obstacle = _obstacle(output.path, facts)
    if obstacle is not None:
        return OutputPlan(output=output, state=OutputState.BLOCKED, finish=finish, reason=obstacle)
    if locked is not None and same and (have == locked.sha256 or (have is None and not choices.outputs)):
        return OutputPlan(output=output, state=OutputState.FRESH, finish=finish, sha256=locked.sha256)
    if have is not None and not choices.overwrite and foreign(have, locked, facts, ours, same=same):
        return OutputPlan(output=output, state=OutputState.BLOCKED, finish=finish, reason=_modified(output.path, locked, name))
    reason = _reason(output.path, locked, have, finish)
    twin = locked if same else _twin(block, finish)
    if twin is not None and facts.find(twin.sha256):
        return OutputPlan(output=output, state=OutputState.RESTORE, finish=finish, reason=reason, sha256=twin.sha256)
    return OutputPlan(output=output, state=OutputState.FINISH, finish=finish, reason=reason)


def occupied(output: Output, block: Block | None, facts: Facts, ours: Mapping[str, bool], choices: Choices, name: str) -> Reason | None:
    """Why this path can't be written, asked before anything is paid for the picture that would go there."""
    obstacle = _obstacle(output.path, facts)
    if obstacle is not None:
        return obstacle
    locked = block.output(output.path) if block else None
    have = facts.content(output.path)
    if have is None or choices.overwrite or not foreign(have, locked, facts, ours, same=False):
        return None
    return _modified(output.path, locked, name)


def foreign(have: str, locked: Written | None, facts: Facts, ours: Mapping[str, bool], *, same: bool) -> bool:
    """Whether a file is somebody's work: neither what the lock says nor anything assetgen is known to have written."""
    if locked is not None and have == locked.sha256:
        return locked.edited and not same
    return ours[have] if have in ours else not facts.find(have)


def _twin(block: Block | None, finish: Mapping[str, Json]) -> Written | None:
    """A locked output under another path that is made in the same way: the path was edited, or the asset renamed."""
    if block is None:
        return None
    return next((written for written in block.outputs if written.finish == finish), None)


def _modified(path: str, locked: Written | None, name: str) -> Reason:
    if locked is None:
        text = f'"{path}" exists and was not made by assetgen'
    elif locked.edited:
        text = f'"{path}" was edited by hand and accepted, and would now be made anew'
    else:
        text = f'"{path}" was edited by hand'
    return Reason(code="modified", text=text, hint=keep_or_replace(name))


def keep_or_replace(name: str) -> str:
    """What a person can do about an output that somebody worked on."""
    return f"keep it with `assetgen accept {name}`, or replace it with `assetgen build --overwrite {name}`"


def _obstacle(path: str, facts: Facts) -> Reason | None:
    text = facts.obstacle(path)
    return None if text is None else Reason(code="not-a-file", text=text, hint=f'move "{path}" away, or change the output')


def _reason(path: str, locked: Written | None, have: str | None, finish: Mapping[str, Json]) -> Reason:
    if locked is None:
        return Reason(code="output-new", text=f'"{path}" is new')
    found = tuple(change for change in changes(locked.finish, finish) if change.field != "original")
    if found:
        names = ", ".join(dict.fromkeys(change.field.partition(".")[0] for change in found))
        return Reason(code="finish-changed", text=f'"{path}": {names} changed', changes=found)
    if locked.finish != finish:
        return Reason(code="original-changed", text=f'"{path}" is made from a new original')
    if have is None:
        return Reason(code="output-missing", text=f'"{path}" is missing')
    return Reason(code="output-differs", text=f'"{path}" is not what the lock says')
