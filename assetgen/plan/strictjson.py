"""JSON that a person may have edited, read strictly: no key twice, no NaN, every fault with its place in the text. Pure."""

import json
import re
from collections.abc import Iterator
from typing import NoReturn

from assetgen.errors import Fault, FaultyFile, Place
from assetgen.toml import KeyPath

LARGEST = 16 * 2**20
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


class Text:
    """One document: its value, and where in the text each part of it stands."""

    def __init__(self, data: bytes, file: str, hint: str) -> None:
        """Read it. Raises FaultyFile; `hint` is the cure for what is no JSON at all."""
        self._file, self._hint = file, hint
        self._text = self._decoded(data)
        self.value = self._parsed()
        self._places: dict[KeyPath, int] = {}
        for path, offset in _places(self._text):
            if path in self._places:
                raise FaultyFile([self.fault(path, f'the key "{path[-1]}" stands here twice', self._hint, offset=offset)])
            self._places[path] = offset

    def fault(self, path: KeyPath, message: str, hint: str = "", *, offset: int | None = None) -> Fault:
        """A fault of the value at a path, or of the nearest one around it that there is."""
        near = path
        while near and near not in self._places:
            near = near[:-1]
        place = self._place(self._places.get(near, 0) if offset is None else offset)
        return Fault(message=message, subject=_dotted(path), place=place, hint=hint)

    def _decoded(self, data: bytes) -> str:
        if len(data) > LARGEST:
            self._refuse(f"is larger than {LARGEST >> 20} MiB")
        try:
            return data.decode()
        except UnicodeDecodeError:
            self._refuse("is not UTF-8")

    def _parsed(self) -> object:
        try:
            found: object = json.loads(self._text, parse_constant=_no_number, parse_float=_finite)
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

    def _refuse(self, what: str) -> NoReturn:
        raise FaultyFile([Fault(message=f"the file {what}", subject=self._file, hint=self._hint)]) from None

    def _place(self, offset: int) -> Place:
        start = self._text.rfind("\n", 0, offset) + 1
        end = self._text.find("\n", offset)
        token = _TOKEN.match(self._text, offset)
        return Place(
            file=self._file,
            line=self._text.count("\n", 0, offset) + 1,
            column=offset - start + 1,
            length=len(token.group()) if token else 1,
            text=self._text[start : end if end >= 0 else None],
        )


def _places(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Where each value of a valid document begins. An object's step is None where a key is to come next."""
    stack: list[tuple[str, str | int | None]] = []
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
            yield tuple(each for _, each in stack if each is not None), token.start()
            if mark in "{[":
                stack.append((mark, None if mark == "{" else 0))


def _dotted(path: KeyPath) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    found = float(text)
    if found in (float("inf"), float("-inf")):
        raise ValueError(text)
    return found
