"""Asks whether a file lock is held by a living process, without waiting for it."""

from pathlib import Path

from filelock import FileLock, Timeout


def held(path: Path) -> bool:
    """Whether somebody holds the lock at `path`; a dead holder holds nothing."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False
