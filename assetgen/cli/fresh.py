"""What `check`, `build` and `lint` print where nothing is to be done, kept so that the next call can say it at once (`assetgen.noop`)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from io import StringIO

import click

from assetgen.cli import ending, notices
from assetgen.cli.session import Session
from assetgen.engine import noop
from assetgen.engine.noop import NOTHING, Said
from assetgen.engine.outcome import Outcome, Result, Status
from assetgen.engine.survey import Survey
from assetgen.engine.workspace import Workspace
from assetgen.noop.state import today
from assetgen.plan.states import AssetPlan
from assetgen.report import listing, words
from assetgen.report.terminal import Terminal

# `assetgen.noop` leaves whatever it does not know to the full look, and so this option.
no_cache = click.option("--no-cache", is_flag=True, expose_value=False, help="Read every file, also where nothing was touched.")


def looked(session: Session, seen: Survey, without: Survey) -> None:
    """Keep what a check has found, if all is fresh. `without` leaves outputs out of account where they are not committed."""
    if noop.all_fresh(without.plan):
        build = _said(session, lambda terminal: _built(terminal, seen)) if noop.all_fresh(seen.plan) and not noop.unsaid(seen) else NOTHING
        check = _said(session, lambda terminal: checked(terminal, without, list(without.plan.assets.values())))
        noop.keep(seen if build.out else without, check, build)


def built(session: Session, seen: Survey, outcome: Outcome) -> None:
    """Keep what a build has left, if all is fresh."""
    if outcome.exit_code == 0:
        left = noop.settled(seen, outcome)
        looked(session, left, left)


def linted(session: Session, workspace: Workspace, speak: Callable[[Terminal], None], day: int) -> None:
    """Keep that `lint` has found nothing on this day: models are retired by the calendar."""
    noop.keep_linted(workspace, Said(out=_said(session, speak).out, day=day))


def checked(terminal: Terminal, seen: Survey, plans: Sequence[AssetPlan], note: str = "") -> None:
    """The last lines of a check."""
    terminal.say(words.states(plans), note)
    notices.endings(terminal, seen.workspace.catalog, plans)
    listing.leftovers(terminal, seen.plan)


def _built(terminal: Terminal, seen: Survey) -> None:
    """As `assetgen build` does."""
    results = [Result(asset=name, status=Status.FRESH) for name in seen.plan.assets]
    ending.last(terminal, results, seen.plan.assets, seen.workspace.catalog, seen.workspace.root, Decimal(0))


def _said(session: Session, speak: Callable[[Terminal], None]) -> Said:
    out, err, day = StringIO(), StringIO(), today()
    terminal = Terminal(out, err, quiet=False, colour=False, redact=session.terminal.redact)
    terminal.guard = session.terminal.guard
    speak(terminal)
    return Said(out=out.getvalue(), err=err.getvalue(), day=day if err.getvalue() else None)
