"""The lock in the text that a build would write for the same blocks."""

from pathlib import Path

from assetgen import lockfile
from assetgen.engine.hold import hold
from assetgen.engine.lock import LockFile
from assetgen.engine.workspace import locate
from assetgen.model import LOCK
from assetgen.store import location


def write(start: Path, *, dry_run: bool) -> bool | None:
    """Write the lock of the project at `start` anew; returns whether its text differed, None where there is no lock. Raises FaultyFile."""
    root = locate(start)
    if dry_run:
        data = _bytes(root)
        return None if data is None else lockfile.dump(lockfile.parse(data)).encode() != data
    with hold(location.home(root), root, lambda _: None):
        if _bytes(root) is None:
            return None
        lock = LockFile(root)
        return lock.write(lock.read())


def _bytes(root: Path) -> bytes | None:
    try:
        return (root / LOCK).read_bytes()
    except FileNotFoundError:
        return None
