"""Writes the state of a project in which nothing is to be done or said, from which `assetgen.noop` answers until something is touched.

Where something cannot be relied on, none is written: the next run then takes its time, and nothing else is lost.
"""

import contextlib
import os
import secrets
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assetgen import noop
from assetgen.engine import grounds
from assetgen.engine.advice import SAID
from assetgen.engine.looks import TICK, Clock, Looks, TouchedError
from assetgen.engine.outcome import Outcome, Status
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.engine.workspace import Workspace
from assetgen.errors import UsageError
from assetgen.noop import places, state
from assetgen.plan.facts import Choices
from assetgen.plan.states import Plan, State
from assetgen.store import atomic, location

_MOST_STATES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command prints where there is nothing to do. `day`: on this day only."""

    out: str
    err: str = ""
    day: int | None = None


NOTHING = Said(out="")
"""For a command that has something to do."""


def all_fresh(plan: Plan) -> bool:
    """Whether nothing is left to do, and no job is in flight."""
    return not plan.jobs and all(planned.state is State.FRESH for planned in plan.assets.values())


def settled(seen: Survey, outcome: Outcome) -> Survey:
    """A look at what a build left: its own if it did nothing, else another one. The caller holds the project."""
    if all(result.status is Status.FRESH for result in outcome.results.values()):
        return seen
    # What was written just now is read when its moment is over, so that whatever is written later has another one.
    time.sleep(TICK * 1.25e-9)
    for path in (path for result in outcome.results.values() for path in result.written):
        seen.workspace.project.forget(path)
    return survey_workspace(seen.workspace, Choices(max_cost=seen.planner.choices.max_cost))


def unsaid(seen: Survey) -> bool:
    """Whether a build would say or write something although everything is fresh: of originals that lie in one place, of removed assets."""
    marked = all(seen.lock[name].removed for name in seen.plan.orphans)
    told = seen.workspace.manifest.originals != "store" or (seen.workspace.home / SAID).exists()
    return not marked or not (told or not any(map(seen.workspace.store.has, grounds.paid(seen))))


def keep(seen: Survey, check: Said, build: Said, *, since: int = noop.STARTED) -> bool:
    """Write the state of a project that is all fresh, for `check` and `build`; returns whether it was written.

    `since` is the `time.monotonic_ns` before which nothing was read.
    """

    def look(looks: Looks) -> None:
        grounds.everywhere(looks, seen.workspace)
        grounds.planned(looks, seen)
        if build.out and seen.workspace.manifest.originals == "store":
            grounds.advice(looks, seen)

    return _keep(seen.workspace, state.BOTH, (check, build), look, since)


def keep_linted(workspace: Workspace, lint: Said, *, since: int = noop.STARTED) -> bool:
    """As `keep`, of a project in which `lint` has found nothing."""

    def look(looks: Looks) -> None:
        grounds.everywhere(looks, workspace)
        grounds.linted(looks, workspace)

    return _keep(workspace, state.LINT, (lint, NOTHING), look, since)


def _keep(workspace: Workspace, commands: str, said: Sequence[Said], look: Callable[[Looks], None], since: int) -> bool:
    root = str(workspace.root)
    try:
        home = workspace.home
        # A folder that a person sees is not made by a command that only looks.
        if (home.name == location.PLAIN and not home.is_dir()) or places.home_of(root) != str(home):
            return False
        location.make(home)
        _write(home, Path(state.place(str(home), root, commands)), lambda clock: _state(workspace, said, look, clock, since))
    except (OSError, ValueError, OverflowError, UsageError, TouchedError):
        # A state that cannot be written, or relied on, is none.
        return False
    return True


def _write(home: Path, path: Path, made: Callable[[Clock], bytes]) -> None:
    temp = home / f"{atomic.TEMP}{secrets.token_hex(8)}"
    try:
        with temp.open("xb") as file:
            file.write(made(Clock.of(file.fileno())))
        path.parent.mkdir(exist_ok=True)
        temp.replace(path)
    finally:
        _remove(temp)
    _prune(path.parent)


def _state(workspace: Workspace, said: Sequence[Said], look: Callable[[Looks], None], clock: Clock, since: int) -> bytes:
    looks = Looks(root=str(workspace.root), clock=clock, since=since)
    look(looks)
    day = next((str(each.day) for each in said if each.day is not None), "")
    git = places.asks_git(looks.root) if (workspace.root / ".env").exists() else ""
    found, paths = looks.dump()
    originals = "" if workspace.manifest.originals == "store" else workspace.manifest.originals
    printed = [text for each in said for text in (each.out, each.err)]
    texts = [looks.root, state.circumstances(looks.root), day, git, originals, *printed, *paths]
    body = array("q", [len(found), *found]).tobytes() + b"\0".join(map(os.fsencode, texts))
    return state.MAGIC + state.seal(body) + body


def _prune(folder: Path) -> None:
    """Remove the states of projects that are gone."""
    states = list(folder.iterdir())
    for path in states if len(states) > _MOST_STATES else ():
        found = state.read(str(path))
        if found is None or not Path(found.root).is_dir():
            _remove(path)


def _remove(path: Path) -> None:
    """Whether a temp or an old state goes does not matter to anybody."""
    with contextlib.suppress(OSError):
        path.unlink()
