"""Money spent, one line of JSON per paid job, append-only. A job that is written twice (after a crash) counts once: its last line holds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from assetgen.plan.states import DRAFTS, JobState, OpenJob
from assetgen.store import atomic, sealed


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
        fields = {"asset": row.asset, "project": row.project.removesuffix(DRAFTS), "provider": row.provider, "model": row.model}
        return cls(job=row.id, amount=amount, basis=basis, **fields)

    @classmethod
    def without_picture(cls, row: OpenJob) -> "Spent":
        """What a job that brought no picture is counted as: what was reserved. Whether it was paid is unknown, unless an answer came."""
        spent = cls.of(row, (), actual=False)
        return spent if row.state is JobState.SPOILED else replace(spent, basis="unknown")


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
        atomic.append(self.path, (json.dumps(sealed.seal(fields), ensure_ascii=False) + "\n").encode())

    def entries(self) -> list[Spent]:
        """Every job once, in the order of its first line. Damaged lines are left out, and counted by `damaged`."""
        return list({spent.job: spent for spent in self._lines() if spent is not None}.values())

    def damaged(self) -> int:
        """How many lines cannot be read. A crash leaves the tail of one; its job's row is then still open and adds the line again."""
        return sum(1 for spent in self._lines() if spent is None)

    def _lines(self) -> Iterator[Spent | None]:
        for line in self.path.read_bytes().split(b"\n") if self.path.exists() else ():
            if not line:
                continue
            try:
                fields = sealed.unseal(line)
                amount = fields.pop("amount")
                yield Spent(amount=None if amount is None else Decimal(amount), **fields)
            except (ValueError, TypeError, KeyError, ArithmeticError):
                yield None
