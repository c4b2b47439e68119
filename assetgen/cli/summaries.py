"""`--summary`: what is appended to the file that a CI service shows, and the addresses of pictures that are committed there."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from assetgen.cli.session import Session
from assetgen.engine.outcome import Outcome
from assetgen.engine.workspace import locate, opened
from assetgen.errors import AssetgenError, UsageError, of_system
from assetgen.plan.states import AssetPlan
from assetgen.report import summary
from assetgen.store import git, location
from assetgen.watch.files import inputs

_SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
_SERVER = re.compile(r"https?://[\w.:-]+")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# The files that services name have no ending. Manifests, locks and pictures have others, so that no output is ever meant.
_ENDINGS = ("", ".md", ".markdown", ".txt")
_OURS = frozenset({".git", location.PLAIN})


def begin(session: Session, path: Path, besides: Iterable[str]) -> None:
    """See that the file can be appended to, and is for that: not one of the project, nor one of those `besides`. Raises UsageError."""
    real = Path(os.path.realpath(path))
    if real.suffix.lower() not in _ENDINGS or real.name.startswith(".env") or not _OURS.isdisjoint(real.parts):
        raise UsageError(f'--summary: "{path}" is no Markdown file', hint="--summary summary.md")
    if real in {Path(os.path.realpath(other)) for other in besides} or real in _read(session, real):
        raise UsageError(f'--summary: "{path}" is used for something else', hint="--summary summary.md")
    try:
        path.open("ab").close()
    except OSError as error:
        raise UsageError(f"--summary: {of_system(error)}", hint="--summary summary.md") from error


def plans(session: Session, command: str, found: Sequence[AssetPlan]) -> None:
    """Append what `check` or `plan` found, if a summary was asked for."""
    path = _path(session)
    if path is not None:
        append(path, summary.of_plans(f"{command}{_project(session)}", found, _pictures(session)))


def results(session: Session, outcome: Outcome) -> None:
    """Append how a build ended, if a summary was asked for."""
    path = _path(session)
    if path is not None and session.report is not None:
        title, ended = f"{session.report.command}{_project(session)}", list(outcome.results.values())
        append(path, summary.of_results(title, outcome.plan.assets, ended, outcome.spent, _pictures(session)))


def append(path: Path, made: summary.Summary) -> None:
    """Write it behind what the file holds, within what a service takes."""
    with path.open("ab") as file:
        file.write(made.text(max(0, summary.LIMIT - file.tell())).encode())


def _path(session: Session) -> Path | None:
    return session.report.summary if session.report is not None else None


def _read(session: Session, path: Path) -> set[Path]:
    """The files that the project is made from, where this may be one of them."""
    try:
        if not path.is_relative_to(locate(session.path)) or not path.exists():
            return set()
        with opened(session.path) as workspace:
            manifest = workspace.manifest
            made_from = (inputs(asset, workspace.ops) for asset in manifest.assets.values())
            return {(workspace.root / name).resolve() for name in chain(manifest.files, *made_from)}
    except AssetgenError:  # the command itself tells it
        return set()


def _project(session: Session) -> str:
    """Which of several projects of a repository it is about."""
    name = location.name(locate(session.path))
    return "" if name == "." else f": {summary.markdown(name)}"


def _pictures(session: Session) -> Mapping[str, str]:
    """The addresses of committed pictures, by their paths in the project. GitHub shows no picture that stands in the summary itself."""
    server, repository, commit = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    root = locate(session.path)
    found = location.git_folders(root)
    if found is None or not (_SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository) and _COMMIT.fullmatch(commit)):
        return {}
    top, prefix = found[0], root.relative_to(found[0]).as_posix()
    try:
        listed = git.ask(top, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    except OSError:  # without git, nothing is known to be committed, as where it fails
        return {}
    base = "" if prefix == "." else f"{prefix}/"
    return {
        path.removeprefix(base): f"{server}/{repository}/raw/{commit}/{quote(path)}"
        for path in git.paths(listed.stdout)
        if path.startswith(base) and path.lower().endswith(_SHOWN)
    }
