import math
from decimal import Decimal

import pytest

import assetgen
from assetgen.engine.spend import Budget, authority, dollars
from assetgen.errors import UsageError
from assetgen.plan.states import FREE, Price


def price(high):
    return Price(low=Decimal(0), high=Decimal(high))


@pytest.mark.parametrize(
    ("environ", "ceiling", "agreed", "refusal"),
    [
        ({}, None, False, "nobody agreed to spend"),
        ({}, None, True, None),
        ({}, "1", False, None),
        ({"CI": "true"}, "1", True, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        ({"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}, None, True, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        ({"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}, "1", False, None),
        ({"CI": "yes"}, "1", True, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        ({"CI": "woodpecker"}, None, True, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        ({"CI": "False"}, "1", False, None),
        ({"CI": "0"}, None, True, None),
        ({"CI": ""}, None, True, None),
    ],
)
def test_who_may_spend(environ, ceiling, agreed, refusal):
    found = authority(ceiling=Decimal(ceiling) if ceiling else None, agreed=agreed, environ=environ)
    assert found.refusal == refusal


def test_free_work_only_is_kept_whatever_else_is_allowed():
    assert authority(ceiling=Decimal(9), agreed=True, environ={}, free_only=True).refusal == "this build does free work only"


def test_a_budget_is_reserved_before_it_is_spent():
    budget = Budget(Decimal("0.50"))
    assert budget.reserve(price("0.30"))
    assert not budget.reserve(price("0.30"))
    assert budget.text() == "$0.30 of $0.50 are spent or reserved"
    budget.settle(Decimal("0.30"), Decimal("0.04"))
    assert budget.reserve(price("0.30"))
    assert budget.spent == Decimal("0.04")


def test_an_unknown_price_is_over_every_ceiling():
    assert not Budget(Decimal(1000)).reserve(None)
    assert Budget(None).reserve(None)
    assert Budget(Decimal(0)).reserve(FREE)


@pytest.mark.parametrize(
    "given",
    [
        *("", "x", "-1", "-0", "+1", "nan", "inf", "1,5", "1e-9", "1_0", "\u0661\u0662", " 1", "1\n", "$", "."),
        *(-1, -0.0, math.nan, math.inf, Decimal("NaN"), Decimal("-Infinity"), True),
    ],
)
def test_what_is_no_money_is_refused(given):
    with pytest.raises(UsageError) as caught:
        dollars(given)
    assert (caught.value.message, caught.value.hint) == (f'"{given}" is not an amount of money', "--max-cost 2.50")


@pytest.mark.parametrize(
    ("given", "amount"), [("$0.10", "0.10"), ("2.", "2"), (".5", "0.5"), (0.1, "0.1"), (1e-9, "0.000000001"), (5, "5"), (Decimal(2), "2")]
)
def test_money_is_read_exactly(given, amount):
    assert dollars(given) == Decimal(amount)


def test_small_amounts_are_told_in_plain_digits():
    budget = Budget(Decimal("1E-9"))
    assert budget.refusal(price("0.0000001")) == "$0.0000001 does not fit into the budget: $0 of $0.000000001 are spent or reserved"


@pytest.mark.parametrize("amount", [-1, math.inf, math.nan, "1e3"])
def test_a_ceiling_from_python_is_an_amount_of_money(tmp_path, amount):
    with pytest.raises(UsageError) as caught:
        assetgen.build(tmp_path, max_cost=amount)
    assert (caught.value.message, caught.value.hint) == (f'"{amount}" is not an amount of money', 'max_cost="2.50"')
