"""What a request will cost, as a range of USD, from a dated price list. None is an unknown price, which is never taken for nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from assetgen.catalog.entries import Model, Param, Rate, Service
from assetgen.model import Json, Size

# Sizes a list does not name: bills by tokens grow more slowly than the area, and a wide picture costs less than a square one.
LEAST_OF_OTHER_SIZES = Decimal("0.6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A range of USD, where it comes from, and whether it is exact (one amount that the provider bills as listed)."""

    low: Decimal
    high: Decimal
    basis: str
    exact: bool

    def __add__(self, other: "Price") -> "Price":
        """Both together; each basis is told once."""
        told = [basis for basis in self.basis.split("; ") + other.basis.split("; ") if basis]
        return Price(
            low=self.low + other.low,
            high=self.high + other.high,
            basis="; ".join(dict.fromkeys(told)),
            exact=self.exact and other.exact,
        )


NOTHING = Price(low=Decimal(0), high=Decimal(0), basis="", exact=True)


def total(prices: Iterable[Price]) -> Price:
    """The sum of prices; nothing costs nothing."""
    return sum(prices, start=NOTHING)


def price(model: Model, provider: str, *, size: Size | None, params: Mapping[str, Json], count: int, variant: str = "") -> Price | None:
    """What `count` pictures cost at a provider. None: the provider does not serve the model, or its price is not known.

    `variant` is the provider's name of the model that serves the request instead of the model.
    """
    service = model.services.get(provider)
    if service is None:
        return None
    asked = {name: value for name, value in params.items() if value != "auto"}
    known = model.params_at(provider)
    listed = [rate for rate in service.rates if rate.id == variant]
    rates = [rate for rate in listed if all(_holds(asked, known, name, value) for name, value in rate.when.items())]
    amounts = [_amounts(rate, size or model.default_size) for rate in _for_size(rates, size or model.default_size)]
    if not amounts:
        return None
    low, high = min(low for low, _ in amounts), max(high for _, high in amounts)
    return Price(low=low * count, high=high * count, basis=_basis(service), exact=low == high and (service.tokens is None or high == 0))


def dearest(models: Iterable[Model], provider: str, name: str, *, size: Size | None, count: int) -> Price | None:
    """What `count` pictures cost at most by whatever the provider calls `name`, whichever parameters they have. None: it is in no list."""
    prices: list[Price | None] = []
    for model in models:
        service = model.services.get(provider)
        if service is None:
            continue
        own = name == service.id or name in model.aliases
        if own or any(rate.id == name for rate in service.rates):
            plain = replace(model, params={}, services={provider: replace(service, params={})})
            prices.append(price(plain, provider, size=size, params={}, count=count, variant="" if own else name))
    known = [each for each in prices if each is not None]
    return max(known, key=lambda each: each.high) if prices and len(known) == len(prices) else None


def _holds(asked: Mapping[str, Json], known: Mapping[str, Param], name: str, value: Json) -> bool:
    """Whether a rate may apply: the parameter has its value, or has it by default, or nobody knows which value it will get."""
    if name in asked:
        return asked[name] == value
    param = known.get(name)
    settled = {_text(choice) for choice in param.choices or (True, False)} - {"auto"} if param else set()
    return param is None or param.default not in settled or param.default == _text(value)


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _for_size(rates: list[Rate], size: Size | None) -> list[Rate]:
    named = [rate for rate in rates if rate.size is None or rate.size == size]
    return named or rates


def _amounts(rate: Rate, size: Size | None) -> tuple[Decimal, Decimal]:
    """The least and the most that one picture costs by this rate."""
    if rate.unit == "megapixel":
        if size is None:
            return rate.amount * LEAST_OF_OTHER_SIZES, rate.amount * 4
        megapixels = Decimal(size.width * size.height) / 1_000_000
        return rate.amount * megapixels, rate.amount * max(megapixels.to_integral_value(rounding="ROUND_CEILING"), Decimal(1))
    if rate.size is None or size is None or rate.size == size:
        return rate.amount, rate.amount
    area = Decimal(size.width * size.height) / (rate.size.width * rate.size.height)
    return rate.amount * LEAST_OF_OTHER_SIZES * min(area, Decimal(1)), rate.amount * max(area, Decimal(1))


def _basis(service: Service) -> str:
    read = f"read {service.priced}" if service.priced else ""
    extra = "input tokens come on top" if service.tokens else ""
    notes = "; ".join(part for part in (read, extra) if part)
    return f"{service.source} ({notes})" if notes and service.source else service.source or notes
