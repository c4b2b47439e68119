"""The graph of assets: an edge for every `"@name"`. Cycles were refused when the manifest was read. Pure."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter

from assetgen.model import Asset, Local, Reference, Upstream


def references(asset: Asset) -> tuple[Reference, ...]:
    """Every file or asset that the request of this asset is made from."""
    own = (Local(asset.file),) if asset.file is not None else ()
    mask = (asset.mask,) if asset.mask is not None else ()
    guides = (control.image for control in asset.controls)
    return (*own, *map(Upstream, asset.versions), *asset.references, *mask, *guides, *map(Local, asset.param_files))


def upstream(asset: Asset) -> tuple[str, ...]:
    """The names of the assets it refers to."""
    return tuple(dict.fromkeys(reference.name for reference in references(asset) if isinstance(reference, Upstream)))


def ordered(assets: Mapping[str, Asset]) -> Iterator[Asset]:
    """The assets, each after those it refers to, otherwise in the order of the manifest."""
    edges = {name: upstream(asset) for name, asset in assets.items()}
    if not any(edges.values()):
        yield from assets.values()
        return
    for name in TopologicalSorter(edges).static_order():
        yield assets[name]


def closure(names: frozenset[str], assets: Mapping[str, Asset]) -> frozenset[str]:
    """The names and everything upstream of them."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += upstream(assets[name])
    return frozenset(found)


def downstream(assets: Mapping[str, Asset]) -> dict[str, list[str]]:
    """For each asset, the assets that refer to it."""
    edges: dict[str, list[str]] = {name: [] for name in assets}
    for name, asset in assets.items():
        for above in upstream(asset):
            edges[above].append(name)
    return edges
