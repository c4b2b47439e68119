"""Where the drafts of each project are written down, beside the store that they share; and which of these folders belong to nobody."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from assetgen import digest
from assetgen.model import LOCK, MANIFEST
from assetgen.store import atomic

_FOLDER = "drafts"
_OWNER = "project"


def place(home: Path, root: Path) -> Path:
    """The folder of the drafts of the project at `root`."""
    return home / _FOLDER / digest.of_bytes(str(root).encode())[:16]


def claim(folder: Path, root: Path) -> None:
    """Make the folder, and note whose it is. Whoever holds it calls this, and sweeps what a killed process left."""
    for temp in atomic.temps(folder):
        temp.unlink(missing_ok=True)
    if not (folder / _OWNER).exists():
        atomic.write(folder / _OWNER, str(root).encode())


def locks(home: Path) -> Iterator[bytes]:
    """The text of every lock of drafts."""
    for folder in _folders(home):
        if (folder / LOCK).is_file():
            yield (folder / LOCK).read_bytes()


def remove_lost(home: Path) -> None:
    """Remove what was noted of drafts whose project is gone. Their bytes are objects of the store like any other."""
    for folder in _folders(home):
        owner = folder / _OWNER
        if owner.is_file() and not (Path(owner.read_text(encoding="utf-8")) / MANIFEST).is_file():
            shutil.rmtree(folder)


def _folders(home: Path) -> Iterator[Path]:
    found = home / _FOLDER
    yield from sorted(folder for folder in found.iterdir() if folder.is_dir()) if found.is_dir() else ()
