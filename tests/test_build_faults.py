"""Every way in which the loopback OpenAI server can fail: what the build says, how often it asks, what stays open, what comes next."""

import signal
from dataclasses import replace
from decimal import Decimal

import pytest

from assetgen.engine import edit
from assetgen.events import Done, Failed, Noted, Retried
from assetgen.plan.states import JobState
from tests.faults.cells import Cell
from tests.faults.synchronous import OPENAI
from tests.projects import HERO, KILLED, PATIENCE, results
from tests.servers.faults import FAULTS

RATE = "openai asks to wait: Rate limit reached for images (rate_limit_exceeded)"
ACCOUNT = "openai refuses the account or the key: "
ONCE = (1, 0)
KEPT = (1, 1)

# fault -> (kind of the failure, message, (requests read, requests charged)).
SURELY_NOT_ACCEPTED = {
    "429-ms": ("limited", RATE, ONCE),
    "billing": ("unauthorized", ACCOUNT + "Billing hard limit has been reached (billing_hard_limit_reached)", ONCE),
    "policy": (
        "refused",
        "openai refused the request: This request has been blocked by our content filters (content_policy_violation)",
        ONCE,
    ),
    "422": ("refused", "openai refused the request: The image could not be read (invalid_image)", ONCE),
}
NO_PICTURE = {
    "text": ("bad-answer", "the answer is text, not a picture", KEPT),
    "wrong-size": ("bad-answer", "the picture is 512x512, and 1024x1024 was asked for", KEPT),
    "blank": ("bad-answer", "the picture is blank", KEPT),
    "one-broken": ("bad-answer", "openai answered with base64 that cannot be decoded", KEPT),
    "json-error": ("bad-answer", "openai answered with status 200 and an error: The model produced nothing", KEPT),
    "json-list": ("bad-answer", "openai answered with status 200 and JSON that is no object", KEPT),
    "null": ("bad-answer", "openai answered without a picture", KEPT),
    "no-bytes": ("bad-answer", "openai answered with an entry that has neither bytes nor a URL", KEPT),
    "bad-base64": ("bad-answer", "openai answered with base64 that cannot be decoded", KEPT),
    "nothing": ("bad-answer", 'openai answered with status 200 and "application/json", which is no JSON', KEPT),
    "url-loopback": ("bad-answer", 'a result URL at "127.0.0.1" is not https', KEPT),
    "url-loop": ("bad-answer", 'the result host "127.0.0.1" redirects more than 3 times', KEPT),
}
FINE = ("url", "url-flaky", "url-data", "rewritten")
# Every provider's matrix in test_faults.py has what is not of this API alone.
ELSEWHERE = {fault.partition("@")[0] for cell in OPENAI.cells.values() if isinstance(cell, Cell) for fault in cell.faults} - {""}
DOWNLOADS = {"url-500", "url-truncated"}
# Whether a small request was cut is for the system to say: test_openai_failures.py cuts a large one.
CUT = {"drop-during"}


def failing(shop, fault):
    """Build an asset whose every request fails in this way; the one failure that was told."""
    shop.write(f'[assets.hero]\nprompt = "a red fox [[{fault}]]"\n')
    if fault == "drop-before":
        shop.server.fail_next(*[fault] * 3)
    outcome = shop.build(patience=replace(PATIENCE, longest=1.0))
    assert (results(outcome), outcome.exit_code) == ({"hero": "failed"}, 1)
    assert not (shop.path / "hero.png").exists()
    (failed,) = [event for event in shop.told if isinstance(event, Failed)]
    assert failed.message == outcome.results["hero"].message
    return failed, outcome


def test_the_tables_name_every_fault():
    here = {*SURELY_NOT_ACCEPTED, *NO_PICTURE, *FINE}
    assert here | ELSEWHERE | DOWNLOADS | CUT == set(FAULTS)
    assert not here & ELSEWHERE


