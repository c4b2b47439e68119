"""What outputs must not be: the same file as another, a folder of another, a file that is read, or in a folder for other pictures."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from assetgen.manifest import steps
from assetgen.manifest.draft import Draft
from assetgen.manifest.words import Wrong
from assetgen.manifest.world import World
from assetgen.model import Asset, Local


def check(made: Mapping[str, Asset], drafts: Mapping[str, Draft], shared: World) -> None:
    """No two outputs are one file on any system, none is a folder of another or a file that is read, none lies where originals do."""
    owners: dict[str, Asset] = {}
    folders: dict[str, Asset] = {}
    inputs = {path.casefold(): path for asset in made.values() for path in _inputs(asset, shared)}
    for asset in made.values():
        for output in asset.outputs:
            folded = output.path.casefold()
            other = owners.get(folded) or folders.get(folded)
            folder = folded.rpartition("/")[0]
            while other is None and folder and folder not in folders:
                other = owners.get(folder)
                folders[folder] = asset
                folder = folder.rpartition("/")[0]
            if other is not None:
                _report(asset, output.path, _taken(asset, other, output.path, same=folded in owners), drafts, shared.outputs)
            elif folded in inputs:
                hint = "write it elsewhere: the file it is made from would be lost"
                _report(asset, output.path, Wrong(f'"{output.path}" is read by the manifest as well', hint=hint), drafts, shared.outputs)
            elif (reserved := _reserved(output.path, shared)) is not None:
                _report(asset, output.path, reserved, drafts, shared.outputs)
            owners.setdefault(folded, asset)


def _reserved(path: str, shared: World) -> Wrong | None:
    """Why an output may not lie in the inbox or among the originals: there it would be taken for one of those."""
    if _below(path, shared.inbox):
        return Wrong(f'"{path}" lies in the inbox, "{shared.inbox}"', hint="write it elsewhere, or give project.inbox a folder of its own")
    if shared.originals != "store" and _below(path, shared.originals):
        hint = "write it elsewhere, or give store.originals a folder of its own"
        return Wrong(f'"{path}" lies in the folder of the originals, "{shared.originals}"', hint=hint)
    return None


def _below(path: str, folder: str) -> bool:
    return folder == "." or f"{path}/".casefold().startswith(f"{folder}/".casefold())


def _taken(asset: Asset, other: Asset, path: str, *, same: bool) -> Wrong:
    if asset.base == other.base and asset.variant:
        hint = "put " + " and ".join(f"{{{key}}}" for key in asset.variant) + " into the path"
    else:
        hint = "every output needs a path of its own; to some systems upper and lower case are the same"
    if same:
        return Wrong(f'"{path}" is written by "{other.name}" as well', hint=hint)
    return Wrong(f'"{path}" would be a file and a folder: "{other.name}" writes below it or above it', hint=hint)


def _report(asset: Asset, path: str, wrong: Wrong, drafts: Mapping[str, Draft], root: str) -> None:
    """Point at the entry of `outputs` that makes the path."""
    made = drafts[asset.base]
    inside = path if root == "." else path.removeprefix(f"{root}/")
    for index, entry in enumerate(made.fields.get("outputs", [])):
        text = entry if isinstance(entry, str) else entry.get("path", "")
        pattern = ".*".join(re.escape(part) for part in re.split(r"\{[^{}]*\}", str(PurePosixPath(text))))
        if re.fullmatch(pattern, inside, re.DOTALL):
            made.wrong(("outputs", index), wrong)
            return
    made.wrong((), Wrong(wrong.message, hint=wrong.hint, key=True))


def _inputs(asset: Asset, shared: World) -> Iterable[str]:
    if asset.file is not None:
        yield asset.file
    for reference in (*asset.references, asset.mask, *(control.image for control in asset.controls)):
        if isinstance(reference, Local):
            yield reference.path
    yield from asset.param_files
    for output in asset.outputs:
        yield from steps.files(output.steps, shared.vocabulary.ops)
