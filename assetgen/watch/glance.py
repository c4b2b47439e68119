"""What the watched files hold: a digest for each, read anew only where its stat has changed. Only content decides what was saved."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from assetgen import digest
from assetgen.watch.files import Wanted, branches, folders

Glance: TypeAlias = Mapping[str, str]
"""The digest of each file by its path; "" for one that is empty, not there, or cannot be read."""

# A file may be written twice within one tick of the clock of its file system, and look the same. Such a young one is read again.
_YOUNG = 2.0
_MOST_FOLDERS = 2000
_Stamp: TypeAlias = tuple[int, int, int, int]


@dataclass(slots=True)
class Eye:
    """Looks at files, and remembers the digests of those that rest."""

    _known: dict[Path, tuple[_Stamp, str]] = field(default_factory=dict)

    def look(self, want: Wanted) -> dict[str, str]:
        """The content of everything that matters."""
        found = {file: self._digest(want.root / file) for file in (*want.inputs, *want.made)}
        for folder in want.listed:
            found |= {f"{folder}/{name}": self._digest(want.root / folder / name) for name in _files(want.root / folder)}
        for pattern in want.globs:
            for path in want.root.glob(pattern):
                found.setdefault(path.relative_to(want.root).as_posix(), self._digest(path))
        return found

    def _digest(self, path: Path) -> str:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev)
            known = self._known.get(path)
            if known is not None and known[0] == stamp:
                return known[1]
            data = path.read_bytes()
        except OSError:
            # A folder, a file without permission, nothing: all of them are no content, and the survey says which it is.
            return ""
        # Editors empty a file before they fill it: that is no content either.
        found = digest.of_bytes(data) if data else ""
        if time.time() - status.st_mtime > _YOUNG:
            self._known[path] = (stamp, found)
        return found


def differing(before: Glance, now: Glance) -> tuple[str, ...]:
    """The files that both knew, or whose content is new: what was saved, removed, or has appeared."""
    return tuple(sorted(path for path in before.keys() | now.keys() if before.get(path, "") != now.get(path, "")))


def present(want: Wanted) -> frozenset[Path]:
    """The folders to watch: of one that is not there the nearest above it that is. A link is followed, to a folder as to a file."""
    found = {_nearest(folder, want.root) for folder in {*folders(want)}}
    paths = [want.root / file for file in want.inputs]
    # Path.is_symlink raises where a folder may not be searched.
    found |= {Path(os.path.realpath(path)).parent for path in paths if os.path.islink(path)}  # noqa: PTH114 - see above
    for pattern in want.globs:
        found |= {_nearest(folder, want.root) for folder in _ways(want.root, pattern)}
    return frozenset(Path(os.path.realpath(folder)) for folder in found if folder is not None)


def _ways(root: Path, pattern: str) -> Iterator[Path]:
    for branch in branches(pattern):
        if not any(sign in branch for sign in "*?["):
            yield root / branch
            continue
        for count, folder in enumerate(path for path in root.glob(branch) if _open(path)):
            if count == _MOST_FOLDERS:
                return
            yield folder


def _nearest(folder: Path, root: Path) -> Path | None:
    """The folder itself, or what is there of the way to it; None outside the project, where nobody waits for it to appear."""
    while folder != root and not _open(folder):
        if root not in folder.parents:
            return None
        folder = folder.parent
    return folder


def _open(folder: Path) -> bool:
    """Whether this is a folder that we may look into: the system lets nobody listen at another."""
    try:
        with os.scandir(folder):
            return True
    except OSError:
        return False


def _files(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return []
