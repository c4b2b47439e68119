"""What the answer of a full look rests on, beside the plan itself: everything that was read, looked for and found absent.

Raises TouchedError where something cannot be relied on.
"""

import os
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib import resources

from assetgen import plugins, userconfig
from assetgen.engine.advice import SAID
from assetgen.engine.looks import Looks, TouchedError
from assetgen.engine.probing import SMALL, providers_of
from assetgen.engine.survey import Survey
from assetgen.engine.workspace import Workspace
from assetgen.files import Project, numbers
from assetgen.model import LOCK
from assetgen.providers.foreign import Foreign

_MOST_FOLDERS = 5_000


def everywhere(looks: Looks, workspace: Workspace) -> None:
    """What every command goes by: the files of the project that were read, settings, the program and its plug-ins."""
    manifest = workspace.manifest
    made = frozenset[str]() if manifest.commit_outputs else {output.path for asset in manifest.assets.values() for output in asset.outputs}
    for path, look in workspace.project.looks.items():
        looks.file(path, look, made=path in made)
    _globs(looks, workspace.project)
    config = userconfig.place(workspace.environ)
    if not config.is_absolute():
        raise TouchedError("which file that is depends on the current folder")
    for path in (str(workspace.root / ".env"), str(config)):
        looks.any(path)
    _program(looks)


def planned(looks: Looks, seen: Survey) -> None:
    """What a plan goes by: the lock, and the folders in which pictures are looked for."""
    path = seen.workspace.root / LOCK
    # Read anew, since a build may have written it.
    found, read = (numbers(path.stat()) if path.exists() else None), time.monotonic_ns()
    if seen.workspace.lock.read() != seen.lock:
        raise TouchedError(LOCK)
    looks.file(LOCK, None if found is None else (found, read))
    now = time.monotonic_ns()
    for folder in (seen.workspace.manifest.inbox, seen.workspace.manifest.originals):
        looks.any(f"{looks.root}/{folder}", now)


def linted(looks: Looks, workspace: Workspace) -> None:
    """What the rules of `lint` go by: small files that parameters name, and no provider that may look at more than the request."""
    for asset in workspace.manifest.assets.values():
        for name in providers_of(workspace, asset, workspace.catalog.find(asset.model)) if asset.generated else ():
            provider = workspace.providers[name]
            if provider.traits.loads or isinstance(provider, Foreign):
                raise TouchedError(name)
        for path in (path for path in asset.param_files if path not in workspace.project.looks):
            full = f"{looks.root}/{path}"
            if os.path.exists(full) and os.stat(full).st_size <= SMALL:  # it is no file of the project, which anything may change
                raise TouchedError(path)
            looks.any(full)


def advice(looks: Looks, seen: Survey) -> None:
    """What `assetgen.engine.advice` goes by."""
    said = seen.workspace.home / SAID
    if said.exists():
        looks.any(str(said), time.monotonic_ns())
        return
    for sha256 in paid(seen):
        looks.gone(str(seen.workspace.store.cas / sha256))


def paid(seen: Survey) -> set[str]:
    """The originals in the lock that cost money or a person's work."""
    return {block.original.sha256 for block in seen.lock.values() if block.original is not None and block.original.paid}


def _globs(looks: Looks, project: Project) -> None:
    """The folders in which included files were looked for: whoever adds one changes its folder."""
    for pattern, members in list(project.globs.items()):
        folders = {folder: numbers(os.stat(folder)) if os.path.exists(folder) else None for folder in _searched(str(project.root), pattern)}
        read = time.monotonic_ns()
        if project.glob(pattern) != members:
            raise TouchedError(pattern)
        for folder, found in folders.items():
            if found is None:
                looks.gone(folder)
            else:
                looks.other(folder, found, read)


def _searched(root: str, pattern: str) -> Iterator[str]:
    """The folders that a pattern looks into, and links that match: what they lead to may become a member without changing any folder."""
    folders = [root]
    *parts, last = pattern.split("/")
    for part in parts:
        if part == "**":
            folders = [folder for start in folders for folder, _, _ in os.walk(start)]
        elif any(wild in part for wild in "*?["):
            yield from folders
            found = _matching(folders, part)
            folders = [entry.path for entry in found if entry.is_dir()]
            yield from (entry.path for entry in found if entry.is_symlink() and not entry.is_dir())
        else:
            named = [f"{folder}/{part}" for folder in folders]
            folders = [folder for folder in named if os.path.isdir(folder)]
            yield from (folder for folder in named if not os.path.isdir(folder))
        if len(folders) > _MOST_FOLDERS:
            raise TouchedError(pattern)
    yield from folders
    yield from (entry.path for entry in _matching(folders, last) if entry.is_symlink() and not entry.is_file())


def _matching(folders: list[str], pattern: str) -> list["os.DirEntry[str]"]:
    return [entry for folder in folders for entry in os.scandir(folder) if fnmatchcase(entry.name, pattern)]


def _program(looks: Looks) -> None:
    """The code that decided, the catalog, and the folders in which plug-ins are found."""
    points = [point for group in (plugins.PROVIDERS, plugins.OPS) for point in plugins.found(group).values()]
    tops = {point.module.partition(".")[0] for point in points} | {"assetgen"}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in tops and file:
            looks.any(file)
    catalog = resources.files("assetgen.catalog")
    for entry in (catalog, *catalog.iterdir()):
        looks.any(str(entry))
    for folder in sys.path:
        if not folder:
            raise TouchedError("the current folder is searched for plug-ins, whichever it is")
        found = os.scandir(folder) if os.path.isdir(folder) else ()
        brought = [entry.path for entry in found if entry.name.endswith((".dist-info", ".egg-info"))]
        # The folder of the project itself may be among them, and a build writes the lock there.
        looks.any(folder, None if brought or folder != looks.root else time.monotonic_ns())
        for path in brought:
            looks.any(f"{path}/entry_points.txt")
