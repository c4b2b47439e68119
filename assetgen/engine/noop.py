"""Writes the state of a project that is all fresh, from which `assetgen.noop` answers as long as nothing is touched.

Where something cannot be relied on, none is written: the next run then takes its time, and nothing else is lost.
"""

import contextlib
import os
import secrets
import sys
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path

from platformdirs import user_config_dir

from assetgen import noop, plugins
from assetgen.engine.advice import SAID
from assetgen.engine.looks import TICK, Clock, Looks, TouchedError
from assetgen.engine.outcome import Outcome, Status
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.engine.workspace import Workspace
from assetgen.files import Project, numbers
from assetgen.model import LOCK
from assetgen.plan.facts import Choices
from assetgen.plan.states import Plan, State
from assetgen.store import atomic, location

_MOST_FOLDERS = 5_000
_MOST_STATES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command prints where everything is fresh. `day`: on this day only."""

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
    return not marked or not (told or not any(map(seen.workspace.store.has, _paid(seen))))


def keep(seen: Survey, check: Said, build: Said, *, since: int = noop.STARTED) -> bool:
    """Write the state of a project that is all fresh; returns whether it was written.

    `since` is the `time.monotonic_ns` before which nothing was read.
    """
    root, home = str(seen.workspace.root), seen.workspace.home
    # A folder that a person sees is not made by a command that only looks.
    if home.name == location.PLAIN and not home.is_dir():
        return False
    temp = home / f"{atomic.TEMP}{secrets.token_hex(8)}"
    try:
        if noop.home_of(root) != str(home):
            return False
        location.make(home)
        with temp.open("xb") as file:
            file.write(_state(seen, check, build, Looks(root=root, clock=Clock.of(file.fileno()), since=since)))
        path = Path(noop.place(str(home), root))
        path.parent.mkdir(exist_ok=True)
        temp.replace(path)
        _prune(path.parent)
    except (OSError, ValueError, OverflowError, TouchedError):
        # A state that cannot be written, or relied on, is none.
        _remove(temp)
        return False
    return True


def _state(seen: Survey, check: Said, build: Said, looks: Looks) -> bytes:
    workspace, root = seen.workspace, looks.root
    for path, look in workspace.project.looks.items():
        looks.file(path, look)
    _lock(looks, seen)
    _globs(looks, workspace.project)
    for path in _settings(workspace):
        looks.any(path)
    _program(looks)
    now = time.monotonic_ns()
    for folder in (workspace.manifest.inbox, workspace.manifest.originals):
        looks.any(f"{root}/{folder}", now)
    if build.out and workspace.manifest.originals == "store":
        _advice(looks, seen)
    day = next((str(said.day) for said in (check, build) if said.day is not None), "")
    git = noop.asks_git(root) if (workspace.root / ".env").exists() else ""
    found, paths = looks.dump()
    originals = "" if workspace.manifest.originals == "store" else f"{workspace.manifest.originals}/"
    texts = [root, noop.circumstances(root), day, git, originals, check.out, check.err, build.out, build.err, *paths]
    body = array("q", [len(found), *found]).tobytes() + b"\0".join(map(os.fsencode, texts))
    return noop.MAGIC + noop.seal(body) + body


def _lock(looks: Looks, seen: Survey) -> None:
    """The lock is read anew, since a build may have written it."""
    path = seen.workspace.root / LOCK
    found, read = (numbers(path.stat()) if path.exists() else None), time.monotonic_ns()
    if seen.workspace.lock.read() != seen.lock:
        raise TouchedError(LOCK)
    looks.file(LOCK, None if found is None else (found, read))


def _globs(looks: Looks, project: Project) -> None:
    """The folders in which included files were looked for: whoever adds one changes its folder."""
    for pattern, members in list(project.globs.items()):
        folders = {folder: numbers(os.stat(folder)) if os.path.exists(folder) else None for folder in _searched(str(project.root), pattern)}
        read = time.monotonic_ns()
        if project.glob(pattern) != members:
            raise TouchedError(pattern)
        for folder, found in folders.items():
            if found is None:
                looks.gone(folder)
            else:
                looks.other(folder, found, read)


def _searched(root: str, pattern: str) -> Iterator[str]:
    """The folders that a pattern looks into; a link to nothing may become a member without changing any."""
    folders = [root]
    *parts, last = pattern.split("/")
    for part in parts:
        if part == "**":
            folders = [folder for start in folders for folder, _, _ in os.walk(start)]
        elif any(wild in part for wild in "*?["):
            yield from folders
            folders = [entry.path for folder in folders for entry in os.scandir(folder) if fnmatchcase(entry.name, part) and entry.is_dir()]
        else:
            named = [f"{folder}/{part}" for folder in folders]
            folders = [folder for folder in named if os.path.isdir(folder)]
            yield from (folder for folder in named if not os.path.isdir(folder))
        if len(folders) > _MOST_FOLDERS:
            raise TouchedError(pattern)
    yield from folders
    for entry in (entry for folder in folders for entry in os.scandir(folder)):
        if fnmatchcase(entry.name, last) and not entry.is_file() and entry.is_symlink():
            raise TouchedError(entry.path)


def _settings(workspace: Workspace) -> Iterator[str]:
    """Files that decide what is read, and that nobody has to write."""
    yield str(workspace.root / ".env")
    yield workspace.environ.get("ASSETGEN_CONFIG") or str(Path(user_config_dir("assetgen")) / "config.toml")


def _program(looks: Looks) -> None:
    """The code that decided, and the folders in which plug-ins are found."""
    points = [point for group in (plugins.PROVIDERS, plugins.OPS) for point in plugins.found(group).values()]
    tops = {point.module.partition(".")[0] for point in points} | {"assetgen"}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in tops and file:
            looks.any(file)
    for entry in resources.files("assetgen.catalog").iterdir():
        looks.any(str(entry))
    for folder in sys.path:
        if not folder:
            raise TouchedError("the current folder is searched for plug-ins, whichever it is")
        found = os.scandir(folder) if os.path.isdir(folder) else ()
        brought = [entry.path for entry in found if entry.name.endswith((".dist-info", ".egg-info"))]
        # The folder of the project itself may be among them, and a build writes the lock there.
        looks.any(folder, None if brought or folder != looks.root else time.monotonic_ns())
        for path in brought:
            looks.any(f"{path}/entry_points.txt")


def _advice(looks: Looks, seen: Survey) -> None:
    """What `assetgen.engine.advice` goes by."""
    said = seen.workspace.home / SAID
    if said.exists():
        looks.any(str(said), time.monotonic_ns())
        return
    for sha256 in _paid(seen):
        looks.gone(str(seen.workspace.store.cas / sha256))


def _paid(seen: Survey) -> set[str]:
    """The originals in the lock that cost money or a person's work."""
    return {block.original.sha256 for block in seen.lock.values() if block.original is not None and block.original.paid}


def _prune(folder: Path) -> None:
    """Remove the states of projects that are gone."""
    states = list(folder.iterdir())
    for path in states if len(states) > _MOST_STATES else ():
        state = noop.read(str(path))
        if state is None or not Path(os.fsdecode(state[1][0])).is_dir():
            _remove(path)


def _remove(path: Path) -> None:
    """Whether a temp or an old state goes does not matter to anybody."""
    with contextlib.suppress(OSError):
        path.unlink()
