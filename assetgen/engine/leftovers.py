"""Removes the temps that killed processes left, wherever a build may have been writing. The holder of a project calls it."""

import os
from pathlib import Path

from assetgen.engine.hold import alone
from assetgen.engine.workspace import Workspace
from assetgen.lockfile import Lock
from assetgen.store import atomic


def sweep(workspace: Workspace, lock: Lock) -> None:
    """Remove temps from the store and from every folder that outputs, originals or the lock are written to."""
    folders = {_folder(output.path) for asset in workspace.manifest.assets.values() for output in asset.outputs}
    folders |= {_folder(written.path) for block in lock.values() for written in block.outputs}
    folders |= {"", workspace.manifest.originals}
    left = workspace.store.temps() + [temp for folder in sorted(folders) for temp in _temps(workspace.root, folder)]
    # Listed before anybody is looked for: a build that begins in between has no temp in the list, and one at work holds its project.
    if left and alone(workspace.home, workspace.root):
        for temp in left:
            temp.unlink(missing_ok=True)


def passing(home: Path, before: float) -> list[Path]:
    """What helps to look at pictures, can be done without, and is older: thumbnails, and locks as they were before a build."""
    found = (*home.glob("thumbs/*"), *home.glob("before-*.lock"))
    return [path for path in found if path.stat().st_mtime <= before]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _temps(root: Path, folder: str) -> list[Path]:
    """The temps of a folder of the project; none where a link leads out of it, or nowhere."""
    full = Path(os.path.realpath(root / folder))
    return atomic.temps(full) if full.is_relative_to(root) and full.is_dir() else []
