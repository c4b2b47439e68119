"""The state of a project: what a full look read and what was printed, as one file; and whether all of it is as it was.

Only what Python has loaded by itself is imported.
"""

import os
import sys
import time

TYPE_CHECKING = False  # as typing has it, which takes longer to import than all of this takes to run
if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"assetgen noop 2\n"
FOLDER = "fresh"
BOTH = "check and build"
LINT = "lint"

_SEAL = 16
_TEXTS = 9
_SECRET = ("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL")
_STEERING = ("ASSETGEN_", "GITHUB_ACTIONS", "XDG_CONFIG_", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
_OPEN = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class State:
    """A state that was whole when it was read. `said` is what is printed: stdout and stderr of `check` and of `build`, or of `lint`."""

    def __init__(self, numbers: "memoryview[int]", texts: list[bytes]) -> None:
        self.root, self.known, self.day, self.ignored, self.originals, *self.said = map(os.fsdecode, texts[:_TEXTS])
        self._numbers = numbers
        self._paths = texts[_TEXTS:]

    def untouched(self) -> bool:
        """Whether every file is what it was: in folders of the project that no link leads to, elsewhere, and those that were absent."""
        texts, numbers, at, look = self._paths, iter(self._numbers), 0, os.stat
        count = numbers.__next__
        count()
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

    def needed(self) -> "Iterator[bytes]":
        """The files of the project that git should have, and the links that lead to some; by their paths below the root."""
        numbers, at, above = self._numbers, 0, len(os.fsencode(self.root)) + 1
        place = 2
        for _ in range(numbers[0]):
            folder, count = self._paths[at][above:], numbers[place + 1]
            inside = folder + b"/" if folder else b""
            for name in self._paths[at + 1 : at + 1 + count]:
                yield inside + name
            at, place = at + 1 + count, place + 2 + 4 * count


def read(path: str) -> State | None:
    """A state, if it is whole: MAGIC, its seal, how many numbers, the numbers, the texts.

    The first texts are the root, the circumstances, the day and the answer of git that it holds for, the folder of committed originals, and
    what is printed. The first numbers are how many of the folders hold files that git should have, and how many folders there are.
    """
    with open(path, "rb") as file:
        data = memoryview(file.read())
    start = len(MAGIC) + _SEAL
    if data[: len(MAGIC)] != MAGIC or data[len(MAGIC) : start] != seal(data[start:]):
        return None
    numbers = data[start : start + (len(data) - start) // 8 * 8].cast("q")
    texts = bytes(data[start + 8 + 8 * numbers[0] :]).split(b"\0")
    return State(numbers[1 : numbers[0] + 1], texts)


def place(home: str, root: str, commands: str) -> str:
    """The file of a project's state for these commands (BOTH, LINT), for this installation of assetgen."""
    return os.path.join(home, FOLDER, seal(b"\0".join(map(os.fsencode, (root, sys.prefix, commands))))[:8].hex())


def circumstances(root: str) -> str:
    """A digest of all that must be as it was beside files: the program, where it finds plug-ins, the user, what variables steer it."""
    environ = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(_STEERING) or _secret(name))
    version = vars(sys.modules["assetgen"])["__version__"]
    facts = (root, version, sys.version, sys.byteorder, sys.getfilesystemencoding(), str(os.getuid()), *sys.path, "", *environ)
    return seal(b"\0".join(map(os.fsencode, facts))).hex()


def today() -> int:
    """The day in UTC, as a number: some notes count days."""
    return int(time.time() // 86_400)


def seal(data: bytes | memoryview) -> bytes:
    """The digest by which a state is known to be whole."""
    from _blake2 import blake2b  # hashlib, which is the way to it, takes as long as all the rest

    return blake2b(data, digest_size=_SEAL).digest()


def _secret(name: str) -> bool:
    """Whether a variable may hold what is taken out of all that is printed."""
    upper = name.upper()
    return any(word in upper for word in _SECRET)


def _absent(path: bytes) -> bool:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False
