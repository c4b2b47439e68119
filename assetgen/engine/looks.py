"""What was read, as numbers that are never the same again once anybody touches it.

A file counts only if what it holds now is what was read: its numbers are the same, and they were so old at that time that any later
change gives it others.
"""

import os
import stat
import time
from dataclasses import dataclass, field

from assetgen.files import Numbers, numbers

# The clock of files goes in steps of up to 10 ms; where it knows whole seconds only, of up to two.
TICK = 20_000_000
_SECOND = 1_000_000_000


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
    _folders: dict[str, dict[str, Numbers]] = field(default_factory=dict)
    _others: dict[str, Numbers] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)
    _real: dict[str, bool] = field(default_factory=dict)

    def file(self, path: str, look: tuple[Numbers, int] | None) -> None:
        """A file of the project and when it was read (`assetgen.files.Project.looks`); None where there was none."""
        full = f"{self.root}/{path}"
        if look is None:
            self.gone(full)
            return
        folder, _, name = full.rpartition("/")
        now = os.lstat(full)
        if stat.S_ISLNK(now.st_mode) or not self._plain(folder):
            self.other(full, *look)
            folder, _, name = os.path.realpath(full).rpartition("/")
            now = os.lstat(f"{folder}/{name}")
        self._hold(numbers(now), full, *look)
        self._chain(folder)[name] = look[0]

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
        """Numbers and texts in the order in which `assetgen.noop` takes them."""
        found: list[int] = [len(self._folders)]
        texts: list[str] = []
        for folder, files in self._folders.items():
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

    def _hold(self, now: Numbers, path: str, found: Numbers, read: int) -> None:
        if now != found or not self.clock.settled(found, read):
            raise TouchedError(path)

    def _plain(self, folder: str) -> bool:
        """Whether no link leads to a folder."""
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder) == folder
        return self._real[folder]

    def _chain(self, folder: str) -> dict[str, Numbers]:
        """The files of a folder. Those above it are kept as well: where one of them becomes a link, all below may lie outside."""
        if folder not in self._folders:
            if folder != self.root:
                if not folder.startswith(f"{self.root}/"):
                    raise TouchedError(folder)
                self._chain(folder.rpartition("/")[0])
            self._folders[folder] = {}
        return self._folders[folder]
