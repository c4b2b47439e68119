"""What came of a build: one result per asset, money spent, and the exit code that follows. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from assetgen.plan.states import Plan


class Status(StrEnum):
    """How an asset ended. "fresh" had nothing to do; "done" was made; "waits" and "blocked" as in the plan."""

    FRESH = "fresh"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    WAITS = "waits"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one asset ended, and why. `actions` are the states it went through; `cost` is in USD."""

    asset: str
    status: Status
    actions: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""
    written: tuple[str, ...] = ()
    cost: Decimal | None = None


class Interrupted(KeyboardInterrupt):
    """A second interrupt: the build was left at once, with its lock written. `left` as in `Outcome`."""

    exit_code = 130

    def __init__(self, left: tuple[str, ...]) -> None:
        super().__init__()
        self.left = left


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of a build. `plan` is the plan it began with; `resumable` counts paid jobs that the next build takes up again.

    left: assets that were to be regenerated and were not, nor will be by a build that is not told so.
    """

    plan: Plan
    results: Mapping[str, Result] = field(default_factory=dict)
    spent: Decimal = Decimal(0)
    interrupted: bool = False
    bug: bool = False
    resumable: int = 0
    unknown: int = 0
    left: tuple[str, ...] = ()

    def count(self, status: Status) -> int:
        """How many assets ended like this."""
        return sum(1 for result in self.results.values() if result.status is status)

    @property
    def exit_code(self) -> int:
        """0 all done, 1 something failed, is blocked or unknown, 3 a bug, 130 interrupted. Waiting for a person is no failure."""
        if self.interrupted:
            return Interrupted.exit_code
        if self.bug:
            return 3
        bad = (Status.FAILED, Status.BLOCKED, Status.SKIPPED)
        return 1 if any(result.status in bad for result in self.results.values()) else 0
