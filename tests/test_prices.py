"""By whose word a picture is free, or cheap: never by that of a manifest, which comes from other people."""

import json
from decimal import Decimal

import pytest

from assetgen.engine.survey import look
from assetgen.errors import AssetgenError
from assetgen.events import Noted
from assetgen.watch.drafts import held
from tests.projects import HERO, results
from tests.test_apply import ALLOWED, HIGH, ICON, PRICE, applied, ordered

SIX = "".join(f'[assets.a{nth}]\nprompt = "x {nth}"\n' for nth in range(6))
SERVER = """
[models.local-sd]
provider = "openai"
id = { openai = "stablediffusion" }
price = %s
sizes = { multiple = 8, max_side = 1024 }

[assets.fox]
prompt = "a fox"
model = "local-sd"
size = "512x512"
"""
ALONE = "the price that the manifest names does not count where nobody sits; your own configuration may name it"
NOTHING_FREE = "the price that the manifest names makes nothing free; your own configuration may name it"
LESS = "the list has $0.211, which counts; only your own configuration may name less"


@pytest.fixture
def says(shop):
    """Writes the user's own configuration."""

    def write(price):
        path = shop.path.parent / "config.toml"
        path.write_text(f"[providers.openai]\nprice = {price}\n")
        shop.environ["ASSETGEN_CONFIG"] = str(path)
        return shop

    return write


@pytest.fixture
def fork(shop):
    """What a job sees that is about a pull request from a fork."""
    shop.path.mkdir(parents=True, exist_ok=True)
    path = shop.path.parent / "event.json"
    sides = {side: {"repo": {"full_name": name}} for side, name in (("head", "them/x"), ("base", "us/x"))}
    path.write_text(json.dumps({"pull_request": sides}))
    return ALLOWED | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path)}


def offer(shop, name="hero", environ=None):
    with look(shop.path, environ=shop.env(environ)) as seen:
        return seen.facts.offer(seen.workspace.manifest.assets[name])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_cost": None}, "nobody agreed to spend"),
        ({"max_cost": None, "free_only": True}, "this build does free work only"),
        ({"environ": {"CI": "true"}}, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        ({"environ": "fork", "free_only": True}, "this build does free work only"),
        ({"environ": "fork"}, 'nothing is spent for a stranger\'s work: the pull request is from the fork "them/x"'),
        ({"max_cost": Decimal("0.1")}, "$0.211 does not fit into the budget: $0 of $0.1 are spent or reserved"),
    ],
)
@pytest.mark.parametrize("text", [HERO + PRICE.format("0"), HERO + PRICE.format("0.0001")])
def test_a_manifest_lifts_no_guard(shop, fork, text, options, message):
    if options.get("environ") == "fork":
        options = options | {"environ": fork}
    outcome = shop.write(text).build(**options)
    assert (outcome.results["hero"].status.value, outcome.results["hero"].message, shop.asked) == ("skipped", message, 0)


def test_a_person_is_asked_at_the_price_of_the_list(shop):
    asked = []

    def confirm(plan, chosen):
        asked.append((sorted(chosen), plan.assets["hero"].price.high))
        return False

    shop.write(HERO + PRICE.format("0")).build(max_cost=None, confirm=confirm)
    assert (asked, shop.asked) == ([(["hero"], HIGH)], 0)


def test_six_pictures_do_not_fit_under_a_cent(shop):
    outcome = shop.write(SIX + PRICE.format("0.0001")).build(max_cost=Decimal("0.01"), environ=ALLOWED)
    assert (set(results(outcome).values()), shop.asked, outcome.spent) == ({"skipped"}, 0, 0)


def test_an_order_lists_what_is_paid_at_the_price_of_the_list(shop):
    made = ordered(shop.write(HERO + ICON + PRICE.format("0")))
    assert ([(line.name, line.maximum) for line in made.assets], [free.name for free in made.free]) == ([("hero", HIGH)], ["icon"])
    with pytest.raises(AssetgenError, match="nothing is spent in CI"):
        applied(shop, made, environ={"CI": "true"})
    assert shop.asked == 0


def test_what_a_manifest_makes_cheap_is_held_by_a_watch(shop):
    shop.write(HERO + ICON + PRICE.format("0"))
    with look(shop.path, environ=shop.env()) as seen:
        assert held(seen, frozenset({"hero", "icon"})) == {"hero"}


