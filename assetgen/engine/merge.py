"""Merges locks: three files, as git hands them to a merge driver, or the lock of a project that holds conflict markers."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from assetgen import lockfile, merging
from assetgen.engine.hold import hold
from assetgen.engine.workspace import locate
from assetgen.errors import FaultyFile, UsageError
from assetgen.lockfile import Block, Lock
from assetgen.merging import Merged, Sides
from assetgen.model import LOCK
from assetgen.store import atomic, git, location

_MARKER = re.compile(rb"([<>|])\1{6}|={7,}\s*$")
_BESIDE = f"{LOCK}.orig"
_ONE_SIDE = f"git checkout --ours {LOCK}, or --theirs"
_BY_HAND = "keep one side of every conflict, and delete the marker lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the two sides are called beside the markers, and how long those are."""

    ours: str = "ours"
    theirs: str = "theirs"
    size: int = merging.SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a merge ended. `unread` says which sides are no locks, and with which cure: then the text was merged line by line.

    `beside` is the file that has what the lock held before, where not all of it went into the merge; `staged`: git waits for `git add`;
    `side` is the one that the lock is as a whole, by a decision or because a merge driver of somebody else's failed.
    """

    conflicts: tuple[str, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    staged: bool = False
    side: Literal["", "ours", "theirs"] = ""


def drive(base: Path, ours: Path, theirs: Path, names: Names) -> Ended:
    """Merge three files into `ours`. What cannot be read as a lock is merged as text, and always ends as a conflict."""
    before, own, other = (_bytes(path) for path in (base, ours, theirs))
    read: list[Lock] = []
    unread: dict[str, str] = {}
    for data, label in ((own, names.ours), (other, names.theirs)):
        try:
            read.append(lockfile.parse(data, f"{LOCK} of {label}"))
        except FaultyFile as error:
            cure = f"look at it; or {error.hint}, then assetgen lock merge" if error.hint == lockfile.UPGRADE else _ONE_SIDE
            unread[f'the lock of "{label}" cannot be read: {error.message}'] = cure
    if unread:
        _merge_lines(base, ours, theirs, names)
        return Ended(unread=unread)
    merged = merging.merge(_base(before), *read)
    text = merged.text(names.ours, names.theirs, names.size).encode()
    if text != own:
        atomic.write(ours, text)
    return Ended(conflicts=tuple(merged.conflicts))


def mend(start: Path) -> Ended | None:
    """Merge the lock of the project at `start` where it holds a conflict; None where it holds none.

    What a person has decided between the markers by keeping one side stays decided.
    """
    root = locate(start)
    with hold(location.home(root), root, lambda _: None):
        stages = _stages(root)
        if not (root / LOCK).exists():
            raise UsageError(f'there is no "{LOCK}"', hint=f"git checkout --merge {LOCK}" if stages else "assetgen build")
        data = (root / LOCK).read_bytes()
        sides = merging.split(data.decode(errors="replace"))
        if sides is None and _sound(data, stages):
            return Ended(staged=True, side=_side_of(data, stages)) if stages else None
        names = _named(sides)
        merged, whole = _resolved(stages, sides)
        whole = whole and _known(data, stages, merged)
        if not whole:
            atomic.write(root / _BESIDE, data)
        atomic.write(root / LOCK, merged.text(names.ours, names.theirs).encode())
        return Ended(conflicts=tuple(merged.conflicts), beside="" if whole else _BESIDE, staged=bool(stages))


def _side_of(data: bytes, stages: Mapping[int, bytes]) -> Literal["", "ours", "theirs"]:
    """The side that a lock is as a whole, where they differ."""
    sides: dict[bytes | None, Literal["ours", "theirs"]] = {stages.get(3): "theirs", stages.get(2): "ours"}
    return sides.get(data, "") if {2, 3} <= stages.keys() and len(sides) > 1 else ""


def _known(data: bytes, stages: Mapping[int, bytes], merged: Merged) -> bool:
    """Whether every line of a text with conflicts comes from git, or is in the merge: a person may have changed or added some."""
    if not stages:
        return True
    known = {line.strip() for text in (*stages.values(), merged.text("", "").encode()) for line in text.splitlines()}
    return all(line.strip() in known or _MARKER.match(line) for line in data.splitlines())


def _sound(data: bytes, stages: Mapping[int, bytes]) -> bool:
    """Whether a text without pairs of markers is a lock. Raises FaultyFile where it is none, and git has nothing to make it anew from."""
    try:
        lockfile.parse(data)
    except FaultyFile as error:
        if stages:
            return False
        raise FaultyFile(
            [replace(fault, hint=_BY_HAND if fault.hint == lockfile.MEND else fault.hint) for fault in error.faults]
        ) from error
    return True


def _resolved(stages: Mapping[int, bytes], sides: Sides | None) -> tuple[Merged, bool]:
    """The merge by git's index or by the markers, and whether everything that the text held has gone into it."""
    views = None if sides is None else _views(sides, strict=not stages)
    if not stages:
        assert sides is not None
        assert views is not None
        return merging.merge(_base((sides.base or "").encode()), *views), True
    if not {2, 3} <= stages.keys():
        raise UsageError(f'"{LOCK}" was deleted on one side and changed on the other', hint=f"git add {LOCK}, or git rm {LOCK}")
    own, other = (_side(stages[number], f"the lock of stage {number} in git's index", _ONE_SIDE) for number in (2, 3))
    merged = merging.merge(_base(stages.get(1, b"")), own, other)
    if views is None:
        return merged, False
    lines = _views(sides, strict=False) if (sides := merging.split(_by_lines(stages))) is not None else None
    return _decided(merged, (own, other), views, lines or (own, other))


