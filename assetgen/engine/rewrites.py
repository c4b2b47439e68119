"""Which values of which tables change when assets go to another model. Pure: what it reads is handed in, and nothing is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assetgen.catalog import Model, migrating
from assetgen.errors import Place
from assetgen.manifest import declared
from assetgen.manifest.declared import At
from assetgen.manifest.rewriting import Add, Edit, Put, Remove, Rename, literal
from assetgen.manifest.source import Source
from assetgen.model import Asset, Json
from assetgen.report import words
from assetgen.toml import KeyPath, dotted


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """One value of one file: what it was, what it becomes (None: it goes), and why. `edits` are the changes of the text."""

    file: str
    path: KeyPath
    place: Place
    old: Json
    new: Json
    name: str = ""
    why: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def subject(self) -> str:
        """The key in words: `assets.hero.model`."""
        return dotted(self.path)


@dataclass(kw_only=True)
class Changes:
    """All rewrites in the order in which they were found; `stuck` assets keep their model; `left` says what a person must do."""

    files: Sequence[Source]
    new: Model
    found: dict[At, Rewrite] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    told: dict[str, None] = field(default_factory=dict)

    @property
    def made(self) -> tuple[Rewrite, ...]:
        """The rewrites by file and line."""
        order = {source.file: number for number, source in enumerate(self.files)}
        return tuple(sorted(self.found.values(), key=lambda one: (order[one.file], one.place.line, one.place.column)))

    @property
    def left(self) -> tuple[str, ...]:
        """What is left to a person."""
        return tuple(self.told)

    def put(self, at: At, old: Json, new: Json, *, name: str = "", why: str = "") -> None:
        """Change, rename or remove one value."""
        file, path = at
        edits: tuple[Edit, ...] = (Remove(path),) if new is None else (Put(path, new),) if new != old else ()
        if name and new is not None:
            edits = (*edits, Rename(path, name))
        source = next(source for source in self.files if source.file == file)
        made = Rewrite(file=file, path=path, place=source.locator.place(path), old=old, new=new, name=name, why=why, edits=edits)
        if self.found.setdefault(at, made).edits != edits:
            self.told[f"{dotted(path)} of {file} would have to change in two ways: change it by hand"] = None

    def add(self, at: At, new: Json, *, why: str = "") -> None:
        """Write a new value."""
        file, path = at
        source = next(source for source in self.files if source.file == file)
        place = source.locator.place(path[:-1], key=True)
        self.found[at] = Rewrite(file=file, path=path, place=place, old=None, new=new, why=why, edits=(Add(path, new),))

    def keep(self, asset: Asset, at: At) -> None:
        """Give an asset a value of its own, as `at` has it now."""
        own = declared.own(asset)
        assert own is not None
        (file, path), name, value = own, at[1][-1], _value(self.files, at)
        why = f'"{asset.base}" stays as it is'
        if at[1][-2:-1] != ("params",):
            self.add((file, (*path, name)), value, why=why)
        elif "params" in _table(self.files, own):
            self.add((file, (*path, "params", name)), value, why=why)
        else:
            table = (file, (*path, "params"))
            held = self.found[table].new if table in self.found else {}
            assert isinstance(held, dict)
            self.add(table, {**held, str(name): value}, why=why)


def rewrites(
    moving: Mapping[str, Asset],
    users: Mapping[str, Asset],
    assets: Mapping[str, Asset],
    files: Sequence[Source],
    old: Model | None,
    new: Model,
) -> Changes:
    """What changes for the assets that are `moving`, among all `users` of the old model and all assets of the project."""
    changes = Changes(files=files, new=new)
    _models(changes, moving, users)
    moved = {name: asset for name, asset in moving.items() if name not in changes.stuck}
    taken = _taken({name: asset for name, asset in assets.items() if asset.generated and name not in moved}, files)
    shared: dict[At, tuple[Json, dict[str, None]]] = {}
    for asset in moved.values():
        provider = _provider(asset, new)
        for at, before, after, name, why in _differences(asset, files, old, new, provider):
            if not all(_separable(other, moved.values()) for other in taken.get(at, ())):
                shared.setdefault(at, (before, {}))[1][asset.base] = None
                continue
            for other in taken.get(at, ()):
                changes.keep(other, at)
            changes.put(at, before, after, name=name, why=why)
    for at, (before, bases) in shared.items():
        others = dict.fromkeys(other.base for other in taken[at])
        have = f"{words.quoted(others)} {'has' if len(others) == 1 else 'have'} it as well"
        cure = f"give {words.quoted(bases)} one of {'its' if len(bases) == 1 else 'their'} own"
        changes.told[f'{dotted(at[1])} = {literal(before)} does not suit "{new.id}", and {have}: {cure}'] = None
    return changes


def _models(changes: Changes, moving: Mapping[str, Asset], users: Mapping[str, Asset]) -> None:
    """Change the model where all that read it there move; else give each that moves a model of its own."""
    groups: dict[At | None, list[str]] = {}
    for name, asset in users.items():
        groups.setdefault(declared.model(asset, changes.files), []).append(name)
    for at, names in groups.items():
        if at is not None and all(name in moving for name in names):
            changes.put(at, next(users[name].model for name in names), changes.new.id)
            continue
        bases = {users[name].base for name in names if name not in moving}
        for name in (name for name in names if name in moving):
            own = declared.own(users[name])
            if own is None or users[name].base in bases or (at is not None and at[:1] == own[:1] and at[1][:-1] == own[1]):
                changes.stuck.add(name)
                changes.told[f'"{name}" keeps its model: what names it also stands for pictures that are built'] = None
            else:
                changes.add((own[0], (*own[1], "model")), changes.new.id)


_Difference = tuple[At, Json, Json, str, str]


def _differences(asset: Asset, files: Sequence[Source], old: Model | None, new: Model, provider: str) -> Iterator[_Difference]:
    """Where, the old value, the new one (None: it goes), a new name, and why."""
    for (file, path), table in declared.tables(asset, files):
        for moved in migrating.params(old, new, provider, table):
            name = moved.new_name if moved.new_name is not None and moved.new_name != moved.name else ""
            yield (file, (*path, moved.name)), moved.old, None if moved.new_name is None else moved.new, name, moved.why
    size = migrating.size(new, provider, asset.size)
    if size is not None and (at := declared.field(asset, "size", files)) is not None:
        before = _value(files, at)
        after: Json = [size.width, size.height] if isinstance(before, list) else str(size)
        yield at, before, after, "", f'"{new.id}" does not offer {asset.size}'
    if asset.provider is not None and asset.provider not in new.services and (at := declared.field(asset, "provider", files)) is not None:
        yield at, asset.provider, None, "", f'{asset.provider} does not serve "{new.id}"'
    kept: list[Json] = [name for name in asset.via if name in new.services]
    if len(kept) < len(asset.via) and (at := declared.field(asset, "via", files)) is not None:
        yield at, list(asset.via), kept or None, "", f'only {" and ".join(new.services)} serve "{new.id}"'


def _provider(asset: Asset, new: Model) -> str:
    asked = (asset.provider,) if asset.provider is not None else asset.via
    return next((name for name in (*asked, *new.services) if name in new.services), "")


def _taken(others: Mapping[str, Asset], files: Sequence[Source]) -> dict[At, list[Asset]]:
    """The keys that assets which do not move read their values from, with these assets."""
    found: dict[At, list[Asset]] = {}
    for asset in others.values():
        places = [declared.param(asset, param, files) for param in asset.params]
        places += [declared.field(asset, word, files) for word in ("size", "provider", "via")]
        for at in places:
            if at is not None:
                found.setdefault(at, []).append(asset)
    return found


def _separable(asset: Asset, moving: Iterable[Asset]) -> bool:
    """Whether an asset that stays has a table of its own, in which no asset that moves reads."""
    own = declared.own(asset)
    if own is None:
        return False
    tables = (declared.own(other) for other in moving)
    return not any(table is not None and table[0] == own[0] and table[1][: len(own[1])] == own[1] for table in tables)


def _table(files: Sequence[Source], at: At) -> Mapping[str, Json]:
    value = _value(files, at)
    assert isinstance(value, Mapping)
    return value


def _value(files: Sequence[Source], at: At) -> Json:
    value: Json = next(source.data for source in files if source.file == at[0])
    for step in at[1]:
        value = value[step]  # type: ignore[index]  # the path was found in these values
    return value
