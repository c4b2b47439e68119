"""The program that decodes untrusted bytes: a loop over stdin and stdout, under limits, with nothing loaded but Pillow.

Started by `assetgen.decode.worker`. A request is a line of JSON and the bytes; an answer is a line of JSON, and as many bytes as its
`length` says. It ends with its stdin.
"""

import importlib
import json
import math
import signal
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from PIL import Image, ImageFile

from assetgen.decode import pixels

if sys.platform != "win32":  # there the parent's clock is the only limit
    import resource


def main(memory: int, cpu: int) -> None:
    """Answer until stdin ends. `memory` in bytes for the process, `cpu` in seconds for each picture; 0 is no limit."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    Image.MAX_IMAGE_PIXELS = None  # the header's size is compared with the request's own limit instead
    _limit_process(memory)
    _reply(sink, {"ready": True})
    while line := source.readline():
        request = json.loads(line)
        _limit_picture(cpu)
        body = b""
        try:
            answer, body = _answered(request, source.read(request["length"]))
        except MemoryError:
            # What was allocated can't be trusted to come back: the next picture gets a new process.
            _reply(sink, {"fault": "memory"})
            return
        except Exception as error:  # noqa: BLE001 - the worker boundary: any complaint of a decoder is an answer
            answer = {"fault": "broken", "text": str(error) or type(error).__name__}
        _reply(sink, answer, body)


def _answered(request: dict[str, Any], data: bytes) -> tuple[dict[str, object], bytes]:
    """The answer to one request, and the bytes that follow it."""
    fmt, max_pixels = request["format"], request["max_pixels"]
    if "draw" in request:
        return draw(data, fmt, max_pixels, side=request["draw"])
    return inspect(data, fmt, max_pixels), b""


def inspect(data: bytes, fmt: str, max_pixels: int) -> dict[str, object]:
    """The facts of one picture, or a `fault`."""
    header = _opened(data, fmt)
    fault = _fault(header, max_pixels)
    if fault is not None:
        return fault
    # Two readings, since each sees faults that the other does not: `verify` checksums and the end, `load` the pixels.
    header.verify()
    file = pixels.opened(data, fmt)
    file.load()
    image = pixels.turned(pixels.normal(file), pixels.orientation(file))
    return {
        "width": image.width,
        "height": image.height,
        "alpha": pixels.has_alpha(image),
        "blank": pixels.is_blank(image),
        "pixels": pixels.digest(image),
    }


def draw(data: bytes, fmt: str, max_pixels: int, *, side: int) -> tuple[dict[str, object], bytes]:
    """The same picture in a new file that holds pixels and nothing else, no side longer than `side` (0: as large as it is)."""
    file = _opened(data, fmt)
    fault = _fault(file, max_pixels)
    if fault is not None:
        return fault, b""
    if side:
        file.draft(None, (2 * side, 2 * side))
    file.load()
    image = pixels.turned(pixels.normal(file), pixels.orientation(file))
    if side:
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2)
    drawn = pixels.saved(image, lossless=not side)
    return {"width": image.width, "height": image.height, "length": len(drawn)}, drawn


def _opened(data: bytes, fmt: str) -> ImageFile.ImageFile:
    if fmt == "avif":
        # A decoder with a thread for each core would reserve more address space than the limit allows.
        importlib.import_module("PIL.AvifImagePlugin").DEFAULT_MAX_THREADS = 1  # type: ignore[attr-defined]  # no types
    return pixels.opened(data, fmt)


def _fault(header: ImageFile.ImageFile, max_pixels: int) -> dict[str, object] | None:
    """Why a picture must not be decoded, by its header."""
    if (count := header.width * header.height) > max_pixels:
        return {"fault": "pixels", "count": count}
    if (frames := getattr(header, "n_frames", 1)) != 1:
        return {"fault": "frames", "count": frames}
    return None


def _reply(sink: BinaryIO, answer: dict[str, object], body: bytes = b"") -> None:
    sink.write(json.dumps(answer).encode() + b"\n")
    sink.write(body)
    sink.flush()


def _limit_process(memory: int) -> None:
    if sys.platform == "win32":
        return
    limits = [(resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)]
    if memory:
        limits.append((resource.RLIMIT_AS, memory))
    for kind, limit in limits:
        with suppress(ValueError, OSError):  # macOS refuses some of these
            resource.setrlimit(kind, (limit, limit))


def _limit_picture(cpu: int) -> None:
    if sys.platform == "win32" or not cpu:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + cpu, hard))
