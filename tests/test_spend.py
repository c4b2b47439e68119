from decimal import Decimal

import pytest

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
        ({"CI": "true"}, "1", True, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and a maximum"),
        ({"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}, None, True, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and a maximum"),
        ({"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}, "1", False, None),
        ({"CI": "false"}, "1", False, None),
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


@pytest.mark.parametrize("text", ["", "x", "-1", "nan", "inf", "1,5"])
def test_what_is_no_money_is_refused(text):
    with pytest.raises(UsageError) as caught:
        dollars(text)
    assert caught.value.message == f'"{text}" is not an amount of money'


def test_money_is_read_exactly():
    assert dollars("$0.10") == Decimal("0.10")
