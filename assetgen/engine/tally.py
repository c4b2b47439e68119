"""How each asset of a running build fares: the states it went through, what was written, what it cost, and how it ended. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from assetgen.engine.outcome import Outcome, Result, Status
from assetgen.plan.states import JobState, OpenJob, Plan


@dataclass(slots=True, kw_only=True)
class Tally:
    """The results of a build, by asset; `ended` holds those that have come to rest."""

    ended: dict[str, Result] = field(default_factory=dict)
    _running: dict[str, Result] = field(default_factory=dict)

    def so_far(self, name: str) -> Result:
        """What has become of an asset up to now."""
        return self.ended.get(name) or self._running.get(name) or Result(asset=name, status=Status.FRESH)

    def began(self, name: str, action: str) -> None:
        """An asset entered a state."""
        now = self.so_far(name)
        self._running[name] = replace(now, actions=(*now.actions, action))

    def wrote(self, name: str, paths: tuple[str, ...]) -> None:
        """Outputs whose bytes changed."""
        now = self.so_far(name)
        self._running[name] = replace(now, written=now.written + paths)

    def paid(self, name: str, amount: Decimal) -> None:
        """Money was spent on an asset, or counted as spent."""
        now = self.so_far(name)
        self._running[name] = replace(now, cost=(now.cost or Decimal(0)) + amount)

    def end(self, name: str, status: Status, message: str, hint: str) -> Result:
        """An asset has come to rest."""
        self.ended[name] = replace(self.so_far(name), status=status, message=message, hint=hint)
        return self.ended[name]

    def settled(self, name: str) -> bool:
        """Whether an asset ended in a way that its dependents can go on from, or wait like it does."""
        return name in self.ended and self.ended[name].status in (Status.DONE, Status.FRESH, Status.WAITS)

    def outcome(self, plan: Plan, rows: Iterable[OpenJob], *, spent: Decimal, interrupted: bool, bug: bool) -> Outcome:
        """The end of the build; `rows` are the jobs that the journal still has open."""
        states = [row.state for row in rows]
        return Outcome(
            plan=plan,
            results=dict(self.ended),
            spent=spent,
            interrupted=interrupted,
            bug=bug,
            resumable=states.count(JobState.SUBMITTED),
            unknown=states.count(JobState.INTENT) + states.count(JobState.UNKNOWN),
        )
