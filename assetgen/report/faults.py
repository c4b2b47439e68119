"""Faults as a person reads them: place, message, the source line with a caret, a hint. Plain text; colours and streams are elsewhere."""

import unicodedata
from collections.abc import Sequence

from assetgen.errors import Fault, Place

_INDENT = "    "
_TAB = "    "
_WINDOW = 120


def render(fault: Fault) -> str:
    """One fault, several lines, without a line end: `assetgen.toml:12:8: error: assets.hero.size: ...`."""
    place = fault.place
    head = f"{_safe(place.file)}:{place.line}:{place.column}: " if place else ""
    subject = f"{_safe(fault.subject)}: " if fault.subject else ""
    lines = [f"{head}{fault.severity}: {subject}{_safe(fault.message)}"]
    if place is not None and place.text.strip():
        lines += _excerpt(place)
    if fault.hint:
        lines.append(f"hint: {_safe(fault.hint)}")
    return "\n".join(lines)


def render_all(faults: Sequence[Fault]) -> str:
    """All of them, a blank line between two, and how many there are if more than one."""
    text = "\n\n".join(render(fault) for fault in faults)
    return f"{text}\n\n{len(faults)} faults" if len(faults) > 1 else text


def _excerpt(place: Place) -> list[str]:
    """The line and the carets under it; of a long line the part around the place."""
    start = min(place.column - 1, len(place.text))
    end = min(start + max(place.length, 1), max(len(place.text), start + 1))
    left = start - _WINDOW // 3 if start > _WINDOW * 2 // 3 else 0
    right = min(len(place.text), left + _WINDOW)
    before = ("..." if left else "") + _shown(place.text[left:start])
    under = _shown(place.text[start : min(end, right)]) or " "
    after = _shown(place.text[min(end, right) : right]) + ("..." if right < len(place.text) else "")
    return [f"{_INDENT}{before}{under}{after}".rstrip(), f"{_INDENT}{' ' * _width(before)}{'^' * max(1, _width(under))}"]


def _shown(text: str) -> str:
    return _safe(text.replace("\t", _TAB))


def _safe(text: str) -> str:
    """Nothing in it can move a cursor, hide text or turn its direction: such characters are written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def _width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
