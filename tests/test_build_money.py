"""Who may spend, how much, what is written down of it, and what several pictures for one request come to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assetgen.engine.pick import pick
from assetgen.errors import UsageError
from assetgen.events import Done, Noted
from assetgen.journal import Journal
from assetgen.ledger import Ledger
from assetgen.plan.states import JobState, OpenJob
from tests.projects import HERO, results

SCENE = '\n[assets.scene]\nprompt = "the fox at night"\nreferences = ["@hero"]\n'
FOUR = "".join(f'\n[assets.{name}]\nprompt = "{name}"\n' for name in "abcd")
UNPRICED = '[assets.hero]\nprompt = "a red fox"\nmodel = "made-up"\nprovider = "openai"\n'
CANDIDATES = HERO + "candidates = 3\n"
HIGH = Decimal("0.211")
AGREED = {"max_cost": None, "agreed": True}


def test_the_dearest_price_is_reserved_before_concurrent_calls(shop):
    shop.write(FOUR)
    shop.server.delay = 0.3
    outcome = shop.build(max_cost=Decimal("0.43"))
    assert (len(shop.server.accepted), outcome.exit_code) == (2, 1)
    assert sorted(results(outcome).values()) == ["done", "done", "skipped", "skipped"]
    messages = {result.message for result in outcome.results.values() if result.message}
    assert messages == {"$0.211 does not fit into the budget: $0.422 of $0.43 are spent or reserved"}
    assert {result.hint for result in outcome.results.values() if result.message} == {"raise --max-cost or policy.max_cost"}
    # What was really spent is less than was reserved; the rest is built under the next ceiling.
    assert outcome.spent == sum(entry.amount for entry in shop.ledger) < Decimal("0.43")
    assert (results(shop.build()), len(shop.server.accepted)) == (dict.fromkeys("abcd", "done") | done(outcome), 4)


def done(outcome):
    return {name: "fresh" for name, status in results(outcome).items() if status == "done"}


def test_what_a_finished_call_did_not_cost_is_free_for_the_next(shop):
    # One call at a time: the dependent is considered when the first one is settled at what it cost.
    shop.write(HERO + SCENE)
    assert results(shop.build(max_cost=Decimal("0.34"))) == {"hero": "done", "scene": "done"}
    shop.write('[assets.x]\nprompt = "x"\n[assets.y]\nprompt = "y"\nreferences = ["@x"]\n')
    assert results(shop.build(max_cost=Decimal("0.33"))) == {"x": "done", "y": "skipped"}


def test_policy_max_cost_is_a_ceiling_too_and_the_argument_goes_before_it(shop):
    shop.write("[policy]\nmax_cost = 0.2\n\n" + HERO)
    outcome = shop.build(max_cost=None)
    assert outcome.results["hero"].message == "$0.211 does not fit into the budget: $0 of $0.2 are spent or reserved"
    assert results(shop.build(max_cost=Decimal("0.3"))) == {"hero": "done"}


def test_an_unknown_price_is_over_every_ceiling(shop):
    shop.write(UNPRICED)
    outcome = shop.build()
    assert (outcome.results["hero"].status.value, outcome.results["hero"].message) == (
        "blocked",
        'never generated; no price is known for model "made-up", so it counts as over the budget',
    )
    assert (outcome.results["hero"].hint, shop.asked) == ("give it a price in [models.made-up], or build without max_cost", 0)
    assert results(shop.build(**AGREED)) == {"hero": "done"}
    assert [(entry.amount, entry.basis) for entry in shop.ledger] == [(None, "unknown")]


def test_a_price_in_the_manifest_is_a_price(shop):
    shop.write('[models.made-up]\nid = { openai = "made-up" }\nprice = 0.5\n\n' + UNPRICED)
    assert shop.plan(max_cost=Decimal(1)).price.high == Decimal("0.5")
    assert results(shop.build(max_cost=Decimal(1))) == {"hero": "done"}
    assert [(entry.amount, entry.basis) for entry in shop.ledger] == [(Decimal("0.5"), "estimated")]


@pytest.mark.parametrize(
    ("environ", "options", "status", "message"),
    [
        ({}, {"max_cost": None}, "skipped", "nobody agreed to spend"),
        ({}, {"max_cost": None, "free_only": True, "agreed": True}, "skipped", "this build does free work only"),
        ({}, AGREED, "done", ""),
        ({"CI": "true"}, {}, "skipped", "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        ({"CI": "true"}, AGREED, "skipped", "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        (
            {"CI": "1", "ASSETGEN_ALLOW_SPEND": "1"},
            AGREED,
            "skipped",
            "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost",
        ),
        ({"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}, {}, "done", ""),
        ({"CI": "false"}, {}, "done", ""),
    ],
)
def test_somebody_has_to_allow_spending(shop, environ, options, status, message):
    shop.write(HERO + SCENE)
    outcome = shop.build(environ=environ, **options)
    assert (outcome.results["hero"].status.value, outcome.results["hero"].message) == (status, message)
    assert (shop.asked, outcome.exit_code) == ((2, 0) if status == "done" else (0, 1))


def test_free_work_needs_nobodys_word(shop):
    shop.write('[assets.plan]\nmodel = "sketch"\nsize = "96x64"\nprompt = "a lake"\n')
    assert results(shop.build(max_cost=None, environ={"CI": "true"})) == {"plan": "done"}


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_is_asked_once_about_all_that_may_cost(shop, answer):
    shop.write(HERO + SCENE)
    asked = []

    def confirm(plan, chosen):
        asked.append((plan.price.high, sorted(chosen)))
        return answer

    outcome = shop.build(max_cost=None, confirm=confirm)
    assert asked == [(2 * HIGH, ["hero", "scene"])]
    assert results(outcome) == ({"hero": "done", "scene": "done"} if answer else {"hero": "skipped", "scene": "skipped"})
    assert outcome.results["hero"].message == ("" if answer else "you said no")
    assert shop.asked == 2 * answer


def test_nobody_is_asked_about_free_work(shop):
    shop.write(HERO).build()
    (shop.path / "hero.png").unlink()
    assert results(shop.build(max_cost=None, confirm=lambda *_: pytest.fail("asked"))) == {"hero": "done"}


def test_the_ledger_has_what_the_usage_says(shop):
    shop.write(HERO).build()
    (entry,) = shop.ledger
    # 3 text tokens at 5, 4160 image tokens at 30 USD a million.
    assert (entry.amount, entry.basis) == (Decimal("0.124815"), "actual")
    assert (entry.asset, entry.project, entry.provider, entry.model) == ("hero", ".", "openai", "gpt-image-2")
    original = shop.locked()["hero"].original
    assert (Decimal(original.cost), original.cost_basis) == (entry.amount, "actual")
    told = [event.cost for event in shop.told if isinstance(event, Done)]
    assert (told, shop.rows) == ([entry.amount], ())


def test_a_row_that_was_fetched_counts_once_however_often_it_is_replayed(shop):
    shop.write(HERO).build()
    (entry,), block = shop.ledger, shop.locked()["hero"]
    planned = shop.plan().assets["hero"]
    (shop.path / "assetgen.lock").unlink()
    journal = Journal(shop.home)
    row = journal.intend(job(planned, entry))
    journal.fetched(row, (block.original,))
    Ledger(shop.home).add(replace(entry, job=row.id, at=""))
    assert shop.state() == "restore fetched"
    assert results(shop.build(max_cost=None)) == {"hero": "done"}
    assert ([one.job for one in shop.ledger], shop.rows, shop.asked) == ([entry.job, row.id], (), 1)
    assert len((shop.home / "ledger.jsonl").read_text().splitlines()) == 3


def job(planned, entry):
    fields = {"asset": entry.asset, "project": entry.project, "provider": entry.provider, "model": entry.model}
    return OpenJob(id="", gen_key=planned.gen_key, state=JobState.INTENT, **fields)


def test_a_failing_request_that_was_not_accepted_costs_nothing(shop):
    shop.write(HERO)
    shop.server.fail_next("moderation")
    outcome = shop.build()
    assert (outcome.spent, shop.ledger, shop.rows) == (Decimal(0), [], ())


def test_candidates_are_made_kept_and_wait_for_a_pick(shop):
    shop.server.rolls = True
    shop.write(CANDIDATES + SCENE)
    assert shop.plan().assets["hero"].price.high == 3 * HIGH
    outcome = shop.build()
    assert (results(outcome), outcome.exit_code, shop.asked) == ({"hero": "waits", "scene": "waits"}, 0, 3)
    assert outcome.results["hero"].message == "3 candidates wait for a pick"
    assert outcome.results["hero"].hint == "assetgen pick hero"
    block = shop.locked()["hero"]
    assert (block.original, len(block.candidates)) == (None, 3)
    assert all(shop.store.has(one.sha256) for one in block.candidates)
    assert (shop.rows, len(shop.ledger), outcome.results["hero"].cost) == ((), 3, sum(entry.amount for entry in shop.ledger))
    assert shop.states() == {"hero": "waits", "scene": "waits"}
    # A second build buys nothing more.
    assert (results(shop.build()), shop.asked) == ({"hero": "waits", "scene": "waits"}, 3)
    lines = pick(shop.path, "hero", None)
    assert lines == [f" {n}  {one.sha256[:12]}  1024x1024 png" for n, one in enumerate(block.candidates, 1)]
    assert pick(shop.path, "hero", "2") == [f"hero: picked {block.candidates[1].sha256[:12]}", "hero: wrote hero.png"]
    assert shop.states() == {"hero": "fresh", "scene": "generate"}
    assert (results(shop.build()), shop.asked) == ({"hero": "fresh", "scene": "done"}, 4)
    sent = shop.server.requests[-1].files["image"][0]["data"]
    assert sent == shop.store.get(block.candidates[1].sha256)


def test_another_pick_is_free_and_changes_what_depends_on_it(shop):
    shop.server.rolls = True
    shop.write(CANDIDATES + SCENE)
    shop.build()
    first, second, third = (one.sha256 for one in shop.locked()["hero"].candidates)
    pick(shop.path, "hero", third)
    shop.build()
    picture = (shop.path / "hero.png").read_bytes()
    assert pick(shop.path, "hero", None, back=True) == [f"hero: picked {second[:12]}", "hero: wrote hero.png"]
    assert ((shop.path / "hero.png").read_bytes() != picture, shop.states()) == (True, {"hero": "fresh", "scene": "generate"})
    assert pick(shop.path, "hero", None)[1].startswith("*2  ")
    pick(shop.path, "hero", first[:6])
    with pytest.raises(UsageError, match='"hero" has nothing before the present picture'):
        pick(shop.path, "hero", None, back=True)
    pick(shop.path, "hero", "3")
    assert ((shop.path / "hero.png").read_bytes(), shop.states(), shop.asked) == (picture, {"hero": "fresh", "scene": "fresh"}, 4)


@pytest.mark.parametrize("choice", ["0", "4", "abc", "zzzz"])
def test_a_pick_that_is_none_of_the_candidates(shop, choice):
    shop.server.rolls = True
    shop.write(CANDIDATES).build()
    with pytest.raises(UsageError) as caught:
        pick(shop.path, "hero", choice)
    assert (caught.value.message, caught.value.hint) == (
        f'"{choice}" is not one of the candidates of "hero"',
        "assetgen pick hero",
    )


def test_there_is_nothing_to_pick_from_without_candidates(shop):
    shop.write(HERO).build()
    with pytest.raises(UsageError) as caught:
        pick(shop.path, "hero", "1")
    assert (caught.value.message, caught.value.hint) == ('"hero" has no candidates to pick from', "candidates = 4 in [assets.hero]")


def test_candidates_that_come_out_alike_are_one_picture(shop):
    shop.write(CANDIDATES)
    outcome = shop.build()
    assert (results(outcome), shop.asked) == ({"hero": "done"}, 3)
    block = shop.locked()["hero"]
    assert (block.candidates, shop.state()) == ((), "fresh")
    assert [len(shop.ledger), outcome.spent] == [3, sum(entry.amount for entry in shop.ledger)]


def test_more_candidates_asked_for_later_buy_nothing(shop):
    shop.write(HERO).build()
    shop.edit("a red fox", 'a red fox"\ncandidates = 4\nalt = "a fox')
    assert (shop.state(), results(shop.build()), shop.asked) == ("fresh", {"hero": "fresh"}, 1)


def test_candidates_are_one_budget(shop):
    shop.server.rolls = True
    shop.write(CANDIDATES)
    outcome = shop.build(max_cost=Decimal("0.5"))
    assert (results(outcome), shop.asked) == ({"hero": "skipped"}, 0)
    assert outcome.results["hero"].message == "$0.633 does not fit into the budget: $0 of $0.5 are spent or reserved"


def test_candidates_of_a_model_with_seeds_get_one_each(shop):
    shop.write('[assets.plan]\nmodel = "sketch"\nsize = "96x64"\nprompt = "a lake"\nseed = 7\ncandidates = 3\n')
    assert results(shop.build(max_cost=None)) == {"plan": "waits"}
    assert [one.seed for one in shop.locked()["plan"].candidates] == [7, 8, 9]
    pick(shop.path, "plan", "3")
    picture = (shop.path / "plan.png").read_bytes()
    # Drawn again from its own seed, not from the asset's.
    for path in (*sorted((shop.home / "cas").iterdir()), shop.path / "plan.png"):
        path.unlink()
    assert results(shop.build(max_cost=None)) == {"plan": "done"}
    assert (shop.path / "plan.png").read_bytes() == picture


def test_a_failure_among_candidates_keeps_what_was_paid(shop):
    shop.server.rolls = True
    shop.write(CANDIDATES)
    shop.server.fail_next("slow", "slow", "moderation")
    outcome = shop.build()
    assert (outcome.results["hero"].status.value, shop.asked, len(shop.ledger)) == ("failed", 3, 2)
    assert outcome.results["hero"].message == (
        "openai refused the request: Your request was rejected by the safety system (moderation_blocked)"
    )
    block = shop.locked()["hero"]
    assert (len(block.candidates), shop.state(), shop.rows) == (2, "waits pick", ())


def test_regenerate_keeps_the_old_picture_as_a_candidate(shop):
    shop.server.rolls = True
    shop.write(HERO).build()
    old = shop.locked()["hero"].original
    assert shop.state(regenerate=frozenset({"hero"})) == "generate regenerate"
    assert results(shop.build(regenerate=("hero",))) == {"hero": "done"}
    block = shop.locked()["hero"]
    assert (shop.asked, block.candidates[0], block.original) == (2, old, block.candidates[1])
    pick(shop.path, "hero", None, back=True)
    assert (shop.locked()["hero"].original, shop.state(), shop.asked) == (old, "fresh", 2)


def test_regenerate_that_brings_the_same_picture_changes_nothing(shop):
    shop.write(HERO).build()
    lock = shop.lock
    outcome = shop.build(regenerate=("hero",))
    assert (results(outcome), outcome.results["hero"].written, shop.asked) == ({"hero": "done"}, (), 2)
    assert ([line for line in shop.lock.splitlines() if "request_id" not in line]) == [
        line for line in lock.splitlines() if "request_id" not in line
    ]


def test_regenerate_of_candidates_adds_to_them(shop):
    shop.server.rolls = True
    shop.write(HERO + "candidates = 2\n").build()
    pick(shop.path, "hero", "1")
    assert results(shop.build(regenerate=("hero",))) == {"hero": "waits"}
    assert (len(shop.locked()["hero"].candidates), shop.locked()["hero"].original, shop.asked) == (4, None, 4)


def test_a_paid_original_in_one_place_is_noted_with_its_cures(shop):
    shop.write(HERO).build()
    notes = [event for event in shop.told if isinstance(event, Noted)]
    assert [note.hint for note in notes] == ['commit them with [store] originals = "art/originals", or back up `assetgen store path`']
    shop.told.clear()
    shop.write('[store]\noriginals = "art/originals"\n\n' + HERO.replace("red", "blue")).build()
    assert [event for event in shop.told if isinstance(event, Noted)] == []
