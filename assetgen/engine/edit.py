"""Decisions of a person about single assets: accept, adopt, import. Each holds the project and spends nothing."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from assetgen import digest
from assetgen.decode import container
from assetgen.engine import originals
from assetgen.engine.build import Options, run
from assetgen.engine.finish import FILE_FORMATS
from assetgen.engine.hold import hold
from assetgen.engine.inbox import take
from assetgen.engine.record import Record
from assetgen.engine.select import select
from assetgen.engine.survey import Survey, look, survey_workspace
from assetgen.errors import AssetgenError, UsageError
from assetgen.ledger import Spent
from assetgen.lockfile import Original, Written
from assetgen.plan.facts import Choices
from assetgen.plan.generate import best
from assetgen.plan.states import AssetPlan, JobState, OutputState, State

_JOB = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def accept(path: Path | str, names: Sequence[str]) -> list[str]:
    """Take assets as they are: a changed request for the picture that is there, outputs edited by hand, a rewritten prompt."""
    lines: list[str] = []
    accepted: list[str] = []
    with held(path) as seen:
        record = Record(workspace=seen.workspace, lock=seen.lock)
        for name in sorted(select(names, seen.workspace.manifest.assets)):
            told = _accept(seen, record, name)
            accepted += [name] if told else []
            lines += told or [_nothing(seen.planner.settled[name])]
        record.flush(force=True)
    return [*lines, *finish_outputs(path, *accepted)]


def adopt(path: Path | str, file: Path | str, name: str | None) -> tuple[str, list[str]]:
    """Make a picture of the project, named from `path` on, the original of an asset; returns which. No provider is asked."""
    with held(path) as seen:
        found = _inside(seen, Path(path), file)
        planned = _adopting(seen, found, name, hint=f"assetgen adopt {file} --as NAME")
        _requestable(planned)
        data = _read(seen, found)
        sha256 = digest.of_bytes(data)
        facts, made = originals.found(seen.workspace, data, provider="adopted", sha256=sha256)
        originals.keep(seen.workspace, data, facts, made, planned.name)
        assert planned.gen_key is not None
        seen.workspace.store.answer(planned.gen_key, made)
        _choose(seen, planned, made)
        _accept_outputs(seen, seen.planner.settle(planned.asset), frozenset({found}))
    return planned.name, [f'{planned.name}: "{found}" is now its original', *finish_outputs(path, planned.name)]


def import_file(path: Path | str, name: str, file: Path, job_id: str | None) -> list[str]:
    """A picture made by hand answers an asset's request."""
    with held(path) as seen:
        planned = planned_of(seen, name)
        _requestable(planned)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise UsageError(f'"{file}" cannot be read: {error.strerror}') from error
        # Midjourney names what one downloads after the job that made it.
        named = _JOB.search(file.name)
        job = job_id or (named[0] if named else None)
        made = take(seen.workspace, replace(planned, offer=seen.facts.offer(planned.asset)), data, job=job)
        _choose(seen, planned, made)
    return [f'{name}: imported "{file.name}"', *finish_outputs(path, name)]


@contextmanager
def held(path: Path | str) -> Iterator[Survey]:
    """A survey of a project that nobody else builds meanwhile, with blocks under the present names."""
    with look(path) as first, hold(first.workspace.home, first.workspace.root, lambda _: None):
        seen = survey_workspace(first.workspace, Choices())
        Record(workspace=seen.workspace, lock=seen.lock).rename(seen.plan)
        yield seen


def planned_of(seen: Survey, name: str) -> AssetPlan:
    """The plan of the one asset that a word means."""
    found = sorted(select([name], seen.workspace.manifest.assets))
    if len(found) > 1:
        raise UsageError(f'"{name}" means more than one asset', hint=", ".join(found))
    return seen.plan.assets[found[0]]


def _requestable(planned: AssetPlan) -> None:
    """The asset must be one that is generated, and know what it asks for."""
    if planned.asset.file is not None:
        raise UsageError(f'"{planned.name}" is made from the file "{planned.asset.file}"', hint=f'replace "{planned.asset.file}"')
    if planned.asset.versions:
        raise UsageError(f'"{planned.name}" is made from its versions', hint=f"name one of them: {', '.join(planned.asset.versions)}")
    if planned.request is None:
        raise AssetgenError(f'"{planned.name}" cannot be decided yet: {planned.reason}')


