"""Decisions of a person about jobs at a provider: which one it was, send it again, give it up, cancel it."""

from pathlib import Path

from assetgen.engine.edit import held
from assetgen.engine.survey import Survey
from assetgen.errors import UsageError
from assetgen.ledger import Spent
from assetgen.plan.states import JobState, OpenJob
from assetgen.providers import Cancels


def resolve(path: Path | str, name: str, *, adopt: str | None, retry: bool, abandon: bool) -> list[str]:
    """Decide about a job whose outcome is unknown: it is that job at the provider, send it again, or give it up."""
    if (adopt is not None) + retry + abandon != 1:
        raise UsageError("one decision is needed", hint=f"assetgen jobs resolve {name} --adopt ID | --retry | --abandon")
    with held(path) as seen:
        workspace = seen.workspace
        rows = [row for row in _rows(seen, name) if not row.live and row.state is not JobState.FETCHED]
        if not rows:
            raise UsageError(f'"{name}" has no open job', hint="assetgen jobs")
        row = rows[0]
        if adopt is not None:
            if not workspace.providers[row.provider].traits.resumable:
                message = f'"{row.provider}" gives no job ids, so its answer cannot be asked for again'
                raise UsageError(message, hint=f"if you have the picture: assetgen import {name} FILE; otherwise --retry or --abandon")
            workspace.journal.submitted(row, {"id": adopt})
            return [f'{name}: the next build resumes job "{adopt}" at {row.provider}']
        workspace.ledger.add(Spent.without_picture(row))
        if abandon:
            return [f"{name}: given up{_given_up(seen, row, name)}"]
        workspace.journal.close(row)
        return [f"{name}: the next build sends the request again"]


def cancel(path: Path | str, name: str) -> list[str]:
    """Ask the provider to stop the job that an earlier build sent for an asset; what it did until then may still be billed."""
    with held(path) as seen:
        workspace = seen.workspace
        rows = [row for row in _rows(seen, name) if not row.live and row.state is JobState.SUBMITTED]
        if not rows:
            raise UsageError(f'"{name}" has no job at a provider', hint="assetgen jobs")
        row = rows[0]
        provider = workspace.providers[row.provider]
        if not isinstance(provider, Cancels) or row.handle is None:
            raise UsageError(f'"{row.provider}" cannot cancel jobs', hint=f"assetgen jobs resolve {name} --abandon")
        if not provider.cancel(row.handle):
            return [f"{name}: {row.provider} did not take the order, so the job is over or about to be; the next build asks for it"]
        if not provider.traits.paid:
            workspace.journal.close(row)
            return [f"{name}: cancelled at {row.provider}; the next build asks again"]
        workspace.ledger.add(Spent.without_picture(row))
        return [f"{name}: cancelled at {row.provider}{_given_up(seen, row, name)}"]


def _given_up(seen: Survey, row: OpenJob, name: str) -> str:
    """Close a row that nobody waits for, or keep it as the reason why the request is not sent again by itself; says which."""
    if _forgettable(seen, row):
        seen.workspace.journal.close(row)
        return " and closed, since no asset asks for it any more"
    seen.workspace.journal.abandoned(row)
    return f"; `assetgen build --regenerate {name}` asks again"


def _rows(seen: Survey, name: str) -> list[OpenJob]:
    """The open jobs for what the asset asks for, whoever sent them, and then those it was sent for earlier."""
    planned = seen.plan.assets.get(name)
    same = seen.facts.jobs(planned.gen_key) if planned is not None and planned.gen_key is not None else ()
    return [*same, *(row for row in seen.plan.jobs if row.asset == name and row not in same)]


def _forgettable(seen: Survey, row: OpenJob) -> bool:
    """Whether nothing is left that the row could warn of: its asset is gone, and no other one asks for the same."""
    assets = seen.plan.assets
    return row.asset not in assets and all(planned.gen_key != row.gen_key for planned in assets.values())
