"""What `check` and `build` print where everything is fresh, kept so that the next call can say it without looking (`assetgen.noop`)."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import click

from assetgen.cli import notices
from assetgen.cli.session import Session
from assetgen.engine import noop
from assetgen.engine.noop import NOTHING, Said
from assetgen.engine.outcome import Outcome, Result, Status
from assetgen.engine.survey import Survey
from assetgen.noop import today
from assetgen.report import ending, listing, words
from assetgen.report.terminal import Terminal
from assetgen.settings import unguarded

# `assetgen.noop` leaves whatever it does not know to the full look, and so this option.
no_cache = click.option("--no-cache", is_flag=True, expose_value=False, help="Read every file, also where nothing was touched.")


def looked(session: Session, seen: Survey, without: Survey) -> None:
    """Keep what a check has found, if all is fresh. `without` leaves outputs out of account where they are not committed."""
    if noop.all_fresh(without.plan):
        build = _said(session, lambda terminal: _built(terminal, seen)) if noop.all_fresh(seen.plan) and not noop.unsaid(seen) else NOTHING
        noop.keep(seen if build.out else without, _said(session, lambda terminal: _checked(terminal, without)), build)


def built(session: Session, seen: Survey, outcome: Outcome) -> None:
    """Keep what a build has left, if all is fresh."""
    if outcome.exit_code == 0:
        left = noop.settled(seen, outcome)
        looked(session, left, left)


def _checked(terminal: Terminal, seen: Survey) -> None:
    """As `assetgen check` does."""
    plans = list(seen.plan.assets.values())
    terminal.say(words.states(plans))
    notices.endings(terminal, seen.workspace.catalog, plans)
    listing.leftovers(terminal, seen.plan)


def _built(terminal: Terminal, seen: Survey) -> None:
    """As `assetgen build` does."""
    plans = seen.plan.assets
    terminal.say(ending.line([Result(asset=name, status=Status.FRESH) for name in plans], Decimal(0)))
    notices.endings(terminal, seen.workspace.catalog, plans.values())
    for note in unguarded(seen.workspace.root):
        terminal.note(note.message, note.hint)


def _said(session: Session, speak: Callable[[Terminal], None]) -> Said:
    out, err, day = StringIO(), StringIO(), today()
    speak(Terminal(out, err, quiet=False, colour=False, redact=session.terminal.redact))
    return Said(out=out.getvalue(), err=err.getvalue(), day=day if err.getvalue() else None)