def _choose(seen: Survey, planned: AssetPlan, made: Original) -> None:
    """Make a picture the chosen original; what was there for the same request stays as a candidate.

    A request whose outcome was unknown is answered by it: nothing is waited for any more, and it counts as what was reserved for it.
    """
    record = Record(workspace=seen.workspace, lock=seen.lock)
    record.originals(planned, (made,))
    record.flush(force=True)
    for row in seen.facts.jobs(planned.gen_key or ""):
        if not row.live and row.state in (JobState.INTENT, JobState.UNKNOWN, JobState.SPOILED, JobState.ABANDONED):
            seen.workspace.ledger.add(Spent.without_picture(row))
            seen.workspace.journal.close(row)
            seen.facts.done(row)


def finish_outputs(path: Path | str, *names: str) -> list[str]:
    """Make the outputs that follow from a decision; free local work."""
    if not names:
        return []
    outcome = run(path, Options(names=names, free_only=True), lambda _: None)
    lines: list[str] = []
    for result in (outcome.results[name] for name in names):
        lines += [f"{result.asset}: wrote {written}" for written in result.written]
        lines += [f"{result.asset}: {result.message}"] if result.message else []
    return lines


def _accept(seen: Survey, record: Record, name: str) -> list[str]:
    planned = seen.plan.assets[name]
    block = seen.lock.get(name)
    if planned.asset.generated:
        _requestable(planned)
    if planned.request is None:
        raise AssetgenError(f'"{name}" cannot be decided yet: {planned.reason}')
    lines: list[str] = []
    if any(reason.code == "rewritten" for reason in planned.reasons):
        record.originals(planned, (best(planned.picks),))
        lines.append(f"{name}: the rewritten prompt is accepted")
    elif block is None or block.original is None:
        raise UsageError(f'there is no picture of "{name}" in the lock to accept', hint=f"assetgen adopt FILE --as {name}")
    elif block.request != planned.request and planned.asset.generated:
        seen.lock[name] = replace(block, request=dict(planned.request))
        lines.append(f"{name}: the picture is accepted for the changed request")
    planned = seen.planner.settle(planned.asset)
    lines += _accept_outputs(seen, planned, _blocked(planned))
    return lines


def _nothing(planned: AssetPlan) -> str:
    if planned.state is State.FRESH:
        return f"{planned.name}: nothing to accept, it is fresh"
    return f"{planned.name}: nothing to accept, and a build has work to do: {planned.reason}"


def _blocked(planned: AssetPlan) -> frozenset[str]:
    return frozenset(output.output.path for output in planned.outputs if output.state is OutputState.BLOCKED)


def _accept_outputs(seen: Survey, planned: AssetPlan, paths: frozenset[str]) -> list[str]:
    """The files at these paths become what the lock says, as they are."""
    block, lines = seen.lock[planned.name], []
    outputs = {written.path: written for written in block.outputs}
    for output in planned.outputs:
        path = output.output.path
        if path not in paths:
            continue
        data = _read(seen, path)
        width, height = _measured(seen, data)
        sha256 = seen.workspace.store.put(data)
        seen.workspace.store.treasure(sha256)
        outputs[path] = Written(
            path=path,
            sha256=sha256,
            bytes=len(data),
            width=width,
            height=height,
            finish=dict(output.finish),
            edited=True,
        )
        lines.append(f'{planned.name}: "{path}" is accepted as it is')
    seen.lock[planned.name] = replace(block, outputs=tuple(outputs.values()))
    seen.workspace.lock.write(seen.lock)
    return lines


def _measured(seen: Survey, data: bytes) -> tuple[int, int]:
    """Width and height of a file that somebody made, in any format an output may have."""
    icon = container.icon(data)
    if icon is not None:
        return icon
    facts, _ = originals.found(seen.workspace, data, provider="file", sha256="", formats=FILE_FORMATS)
    return facts.width, facts.height


def _inside(seen: Survey, start: Path, file: Path | str) -> str:
    """A file as a path of the project. Links are followed up to its folder; where the file itself leads is seen when it is read."""
    full = start / Path(file).expanduser()
    try:
        return (full.parent.resolve() / full.name).relative_to(seen.workspace.root).as_posix()
    except ValueError:
        raise UsageError(f'"{file}" is outside the project', hint="copy it into the project, or use assetgen import NAME FILE") from None


def _adopting(seen: Survey, file: str, name: str | None, hint: str) -> AssetPlan:
    if name is not None:
        return planned_of(seen, name)
    for planned in seen.plan.assets.values():
        if any(output.path == file for output in planned.asset.outputs):
            return planned
    raise UsageError(f'"{file}" is no output of any asset', hint=hint)


def _read(seen: Survey, file: str) -> bytes:
    try:
        return seen.workspace.project.read(file)
    except FileNotFoundError:
        raise UsageError(f'the file "{file}" does not exist in the project') from None
