"""The files of a project, by paths relative to its root: read within bounds, written so that no link can lead a write outside.

What a file holds is looked at once and remembered, as one plan needs it; what is used or replaced later must still be what was seen.
"""

import contextlib
import errno
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from assetgen import digest
from assetgen.errors import AssetgenError, Changed, UsageError
from assetgen.store import atomic

Numbers: TypeAlias = tuple[int, int, int, int]

_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
_LFS_LIMIT = 1024
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd


class Project:
    """The folder of the root manifest. All paths are relative to it, with forward slashes.

    `looks` and `globs` tell what was read and found, for whoever must know whether it is still so: of each path the numbers of its file
    when it was read first, and the `time.monotonic_ns` of that; None where there was none.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.looks: dict[str, tuple[Numbers, int] | None] = {}
        self.globs: dict[str, list[str]] = {}
        self._seen: dict[str, tuple[str | None, str | None]] = {}
        self._door = threading.Lock()

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError, and UsageError for what is no file of the project, or a link that leaves it."""
        # Not Path.resolve: what that raises for links in a circle depends on the version of Python.
        resolved = Path(os.path.realpath(self.root / path))
        if not resolved.is_relative_to(self.root):
            raise UsageError(f'"{path}" leads outside the project', hint="copy the file into the project")
        try:
            found = resolved.stat()
        except NotADirectoryError as error:
            raise UsageError(f'a folder of "{path}" is a file') from error
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise UsageError(f'"{path}" is a link that leads to itself') from error
            raise
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f'"{path}" is a folder, not a file' if stat.S_ISDIR(found.st_mode) else f'"{path}" is not a regular file')
        self.looks.setdefault(path, (numbers(found), time.monotonic_ns()))
        return resolved.read_bytes()

    def read_seen(self, path: str) -> bytes:
        """The bytes of a file that `content` has seen. Raises Changed if they are others by now."""
        seen = self.content(path)
        try:
            data = self.read(path)
        except FileNotFoundError:
            data = None
        if data is None or _digest(data) != seen:
            raise Changed(f'"{path}" was changed while the build ran', hint="run the same command again")
        return data

    def glob(self, pattern: str) -> list[str]:
        """The files that match a pattern with `*`, `?` and `**`, sorted."""
        found = (path for path in self.root.glob(pattern) if path.is_file())
        self.globs[pattern] = sorted(path.relative_to(self.root).as_posix() for path in found)
        return self.globs[pattern]

    def files_in(self, folder: str) -> list[str]:
        """The files that lie in a folder itself, sorted; none where there is no such folder."""
        try:
            return sorted(path.relative_to(self.root).as_posix() for path in (self.root / folder).iterdir() if path.is_file())
        except OSError:
            return []

    def content(self, path: str) -> str | None:
        """SHA-256 of a file's bytes, or the digest a git LFS pointer stands for; None where there is no file."""
        return self._look(path)[0]

    def obstacle(self, path: str) -> str | None:
        """Why what lies at a path can't be read as a file of the project; None for a file, and where there is nothing."""
        return self._look(path)[1]

    def forget(self, path: str) -> None:
        """Ask the disk again for this file."""
        with self._door:
            self._seen.pop(path, None)
            self.looks.pop(path, None)

    def write(self, path: str, data: bytes) -> bool:
        """Write a file durably if its bytes differ (an equal file keeps its mtime); returns whether it was written."""
        return self._write(path, data, lambda: None)

    def replace(self, path: str, data: bytes) -> bool:
        """As `write`, over nothing or over what `content` has seen there. Raises Changed where somebody has worked on it since."""
        return self._write(path, data, lambda: self.check_unedited(path))

    def check_unedited(self, path: str) -> None:
        """Raise Changed if a file is there that is not the one that `content` has seen."""
        now, obstacle = self._content(path)
        if obstacle is not None or (now is not None and now != self.content(path)):
            raise Changed(f'"{path}" was edited while the build ran')

    def remove(self, path: str) -> None:
        """Delete a file of the project, and the folders above it that this leaves empty."""
        with self._folder(path, make=False) as (folder, name):
            if isinstance(folder, int):
                os.unlink(name, dir_fd=folder)
            else:
                (folder / name).unlink()
        self.forget(path)
        for parent in (self.root / path).parents:
            if parent == self.root:
                break
            try:
                parent.rmdir()
            except OSError:
                break

    def _look(self, path: str) -> tuple[str | None, str | None]:
        """What `content` and `obstacle` say of a path."""
        with self._door:
            if path in self._seen:
                return self._seen[path]
        found = self._content(path)
        with self._door:
            if found[0] is None:
                self.looks.setdefault(path, None)
            return self._seen.setdefault(path, found)

    def _content(self, path: str) -> tuple[str | None, str | None]:
        """The same, of the disk as it is now."""
        try:
            return _digest(self.read(path)), None
        except FileNotFoundError:
            return None, None
        except UsageError as error:
            return None, error.message
        except OSError as error:
            return None, f'"{path}" cannot be read: {(error.strerror or str(error)).lower()}'

    def _write(self, path: str, data: bytes, check: Callable[[], None]) -> bool:
        with atomic.naming(self.root / path), self._folder(path) as (folder, name):
            differs = _current(folder, name) != data
            if differs:
                _replace(folder, name, data, check)
        with self._door:
            self._seen[path] = _digest(data), None
            self.looks.pop(path, None)
        return differs

    @contextlib.contextmanager
    def _folder(self, path: str, *, make: bool = True) -> Iterator[tuple[int | Path, str]]:
        """The folder of a file, made if it may be, reached without following a single link below the root."""
        *folders, name = PurePosixPath(path).parts
        if not _BY_DESCRIPTOR:
            parent = self.root.joinpath(*folders)
            if make:
                parent.mkdir(parents=True, exist_ok=True)
            if not parent.resolve().is_relative_to(self.root):
                raise _leaves(path)
            yield parent, name
            return
        current = os.open(self.root, os.O_RDONLY | _FOLDER)
        try:
            for folder in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=current)
                below = _open_folder(folder, current, path)
                os.close(current)
                current = below
            yield current, name
        finally:
            os.close(current)


