"""Three locks become one: by blocks, and inside a block where both sides' changes could have come from one build.

A doubt is a conflict: to keep one of two blocks is a moment's work; a record of bytes that never belonged together deceives for good.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from pydantic import JsonValue

from assetgen import lockfile
from assetgen.lockfile import Block, Lock, Original, Written

T = TypeVar("T")
_Answered: TypeAlias = tuple[dict[str, JsonValue], Original | None, tuple[Original, ...]]
SIZE = 7
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # a prompt may hold what else ends a line for Python
_OPENING = re.compile(r"(<{7,})(?: (.*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One lock made of two. `conflicts` has what each side says of an asset that cannot be decided; None where a side has no block."""

    lock: Lock
    conflicts: Mapping[str, tuple[Block | None, Block | None]]

    def text(self, ours: str, theirs: str, size: int = SIZE) -> str:
        """The text of the lock, with markers of this size around the blocks in conflict, and only around them."""
        parts = [lockfile.dump({})]
        for name in sorted(self.lock.keys() | self.conflicts.keys()):
            if name in self.lock:
                parts.append(f"\n{_text(name, self.lock[name])}")
            else:
                own, other = (_text(name, side) for side in self.conflicts[name])
                parts.append(f"\n{'<' * size} {ours}\n{own}{'=' * size}\n{other}{'>' * size} {theirs}\n")
        return "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What a text with conflict markers holds: the text of each side, and what stands outside of all markers.

    `base` is the common ancestor where every conflict shows it (`merge.conflictStyle = diff3`), and None elsewhere.
    """

    ours: str
    theirs: str
    common: str
    base: str | None
    labels: tuple[str, str]


class _Torn(Exception):
    """Both sides have changed this, and differ."""


def merge(base: Lock, ours: Lock, theirs: Lock) -> Merged:
    """For each asset what both sides made of it."""
    lock: dict[str, Block] = {}
    conflicts: dict[str, tuple[Block | None, Block | None]] = {}
    for name in sorted(base.keys() | ours.keys() | theirs.keys()):
        own, other = ours.get(name), theirs.get(name)
        try:
            block = _block(base.get(name), own, other)
        except _Torn:
            conflicts[name] = (own, other)
        else:
            if block is not None:
                lock[name] = block
    return Merged(lock=lock, conflicts=conflicts)


def split(text: str) -> Sides | None:
    """The sides of a text with conflict markers; None where it holds none, or where they do not pair."""
    shown: dict[str, list[str]] = {"ours": [], "theirs": [], "common": [], "base": []}
    inside: list[str] = []
    size, labels, shows_base = 0, ("", ""), True
    for line in _LINE.findall(text):
        bare = line.rstrip("\r\n")
        opening = _OPENING.fullmatch(bare) if not inside else None
        if opening is not None:
            size, inside = len(opening[1]), ["ours"]
            labels = (labels[0] or opening[2] or "", labels[1])
        elif inside and bare == "=" * size and inside[-1] in ("ours", "base"):
            shows_base = shows_base and inside[-1] == "base"
            inside.append("theirs")
        elif inside == ["ours"] and re.fullmatch(rf"\|{{{size}}}(?: .*)?", bare):
            inside.append("base")
        elif inside and inside[-1] == "theirs" and (closing := re.fullmatch(rf">{{{size}}}(?: (.*))?", bare)):
            labels, inside = (labels[0], labels[1] or closing[1] or ""), []
        else:
            for name in (inside[-1],) if inside else shown:
                shown[name].append(line)
    if inside or not size:
        return None
    found = {name: "".join(lines) for name, lines in shown.items()}
    base = found.pop("base")
    return Sides(**found, base=base if shows_base else None, labels=labels)


def _text(name: str, block: Block | None) -> str:
    return lockfile.dump({name: block}).removeprefix(f"{lockfile.dump({})}\n") if block is not None else ""


def _pick(base: T, ours: T, theirs: T) -> T:
    """The side that differs from the base."""
    if ours in (theirs, base):
        return theirs
    if theirs == base:
        return ours
    raise _Torn


def _block(base: Block | None, ours: Block | None, theirs: Block | None) -> Block | None:
    try:
        return _pick(base, ours, theirs)
    except _Torn:
        pass
    if ours is None or theirs is None:
        left = ours or theirs
        if base is not None and left is not None and left.removed and _wanted(left) == _wanted(base):
            return None  # both have removed the asset, and one has cleaned its files away
        raise _Torn
    request, original, candidates = answered = _picture(base, ours, theirs)
    removed = _pick(base is not None and base.removed, ours.removed, theirs.removed)
    if removed and all(answered != _answered(side) for side in (ours, theirs) if side.removed):
        raise _Torn  # who removed the asset has not seen this picture, and `clean` would delete its files
    made = Block(
        request=request,
        original=original,
        candidates=candidates,
        outputs=_outputs(base.outputs if base is not None else (), ours.outputs, theirs.outputs),
        removed=removed,
    )
    if not all(_coherent(made, written, (ours, theirs)) for written in made.outputs):
        raise _Torn
    return made


def _wanted(block: Block) -> Block:
    """The block as if nothing of it was marked as removed."""
    return replace(block, removed=False, outputs=tuple(replace(written, removed=False) for written in block.outputs))


def _answered(block: Block) -> _Answered:
    return block.request, block.original, block.candidates


def _picture(base: Block | None, ours: Block, theirs: Block) -> _Answered:
    """The request and its answers: one side's, or those to one and the same request together."""
    before = _answered(base) if base is not None else None
    if _answered(ours) in (before, _answered(theirs)):
        return _answered(theirs)
    if _answered(theirs) == before:
        return _answered(ours)
    if ours.request != theirs.request:
        raise _Torn
    if base is not None and base.request == ours.request:
        known, chosen = _answers(base), _pick(base.original, ours.original, theirs.original)
    elif ours.original is not None and ours.original == theirs.original:
        known, chosen = (), ours.original
    else:
        raise _Torn
    return ours.request, chosen, _candidates(known, chosen, ours, theirs)


