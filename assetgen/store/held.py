"""Asks whether a file lock is held by a living process: without waiting for it, and without writing anything, so that readers may ask."""

import os
import sys
from pathlib import Path

from filelock import FileLock, Timeout

if sys.platform == "win32":

    def held(path: Path) -> bool:
        """Whether somebody holds the lock at `path`; a dead holder holds nothing."""
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True
        except PermissionError:
            return False  # nothing may be written here, so nobody has

else:
    import fcntl

    def held(path: Path) -> bool:
        """Whether somebody holds the lock at `path`; a dead holder holds nothing."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            # Holders of a `FileLock` have it exclusively. Those who only ask share it, and so never take each other for a holder.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
        finally:
            os.close(descriptor)
        return False
