"""Where a project keeps its store, journal, ledger and state: the common git directory, or `.assetgen/` outside git.

What was begun in `.assetgen/` stays there when the project comes into a git repository later: it says what was bought.
"""

import subprocess
from pathlib import Path

from assetgen.errors import UsageError
from assetgen.store import atomic, git

PLAIN = ".assetgen"
_PARTS = ("cas", "ac", "journal", "ledger.jsonl")
_IGNORE = ".gitignore"


def git_folders(root: Path) -> tuple[Path, Path] | None:
    """The top of the work tree that holds `root`, and its common git directory (shared by linked worktrees); None outside git."""
    for top in (root, *root.parents):
        dot = top / ".git"
        if dot.is_dir():
            return top, dot
        if dot.is_file():
            return top, _common(dot)
    return None


def home(root: Path) -> Path:
    """The folder of the store for the project at `root`."""
    found = _repository(root)
    return found[1] / "assetgen" if found else root / PLAIN


def name(root: Path) -> str:
    """The project's name inside that folder: its path below the work tree, "." at the top or where it has the folder to itself."""
    found = _repository(root)
    return root.relative_to(found[0]).as_posix() if found else "."


def make(home: Path) -> None:
    """Make the folder of the store, and keep it out of git, whenever the project should come into a repository."""
    home.mkdir(parents=True, exist_ok=True)
    if home.name == PLAIN and not (home / _IGNORE).exists():
        atomic.write(home / _IGNORE, b"*\n")


def _repository(root: Path) -> tuple[Path, Path] | None:
    """As `git_folders`, where git's directory is the place of the store; None where `.assetgen/` is."""
    plain = root / PLAIN
    begun = any((plain / part).exists() for part in _PARTS)
    found = git_folders(root)
    return None if begun and found and not _tracked(root, found[1]) else found


def _tracked(root: Path, directory: Path) -> bool:
    """Whether git tracks `.assetgen`: then it came with the repository, from anybody, and says nothing of what was bought here."""
    try:
        return bool(git.run(root, "ls-files", "-z", "--", f":(icase){PLAIN}"))
    except (OSError, subprocess.CalledProcessError) as error:
        message = f'git cannot say whether "{root / PLAIN}" came with the repository'
        raise UsageError(message, hint=f'if it is yours: mv "{root / PLAIN}" "{directory / "assetgen"}"') from error


def _common(dot: Path) -> Path:
    """Follow the `.git` file of a linked worktree or submodule (gitrepository-layout(5))."""
    text = dot.read_text().strip()
    if not text.startswith("gitdir: "):
        raise UsageError(f'"{dot}" is not a git file', hint="git worktree repair")
    gitdir = (dot.parent / text.removeprefix("gitdir: ")).resolve()
    pointer = gitdir / "commondir"
    return (gitdir / pointer.read_text().strip()).resolve() if pointer.is_file() else gitdir