@pytest.mark.parametrize("fault", SURELY_NOT_ACCEPTED)
def test_what_was_surely_not_accepted_costs_nothing_and_stays_to_be_done(shop, fault):
    failed, outcome = failing(shop, fault)
    assert (failed.kind, failed.message, (shop.asked, len(shop.server.accepted))) == SURELY_NOT_ACCEPTED[fault]
    assert (shop.rows, shop.ledger, outcome.spent, shop.state()) == ((), [], 0, "generate new")


@pytest.mark.parametrize("fault", NO_PICTURE)
def test_an_answer_without_a_picture_is_counted_and_never_asked_for_again_by_itself(shop, fault):
    failed, outcome = failing(shop, fault)
    assert (failed.kind, failed.message, (shop.asked, len(shop.server.accepted))) == NO_PICTURE[fault]
    assert [(entry.amount, entry.basis) for entry in shop.ledger] == [(Decimal("0.211"), "estimated")]
    assert [(row.state, row.detail) for row in shop.rows] == [(JobState.SPOILED, failed.message)]
    assert (outcome.spent, outcome.unknown, shop.state(), shop.locked()) == (Decimal("0.211"), 0, "blocked new no-picture", {})
    assert (results(shop.build()), shop.asked) == ({"hero": "blocked"}, 1)


def test_a_crash_after_an_answer_without_a_picture_leaves_nothing_unknown(shop):
    shop.write(HERO)
    shop.server.fail_next("empty")
    process = shop.start(KILLED, "Failed")
    process.communicate(timeout=30)
    assert (process.returncode, [(row.state, row.originals) for row in shop.rows]) == (-signal.SIGKILL, [(JobState.SPOILED, ())])
    assert (shop.state(), results(shop.build()), shop.asked) == ("blocked new no-picture", {"hero": "blocked"}, 1)
    assert results(shop.build(regenerate=("hero",))) == {"hero": "done"}
    assert ([entry.basis for entry in shop.ledger], shop.rows, shop.asked) == (["estimated", "actual"], (), 2)


def test_a_request_whose_fate_is_unknown_waits_for_a_person(shop):
    failed, outcome = failing(shop, "drop-before")
    message = "the connection broke after the request was sent (ReadError)"
    assert (failed.kind, failed.message, (shop.asked, len(shop.server.accepted))) == ("unknown", message, (0, 0))
    hint = "look into your account there, then: assetgen jobs resolve hero --adopt ID | --retry | --abandon"
    assert (failed.hint, outcome.unknown, shop.ledger) == (hint, 1, [])
    assert [(row.state, row.detail) for row in shop.rows] == [(JobState.UNKNOWN, message)]
    connections = shop.server.connections
    again = shop.build()
    assert (results(again), again.exit_code, again.unknown) == ({"hero": "blocked"}, 1, 1)
    text = f'"openai" may have been asked and paid, and no answer is known: {message}'
    assert (again.results["hero"].message, again.results["hero"].hint) == (text, hint)
    assert shop.server.connections == connections
    assert results(shop.build(regenerate=("hero",))) == {"hero": "blocked"}


@pytest.mark.parametrize("fault", FINE)
def test_oddities_that_are_no_failures(shop, fault):
    shop.write(f'[assets.hero]\nprompt = "a red fox sits here [[{fault}]]"\n')
    assert results(shop.build()) == {"hero": "done"}
    assert (shop.asked, len(shop.ledger), shop.rows, shop.state()) == (1, 1, (), "fresh")
    # No URL of a result is ever written down: it may carry a signature.
    written = [path.read_bytes() for path in shop.path.rglob("*") if path.is_file()]
    assert not any(b"SIGNED" in data or b"/files/" in data for data in written)


