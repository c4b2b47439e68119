"""`--summary`: what is appended to the file that a CI service shows, and the addresses of pictures that are committed there."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from assetgen.cli.session import Session
from assetgen.engine.outcome import Outcome
from assetgen.engine.workspace import locate
from assetgen.plan.states import AssetPlan
from assetgen.report import summary
from assetgen.store import location

_SHOWN = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif")
_SERVER = re.compile(r"https?://[\w.:-]+")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


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
    listed = subprocess.run(["git", "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit], cwd=top, check=False, capture_output=True)
    base = "" if prefix == "." else f"{prefix}/"
    return {
        path.removeprefix(base): f"{server}/{repository}/raw/{commit}/{quote(path)}"
        for path in os.fsdecode(listed.stdout).split("\0")
        if path.startswith(base) and path.lower().endswith(_SHOWN)
    }
