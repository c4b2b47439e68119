"""What changed, told to every open tab. A tab has a place in one short history; whoever falls out of it is told to look anew."""

import asyncio
import json
import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice

from starlette.types import Message, Receive, Send

from assetgen.model import Json

KEPT = 256
"""Messages that a tab may have missed."""
LARGEST = 8 * 1024 * 1024
"""Bytes of them all: what is told of a large project is large."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between signs of life, and how long a tab may leave what it is sent unread."""

    heartbeat: float = 15.0
    patience: float = 30.0


class Feed:
    """The history. `publish` is called from any thread, everything else in the server's loop. Numbers grow by one with each message."""

    def __init__(self) -> None:
        self.number = 0
        self.tabs = 0
        self.closed = False
        self._kept: deque[bytes] = deque()
        self._size = 0
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on tabs may listen."""
        self._loop = loop

    def publish(self, kind: str, text: str) -> None:
        """Tell all tabs. `text` is JSON on one line."""
        with self._guard:
            self.number += 1
            self._kept.append(f"id: {self.number}\nevent: {kind}\ndata: {text}\n\n".encode())
            self._size += len(self._kept[-1])
            while self._size > LARGEST or len(self._kept) > KEPT:
                self._size -= len(self._kept.popleft())
        self._wake()

    def close(self) -> None:
        """Let every tab go."""
        self.closed = True
        self._wake()

    def after(self, since: int) -> tuple[int, list[bytes]]:
        """The messages behind this number, and the last number; one that says to look anew where some of them are forgotten."""
        with self._guard:
            first = self.number - len(self._kept)
            if not first <= since <= self.number:
                return self.number, [f"id: {self.number}\nevent: reset\ndata: {{}}\n\n".encode()]
            return self.number, list(islice(self._kept, since - first, None))

    def _wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rouse)

    def _rouse(self) -> None:
        for news in self._waiting:
            news.set()

    async def tell(self, since: int, receive: Receive, send: Send, timing: Timing) -> None:
        """Serve one tab until it goes, does not read, or the server ends."""
        news = asyncio.Event()
        self._waiting.add(news)
        self.tabs += 1
        gone = asyncio.ensure_future(_gone(receive))
        try:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while not self.closed and not gone.done():
                news.clear()
                since, messages = self.after(since)
                message: Message = {"type": "http.response.body", "body": b"".join(messages) or b": here\n\n", "more_body": True}
                await asyncio.wait_for(send(message), timing.patience)
                woken = asyncio.ensure_future(news.wait())
                await asyncio.wait({woken, gone}, timeout=timing.heartbeat, return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            return  # nobody reads: the connection is closed without an end
        finally:
            gone.cancel()
            self._waiting.discard(news)
            self.tabs -= 1


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def encode(value: Json) -> str:
    """JSON on one line, in any language's letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
