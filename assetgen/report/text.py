"""Pieces of text with a style, and what makes foreign text harmless. No stream is touched here."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["good", "bad", "warn", "dim", "strong", "accent"]

# A runner of GitHub Actions takes a line for a command that begins like this after any space, and the older form anywhere in a line. A line
# ends for it at a carriage return as well.
_COMMAND = re.compile(r"((?:^|\r)\s*):(?=:)", re.MULTILINE)

ANSI: dict[Style, str] = {"good": "32", "bad": "1;31", "warn": "33", "dim": "2", "strong": "1", "accent": "36"}


@dataclass(frozen=True, slots=True)
class Painted:
    """A text with a style."""

    text: str
    style: Style


Piece: TypeAlias = str | Painted
Cell: TypeAlias = Piece | Sequence[Piece]


def pieces(cell: Cell) -> tuple[Piece, ...]:
    """A cell as pieces."""
    return (cell,) if isinstance(cell, str | Painted) else tuple(cell)


def plain(cell: Cell) -> str:
    """The text of a cell without its styles, made harmless."""
    return "".join(safe(piece if isinstance(piece, str) else piece.text) for piece in pieces(cell))


def cleaned(cell: Cell, redact: Callable[[str], str]) -> list[Piece]:
    """The pieces of a cell, harmless and without secrets."""
    return [safe(redact(piece)) if isinstance(piece, str) else Painted(safe(redact(piece.text)), piece.style) for piece in pieces(cell)]


def safe(text: str) -> str:
    """Nothing in it can move a cursor, hide text or turn its direction; the ends of lines stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else _escape(each) for each in text)


def defused(text: str) -> str:
    """The text with nothing in it that a runner of GitHub Actions would obey; a manifest comes from anybody."""
    return _COMMAND.sub(r"\1: ", text).replace("##[", "## [")


def defused_json(document: str) -> str:
    """A JSON document that says the same, with nothing in it that such a runner would obey: no string of it begins a line."""
    return document.replace("##[", "#\\u0023[")


def ansi(parts: Iterable[Piece]) -> str:
    """The text with the styles as codes for a terminal."""
    shown = (safe(part) if isinstance(part, str) else f"\x1b[{ANSI[part.style]}m{safe(part.text)}\x1b[0m" for part in parts)
    return "".join(shown)


def columns(rows: Sequence[Sequence[Cell]], header: Sequence[str] = ()) -> str:
    """Rows as plain text in columns, never cut. Further lines of a last cell stand under its first one."""
    texts = [list(header)] if header else []
    texts += [[plain(cell) for cell in row] for row in rows]
    if not texts:
        return ""
    widths = [max(len(text[index]) for text in texts) for index in range(len(texts[0]) - 1)]
    indent = "\n" + " " * (sum(widths) + 2 * len(widths))
    lines = ["  ".join([*map(str.ljust, text[:-1], widths), text[-1].replace("\n", indent)]).rstrip() for text in texts]
    return "\n".join(lines) + "\n"


def _escape(character: str) -> str:
    return "    " if character == "\t" else character.encode("unicode_escape").decode("ascii")