@pytest.mark.parametrize(
    ("faults", "waits"),
    [(("429-bare",), 0.0), (("500", "500"), 0.0), (("429-ms",), 1.5)],
    ids=["429", "500-twice", "429-with-retry-after"],
)
def test_a_request_that_was_not_accepted_is_sent_again(shop, faults, waits):
    shop.write(HERO)
    shop.server.fail_next(*faults)
    assert results(shop.build()) == {"hero": "done"}
    retries = [event for event in shop.told if isinstance(event, Retried)]
    assert [event.attempt for event in retries] == list(range(1, len(faults) + 1))
    assert all(event.asset == "hero" and event.wait >= waits for event in retries)
    assert (shop.asked, len(shop.server.accepted), len(shop.ledger), shop.rows) == (len(faults) + 1, 1, 1, ())


def test_one_failing_asset_does_not_stop_the_others(shop):
    shop.write("".join(f'\n[assets.{fault}]\nprompt = "[[{fault}]]"\n' for fault in ("moderation", "empty", "502")) + HERO)
    outcome = shop.build()
    assert results(outcome) == {"moderation": "failed", "empty": "failed", "502": "failed", "hero": "done"}
    assert (outcome.exit_code, outcome.unknown, [row.asset for row in shop.rows]) == (1, 1, ["502", "empty"])


def test_a_missing_key_sends_nothing(shop):
    shop.write(HERO)
    outcome = shop.build(environ={"OPENAI_BASE_URL": "", "OPENAI_API_KEY": ""})
    assert outcome.results["hero"].message == 'there is no key for openai: "OPENAI_API_KEY" is not set'
    assert (shop.rows, shop.ledger, shop.state()) == ((), [], "generate new")


def test_a_server_that_is_not_there_is_asked_again_and_costs_nothing(shop):
    shop.write(HERO)
    outcome = shop.build(environ={"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert outcome.results["hero"].message == 'openai could not be reached at "127.0.0.1" (ConnectError)'
    assert sum(isinstance(event, Retried) for event in shop.told) == 2
    assert (shop.rows, shop.ledger) == ((), [])


def test_a_key_in_an_error_of_the_server_is_not_repeated(shop):
    shop.write(HERO)
    outcome = shop.build(environ={"OPENAI_API_KEY": "sk-canary-canary-canary"})
    assert outcome.results["hero"].message == ACCOUNT + "Incorrect API key provided: [redacted] (invalid_api_key)"


REWRITTEN = 'the provider rewrote the prompt and dropped "jumping" (67% kept, 80% wanted)'
JUMP = '[assets.hero]\nprompt = "a red fox jumping"\n'


def rewriting(shop, policy):
    shop.server.rolls = True
    return shop.write(f"[policy]\n{policy}\n\n{JUMP}")


def notes(shop):
    return [note for event in shop.told if isinstance(event, Done) for note in event.notes]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ('rewrite = "warn"', ['the provider rewrote the prompt and dropped "jumping" (assetgen diff hero)']),
        ('rewrite = "off"', []),
        ('rewrite = "error"\nmin_kept = 0.6', ['the provider rewrote the prompt and dropped "jumping" (assetgen diff hero)']),
    ],
    ids=["warn", "off", "enough-kept"],
)
def test_a_rewritten_prompt_is_taken_and_told(shop, policy, expected):
    rewriting(shop, policy)
    shop.server.fail_next("rewritten")
    assert results(shop.build()) == {"hero": "done"}
    original = shop.locked()["hero"].original
    assert (original.revised_prompt, original.kept, original.dropped) == ("a red fox", 0.6667, ("jumping",))
    assert (notes(shop), shop.asked, shop.state()) == (expected, 1, "fresh")


