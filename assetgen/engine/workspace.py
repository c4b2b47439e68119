"""Everything a command works with, opened once: the project's files, manifest, lock, catalog, plug-ins, store, journal and ledger."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from assetgen import manifest, plugins
from assetgen.catalog import Catalog
from assetgen.catalog import parse as parse_catalog
from assetgen.decode.pool import Decoder
from assetgen.engine.lock import LockFile
from assetgen.engine.spend import unattended
from assetgen.engine.trust import stranger
from assetgen.errors import UsageError
from assetgen.files import Project
from assetgen.journal import Journal
from assetgen.ledger import Ledger
from assetgen.model import MANIFEST, Manifest
from assetgen.net import Http
from assetgen.settings import PROXY, Settings
from assetgen.store import location
from assetgen.store.local import Store


def locate(start: Path) -> Path:
    """The root of the project: the folder of the nearest manifest at `start` or above, but not above its git work tree."""
    start = start.resolve()
    if start.is_file():
        if start.name != MANIFEST:
            raise UsageError(f'"{start.name}" is not a manifest', hint=f'name the folder that holds "{MANIFEST}"')
        return start.parent
    found = location.git_folders(start)
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file():
            return folder
        if found is not None and folder == found[0]:
            break
    raise UsageError(f'there is no "{MANIFEST}" in "{start}" or above it', hint="assetgen init")


@dataclass(kw_only=True)
class Workspace:
    """One opened project. What costs time to open is opened when it is first asked for."""

    root: Path
    project: Project
    manifest: Manifest
    settings: Settings
    ops: plugins.Ops
    http: Http
    providers: plugins.Providers
    environ: Mapping[str, str]

    @classmethod
    def open(cls, start: Path, environ: Mapping[str, str]) -> "Workspace":
        """Read settings and manifest. Raises FaultyFile with every fault."""
        root = locate(start)
        project = Project(root)
        settings = Settings.load(root, environ)
        http = Http(proxy=settings.get(PROXY))
        ops = plugins.Ops()
        return cls(
            root=root,
            project=project,
            manifest=manifest.load(project, vocabulary(ops)),
            settings=settings,
            ops=ops,
            http=http,
            providers=plugins.Providers(settings, http),
            environ=environ,
        )

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog with the manifest's own `[models]` over it."""
        return self.shipped.with_overrides(self.manifest.models)

    @cached_property
    def shipped(self) -> Catalog:
        """The catalog as it came, which nobody's manifest has touched."""
        return catalog()

    @cached_property
    def stranger(self) -> bool:
        """Whether this is built for somebody who may not spend, such as the author of a pull request from a fork."""
        return bool(stranger(self.environ))

    @cached_property
    def unattended(self) -> bool:
        """Whether nobody sits there who could doubt what the manifest says."""
        return unattended(self.environ)

    @cached_property
    def lock(self) -> LockFile:
        """The lock on disk."""
        return LockFile(self.root)

    @cached_property
    def home(self) -> Path:
        """The folder of store, journal, ledger and state."""
        return location.home(self.root)

    @cached_property
    def name(self) -> str:
        """The project's name in its repository."""
        return location.name(self.root)

    @cached_property
    def store(self) -> Store:
        """The local store."""
        return Store(self.home)

    @cached_property
    def journal(self) -> Journal:
        """Paid jobs in flight."""
        return Journal(self.home)

    @cached_property
    def ledger(self) -> Ledger:
        """Money spent."""
        return Ledger(self.home)

    @cached_property
    def decoder(self) -> Decoder:
        """Child processes that verify pictures."""
        return Decoder()

    def close(self) -> None:
        """End children and connections."""
        if "decoder" in self.__dict__:
            self.decoder.close()
        self.providers.close()
        self.http.close()


@contextmanager
def opened(path: Path, environ: Mapping[str, str] | None = None) -> Iterator[Workspace]:
    """The project at `path` or above it, closed at the end. Raises FaultyFile and UsageError."""
    workspace = Workspace.open(path, os.environ if environ is None else environ)
    try:
        yield workspace
    finally:
        workspace.close()


def vocabulary(ops: plugins.Ops) -> manifest.Vocabulary:
    """The names that a manifest may use here."""
    providers = frozenset((*plugins.found(plugins.PROVIDERS), "file"))
    return manifest.Vocabulary(ops=ops, models=frozenset(catalog().models), providers=providers)


def catalog() -> Catalog:
    """The catalog that comes with assetgen."""
    folder = resources.files("assetgen.catalog")
    return parse_catalog({entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")})
