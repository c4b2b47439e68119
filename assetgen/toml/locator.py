"""Where in a TOML text a key or a value stands. A tolerant scanner that only points: the text has been judged before."""

import re
import tomllib
from bisect import bisect_right
from functools import cached_property
from typing import TypeAlias

from assetgen.errors import Place
from assetgen.toml.outline import STRING

KeyPath: TypeAlias = "tuple[str | int, ...]"

_PART = r"""(?:"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|[^\s=.\[\]{},"'#]++)"""
_KEY = rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+"
_PARTS = re.compile(_PART)
_STATEMENT = re.compile(rf"[ \t]*+(?:(?P<open>\[\[?)[ \t]*+(?P<table>{_KEY})|(?P<key>{_KEY})[ \t]*+=[ \t]*+)")
_PAIR = re.compile(rf"(?P<key>{_KEY})\s*+=\s*+")
_SPACE = re.compile(r"(?:\s++|#[^\n]*+)*+")
_SCALAR = re.compile(rf"{STRING}|[^,\]}}#\n]*+")
_NESTED = re.compile(rf"{STRING}|#[^\n]*+|[\[\]{{}}]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")

_Span: TypeAlias = tuple[int, int, int, int]
"""Start and end of the key, start and end of the value; a value at -1 is that of a table made by a header or a dotted key."""


def bare(key: str) -> str:
    """The key as it stands in TOML: quoted where it must be."""
    return key if _BARE.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def dotted(path: KeyPath) -> str:
    """A path in words: `assets.hero.post[0].op`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{bare(step)}" for step in path).removeprefix(".")


class Locator:
    """Points into one file. Nothing is scanned before the first question; then the whole file, once."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._opened: set[KeyPath] = set()

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """The value at `path`, or its key; where there is none, the nearest thing around it."""
        for length in range(len(path), 0, -1):
            if span := self._find(path[:length]):
                whole = length == len(path) and not key and span[2] >= 0
                return self._at(*span[2:]) if whole else self._at(*span[:2])
        return self._at(0, 0)

    def span(self, path: KeyPath) -> tuple[int, int, int, int] | None:
        """The offsets of a key and of its value, each from start to end; -1 for the value of a table that is opened by a header."""
        return self._find(path)

    def _at(self, start: int, end: int) -> Place:
        line = bisect_right(self._lines, start)
        begin = self._lines[line - 1]
        text = self.text[begin:].partition("\n")[0] if line == len(self._lines) else self.text[begin : self._lines[line] - 1]
        text = text.rstrip("\r")
        length = max(1, min(end, begin + len(text)) - start)
        return Place(file=self.file, line=line, column=start - begin + 1, length=length, text=text)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def _find(self, path: KeyPath) -> _Span | None:
        if span := self._spans.get(path):
            return span
        for length in range(1, len(path)):  # a value written in place is looked into only now
            around = path[:length]
            if around not in self._opened and (outer := self._spans.get(around)) and outer[2] >= 0:
                self._opened.add(around)
                self._open(around, outer[2])
        return self._spans.get(path)

    @cached_property
    def _spans(self) -> dict[KeyPath, _Span]:
        spans: dict[KeyPath, _Span] = {}
        counts: dict[KeyPath, int] = {}
        prefix: KeyPath = ()
        text, at = self.text, 0
        while 0 <= at < len(text):
            if found := _STATEMENT.match(text, at):
                at = found.end()
                if found["open"]:
                    prefix = self._header(spans, counts, found)
                else:
                    end = self._skip(at)
                    self._enter(spans, prefix, found.start("key"), found["key"], (at, end))
                    at = end
            at = text.find("\n", at) + 1 or -1
        return spans

    def _header(self, spans: dict[KeyPath, _Span], counts: dict[KeyPath, int], found: re.Match[str]) -> KeyPath:
        path: KeyPath = ()
        start, parts = found.start("table"), list(_PARTS.finditer(found["table"]))
        for index, part in enumerate(parts):
            path += (_plain(part[0]),)
            span = (start + part.start(), start + part.end(), -1, -1)
            if index < len(parts) - 1:
                spans.setdefault(path, span)
                if path in counts:
                    path += (counts[path],)
            elif found["open"] == "[[":
                spans.setdefault(path, span)
                counts[path] = counts.get(path, -1) + 1
                path += (counts[path],)
                spans[path] = span
            else:
                spans[path] = span
        return path

    def _enter(self, spans: dict[KeyPath, _Span], prefix: KeyPath, start: int, key: str, value: tuple[int, int]) -> None:
        if _BARE.fullmatch(key):
            spans.setdefault((*prefix, key), (start, start + len(key), *value))
            return
        path = prefix
        parts = list(_PARTS.finditer(key))
        for part in parts[:-1]:
            path += (_plain(part[0]),)
            spans.setdefault(path, (start + part.start(), start + part.end(), -1, -1))
        path += (_plain(parts[-1][0]),)
        spans.setdefault(path, (start + parts[-1].start(), start + parts[-1].end(), *value))

    def _skip(self, at: int) -> int:
        """The end of the value that begins at `at`."""
        if not self.text.startswith(("[", "{"), at):
            found = _SCALAR.match(self.text, at)
            return at + len(found[0].rstrip()) if found else at
        depth = 0
        for token in _NESTED.finditer(self.text, at):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            if depth == 0:
                return token.end()
        return len(self.text)

    def _open(self, path: KeyPath, at: int) -> None:
        """Enter the items of the array or inline table at `at`."""
        text, table, index = self.text, self.text[at : at + 1] == "{", 0
        if not table and self.text[at : at + 1] != "[":
            return
        at = self._space(at + 1)
        while at < len(text) and text[at] not in "]}":
            if table:
                if not (found := _PAIR.match(text, at)):
                    return
                end = self._skip(found.end())
                self._enter(self._spans, path, at, found["key"], (found.end(), end))
            else:
                end = self._skip(at)
                self._spans.setdefault((*path, index), (at, end, at, end))
                index += 1
            at = self._space(end)
            if text[at : at + 1] == ",":
                at = self._space(at + 1)
            elif at == end and text[at : at + 1] not in ("]", "}"):
                return

    def _space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at


def _plain(part: str) -> str:
    """The key that one written part means."""
    if part[0] == "'":
        return part[1:-1]
    if part[0] != '"':
        return part
    if "\\" not in part:
        return part[1:-1]
    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except tomllib.TOMLDecodeError:
        return part
