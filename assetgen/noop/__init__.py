"""Answers `check`, `build` and `lint` at once where nothing was touched since a full look had nothing to say.

It reads a state that `assetgen.engine.noop` wrote. Only what Python has loaded by itself is imported; whatever is odd is left to the full
look. docs/design.md tells what is trusted, and why.
"""

import os
import sys
import time

from assetgen.noop import places, state

TYPE_CHECKING = False  # as typing has it, which takes longer to import than all of this takes to run
if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED = time.monotonic_ns()
"""When this process began to read, for whoever must know what was touched since."""

_QUIET = frozenset({"-q", "--quiet"})
_GLOBAL = _QUIET | {"--no-color"}
# What changes nothing where everything is fresh, or nothing is found.
_IDLE = {
    "check": frozenset({"--allow-waits", "--all-projects", "--tracked"}),
    "build": frozenset({"-y", "--yes", "--free", "--overwrite", "--fail-fast", "--all-projects", "--tracked"}),
    "lint": frozenset({"--strict", "--all-projects"}),
}


class _Asked:
    """One call: the command, its options, the folder it is for and the folders to leave out. Raises for whatever needs a closer look."""

    def __init__(self, words: list[str]) -> None:
        self.command, self.directory, self.flags = "", "", set[str]()
        self.excluded: list[str] = []
        rest = iter(words)
        for word in rest:
            if word == "-C" and not self.directory:
                self.directory = _value(rest)
            elif word == "--exclude" and self.command:
                self.excluded.append(_value(rest))
            elif not self.command and word in _IDLE:
                self.command = word
            elif word in _GLOBAL or word in _IDLE[self.command]:
                self.flags.add(word)
            else:
                raise ValueError(word)
        if not self.command or (self.excluded and "--all-projects" not in self.flags):
            raise ValueError(self.command)


def answered(words: list[str]) -> bool:
    """Whether the command was answered here, with what the full look would print; it then ends with 0."""
    if not hasattr(os, "posix_spawnp") or "_ASSETGEN_COMPLETE" in os.environ:
        return False
    try:
        asked = _Asked(words)
        found = _answer(asked)
        return found is not None and (not asked.flags.isdisjoint(_QUIET) or _say(*found))
    except (OSError, ValueError, TypeError, KeyError, ImportError, StopIteration):
        return False


def _value(rest: "Iterator[str]") -> str:
    """The value of an option."""
    value = next(rest)
    if value[:1] in ("", "-"):
        raise ValueError(value)
    return value


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


def _answer(asked: _Asked) -> tuple[str, str, bool] | None:
    """What is printed (stdout, stderr) for one project or all of a repository, and whether it looks the same on a terminal."""
    if not os.access(os.path.join(asked.directory, "."), os.X_OK):  # what cannot be entered
        return None
    start = os.path.realpath(asked.directory)
    top = places.top_of(start) if "--all-projects" in asked.flags else None
    roots = [root for root in [places.root_of(start)] if root] if top is None else places.roots_of(top)
    for name in asked.excluded:
        folder = os.path.join(os.path.realpath(os.path.join(start, name)), "")
        kept = [root for root in roots if not f"{root}/".startswith(folder)]
        if kept == roots:  # there is something to say of that
            return None
        roots = kept
    out = err = ""
    for root in roots:
        found = fresh(asked.command, root, tracked="--tracked" in asked.flags)
        if found is None:
            return None
        out += (f"{os.path.relpath(root, top)}:\n" if len(roots) > 1 else "") + found[0]
        err += found[1]
    return (out, err, not err and len(roots) == 1) if roots else None


def fresh(command: str, root: str, *, tracked: bool = False) -> tuple[str, str] | None:
    """What a command prints (stdout, stderr) for a project, if a full look would have nothing else to say; else None.

    `tracked`: and if git has every file of it.
    """
    home, linted = places.home_of(root), command == "lint"
    if home is None or (not linted and _open_jobs(home)):
        return None
    found = state.read(state.place(home, root, state.LINT if linted else state.BOTH))
    if found is None:
        return None
    out, err = found.said[2:] if command == "build" else found.said[:2]
    if not out or found.known != state.circumstances(root) or (found.day and int(found.day) != state.today()):
        return None
    if (found.ignored and found.ignored != places.asks_git(root)) or not found.untouched():
        return None
    return None if tracked and places.lacks(root, found.needed(), found.originals) else (out, err)


def _open_jobs(home: str) -> bool:
    """Whether paid jobs are in flight, of any project of this store: one of them may be for the same request."""
    try:
        return any(name.endswith(".json") for name in os.listdir(os.path.join(home, "journal")))
    except FileNotFoundError:
        return False
