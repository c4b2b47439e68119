"""The right to send a request, over all builds that share a store: waited for, and given up early when the user asks to stop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from filelock import Timeout

from assetgen.journal import Journal

_GLANCE = 0.2


class StoppedError(Exception):
    """The user asked to stop before the request was sent, or before there was an answer to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Another build's request for the same picture has ended, or the user asked to stop."""


@contextmanager
def claimed(journal: Journal, gen_key: str, stop: threading.Event) -> Iterator[None]:
    """Hold the claim on a request. Raises StoppedError where the user asks to stop before it is free."""
    lock = journal.claim(gen_key)
    while not lock.is_locked:
        if stop.is_set():
            raise StoppedError
        with suppress(Timeout):
            lock.acquire(timeout=_GLANCE)
    try:
        yield
    finally:
        lock.release()


def awaited(journal: Journal, gen_key: str, stop: threading.Event) -> Awaited:
    """Wait until nobody is asking for this request."""
    with suppress(StoppedError), claimed(journal, gen_key, stop):
        pass
    return Awaited()
