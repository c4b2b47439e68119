"""Answers `check` and `build` at once where nothing was touched since a full look found everything fresh.

It reads a state that `assetgen.engine.noop` wrote. Only what Python has loaded by itself is imported; whatever is odd is left to the full
look. docs/design.md tells what is trusted, and why.
"""

import os
import sys
import time

TYPE_CHECKING = False  # as typing has it, which takes longer to import than all of this takes to run
if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"assetgen noop 1\n"
FOLDER = "fresh"
STARTED = time.monotonic_ns()
"""When this process began to read, for whoever must know what was touched since."""

_SEAL = 16
_TEXTS = 9
_QUIET = frozenset({"-q", "--quiet"})
_GLOBAL = _QUIET | {"--no-color"}
_WIDE = frozenset({"--all-projects", "--tracked"})
# What changes nothing where everything is fresh.
_IDLE = {
    "check": frozenset({"--allow-waits"}),
    "build": frozenset({"-y", "--yes", "--free", "--overwrite", "--fail-fast"}),
}
_SECRET = ("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL")
_STEERING = ("ASSETGEN_", "GITHUB_ACTIONS", "XDG_CONFIG_", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
# What git goes by in all folders; the rest it sets itself for a hook, about another one.
_GIT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_BEGUN = ("cas", "ac", "journal", "ledger.jsonl")
_OPEN = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def answered(words: list[str]) -> bool:
    """Whether the command was answered here, with what the full look would print; it then ends with 0."""
    asked = _asked(words)
    if asked is None or not hasattr(os, "posix_spawnp") or "_ASSETGEN_COMPLETE" in os.environ:
        return False
    try:
        found = _answer(*asked)
        return found is not None and (not asked[2].isdisjoint(_QUIET) or _say(*found))
    except (OSError, ValueError, TypeError, ImportError, StopIteration):
        return False


def _say(out: str, err: str, plain: bool) -> bool:  # noqa: FBT001 - as `_answer` gives it
    """Print an answer, where it looks as the full look would have it."""
    if sys.stdout is None or sys.stderr is None:
        return False
    if not plain and (sys.stdout.isatty() or sys.stderr.isatty()):  # some of it has colours there
        return False
    texts = out.encode(sys.stdout.encoding), err.encode(sys.stderr.encoding)
    # Not through their buffers: what fails here is left to the full look, and must not be written once more at the end.
    try:
        for stream, text in zip((sys.stdout, sys.stderr), texts, strict=True):
            left = text
            while left:
                left = left[os.write(stream.fileno(), left) :]
    except BrokenPipeError:
        pass  # whoever reads has gone, which is no failure
    return True


def _asked(words: list[str]) -> tuple[str, str, frozenset[str]] | None:
    """The command, its folder and its options; None for whatever needs a closer look."""
    rest, directory = list(words), "."
    if "-C" in rest:
        at = rest.index("-C")
        if at + 1 == len(rest) or rest[at + 1][:1] in ("", "-"):
            return None
        directory = rest[at + 1]
        del rest[at : at + 2]
    named = [word for word in rest if word not in _GLOBAL]
    if not named or named[0] not in _IDLE or not (_IDLE[named[0]] | _WIDE).issuperset(named[1:]):
        return None
    return named[0], directory, frozenset(rest)


def _answer(command: str, directory: str, flags: frozenset[str]) -> tuple[str, str, bool] | None:
    """What is printed (stdout, stderr) for one project or all of a repository, and whether it looks the same on a terminal."""
    start = os.path.realpath(directory)
    top = next((folder for folder in _upward(start) if _git_directory(folder)), None) if "--all-projects" in flags else None
    roots = [root for root in [root_of(start)] if root] if top is None else _projects(top)
    out = err = ""
    for root in roots:
        found = fresh(command, root, tracked="--tracked" in flags)
        if found is None:
            return None
        out += (f"{os.path.relpath(root, top)}:\n" if len(roots) > 1 else "") + found[0]
        err += found[1]
    return (out, err, not err and len(roots) == 1) if roots else None


def _projects(top: str) -> list[str]:
    """The projects that git tracks (`assetgen.engine.projects`)."""
    code, listed = git(top, "ls-files", "-z", "--cached", "--", ":(top,glob)**/assetgen.toml")
    found = sorted(dict.fromkeys(os.fsdecode(path) for path in listed.split(b"\0") if path))
    files = [os.path.join(top, path) for path in found]
    return [os.path.dirname(path) for path in files if os.path.isfile(path)] if code == 0 else []


def fresh(command: str, root: str, *, tracked: bool = False) -> tuple[str, str] | None:
    """What a command prints (stdout, stderr) for a project, if a full look would find it fresh; else None.

    `tracked`: and if git has every file of it.
    """
    home = home_of(root)
    if home is None or _open_jobs(home):
        return None
    state = read(place(home, root))
    if state is None:
        return None
    numbers, texts = state
    known, day, ignored, originals, *said = (text.decode() for text in texts[1:_TEXTS])
    out, err = said[:2] if command == "check" else said[2:]
    if not out or known != circumstances(root) or (day and int(day) != today()) or (ignored and ignored != asks_git(root)):
        return None
    if not _untouched(texts[_TEXTS:], iter(numbers)):
        return None
    return None if tracked and _lacks(root, originals, iter(texts[_TEXTS:]), iter(numbers)) else (out, err)


def root_of(start: str) -> str | None:
    """The folder of the nearest manifest (`assetgen.engine.workspace.locate`)."""
    for folder in _upward(start):
        if os.path.isfile(os.path.join(folder, "assetgen.toml")):
            return folder
        if os.path.exists(os.path.join(folder, ".git")):
            return None
    return None


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


def place(home: str, root: str) -> str:
    """The file of a project's state, for this installation of assetgen."""
    return os.path.join(home, FOLDER, seal(b"\0".join(map(os.fsencode, (root, sys.prefix))))[:8].hex())


def circumstances(root: str) -> str:
    """A digest of all that must be as it was beside files: the program, where it finds plug-ins, the user, what variables steer it."""
    environ = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(_STEERING) or _secret(name))
    version = vars(sys.modules["assetgen"])["__version__"]
    facts = (root, version, sys.version, sys.byteorder, sys.getfilesystemencoding(), str(os.getuid()), *sys.path, "", *environ)
    return seal(b"\0".join(map(os.fsencode, facts))).hex()


