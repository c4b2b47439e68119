"""The two streams of a command: results go to stdout, progress and complaints to stderr. Colours and rich tables only on a terminal.

A reader who has gone (`| head`) silences a stream; the command goes on and ends with its own exit code.
"""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol, TextIO, cast

from assetgen.report.text import Cell, Painted, Piece, Style, ansi, cleaned, columns, plain

# Beyond this rich takes seconds, and nobody reads colours in so many lines.
_MOST_FANCY = 1000


class Fancy(Protocol):
    """What `assetgen.report.fancy` does; it is loaded on a terminal only, since rich takes its time."""

    def table(self, rows: Sequence[Sequence[Cell]], header: Sequence[str], file: TextIO, *, colour: bool) -> bool:
        """Draw a table as wide as the terminal; False if it is too narrow for that."""
        ...


class Terminal:
    """Where a command speaks. `redact` sees every text; `quiet` silences all but complaints and products.

    `guard` changes what whoever reads the stream would obey. Products, which are made for that reader, pass it by;
    `armour` may spell them in another way.
    """

    def __init__(self, out: TextIO, err: TextIO, *, quiet: bool, colour: bool, redact: Callable[[str], str]) -> None:
        self.out = out
        self.err = err
        self.quiet = quiet
        self.colour = colour
        self.redact = redact
        self.guard: Callable[[str], str] = str
        self.armour: Callable[[str], str] = str

    @property
    def coloured(self) -> bool:
        """Whether results are shown in colours."""
        return self.colour and self.out.isatty()

    def say(self, *parts: Piece) -> None:
        """A line of the result."""
        if not self.quiet:
            self._write(self.out, self.shown(parts, self.out) + "\n")

    def to(self, stream: TextIO) -> Callable[[Sequence[Piece]], None]:
        """A function that writes a line to one of the two streams."""
        return lambda parts: self._write(stream, self.shown(parts, stream) + "\n")

    def table(self, rows: Sequence[Sequence[Cell]], header: Sequence[str] = ()) -> None:
        """Rows of the result: wrapped to the width of a terminal, plain and whole elsewhere and where it is too narrow."""
        if self.quiet or not rows:
            return
        fancy = self.out.isatty() and len(rows) <= _MOST_FANCY
        if not fancy or not self._draw(rows, header):
            self._write(self.out, self.redact(columns(rows, header)))

    def note(self, message: str, hint: str = "") -> None:
        """Something worth knowing, beside the result."""
        if not self.quiet:
            self._labelled("note", "accent", message, hint)

    def error(self, message: str, hint: str = "") -> None:
        """Why it did not work."""
        self._labelled("error", "bad", message, hint)

    def complain(self, text: str) -> None:
        """A finished text about what is wrong."""
        self._write(self.err, self.redact(text) + "\n")

    def prompt(self, text: str) -> None:
        """A question, or a part of what is typed behind it: the line stays open."""
        self._write(self.err, self.redact(text))

    def product(self, text: str) -> None:
        """A document that was asked for."""
        self._put(self.out, self.armour(self.redact(text)))

    def shown(self, parts: Sequence[Piece], stream: TextIO) -> str:
        """A line as the stream can show it."""
        text = ansi(parts) if self.colour and stream.isatty() else plain(parts)
        return self.redact(text)

    def flush(self) -> None:
        """Let everything out."""
        self._write(self.out, "")
        self._write(self.err, "")

    def mute(self) -> None:
        """Nobody listens any more: let nothing else fail for it."""
        _silence(self.out)

    def _draw(self, rows: Sequence[Sequence[Cell]], header: Sequence[str]) -> bool:
        safe_rows = [[cleaned(cell, self.redact) for cell in row] for row in rows]
        return cast("Fancy", import_module("assetgen.report.fancy")).table(safe_rows, header, self.out, colour=self.colour)

    def _labelled(self, label: str, style: Style, message: str, hint: str) -> None:
        lines = [self.shown((Painted(f"{label}:", style), f" {message}"), self.err)]
        lines += [self.shown((Painted("hint:", "dim"), f" {hint}"), self.err)] if hint else []
        self._write(self.err, "\n".join(lines) + "\n")

    def _write(self, stream: TextIO, text: str) -> None:
        self._put(stream, self.guard(text))

    @staticmethod
    def _put(stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:
            _silence(stream)


def _silence(stream: TextIO) -> None:
    """Send the stream nowhere, also what the interpreter flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
