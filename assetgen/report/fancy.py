"""Tables for a terminal, drawn by rich. Loaded only where there is one."""

from collections.abc import Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assetgen.report.text import Cell, Painted, Style, pieces, plain

RICH: dict[Style, str] = {"good": "green", "bad": "bold red", "warn": "yellow", "dim": "dim", "strong": "bold", "accent": "cyan"}

_GAP = 2
# Columns from the left that are never wrapped: what happens, and to which asset.
_WHOLE = 2
# Below so many characters the last column is a ribbon that nobody reads.
_LEAST = 24


def console(file: TextIO, *, colour: bool) -> Console:
    """A console that adds nothing of its own: no highlighting, no markup, no emoji."""
    return Console(file=file, no_color=not colour, highlight=False, markup=False, emoji=False)


def text(cell: Cell, *, colour: bool) -> Text:
    """A cell as rich wants it; without colours it is not bold either."""
    made = Text()
    for piece in pieces(cell):
        if isinstance(piece, Painted):
            made.append(piece.text, RICH[piece.style] if colour else None)
        else:
            made.append(piece)
    return made


def table(rows: Sequence[Sequence[Cell]], header: Sequence[str], file: TextIO, *, colour: bool) -> bool:
    """Draw rows; the last column takes what width is left, and wraps. Draws nothing, and says so, where names or words would be cut."""
    shown = console(file, colour=colour)
    if _least(rows, header) > shown.width:
        return False
    drawn = Table(box=None, show_header=bool(header), padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim" if colour else "")
    width = len(rows[0])
    for index in range(width):
        drawn.add_column(header[index] if header else "", overflow="fold", no_wrap=index < min(_WHOLE, width - 1))
    for row in rows:
        drawn.add_row(*(text(cell, colour=colour) for cell in row))
    shown.print(drawn)
    return True


def _least(rows: Sequence[Sequence[Cell]], header: Sequence[str]) -> int:
    """The characters that a table needs at least: whole names, whole words, and some of the last column."""
    lines = [[plain(cell) for cell in row] for row in rows] + ([list(header)] if header else [])
    widths = [max(_longest(line[index], whole=index < _WHOLE) for line in lines) for index in range(len(rows[0]) - 1)]
    last = max(_longest(line[-1], whole=True) for line in lines)
    return sum(widths) + _GAP * len(widths) + min(last, _LEAST)


def _longest(text: str, *, whole: bool) -> int:
    return max((cell_len(part) for part in (text.splitlines() if whole else text.split())), default=0)
