"""Width and height of a picture by its header alone. No pixel is decoded, and no byte makes it fail."""

import re

from assetgen.decode import container

_NO_FRAME = frozenset({b"\xc4", b"\xc8", b"\xcc"})
_ISPE = re.compile(rb"\0\0\0\x14ispe\0\0\0\0(.{4})(.{4})", re.DOTALL)
_HEAD = 65_536


def of(fmt: str, data: bytes) -> tuple[int, int] | None:
    """Width and height, or None where the header is cut short or says nothing."""
    match fmt:
        case "png":
            found = _big(data[16:20]), _big(data[20:24])
        case "gif":
            found = _little(data[6:8]), _little(data[8:10])
        case "jpeg":
            found = _jpeg(data)
        case "webp":
            found = _webp(data)
        case "avif":
            boxes = [(_big(box[1]), _big(box[2])) for box in _ISPE.finditer(data[:_HEAD])]
            found = max(boxes, key=lambda size: size[0] * size[1], default=(0, 0))
        case _:
            found = (0, 0)
    return found if all(found) else None


def _jpeg(data: bytes) -> tuple[int, int]:
    try:
        for segment in container.segments("jpeg", data):
            if b"\xc0" <= segment.kind <= b"\xcf" and segment.kind not in _NO_FRAME:
                return _big(data[segment.start + 3 : segment.start + 5]), _big(data[segment.start + 1 : segment.start + 3])
    except EOFError:
        pass  # cut short before its frame
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        return 0, 0
    match kind:
        case b"VP8X":
            return _little(body[4:7]) + 1, _little(body[7:10]) + 1
        case b"VP8L":
            bits = _little(body[1:5])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF
        case _:
            return 0, 0


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
