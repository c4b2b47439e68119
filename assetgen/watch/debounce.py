"""When to look after a file was touched: once it is quiet for a moment, and in any case before long. Time is an argument."""

from dataclasses import dataclass

QUIET = 0.05
MOST = 0.3


@dataclass(slots=True, kw_only=True)
class Debounce:
    """Seconds of a monotonic clock. `due` is when to look, None where nothing was touched."""

    quiet: float = QUIET
    most: float = MOST
    due: float | None = None
    _first: float | None = None

    def knock(self, now: float) -> None:
        """Something was touched."""
        if self._first is None:
            self._first = now
        self.due = min(now + self.quiet, self._first + self.most)

    def wait(self, now: float, seconds: float) -> None:
        """Look in so many seconds, unless that happens sooner."""
        self.due = now + seconds if self.due is None else min(self.due, now + seconds)

    def left(self, now: float) -> float | None:
        """Seconds until it is time to look."""
        return None if self.due is None else max(0.0, self.due - now)

    def looked(self) -> None:
        """It was looked: the next touch begins anew."""
        self.due = self._first = None
