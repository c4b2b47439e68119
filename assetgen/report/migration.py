"""A migration as lines and as a document: what changes where, what each asset costs before and after, what is bought again."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

from assetgen.errors import Place
from assetgen.model import Json
from assetgen.plan.states import AssetPlan, Price, State
from assetgen.report import words
from assetgen.report.text import Cell, Painted, Piece

HEADER = ("ASSET", "BEFORE", "AFTER", "")


class Rewrite(Protocol):
    """One value that changes (`assetgen.engine.rewrites.Rewrite`)."""

    @property
    def place(self) -> Place: ...
    @property
    def subject(self) -> str: ...
    @property
    def old(self) -> Json: ...
    @property
    def new(self) -> Json: ...
    @property
    def name(self) -> str: ...
    @property
    def why(self) -> str: ...


class Move(Protocol):
    """One asset before and after (`assetgen.engine.migrate.Move`)."""

    @property
    def before(self) -> AssetPlan: ...
    @property
    def after(self) -> AssetPlan: ...
    @property
    def built(self) -> bool: ...
    @property
    def again(self) -> bool: ...
    @property
    def lost(self) -> tuple[str, ...]: ...
    @property
    def gained(self) -> tuple[str, ...]: ...


def rewrites(made: Iterable[Rewrite]) -> Iterator[tuple[Piece, ...]]:
    """A line for each value that changes."""
    for one in made:
        head: tuple[Piece, ...] = (Painted(f"{one.place.file}:{one.place.line}", "dim"), f" {one.subject}: ")
        why = Painted(f" ({one.why})", "dim") if one.why else ""
        old, new = Painted(words.value(one.old), "bad"), Painted(words.value(one.new), "good")
        if one.new is None:
            yield (*head, old, " is removed", why)
        elif one.old is None:
            yield (*head, new, " is added", why)
        else:
            yield (*head, old, " -> ", new, f" as {one.name}" if one.name else "", why)


def rows(moves: Iterable[Move]) -> list[list[Cell]]:
    """A row for each asset: what a picture of it costs, and what becomes of it."""
    return [
        [Painted(move.after.name, "strong"), words.price(move.before.price), words.price(move.after.price), _becomes(move)]
        for move in moves
    ]


def sums(moves: Sequence[Move]) -> str:
    """As in: 3 assets; $0.12 for all, $0.08 before; 1 picture that is built is bought again, for $0.04."""
    again = [move for move in moves if move.again]
    told = [words.count(len(moves), "asset")]
    if moves:
        told.append(f"{_sum(move.after.price for move in moves)} for all, {_sum(move.before.price for move in moves)} before")
    if again:
        verb = "picture that is built is" if len(again) == 1 else "pictures that are built are"
        told.append(f"{len(again)} {verb} bought again, for {_sum(move.after.price for move in again)}")
    return "; ".join(told)


def entry(one: Rewrite) -> dict[str, Any]:
    """One value in a document."""
    made: dict[str, Any] = {"field": one.subject, "old": one.old, "new": one.new}
    made |= {"name": one.name} if one.name else {}
    made |= {"why": one.why} if one.why else {}
    return made | {"place": {"file": one.place.file, "line": one.place.line, "column": one.place.column}}


def move_entry(move: Move) -> dict[str, Json]:
    """One asset in a document."""
    return {
        "name": move.after.name,
        "before": _range(move.before.price),
        "after": _range(move.after.price),
        "state": move.after.state.value,
        "built": move.built,
        "bought_again": move.again,
        "lost": list(move.lost),
        "gained": list(move.gained),
    }


def _becomes(move: Move) -> Cell:
    parts: list[Piece] = [_state(move)]
    parts += ["\n", Painted("loses: ", "bad"), ", ".join(move.lost)] if move.lost else []
    parts += ["\n", Painted("gains: ", "good"), ", ".join(move.gained)] if move.gained else []
    for reason in move.after.reasons if move.after.state is State.BLOCKED else ():
        parts += ["\n", reason.text]
        parts += ["\n", Painted("hint:", "dim"), f" {reason.hint}"] if reason.hint else []
    return parts


def _state(move: Move) -> Piece:
    if move.again:
        return Painted("built, and bought again", "warn")
    if move.after.state is State.FRESH:
        return Painted("stays as it is", "good")
    return words.state(move.after)


def _sum(prices: Iterable[Price | None]) -> str:
    found = list(prices)
    known = [price for price in found if price is not None]
    unknown = f"{len(found) - len(known)} of unknown price" if len(known) < len(found) else ""
    if not known:
        return unknown
    low, high = sum((price.low for price in known), Decimal(0)), sum((price.high for price in known), Decimal(0))
    return " and ".join(part for part in (words.price(Price(low=low, high=high)), unknown) if part)


def _range(price: Price | None) -> Json:
    return None if price is None else {"low": float(price.low), "high": float(price.high)}
