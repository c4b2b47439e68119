"""Moves assets from one model to another: what changes in the files, what it costs, what is bought again. Writes on request only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assetgen import manifest
from assetgen.catalog import Model, fitting
from assetgen.engine import rewrites
from assetgen.engine.lint import sources
from assetgen.engine.overlaid import Overlaid
from assetgen.engine.rewrites import Rewrite
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.engine.workspace import Workspace, vocabulary
from assetgen.errors import FaultyFile, UsageError
from assetgen.manifest.rewriting import UnwritableError, rewritten
from assetgen.model import Asset, Manifest
from assetgen.plan.states import AssetPlan, Price, State
from assetgen.report import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One asset before and after. `built`: it has a picture, which the move makes stale. `lost` and `gained` are fields of a request."""

    before: AssetPlan
    after: AssetPlan
    built: bool
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    @property
    def bought(self) -> bool:
        """Whether the next build asks a provider for it."""
        return self.after.buys

    @property
    def blocked(self) -> bool:
        """Whether it could be built before, and cannot after."""
        return self.after.state is State.BLOCKED and self.before.state is not State.BLOCKED

    @property
    def again(self) -> bool:
        """Whether a picture that is there would be bought again."""
        return self.built and self.bought and self.before.state in (State.FRESH, State.FINISH, State.RESTORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What a migration does. `texts` are the new contents of the files that change, `kept` the assets that stay with the old model."""

    old: str
    new: Model
    rewrites: tuple[Rewrite, ...] = ()
    moves: tuple[Move, ...] = ()
    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def blocked(self) -> tuple[str, ...]:
        """The assets that the new model would not take, and that could be built before."""
        return tuple(move.after.name for move in self.moves if move.blocked)


def migration(seen: Survey, old: str, new: str, *, only_unbuilt: bool = False) -> Migration:
    """What moving all assets of the model `old` to `new` does; nothing is written.

    Raises UsageError for a model that there is not, and UnwritableError where a file cannot be changed without changing something else.
    """
    workspace = seen.workspace
    target = _target(workspace, old, new)
    users = {name: asset for name, asset in workspace.manifest.assets.items() if asset.generated and asset.model == old}
    if not users and workspace.catalog.find(old) is None:
        close = workspace.catalog.suggest(old)
        raise UsageError(f'no asset uses the model "{old}"', hint=f"did you mean {close}" if close else "assetgen models")
    built = {name for name in users if _built(seen, name)}
    moving = {name: asset for name, asset in users.items() if not (only_unbuilt and name in built)}
    files = sources(workspace)
    changes = rewrites.rewrites(moving, users, workspace.manifest.assets, files, workspace.catalog.find(old), target)
    texts = {source.file: source.locator.text for source in files}
    for file in dict.fromkeys(change.file for change in changes.made):
        edits = [edit for change in changes.made if change.file == file for edit in change.edits]
        texts[file] = rewritten(texts[file], file, edits)
    changed = {source.file: texts[source.file].encode() for source in files if texts[source.file] != source.locator.text}
    moved = {name: asset for name, asset in moving.items() if name not in changes.stuck}
    after = _checked(workspace, changed, moved, new)
    planned = survey_workspace(replace(workspace, manifest=after), seen.planner.choices)
    moves = tuple(_move(seen, planned, name, built=name in built) for name in moved)
    kept = tuple(name for name in users if name not in moved)
    return Migration(old=old, new=target, rewrites=changes.made, moves=moves, kept=kept, left=changes.left, texts=changed)


def write(workspace: Workspace, made: Migration) -> list[str]:
    """Write the files; returns their names.

    Raises UsageError where one of them is no longer what was read, and where assets that can be built would be blocked.
    """
    if made.blocked:
        text = f'{words.quoted(made.blocked)} would be blocked with "{made.new.id}", so nothing was written'
        raise UsageError(text, hint=f"assetgen migrate {made.old} {made.new.id} tells why")
    now = {source.file: source.locator.text for source in sources(workspace)}
    for file in made.texts:
        edits = [edit for change in made.rewrites if change.file == file for edit in change.edits]
        if rewritten(now[file], file, edits).encode() != made.texts[file]:
            raise UsageError(f'"{file}" was changed meanwhile', hint="run it again")
    for file, data in made.texts.items():
        workspace.project.write(file, data)
    return list(made.texts)


def _target(workspace: Workspace, old: str, new: str) -> Model:
    models, catalog = workspace.manifest.models, workspace.catalog
    for name, other in ((old, (str(models.get(old, {}).get("use", old)), new)), (new, (old, str(models.get(new, {}).get("use", new))))):
        if models.get(name, {}).get("use", name) != name:
            raise UsageError(f'"{name}" is an alias for "{models[name]["use"]}"', hint=f"assetgen migrate {' '.join(other)}")
    found = catalog.models.get(new)
    if found is None:
        close = catalog.suggest(new)
        raise UsageError(f'the catalog has no model "{new}"', hint=f"did you mean {close}" if close else "assetgen models")
    if new == old:
        raise UsageError(f'both models are "{new}"', hint="assetgen migrate OLD NEW")
    return found


def _built(seen: Survey, name: str) -> bool:
    """Whether a picture was made for it: its locked original, or candidates that wait for a pick."""
    block = seen.plan.assets[name].block
    return block is not None and (block.original is not None or bool(block.candidates))


def _checked(workspace: Workspace, changed: Mapping[str, bytes], moved: Mapping[str, Asset], new: str) -> Manifest:
    """The new manifest. Raises UnwritableError where it has a fault, or says more than that these assets have another model."""
    try:
        after = manifest.load(Overlaid(workspace.project, changed), vocabulary(workspace.ops))
    except FaultyFile as fault:
        raise UnwritableError(f"the manifest would have a fault: {fault.message}", hint="make the change by hand") from fault
    before = workspace.manifest
    same = replace(after, assets={}, models={}) == replace(before, assets={}, models={}) and list(after.assets) == list(before.assets)
    if not same or any(_unlike(before.assets[name], asset, name in moved, new) for name, asset in after.assets.items()):
        raise UnwritableError("the manifest would change in more than the model", hint="make the change by hand")
    return after


def _unlike(before: Asset, after: Asset, moved: bool, new: str) -> bool:  # noqa: FBT001 - one of two cases
    """Whether an asset changed otherwise than it should."""
    if not moved and before.generated:
        return before != after
    kept = replace(
        after, model=before.model, params=before.params, size=before.size, provider=before.provider, via=before.via, outputs=before.outputs
    )
    return (moved and after.model != new) or kept != before


def _move(before: Survey, after: Survey, name: str, *, built: bool) -> Move:
    old, new = before.plan.assets[name], after.plan.assets[name]
    lost, gained = _ignored(after, new), _ignored(before, old)
    return Move(
        before=replace(old, price=_price(before, old)),
        after=replace(new, price=_price(after, new)),
        built=built,
        lost=tuple(field for field in lost if field not in gained),
        gained=tuple(field for field in gained if field not in lost),
    )


def _price(seen: Survey, planned: AssetPlan) -> Price | None:
    return planned.price if planned.price is not None else seen.facts.offer(planned.asset).price


def _ignored(seen: Survey, planned: AssetPlan) -> tuple[str, ...]:
    model = seen.workspace.catalog.find(planned.asset.model)
    provider = next(iter(seen.facts.offer(planned.asset).providers), None)
    return fitting.unhonoured(model, provider, fitting.wanted(planned.asset)) if model is not None else ()
