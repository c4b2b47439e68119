"""The one way this program writes a file that matters: temp, fsync, rename, fsync of the folder.

After a crash the old content or the new one is there, never a mixture. A failed fsync is final: the temp is removed and nothing is retried.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

TEMP = ".assetgen-tmp-"


def write(path: Path, data: bytes, *, mode: int = 0o644, temps: Path | None = None) -> None:
    """Replace `path` by `data`, durably. Raises OSError with the path; the old content is then untouched.

    `temps` is a folder of the same disk for the temp, where the file's own would be one of too many to sweep.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write((temps or path.parent) / f"{TEMP}{secrets.token_hex(8)}", path, data, mode)
        sync_folder(path.parent)


def _write(temp: Path, path: Path, data: bytes, mode: int) -> None:
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


def append(path: Path, data: bytes) -> None:
    """Add a line to a file, durably. A line that a crash cut short is ended first, so that it spoils only itself."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            torn = os.fstat(descriptor).st_size > 0 and os.lseek(descriptor, -1, os.SEEK_END) >= 0 and os.read(descriptor, 1) != b"\n"
            write_all(descriptor, b"\n" + data if torn else data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have every OSError name the file that was meant: a failed write knows only a descriptor, and a failed rename a temp."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


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


def temps(folder: Path) -> list[Path]:
    """The temps in a folder: of processes at work, and of killed ones."""
    try:
        return [entry for entry in folder.iterdir() if entry.name.startswith(TEMP)]
    except (FileNotFoundError, NotADirectoryError):
        return []
