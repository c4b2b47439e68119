"""What is told when a build is over."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from assetgen.catalog import Catalog
from assetgen.cli import formats, notices, summaries
from assetgen.cli.session import Session
from assetgen.engine.outcome import Outcome, Result, Status
from assetgen.engine.survey import look
from assetgen.engine.workspace import catalog, locate, opened
from assetgen.errors import UsageError
from assetgen.model import Json
from assetgen.plan.states import AssetPlan
from assetgen.report import document, ending, words
from assetgen.report.annotations import of_results
from assetgen.report.terminal import Terminal
from assetgen.settings import unguarded


def show(session: Session, outcome: Outcome, *, again: str, command: str = "build") -> None:
    """Print the document of a build, or its last lines. `again` is the command that goes on with an interrupted one."""
    formats.gather(session, of_results(outcome.results.values(), {name: planned.asset for name, planned in outcome.plan.assets.items()}))
    summaries.results(session, outcome)
    if session.output == "json":
        made = _document(outcome, command)
        notices.add(made, _catalog(session), (outcome.plan.assets[name] for name in outcome.results))
        session.terminal.product(document.text(made))
    elif session.speaks:
        _lines(session, outcome, again)


def _document(outcome: Outcome, command: str) -> document.Document:
    results = outcome.results
    summary: dict[str, Json] = {"total": len(results)}
    summary |= {status.value: outcome.count(status) for status in Status}
    summary |= {
        "spent": float(outcome.spent),
        "interrupted": outcome.interrupted,
        "resumable": outcome.resumable,
        "unknown": outcome.unknown,
        "left": list(outcome.left),
        "exit_code": outcome.exit_code,
    }
    plans = ((planned, results[name]) for name, planned in outcome.plan.assets.items() if name in results)
    return document.document(command, (ending.entry(planned, result) for planned, result in plans), summary)


def _lines(session: Session, outcome: Outcome, again: str) -> None:
    terminal, results = session.terminal, list(outcome.results.values())
    if session.quiet:
        for result in results:
            if result.status in (Status.BLOCKED, Status.SKIPPED):
                terminal.error(f"{result.asset}: {result.message}", result.hint)
        return
    prompts, inbox = _prompts(session, outcome)
    ending.resting(terminal, results, prompts, inbox)
    last(terminal, results, outcome.plan.assets, _catalog(session), locate(session.path), outcome.spent)
    if outcome.unknown:
        terminal.note(f"of {words.count(outcome.unknown, 'paid job')} nobody knows the outcome", "assetgen jobs")
    if outcome.interrupted:
        resumed = f"; {words.count(outcome.resumable, 'paid job')} {'is' if outcome.resumable == 1 else 'are'} resumed"
        terminal.note(f"interrupted{resumed if outcome.resumable else ''}", f"to go on: {again}")


def last(
    terminal: Terminal, results: Sequence[Result], plans: Mapping[str, AssetPlan], catalog: Catalog, root: Path, spent: Decimal
) -> None:
    """The last lines of a build: what became of how many assets, and what is worth a note each time."""
    terminal.say(ending.line(results, spent, ending.unpriced(plans, results)))
    notices.endings(terminal, catalog, (plans[result.asset] for result in results))
    for note in unguarded(root):
        terminal.note(note.message, note.hint)


def _catalog(session: Session) -> Catalog:
    """With the manifest's own `[models]`; a manifest that has become faulty during the build is no reason to fail after it."""
    try:
        with opened(session.path) as workspace:
            return workspace.catalog
    except UsageError:
        return catalog()


def _prompts(session: Session, outcome: Outcome) -> tuple[dict[str, str], str]:
    """The prompts of what waits for a person, and where its files are awaited. Looks again only if something waits."""
    waiting = [result.asset for result in outcome.results.values() if result.status is Status.WAITS]
    if not waiting:
        return {}, ""
    with look(session.path) as seen:
        return notices.prompts(seen, (seen.plan.assets[name] for name in waiting)), seen.workspace.manifest.inbox
