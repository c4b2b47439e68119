"""Two values side by side: fields with their places in the manifest, long texts word by word."""

from collections.abc import Iterator
from dataclasses import replace

from assetgen.errors import Place
from assetgen.model import Asset, Json
from assetgen.plan.states import AssetPlan, Reason
from assetgen.recipe import Change, changes
from assetgen.report import words
from assetgen.report.text import Painted, Piece
from assetgen.rewrite import Span, words_diff

_LONG = 40
_DIGEST = 64
_INDENT = "    "


def changed(planned: AssetPlan, *, colour: bool) -> Iterator[tuple[Piece, ...]]:
    """A line for each field behind each reason, under the reason's own line."""
    for reason in planned.reasons:
        yield ("  ", reason.text)
        for change in reason.changes:
            yield from _change(change, place(planned.asset, change.field, reason), colour=colour)
        if reason.hint:
            yield ("  ", Painted("hint:", "dim"), f" {reason.hint}")


def texts(old: str, new: str, *, colour: bool) -> list[Piece]:
    """Two texts in one: without colours, what is gone as [-words-] and what has come as {+words+}."""
    parts: list[Piece] = []
    last = " "
    for span in words_diff(old, new):
        # At the end of a text no space follows a word that the other text goes on from.
        if not last.isspace() and last.isascii() and not span.text[:1].isspace():
            parts.append(" ")
        parts.append(_span(span, colour=colour))
        last = span.text[-1:]
    return parts


def place(asset: Asset, field: str, reason: Reason) -> Place | None:
    """Where the manifest says it: the field itself, or what it is part of, or the asset."""
    finish = reason.code == "finish-changed"
    tries = _of_finish(asset, field, reason) if finish else _of_request(field)
    return next((found for key in (*tries, "") if (found := asset.where.get(key)) is not None), None)


def shown(place: Place | None) -> str:
    """`assetgen.toml:12`."""
    return f"{place.file}:{place.line}" if place is not None else "assetgen.toml"


def _of_request(field: str) -> tuple[str, ...]:
    # A prompt also changes with its style, the parameters with an alias of `[models]`.
    more = {"prompt": ("prompt", "style"), "negative": ("negative", "style")}.get(field.partition(".")[0], ())
    return (field, *more, field.partition(".")[0], *(("model",) if field.startswith("params") else ()))


def _of_finish(asset: Asset, field: str, reason: Reason) -> tuple[str, ...]:
    index = next((index for index, output in enumerate(asset.outputs) if reason.text.startswith(f'"{output.path}"')), 0)
    entries = sum(1 for number in range(len(asset.outputs)) if f"outputs.{number}" in asset.where)
    own = f"outputs.{index if entries == len(asset.outputs) else 0}"
    if field == "steps":
        return (f"{own}.post", "post", "outputs")
    return (f"{own}.{field.rpartition('.')[2]}", own, "outputs")


def _change(change: Change, at: Place | None, *, colour: bool) -> Iterator[tuple[Piece, ...]]:
    head: tuple[Piece, ...] = (_INDENT, Painted(shown(at), "dim"), f" {change.field}: ")
    old, new = change.old, change.new
    if change.field == "steps" and isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        yield from _steps(old, new, at, colour=colour)
        return
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _LONG and not _digest(old):
        yield (_INDENT, Painted(shown(at), "dim"), f" {change.field}:")
        yield (_INDENT, _INDENT, *texts(old, new, colour=colour))
    else:
        yield (*head, Painted(_short(old), "bad"), " -> ", Painted(_short(new), "good"))


def _steps(old: list[Json], new: list[Json], at: Place | None, *, colour: bool) -> Iterator[tuple[Piece, ...]]:
    """As many steps as before: what changed in which."""
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        if isinstance(before, dict) and isinstance(after, dict):
            for change in changes(before, after):
                named = replace(change, field=f"post[{number}].{change.field.removeprefix('params.')}")
                yield from _change(named, at, colour=colour)


def _short(value: Json) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    return f"{value[:12]}…" if isinstance(value, str) and _digest(value) else words.value(value)


def _digest(value: str) -> bool:
    return len(value) == _DIGEST and set(value) <= set("0123456789abcdef")


def _span(span: Span, *, colour: bool) -> Piece:
    match span.kind:
        case "removed":
            return Painted(span.text if colour else _around("[-", span.text, "-]"), "bad")
        case "added":
            return Painted(span.text if colour else _around("{+", span.text, "+}"), "good")
        case _:
            return span.text


def _around(left: str, text: str, right: str) -> str:
    """Marks close to the words, the space behind them outside."""
    bare = text.rstrip()
    return f"{left}{bare}{right}{text[len(bare) :]}"
