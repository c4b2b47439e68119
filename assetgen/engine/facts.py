"""The questions of a plan, answered from disk, store, journal and catalog."""

import contextlib
import re
from dataclasses import replace
from pathlib import PurePosixPath

from assetgen import digest
from assetgen.decode import container
from assetgen.engine.offers import offer
from assetgen.engine.workspace import Workspace
from assetgen.lockfile import Lock, Original
from assetgen.model import Asset, Local
from assetgen.plan.facts import Drop
from assetgen.plan.states import JobState, Offer, OpenJob, Reason

_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif"})
_HEAD = 512


class DiskFacts:
    """See `assetgen.plan.facts.Facts`. Journal rows are read once, when it is made."""

    def __init__(self, workspace: Workspace, lock: Lock) -> None:
        self._workspace = workspace
        self.rows = workspace.journal.rows()
        self._jobs: dict[str, list[OpenJob]] = {}
        for row in self.rows:
            self._jobs.setdefault(row.gen_key, []).append(self._reachable(row))
        self._paths: dict[str, list[str]] = {}
        for block in lock.values():
            for written in block.outputs:
                self._paths.setdefault(written.sha256, []).append(written.path)
        self._offers: dict[str, Offer] = {}
        self._inbox: dict[str, str] | None = None
        self._kept: dict[str, str] | None = None

    def _reachable(self, row: OpenJob) -> OpenJob:
        """A job as a plan may take it: where its provider is not installed, nobody can ask for its answer."""
        if row.state is not JobState.SUBMITTED or row.provider in self._workspace.providers:
            return row
        return replace(row, state=JobState.UNKNOWN, detail="that provider is not installed")

    def content(self, path: str) -> str | None:
        """SHA-256 of a file of the project."""
        return self._workspace.project.content(path)

    def obstacle(self, path: str) -> str | None:
        """Why what lies at a path is no file of the project."""
        return self._workspace.project.obstacle(path)

    def find(self, sha256: str) -> bool:
        """Whether store, originals folder or a locked output have these bytes."""
        if self._workspace.store.has(sha256) or self.kept(sha256) is not None:
            return True
        return any(self.content(path) == sha256 for path in self._paths.get(sha256, ()))

    def kept(self, sha256: str) -> str | None:
        """The project path of a committed original, if `[store] originals` is a folder and holds it."""
        folder = self._workspace.manifest.originals
        if folder == "store":
            return None
        if self._kept is None:
            paths = self._workspace.project.files_in(folder)
            self._kept = {PurePosixPath(path).stem.rpartition("-")[2]: path for path in paths}
        path = self._kept.get(sha256[:16])
        return path if path is not None and self.content(path) == sha256 else None

    def bytes(self, sha256: str) -> bytes | None:
        """Bytes of this digest from wherever they are, verified."""
        data = self._workspace.store.get(sha256)
        if data is not None:
            return data
        for path in self.places(sha256):
            # What `content` says may be the digest a git LFS pointer stands for; the bytes themselves are wanted here.
            if self.content(path) == sha256 and digest.of_bytes(data := self._workspace.project.read(path)) == sha256:
                return data
        return None

    def places(self, sha256: str) -> list[str]:
        """Where in the project these bytes, or a git LFS pointer to them, are or have been."""
        kept = self.kept(sha256)
        return ([kept] if kept else []) + self._paths.get(sha256, [])

    def yielded(self, gen_key: str) -> tuple[Original, ...]:
        """What this request yielded before."""
        return self._workspace.store.yielded(gen_key)

    def jobs(self, gen_key: str) -> tuple[OpenJob, ...]:
        """Open rows for this request."""
        return tuple(self._jobs.get(gen_key, ()))

    def reread(self, gen_key: str) -> None:
        """Ask the journal again for this request, since another build has ended with it."""
        self._jobs[gen_key] = [row for row in self._workspace.journal.rows() if row.gen_key == gen_key]

    def done(self, row: OpenJob) -> None:
        """A row was dealt with in this run."""
        rows = self._jobs.get(row.gen_key, [])
        self._jobs[row.gen_key] = [other for other in rows if other.id != row.id]

    def inbox(self, asset: str) -> Drop | None:
        """The file that a person dropped for this asset: its stem is the asset's name, or the name in file-safe form.

        A name that is exactly that of one asset never means another one.
        """
        if self._inbox is None:
            found = (PurePosixPath(path) for path in self._workspace.project.files_in(self._workspace.manifest.inbox))
            self._inbox = {path.stem: str(path) for path in found if path.suffix.lower() in _PICTURES}
        if asset in self._inbox:
            return Drop(path=self._inbox[asset])
        stem = slug(asset)
        if stem not in self._inbox or self._by_hand(stem):
            return None
        others = (name for name in self._workspace.manifest.assets if name != asset and slug(name) == stem)
        return Drop(path=self._inbox[stem], rivals=tuple(name for name in others if self._by_hand(name)))

    def _by_hand(self, asset: str) -> bool:
        found = self._workspace.manifest.assets.get(asset)
        return found is not None and self.offer(found).traits.by_hand

    def offer(self, asset: Asset) -> Offer:
        """Who could generate it, for how much."""
        if asset.name not in self._offers:
            found = offer(self._workspace, asset)
            if found.problem is None and not found.traits.by_hand:
                found = replace(found, problem=self._not_a_picture(asset))
            self._offers[asset.name] = found
        return self._offers[asset.name]

    def _not_a_picture(self, asset: Asset) -> Reason | None:
        """Why a file that is to be sent as a picture can't be: by its first bytes, and only where somebody is going to be asked."""
        pictures = (*asset.references, asset.mask, *(control.image for control in asset.controls))
        for path in (one.path for one in pictures if isinstance(one, Local) and self.content(one.path) is not None):
            with contextlib.suppress(OSError), (self._workspace.project.root / path).open("rb") as file:
                head = file.read(_HEAD)
                if container.sniff(head) is None:
                    hint = "git lfs pull" if head.startswith(b"version https://git-lfs") else "a PNG, JPEG, WebP or AVIF file"
                    return Reason(code="not-a-picture", text=f'"{path}" is not a picture', hint=hint)
        return None

    def repeatable(self, provider: str) -> bool:
        """Whether this provider makes the same pixels again for free."""
        found = self._workspace.providers.get(provider)
        return found is not None and found.traits.repeatable


def slug(asset: str) -> str:
    """An asset's name as a file name: `icon[theme=light,size=s]` becomes `icon-light-s`."""
    base, _, variant = asset.partition("[")
    values = [part.partition("=")[2] for part in variant.rstrip("]").split(",")] if variant else []
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join([base, *values]))
