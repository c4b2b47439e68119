"""Edits: an asset with them is made from versions, assets of their own. The unedited one is `hero~0`, the first edit makes `hero~1`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from assetgen.manifest.draft import GENERATION, TAKEN, Draft
from assetgen.manifest.where import Layer, Where
from assetgen.manifest.words import Wrong

MARK = "~"
"""Stands between an asset's name and the number of a version; no name of a user's holds it."""

_SHARED = frozenset({"tags", "matrix", "variables", "protect", "freeze"})
_FINISHING = frozenset({"outputs", "post", "expect", "alt"})
_SERVICE = frozenset({"model", "provider", "via"})


def expanded(draft: Draft) -> Iterator[Draft]:
    """The drafts of the versions and then that of the asset itself; the draft as it is where it has no edits."""
    if "edits" not in draft.fields:
        yield draft
        return
    edits: list[str | Mapping[str, Any]] = draft.fields["edits"]
    if not edits:
        draft.wrong(("edits",), Wrong("there is no edit in it", hint="remove edits", key=True))
        return
    names = [f"{draft.name}{MARK}{number}" for number in range(len(edits) + 1)]
    yield replace(draft, name=names[0], fields=_without(draft.fields, _FINISHING | {"edits"}), edited=draft.name)
    for number, entry in enumerate(edits, 1):
        yield _version(draft, names[number], names[number - 1], number - 1, entry)
    # Its size is that of the last version, which nobody knows before it is there.
    inner = GENERATION - _SERVICE - {"prompt", "style", "params", "freeze"} | {"edits", "file"}
    yield replace(draft, fields=_without(draft.whole, inner), versions=tuple(names))


def _version(draft: Draft, name: str, before: str, index: int, entry: str | Mapping[str, Any]) -> Draft:
    """The draft of one edit: its own fields over those it takes from the asset."""
    own: dict[str, Any] = {"prompt": entry} if isinstance(entry, str) else dict(entry)
    # Another model has parameters of its own; another provider of the same model has not.
    taken = {"seed"} if "model" in own else TAKEN - _SERVICE | {"model"} if _SERVICE & own.keys() else TAKEN
    fields = {key: value for key, value in draft.whole.items() if key in _SHARED | taken}
    fields |= {**own, "params": {**fields.get("params", {}), **own["params"]}} if "params" in own else own
    source, path = draft.where.origin(("edits", index))
    where = Where(Layer(source, path, own), *draft.where.layers)
    return replace(draft, name=name, own=own, fields=fields, whole=fields, where=where, lost=frozenset(), input=before, edited=draft.name)


def _without(fields: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in keys}