@pytest.mark.parametrize(("price", "high", "notes"), [("0", HIGH, (LESS,)), ("0.01", HIGH, (LESS,)), ("0.5", Decimal("0.5"), ())])
def test_the_dearer_of_list_and_manifest_counts(shop, price, high, notes):
    found = offer(shop.write(HERO + PRICE.format(price)))
    assert (found.price.high, found.paid, found.notes) == (high, True, notes)


@pytest.mark.parametrize("environ", [{}, ALLOWED])
def test_another_name_for_a_dear_model_is_as_dear(shop, environ):
    cheap = '[models.cheap]\nprovider = "openai"\nid = { openai = "gpt-image-2" }\nprice = 0.001\n'
    shop.write(cheap + HERO + 'model = "cheap"\n')
    assert offer(shop, environ=environ).price.high == HIGH
    assert results(shop.build(max_cost=Decimal("0.1"), environ=environ)) == {"hero": "skipped"}
    # And the other way round: what a model of the catalog is called there decides, and not what it is called here.
    shop.write('[models.gpt-image-2]\nid = { openai = "gpt-image-9-dear" }\n' + HERO)
    found = offer(shop, environ=environ)
    assert (found.ids, found.price is None) == (("gpt-image-9-dear",), bool(environ))


def test_a_price_of_the_manifest_leaves_what_was_really_paid(shop):
    shop.write(HERO + PRICE.format("0.5")).build()
    [entry] = shop.ledger
    assert (entry.basis, entry.amount < Decimal("0.2")) == ("actual", True)


def test_what_no_list_has_costs_what_the_manifest_says_where_somebody_sits(shop):
    shop.write(SERVER % "0.02")
    assert (offer(shop, "fox").price.high, offer(shop, "fox").notes) == (Decimal("0.02"), ())
    found = offer(shop, "fox", {"CI": "true"})
    assert (found.price, found.notes) == (None, (ALONE,))
    outcome = shop.build(environ=ALLOWED)
    assert (outcome.results["fox"].status.value, shop.asked) == ("blocked", 0)
    assert outcome.results["fox"].hint == '[providers.openai] price = { "stablediffusion" = 0.05 } in your own configuration'
    assert results(shop.build(max_cost=Decimal("0.02"))) == {"fox": "done"}


def test_a_server_of_ones_own_is_free_by_ones_own_word_alone(shop, says, fork):
    shop.write(SERVER % "0")
    assert (offer(shop, "fox").price, offer(shop, "fox").notes) == (None, (NOTHING_FREE,))
    assert results(shop.build(max_cost=None)) == {"fox": "skipped"}
    says("0")
    assert (offer(shop, "fox").price.high, offer(shop, "fox").paid) == (0, False)
    # Whoever sends a pull request may have written the configuration as well.
    assert results(shop.build(max_cost=None, environ=fork)) == {"fox": "skipped"}
    assert shop.asked == 0
    assert results(shop.build(max_cost=None, free_only=True, environ={"CI": "true"})) == {"fox": "done"}
    assert [entry.amount for entry in shop.ledger] == [0]


def test_a_price_of_ones_own_holds_for_one_model_or_for_all(shop, says):
    says('{ "gpt-image-2" = 0.1 }').write(HERO + "candidates = 2\n" + SERVER % "0.02")
    assert (offer(shop).price.high, offer(shop).price.source) == (Decimal("0.2"), "the user's configuration")
    assert offer(shop, "fox").price.high == Decimal("0.02")
    says("0.03")
    assert (offer(shop).price.high, offer(shop, "fox", ALLOWED).price.high) == (Decimal("0.06"), Decimal("0.03"))
    shop.build("fox", environ=ALLOWED)
    assert [(entry.amount, entry.basis) for entry in shop.ledger] == [(Decimal("0.03"), "estimated")]
    assert not [event for event in shop.told if isinstance(event, Noted) and "price" in event.message]


@pytest.mark.parametrize("price", ["-1", '"cheap"', "true", "inf", '{ "gpt-image-2" = -1 }', "[1]"])
def test_a_price_of_ones_own_that_is_none(shop, says, price):
    says(price).write(HERO)
    with pytest.raises(AssetgenError, match="must be USD for a picture, or a table of that by the provider's name of the model"):
        offer(shop)
