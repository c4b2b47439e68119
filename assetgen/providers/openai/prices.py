"""OpenAI's token prices, dated, and what the usage figures of an answer cost. Pure.

Source: the provider's pricing page by way of third-party price tables, 2026-11. A model without an entry has no known price.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assetgen.providers.openai.models import base

DATE = "2026-11-22"
_MILLION = Decimal(1_000_000)
_PLACES = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens. `text_out` is None where the model writes no text."""

    text_in: Decimal
    image_in: Decimal
    image_out: Decimal
    text_out: Decimal | None = None


_SECOND = Price(Decimal(5), Decimal(8), Decimal(30))
_MIDDLE = Price(Decimal(5), Decimal(8), Decimal(32), Decimal(10))

PRICES: Mapping[str, Price] = {
    "gpt-image-1": Price(Decimal(5), Decimal(10), Decimal(40)),
    "gpt-image-1-mini": Price(Decimal(2), Decimal("2.5"), Decimal(8)),
    "gpt-image-1.5": _MIDDLE,
    "chatgpt-image-latest": _MIDDLE,
    "gpt-image-2": _SECOND,
    "gpt-image-2.5-sunburst": _SECOND,
    "gpt-image-2.5-flare": _SECOND,
}


def total(model: str, usage: object) -> Decimal | None:
    """What an answer cost in USD, or None where its usage or the model's price is not known. Cached tokens count as fresh ones."""
    price = PRICES.get(base(model))
    if price is None or not isinstance(usage, dict):
        return None
    text_in, image_in = _split(usage, "input", "text")
    text_out, image_out = _split(usage, "output", "image")
    if text_in is None or image_in is None or text_out is None or image_out is None or (text_out and price.text_out is None):
        return None
    asked = text_in * price.text_in + image_in * price.image_in
    made = image_out * price.image_out + text_out * (price.text_out or 0)
    return ((asked + made) / _MILLION).quantize(_PLACES)


def shares(amount: Decimal, count: int) -> list[Decimal]:
    """An amount divided among pictures, to the last digit: the shares add up to it."""
    each = (amount / count).quantize(_PLACES)
    return [amount - each * (count - 1), *[each] * (count - 1)]


def _split(usage: Mapping[str, object], side: str, otherwise: str) -> tuple[int | None, int | None]:
    """Text and image tokens of one side; without details all tokens are of the kind `otherwise`."""
    details = usage.get(f"{side}_tokens_details")
    if isinstance(details, dict):
        return _tokens(details.get("text_tokens", 0)), _tokens(details.get("image_tokens", 0))
    tokens = _tokens(usage.get(f"{side}_tokens"))
    return (tokens, 0) if otherwise == "text" else (0, tokens)


def _tokens(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
