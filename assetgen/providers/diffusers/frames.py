"""What parent and worker say to each other: frames of a JSON head and some blobs, each with its length before it."""

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

_HEAD = struct.Struct(">I")


def write(sink: IO[bytes], head: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write one frame and flush it. Not for two threads at once. Raises OSError where nobody reads any more."""
    text = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
    sink.write(_HEAD.pack(len(text)) + text)
    for blob in blobs:
        sink.write(blob)
    sink.flush()


def read(source: IO[bytes]) -> tuple[dict[str, Any], list[bytes]] | None:
    """The next frame; None at the end, also where it comes in the middle of a frame."""
    start = _exactly(source, _HEAD.size)
    text = None if start is None else _exactly(source, _HEAD.unpack(start)[0])
    if text is None:
        return None
    head = json.loads(text)
    blobs = [_exactly(source, length) for length in head.pop("blobs")]
    whole = [blob for blob in blobs if blob is not None]
    return (head, whole) if len(whole) == len(blobs) else None


def _exactly(source: IO[bytes], length: int) -> bytes | None:
    data = source.read(length)
    return data if len(data) == length else None