def test_a_rewritten_prompt_may_be_an_error_that_keeps_the_picture(shop):
    rewriting(shop, 'rewrite = "error"')
    shop.server.fail_next("rewritten")
    outcome = shop.build()
    assert (outcome.results["hero"].status.value, outcome.results["hero"].message) == ("failed", REWRITTEN)
    assert outcome.results["hero"].hint == (
        "look at it with `assetgen diff hero`; take it with `assetgen accept hero`, or `assetgen build --regenerate hero`"
    )
    assert [event.kind for event in shop.told if isinstance(event, Failed)] == ["rewritten"]
    assert (len(shop.ledger), shop.rows, shop.locked(), shop.state()) == (1, (), {}, "blocked new rewritten")
    assert (results(shop.build()), shop.asked) == ({"hero": "blocked"}, 1)
    assert edit.accept(shop.path, ["hero"]) == ["hero: the rewritten prompt is accepted", "hero: wrote hero.png"]
    assert (results(shop.build(max_cost=None)), shop.asked, shop.state()) == ({"hero": "fresh"}, 1, "fresh")


def test_a_refused_rewrite_can_be_bought_anew(shop):
    rewriting(shop, 'rewrite = "error"')
    shop.server.fail_next("rewritten")
    shop.build()
    assert results(shop.build(regenerate=("hero",))) == {"hero": "done"}
    assert (shop.asked, shop.locked()["hero"].original.dropped, shop.state()) == (2, (), "fresh")


def test_a_rewritten_prompt_is_asked_for_again_in_firmer_words(shop):
    rewriting(shop, 'rewrite = "retry"')
    shop.server.fail_next("rewritten")
    outcome = shop.build()
    first, second = (seen.fields["prompt"] for seen in shop.server.requests)
    assert (first, second) == (
        "a red fox jumping",
        "Use this prompt exactly as written. Do not rewrite it, and do not add or remove anything: a red fox jumping",
    )
    assert [event.why for event in shop.told if isinstance(event, Retried)] == ["the provider dropped jumping from the prompt"]
    block = shop.locked()["hero"]
    assert (results(outcome), block.original.kept, block.request["prompt"]) == ({"hero": "done"}, None, "a red fox jumping")
    assert [one.dropped for one in block.candidates] == [("jumping",), ()]
    assert (len(shop.ledger), outcome.spent, shop.rows) == (2, sum(entry.amount for entry in shop.ledger), ())
    assert (shop.state(), results(shop.build()), shop.asked) == ("fresh", {"hero": "fresh"}, 2)


def test_retries_end_with_the_best_picture_and_every_one_is_kept(shop):
    rewriting(shop, 'rewrite = "retry"\nrewrite_retries = 1')
    shop.server.fail_next("rewritten", "rewritten")
    outcome = shop.build()
    assert (outcome.results["hero"].status.value, outcome.results["hero"].message, shop.asked) == ("failed", REWRITTEN, 2)
    planned = shop.plan().assets["hero"]
    assert (len(planned.picks), all(shop.store.has(one.sha256) for one in planned.picks)) == (2, True)
    assert (shop.state(), results(shop.build()), shop.asked) == ("blocked new rewritten", {"hero": "blocked"}, 2)


def test_the_third_try_names_what_was_lost(shop):
    rewriting(shop, 'rewrite = "retry"')
    shop.server.fail_next("rewritten", "rewritten", "rewritten")
    # The server drops the last word; from the second try on that is the list of lost terms, and the prompt itself stays whole.
    assert results(shop.build()) == {"hero": "done"}
    assert shop.server.requests[2].fields["prompt"].endswith("every one of them must stay, word for word: jumping")
    assert (shop.asked, shop.locked()["hero"].original.kept, len(shop.locked()["hero"].candidates)) == (3, 1.0, 3)


def test_the_budget_ends_retries(shop):
    rewriting(shop, 'rewrite = "retry"')
    shop.server.fail_next("rewritten")
    outcome = shop.build(max_cost=Decimal("0.3"))
    assert (outcome.results["hero"].message, shop.asked) == (REWRITTEN, 1)
    told = [event.message for event in shop.told if isinstance(event, Noted)]
    assert told[0] == '"hero": no further try for the dropped terms, the budget does not allow it'
    # With the old rule off the picture that is there is good enough.
    shop.edit('rewrite = "retry"', 'rewrite = "warn"')
    assert (results(shop.build(max_cost=None)), shop.asked) == ({"hero": "done"}, 1)
