"""Asks for a remote job until it is over. Nothing here submits: whatever goes wrong, the job id is saved and the next build goes on.

So no failure of this module allows a second submit: trouble is `Unknown`, which an engine that holds the id takes up again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from assetgen.errors import BadAnswer, Refused, Unauthorized, Unavailable, Unknown
from assetgen.providers import Job, Settings
from assetgen.providers.failures import told, wait
from assetgen.providers.http import Answer

T = TypeVar("T")

_SLICE = 0.1
_LONGEST_WAIT = 300.0
_TROUBLES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds between two questions: from `first` up to `most`, half as much again each time; and how long to go on in all."""

    first: float = 1.0
    most: float = 5.0
    deadline: float = 1800.0

    @staticmethod
    def of(settings: Settings, who: str, *, first: float = 1.0) -> "Pace":
        """The pace for a provider; `poll_interval` of its table in the user's configuration fixes the interval."""
        given = settings.provider(who).get("poll_interval")
        if isinstance(given, int | float) and not isinstance(given, bool) and given > 0:
            return Pace(first=float(given), most=float(given))
        return Pace(first=first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The job is not over: what to tell the user."""

    text: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Generic[T]):
    """The job is over, with this value."""

    value: T


Judged: TypeAlias = Waiting | Over[T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A job at a provider: whose it is, and its id."""

    who: str
    id: str

    @property
    def goes_on(self) -> str:
        """The end of every message about a job that is not lost."""
        return f'the job "{self.id}" goes on at {self.who}, and the next build asks for it again'


def follow(remote: Remote, ask: Callable[[], Answer], judge: Callable[[dict[str, Any]], Judged[T]], job: Job, pace: Pace) -> T:
    """Ask until `judge` says that the job is over, and return its value. A `judge` may raise one of the final failures."""
    ends = time.monotonic() + pace.deadline
    interval, troubles, said = pace.first, 0, ""
    while True:
        if job.cancelled():
            raise Unavailable(f"stopped: {remote.goes_on}")
        judged, trouble, after = _asked(remote, ask, judge)
        match judged:
            case Over(value=value):
                return value
            case Waiting(text=text, fraction=fraction):
                troubles = 0
                if text != said or fraction is not None:
                    job.progress(fraction, f"{remote.who}: {text}")
                    said = text
            case None:
                troubles += 1
        if troubles >= _TROUBLES:
            raise Unknown(f"{trouble}; {remote.goes_on}")
        if time.monotonic() > ends:
            raise Unknown(f"not done after {pace.deadline:g} seconds; {remote.goes_on}")
        _pause(interval if after is None else min(max(after, interval), _LONGEST_WAIT), job)
        interval = min(interval * 1.5, pace.most)


def _asked(
    remote: Remote, ask: Callable[[], Answer], judge: Callable[[dict[str, Any]], Judged[T]]
) -> tuple[Judged[T] | None, str, float | None]:
    """One question: what was judged, or what went wrong in passing, and the wait that the server asks for."""
    try:
        answer = ask()
    except (Unavailable, Unknown) as failure:
        return None, failure.message, None
    except (Unauthorized, Refused) as failure:
        if failure.paid is not None:
            raise
        # One of our own, made before anything was sent (no key, a base URL that is none): it says nothing of the job.
        raise Unknown(f"{failure.message}; {remote.goes_on}", hint=failure.hint) from failure
    table = answer.table() or {}
    words = told(table.get("message") or table.get("error") or table.get("detail"), table.get("error_code"))
    match answer.status:
        case 200 if answer.cut or not table:
            return None, f"{remote.who} answered with no readable status", None
        case 200 | 202:
            return judge(table), "", wait(answer.headers, time.time())
        case 404 | 410:
            raise BadAnswer(f'{remote.who} does not know the job "{remote.id}" any more', hint="see the provider's usage page")
        # Nowhere Unauthorized, which would end the job here and let another provider be paid for the same picture.
        case 401 | 402 | 403:
            raise Unknown(f"{remote.who} refuses the key{words}; {remote.goes_on}")
        case 429:
            return Waiting(text="asks to wait"), "", wait(answer.headers, time.time())
        case code:
            return None, f"{remote.who} answered with status {code}{words}", wait(answer.headers, time.time())


def _pause(seconds: float, job: Job) -> None:
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0 and not job.cancelled():
        time.sleep(min(left, _SLICE))
