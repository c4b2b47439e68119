"""Gathers the bytes a step needs: originals, references, files that ops read. Draws an original again where that is free."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from assetgen import digest
from assetgen.decode import container
from assetgen.decode.facts import NotAPicture
from assetgen.engine import originals
from assetgen.engine.addressing import addressed, taken
from assetgen.engine.facts import DiskFacts, slug
from assetgen.engine.workspace import Workspace
from assetgen.errors import AssetgenError, Corrupt, ProviderFailure, UsageError
from assetgen.lockfile import Original
from assetgen.model import Asset, Json, Local, Reference, Size, Upstream
from assetgen.plan.states import AssetPlan, OutputState, State
from assetgen.post import PostError
from assetgen.post.image import open_image
from assetgen.post.mask import normal, widened
from assetgen.providers import Blob, Guide, Request


class Repeat:
    """The job of drawing an original again: nothing to save, nobody to tell."""

    handle: Mapping[str, Json] | None = None

    def save(self, handle: Mapping[str, Json]) -> None:
        """A repeatable provider has no job ids."""

    def progress(self, fraction: float | None, text: str) -> None:
        """Drawing again is quick."""

    def cancelled(self) -> bool:
        """It is never stopped half-way."""
        return False


@dataclass(kw_only=True)
class Materials:
    """Where bytes come from in one build."""

    workspace: Workspace
    facts: DiskFacts
    settled: Mapping[str, AssetPlan]

    def original(self, planned: AssetPlan) -> bytes:
        """The bytes of an asset's chosen original. Raises Corrupt where they are nowhere."""
        if planned.asset.file is not None:
            return self.workspace.project.read_seen(planned.asset.file)
        for version in map(self.settled.__getitem__, planned.asset.versions):
            if version.chosen == planned.chosen:
                return self.original(version)
        assert planned.chosen is not None
        data = self.facts.bytes(planned.chosen)
        if data is not None:
            return data
        locked = planned.block.original if planned.block is not None else None
        if locked is None or not self.facts.repeatable(locked.provider):
            raise self._lost(planned.name, planned.chosen)
        return self._redraw(planned, locked)

    def addressed(self, planned: AssetPlan, provider: str) -> Request:
        """The request of an asset in the terms of one provider."""
        found = addressed(self.workspace.catalog, self.request(planned), provider, planned.asset.size)
        return taken(self.workspace.providers[provider], found, planned.asset.size)

    def request(self, planned: AssetPlan) -> Request:
        """The request of an asset with the bytes of its references, not yet addressed to any provider."""
        asset = planned.asset
        references = tuple(self._blob(asset, reference) for reference in asset.references)
        mask = None if asset.mask is None else self._mask(asset, asset.mask, references[0])
        if asset.expand is not None:
            first, border = widened(references[0].data, **asdict(asset.expand))
            references = (Blob(data=first, format="png", name="widened.png"), *references[1:])
            mask = Blob(data=border, format="png", name="mask.png")
        return Request(
            model=asset.model,
            prompt=asset.prompt,
            negative=asset.negative,
            seed=asset.seed,
            params=asset.params,
            size=Size(*open_image(references[0].data).size) if self._is_edit(asset) else None,
            references=references,
            mask=mask,
            loras=asset.loras,
            guides=tuple(
                Guide(kind=control.kind, image=self._blob(asset, control.image), scale=control.scale, model=control.model)
                for control in asset.controls
            ),
            files={path: self.workspace.project.read_seen(path) for path in asset.param_files},
            subject=asset.subject,
            label=asset.edited or asset.name,
        )

    def _is_edit(self, asset: Asset) -> bool:
        """Whether the first reference is the version before: the picture that is changed, and whose size is to stay."""
        first = asset.references[0] if asset.edited and asset.references else None
        return isinstance(first, Upstream) and self.settled[first.name].asset.edited == asset.edited

    def secure(self) -> None:
        """Put into the store what assets are going to be restored or finished from and only output files hold.

        Files may change places, and the first one that is written could be the only copy of what the next one needs.
        """
        store = self.workspace.store
        for planned in self.settled.values():
            if planned.state not in (State.RESTORE, State.FINISH) or planned.asset.file is not None:
                continue
            wanted = [output.sha256 for output in planned.outputs if output.state is OutputState.RESTORE]
            for sha256 in (*wanted, planned.chosen):
                if sha256 is not None and not store.has(sha256) and (data := self.facts.bytes(sha256)) is not None:
                    store.put(data)

    def files(self, planned: AssetPlan) -> dict[str, bytes]:
        """The bytes of the files that the ops of an asset read."""
        found: dict[str, bytes] = {}
        for output in planned.asset.outputs:
            for step in output.steps:
                for name in self.workspace.ops[step.op].files & step.params.keys():
                    path = str(step.params[name])
                    found[path] = self.workspace.project.read_seen(path)
        return found

    def _lost(self, name: str, sha256: str) -> Corrupt:
        """Bytes that the plan took to be there, and that cannot be read."""
        pointer = next((path for path in self.facts.places(sha256) if self.facts.content(path) == sha256), None)
        if pointer is not None:
            return Corrupt(f'the original of "{name}" is not here: "{pointer}" is a git LFS pointer', hint="git lfs pull")
        return Corrupt(f'the original of "{name}" is damaged or gone', hint="assetgen store verify")

    def _redraw(self, planned: AssetPlan, locked: Original) -> bytes:
        provider = self.workspace.providers[locked.provider]
        label = str(locked.effective.get("label", "")) or planned.name
        request = replace(self.addressed(planned, provider.name), label=label)
        if locked.seed is not None:
            request = replace(request, seed=locked.seed)
        try:
            data = provider.generate(request, Repeat())[0].data
        except ProviderFailure as failure:
            raise AssetgenError(f"the original could not be drawn again: {failure.message}", hint=failure.hint) from failure
        if digest.of_bytes(data) == locked.sha256:
            self.workspace.store.put(data)
            return data
        if originals.verify(self.workspace, data, request).pixels == locked.pixels:
            return data
        message = f'"{planned.name}" is drawn differently today than the picture that is locked'
        raise AssetgenError(message, hint=f"assetgen build --regenerate {planned.name}")

    def _mask(self, asset: Asset, reference: Reference, painted: Blob) -> Blob:
        """A mask in the one form that providers get, whatever form it has in the project."""
        given = self._blob(asset, reference)
        try:
            data = normal(given.data, painted.data)
        except (PostError, NotAPicture) as error:
            named = reference.path if isinstance(reference, Local) else f"@{reference.name}"
            said = error.message if isinstance(error, PostError) else f"cannot be laid over its picture: {error.message}"
            raise UsageError(f'"{named}", the mask of "{asset.name}", {said}', hint=error.hint) from error
        return Blob(data=data, format="png", name=f"{given.name.rpartition('.')[0] or given.name}.png")

    def _blob(self, asset: Asset, reference: Reference) -> Blob:
        if isinstance(reference, Local):
            name, data = reference.path, self.workspace.project.read_seen(reference.path)
        else:
            name, data = f"{slug(reference.name)}.png", self.original(self.settled[reference.name])
        found = container.sniff(data)
        if found is None:
            hint = "git lfs pull" if data.startswith(b"version https://git-lfs") else "a PNG, JPEG, WebP or AVIF file"
            raise UsageError(f'"{name}", a reference of "{asset.name}", is not a picture', hint=hint)
        return Blob(data=data, format=found, name=name.rpartition("/")[2])
