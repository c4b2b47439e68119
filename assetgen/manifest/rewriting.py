"""Changes single values of a manifest in its text. Every other byte stays: comments, layout, the way a string is quoted. Pure."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from assetgen.errors import AssetgenError, FaultyFile
from assetgen.manifest.quoting import quoted, several_lines
from assetgen.model import Json
from assetgen.toml import KeyPath, Locator, bare, dotted, parse


@dataclass(frozen=True, slots=True)
class Put:
    """Give the key at `path` another value."""

    path: KeyPath
    value: Json


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the key at `path` another name, in its place, and perhaps another value."""

    path: KeyPath
    name: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the key at `path` away. A comment behind it stays, on a line of its own."""

    path: KeyPath


@dataclass(frozen=True, slots=True)
class Add:
    """Write a new key into the table that `path` without its last step leads to, at the top of it."""

    path: KeyPath
    value: Json


Edit: TypeAlias = Put | Rename | Remove | Add
_Splice: TypeAlias = tuple[int, int, str]


class UnwritableError(AssetgenError):
    """A change that cannot be made in the text without touching something else; nothing was written."""

    exit_code = 2


def rewritten(text: str, file: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made. Raises UnwritableError where what comes out says anything else than these edits say."""
    before = parse(text.encode(), file)
    locator = Locator(text, file)
    removed = frozenset(edit.path for edit in edits if isinstance(edit, Remove))
    splices = sorted({splice for edit in edits for splice in _splices(locator, before, edit, removed)})
    made, end = text, len(text) + 1
    for start, stop, new in reversed(splices):
        if stop > end:
            raise UnwritableError(f'"{file}" cannot be rewritten: two changes touch each other', hint="make the change by hand")
        made, end = made[:start] + new + made[stop:], start
    try:
        after = parse(made.encode(), file)
    except FaultyFile as fault:
        raise UnwritableError(f'"{file}" cannot be rewritten: {fault.message}', hint="make the change by hand") from fault
    if _bare_params(after) != _bare_params(applied(before, edits)):
        raise UnwritableError(f'"{file}" cannot be rewritten without changing something else', hint="make the change by hand")
    return made


def applied(data: dict[str, Any], edits: Iterable[Edit]) -> dict[str, Any]:
    """The values with the edits made; what they came from stays as it is."""
    made = copy.deepcopy(data)
    # A key is found under its old name, so that it gets its new one last.
    for edit in sorted(edits, key=lambda edit: isinstance(edit, Rename)):
        *above, last = edit.path
        table: Any = made
        for step in above:
            table = table[step]
        match edit:
            case Put() | Add():
                table[last] = edit.value
            case Remove():
                del table[last]
            case Rename():
                table[edit.name] = table.pop(last)
    return made


