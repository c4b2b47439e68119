"""Where a project keeps its store, journal, ledger and state: the common git directory, or `.assetgen/` outside git."""

from pathlib import Path

from assetgen.errors import UsageError

PLAIN = ".assetgen"


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
    found = git_folders(root)
    return found[1] / "assetgen" if found else root / PLAIN


def name(root: Path) -> str:
    """The project's name inside that folder: its path below the work tree, "." at the top."""
    found = git_folders(root)
    return root.relative_to(found[0]).as_posix() if found else "."


def _common(dot: Path) -> Path:
    """Follow the `.git` file of a linked worktree or submodule (gitrepository-layout(5))."""
    text = dot.read_text().strip()
    if not text.startswith("gitdir: "):
        raise UsageError(f'"{dot}" is not a git file', hint="git worktree repair")
    gitdir = (dot.parent / text.removeprefix("gitdir: ")).resolve()
    pointer = gitdir / "commondir"
    return (gitdir / pointer.read_text().strip()).resolve() if pointer.is_file() else gitdir
