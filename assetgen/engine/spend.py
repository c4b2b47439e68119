"""May this build spend, and how much is left? Fails closed: an unknown price counts as over any ceiling."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from assetgen.engine.trust import stranger
from assetgen.errors import UsageError
from assetgen.plan.states import Price

# Nothing else that Python reads as a number: no exponent, sign, underscore or digits of other scripts.
_AMOUNT = re.compile(r"\$?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """What the user allowed. `refusal` says why nothing may be spent, with its cure; `ceiling` is in USD, None without one.

    maxima: where an order is carried out, the most for each asset of it; others get nothing, and this counts rather than the ceiling.
    order: the digest of that order.
    """

    ceiling: Decimal | None = None
    maxima: Mapping[str, Decimal] | None = None
    order: str = ""
    refusal: str | None = None
    hint: str = ""


def authority(*, ceiling: Decimal | None, agreed: bool, environ: Mapping[str, str], free_only: bool = False) -> Authority:
    """Who may spend: in CI only both ASSETGEN_ALLOW_SPEND=1 and a ceiling, and no stranger's work; elsewhere a ceiling or a yes."""
    if free_only:
        return Authority(refusal="this build does free work only")
    if why := stranger(environ):
        return Authority(refusal=f"nothing is spent for a stranger's work: {why}", hint="assetgen build --free")
    if in_ci(environ):
        if environ.get("ASSETGEN_ALLOW_SPEND") != "1" or ceiling is None:
            hint = "ASSETGEN_ALLOW_SPEND=1 assetgen build --max-cost 0.50"
            return Authority(refusal="nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost", hint=hint)
        return Authority(ceiling=ceiling)
    if agreed or ceiling is not None:
        return Authority(ceiling=ceiling)
    return Authority(refusal="nobody agreed to spend", hint="add --yes, or --max-cost USD, or set policy.max_cost")


def in_ci(environ: Mapping[str, str]) -> bool:
    """Whether nobody sits there. Services of that kind set `CI`, to whatever they like."""
    return environ.get("CI", "").lower() not in ("", "0", "false")


def unattended(environ: Mapping[str, str]) -> bool:
    """Whether a yes of somebody at a terminal does not count."""
    return in_ci(environ) or bool(stranger(environ))


def dollars(given: Decimal | float | str, hint: str = "--max-cost 2.50") -> Decimal:
    """Read an amount of USD, as plain decimal digits or as a number. Raises UsageError for anything else, and for negative amounts."""
    try:
        text = given if isinstance(given, str) else f"{Decimal(str(given)):f}"
    except InvalidOperation:
        text = ""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise UsageError(f'"{given}" is not an amount of money', hint=hint)
    return Decimal(found[1])


class Budget:
    """Counts what is reserved and spent against the ceiling, or what is reserved against each asset's maximum. Safe to use from threads.

    A maximum is for one purchase: what was set aside of it once does not come back. `order` is the order that it all is spent on, if any.
    """

    def __init__(self, ceiling: Decimal | None, maxima: Mapping[str, Decimal] | None = None, order: str = "") -> None:
        self.ceiling = ceiling
        self.order = order
        self._left = None if maxima is None else dict(maxima)
        self.spent = Decimal(0)
        self._reserved = Decimal(0)
        self._guard = threading.Lock()

    def reserve(self, price: Price | None, asset: str = "") -> bool:
        """Set the dearest price aside before a call; False if it may not fit."""
        with self._guard:
            high = price.high if price is not None else None
            if self._left is not None:
                left = self._left.get(asset, Decimal(0))
                if high is None or high > left:
                    return False
                self._left[asset] = left - high
            elif self.ceiling is not None and (high is None or self.spent + self._reserved + high > self.ceiling):
                return False
            self._reserved += high or 0
            return True

    def settle(self, reserved: Decimal, spent: Decimal) -> None:
        """Calls ended: give their reserve back and count what they really cost."""
        with self._guard:
            self._reserved -= reserved
            self.spent += spent

    def refusal(self, price: Price | None) -> str:
        """Why a price could not be reserved."""
        what = f"${price.high:f}" if price is not None else "an unknown price"
        if self._left is not None:
            return f"{what} is more than is left for it in the plan"
        return f"{what} does not fit into the budget: {self.text()}"

    @property
    def hint(self) -> str:
        """What helps where a price could not be reserved."""
        return "raise --max-cost or policy.max_cost" if self._left is None else "assetgen plan --out plan.json"

    def text(self) -> str:
        """What is left of the ceiling, in words."""
        assert self.ceiling is not None
        return f"${self.spent + self._reserved:f} of ${self.ceiling:f} are spent or reserved"
