"""What happened to an asset: purchases from the ledger, and the commits that changed its block of the lock. Read when somebody asks."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assetgen.ledger import Ledger, Spent
from assetgen.model import LOCK
from assetgen.preview.documents import HistoryEntry
from assetgen.preview.revisions import Revisions

_MOST = 50
_TABLE = re.compile(rb'\n\[\[?assets\.("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)[\].]')
_ORIGINAL = re.compile(rb'\.original\]\nsha256 = "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit that changed an asset's block. `picture` is the original that it locked, if it did."""

    at: str
    text: str
    picture: str | None


@dataclass(kw_only=True)
class History:
    """The commits of one project's lock; read anew when HEAD has another one. Safe to use from several threads."""

    revisions: Revisions
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _known: tuple[str, Mapping[str, tuple[Commit, ...]]] = ("", {})

    def of(self, name: str, head: str) -> tuple[Commit, ...]:
        """The commits that changed an asset, newest first, among the last that changed the lock at all. `head` is HEAD's lock."""
        with self._guard:
            if head != self._known[0]:
                self._known = head, self._commits() if head else {}
            return self._known[1].get(name, ())

    def _commits(self) -> dict[str, tuple[Commit, ...]]:
        found: dict[str, list[Commit]] = {}
        # Along first parents each commit can be compared with the next older one.
        words = ("--first-parent", f"--max-count={_MOST + 1}", "--no-show-signature", "--format=%H %ct %h %s", "--", LOCK)
        lines = self.revisions.ask("log", *words).decode(errors="replace").splitlines()
        older: Mapping[str, bytes] = {}
        oldest_first = [line.split(" ", 3) for line in reversed(lines)]
        texts = self.revisions.blobs(self.revisions.spec(LOCK, commit) for commit, *_ in oldest_first)
        for number, ((_, seconds, short, *rest), text) in enumerate(zip(oldest_first, texts, strict=True)):
            newer = _blocks(text)
            if number or len(lines) <= _MOST:
                at = datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="seconds")
                for name, verb, picture in _differences(older, newer):
                    found.setdefault(name, []).append(Commit(at=at, text=f"{verb} in {short}: {''.join(rest)}", picture=picture))
            older = newer
        return {name: tuple(reversed(commits)) for name, commits in found.items()}


def _differences(older: Mapping[str, bytes], newer: Mapping[str, bytes]) -> Iterator[tuple[str, str, str | None]]:
    """The assets whose blocks differ, what happened to them, and the original that is locked now."""
    for name in newer.keys() | older.keys():
        before, after = older.get(name), newer.get(name)
        if before != after:
            original = _ORIGINAL.search(after or b"")
            verb = "locked" if before is None else "removed" if after is None else "changed"
            yield name, verb, None if original is None else original[1].decode()


def paid(ledger: Ledger, project: str, name: str) -> Iterator[Spent]:
    """What was spent on an asset of a project."""
    return (spent for spent in ledger.entries() if (spent.project, spent.asset) == (project, name))


def of_spent(spent: Spent) -> HistoryEntry:
    """A purchase, or what may have been one."""
    told = {"actual": "bought from", "estimated": "bought, at an estimated price, from", "unknown": "asked, and perhaps paid,"}[spent.basis]
    cost = None if spent.amount is None else f"{spent.amount:f}"
    return {"at": spent.at, "text": f'{told} {spent.provider} ("{spent.model}")', "cost": cost, "picture": None}


def of_commit(commit: Commit) -> HistoryEntry:
    """A commit."""
    return {"at": commit.at, "text": commit.text, "cost": None, "picture": commit.picture}


def _blocks(text: bytes) -> dict[str, bytes]:
    """The text of each asset's block. A lock is sorted by name, so that the tables of one asset stand together."""
    starts: dict[bytes, int] = {}
    for found in _TABLE.finditer(text):
        starts.setdefault(found[1], found.start())
    ends = [*starts.values(), len(text)][1:]
    return {_plain(key): text[start:end].rstrip() for (key, start), end in zip(starts.items(), ends, strict=True)}


def _plain(key: bytes) -> str:
    """The name in a table's header, which is quoted as JSON is where it has to be."""
    text = key.decode(errors="replace")
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        return text  # somebody else wrote this lock; no asset is called like that
