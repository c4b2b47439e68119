"""Writes a prompt or a seed back into the manifest, in the file that it stands in. Every other byte stays as it was."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from assetgen import digest, manifest
from assetgen.engine.overlaid import Overlaid
from assetgen.engine.workspace import Workspace, vocabulary
from assetgen.errors import Changed, FaultyFile, UsageError
from assetgen.manifest.rewriting import Add, Edit, Put, Remove, UnwritableError, rewritten
from assetgen.manifest.source import Source
from assetgen.manifest.where import Layer, Where
from assetgen.manifest.words import did_you_mean
from assetgen.model import Asset, Json, Manifest
from assetgen.toml import KeyPath, dotted

Field: TypeAlias = Literal["prompt", "seed"]
Value: TypeAlias = str | int | None

_TOUCHED: Mapping[Field, frozenset[str]] = {"prompt": frozenset({"prompt", "subject"}), "seed": frozenset({"seed"})}
_EXAMPLE: Mapping[Field, str] = {"prompt": '"a red fox"', "seed": "1"}
_HALF = re.compile("[\ud800-\udfff]")
_BY_HAND = "make the change by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEdit:
    """What there is to edit: the value as it is written, before styles and placeholders; None where none is.

    `why` says why it cannot be edited. `shared` are the assets that change with it, the asked one among them.
    """

    value: Value
    editable: bool
    why: str = ""
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """Where a field is written, or would be. `table` is what says something of the asset there: its own table, or the text of an edit."""

    source: Source
    path: KeyPath
    table: KeyPath
    value: Value
    own: bool


def editable(workspace: Workspace, name: str, field: Field) -> FieldEdit:
    """What the manifest has for a field of an asset, and whether it can be written back. Raises UsageError for an unknown asset."""
    asset = _asset(workspace.manifest, name)
    spot, why = _spot(workspace, asset, field)
    if spot is None:
        return FieldEdit(value=None, editable=False, why=why)
    if why:
        return FieldEdit(value=spot.value, editable=False, why=why)
    return FieldEdit(value=spot.value, editable=True, shared=tuple(_sharing(workspace.manifest, spot, field)))


def write(workspace: Workspace, name: str, field: Field, value: Value) -> list[str]:
    """Give a field of an asset another value in the manifest; a seed of None goes. Returns the files that were written.

    Raises UsageError where the field cannot be edited, the value is none for it, or the file is no longer what the workspace has read:
    nothing is written then.
    """
    asset = _asset(workspace.manifest, name)
    spot, why = _spot(workspace, asset, field)
    if spot is None or why:
        raise UsageError(f'the {field} of "{name}" cannot be edited here: {why}', hint=_BY_HAND)
    edit = _edit(spot, name, field, value)
    if edit is None:
        return []
    file, before = spot.source.file, spot.source.locator.text
    data = rewritten(before, file, [edit]).encode()
    _check_unchanged(workspace, file, before.encode())
    _check(workspace, file, data, frozenset(_sharing(workspace.manifest, spot, field)), field)
    try:
        return [file] if workspace.project.replace(file, data) else []
    except Changed as error:
        raise _changed(file) from error


def _asset(found: Manifest, name: str) -> Asset:
    asset = found.assets.get(name)
    if asset is None:
        raise UsageError(f'there is no asset "{name}"', hint=did_you_mean(name, found.assets, "assetgen status"))
    return asset


def _spot(workspace: Workspace, asset: Asset, field: Field) -> tuple[_Spot | None, str]:
    """Where the field stands, and why it cannot be edited there, if so."""
    layers = _layers(asset)
    made = asset.file or (workspace.manifest.assets[asset.versions[0]].file if asset.versions else None)
    if made is not None and (field == "prompt" or not asset.versions):
        return None, f'it is made from the file "{made}"'
    if not layers:
        return None, "it has no place in the manifest"
    own = layers[0]
    given = next((layer for layer in layers if field in layer.table), None)
    spot = _Spot(
        source=own.source,
        path=(*own.path, field),
        table=own.path,
        value=None if given is None else given.table[field],
        own=given is own,
    )
    if not isinstance(_at(own.source.data, own.path), Mapping):
        # An edit that is a mere text: its words stand where its table would, and nothing else has a place there.
        if field != "prompt":
            return spot, 'the edit is a text, which has no place for a seed: write it as { prompt = "...", seed = 1 }'
        spot = replace(spot, path=own.path)
    return spot, _guarded(workspace.root, own.source.file)


def _guarded(root: Path, file: str) -> str:
    """Why a file is not to be replaced by another one of its name; empty where nothing stands against it."""
    full = root / file
    if full.resolve() != full:
        return f'"{file}" is a link'
    if not full.is_file():
        return f'"{file}" is gone'
    return "" if full.stat().st_mode & 0o222 else f'"{file}" is read-only'


def _sharing(found: Manifest, spot: _Spot, field: Field) -> Iterator[str]:
    """The assets that read the field from this spot, or will once it is written there."""
    for name, asset in found.assets.items():
        if asset.file is not None:
            continue
        for layer in _layers(asset):
            if layer.source.file == spot.source.file and layer.path == spot.table:
                yield name
                break
            if field in layer.table:
                break


def _layers(asset: Asset) -> tuple[Layer, ...]:
    return asset.where.layers if isinstance(asset.where, Where) else ()


def _at(data: Any, path: KeyPath) -> Any:  # noqa: ANN401 - any value of TOML
    for step in path:
        data = data[step]
    return data


def _edit(spot: _Spot, name: str, field: Field, value: Value) -> Edit | None:
    """The change of the text; None where there is nothing to change."""
    if value is None and field == "prompt":
        raise UsageError(f'the prompt of "{name}" cannot be taken away', hint="what the picture shows")
    if isinstance(value, bool) or (value is not None and not isinstance(value, str if field == "prompt" else int)):
        raise UsageError(f"a {field} is {'a text' if field == 'prompt' else 'a whole number'}", hint=f"{field} = {_EXAMPLE[field]}")
    if isinstance(value, str) and _HALF.search(value):
        raise UsageError(f"the {field} holds half a character", hint="type it anew")
    if value == spot.value:
        return None
    if value is None:
        if not spot.own:
            table = dotted(spot.path[:-1])
            raise UsageError(f'the seed of "{name}" is inherited, and cannot be taken away', hint=f"{table}.seed = 1")
        return Remove(spot.path)
    new: Json = value
    return Put(spot.path, new) if spot.own else Add(spot.path, new)


def _check(workspace: Workspace, file: str, data: bytes, shared: frozenset[str], field: Field) -> None:
    """Read the whole manifest as it would be. Raises UsageError for a fault, UnwritableError where it says more than it should."""
    before = workspace.manifest
    try:
        after = manifest.load(Overlaid(workspace.project, {file: data}), vocabulary(workspace.ops))
    except FaultyFile as fault:
        raise UsageError(f"the {field} cannot be written: {fault.message}", hint=fault.hint or _BY_HAND) from fault
    same = replace(after, assets={}) == replace(before, assets={}) and list(after.assets) == list(before.assets)
    if not same or any(_unlike(before.assets[name], asset, field if name in shared else None) for name, asset in after.assets.items()):
        raise UnwritableError(f"the manifest would change in more than the {field}", hint=_BY_HAND)


def _unlike(before: Asset, after: Asset, field: Field | None) -> bool:
    """Whether an asset changed otherwise than in this field."""
    if field is None:
        return before != after
    return replace(after, **{touched: getattr(before, touched) for touched in _TOUCHED[field]}) != before


def _check_unchanged(workspace: Workspace, file: str, before: bytes) -> None:
    """Look at the file again. What it is found to be now, it must still be when it is replaced."""
    workspace.project.forget(file)
    if workspace.project.content(file) != digest.of_bytes(before):
        raise _changed(file)


def _changed(file: str) -> UsageError:
    return UsageError(f'"{file}" was changed meanwhile, so nothing was written', hint="look at it, and make the change again")
