"""`Decoder`: bytes in, `Facts` or a new picture out, or `NotAPicture` with what they are instead. Threads may share one."""

from collections.abc import Collection
from queue import LifoQueue
from types import TracebackType
from typing import Self

from assetgen.decode import container
from assetgen.decode.facts import Facts, NotAPicture
from assetgen.decode.impostors import described
from assetgen.decode.worker import Died, Limits, Worker
from assetgen.errors import AssetgenError
from assetgen.model import Json

ACCEPTED = frozenset({"png", "jpeg", "webp", "avif"})
DRAWN = ACCEPTED | {"gif"}
MAX_PIXELS = 33_500_000


class Decoder:
    """A few child processes, each started when it is first needed."""

    def __init__(self, workers: int = 2, *, limits: Limits | None = None) -> None:
        self._workers = tuple(Worker(limits or Limits()) for _ in range(workers))
        # Last in, first out: a build with little to verify starts one child only.
        self._idle: LifoQueue[Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._closed = False

    def inspect(self, data: bytes, *, formats: Collection[str] = ACCEPTED, max_pixels: int = MAX_PIXELS, what: str = "the answer") -> Facts:
        """Decode the picture completely. `what` names the bytes in messages. Raises `NotAPicture`."""
        fmt = _format(data, formats, what)
        end = container.end(fmt, data)
        if end is None:
            raise NotAPicture(f"the {fmt.upper()} is cut short")
        answer, _ = self._ask({"format": fmt, "max_pixels": max_pixels}, data)
        match answer:
            case {"width": int(width), "height": int(height), "alpha": bool(alpha), "blank": bool(blank), "pixels": str(pixels)}:
                size = len(data)
                return Facts(
                    format=fmt, width=width, height=height, alpha=alpha, blank=blank, pixels=pixels, bytes=size, trailing=size - end
                )
            case _:
                raise _refusal(answer, fmt, max_pixels)

    def draw(self, data: bytes, *, side: int = 0, formats: Collection[str] = DRAWN, max_pixels: int = MAX_PIXELS) -> bytes:
        """The picture in a new WebP (or PNG, if it is too large for one) that holds its pixels and nothing else of what came.

        No side is longer than `side`; 0 leaves every pixel as it is. Raises `NotAPicture`.
        """
        fmt = _format(data, formats, "the file")
        answer, drawn = self._ask({"format": fmt, "max_pixels": max_pixels, "draw": side}, data)
        if not drawn:
            raise _refusal(answer, fmt, max_pixels)
        return drawn

    def close(self) -> None:
        """End all children, also those at work."""
        self._closed = True
        for worker in self._workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ask(self, request: dict[str, Json], data: bytes) -> tuple[dict[str, Json], bytes]:
        worker = self._idle.get()
        try:
            if self._closed:
                raise AssetgenError("the decoder was closed")
            return self._twice(worker, request, data)
        except Died as death:
            raise NotAPicture(death.message) from death
        finally:
            if self._closed:
                worker.close()
            self._idle.put(worker)

    def _twice(self, worker: Worker, request: dict[str, Json], data: bytes) -> tuple[dict[str, Json], bytes]:
        # A child may be killed for reasons that aren't the picture's (memory of the machine, a person): it was paid for, so it
        # gets a second child before it is condemned.
        try:
            return worker.fetch(request, data)
        except Died as death:
            if self._closed:
                raise AssetgenError("the decoder was closed") from death
            if not death.again:
                raise
            return worker.fetch(request, data)


def _format(data: bytes, formats: Collection[str], what: str) -> str:
    """The format of the bytes. Raises `NotAPicture` for one that is not wanted."""
    fmt = container.sniff(data)
    if fmt is None:
        raise described(data, what)
    if fmt not in formats:
        raise NotAPicture(f"{what} is {_article(fmt)}, which is not accepted", hint=" or ".join(sorted(formats)))
    return fmt


def _article(fmt: str) -> str:
    return f"{'an' if fmt == 'avif' else 'a'} {fmt.upper()}"


def _refusal(answer: dict[str, Json], fmt: str, max_pixels: int) -> NotAPicture:
    match answer:
        case {"fault": "pixels", "count": int(count)}:
            return NotAPicture(f"the picture has {_millions(count)} million pixels, more than {_millions(max_pixels)} million")
        case {"fault": "frames", "count": int(count)}:
            return NotAPicture(f"the {fmt.upper()} has {count} frames, not one")
        case {"fault": "memory"}:
            return NotAPicture("the worker ran out of memory")
        case {"fault": "broken", "text": str(text)} if "truncated" in text.lower():
            return NotAPicture(f"the {fmt.upper()} is cut short")
        case {"fault": "broken", "text": str(text)}:
            return NotAPicture(f"the {fmt.upper()} can't be decoded: {text[:200]}")
        case _:
            return NotAPicture("the decoding process gave no sensible answer")


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:.1f}".removesuffix(".0")