def numbers(found: os.stat_result) -> Numbers:
    """What of a file is never the same again once somebody wrote to it, replaced it or changed what may be done with it."""
    return found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_ino


def _open_folder(folder: str, parent: int, path: str) -> int:
    try:
        return os.open(folder, os.O_RDONLY | _FOLDER | _NO_LINK, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise _leaves(path) from error
        raise


def _leaves(path: str) -> AssetgenError:
    return AssetgenError(f'a folder of "{path}" is a link or a file', hint="outputs are written only into real folders of the project")


def _digest(data: bytes) -> str:
    """SHA-256 of the bytes, or what a git LFS pointer stands for."""
    pointer = _LFS.match(data) if len(data) <= _LFS_LIMIT else None
    return pointer.group(1).decode() if pointer else digest.of_bytes(data)


def _current(folder: int | Path, name: str) -> bytes | None:
    """The bytes of a real file; None where there is none, or a link that is going to be replaced."""
    if isinstance(folder, Path):
        path = folder / name
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None
    try:
        descriptor = os.open(name, os.O_RDONLY | _NO_LINK | _NO_WAIT, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO):
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _replace(folder: int | Path, name: str, data: bytes, check: Callable[[], None]) -> None:
    """Put new bytes in the place of a file; `check` has the last word, when nothing but the rename is left to do."""
    if isinstance(folder, Path):
        check()
        atomic.write(folder / name, data)
        return
    temp = f"{atomic.TEMP}{secrets.token_hex(8)}"
    try:
        descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o644, dir_fd=folder)
        try:
            _keep_mode(folder, name, descriptor)
            atomic.write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        check()
        os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temp, dir_fd=folder)
        raise
    os.fsync(folder)


def _keep_mode(folder: int, name: str, descriptor: int) -> None:
    """Let a file that is replaced have the rights that it had."""
    with contextlib.suppress(FileNotFoundError):
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISREG(mode):
            os.fchmod(descriptor, stat.S_IMODE(mode))
