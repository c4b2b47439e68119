"""Every project of a git repository: the folders of the manifests that git tracks, and which of their files git does not have."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assetgen.engine.workspace import Workspace, locate
from assetgen.errors import AssetgenError, UsageError
from assetgen.model import LOCK, MANIFEST, Asset, Local
from assetgen.store import git, location

_TRACKED = f":(top,glob)**/{MANIFEST}"
_AT_ONCE = 500  # paths on one command line, which may not be of any length


@dataclass(frozen=True, slots=True, kw_only=True)
class Untracked:
    """Paths relative to the project, sorted; `ignored`: git has been told to ignore one of them."""

    paths: tuple[str, ...]
    ignored: bool


def top(start: Path) -> Path | None:
    """The folder of the work tree that holds `start`; None outside git."""
    found = location.git_folders(start.resolve())
    return found[0] if found is not None else None


def projects(start: Path) -> list[Path]:
    """The roots of all projects of the repository that holds `start`, sorted; outside git the one at `start` or above it, if any."""
    folder = top(start)
    if folder is None:
        try:
            return [locate(start)]
        except UsageError:
            return []
    manifests = git.paths(_listed(folder, "--cached", "--", _TRACKED))
    return [(folder / path).parent for path in sorted(manifests) if (folder / path).is_file()]


def untracked(workspace: Workspace) -> Untracked:
    """The files that every clone of a project would lack. None outside git, nor where another repository has them."""
    here = top(workspace.root)
    if here is None:
        return Untracked(paths=(), ignored=False)
    root = workspace.root
    tracked = git.paths(_listed(root, "--cached", "--", ":/"))
    missing = sorted({way for path in set(_needed(workspace)) for way in _ways(root, path, here)}.difference(tracked))
    missing = [path for path in missing if (root / path).exists()]
    own = set(_others(root, missing))
    plain = set(_others(root, missing, "--exclude-standard"))
    if workspace.manifest.originals != "store":
        originals = set(_others(root, [workspace.manifest.originals], "--exclude-standard"))
        own, plain = own.union(originals), plain.union(originals)
    return Untracked(paths=tuple(sorted(own)), ignored=own != plain)


def _others(root: Path, paths: Sequence[str], *words: str) -> Iterator[str]:
    """Those of these paths, or below them, that git does not have."""
    for start in range(0, len(paths), _AT_ONCE):
        yield from git.paths(_listed(root, "--others", *words, "--", *(f":(literal){path}" for path in paths[start : start + _AT_ONCE])))


def _ways(root: Path, path: str, top: Path) -> Iterator[str]:
    """A path, and where links lead to, the links and the file that they lead to, if that lies in the repository."""
    real = Path(os.path.realpath(root / path))  # not Path.resolve: of links in a circle it makes an error
    if real == root / path:
        yield path
        return
    folders = (folder.as_posix() for folder in reversed(PurePosixPath(path).parents))
    yield next((folder for folder in folders if (root / folder).is_symlink()), path)
    if real.is_relative_to(top):
        yield os.path.relpath(real, root)


def _needed(workspace: Workspace) -> Iterator[str]:
    """The files that a project is made of. Where outputs are not committed, they are not among them."""
    manifest = workspace.manifest
    yield LOCK
    yield from manifest.files
    for asset in manifest.assets.values():
        yield from _inputs(asset)
        for output in asset.outputs:
            yield from (str(step.params[name]) for step in output.steps for name in workspace.ops[step.op].files & step.params.keys())
            if manifest.commit_outputs:
                yield output.path


def _inputs(asset: Asset) -> Iterator[str]:
    pictures = (*asset.references, asset.mask, *(control.image for control in asset.controls))
    yield from (picture.path for picture in pictures if isinstance(picture, Local))
    yield from asset.param_files
    if asset.file is not None:
        yield asset.file


def _listed(folder: Path, *words: str) -> bytes:
    try:
        return git.run(folder, "ls-files", "-z", *words)
    except FileNotFoundError as error:
        raise AssetgenError("git is not installed", hint="apt install git") from error
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise AssetgenError(f'git cannot list the files of "{folder}": {message}') from error
