"""One file that was read, and the faults found in all of them. Each fault gets its place here, and only if there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assetgen.errors import Fault, FaultyFile
from assetgen.manifest.words import Wrong
from assetgen.toml import KeyPath, Locator, dotted


@dataclass(frozen=True, slots=True)
class Source:
    """A manifest file: its path in the project, its values as read, and the way back to the text.

    `lost` are the paths of values that were faulty and taken out, so that nothing is said of their absence.
    """

    file: str
    data: dict[str, Any]
    locator: Locator
    lost: set[KeyPath] = field(default_factory=set)


class Faults:
    """Gathers what is wrong, each thing once, however many assets inherit it."""

    def __init__(self) -> None:
        self._found: dict[Fault, tuple[int, int, int]] = {}
        self._files: dict[str, int] = {}

    def add(self, source: Source, path: KeyPath, wrong: Wrong) -> None:
        """Report something about the value (or the key) at `path` of a file."""
        full = path + wrong.below
        place = source.locator.place(full, key=wrong.key)
        order = self._files.setdefault(source.file, len(self._files))
        fault = Fault(message=wrong.message, subject=dotted(full), place=place, hint=wrong.hint)
        self._found.setdefault(fault, (order, place.line, place.column))

    def take(self, faulty: FaultyFile) -> None:
        """Keep the faults of a file that could not be read at all."""
        for fault in faulty.faults:
            place = fault.place
            order = self._files.setdefault(place.file, len(self._files)) if place else 0
            self._found.setdefault(fault, (order, place.line, place.column) if place else (0, 0, 0))

    def raise_if_any(self) -> None:
        """Raise all of them together, in the order of the files."""
        if self._found:
            raise FaultyFile(sorted(self._found, key=self._found.__getitem__))


def look_up(table: Mapping[str, Any], path: KeyPath) -> bool:
    """Whether there is a value at `path`."""
    value: Any = table
    for step in path:
        if (isinstance(value, Mapping) and step in value) or (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            value = value[step]  # type: ignore[index]  # a list only with an integer
        else:
            return False
    return True
