"""The grammar of a `.env` file: KEY=value, `export`, quotes, comments. Pure; nothing is interpolated and nothing is run.

A fault never carries the text of its line, because that line may hold a key.
"""

import re

from assetgen.errors import Fault, FaultyFile, Place

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=[ \t]*(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)')\s*(?:#.*)?""", re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parse(data: bytes, file: str) -> dict[str, str]:
    """The variables of a file; the last of two equal names wins. Raises `FaultyFile` with every malformed line at once."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        at = data[: failure.start].count(b"\n") + 1
        raise FaultyFile([_fault(file, at, 1, "the line is not UTF-8")]) from None
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            faults.append(_fault(file, number, 1, "the line is not of the form NAME=value", "NAME=value"))
            continue
        value = _value(match["value"])
        if value is None:
            faults.append(
                _fault(file, number, match.start("value") + 1, f'the quote of "{match["name"]}" is not closed', f'{match["name"]}="…"')
            )
        else:
            found[match["name"]] = value
    if faults:
        raise FaultyFile(faults)
    return found


def _value(text: str) -> str | None:
    """The value behind the equals sign, or None where a quote is not closed or more text follows it."""
    if not text.startswith(('"', "'")):
        return _COMMENT.sub("", text, count=1).strip()
    match = _QUOTED.fullmatch(text)
    if match is None:
        return None
    if match["single"] is not None:
        return match["single"]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match["double"], flags=re.DOTALL)


def _fault(file: str, line: int, column: int, message: str, hint: str = "") -> Fault:
    return Fault(message=message, place=Place(file=file, line=line, column=column), hint=hint)