def today() -> int:
    """The day in UTC, as a number: some notes count days."""
    return int(time.time() // 86_400)


def asks_git(root: str) -> str:
    """What git says of `.env`, which decides what is said of it and what it may set."""
    return str(git(root, "check-ignore", "-q", ".env")[0])


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


def seal(data: bytes | memoryview) -> bytes:
    """The digest by which a state is known to be whole."""
    from _blake2 import blake2b  # hashlib, which is the way to it, takes as long as all the rest

    return blake2b(data, digest_size=_SEAL).digest()


def _secret(name: str) -> bool:
    """Whether a variable may hold what is taken out of all that is printed."""
    upper = name.upper()
    return any(word in upper for word in _SECRET)


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


def _open_jobs(home: str) -> bool:
    """Whether paid jobs are in flight, of any project of this store: one of them may be for the same request."""
    try:
        return any(name.endswith(".json") for name in os.listdir(os.path.join(home, "journal")))
    except FileNotFoundError:
        return False


def read(path: str) -> tuple[memoryview, list[bytes]] | None:
    """The numbers and the texts of a state, if it is whole: MAGIC, its seal, how many numbers, the numbers, the texts.

    The first texts are the root, the circumstances, the day and the answer of git that it holds for, the folder of committed originals, and
    what both commands print.
    """
    with open(path, "rb") as file:
        data = memoryview(file.read())
    start = len(MAGIC) + _SEAL
    if data[: len(MAGIC)] != MAGIC or data[len(MAGIC) : start] != seal(data[start:]):
        return None
    numbers = data[start : start + (len(data) - start) // 8 * 8].cast("q")
    texts = bytes(data[start + 8 + 8 * numbers[0] :]).split(b"\0")
    return numbers[1 : numbers[0] + 1], texts


def _untouched(texts: list[bytes], numbers: "Iterator[int]") -> bool:
    """Whether every file is what it was: in folders of the project that no link leads to, then elsewhere, then those that were absent."""
    count, at, look = numbers.__next__, 0, os.stat
    for _ in range(count()):
        folder = os.open(texts[at], _OPEN)
        try:
            if os.fstat(folder).st_ino != count():
                return False
            start, at = at + 1, at + 1 + count()
            for name, ctime, mtime, size, inode in zip(texts[start:at], numbers, numbers, numbers, numbers, strict=False):
                found = look(name, dir_fd=folder, follow_symlinks=False)
                if found.st_ctime_ns != ctime or found.st_mtime_ns != mtime or found.st_size != size or found.st_ino != inode:
                    return False
        finally:
            os.close(folder)
    start, at = at, at + count()
    for path in texts[start:at]:
        found = look(path)
        if (found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino) != (count(), count(), count(), count()):
            return False
    return all(map(_absent, texts[at:]))


def _lacks(root: str, originals: str, texts: "Iterator[bytes]", numbers: "Iterator[int]") -> bool:
    """Whether git may lack a file of the project, or cannot say."""
    code, listed = git(root, "ls-files", "-z", "--others", "--exclude-standard")
    unknown = {path for path in listed.split(b"\0") if path}
    if code != 0 or (originals and any(path.startswith(os.fsencode(originals)) for path in unknown)):
        return True
    if not unknown:
        return False
    count = numbers.__next__
    for _ in range(count()):
        folder, _, files = next(texts), count(), count()
        for _ in range(files):
            if os.path.relpath(os.path.join(folder, next(texts)), os.fsencode(root)) in unknown:
                return True
            count(), count(), count(), count()
    return False


def _absent(path: bytes) -> bool:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False
