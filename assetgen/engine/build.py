"""`build`: holds the project, plans, asks for consent, executes. What a person at a terminal decides comes in as arguments."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from assetgen.engine import leftovers, terms
from assetgen.engine.advice import single_copy
from assetgen.engine.execute import Build, Notify
from assetgen.engine.hold import PATIENCE, hold
from assetgen.engine.order import policy
from assetgen.engine.outcome import Interrupted, Outcome
from assetgen.engine.pools import Patience
from assetgen.engine.select import renewed, select
from assetgen.engine.spend import Authority, authority, dollars, in_ci, unattended
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.engine.workspace import Workspace
from assetgen.events import Noted, Planned, Waiting
from assetgen.plan.facts import Choices
from assetgen.plan.graph import closure
from assetgen.plan.order import Order
from assetgen.plan.states import JobState, Plan, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user asked of a build.

    regenerate: exact names to buy anew. max_cost: USD, over policy.max_cost. agreed: the user said yes to spending. free_only: spend
    nothing. jobs: local threads, None for one a processor. lock_patience: seconds to wait for another build. order: build what it says
    and nothing else, for no more than it says; max_cost is then the word of whoever has it carried out. The other choices are left alone.
    """

    names: tuple[str, ...] = ()
    regenerate: tuple[str, ...] = ()
    overwrite: bool = False
    max_cost: Decimal | None = None
    agreed: bool = False
    free_only: bool = False
    fail_fast: bool = False
    jobs: int | None = None
    lock_patience: float = PATIENCE
    order: Order | None = None


Confirm: TypeAlias = Callable[[Plan, frozenset[str]], bool]


def run(
    path: Path | str,
    options: Options,
    notify: Notify,
    *,
    confirm: Confirm | None = None,
    environ: Mapping[str, str] | None = None,
    patience: Patience | None = None,
    stop: threading.Event | None = None,
    ended: Callable[[Survey, Outcome], None] | None = None,
) -> Outcome:
    """Make the project what its manifest says. `confirm` is asked once if money is about to be spent and nothing else allows it.

    `stop` is for callers with interrupts of their own: set, it has the effect of the first Ctrl-C. `ended` is told of the end while the
    project is still held.

    Raises FaultyFile and UsageError before anything is changed, Busy if another build keeps the project, Interrupted at a second Ctrl-C.
    """
    workspace = Workspace.open(Path(path), os.environ if environ is None else environ)
    try:
        with hold(workspace.home, workspace.root, lambda who: notify(Waiting(holder=who)), patience=options.lock_patience):
            seen = survey_workspace(workspace, _choices(workspace, options))
            chosen, allowed = _agreed(seen, options, confirm, notify)
            leftovers.sweep(workspace, seen.lock)
            notify(Planned(selected=len(chosen), todo=_todo(seen.plan, chosen)))
            with _interrupts(notify) if stop is None else nullcontext(stop) as stopping:
                build = Build(
                    survey=seen,
                    selected=chosen,
                    authority=allowed,
                    notify=notify,
                    jobs=options.jobs or os.cpu_count() or 1,
                    patience=patience or Patience(),
                    fail_fast=options.fail_fast,
                    stop=stopping,
                )
                outcome = _finished(build, seen)
            advice = single_copy(workspace, seen.lock)
            if advice is not None:
                notify(advice)
            if ended is not None:
                ended(seen, outcome)
            return outcome
    finally:
        workspace.close()


def build(
    path: Path | str = ".",
    *,
    names: Iterable[str] = (),
    regenerate: Iterable[str] = (),
    overwrite: bool = False,
    max_cost: Decimal | float | str | None = None,
    notify: Notify | None = None,
) -> Outcome:
    """Make the assets of the project at `path` that are stale. Money is spent only under `max_cost` (USD) or `policy.max_cost`.

    Raises UsageError for a `max_cost` that is no amount of money.
    """
    options = Options(
        names=tuple(names),
        regenerate=tuple(regenerate),
        overwrite=overwrite,
        max_cost=None if max_cost is None else dollars(max_cost, hint='max_cost="2.50"'),
    )
    return run(path, options, notify or (lambda _: None))


def _finished(build: Build, seen: Survey) -> Outcome:
    try:
        return replace(build.run(), left=_left(seen))
    except KeyboardInterrupt as stopped:
        raise Interrupted(_left(seen)) from stopped


def _left(seen: Survey) -> tuple[str, ...]:
    """Who was to be regenerated, and has neither a new picture nor an open job that will bring one or must be resolved."""
    rows = seen.workspace.journal.rows()
    asked = {row.gen_key for row in rows if row.state not in (JobState.SPOILED, JobState.ABANDONED)}
    wanted = (seen.planner.settled[name] for name in seen.planner.choices.regenerate)
    return tuple(sorted(planned.name for planned in wanted if planned.asset.generated and planned.gen_key not in asked))


def _choices(workspace: Workspace, options: Options) -> Choices:
    if options.order is not None:
        return terms.choices(options.order, workspace, workspace.lock.read())
    again = renewed(options.regenerate, workspace.manifest.assets)
    return Choices(regenerate=again, overwrite=options.overwrite, max_cost=_ceiling(workspace, options))


def _ceiling(workspace: Workspace, options: Options) -> Decimal | None:
    return policy(workspace) if options.max_cost is None else options.max_cost


def _selected(options: Options, workspace: Workspace) -> frozenset[str]:
    """The assets to build: the selected ones and what they are made from."""
    assets = workspace.manifest.assets
    words = options.names or options.regenerate
    return closure(select(words, assets) | frozenset(options.regenerate), assets)


def _agreed(seen: Survey, options: Options, confirm: Confirm | None, notify: Notify) -> tuple[frozenset[str], Authority]:
    """What is built, and what may be spent on it. Raises Moved where an order does not fit any more."""
    if options.order is None:
        chosen = _selected(options, seen.workspace)
        return chosen, _authority(seen, options, chosen, confirm)
    found = terms.terms(options.order, seen)
    allowed = terms.bounded(_authority(seen, options, found.selected, None), found, options.order, seen.workspace.environ)
    if found.left and found.due:
        notify(Noted(message=found.note))
    return found.selected, allowed


def _authority(seen: Survey, options: Options, chosen: frozenset[str], confirm: Confirm | None) -> Authority:
    environ = seen.workspace.environ
    # Who changes a manifest in a pull request is not who says what CI may spend.
    ceiling = options.max_cost if in_ci(environ) else _ceiling(seen.workspace, options)
    found = authority(ceiling=ceiling, agreed=options.agreed, environ=environ, free_only=options.free_only)
    asks = found.refusal is not None and not options.free_only and not unattended(environ)
    if not asks or confirm is None or not any(seen.plan.assets[name].costs for name in chosen):
        return found
    if confirm(seen.plan, chosen):
        return replace(found, refusal=None, hint="")
    return replace(found, refusal="you said no", hint="")


def _todo(plan: Plan, chosen: frozenset[str]) -> int:
    """How many of the chosen assets have work before them: those that wait for a person or are blocked have none."""
    resting = (State.FRESH, State.BLOCKED, State.WAITS)
    return sum(1 for name in chosen if plan.assets[name].buys or plan.assets[name].state not in resting)


@contextmanager
def _interrupts(notify: Notify) -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM ask for a stop; a second one leaves at once. Only in the main thread, where signals arrive."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def asked(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        notify(Noted(message="stopping: nothing new is sent; requests without a job id are waited for", hint="Ctrl-C again leaves at once"))

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
