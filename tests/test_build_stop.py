"""Ctrl-C in a real process: nothing new is sent, what runs is awaited, and a second one leaves an outcome that is told as unknown."""

import json
import signal
import subprocess
import threading

import pytest

from assetgen.engine.build import Options, run
from assetgen.events import Noted
from assetgen.plan.states import JobState
from tests.projects import HERO, PATIENCE, results, until

SCENE = '\n[assets.scene]\nprompt = "the fox at night"\nreferences = ["@hero"]\n'
ONE_AT_A_TIME = "[providers.openai]\nconcurrency = 1\n"
INTERRUPTED = "interrupted"
BUILD = """
import json, sys
from decimal import Decimal
from assetgen.engine.build import Options, run
outcome = run(".", Options(max_cost=Decimal(5), regenerate=tuple(sys.argv[1:])), lambda event: None)
print(json.dumps({name: [result.status, result.message] for name, result in outcome.results.items()}))
sys.exit(outcome.exit_code)
"""


def started(shop, *words, requests=1):
    """A build in its own process, with a request on its way."""
    shop.server.delay = 1.0
    before = shop.asked
    process = shop.start(BUILD, *words)
    until(lambda: shop.asked == before + requests)
    return process


def one_at_a_time(shop):
    config = shop.path.parent / "config.toml"
    config.write_text(ONE_AT_A_TIME)
    shop.environ = {"ASSETGEN_CONFIG": str(config)}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_for_the_running_request_and_sends_nothing_new(shop, number):
    one_at_a_time(shop)
    shop.write(HERO + SCENE + '\n[assets.lake]\nprompt = "a lake"\n')
    process = started(shop)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "")
    assert json.loads(out) == {name: ["skipped", INTERRUPTED] for name in ("hero", "scene", "lake")}
    # The picture that was asked for is in store and lock; its outputs come with the next build, and only the rest is asked for.
    assert (shop.asked, shop.rows, len(shop.ledger)) == (1, (), 1)
    assert shop.states() == {"hero": "finish", "scene": "generate", "lake": "generate"}
    shop.server.delay = 0
    assert results(shop.build()) == {"hero": "done", "scene": "done", "lake": "done"}
    assert shop.asked == 3


def test_a_second_interrupt_leaves_at_once_and_the_outcome_is_told_as_unknown(shop):
    shop.write(HERO)
    shop.server.delay = 30
    process = shop.spawn("-m", "assetgen", "build", "--max-cost", "5")
    until(lambda: shop.asked == 1)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert err.endswith("error: interrupted; paid jobs that have an id are resumed\nhint: to go on: assetgen build --max-cost 5\n")
    assert [row.state for row in shop.rows] == [JobState.INTENT]
    assert shop.state() == "blocked unknown-outcome"
    outcome = shop.build()
    assert (results(outcome), outcome.exit_code, outcome.unknown, shop.asked) == ({"hero": "blocked"}, 1, 1, 1)
    assert outcome.results["hero"].message == '"openai" may have been asked and paid, and no answer is known'


def test_an_interrupt_before_a_new_roll_keeps_the_picture_and_says_so(shop):
    one_at_a_time(shop)
    shop.write(HERO + '\n[assets.lake]\nprompt = "a lake"\n').build()
    process = started(shop, "hero", "lake")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    # The first was asked for again, and came out as it was; the second was not.
    assert json.loads(out) == {"hero": ["done", ""], "lake": ["skipped", INTERRUPTED]}
    assert (process.returncode, shop.asked, shop.states()) == (130, 3, {"hero": "fresh", "lake": "fresh"})


@pytest.mark.parametrize(
    ("words", "again"),
    [((), "assetgen build --regenerate lake --max-cost 5"), (("hero", "lake"), "assetgen build hero lake --regenerate lake --max-cost 5")],
)
def test_what_is_told_after_an_interrupt_buys_nothing_twice(shop, words, again):
    one_at_a_time(shop)
    shop.write(HERO + '\n[assets.lake]\nprompt = "a lake"\n').build()
    shop.server.delay = 1.0
    process = shop.spawn("-m", "assetgen", "build", *words, "--max-cost", "5", "--regenerate", "hero", "--regenerate", "lake")
    until(lambda: shop.asked == 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, "skipped   lake  interrupted\n" in out, shop.asked) == (130, True, 3)
    assert err.endswith(f"note: interrupted\nhint: to go on: {again}\n")
    again = err.rpartition("to go on: assetgen ")[2].split()
    shop.server.delay = 0
    assert shop.spawn("-m", "assetgen", *again).wait() == 0
    assert (shop.asked, shop.server.requests[-1].fields["prompt"]) == (4, "a lake")


def test_a_second_interrupt_tells_to_regenerate_only_what_was_not_asked_for(shop):
    one_at_a_time(shop)
    shop.write(HERO + '\n[assets.lake]\nprompt = "a lake"\n').build()
    shop.server.delay = 30
    process = shop.spawn("-m", "assetgen", "build", "--yes", "--regenerate", "hero", "--regenerate", "lake")
    until(lambda: shop.asked == 3)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert err.endswith("hint: to go on: assetgen build hero --regenerate lake --yes\n")


def test_an_interrupt_during_candidates_keeps_those_that_came(shop):
    shop.server.rolls = True
    shop.write(HERO + "candidates = 4\n")
    process = started(shop, requests=2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert (process.returncode, shop.asked, len(shop.locked()["hero"].candidates), shop.state()) == (130, 2, 2, "waits pick")


def test_an_interrupt_ends_the_wait_for_another_try(shop):
    shop.write('[policy]\nrewrite = "retry"\n\n' + HERO)
    shop.server.fail_next("503")
    process = shop.start(BUILD)
    until(lambda: shop.asked == 1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=2.5)
    assert (json.loads(out), err, process.returncode) == ({"hero": ["skipped", INTERRUPTED]}, "", 130)
    assert (shop.asked, shop.rows) == (1, ())


def test_stop_before_anything_was_sent_is_no_bug(shop):
    # Assets that wait in the pool for their turn while the user stops: with rewrite = "retry" there is nothing to compare.
    one_at_a_time(shop)
    shop.write('[policy]\nrewrite = "retry"\n\n' + HERO + '\n[assets.lake]\nprompt = "a lake"\n')
    process = started(shop)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (json.loads(out), process.returncode) == ({name: ["skipped", INTERRUPTED] for name in ("hero", "lake")}, 130)
    assert (err, shop.asked, shop.rows) == ("", 1, ())


def test_a_build_on_another_thread_leaves_signals_alone(shop):
    shop.write(HERO)
    before = signal.getsignal(signal.SIGINT)
    ended = []
    environ = shop.env()
    build = threading.Thread(
        target=lambda: ended.append(run(shop.path, Options(agreed=True), shop.told.append, environ=environ, patience=PATIENCE))
    )
    build.start()
    build.join(30)
    assert (results(ended[0]), signal.getsignal(signal.SIGINT)) == ({"hero": "done"}, before)
    assert not [event for event in shop.told if isinstance(event, Noted) and event.message.startswith("stopping")]
