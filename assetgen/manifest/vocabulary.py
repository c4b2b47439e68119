"""What a manifest is read against: the names others provide, and the files. Both are handed in; this package opens nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assetgen.post import Op


class Files(Protocol):
    """The files of a project, by path relative to the root manifest."""

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises FileNotFoundError."""
        ...

    def glob(self, pattern: str) -> list[str]:
        """The paths of the files that match, sorted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The ops by name, the ids of the catalog's models, and the names of the providers that are installed."""

    ops: Mapping[str, Op]
    models: frozenset[str]
    providers: frozenset[str]
