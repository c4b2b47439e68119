"""Which table of which file says something of an asset: its own, an alias of `[models]`, or the defaults. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from assetgen.manifest.source import Source
from assetgen.manifest.where import Layer, Where
from assetgen.model import Asset
from assetgen.toml import KeyPath

At: TypeAlias = tuple[str, KeyPath]
"""A file, and the path of a key in it."""


def model(asset: Asset, sources: Sequence[Source]) -> At | None:
    """The key that names the asset's model of the catalog: `model`, or `use` of the alias that `model` names. None: it is nowhere said."""
    layer = _saying(asset, "model")
    if layer is None:
        return None
    alias = _alias(str(layer.table["model"]), sources)
    if alias is not None and "use" in alias.table:
        return alias.source.file, (*alias.path, "use")
    return layer.source.file, (*layer.path, "model")


def field(asset: Asset, name: str, sources: Sequence[Source]) -> At | None:
    """The key that gives the asset's size, provider or via."""
    layers = _order(asset, sources) if name in {"provider", "via"} else _layers(asset)
    return next(((layer.source.file, (*layer.path, name)) for layer in layers if name in layer.table), None)


def param(asset: Asset, name: str, sources: Sequence[Source]) -> At | None:
    """The key that gives the asset a parameter."""
    return next(((file, (*path, name)) for (file, path), table in tables(asset, sources) if name in table), None)


def tables(asset: Asset, sources: Sequence[Source]) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """Every table of parameters that the asset's own are merged from, the strongest first."""
    for layer in _order(asset, sources):
        if layer.table.get("params"):
            yield (layer.source.file, (*layer.path, "params")), layer.table["params"]


def own(asset: Asset) -> At | None:
    """The asset's own table; None where it has none, as an edit that is a mere text."""
    layers = _layers(asset)
    source, path = (layers[0].source, layers[0].path) if layers else (None, ())
    if source is None:
        return None
    table: Any = source.data
    for step in path:
        table = table[step]
    return (source.file, path) if isinstance(table, Mapping) else None


def _order(asset: Asset, sources: Sequence[Source]) -> Iterator[Layer]:
    """The tables that give parameters, the strongest first: an alias stands just beneath the table that names it."""
    layers, naming = _layers(asset), _saying(asset, "model")
    for layer in layers:
        yield layer
        if layer is naming and (alias := _alias(str(layer.table["model"]), sources)) is not None:
            yield alias


def _saying(asset: Asset, field: str) -> Layer | None:
    return next((layer for layer in _layers(asset) if field in layer.table), None)


def _layers(asset: Asset) -> tuple[Layer, ...]:
    return asset.where.layers if isinstance(asset.where, Where) else ()


def _alias(name: str, sources: Sequence[Source]) -> Layer | None:
    for source in sources:
        table = source.data.get("models", {}).get(name)
        if table is not None:
            return Layer(source, ("models", name), table)
    return None
