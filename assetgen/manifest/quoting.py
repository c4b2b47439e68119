"""Writes a string as TOML has it, in the quotes of the one whose place it takes: what had several lines still has them. Pure."""

import json
import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_RAW = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]*")
_CLOSING = re.compile(r'"{3,}|"+\Z')
_OPENING = re.compile("(?:\"\"\"|''')(\r?\n)?")


def quoted(value: str, like: str = "", newline: str = "\n") -> str:
    """The literal of a string. `like` is the literal that stood there; `newline` ends the lines of the file."""
    if like.startswith("'''") and _RAW.fullmatch(value) and "'''" not in value and not value.endswith("'"):
        return f"'''{_lines(value, like, newline)}'''"
    if like.startswith(('"""', "'''")):
        return f'"""{_lines(_escaped(value), like, newline)}"""'
    if like.startswith("'") and value.isprintable() and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def several_lines(value: str, like: str) -> str:
    """What to take for `like` where a string on one line becomes one of several: the quotes that keep them apart."""
    return '"""\n' if "\n" in value and like[:1] in ("'", '"') and like[:3] not in ('"""', "'''") else like


def _lines(text: str, like: str, newline: str) -> str:
    """The text below its opening quotes, where the other one stood so, or where a first line end would be taken for that."""
    opening = _OPENING.match(like)
    below = text.startswith("\n") or (opening is not None and opening[1] is not None)
    return (newline if below else "") + text.replace("\n", newline)


def _escaped(value: str) -> str:
    """The text between three quotes: a line end and a tab stay as they are, and no quotes end it too early."""
    text = _CLOSING.sub(lambda found: '\\"' * len(found[0]), value.replace("\\", "\\\\"))
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
