"""What requests cost: ranges from a dated list, and None where nobody knows."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import NOTHING, Price, parse, total
from assetgen.model import Size

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
CATALOG = parse({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})
IDS = list(CATALOG.models)


def price(name, size=None, count=1, **params):
    model = CATALOG.models[name]
    return CATALOG.price(model, CATALOG.default_provider(model), size, params, count)


def test_what_a_person_or_this_machine_draws_costs_nothing():
    free = Price(low=Decimal(0), high=Decimal(0), basis="drawn on this machine (read 2026-11-22)", exact=True)
    assert price("sketch", Size(7, 7), 9) == free
    assert price("niji-6").high == 0
    assert price("niji-6").basis == "covered by the subscription (read 2026-11-22)"


def test_a_listed_price_is_exact_where_nothing_else_is_billed():
    assert price("dall-e-3", Size(1792, 1024), 2, quality="hd") == Price(
        low=Decimal("0.24"), high=Decimal("0.24"), basis="OpenAI price list before it was retired (read 2026-05-12)", exact=True
    )
    assert price("dall-e-3").high == Decimal("0.04"), "standard is the default quality, 1024x1024 the default size"


@pytest.mark.parametrize(
    ("name", "provider", "params", "amount"),
    [
        ("gpt-image-2.5-flare", "openai", {"quality": "max"}, "0.2107"),
        ("gpt-image-1.5", "openai", {"quality": "high"}, "0.133"),
        ("gpt-image-1-mini", "openai", {"quality": "low"}, "0.005"),
        ("flux-1.1-pro", "replicate", {}, "0.04"),
        ("flux-dev", "replicate", {}, "0.025"),
        ("flux-schnell", "replicate", {}, "0.003"),
        ("ideogram-3", "replicate", {}, "0.09"),
        ("flux-kontext-max", "fal", {}, "0.08"),
        ("nano-banana", "fal", {}, "0.039"),
        ("nano-banana-pro", "fal", {}, "0.15"),
        ("recraft-v3", "fal", {}, "0.04"),
        ("sd3.5-large", "stability", {}, "0.065"),
        ("sd3.5-large-turbo", "stability", {}, "0.04"),
        ("sd3.5-medium", "stability", {}, "0.035"),
        ("sd3.5-flash", "stability", {}, "0.025"),
        ("ideogram-4.5", "ideogram", {"quality": "high"}, "0.1"),
        ("ideogram-4", "ideogram", {"rendering_speed": "turbo"}, "0.03"),
        ("ideogram-3", "ideogram", {"transparent": True, "rendering_speed": "quality"}, "0.1"),
        ("ideogram-2-turbo", "ideogram", {}, "0.05"),
        ("ideogram-2a-turbo", "ideogram", {}, "0.025"),
    ],
)
def test_a_published_price_is_the_listed_one(name, provider, params, amount):
    model = CATALOG.models[name]
    found = CATALOG.price(model, provider, Size(1024, 1024) if provider == "openai" else None, params)
    assert (found.low, found.high) == (Decimal(amount), Decimal(amount))


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("flux-2-pro", "fal"),
        ("flux-2-flex", "replicate"),
        ("flux-2-max", "fal"),
        ("gpt-image-2.6-flare", "openai"),
        ("firefly-image5", "firefly"),
    ],
)
def test_what_nobody_published_stays_unknown(name, provider):
    # The maker's own prices of FLUX.2 are not those of fal and Replicate, and Firefly's are a matter of contract.
    assert CATALOG.price(CATALOG.models[name], provider, None, {}) is None


def test_tokens_make_a_price_an_estimate():
    basis = "litellm 1.109.1 and fal price tables, November 2026 (read 2026-11-22; input tokens come on top)"
    assert price("gpt-image-2", Size(1024, 1024), 3, quality="medium") == Price(
        low=Decimal("0.159"), high=Decimal("0.159"), basis=basis, exact=False
    )


def test_without_a_quality_the_price_is_a_range():
    assert (price("gpt-image-2", Size(1024, 1024)).low, price("gpt-image-2", Size(1024, 1024)).high) == (Decimal("0.006"), Decimal("0.211"))
    assert price("gpt-image-2", Size(1024, 1024), quality="auto") == price("gpt-image-2", Size(1024, 1024))


def test_a_size_the_list_does_not_name_is_a_range_up_to_its_area():
    found = price("gpt-image-2", Size(2048, 2048), quality="high")
    assert (found.low, found.high, found.exact) == (Decimal("0.1266"), Decimal("0.844"), False)
    small = price("gpt-image-2", Size(1280, 720), quality="high")
    assert small.high == Decimal("0.211")
    assert small.low < small.high


def test_the_known_price_of_a_wide_picture_lies_in_the_range():
    # 5488 tokens of 30 USD a million, as the provider's calculator gave for 1536x1024 at high quality.
    found = price("gpt-image-2", Size(1536, 1024), quality="high")
    assert found.low <= Decimal("0.16464") <= found.high


def test_an_unknown_price_is_none():
    assert price("gpt-image-2.6-sunburst", Size(1024, 1024), quality="low") is None
    assert price("chatgpt-image-latest") is None
    assert price("gpt-image-2", Size(1024, 1024), quality="ultra") is None
    assert CATALOG.price(CATALOG.models["gpt-image-2"], "someone-else", None, {}) is None


def test_a_price_by_the_megapixel():
    catalog = parse({"x.toml": PER_MEGAPIXEL})
    model = catalog.models["m"]
    found = catalog.price(model, "p", Size(2000, 1000), {}, 2)
    assert (found.low, found.high, found.exact) == (Decimal("0.100"), Decimal("0.100"), True)
    found = catalog.price(model, "p", Size(1024, 1024), {})
    assert found.low < found.high == Decimal("0.050")
    assert catalog.price(model, "p", None, {}).high == Decimal("0.100")


PER_MEGAPIXEL = """
[models.m]
title = "M"
sizes = { max_side = 4096 }
services.p = { id = "m", rates = [{ unit = "megapixel", amount = 0.025 }], source = "list", priced = 2026-01-01 }
"""


def test_prices_add_up_as_ranges():
    exact = Price(low=Decimal("0.04"), high=Decimal("0.04"), basis="a list", exact=True)
    rough = Price(low=Decimal("0.01"), high=Decimal("0.20"), basis="another list", exact=False)
    assert total([]) == NOTHING
    assert total([exact, exact]) == Price(low=Decimal("0.08"), high=Decimal("0.08"), basis="a list", exact=True)
    assert exact + rough == Price(low=Decimal("0.05"), high=Decimal("0.24"), basis="a list; another list", exact=False)


def test_tokens_cost_what_was_used():
    tokens = CATALOG.models["gpt-image-2"].services["openai"].tokens
    assert tokens.cost({"text_in": 1000, "image_in": 0, "image_out": 7024, "text_out": 0}) == Decimal("0.21572")
    assert tokens.cost({"text_out": 5}) is None
    assert CATALOG.models["gpt-image-1.5"].services["openai"].tokens.cost({"text_out": 5}) == Decimal("0.00005")


@given(
    name=st.sampled_from(IDS),
    size=st.none() | st.builds(Size, st.integers(1, 4096), st.integers(1, 4096)),
    quality=st.sampled_from([None, "auto", "low", "high", "max", "hd", 1]),
    count=st.integers(1, 10),
)
def test_a_price_is_a_range_that_grows_with_the_count(name, size, quality, count):
    params = {} if quality is None else {"quality": quality}
    one, many = price(name, size, **params), price(name, size, count, **params)
    assert (one is None) == (many is None)
    if one and many:
        assert 0 <= one.low <= one.high
        assert (many.low, many.high) == (one.low * count, one.high * count)
