"""`assetgen jobs`."""

from collections import Counter
from collections.abc import Container

import click

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine import jobs
from assetgen.engine.survey import look
from assetgen.plan.generate import ask_again
from assetgen.plan.states import DRAFTS, JobState, OpenJob
from assetgen.report import document, words
from assetgen.report.text import Cell, Painted

_TOLD = {
    JobState.INTENT: "outcome unknown",
    JobState.UNKNOWN: "outcome unknown",
    JobState.SUBMITTED: "submitted",
    JobState.FETCHED: "fetched",
    JobState.SPOILED: "no picture",
    JobState.ABANDONED: "given up",
}


@click.group("jobs", epilog="Example: assetgen jobs resolve hero --retry", invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Also those of other projects that share the store.")
@options.as_json
@click.pass_context
def command(context: click.Context, *, every: bool, as_json: bool) -> None:
    """Show paid jobs that are open: running, to be resumed, of unknown outcome, or paid without a picture."""
    if context.invoked_subcommand is not None:
        return
    session = context.find_object(Session)
    assert session is not None
    with look(session.path) as seen:
        rows = seen.facts.rows if every else seen.plan.jobs
        gone = {row.asset for row in seen.plan.jobs if row.asset not in seen.plan.assets}
    if as_json:
        made = document.document("jobs", summary={"total": len(rows), "unknown": sum(1 for row in rows if _lost(row))})
        made["jobs"] = [_entry(row) for row in rows]
        session.terminal.product(document.text(made))
    else:
        _show(session, rows, gone)


@command.command("resolve", epilog="Example: assetgen jobs resolve hero --adopt job_123")
@options.one_name
@click.option("--adopt", metavar="ID", help="It is this job at the provider: fetch its pictures.")
@click.option("--retry", is_flag=True, help="Send the request again, which may cost again.")
@click.option("--abandon", is_flag=True, help="Give it up.")
@options.as_json
@pass_session
def resolve(session: Session, name: str, *, adopt: str | None, retry: bool, abandon: bool, as_json: bool) -> None:
    """Decide about a job whose outcome is unknown, or that was paid without a picture. Look into your account at the provider first.

    NAME is an asset, or the ID that `assetgen jobs` prints, where an asset has several jobs.
    """
    _tell(session, "jobs resolve", jobs.resolve(session.path, name, adopt=adopt, retry=retry, abandon=abandon), as_json=as_json)


@command.command("cancel", epilog="Example: assetgen jobs cancel hero")
@options.one_name
@options.as_json
@pass_session
def cancel(session: Session, name: str, *, as_json: bool) -> None:
    """Ask the provider to stop a job that an interrupted build left there. What was done until then may be billed.

    NAME is an asset, or the ID that `assetgen jobs` prints.
    """
    _tell(session, "jobs cancel", jobs.cancel(session.path, name), as_json=as_json)


def _tell(session: Session, command: str, decided: jobs.Decided, *, as_json: bool) -> None:
    told.tell(session, command, [decided.line], _known(session, decided.asset) if as_json else (), as_json=as_json)


def _known(session: Session, name: str) -> list[str]:
    """The asset of a job, which the manifest may have no longer."""
    with look(session.path) as seen:
        return [name] if name in seen.plan.assets else []


def _show(session: Session, rows: tuple[OpenJob, ...], gone: Container[str]) -> None:
    terminal = session.terminal
    if not rows:
        terminal.say("no open jobs")
        return
    table: list[list[Cell]] = [
        [
            Painted(_state(row), "bad" if _lost(row) or row.state is JobState.SPOILED else "accent"),
            *(f"{row.asset} (draft)" if _drafted(row) else row.asset, row.provider, row.model, _money(row), row.id),
        ]
        for row in rows
    ]
    terminal.table(table, ["STATE", "ASSET", "PROVIDER", "MODEL", "COST", "ID"])
    jobs_of = Counter(row.asset for row in rows)
    for row in rows:
        name = row.asset if jobs_of[row.asset] == 1 and not _drafted(row) else row.id
        if _lost(row):
            hint = f"look into your account at {row.provider}, then: assetgen jobs resolve {name} --adopt ID | --retry | --abandon"
            terminal.note(f'"{row.asset}": {row.detail or "the request may have been sent, and no answer is known"}', hint)
        elif row.state is JobState.SPOILED:
            again = f"assetgen jobs resolve {row.id} --retry | --abandon" if _drafted(row) else ask_again(row.asset)
            terminal.note(f'"{row.asset}": {row.detail}', again)
        elif row.state is JobState.ABANDONED and row.asset in gone:
            terminal.note(f'"{row.asset}" is no longer in the manifest', f"to close its job: assetgen jobs resolve {name} --abandon")


def _drafted(row: OpenJob) -> bool:
    """Whether it was sent for a draft: to regenerate the asset would buy the real picture."""
    return row.project.endswith(DRAFTS)


def _lost(row: OpenJob) -> bool:
    return not row.live and row.state in (JobState.INTENT, JobState.UNKNOWN)


def _state(row: OpenJob) -> str:
    return "running" if row.live else _TOLD[row.state]


def _money(row: OpenJob) -> str:
    return "unknown" if row.reserved is None else f"up to {words.money(row.reserved)}"


def _entry(row: OpenJob) -> dict[str, object]:
    return {
        "id": row.id,
        "asset": row.asset,
        "project": row.project,
        "provider": row.provider,
        "model": row.model,
        "state": row.state.value,
        "live": row.live,
        "reserved": None if row.reserved is None else float(row.reserved),
        "detail": row.detail,
    }
