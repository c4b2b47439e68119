"""From the root manifest to all files it includes: read, parsed and checked against the grammar."""

import re
from dataclasses import dataclass, field

from assetgen.errors import Fault, FaultyFile
from assetgen.manifest import document, paths
from assetgen.manifest.source import Faults, Source
from assetgen.manifest.vocabulary import Files
from assetgen.manifest.words import Wrong
from assetgen.model import MANIFEST
from assetgen.toml import KeyPath, Locator, parse

MAX_NESTING = 8
_WILD = "*?["


def read(files: Files, faults: Faults) -> list[Source]:
    """Every file once, the root first. Raises `FaultyFile` when one of them could not be read: what it defines is not known then."""
    try:
        data = files.read(MANIFEST)
    except FileNotFoundError:
        raise FaultyFile([Fault(message=f'there is no "{MANIFEST}" here', hint="assetgen init")]) from None
    reading = _Reading(files=files, faults=faults)
    reading.enter(MANIFEST, data)
    if not reading.whole:
        faults.raise_if_any()
    return reading.sources


@dataclass(slots=True)
class _Reading:
    files: Files
    faults: Faults
    sources: list[Source] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    chain: list[str] = field(default_factory=list)
    whole: bool = True

    def enter(self, file: str, data: bytes) -> None:
        self.seen.add(file)
        try:
            values = parse(data, file)
        except FaultyFile as faulty:
            self.faults.take(faulty)
            self.whole = False
            return
        source = Source(file, values, Locator(data.decode(), file))
        self.sources.append(source)
        document.check(source, self.faults, root=not self.chain)
        self.chain.append(file)
        for index, pattern in enumerate(values.get("include", [])):
            self._include(source, ("include", index), pattern)
        self.chain.pop()

    def _include(self, source: Source, path: KeyPath, pattern: str) -> None:
        wild = any(character in pattern for character in _WILD)
        plain = re.sub(r"[*?\[]", "x", pattern)
        try:
            paths.check(plain)
        except Wrong as wrong:
            self.faults.add(source, path, Wrong(wrong.message.replace(plain, pattern), hint=wrong.hint))
            return
        found = [file for file in self.files.glob(pattern) if not wild or file not in self.chain]
        if not found:
            self.whole = False
            self.faults.add(source, path, Wrong(f'no file matches "{pattern}"', hint="paths are relative to the root manifest"))
        for file in found:
            self._file(source, path, file)

    def _file(self, source: Source, path: KeyPath, file: str) -> None:
        if file in self.chain:
            cycle = " -> ".join(f'"{each}"' for each in [*self.chain[self.chain.index(file) :], file])
            self.faults.add(source, path, Wrong(f"files include each other: {cycle}", hint="remove one of the includes"))
        elif len(self.chain) > MAX_NESTING:
            self.faults.add(source, path, Wrong(f"files include files deeper than {MAX_NESTING}", hint="include it from the root manifest"))
        elif file not in self.seen:
            try:
                data = self.files.read(file)
            except FileNotFoundError:
                self.whole = False
                self.faults.add(source, path, Wrong(f'"{file}" does not exist'))
                return
            self.enter(file, data)