def literal(value: Json, like: str = "", newline: str = "\n") -> str:
    """A value as TOML writes it, a string in the quotes of the text that it stands for."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value, like, newline)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            return f"{{ {', '.join(f'{bare(key)} = {literal(item)}' for key, item in value.items())} }}"
        case _:
            return str(value)


def _splices(locator: Locator, data: dict[str, Any], edit: Edit, removed: frozenset[KeyPath]) -> list[_Splice]:
    text = locator.text
    if isinstance(edit, Add):
        return [_added(locator, data, edit)]
    span = locator.span(edit.path)
    if span is None or span[2] < 0:
        raise _lost(locator.file, edit.path)
    match edit:
        case Put():
            return [(span[2], span[3], _put(locator, edit, text[span[2] : span[3]]))]
        case Rename():
            return [(span[0], span[1], bare(edit.name))]
        case Remove() if _inline(locator, edit.path[:-1]):
            return [_without(locator, data, edit.path, removed)]
        case Remove():
            return [_line(text, span)]


def _put(locator: Locator, edit: Put, like: str) -> str:
    """The new value. A string that gets its first line end gets lines as well, if it does not stand within brackets."""
    if isinstance(edit.value, str) and not any(_bracketed(locator, edit.path[:length]) for length in range(1, len(edit.path))):
        like = several_lines(edit.value, like)
    return literal(edit.value, like, "\r\n" if "\r\n" in locator.text else "\n")


def _bracketed(locator: Locator, path: KeyPath) -> bool:
    """Whether a value at a path is written in one place: a table in braces, or an array."""
    span = locator.span(path)
    return span is not None and span[2] >= 0


def _inline(locator: Locator, path: KeyPath) -> bool:
    """Whether the table at a path is written in braces."""
    span = locator.span(path)
    return span is not None and span[2] >= 0 and locator.text[span[2]] == "{"


def _line(text: str, span: tuple[int, int, int, int]) -> _Splice:
    """A statement goes with its line; what is said behind it stays."""
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[3])
    end = len(text) if end < 0 else end
    behind = text[span[3] : end].strip()
    indent = text[start : start + len(text[start:end]) - len(text[start:end].lstrip())]
    if behind:
        return start, end - (1 if text[end - 1 : end] == "\r" else 0), indent + behind
    return start, min(end + 1, len(text)), ""


def _without(locator: Locator, data: dict[str, Any], path: KeyPath, removed: frozenset[KeyPath]) -> _Splice:
    """One item of a table in braces goes with the comma that parts it from its neighbour."""
    table = path[:-1]
    items = []
    for key in _at(data, table):
        span = locator.span((*table, key))
        if span is None or span[2] < 0:
            raise _lost(locator.file, path)
        items.append(((*table, key), span[0], span[3]))
    index = next(number for number, (item, _, _) in enumerate(items) if item == path)
    outer = locator.span(table)
    assert outer is not None
    if all(item in removed for item, _, _ in items):
        return outer[2], outer[3], "{}"
    if any(item not in removed for item, _, _ in items[:index]):
        return items[index - 1][2], items[index][2], ""
    return items[index][1], items[index + 1][1], ""


def _added(locator: Locator, data: dict[str, Any], edit: Add) -> _Splice:
    text, table = locator.text, edit.path[:-1]
    line = f"{bare(str(edit.path[-1]))} = {literal(edit.value)}"
    span = locator.span(table)
    if span is None:
        raise _lost(locator.file, edit.path)
    if _inline(locator, table):
        last = max((inner[3] for key in _at(data, table) if (inner := locator.span((*table, key))) is not None), default=-1)
        return (span[2], span[3], f"{{ {line} }}") if last < 0 else (last, last, f", {line}")
    end = text.find("\n", span[1])
    head = text[span[1] : len(text) if end < 0 else end].strip()
    newline = "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"
    start = text.rfind("\n", 0, span[0]) + 1
    if span[2] < 0 and head.startswith(".") and not text[start : span[0]].lstrip().startswith("["):
        # The table is opened by a dotted key: the new one stands before it, with the same beginning.
        return start, start, f"{text[start : span[1]]}.{line}{newline}"
    if span[2] >= 0 or not head.startswith("]"):
        raise _lost(locator.file, edit.path)
    if end < 0:
        return len(text), len(text), f"\n{line}"
    return end + 1, end + 1, f"{line}{newline}"


def _at(data: Any, path: KeyPath) -> Any:  # noqa: ANN401 - any value of TOML
    for step in path:
        data = data[step]
    return data


def _lost(file: str, path: KeyPath) -> UnwritableError:
    return UnwritableError(
        f'"{file}" cannot be rewritten: {dotted(path)} is not written in a way that can be changed', hint="change it by hand"
    )


def _bare_params(value: Any) -> Any:  # noqa: ANN401 - any value of TOML
    """Without tables of parameters that are empty: a table that lost its last entry says as much as none."""
    match value:
        case dict():
            return {key: _bare_params(item) for key, item in value.items() if not (key == "params" and item == {})}
        case list():
            return [_bare_params(item) for item in value]
        case _:
            return value
