"""A running build as plain lines, one for each asset that came to rest. What a terminal shows meanwhile is in `assetgen.report.live`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from assetgen.events import Done, Event, Failed, Noted, Retried, Skipped, Waiting
from assetgen.report import words
from assetgen.report.text import Painted, Piece, Style

_DONE = {"generate": "generated", "restore": "restored", "finish": "finished"}
_WIDTH = 10


class Reporter(Protocol):
    """Hears what a build tells."""

    def tell(self, event: Event) -> None:
        """Take one event."""
        ...

    def close(self) -> None:
        """The build has ended; nothing more comes."""
        ...


@dataclass(frozen=True, slots=True)
class Lines:
    """Plain lines for every event that matters in the end. `write` takes the pieces of a line; `quiet` keeps failures only."""

    write: Callable[[tuple[Piece, ...]], None]
    quiet: bool = False

    def tell(self, event: Event) -> None:
        """Write the lines of one event."""
        if self.quiet and not isinstance(event, Failed):
            return
        for line in lines(event):
            self.write(line)

    def close(self) -> None:
        """Nothing is left open."""


def lines(event: Event) -> list[tuple[Piece, ...]]:
    """The lines of an event; none for what only a live display shows."""
    match event:
        case Done():
            return _done(event)
        case Failed():
            return [row("failed", event.asset, event.message, "bad"), *_hint(event.hint)]
        case Skipped():
            return [row("skipped", event.asset, event.why, "warn")]
        case Retried():
            pause = f"again in {event.wait:.0f} s" if event.wait >= 1 else "again"
            return [row("retry", event.asset, f"{pause}: {event.why}", "dim")]
        case _:
            return _about_all(event)


def _about_all(event: Event) -> list[tuple[Piece, ...]]:
    match event:
        case Noted():
            hint: list[tuple[Piece, ...]] = [(Painted("hint:", "dim"), f" {event.hint}")] if event.hint else []
            return [(Painted("note:", "accent"), f" {event.message}"), *hint]
        case Waiting():
            return [(Painted("note:", "accent"), f" waiting for another build ({event.holder})")]
        case _:
            return []


def row(word: str, asset: str, rest: str, style: Style) -> tuple[Piece, ...]:
    """A line about an asset: what happened, its name, and more."""
    return (Painted(f"{word:<{_WIDTH}}", style), Painted(asset, "strong"), f"  {rest}" if rest else "")


def _done(event: Done) -> list[tuple[Piece, ...]]:
    files = ", ".join(event.written)
    paid = words.money(event.cost) if event.cost else ""
    rest = "  ".join(part for part in (files, paid) if part)
    notes: list[tuple[Piece, ...]] = [(" " * _WIDTH, Painted("note:", "accent"), f" {note}") for note in event.notes]
    return [row(_DONE.get(event.action, event.action), event.asset, rest, "good"), *notes]


def _hint(hint: str) -> list[tuple[Piece, ...]]:
    return [(" " * _WIDTH, Painted("hint:", "dim"), f" {hint}")] if hint else []
