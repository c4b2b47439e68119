"""The whole way from files to a `Manifest`. What concerns several assets at once is checked here."""

from collections.abc import Iterable, Mapping

from assetgen.manifest import assets, draft, models, outputs, reading, references, steps, world
from assetgen.manifest.draft import Draft
from assetgen.manifest.source import Faults, Source
from assetgen.manifest.vocabulary import Files, Vocabulary
from assetgen.manifest.where import Layer, Where
from assetgen.manifest.words import Wrong
from assetgen.model import Asset, Local, Manifest, Policy, Upstream
from assetgen.toml import KeyPath


def load(files: Files, vocabulary: Vocabulary) -> Manifest:
    """The manifest and all it includes, resolved. Raises `FaultyFile` with every fault there is, each with its place."""
    faults = Faults()
    sources = reading.read(files, faults)
    shared = world.gather(sources, vocabulary, faults)
    drafts = _drafts(sources, faults)
    _check_defaults(sources, shared)
    names = draft.names(drafts.values())
    made: dict[str, Asset] = {}
    for each in drafts.values():
        for asset in assets.build(each, names, shared):
            made[asset.name] = asset
    _check_paths(made, drafts, shared)
    _check_circles(made, drafts)
    faults.raise_if_any()
    root = sources[0].data
    return Manifest(
        assets=made,
        policy=Policy(**root.get("policy", {})),
        outputs=shared.outputs,
        commit_outputs=root.get("project", {}).get("commit_outputs", True),
        originals=shared.originals,
        files=tuple(source.file for source in sources),
        models=shared.models,
    )


def _drafts(sources: list[Source], faults: Faults) -> dict[str, Draft]:
    inherited = draft.defaults(sources)
    origins: dict[KeyPath, Source] = {}
    drafts: dict[str, Draft] = {}
    for source in sources:
        for name in source.data.get("assets", {}):
            if world.claim(source, ("assets", name), origins, faults):
                drafts[name] = draft.draft(source, name, inherited[source.file], faults)
    return drafts


def _check_defaults(sources: Iterable[Source], shared: world.World) -> None:
    """Look at every `[defaults]` by itself, so that a fault in it shows even where no asset inherits it."""
    for source in sources:
        table = source.data.get("defaults", {})
        if not table:
            continue
        where = Where(Layer(source, ("defaults",), table))
        each = draft.with_variants(Draft(name="name", own=table, fields=table, where=where, faults=shared.faults))
        models.choose(each, shared.models, shared.vocabulary)
        size = assets.read_size(each) if "size" in table else None
        assets.read_styles(each, shared)
        if "prompt" in table and "file" in table:
            each.wrong(("file",), Wrong('"prompt" and "file" exclude one another', hint="remove one of the two", key=True))
        if "matrix" not in table and "variables" not in table and not shared.faults.any():
            scope = {**shared.variables, "name": "name"}
            post = steps.read(each, ("post",), table.get("post", []), scope, shared)
            outputs.fixed(size, post)


def _check_paths(made: Mapping[str, Asset], drafts: Mapping[str, Draft], shared: world.World) -> None:
    """No two outputs are one file on any system, none is a folder of another, and none is a file that is read."""
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
                _report(asset, output.path, _taken(asset, other, output.path), drafts)
            elif folded in inputs:
                hint = "write it elsewhere: the file it is made from would be lost"
                _report(asset, output.path, Wrong(f'"{output.path}" is read by the manifest as well', hint=hint), drafts)
            owners.setdefault(folded, asset)


def _taken(asset: Asset, other: Asset, path: str) -> Wrong:
    if asset.base == other.base and asset.variant:
        hint = "put " + " and ".join(f"{{{key}}}" for key in asset.variant) + " into the path"
    else:
        hint = "every output needs a path of its own; upper and lower case are the same on some systems"
    return Wrong(f'"{path}" is in the way of an output of "{other.name}"', hint=hint)


def _report(asset: Asset, path: str, wrong: Wrong, drafts: Mapping[str, Draft]) -> None:
    """Point at the entry of `outputs` that makes the path, as near as it can be told."""
    made = drafts[asset.base]
    entries = made.fields.get("outputs", [])
    texts = [entry if isinstance(entry, str) else entry.get("path", "") for entry in entries]
    at = next((index for index, text in enumerate(texts) if path.endswith(text)), len(texts) - 1 if len(texts) == 1 else None)
    if not texts:
        made.wrong((), Wrong(wrong.message, hint=wrong.hint, key=True))
    else:
        made.wrong(("outputs",) if at is None else ("outputs", at), wrong)


def _inputs(asset: Asset, shared: world.World) -> Iterable[str]:
    if asset.file is not None:
        yield asset.file
    for reference in (*asset.references, asset.mask):
        if isinstance(reference, Local):
            yield reference.path
    for output in asset.outputs:
        yield from steps.files(output.steps, shared.vocabulary.ops)


def _check_circles(made: Mapping[str, Asset], drafts: Mapping[str, Draft]) -> None:
    for circle in references.circles(made):
        first = made[circle[0]]
        shown = " -> ".join(f'"@{name}"' for name in circle)
        at = [index for index, each in enumerate(first.references) if each == Upstream(circle[1])]
        path: KeyPath = ("references", at[0]) if at else ("mask",)
        drafts[first.base].wrong(path, Wrong(f"assets refer to each other in a circle: {shown}", hint="remove one of the references"))
