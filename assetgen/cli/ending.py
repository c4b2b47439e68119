"""What is told when a build is over."""

from assetgen.catalog import Catalog
from assetgen.cli import formats, notices, summaries
from assetgen.cli.session import Session
from assetgen.engine.outcome import Outcome, Status
from assetgen.engine.survey import look
from assetgen.engine.workspace import catalog, locate, opened
from assetgen.errors import UsageError
from assetgen.model import Json
from assetgen.report import document, ending, words
from assetgen.report.annotations import of_results
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
    terminal.say(ending.line(results, outcome.spent, ending.unpriced(outcome.plan.assets, results)))
    notices.endings(terminal, _catalog(session), (outcome.plan.assets[result.asset] for result in results))
    for note in unguarded(locate(session.path)):
        terminal.note(note.message, note.hint)
    if outcome.unknown:
        terminal.note(f"of {words.count(outcome.unknown, 'paid job')} nobody knows the outcome", "assetgen jobs")
    if outcome.interrupted:
        resumed = f"; {words.count(outcome.resumable, 'paid job')} {'is' if outcome.resumable == 1 else 'are'} resumed"
        terminal.note(f"interrupted{resumed if outcome.resumable else ''}", f"to go on: {again}")


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
