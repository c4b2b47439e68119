"""Why an asset has its state, as lines: each field that differs, notes, and what a build would cost. No stream is touched here."""

from collections.abc import Iterator
from typing import TypeAlias

from assetgen.plan.states import AssetPlan, State
from assetgen.report import differences, words
from assetgen.report.text import Painted, Piece

Line: TypeAlias = tuple[Piece, ...]


def explained(planned: AssetPlan, *, colour: bool) -> Iterator[Line]:
    """One asset; the first line has its name and its place in the manifest."""
    place = f" ({differences.shown(planned.asset.place)})"
    yield (Painted(planned.name, "strong"), ": ", words.state(planned), Painted(place, "dim"))
    yield from differences.changed(planned, colour=colour)
    for note in planned.notes:
        yield ("  ", Painted("note:", "accent"), f" {note}")
    if planned.state is State.FRESH:
        return
    if planned.buys:
        source = f" ({planned.price.source})" if planned.price is not None and planned.price.source else ""
        yield (f"  cost: {words.price(planned.price)}", Painted(source, "dim"))
    elif planned.state in (State.FINISH, State.RESTORE):
        yield ("  cost: free, no provider is asked",)
