"""One thing that a watch does while it goes on looking: a build, a purchase, a decision. It runs in a thread and only sends values back."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from assetgen.engine.outcome import Outcome
from assetgen.errors import AssetgenError, of_system
from assetgen.events import Event
from assetgen.watch.wishes import Draft, Wish

Notify: TypeAlias = Callable[[Event], None]
Yield: TypeAlias = "Outcome | Mapping[str, Draft] | None"


@dataclass(kw_only=True, eq=False)
class Work:
    """`call` does it, and stops early where `stop` is set. Only one that is a `draft` may run beside another.

    `bought` has the request of each asset that may be paid for (None where it is not known yet), `reserved` the sum in USD that all of
    them may cost. `changed` are the files that were saved before, `future` waits for the end. `touched` is as in `Granted`, of a wish by
    somebody who may not spend.
    """

    wish: Wish
    call: Callable[[Notify, threading.Event], Yield]
    by_save: bool = False
    draft: bool = False
    bought: Mapping[str, str | None] = field(default_factory=dict)
    reserved: Decimal = Decimal(0)
    changed: tuple[str, ...] = ()
    future: "Future[None] | None" = None
    touched: frozenset[str] = frozenset()
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A wish that is granted: the work that is still to be done for it, and the assets that it may make stale without buying them."""

    work: Work | None = None
    touched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event of a work."""

    work: Work
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A work has ended, with what it yielded or what it raised."""

    work: Work
    found: Yield = None
    error: Exception | None = None
    seconds: float = 0.0


def begin(work: Work, send: Callable[[Heard | Over], None]) -> None:
    """Run it in a thread of its own, which keeps nobody from leaving."""

    def run() -> None:
        began = time.monotonic()
        try:
            found = work.call(lambda event: send(Heard(work=work, event=event)), work.stop)
            over = Over(work=work, found=found, seconds=time.monotonic() - began)
        except OSError as error:
            over = Over(work=work, error=AssetgenError(of_system(error)))
        except Exception as error:  # noqa: BLE001 - carried to the owner's thread, which raises what is a bug
            over = Over(work=work, error=error)
        send(over)

    threading.Thread(target=run, name="assetgen-watch", daemon=True).start()
