"""Sums over the ledger: what was spent, on what, and how much of it is only an estimate."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from assetgen.ledger import Spent
from assetgen.report import words

KEYS: Mapping[str, Callable[[Spent], str]] = MappingProxyType(
    {
        "month": lambda spent: spent.at[:7],
        "provider": lambda spent: spent.provider,
        "model": lambda spent: spent.model,
        "asset": lambda spent: spent.asset,
        "project": lambda spent: spent.project,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Jobs of one kind. `unknown` counts those whose cost nobody knows: `estimated` holds what was reserved for them, if anything."""

    key: str
    jobs: int
    actual: Decimal
    estimated: Decimal
    unknown: int

    @property
    def total(self) -> Decimal:
        """What is known, and what is estimated."""
        return self.actual + self.estimated


def grouped(entries: Iterable[Spent], by: str) -> list[Sum]:
    """A sum for each value of a key, in their order."""
    groups: dict[str, list[Spent]] = {}
    for spent in entries:
        groups.setdefault(KEYS[by](spent), []).append(spent)
    return [_sum(key, groups[key]) for key in sorted(groups)]


def whole(entries: Iterable[Spent]) -> Sum:
    """The sum of all."""
    return _sum("total", list(entries))


def line(total: Sum) -> str:
    """As in: $1.24 spent on 12 jobs: $1.00 actual, $0.24 estimated, 1 of unknown outcome."""
    if not total.jobs:
        return "nothing was spent"
    parts = [f"{words.money(total.actual)} actual"] if total.actual else []
    parts += [f"{words.money(total.estimated)} estimated"] if total.estimated else []
    parts += [f"{total.unknown} of unknown outcome"] if total.unknown else []
    detail = f": {', '.join(parts)}" if parts else ""
    return f"{words.money(total.total)} spent on {words.count(total.jobs, 'job')}{detail}"


def rows(sums: Sequence[Sum]) -> list[list[str]]:
    """The cells of a table."""
    return [
        [each.key, str(each.jobs), words.money(each.actual), words.money(each.estimated), str(each.unknown), words.money(each.total)]
        for each in sums
    ]


HEADER = ("JOBS", "ACTUAL", "ESTIMATED", "UNKNOWN", "TOTAL")


def entry(by: str, each: Sum) -> dict[str, object]:
    """One sum in a document."""
    return {by: each.key, "jobs": each.jobs, "actual": float(each.actual), "estimated": float(each.estimated), "unknown": each.unknown}


def _sum(key: str, entries: list[Spent]) -> Sum:
    actual = sum((spent.amount or Decimal(0) for spent in entries if spent.basis == "actual"), Decimal(0))
    estimated = sum((spent.amount or Decimal(0) for spent in entries if spent.basis != "actual"), Decimal(0))
    unknown = sum(1 for spent in entries if spent.basis == "unknown")
    return Sum(key=key, jobs=len(entries), actual=actual, estimated=estimated, unknown=unknown)
