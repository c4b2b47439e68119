"""Which block of the lock belongs to which asset: its own, or after a rename the one that answers its request elsewhere. Pure."""

from collections.abc import Mapping
from functools import cached_property

from assetgen import recipe
from assetgen.lockfile import Block, Lock
from assetgen.model import Asset, Json, Local, Reference
from assetgen.plan import generate
from assetgen.plan.facts import Facts
from assetgen.plan.graph import references
from assetgen.plan.states import AssetPlan


class Names:
    """Matches assets and blocks. An exact answer under another name goes before an own block that does not answer."""

    def __init__(self, assets: Mapping[str, Asset], lock: Lock, facts: Facts, settled: Mapping[str, AssetPlan]) -> None:
        self._settled = settled
        self._assets = assets
        self._lock = lock
        self._facts = facts
        self._heirs: dict[str, str] = {}

    def block(self, asset: Asset, request: Mapping[str, Json], gen_key: str) -> tuple[Block | None, str | None]:
        """The block of an asset, and its old name if it stands under another one."""
        own = self._lock.get(asset.name)
        if own is not None and own.request == request:
            return own, None
        old = self._elsewhere(asset.name, request, gen_key) or (self._nearly(asset.name, request) if own is None else None)
        if old is not None:
            return self._lock[old], old
        return (own, None) if own is not None and not own.removed else (None, None)

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        """The names of the blocks that answer each request. Made only when some asset has no answer of its own."""
        places: dict[str, list[str]] = {}
        for name, block in self._lock.items():
            places.setdefault(recipe.gen_key(block.request), []).append(name)
        return places

    def _elsewhere(self, name: str, request: Mapping[str, Json], gen_key: str) -> str | None:
        for old in self._places.get(gen_key, ()):
            block = self._lock.get(old)
            if old == name or block is None or block.request != request or self._kept(old, block):
                continue
            if self._heirs.setdefault(old, name) == name:
                return old
        return None

    @cached_property
    def _lax(self) -> list[str]:
        """Blocks without an asset whose model ignores part of what it is asked."""
        gone = ((name, block.original) for name, block in self._lock.items() if name not in self._assets)
        return [name for name, original in gone if original is not None and original.unhonoured]

    def _nearly(self, name: str, request: Mapping[str, Json]) -> str | None:
        """A block without an asset that answers the request up to what its model ignores."""
        for old in self._lax:
            block = self._lock.get(old)
            if block is not None and generate.only_unhonoured(block, request) is not None and self._heirs.setdefault(old, name) == name:
                return old
        return None

    def _chosen(self, name: str) -> str | None:
        """The original of an asset: as it was settled, or else as it is locked."""
        if name in self._settled:
            return self._settled[name].chosen
        block = self._lock.get(name)
        return block.original.sha256 if block is not None and block.original is not None else None

    def _kept(self, name: str, block: Block) -> bool:
        """Whether the asset that bears a block's name still goes by it; if that cannot be told yet, it does."""
        asset = self._assets.get(name)
        if asset is None:
            return False
        if asset.versions:
            return "versions" in block.request
        content: dict[Reference, str] = {}
        for reference in references(asset):
            found = self._facts.content(reference.path) if isinstance(reference, Local) else self._chosen(reference.name)
            if found is None:
                return True
            content[reference] = found
        return asset.freeze or generate.only_unhonoured(block, recipe.request(asset, content)) is not None
