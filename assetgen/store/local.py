"""The store on this disk: `cas/<sha256>` holds bytes, `ac/<gen_key>/<sha256>.json` what a request yielded. Both are only ever added to.

Every read is verified. Bytes that do not match their name are moved to `quarantine/` and count as absent: they can be had from elsewhere.
A damaged answer is an error, because it tells what was bought, and without it the same would be bought again.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from assetgen import digest
from assetgen.errors import Corrupt
from assetgen.lockfile import Original, original, record
from assetgen.store import atomic, sealed

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Store:
    """Bytes and answers under one folder. Safe to use from several threads and processes at once."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cas = home / "cas"
        self.ac = home / "ac"

    def put(self, data: bytes) -> str:
        """Keep bytes durably; returns their SHA-256. Bytes that are there already are not written again."""
        sha256 = digest.of_bytes(data)
        if not self.has(sha256):
            atomic.write(self.cas / sha256, data, mode=0o444)
        return sha256

    def has(self, sha256: str) -> bool:
        """Whether an object of this name is there (its bytes are verified when they are read)."""
        return (self.cas / sha256).is_file()

    def get(self, sha256: str) -> bytes | None:
        """The bytes, verified; None if they are absent or were found damaged."""
        path = self.cas / sha256
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        if digest.of_bytes(data) == sha256:
            return data
        self._quarantine(path)
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
        return sorted(path.name for path in self.cas.iterdir() if _SHA256.fullmatch(path.name)) if self.cas.is_dir() else []

    def remove(self, sha256: str) -> int:
        """Delete an object; returns its size in bytes."""
        path = self.cas / sha256
        size = path.stat().st_size
        path.unlink()
        return size

    def answer(self, gen_key: str, yielded: Original) -> None:
        """Record that a request yielded this original, whose bytes are in the store."""
        folder = self.ac / gen_key
        if (folder / f"{yielded.sha256}.json").exists():
            return
        order = sum(1 for _ in folder.glob("*.json")) if folder.is_dir() else 0
        text = json.dumps(sealed.seal({"order": order, "original": record(yielded)}), ensure_ascii=False, sort_keys=True, indent=1)
        atomic.write(folder / f"{yielded.sha256}.json", text.encode(), temps=self.ac)

    def yielded(self, gen_key: str) -> tuple[Original, ...]:
        """What a request yielded before, oldest first. Raises Corrupt for a damaged answer."""
        folder = self.ac / gen_key
        found = [_answer(path) for path in folder.glob("*.json")] if folder.is_dir() else []
        return tuple(one for _, one in sorted(found, key=lambda item: (item[0], item[1].sha256)))

    def answers(self) -> Iterator[tuple[str, Original]]:
        """Every recorded answer with its request's key."""
        if self.ac.is_dir():
            for folder in sorted(self.ac.iterdir()):
                for one in self.yielded(folder.name):
                    yield folder.name, one

    def forget(self, gen_key: str, sha256: str) -> None:
        """Drop the record that a request yielded an original."""
        (self.ac / gen_key / f"{sha256}.json").unlink(missing_ok=True)

    def reject(self, data: bytes) -> Path:
        """Keep bytes that were paid for and are no usable picture, where a person can look at them."""
        path = self.home / "rejected" / digest.of_bytes(data)
        atomic.write(path, data)
        return path

    def temps(self) -> list[Path]:
        """The temps of whatever is written beside the store's bytes, too."""
        below = (self.home / name for name in ("journal", "locks", "rejected"))
        return [temp for folder in (self.home, self.cas, self.ac, *below) for temp in atomic.temps(folder)]

    def _quarantine(self, path: Path) -> None:
        target = self.home / "quarantine" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def _answer(path: Path) -> tuple[int, Original]:
    """An answer and its place in the order of answers."""
    try:
        entry = sealed.unseal(path.read_bytes())
        return int(entry["order"]), original(entry["original"])
    except (ValueError, KeyError, TypeError) as error:
        hint = "assetgen store verify moves it away; until then nothing is bought"
        raise Corrupt(f'the record "{path}" of what a request yielded is damaged', hint=hint) from error
