"""Where a project and its store lie, as `assetgen.engine.workspace` and `assetgen.store.location` find them, and what git says of them.

Only what Python has loaded by itself is imported.
"""

import os

TYPE_CHECKING = False  # as typing has it, which takes longer to import than all of this takes to run
if TYPE_CHECKING:
    from collections.abc import Iterator

# What git goes by in all folders; the rest it sets itself for a hook, about another one.
_GIT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_BEGUN = ("cas", "ac", "journal", "ledger.jsonl")


def root_of(start: str) -> str | None:
    """The folder of the nearest manifest (`assetgen.engine.workspace.locate`)."""
    for folder in _upward(start):
        if os.path.isfile(os.path.join(folder, "assetgen.toml")):
            return folder
        if os.path.exists(os.path.join(folder, ".git")):
            return None
    return None


def roots_of(top: str) -> list[str]:
    """The projects that git tracks (`assetgen.engine.projects`)."""
    code, listed = git(top, "ls-files", "-z", "--cached", "--", ":(top,glob)**/assetgen.toml")
    found = sorted(dict.fromkeys(os.fsdecode(path) for path in listed.split(b"\0") if path))
    files = [os.path.join(top, path) for path in found]
    return [os.path.dirname(path) for path in files if os.path.isfile(path)] if code == 0 else []


def top_of(start: str) -> str | None:
    """The folder of the work tree that holds `start`; None outside git."""
    return next((folder for folder in _upward(start) if _git_directory(folder)), None)


def home_of(root: str) -> str | None:
    """The folder of the store (`assetgen.store.location.home`); None where git cannot say whose it is."""
    plain = os.path.join(root, ".assetgen")
    directory = next(filter(None, map(_git_directory, _upward(root))), None)
    if directory is None:
        return plain
    if any(os.path.exists(os.path.join(plain, part)) for part in _BEGUN):
        code, _ = git(root, "ls-files", "--error-unmatch", "--", ":(icase).assetgen")
        if code != 0:
            return plain if code == 1 else None
    return os.path.join(directory, "assetgen")


def asks_git(root: str) -> str:
    """What git says of `.env`, which decides what is said of it and what it may set."""
    return str(git(root, "check-ignore", "-q", ".env")[0])


def lacks(root: str, needed: "Iterator[bytes]", originals: str) -> bool:
    """Whether git may lack one of the files, or one of committed originals, or cannot say (`assetgen.engine.projects.untracked`)."""
    code, listed = git(root, "ls-files", "-z", "--cached")
    if code != 0 or not set(listed.split(b"\0")).issuperset(needed):
        return True
    if not originals:
        return False
    code, listed = git(root, "ls-files", "-z", "--others", "--exclude-standard", "--", f":(literal){originals}")
    return code != 0 or bool(listed)


def git(root: str, *words: str) -> tuple[int, bytes]:
    """The exit code of git in a folder, and what it printed; -1 where there is no git."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_GIT)}
    out, inside = os.pipe()
    with open(out, "rb") as file:
        try:
            actions = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 2)]
            child = os.posix_spawnp("git", ["git", "-C", root, *words], environ, file_actions=[*actions, (os.POSIX_SPAWN_DUP2, inside, 1)])
        except OSError:
            return -1, b""
        finally:
            os.close(inside)
        printed = file.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), printed


def _upward(folder: str) -> "Iterator[str]":
    while True:
        yield folder
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return


def _git_directory(folder: str) -> str | None:
    """The directory of git that all worktrees share, if this folder is the top of one."""
    dot = os.path.join(folder, ".git")
    if os.path.isdir(dot):
        return dot
    if not os.path.isfile(dot):
        return None
    text = _text(dot)
    if not text.startswith("gitdir: "):
        raise ValueError(dot)
    directory = os.path.realpath(os.path.join(folder, text.removeprefix("gitdir: ")))
    pointer = os.path.join(directory, "commondir")
    return os.path.realpath(os.path.join(directory, _text(pointer))) if os.path.isfile(pointer) else directory


def _text(path: str) -> str:
    with open(path, "rb") as file:
        return os.fsdecode(file.read().strip())
