"""Decisions of a person about jobs at a provider: which one it was, send it again, give it up, cancel it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assetgen.engine.edit import held
from assetgen.engine.survey import Survey
from assetgen.errors import UsageError
from assetgen.ledger import Spent
from assetgen.plan.states import DRAFTS, JobState, OpenJob
from assetgen.providers import Cancels

# Which of several jobs a decision is about: the one that nobody knows the end of, then the one that brought nothing.
_AFTER = {JobState.SPOILED: 1, JobState.SUBMITTED: 2, JobState.ABANDONED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided about a job: the asset that asks for it, or that it was sent for, and what there is to say."""

    asset: str
    told: str

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"{self.asset}: {self.told}"


def resolve(path: Path | str, name: str, *, adopt: str | None, retry: bool, abandon: bool) -> Decided:
    """Decide about a job whose outcome is unknown: it is that job at the provider, send it again, or give it up.

    `name` is that of an asset, or the id that `assetgen jobs` prints.
    """
    if (adopt is not None) + retry + abandon != 1:
        raise UsageError("one decision is needed", hint=f"assetgen jobs resolve {name} --adopt ID | --retry | --abandon")
    with held(path) as seen:
        workspace = seen.workspace
        asset, row = _undecided(seen, name, abandon=abandon)
        if adopt is not None:
            _check_installed(seen, row)
            if not workspace.providers[row.provider].traits.resumable:
                message = f'"{row.provider}" gives no job ids, so its answer cannot be asked for again'
                raise UsageError(message, hint=f"if you have the picture: assetgen import {asset} FILE; otherwise --retry or --abandon")
            workspace.journal.submitted(row, {"id": adopt})
            return Decided(asset=asset, told=f'the next build resumes job "{adopt}" at {row.provider}')
        workspace.ledger.add(Spent.without_picture(row))
        if abandon:
            return Decided(asset=asset, told=f"given up{_given_up(seen, row, asset)}")
        workspace.journal.close(row)
        return Decided(asset=asset, told="the next build sends the request again")


def cancel(path: Path | str, name: str) -> Decided:
    """Ask the provider to stop the job that an earlier build sent for an asset; what it did until then may still be billed.

    `name` is that of an asset, or the id that `assetgen jobs` prints.
    """
    with held(path) as seen:
        workspace = seen.workspace
        found = _found(seen, name, lambda row: row.state is JobState.SUBMITTED)
        if not found:
            raise UsageError(f'"{name}" has no job at a provider', hint="assetgen jobs")
        asset, row = found[0]
        _check_installed(seen, row)
        provider = workspace.providers[row.provider]
        if not isinstance(provider, Cancels) or row.handle is None:
            raise UsageError(f'"{row.provider}" cannot cancel jobs', hint=f"assetgen jobs resolve {name} --abandon")
        if not provider.cancel(row.handle):
            told = f"{row.provider} did not take the order, so the job is over or about to be; the next build asks for it"
        elif not provider.traits.paid:
            workspace.journal.close(row)
            told = f"cancelled at {row.provider}; the next build asks again"
        else:
            workspace.ledger.add(Spent.without_picture(row))
            told = f"cancelled at {row.provider}{_given_up(seen, row, asset)}"
        return Decided(asset=asset, told=told)


def _check_installed(seen: Survey, row: OpenJob) -> None:
    if row.provider not in seen.workspace.providers:
        raise UsageError(f'the provider "{row.provider}" is not installed', hint="install its plug-in, or: --abandon")


def _given_up(seen: Survey, row: OpenJob, name: str) -> str:
    """Close a row that nobody waits for, or keep it as the reason why the request is not sent again by itself; says which."""
    if _forgettable(seen, row):
        seen.workspace.journal.close(row)
        return " and closed, since no asset asks for it any more"
    seen.workspace.journal.abandoned(row)
    return f"; `assetgen build --regenerate {name}` asks again"


def _undecided(seen: Survey, name: str, *, abandon: bool) -> tuple[str, OpenJob]:
    """The job that a decision is about, and its asset. What was given up before can be closed, but not be given up again."""
    found = _found(seen, name, lambda row: row.state is not JobState.FETCHED)
    if not found:
        raise UsageError(f'"{name}" has no open job', hint="assetgen jobs")
    asset = found[0][0]
    if abandon:
        found = [(asset, row) for asset, row in found if row.state is not JobState.ABANDONED or _forgettable(seen, row)]
    if not found:
        raise UsageError(f'"{name}" has no open job that was not given up', hint=f"assetgen build --regenerate {asset}")
    return found[0]


def _found(seen: Survey, name: str, fits: Callable[[OpenJob], bool]) -> list[tuple[str, OpenJob]]:
    """The jobs that a word means, with their asset, the most urgent first: the one of this id, or those of an asset.

    The jobs of an asset with edits are those of its versions. Raises UsageError where several of these have some.
    """
    named = next((row for row in seen.facts.rows if row.id == name), None)
    if named is not None:
        asset = _asker(seen, named)
        return [(asset, named)] if not named.live and fits(named) else []
    planned = seen.plan.assets.get(name)
    found: dict[str, list[OpenJob]] = {}
    for part in (*planned.asset.versions, name) if planned is not None else (name,):
        known = {row.id for rows in found.values() for row in rows}
        rows = [row for row in _rows(seen, part) if not row.live and fits(row) and row.id not in known]
        if rows:
            found[part] = rows
    if len(found) > 1:
        raise UsageError(f'"{name}" has jobs of more than one version', hint=f"name one of them: {', '.join(found)}")
    pairs = [(part, row) for part, rows in found.items() for row in rows]
    present = planned.gen_key if planned is not None else None
    return sorted(pairs, key=lambda pair: (pair[1].state is JobState.ABANDONED, pair[1].gen_key != present, _AFTER.get(pair[1].state, 0)))


def _asker(seen: Survey, row: OpenJob) -> str:
    """The asset that asks for what a job is to bring, or else the one it was sent for. Raises UsageError for a job of another project."""
    asking = [name for name, planned in seen.plan.assets.items() if planned.gen_key == row.gen_key]
    if not asking and row.project.removesuffix(DRAFTS) != seen.workspace.name:
        raise UsageError(f'job "{row.id}" is one of the project "{row.project}"', hint="assetgen jobs --all")
    return asking[0] if asking and row.asset not in asking else row.asset


def _rows(seen: Survey, name: str) -> list[OpenJob]:
    """The open jobs for what the asset asks for, whoever sent them, and then those it was sent for earlier."""
    planned = seen.plan.assets.get(name)
    same = seen.facts.jobs(planned.gen_key) if planned is not None and planned.gen_key is not None else ()
    return [*same, *(row for row in seen.plan.jobs if row.asset == name and row not in same)]


def _forgettable(seen: Survey, row: OpenJob) -> bool:
    """Whether nothing is left that the row could warn of: its asset is gone, and no other one asks for the same."""
    assets = seen.plan.assets
    return row.asset not in assets and all(planned.gen_key != row.gen_key for planned in assets.values())
