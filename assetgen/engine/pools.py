"""Threads per provider, the rate it allows, and retries of requests that were surely not accepted. No assets, no money."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from assetgen.engine.claim import StoppedError
from assetgen.errors import Limited, Unavailable
from assetgen.model import Json
from assetgen.providers import Provider

P = ParamSpec("P")
T = TypeVar("T")


class Tables(Protocol):
    """The user's configuration, as far as pools ask for it."""

    def provider(self, name: str) -> Mapping[str, Json]:
        """The table `[providers.NAME]`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to keep asking. Waits are in seconds: full jitter below `base` * 2^n, at most `cap`; `total` bounds the sum of all waits.

    `longest` is the longest wait a provider may ask for; a longer one ends the attempts.
    """

    attempts: int = 5
    base: float = 1.0
    cap: float = 30.0
    total: float = 600.0
    longest: float = 300.0


class Rate:
    """Spaces calls so that no more than `per_minute` begin in any minute."""

    def __init__(self, per_minute: int | None) -> None:
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._guard = threading.Lock()

    def delay(self) -> float:
        """Take the next slot; returns the seconds until it begins."""
        if not self._gap:
            return 0.0
        with self._guard:
            now = time.monotonic()
            slot = max(self._next, now)
            self._next = slot + self._gap
            return slot - now


class Pool:
    """The threads of one provider, or of the local processors."""

    def __init__(self, name: str, *, concurrency: int, per_minute: int | None = None) -> None:
        self._threads = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix=f"assetgen-{name}")
        self.rate = Rate(per_minute)

    def submit(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Run a call on a thread of this pool."""
        return self._threads.submit(call, *args, **kwargs)

    def close(self) -> None:
        """Take no more calls; running ones go on."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Pools:
    """The pools of one build, each made when it is first needed. Numbers of the user's configuration go before the provider's own."""

    def __init__(self, providers: Mapping[str, Provider], settings: Tables, *, local: int) -> None:
        self._providers = providers
        self._settings = settings
        self._made: dict[str, Pool] = {}
        self._processors = local

    @property
    def local(self) -> Pool:
        """The pool of local work."""
        if "" not in self._made:
            self._made[""] = Pool("local", concurrency=self._processors)
        return self._made[""]

    def __getitem__(self, provider: str) -> Pool:
        if provider not in self._made:
            traits, own = self._providers[provider].traits, self._settings.provider(provider)
            concurrency, per_minute = own.get("concurrency"), own.get("requests_per_minute")
            self._made[provider] = Pool(
                provider,
                concurrency=concurrency if isinstance(concurrency, int) else traits.concurrency,
                per_minute=per_minute if isinstance(per_minute, int) else traits.per_minute,
            )
        return self._made[provider]

    def close(self) -> None:
        """Take no more calls."""
        for pool in self._made.values():
            pool.close()


def persist(call: Callable[[], T], *, patience: Patience, stop: threading.Event, told: Callable[[int, float, str], None]) -> T:
    """Call, and call again after `Limited` and `Unavailable`, which say that nothing was accepted. Every other failure passes through.

    `told(attempt, wait, why)` hears of each retry. Raises StoppedError where `stop` is set: that nothing came is then the user's doing,
    whatever words it is told in.
    """
    waited = 0.0
    for attempt in range(1, patience.attempts + 1):
        try:
            return call()
        except (Limited, Unavailable) as failure:
            if stop.is_set():
                raise StoppedError from failure
            wait = _wait(failure.after, attempt, patience)
            if attempt == patience.attempts or wait is None or waited + wait > patience.total:
                raise
            told(attempt, wait, failure.message)
            waited += wait
            if stop.wait(wait):
                raise StoppedError from failure
    raise AssertionError("the last attempt returns or raises")


def _wait(after: float | None, attempt: int, patience: Patience) -> float | None:
    jitter = random.uniform(0, min(patience.cap, patience.base * 2**attempt))  # noqa: S311 - spreads load, guards nothing
    if after is None:
        return jitter
    return None if after > patience.longest else after + jitter / 4