def _candidates(known: tuple[Original, ...], chosen: Original | None, ours: Block, theirs: Block) -> tuple[Original, ...]:
    """The answers of both sides, those that both know first."""
    found: dict[str, Original] = {one.sha256: one for one in known}
    for side in (ours, theirs):
        answers = _answers(side)
        if not {one.sha256 for one in known} <= {one.sha256 for one in answers}:
            raise _Torn
        for one in answers:
            if found.setdefault(one.sha256, one) != one:
                raise _Torn
    every = tuple(found.values())
    if chosen is not None and chosen not in every:
        raise _Torn
    return every if len(every) > 1 else ()


def _answers(block: Block) -> tuple[Original, ...]:
    own = (block.original,) if block.original is not None else ()
    return block.candidates or own


def _outputs(base: tuple[Written, ...], ours: tuple[Written, ...], theirs: tuple[Written, ...]) -> tuple[Written, ...]:
    before, own, other = ({written.path: written for written in side} for side in (base, ours, theirs))
    found = (_output(before.get(path), own.get(path), other.get(path)) for path in sorted(before.keys() | own.keys() | other.keys()))
    return tuple(written for written in found if written is not None)


def _output(base: Written | None, ours: Written | None, theirs: Written | None) -> Written | None:
    try:
        return _pick(base, ours, theirs)
    except _Torn:
        pass
    if ours is None or theirs is None:
        left = ours or theirs
        if base is not None and left == replace(base, removed=True):
            return None  # as with blocks: removed here, and cleaned away there
        raise _Torn
    removed = _pick(base is not None and base.removed, ours.removed, theirs.removed)
    before = replace(base, removed=removed) if base is not None else None
    return _pick(before, replace(ours, removed=removed), replace(theirs, removed=removed))


def _coherent(made: Block, written: Written, sides: tuple[Block, Block]) -> bool:
    """Whether an output stems from the original beside it. A build may be ahead of its outputs, and then a side says so as a whole."""
    stem = written.finish.get("original")
    if written.removed or stem is None or (made.original is not None and stem == made.original.sha256):
        return True
    return any(written in side.outputs and side.original == made.original for side in sides)