def _decided(merged: Merged, sides: tuple[Lock, Lock], views: tuple[Lock, Lock], lines: tuple[Lock, Lock]) -> tuple[Merged, bool]:
    """The merge, with one side's block wherever a person kept it. `lines` are the views of what git merges line by line."""
    lock, conflicts, whole = dict(merged.lock), dict(merged.conflicts), True
    own, other = views
    for name in own.keys() | other.keys() | lock.keys() | conflicts.keys():
        kept = own.get(name)
        if kept != other.get(name):
            pair = kept, other.get(name)
            whole = whole and pair in ((side[0].get(name), side[1].get(name)) for side in (sides, lines))
            continue
        if kept in (side.get(name) for side in sides):
            conflicts.pop(name, None)
            lock.pop(name, None)
            if kept is not None:
                lock[name] = kept
        elif kept is not None and lock.get(name) != kept:
            whole = False
    return Merged(lock=lock, conflicts=conflicts), whole


def _views(sides: Sides, *, strict: bool) -> tuple[dict[str, Block], dict[str, Block]] | None:
    """Both sides of a text with markers; None where one is no lock, and nothing but the text says what it is (`strict`)."""
    try:
        upper = _side(sides.ours.encode(), "the lock with the upper sides of the conflicts", _BY_HAND)
        return upper, _side(sides.theirs.encode(), "the lock with the lower sides of the conflicts", _BY_HAND)
    except UsageError:
        if strict:
            raise
        return None


def _side(data: bytes, what: str, hint: str) -> dict[str, Block]:
    try:
        return lockfile.parse(data)
    except FaultyFile as error:
        raise UsageError(f"{what} cannot be read: {error.message}", hint=error.hint if error.hint == lockfile.UPGRADE else hint) from error


def _base(data: bytes) -> Lock:
    """The common ancestor. Of one with conflicts of its own (a merge of merges) only what is undisputed counts."""
    sides = merging.split(data.decode(errors="replace"))
    try:
        return lockfile.parse(sides.common.encode() if sides is not None else data)
    except FaultyFile:
        return {}


def _named(sides: Sides | None) -> Names:
    ours, theirs = sides.labels if sides is not None else ("", "")
    return Names(ours=ours or "ours", theirs=theirs or "theirs")


def _stages(root: Path) -> dict[int, bytes]:
    """The versions that a merge in progress has left in the index: 1 the common ancestor, 2 ours, 3 theirs."""
    if location.git_folders(root) is None:
        return {}
    found: dict[int, bytes] = {}
    for entry in git.run(root, "ls-files", "-u", "-z", "--", LOCK).split(b"\0"):
        facts, _, _ = entry.partition(b"\t")
        if facts:
            _, blob, stage = facts.split()
            found[int(stage)] = git.run(root, "cat-file", "blob", blob.decode())
    return found


def _by_lines(stages: Mapping[int, bytes]) -> str:
    """The text of a merge in progress as git would write it without a driver."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in "OAB"]
        for file, stage in zip(files, (1, 2, 3), strict=True):
            file.write_bytes(stages.get(stage, b""))
        base, ours, theirs = files
        _merge_lines(base, ours, theirs, Names())
        return ours.read_text(errors="replace")


def _merge_lines(base: Path, ours: Path, theirs: Path, names: Names) -> None:
    """What git does without a driver; where even that fails, our side stays as it is."""
    labels = [word for label in (names.ours, "base", names.theirs) for word in ("-L", label)]
    given = [str(path.absolute()) for path in (ours, base, theirs)]
    try:
        git.ask(Path.cwd(), "merge-file", f"--marker-size={names.size}", *labels, *given)
    except OSError as error:
        raise UsageError("git is needed to merge what is no lock", hint="apt install git") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f'there is no file "{path.name}"') from None
