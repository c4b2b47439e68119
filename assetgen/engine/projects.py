"""Every project of a git repository: the folders of the manifests that git tracks, and which of their files git does not have."""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from assetgen.engine.workspace import Workspace, locate
from assetgen.errors import AssetgenError, UsageError
from assetgen.model import LOCK, MANIFEST, Asset, Local
from assetgen.store import git, location

_TRACKED = f":(top,glob)**/{MANIFEST}"


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


def untracked(workspace: Workspace) -> list[str]:
    """The files of a project that git neither has nor ignores, and that every clone would lack; sorted. None outside git."""
    if top(workspace.root) is None:
        return []
    needed = set(_needed(workspace))
    kept = "" if workspace.manifest.originals == "store" else f"{workspace.manifest.originals}/"
    listed = git.paths(_listed(workspace.root, "--others", "--exclude-standard", "--", *_folders({*needed, kept} - {""})))
    return sorted(path for path in listed if path in needed or (kept and path.startswith(kept)))


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


def _folders(files: Iterable[str]) -> list[str]:
    """The first folder of each path, or the file where it lies at the top: git looks there only, and the command line stays short."""
    return sorted({f":(literal){path.partition('/')[0]}" for path in files})


def _listed(folder: Path, *words: str) -> bytes:
    try:
        return git.run(folder, "ls-files", "-z", *words)
    except FileNotFoundError as error:
        raise AssetgenError("git is not installed", hint="apt install git") from error
    except subprocess.CalledProcessError as error:
        message = error.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise AssetgenError(f'git cannot list the files of "{folder}": {message}') from error
