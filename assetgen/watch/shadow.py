"""A shadow of a project, in which drafts are built by the engine itself: a lock of its own, and not one file of the project is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from assetgen import digest
from assetgen.catalog import Catalog
from assetgen.decode.pool import Decoder
from assetgen.engine.lock import LockFile
from assetgen.engine.workspace import Workspace
from assetgen.errors import FaultyFile
from assetgen.files import Project
from assetgen.journal import Journal
from assetgen.ledger import Ledger
from assetgen.lockfile import Block, Lock
from assetgen.model import LOCK, Manifest
from assetgen.plan.states import DRAFTS
from assetgen.store.local import Store


class DraftLock(LockFile):
    """The blocks of all drafts of a project. To a build it looks as if they stood in the project's own lock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._file = folder / LOCK
        self._base: Lock = {}
        self._drawn: frozenset[str] = frozenset()
        self._named: frozenset[str] = frozenset()

    def over(self, base: Lock, *, drawn: frozenset[str], named: frozenset[str]) -> "DraftLock":
        """Show `base`, the blocks of the project itself, with those of `drawn` laid over. Only drafts of `named` assets are kept."""
        self._base, self._drawn, self._named = base, drawn, named
        return self

    def drafts(self) -> dict[str, Block]:
        """The drafts alone."""
        try:
            return super().read()
        except FaultyFile:
            # Of a later version, or damaged: what it told can be drawn again, or is known to the store where it was paid.
            self._file.unlink(missing_ok=True)
            return super().read()

    def read(self) -> dict[str, Block]:
        """The lock that a build of drafts begins with."""
        drafts = self.drafts()
        below = {name: block for name, block in self._base.items() if name not in self._drawn}
        return below | {name: block for name, block in drafts.items() if name in self._drawn}

    def write(self, lock: Lock, *, before: Path | None = None) -> bool:
        """Keep the drafts of a build, and those it was not about. What is not drawn in it belongs to the project, and is not written.

        Nothing is put at `before`: what the project's lock was before is no affair of drafts.
        """
        del before
        mine = {name: _slim(block) for name, block in lock.items() if name in self._drawn}
        return self.keep({name: block for name, block in self.drafts().items() if name in self._named - self._drawn} | mine)

    def keep(self, drafts: Lock) -> bool:
        """Write exactly these drafts."""
        return super().write(drafts)


def _slim(block: Block) -> Block:
    """Without outputs that nobody asks for any more: no file waits to be removed."""
    return replace(block, outputs=tuple(written for written in block.outputs if not written.removed))


class DraftFiles(Project):
    """The files of a project as drafts see them: theirs are in the store only, at the digests of their lock. Nothing is ever written."""

    def __init__(self, real: Project, store: Store, outputs: Mapping[str, str | None], inbox: str) -> None:
        super().__init__(real.root)
        self._real = real
        self._store = store
        self._outputs = dict(outputs)
        self._inbox = inbox

    def content(self, path: str) -> str | None:
        """The digest of a draft's output, as long as its bytes are there; of every other file what the project says."""
        if path not in self._outputs:
            return self._real.content(path)
        found = self._outputs[path]
        return found if found is not None and self._store.has(found) else None

    def obstacle(self, path: str) -> str | None:
        """Nothing stands in the way of what is not written."""
        return None if path in self._outputs else self._real.obstacle(path)

    def files_in(self, folder: str) -> list[str]:
        """As in the project; what lies in the inbox is for the real pictures."""
        return [] if folder == self._inbox else self._real.files_in(folder)

    def forget(self, path: str) -> None:
        """Ask the disk again."""
        self._real.forget(path)

    def write(self, path: str, data: bytes) -> bool:
        """Remember what an output would be; whoever writes has put its bytes into the store."""
        if path in self._outputs:
            self._outputs[path] = digest.of_bytes(data)
        return True

    def replace(self, path: str, data: bytes) -> bool:
        """As `write`."""
        return self.write(path, data)

    def check_unedited(self, path: str) -> None:
        """Nobody can have worked on a file that there is not."""

    def remove(self, path: str) -> None:
        """Nothing is removed."""


@dataclass(kw_only=True)
class Shadow(Workspace):
    """The workspace of drafts: all but lock, files and manifest is that of the project, which closes it."""

    real: Workspace
    drafts: DraftLock

    @cached_property
    def catalog(self) -> Catalog:
        """Read once for both."""
        return self.real.catalog

    @cached_property
    def lock(self) -> DraftLock:
        """The lock of the drafts."""
        return self.drafts

    @cached_property
    def home(self) -> Path:
        """The same store: what was paid for is bought once, whatever for."""
        return self.real.home

    @cached_property
    def name(self) -> str:
        """Another name, so that a build of the project leaves the jobs of drafts alone."""
        return self.real.name + DRAFTS

    @cached_property
    def store(self) -> Store:
        """The store of the project."""
        return self.real.store

    @cached_property
    def journal(self) -> Journal:
        """The journal of the project."""
        return self.real.journal

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of the project."""
        return self.real.ledger

    @cached_property
    def decoder(self) -> Decoder:
        """The children of the project."""
        return self.real.decoder

    def close(self) -> None:
        """Nothing is its own."""


def cast(real: Workspace, made: Manifest, lock: DraftLock, base: Lock, drawn: frozenset[str]) -> Shadow:
    """The shadow of a project in which the assets of `made` that are `drawn` are drafts. `base` is the project's own lock."""
    lock.over({name: block for name, block in base.items() if name in made.assets}, drawn=drawn, named=frozenset(real.manifest.assets))
    outputs: dict[str, str | None] = {output.path: None for name in drawn for output in made.assets[name].outputs}
    for name, block in lock.drafts().items():
        if name in drawn:
            outputs |= {written.path: written.sha256 for written in block.outputs if written.path in outputs}
    return Shadow(
        root=real.root,
        project=DraftFiles(real.project, real.store, outputs, real.manifest.inbox),
        manifest=made,
        settings=real.settings,
        ops=real.ops,
        http=real.http,
        providers=real.providers,
        environ=real.environ,
        real=real,
        drafts=lock,
    )
