"""Money spent, one line of JSON per paid job, append-only. A job that is written twice (after a crash) counts once: its last line holds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from assetgen.plan.states import OpenJob
from assetgen.store import atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One paid job. `amount` is in USD, None where even an estimate is not known; `at` is UTC, ISO 8601."""

    job: str
    asset: str
    project: str
    provider: str
    model: str
    amount: Decimal | None
    basis: Literal["actual", "estimated", "unknown"]
    at: str = ""

    @classmethod
    def of(cls, row: OpenJob, amounts: Sequence[str], *, actual: bool) -> "Spent":
        """What a job cost: the sum of what is known of its pictures, or else what was reserved for it."""
        amount = sum(map(Decimal, amounts), Decimal(0)) if amounts else row.reserved
        basis: Literal["actual", "estimated", "unknown"] = "unknown" if amount is None else "actual" if actual else "estimated"
        fields = {"asset": row.asset, "project": row.project, "provider": row.provider, "model": row.model}
        return cls(job=row.id, amount=amount, basis=basis, **fields)


class Ledger:
    """The ledger of one store."""

    def __init__(self, home: Path) -> None:
        self.path = home / "ledger.jsonl"

    def add(self, spent: Spent) -> None:
        """Write down one job, durably."""
        fields = asdict(spent) | {
            "amount": None if spent.amount is None else str(spent.amount),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        atomic.append(self.path, (json.dumps(fields, ensure_ascii=False) + "\n").encode())

    def entries(self) -> list[Spent]:
        """Every job once, in the order of its first line. A line that a crash cut short is left out."""
        found: dict[str, Spent] = {}
        for spent in self._lines():
            found[spent.job] = spent
        return list(found.values())

    def _lines(self) -> Iterator[Spent]:
        if not self.path.exists():
            return
        for line in self.path.read_text().splitlines():
            try:
                fields = json.loads(line)
                amount = fields.pop("amount")
                yield Spent(amount=None if amount is None else Decimal(amount), **fields)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # the tail of a torn write; the journal's row is still open and will add the line again
