"""The one way this program writes a file that matters: temp in the same folder, fsync, rename, fsync of the folder.

After a crash the old content or the new one is there, never a mixture. A failed fsync is final: the temp is removed and nothing is retried.
"""

import contextlib
import os
import secrets
from pathlib import Path

TEMP = ".assetgen-tmp-"


def write(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace `path` by `data`, durably. Raises OSError with the path; the old content is then untouched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temp = path.parent / f"{TEMP}{secrets.token_hex(8)}"
    try:
        descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temp.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temp.unlink()
        raise
    sync_folder(path.parent)


def append(path: Path, data: bytes) -> None:
    """Add a line to a file, durably. A line that a crash cut short is ended first, so that it spoils only itself."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        torn = os.fstat(descriptor).st_size > 0 and os.lseek(descriptor, -1, os.SEEK_END) >= 0 and os.read(descriptor, 1) != b"\n"
        write_all(descriptor, b"\n" + data if torn else data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte, however many calls the system needs for it."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder durable, where the system offers it (Windows does not)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove temps that a killed process left. Only the holder of the project's lock calls this."""
    with contextlib.suppress(FileNotFoundError):
        for entry in folder.iterdir():
            if entry.name.startswith(TEMP):
                entry.unlink(missing_ok=True)
