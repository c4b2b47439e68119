"""JSON that a person may have edited, read strictly: no key twice, no NaN, every fault with its place in the text. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from assetgen.errors import Fault, FaultyFile, Place
from assetgen.manifest.words import quoted
from assetgen.toml import KeyPath

LARGEST = 10 * 2**20
"""Ten thousand assets with long prompts fit; what is read of a hostile file of this size fits into 1 GB."""
MOST = 20
"""The faults that are told of one file."""
EXCERPT = 200
"""The longest line that is shown with a fault, and the longest key in its subject."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class Text:
    """One document: its value, and where in the text each part of it stands."""

    def __init__(self, data: bytes, file: str, hint: str) -> None:
        """Read it. Raises FaultyFile; `hint` is the cure for what is no JSON at all."""
        self._file, self._hint = file, hint
        self._text = self._decoded(data)
        self._twice = False
        self.value = self._parsed()
        if self._twice:
            path, offset = _repeated(self._text)
            message = f"the key {quoted(path[-1])} stands here twice"
            raise FaultyFile([Fault(message=message, subject=_dotted(path), place=self._place(offset), hint=hint)])

    def fault(self, path: KeyPath, message: str, hint: str = "") -> Fault:
        """A fault of the value at a path, or of the nearest one around it that there is."""
        return self.faults([(path, message, hint)])[0]

    def faults(self, wrongs: Sequence[tuple[KeyPath, str, str]]) -> list[Fault]:
        """A fault for each path, message and hint. Of many only the first are told, and how many more there are."""
        told = wrongs[:MOST]
        # Looked for when they are needed, since the places of all values would take many times the size of a large file.
        wanted = {path[:length] for path, _, _ in told for length in range(len(path) + 1)}
        deepest = max(len(path) for path, _, _ in told)
        places: dict[KeyPath, int] = {}
        for stack, offset in _values(self._text):
            if len(stack) <= deepest and (path := tuple(step for _, step in stack)) in wanted:
                places[path] = offset
        found = [
            Fault(message=_cut(message, 2 * EXCERPT), subject=_dotted(path), place=self._place(_nearest(path, places)), hint=hint)
            for path, message, hint in told
        ]
        if len(wrongs) > MOST:
            found.append(Fault(message=f"{len(wrongs) - MOST} more faults are not shown", subject=self._file, hint=self._hint))
        return found

    def _decoded(self, data: bytes) -> str:
        if len(data) > LARGEST:
            self._refuse(f"is larger than {LARGEST >> 20} MiB")
        try:
            return data.decode()
        except UnicodeDecodeError:
            self._refuse("is not UTF-8")

    def _parsed(self) -> object:
        try:
            found: object = json.loads(self._text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=self._table)
            # A half of a character can be spelled with \u, and in no file.
            json.dumps(found, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            told = f"{error.msg[:1].lower()}{error.msg[1:]}".replace("'", '"')
            raise FaultyFile([Fault(message=f"not JSON: {told}", place=self._place(error.pos), hint=self._hint)]) from None
        except RecursionError:
            self._refuse("is nested too deeply")
        except ValueError:
            self._refuse("holds a number or a character that no file can hold")
        return found

    def _table(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            self._twice = True
        return found

    def _refuse(self, what: str) -> NoReturn:
        raise FaultyFile([Fault(message=f"the file {what}", subject=self._file, hint=self._hint)]) from None

    def _place(self, offset: int) -> Place:
        start = self._text.rfind("\n", 0, offset) + 1
        end = self._text.find("\n", offset)
        end = end if end >= 0 else len(self._text)
        token = _TOKEN.match(self._text, offset)
        return Place(
            file=self._file,
            line=self._text.count("\n", 0, offset) + 1,
            column=offset - start + 1,
            length=min(len(token.group()), EXCERPT) if token else 1,
            # Every fault of a file without line ends would carry the whole of it.
            text=self._text[start:end] if end - start <= EXCERPT else "",
        )


def _values(text: str) -> Iterator[tuple[list[tuple[str, Any]], int]]:
    """Where each value of a valid document begins, and what it lies in. An object's step is None where a key is to come next."""
    stack: list[tuple[str, Any]] = []
    for token in _TOKEN.finditer(text):
        mark = token.group()
        kind, step = stack[-1] if stack else ("", None)
        if mark in "}]":
            stack.pop()
        elif mark == ",":
            stack[-1] = (kind, step + 1 if isinstance(step, int) else None)
        elif kind == "{" and step is None:
            stack[-1] = (kind, json.loads(mark))
        elif mark != ":":
            yield stack, token.start()
            if mark in "{[":
                stack.append((mark, None if mark == "{" else 0))


def _repeated(text: str) -> tuple[KeyPath, int]:
    """The first value whose key stood in its table before, and its place. Only for a text that holds one."""
    tables: list[set[str]] = []
    for stack, offset in _values(text):
        del tables[len(stack) :]
        step = stack[-1][1] if stack else 0
        if isinstance(step, str):
            if step in tables[-1]:
                return tuple(each for _, each in stack), offset
            tables[-1].add(step)
        tables.append(set())
    raise AssertionError("no key stands there twice")


def _nearest(path: KeyPath, places: Mapping[KeyPath, int]) -> int:
    while path and path not in places:
        path = path[:-1]
    return places[path]


def _dotted(path: KeyPath) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    return _cut(text, EXCERPT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    found = float(text)
    if found in (float("inf"), float("-inf")):
        raise ValueError(text)
    return found
