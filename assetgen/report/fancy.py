"""Tables for a terminal, drawn by rich. Loaded only where there is one."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from assetgen.report.text import Cell, Painted, Style, pieces

RICH: dict[Style, str] = {"good": "green", "bad": "bold red", "warn": "yellow", "dim": "dim", "strong": "bold", "accent": "cyan"}


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


def table(rows: Sequence[Sequence[Cell]], header: Sequence[str], file: TextIO, *, colour: bool) -> None:
    """Draw rows; the last column takes what width is left, and wraps."""
    drawn = Table(box=None, show_header=bool(header), padding=(0, 2, 0, 0), pad_edge=False, header_style="dim" if colour else "")
    width = len(rows[0])
    for index in range(width):
        drawn.add_column(header[index] if header else "", overflow="fold", no_wrap=index < width - 1 and index < 2)
    for row in rows:
        drawn.add_row(*(text(cell, colour=colour) for cell in row))
    console(file, colour=colour).print(drawn)
