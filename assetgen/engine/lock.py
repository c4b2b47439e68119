"""The lock on disk. What another program wrote meanwhile (a `git pull`) is kept: blocks that are not ours to change are taken from disk."""

from pathlib import Path

from assetgen import digest, lockfile
from assetgen.errors import AssetgenError
from assetgen.lockfile import Block, Lock
from assetgen.model import LOCK
from assetgen.store import atomic


def kept_before(home: Path, root: Path) -> Path:
    """Where the lock of the project at `root` is kept as it was before the last build that changed it."""
    return home / f"before-{digest.of_bytes(str(root).encode())[:16]}.lock"


class LockFile:
    """One opened lock. It remembers what its user knows of each block, and what lies on disk."""

    def __init__(self, root: Path) -> None:
        self._path = root / LOCK
        self._known: Lock = {}
        self._disk: Lock = {}
        self._text: bytes | None = None
        self._kept = False

    def read(self) -> dict[str, Block]:
        """The lock as it is on disk; empty where there is none."""
        self._load()
        self._known = dict(self._disk)
        return dict(self._disk)

    def write(self, lock: Lock, *, before: Path | None = None) -> bool:
        """Write the blocks that differ from what was read or written last; returns whether that changed the file.

        The first change puts the text that it replaces at `before`, so that the pictures before a build can be shown beside those after it.

        Raises AssetgenError, and leaves the file alone, where somebody else has changed such a block too.
        """
        self._load()
        merged = _merged(self._known, lock, self._disk)
        text = lockfile.dump(merged).encode()
        changed = text != self._text and (self._text is not None or bool(merged))
        if changed:
            self._keep(before)
            atomic.write(self._path, text)
            self._disk, self._text = merged, text
        self._known = dict(lock)
        return changed

    def _keep(self, before: Path | None) -> None:
        if before is not None and not self._kept and self._text is not None:
            atomic.write(before, self._text)
        # Later writes of the same build replace its own work.
        self._kept = True

    def _load(self) -> None:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            self._disk, self._text = {}, None
            return
        if text != self._text:
            self._disk, self._text = lockfile.parse(text), text


def _merged(known: Lock, ours: Lock, theirs: Lock) -> dict[str, Block]:
    """For each name the side that changed it; a name that is absent counts as a value of its own."""
    found: dict[str, Block | None] = {}
    for name in known.keys() | ours.keys() | theirs.keys():
        before, own, other = known.get(name), ours.get(name), theirs.get(name)
        if own not in (before, other) and other != before:
            message = f'"{LOCK}" was changed by another program meanwhile, and "{name}" differs from what was made of it here'
            raise AssetgenError(message, hint="nothing is lost: run the same command again")
        found[name] = other if own == before else own
    return {name: block for name, block in found.items() if block is not None}
