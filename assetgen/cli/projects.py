"""`--all-projects` and `--tracked`: one command for every project of a repository, as a hook or CI wants it."""

import functools
import os
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from assetgen.cli import app
from assetgen.cli.session import Session
from assetgen.engine.projects import projects, top, untracked
from assetgen.engine.workspace import opened
from assetgen.errors import AssetgenError, UsageError
from assetgen.report import words
from assetgen.report.text import Painted

Command = Callable[..., int | None]
# What names assets of one project, or allows an amount that several projects would spend several times.
_OF_ONE = {"names": "NAMES", "regenerate": "--regenerate", "max_cost": "--max-cost"}


def everywhere(command: Command) -> Command:
    """Let a command run in every project of the repository. Stands just below the decorator that gives it the session."""

    @click.option("--all-projects", is_flag=True, help="Do it in every project of this git repository.")
    @click.option("--exclude", metavar="DIR", multiple=True, help="With --all-projects: leave out the projects in this folder.")
    @functools.wraps(command)
    def wrapped(session: Session, /, *args: object, all_projects: bool, exclude: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - click made them
        asked = functools.partial(_ask, session, command, args, given)
        if all_projects:
            _refuse_single(session, given)
            return _run(session, _chosen(session, exclude), asked)
        if exclude:
            raise UsageError("--exclude is for --all-projects", hint=f"--all-projects --exclude {exclude[0]}")
        return asked()

    return wrapped


def tracked(command: Command) -> Command:
    """As `everywhere`, for a command that can also compare the files of a project with those that git has."""
    option = click.option("--tracked", "must_track", is_flag=True, help="Exit 1 also where git lacks a file of the project.")
    return option(everywhere(command))


def _ask(session: Session, command: Command, args: tuple[object, ...], given: dict[str, Any]) -> int:
    """Run a command in one project, and compare its files with those that git has, if that was asked for."""
    rest = {name: value for name, value in given.items() if name != "must_track"}
    code = command(session, *args, **rest) or 0
    if not given.get("must_track") or code >= app.INTERRUPTED:
        return code
    with opened(session.path) as workspace:
        found = untracked(workspace)
        paths = [os.path.relpath(workspace.root / path) for path in found.paths]
    if not paths:
        return code
    force = ("-f",) if found.ignored else ()
    are, them = ("is", "it") if len(paths) == 1 else ("are", "them")
    message = f"{words.count(len(paths), 'file')} of the project {are} not in git, and no clone would have {them}"
    return max(code, app.failed(session, AssetgenError(message, hint=shlex.join(["git", "add", *force, *paths]))))


def _refuse_single(session: Session, given: dict[str, Any]) -> None:
    for key, word in _OF_ONE.items():
        if given.get(key):
            raise UsageError(f"{word} is for one project, not for --all-projects", hint="name the project: -C DIR")
    if session.output == "json":
        raise UsageError("--json prints one document, about one project", hint="name the project: -C DIR")


def _chosen(session: Session, excluded: Iterable[str]) -> list[Path]:
    """The projects that are not left out."""
    found = every = projects(session.path)
    if not every:
        session.terminal.note("git tracks no project here", "git add assetgen.toml")
    for name in excluded:
        folder = Path(name).resolve()
        if every and not any(root.is_relative_to(folder) for root in every):
            # No failure: the folder may be gone in one commit, and the arguments of a hook stand in a file of all.
            session.terminal.note(f'--exclude: there is no project in "{name}"')
        found = [root for root in found if not root.is_relative_to(folder)]
    if every and not found:
        session.terminal.note("every project here is left out by --exclude")
    return found


def _run(session: Session, roots: list[Path], command: Callable[[], int]) -> int:
    """Run a command in each project, whatever becomes of the others; returns the worst exit code."""
    worst, here = 0, (top(session.path) or session.path.resolve())
    for root in roots:
        folder = root.relative_to(here).as_posix() if root.is_relative_to(here) else str(root)
        session.enter(root, os.path.relpath(root))
        if len(roots) > 1 and session.speaks:
            session.terminal.say(Painted(f"{folder}:", "strong"))
        code = _attempt(session, command)
        if len(roots) > 1 and session.quiet and code:
            session.terminal.error(f'"{folder}" ended with exit code {code}', session.again("status"))
        worst = max(worst, code)
        if code == app.INTERRUPTED:
            break
    return worst


def _attempt(session: Session, command: Callable[[], int]) -> int:
    try:
        return command()
    except BrokenPipeError:
        raise
    except (AssetgenError, OSError) as error:
        return app.failed(session, error)
