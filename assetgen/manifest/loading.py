"""The whole way from files to a `Manifest`. What concerns several assets at once is checked here."""

from collections.abc import Iterable, Mapping

from assetgen.manifest import assets, collisions, draft, edits, models, reading, references, world
from assetgen.manifest.draft import Draft
from assetgen.manifest.source import Faults, Source
from assetgen.manifest.vocabulary import Files, Vocabulary
from assetgen.manifest.where import Layer, Where
from assetgen.manifest.words import Wrong
from assetgen.model import Asset, Manifest, Policy, Upstream, Watching
from assetgen.toml import KeyPath


def load(files: Files, vocabulary: Vocabulary) -> Manifest:
    """The manifest and all it includes, resolved. Raises `FaultyFile` with every fault there is, each with its place."""
    faults = Faults()
    sources = reading.read(files, faults)
    shared = world.gather(sources, vocabulary, faults)
    drafts = _drafts(sources, faults)
    _check_defaults(sources, shared)
    watching = _watching(sources[0], shared)
    names = draft.names(drafts.values())
    made: dict[str, Asset] = {}
    for each in drafts.values():
        for asset in assets.build(each, names, shared):
            made[asset.name] = asset
    collisions.check(made, drafts, shared)
    _check_circles(made, drafts)
    faults.raise_if_any()
    root = sources[0].data
    return Manifest(
        assets=made,
        policy=Policy(**root.get("policy", {})),
        watch=watching,
        outputs=shared.outputs,
        commit_outputs=root.get("project", {}).get("commit_outputs", True),
        originals=shared.originals,
        inbox=shared.inbox,
        files=tuple(source.file for source in sources),
        includes=tuple(pattern for source in sources for pattern in source.data.get("include", [])),
        models=shared.models,
    )


def _drafts(sources: list[Source], faults: Faults) -> dict[str, Draft]:
    inherited = draft.defaults(sources)
    origins: dict[KeyPath, Source] = {}
    drafts: dict[str, Draft] = {}
    for source in sources:
        for name in source.data.get("assets", {}):
            if world.claim(source, ("assets", name), origins, faults):
                drafts |= {each.name: each for each in edits.expanded(draft.draft(source, name, inherited[source.file], faults))}
    return drafts


def _watching(root: Source, shared: world.World) -> Watching:
    """What `[watch]` says, its model checked."""
    found = Watching(**root.data.get("watch", {}))
    wrong = models.check_draft(found.draft, shared.models, shared.vocabulary)
    if wrong is not None:
        shared.faults.add(root, ("watch", "draft"), wrong)
    return found


def _check_defaults(sources: Iterable[Source], shared: world.World) -> None:
    """Look at every `[defaults]` by itself, so that a fault in it shows even where no asset inherits it."""
    for source in sources:
        table = source.data.get("defaults", {})
        if not table:
            continue
        where = Where(Layer(source, ("defaults",), table))
        each = draft.with_variants(Draft(name="name", own=table, fields=table, where=where, faults=shared.faults))
        models.choose(each, shared.models, shared.vocabulary)
        assets.read_size(each)
        assets.read_styles(each, shared)
        if "prompt" in table and "file" in table:
            each.wrong(("file",), Wrong('"prompt" and "file" exclude one another', hint="remove one of the two", key=True))


def _check_circles(made: Mapping[str, Asset], drafts: Mapping[str, Draft]) -> None:
    for circle in references.circles(made):
        first = made[circle[0]]
        shown = " -> ".join(f'"@{name}"' for name in circle)
        at = [index for index, each in enumerate(first.references) if each == Upstream(circle[1])]
        path: KeyPath = ("references", at[0]) if at else ("mask",) if first.mask == Upstream(circle[1]) else ("controls",)
        drafts[first.base].wrong(path, Wrong(f"assets refer to each other in a circle: {shown}", hint="remove one of the references"))
