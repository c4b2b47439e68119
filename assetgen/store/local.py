"""The store on this disk: `cas/<sha256>` holds bytes, `ac/<gen_key>/<sha256>.json` what a request yielded. Both are only ever added to.

Every read is verified. Bytes that do not match their name are moved to `quarantine/` and count as absent: they can be had from elsewhere.
A damaged answer is an error, because it tells what was bought, and without it the same would be bought again. `work/<sha256>` marks
an object that a person made and no answer names.
"""

import errno
import json
from collections.abc import Iterator
from pathlib import Path

from assetgen import digest
from assetgen.errors import Corrupt
from assetgen.lockfile import Original, original, record
from assetgen.store import atomic, sealed


class Store:
    """Bytes and answers under one folder. Safe to use from several threads and processes at once."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cas = home / "cas"
        self.ac = home / "ac"
        self.work = home / "work"

    def put(self, data: bytes) -> str:
        """Keep bytes durably; returns their SHA-256. Bytes that are there already, undamaged, are not written again."""
        sha256 = digest.of_bytes(data)
        if self.get(sha256) is None:
            atomic.write(_named(self.cas, sha256), data, mode=0o444)
        return sha256

    def has(self, sha256: str) -> bool:
        """Whether an object of this name is there (its bytes are verified when they are read)."""
        return _named(self.cas, sha256).is_file()

    def get(self, sha256: str) -> bytes | None:
        """The bytes, verified; None if they are absent or were found damaged."""
        path = _named(self.cas, sha256)
        data = _read(path)
        if data is None or digest.of_bytes(data) == sha256:
            return data
        moved = self._quarantine(path)
        # Whoever put good bytes there since they were read has been told that they are kept.
        if moved is not None and digest.of_bytes(moved.read_bytes()) == sha256:
            moved.replace(path)
        return None

    def verify(self) -> Iterator[str]:
        """Read everything; yields the names of damaged objects and answers, which are quarantined."""
        for sha256 in self.objects():
            if self.get(sha256) is None:
                yield sha256
        for path in sorted(self.ac.glob("*/*.json")):
            try:
                _answer(path)
            except Corrupt:
                self._quarantine(path)
                yield f"{path.parent.name}/{path.name}"

    def objects(self) -> list[str]:
        """The digests of all objects, sorted."""
        return sorted(path.name for path in self.cas.iterdir() if digest.is_sha256(path.name)) if self.cas.is_dir() else []

    def remove(self, sha256: str) -> int:
        """Delete an object; returns its size in bytes."""
        path = _named(self.cas, sha256)
        size = path.stat().st_size
        path.unlink()
        _named(self.work, sha256).unlink(missing_ok=True)
        return size

    def treasure(self, sha256: str) -> None:
        """Mark an object as a person's work, which nobody can make again."""
        atomic.write(_named(self.work, sha256), b"")

    def treasures(self) -> set[str]:
        """The objects that are marked as a person's work."""
        return {path.name for path in self.work.iterdir()} if self.work.is_dir() else set()

    def answer(self, gen_key: str, yielded: Original) -> None:
        """Record that a request yielded this original, whose bytes are in the store."""
        folder = _named(self.ac, gen_key)
        path = _named(folder, yielded.sha256, ".json")
        if path.exists():
            return
        order = sum(1 for _ in folder.glob("*.json")) if folder.is_dir() else 0
        text = json.dumps(sealed.seal({"order": order, "original": record(yielded)}), ensure_ascii=False, sort_keys=True, indent=1)
        atomic.write(path, text.encode(), temps=self.ac)

    def yielded(self, gen_key: str) -> tuple[Original, ...]:
        """What a request yielded before, oldest first. Raises Corrupt for a damaged answer."""
        folder = _named(self.ac, gen_key)
        found = [_answer(path) for path in folder.glob("*.json")] if folder.is_dir() else []
        return tuple(one for _, one in sorted(found, key=lambda item: (item[0], item[1].sha256)))

    def answers(self) -> Iterator[tuple[str, Original]]:
        """Every recorded answer with its request's key."""
        if self.ac.is_dir():
            for gen_key in sorted(folder.name for folder in self.ac.iterdir() if digest.is_sha256(folder.name)):
                for one in self.yielded(gen_key):
                    yield gen_key, one

    def forget(self, gen_key: str, sha256: str) -> None:
        """Drop the record that a request yielded an original."""
        _named(_named(self.ac, gen_key), sha256, ".json").unlink(missing_ok=True)

    def reject(self, data: bytes) -> Path:
        """Keep bytes that were paid for and are no usable picture, where a person can look at them."""
        path = self.home / "rejected" / digest.of_bytes(data)
        atomic.write(path, data)
        return path

    def temps(self) -> list[Path]:
        """The temps of whatever is written beside the store's bytes, too."""
        below = (self.home / name for name in ("journal", "locks", "rejected", "work"))
        return [temp for folder in (self.home, self.cas, self.ac, *below) for temp in atomic.temps(folder)]

    def _quarantine(self, path: Path) -> Path | None:
        """Move a damaged file away; None where it is gone already, or stays because nothing may be written here."""
        target = self.home / "quarantine" / path.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            return path.replace(target)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise
            return None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _named(folder: Path, name: str, suffix: str = "") -> Path:
    """Where something of this digest lies. Names may have come from a file that anybody wrote; only a digest becomes part of a path."""
    if not digest.is_sha256(name):
        raise ValueError(f'"{name}" is no SHA-256')
    return folder / f"{name}{suffix}"


def _answer(path: Path) -> tuple[int, Original]:
    """An answer and its place in the order of answers."""
    try:
        entry = sealed.unseal(path.read_bytes())
        return int(entry["order"]), original(entry["original"])
    except (ValueError, KeyError, TypeError) as error:
        hint = "assetgen store verify moves it away; until then nothing is bought"
        raise Corrupt(f'the record "{path}" of what a request yielded is damaged', hint=hint) from error
