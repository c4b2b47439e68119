"""The files of a project, by paths relative to its root: read within bounds, written so that no link can lead a write outside."""

import contextlib
import errno
import os
import re
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assetgen import digest
from assetgen.errors import AssetgenError, UsageError
from assetgen.store import atomic

_LFS = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
_LFS_LIMIT = 1024
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0)
_BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd


class Project:
    """The folder of the root manifest. All paths are relative to it, with forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._digests: dict[str, str | None] = {}
        self._guard = threading.Lock()

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError, and UsageError for a link that leaves the project."""
        full = self.root / path
        resolved = full.resolve()
        if not resolved.is_relative_to(self.root):
            raise UsageError(f'"{path}" leads outside the project', hint="copy the file into the project")
        if resolved.is_dir():
            raise UsageError(f'"{path}" is a folder, not a file')
        return resolved.read_bytes()

    def glob(self, pattern: str) -> list[str]:
        """The files that match a pattern with `*`, `?` and `**`, sorted."""
        found = (path for path in self.root.glob(pattern) if path.is_file())
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def content(self, path: str) -> str | None:
        """SHA-256 of a file's bytes, or the digest a git LFS pointer stands for; None where there is no file."""
        with self._guard:
            if path in self._digests:
                return self._digests[path]
        found = self._content(path)
        with self._guard:
            self._digests[path] = found
        return found

    def forget(self, path: str) -> None:
        """Ask the disk again for this file."""
        with self._guard:
            self._digests.pop(path, None)

    def write(self, path: str, data: bytes) -> bool:
        """Write an output durably if its bytes differ (an equal file keeps its mtime); returns whether it was written."""
        with atomic.naming(self.root / path), self._folder(path) as (folder, name):
            if _current(folder, name) == data:
                return False
            _replace(folder, name, data)
        with self._guard:
            self._digests[path] = digest.of_bytes(data)
        return True

    def remove(self, path: str) -> None:
        """Delete a file of the project, and the folders above it that this leaves empty."""
        with self._folder(path) as (folder, name):
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

    def _content(self, path: str) -> str | None:
        try:
            data = self.read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        pointer = _LFS.match(data) if len(data) <= _LFS_LIMIT else None
        return pointer.group(1).decode() if pointer else digest.of_bytes(data)

    @contextlib.contextmanager
    def _folder(self, path: str) -> Iterator[tuple[int | Path, str]]:
        """The folder of a file, made if need be, reached without following a single link below the root."""
        *folders, name = PurePosixPath(path).parts
        if not _BY_DESCRIPTOR:
            parent = self.root.joinpath(*folders)
            parent.mkdir(parents=True, exist_ok=True)
            if not parent.resolve().is_relative_to(self.root):
                raise _leaves(path)
            yield parent, name
            return
        current = os.open(self.root, os.O_RDONLY | _FOLDER)
        try:
            for folder in folders:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(folder, dir_fd=current)
                below = _open_folder(folder, current, path)
                os.close(current)
                current = below
            yield current, name
        finally:
            os.close(current)


def _open_folder(folder: str, parent: int, path: str) -> int:
    try:
        return os.open(folder, os.O_RDONLY | _FOLDER | _NO_LINK, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise _leaves(path) from error
        raise


def _leaves(path: str) -> AssetgenError:
    return AssetgenError(f'a folder of "{path}" is a link or a file', hint="outputs are written only into real folders of the project")


def _current(folder: int | Path, name: str) -> bytes | None:
    """The bytes of a real file; None where there is none, or a link that is going to be replaced."""
    if isinstance(folder, Path):
        path = folder / name
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None
    try:
        descriptor = os.open(name, os.O_RDONLY | _NO_LINK, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP):
            return None
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _replace(folder: int | Path, name: str, data: bytes) -> None:
    if isinstance(folder, Path):
        atomic.write(folder / name, data)
        return
    temp = f"{atomic.TEMP}{secrets.token_hex(8)}"
    try:
        descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o644, dir_fd=folder)
        try:
            atomic.write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temp, dir_fd=folder)
        raise
    os.fsync(folder)
