"""`assetgen build`: asks for consent, shows progress, and tells the end."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import click

from assetgen.cli import bugs, ending, formats, fresh, options, projects
from assetgen.cli.plan import show
from assetgen.cli.session import Session, pass_session
from assetgen.engine.build import Options, run
from assetgen.engine.outcome import Interrupted, Outcome, Status
from assetgen.engine.spend import dollars
from assetgen.engine.survey import look
from assetgen.events import Event, Failed
from assetgen.plan.facts import Choices
from assetgen.plan.graph import closure
from assetgen.plan.states import Plan
from assetgen.report import words
from assetgen.report.progress import Lines, Reporter


@options.command("build", 'assetgen build "icon*" --max-cost 0.50')
@options.names
@options.dry_run
@click.option("-y", "--yes", "agreed", is_flag=True, help="Spend money without asking.")
@click.option("--max-cost", metavar="USD", help="Spend no more than this.")
@click.option("--regenerate", metavar="NAME", multiple=True, help="Buy this asset anew, by its exact name.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that were edited by hand.")
@click.option("--fail-fast", is_flag=True, help="Begin nothing new after the first failure.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Local threads; by default one for each processor.")
@click.option("--free", "free_only", is_flag=True, help="Spend nothing: do only what is free.")
@fresh.no_cache
@formats.output
@formats.summary_file
@pass_session
@projects.tracked
def command(session: Session, /, *, dry_run: bool, max_cost: str | None, **given: Any) -> int:  # noqa: ANN401 - click made them
    """Make what is stale, and only that. Money is spent after you were asked once, or under --yes or --max-cost."""
    chosen = Options(max_cost=None if max_cost is None else dollars(max_cost), **given)
    if dry_run:
        _dry(session, chosen)
        return 0
    told, ended = reporter(session), partial(fresh.built, session)
    try:
        outcome = run(session.path, chosen, lambda event: told.tell(logged(session, event)), confirm=_confirm(), ended=ended)
    except Interrupted as stopped:
        again = session.again(*_words(_onward(chosen, stopped.left)))
        session.terminal.error("interrupted; paid jobs that have an id are resumed", f"to go on: {again}")
        return stopped.exit_code
    finally:
        told.close()
    ending.show(session, outcome, again=session.again(*_words(_onward(chosen, outcome.left, outcome))))
    return outcome.exit_code


def _dry(session: Session, given: Options) -> None:
    with look(session.path) as seen:
        ceiling = given.max_cost if given.max_cost is not None else seen.planner.choices.max_cost
        assets = seen.workspace.manifest.assets
        wanted = closure(frozenset(options.chosen(given.names or given.regenerate, assets)), assets)
    choices = Choices(regenerate=frozenset(given.regenerate), overwrite=given.overwrite, max_cost=ceiling)
    with look(session.path, choices=choices) as seen:
        show(session, seen, [name for name in assets if name in wanted], run=_words(given))


def _onward(given: Options, left: tuple[str, ...], outcome: Outcome | None = None) -> Options:
    """What an interrupted build has still to do. What was bought anew is finished, and not bought again."""
    results = outcome.results if outcome is not None else {}
    ended = {name for name, result in results.items() if result.status in (Status.DONE, Status.FRESH)}
    names = given.names or tuple(name for name in given.regenerate if name not in left and name not in ended)
    return replace(given, names=names, regenerate=left)


def _words(given: Options) -> list[str]:
    """The command that does what was shown."""
    flags = [flag for flag, said in (("--overwrite", given.overwrite), ("--yes", given.agreed), ("--free", given.free_only)) if said]
    flags += ["--max-cost", f"{given.max_cost:f}"] if given.max_cost is not None else []
    return ["build", *given.names, *(word for name in given.regenerate for word in ("--regenerate", name)), *flags]


def reporter(session: Session) -> Reporter:
    """Bars on a terminal, lines elsewhere; beside a document both go to stderr, and so do failures alone."""
    terminal = session.terminal
    stream = terminal.err if session.quiet or not session.speaks else terminal.out
    if stream.isatty() and session.animated:
        live: Reporter = import_module("assetgen.report.live").Live(stream, colour=terminal.colour, redact=terminal.redact)
        return live
    return Lines(terminal.to(stream), quiet=session.quiet)


def logged(session: Session, event: Event) -> Event:
    """A bug in one asset is told by the file that holds its traceback."""
    if not isinstance(event, Failed) or event.kind != "internal":
        return event
    log = bugs.keep(event.message, session.path, session.terminal.redact)
    return Failed(asset=event.asset, kind=event.kind, message=f'a bug in assetgen, its log is "{log}"', hint="report it with that file")


def _confirm() -> Callable[[Plan, frozenset[str]], bool] | None:
    """Ask before money is spent, where there is somebody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None

    def ask(plan: Plan, names: frozenset[str]) -> bool:
        paid = [plan.assets[name] for name in sorted(names) if plan.assets[name].costs]
        return click.confirm(f"generate {words.count(len(paid), 'asset')} for {words.prices(paid)}?", err=True)

    return ask
