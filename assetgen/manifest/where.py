"""The places of an asset's fields: in its own table, in the defaults of its file, or in those of the root. Asked for, not computed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assetgen.errors import Place
from assetgen.manifest.source import Source, look_up
from assetgen.toml import KeyPath


@dataclass(frozen=True, slots=True)
class Layer:
    """A table that gives fields to an asset."""

    source: Source
    path: KeyPath
    table: Mapping[str, Any]


class Where(Mapping[str, Place]):
    """Field to place; `""` is the asset itself, `"outputs.0"` looks inside. Layers run from the asset's own table down."""

    __slots__ = ("layers",)

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers

    def origin(self, path: KeyPath) -> tuple[Source, KeyPath]:
        """The file and the full path of what holds for `path`: the first layer that has it, or has what is around it."""
        for length in range(len(path), 0, -1):
            for layer in self.layers:
                if look_up(layer.table, path[:length]):
                    return layer.source, layer.path + path
        return self.layers[0].source, self.layers[0].path + path

    def __getitem__(self, field: str) -> Place:
        if not field:
            own = self.layers[0]
            return own.source.locator.place(own.path, key=True)
        path = tuple(int(step) if step.isdigit() else step for step in field.split("."))
        if not any(look_up(layer.table, path) for layer in self.layers):
            raise KeyError(field)
        source, full = self.origin(path)
        return source.locator.place(full)

    def __iter__(self) -> Iterator[str]:
        yield ""
        yield from dict.fromkeys(key for layer in self.layers for key in layer.table)

    def __len__(self) -> int:
        return sum(1 for _ in self)
