"""The outer structure of picture files: which format, which segments, where the file ends. Reads bytes, decodes no pixel."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BARE = frozenset({b"\xd8", b"\x01"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


class Segment(NamedTuple):
    """One chunk, marker or box: its kind, the range of its content, and where the next one starts."""

    kind: bytes
    start: int
    stop: int
    next: int


def sniff(data: bytes) -> str | None:
    """The format by its first bytes: "png", "jpeg", "webp", "avif", "gif", or None."""
    if data.startswith(_PNG):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[4:8] == b"ftyp":
        length = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, length, 4))}
        return "avif" if brands & _AVIF_BRANDS else None
    return None


def icon(data: bytes) -> tuple[int, int] | None:
    """Width and height of the largest picture of a Windows icon; None where the bytes are none."""
    count = int.from_bytes(data[4:6], "little")
    if not data.startswith(b"\0\0\1\0") or not count or len(data) < 6 + 16 * count:
        return None
    return max((data[at] or 256, data[at + 1] or 256) for at in range(6, 6 + 16 * count, 16))


def segments(fmt: str, data: bytes) -> Iterator[Segment]:
    """The segments in order, up to the end of the picture. Raises EOFError where the bytes stop before it."""
    for segment in _WALKS[fmt](data):
        if segment.next > len(data):
            raise EOFError
        yield segment


def end(fmt: str, data: bytes) -> int | None:
    """The offset just after the picture, or None where it is cut short."""
    last = 0
    try:
        for segment in segments(fmt, data):
            last = segment.next
    except EOFError:
        return None
    return last


def _png(data: bytes) -> Iterator[Segment]:
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise EOFError
        kind, stop = data[at + 4 : at + 8], at + 8 + int.from_bytes(data[at : at + 4], "big")
        yield Segment(kind, at + 8, stop, stop + 4)
        at = stop + 4


def _jpeg(data: bytes) -> Iterator[Segment]:
    at = 0
    while found := _MARKER.search(data, at):
        kind, start = data[found.start() + 1 : found.end()], found.end()
        if kind == b"\xd9":
            yield Segment(kind, start, start, start)
            return
        # A segment's content may hold any byte; the data of a scan holds no marker, so the search for the next one skips it.
        stop = start if kind in _BARE else start + max(2, int.from_bytes(data[start : start + 2], "big"))
        yield Segment(kind, min(start + 2, stop), stop, stop)
        at = stop
    raise EOFError


def _webp(data: bytes) -> Iterator[Segment]:
    whole = 8 + int.from_bytes(data[4:8], "little")
    at = 12
    while at + 8 <= whole:
        stop = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        # Some writers leave the padding of the last odd chunk out.
        following = stop + (stop & 1 if stop < len(data) else 0)
        yield Segment(data[at : at + 4], at + 8, stop, min(following, max(whole, stop)))
        at = following
    if at == 12:
        raise EOFError


def _avif(data: bytes) -> Iterator[Segment]:
    at, seen = 0, set[bytes]()
    while at + 8 <= len(data):
        length, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        stop = len(data) if length == 0 else at + length
        # What follows the picture is no box when its length can't be one: those bytes trail.
        if {b"meta", b"mdat"} <= seen and (stop < start or stop > len(data)):
            return
        if stop < start:
            raise EOFError
        yield Segment(kind, start, stop, stop)
        seen.add(kind)
        at = stop
    if not {b"ftyp", b"meta", b"mdat"} <= seen:
        raise EOFError


def _gif(data: bytes) -> Iterator[Segment]:
    at = 13 + _table(data, 10)
    while at < len(data):
        kind, start = data[at : at + 1], at + 1
        if kind == b";":
            yield Segment(kind, start, start, start)
            return
        at = start + 1 if kind == b"!" else start + 10 + _table(data, start + 8)
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
        yield Segment(kind, start, at, at)
    raise EOFError


def _table(data: bytes, at: int) -> int:
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


_WALKS: dict[str, Callable[[bytes], Iterator[Segment]]] = {"png": _png, "jpeg": _jpeg, "webp": _webp, "avif": _avif, "gif": _gif}
