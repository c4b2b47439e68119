"""What was read, as numbers that are never the same again once anybody touches it.

A file counts only if what it holds now is what was read: its numbers are the same, and they were so old at that time that any later
change gives it others.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from assetgen.files import Numbers, numbers

# The clock of files goes in steps of up to 10 ms; where it knows whole seconds only, of up to two.
TICK = 20_000_000
_SECOND = 1_000_000_000
_MOST_LINKS = 40


class TouchedError(Exception):
    """Something was changed while it was read, or too shortly before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock of the disk, and the one that nobody sets: what both said at one moment."""

    disk: int
    steady: int

    @classmethod
    def of(cls, descriptor: int) -> "Clock":
        """By a file that was made just now; where the disk is ahead of this machine, by the machine."""
        return cls(disk=min(os.fstat(descriptor).st_ctime_ns, time.time_ns()), steady=time.monotonic_ns())

    def settled(self, found: Numbers, read: int) -> bool:
        """Whether what was read at the moment `read` had been left alone for so long that any later change shows."""
        tick = TICK if found[0] % _SECOND else 2 * _SECOND
        return found[0] + tick < self.disk - (self.steady - read)


@dataclass(slots=True, kw_only=True)
class Looks:
    """What a look at the project at `root` read, none of it before `since`. Raises TouchedError for what cannot be relied on."""

    root: str
    clock: Clock
    since: int
    _folders: dict[tuple[bool, str], dict[str, Numbers]] = field(default_factory=dict)
    _others: dict[str, Numbers] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)
    _real: dict[str, bool] = field(default_factory=dict)

    def file(self, path: str, look: tuple[Numbers, int] | None, *, made: bool = False) -> None:
        """A file of the project and when it was read (`assetgen.files.Project.looks`); None where there was none.

        `made`: git need not have it.
        """
        full = f"{self.root}/{path}"
        if look is None:
            self.gone(full)
            return
        folder, _, name = full.rpartition("/")
        now = os.lstat(full)
        if stat.S_ISLNK(now.st_mode) or not self._plain(folder):
            for link in _links(self.root, path):
                self._link(link)
            folder, _, name = os.path.realpath(full).rpartition("/")
            now = os.lstat(f"{folder}/{name}")
        self._hold(numbers(now), full, *look)
        self._chain(folder, made=made)[name] = look[0]

    def other(self, path: str, found: Numbers, read: int) -> None:
        """A file or a folder, wherever it lies and whatever leads to it."""
        self._hold(numbers(os.stat(path)), path, found, read)
        self._others[path] = found

    def any(self, path: str, read: int | None = None) -> None:
        """As `other`, where nobody took the numbers: read, or found to be absent, at the moment `read` or after `since`."""
        try:
            found = numbers(os.stat(path))
        except (FileNotFoundError, NotADirectoryError):
            self._absent.add(path)
        else:
            self.other(path, found, self.since if read is None else read)

    def gone(self, path: str) -> None:
        """A path at which there was nothing, and still is."""
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            self._absent.add(path)
        else:
            raise TouchedError(path)

    def dump(self) -> tuple[list[int], list[str]]:
        """Numbers and texts in the order in which `assetgen.noop.state` takes them."""
        found: list[int] = [sum(not made for made, _ in self._folders), len(self._folders)]
        texts: list[str] = []
        for (_, folder), files in sorted(self._folders.items(), key=_needed_first):
            found += [os.lstat(folder).st_ino, len(files)]
            texts.append(folder)
            for name, each in files.items():
                found += each
                texts.append(name)
        found.append(len(self._others))
        for path, each in self._others.items():
            found += each
            texts.append(path)
        return found, [*texts, *sorted(self._absent)]

    def _link(self, path: str) -> None:
        """A link that leads to a file: another one in its place may lead elsewhere, where the same file has another name."""
        folder, _, name = path.rpartition("/")
        found = numbers(os.lstat(path))
        self._hold(found, path, found, self.since)
        self._chain(folder)[name] = found

    def _hold(self, now: Numbers, path: str, found: Numbers, read: int) -> None:
        if now != found or not self.clock.settled(found, read):
            raise TouchedError(path)

    def _plain(self, folder: str) -> bool:
        """Whether no link leads to a folder."""
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder) == folder
        return self._real[folder]

    def _chain(self, folder: str, *, made: bool = False) -> dict[str, Numbers]:
        """The files of a folder. Those above it are kept as well: where one of them becomes a link, all below may lie outside."""
        if (made, folder) not in self._folders:
            if folder != self.root:
                if not folder.startswith(f"{self.root}/"):
                    raise TouchedError(folder)
                self._chain(folder.rpartition("/")[0], made=made)
            self._folders[made, folder] = {}
        return self._folders[made, folder]


def _needed_first(entry: tuple[tuple[bool, str], object]) -> bool:
    return entry[0][0]


def _links(root: str, path: str) -> Iterator[str]:
    """Every link on the way to a file, from a root that no link leads to."""
    at, rest = root, path.split("/")[::-1]
    for _ in range(_MOST_LINKS):
        while rest:
            part = rest.pop()
            if part == "..":
                at = os.path.dirname(at)
            elif part not in ("", "."):
                at = f"{at}/{part}"
                if os.path.islink(at):
                    break
        else:
            return
        yield at
        target = os.readlink(at)
        at = "" if target.startswith("/") else os.path.dirname(at)
        rest += target.split("/")[::-1]
    raise TouchedError(path)
