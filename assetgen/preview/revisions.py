"""Earlier states of a project, for pictures side by side: the lock before the last build that changed it, and what git has at HEAD.

Whatever git cannot say (no repository, no commit yet, no such file, git not installed) is simply not there.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from assetgen import lockfile
from assetgen.engine.lock import kept_before
from assetgen.errors import FaultyFile
from assetgen.lockfile import Lock, Written
from assetgen.model import LOCK
from assetgen.store import git, location

_AT_ONCE = 10
_HEAD = re.compile(rb"[0-9a-f]+ blob ([0-9]+)\n")
# Looking must neither fetch what a partial clone left out nor take the index from somebody who works.
_QUIET = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}


def last(home: Path, root: Path) -> Lock:
    """The lock as it was before the last build that changed it; empty where no build has."""
    try:
        return _parsed(kept_before(home, root).read_bytes())
    except OSError:
        return {}


@dataclass(kw_only=True)
class Revisions:
    """The repository that a project lies in. Safe to use from several threads; what was read is kept until HEAD has another lock."""

    root: Path
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _known: tuple[str, Mapping[str, Written]] = ("", {})

    def __post_init__(self) -> None:
        """Find the work tree."""
        found = location.git_folders(self.root)
        self.prefix = None if found is None else self.root.relative_to(found[0])

    def spec(self, path: str, commit: str = "HEAD") -> str:
        """How git calls a file of the project in a commit."""
        assert self.prefix is not None
        return f"{commit}:{(self.prefix / path).as_posix()}"

    def head(self) -> str:
        """The object of the lock that is committed at HEAD; empty where there is none."""
        return "" if self.prefix is None else self.ask("rev-parse", "--verify", "--quiet", self.spec(LOCK)).decode().strip()

    def committed(self, head: str) -> Mapping[str, Written]:
        """The outputs in the lock that is the object `head`, by path."""
        with self._guard:
            if head != self._known[0]:
                blocks = _parsed(self.blob(head)).values() if head else ()
                self._known = head, {written.path: written for block in blocks for written in block.outputs if not written.removed}
            return self._known[1]

    def sized(self, path: str, size: int) -> str | None:
        """The object of a file at HEAD, if it has this size: a git LFS pointer to the bytes has another."""
        if self.prefix is None:
            return None
        told = self.ask("cat-file", "--batch-check=%(objectname) %(objectsize)", given=self.spec(path)).decode().split()
        return told[0] if told[1:] == [str(size)] else None

    def blob(self, name: str) -> bytes:
        """The bytes of an object; empty where it cannot be had."""
        return self.ask("cat-file", "blob", name)

    def blobs(self, names: Iterable[str]) -> Iterator[bytes]:
        """The bytes of many objects, a few at a time; empty for each that cannot be had."""
        rest = iter(names)
        while some := tuple(islice(rest, _AT_ONCE)):
            told, start = self.ask("cat-file", "--batch", given="".join(f"{name}\n" for name in some)), 0
            for _ in some:
                found = _HEAD.match(told, start)
                if found is None:
                    start = told.find(b"\n", start) + 1 or len(told)
                    yield b""
                else:
                    yield told[found.end() : found.end() + int(found[1])]
                    start = found.end() + int(found[1]) + 1

    def ask(self, *words: str, given: str = "") -> bytes:
        """What git says, nothing where it refuses."""
        try:
            done = git.ask(self.root, *words, data=given.encode(), environ=_QUIET)
        except OSError:
            return b""
        return done.stdout if done.returncode == 0 else b""


def _parsed(text: bytes) -> Lock:
    """A lock that may be of any age and state; empty where it cannot be read, since it is only looked at."""
    try:
        return lockfile.parse(text) if text else {}
    except FaultyFile:
        return {}
