"""What the drafts of a watch are drawn from, as a value: while it stays the same, drawing once more brings nothing new."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assetgen.engine.survey import Survey
from assetgen.model import Json, Manifest
from assetgen.watch import files, todo
from assetgen.watch.rough import pencil
from assetgen.watch.todo import Print


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """`manifest` is without its assets, of which `prints` tell; `contents` has the digest of each file that they are made from.

    `unpaid` are those for which no draft is paid, and `costly` says whether drafts may cost something at all.
    """

    prints: Mapping[str, Print]
    manifest: Manifest
    contents: Mapping[str, str | None]
    unpaid: frozenset[str]
    costly: bool
    _settings: tuple[tuple[Mapping[str, str], ...], Mapping[str, Mapping[str, Json]]] = field(repr=False)


def paper(seen: Survey, held: frozenset[str], unpaid: frozenset[str]) -> Paper:
    """What the drafts of these assets would be drawn from now."""
    workspace = seen.workspace
    manifest = workspace.manifest
    inputs = {path for name in held for path in files.inputs(manifest.assets[name], workspace.ops)}
    return Paper(
        prints=todo.prints(seen.plan, held),
        manifest=replace(manifest, assets={}),
        contents={path: seen.facts.content(path) for path in inputs},
        unpaid=unpaid & held,
        costly=not pencil(manifest, workspace.catalog).placeholder,
        # What the environment says stays as it is while a watch runs.
        _settings=(workspace.settings.sources[1:], workspace.settings.tables),
    )
