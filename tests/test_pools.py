import threading
import time

import pytest

from assetgen.engine.claim import StoppedError
from assetgen.engine.pools import Patience, Rate, persist
from assetgen.errors import AssetgenError, BadAnswer, Limited, Refused, Unauthorized, Unavailable, Unknown

QUICK = Patience(base=0.001, cap=0.002)


class Calls:
    """A call that fails in a given way, then succeeds."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.count = 0

    def __call__(self):
        self.count += 1
        if self.failures:
            raise self.failures.pop(0)
        return "picture"


def run(calls, patience=QUICK, stop=None):
    told = []
    try:
        result = persist(calls, patience=patience, stop=stop or threading.Event(), told=lambda *facts: told.append(facts))
    except AssetgenError as error:
        result = error
    return result, told


def test_what_was_surely_not_accepted_is_sent_again():
    calls = Calls(Limited("429", after=0.001), Unavailable("503"))
    result, told = run(calls)
    assert (result, calls.count) == ("picture", 3)
    assert [(attempt, why) for attempt, _, why in told] == [(1, "429"), (2, "503")]


@pytest.mark.parametrize("failure", [Unknown("lost"), BadAnswer("html"), Refused("no"), Unauthorized("key")])
def test_nothing_else_is_ever_sent_again(failure):
    calls = Calls(failure)
    assert run(calls) == (failure, [])
    assert calls.count == 1


def test_patience_ends():
    calls = Calls(*[Unavailable("503") for _ in range(9)])
    result, _ = run(calls)
    assert (result.message, calls.count) == ("503", 5)


def test_a_wait_that_is_too_long_is_not_waited_for():
    calls = Calls(Limited("429", after=301))
    result, told = run(calls)
    assert (result.message, calls.count, told) == ("429", 1, [])


def test_a_stop_ends_the_waiting():
    stop = threading.Event()
    calls = Calls(Limited("429", after=100))
    with pytest.raises(StoppedError):
        persist(calls, patience=QUICK, stop=stop, told=lambda *_: stop.set())
    assert calls.count == 1


def test_what_does_not_come_after_a_stop_is_the_users_doing_and_no_failure():
    stop = threading.Event()
    stop.set()
    calls, told = Calls(Unavailable("stopped before the picture was done")), []
    with pytest.raises(StoppedError):
        persist(calls, patience=QUICK, stop=stop, told=lambda *facts: told.append(facts))
    assert (calls.count, told) == (1, [])
    # An answer that came all the same is an answer.
    assert run(Calls(), stop=stop) == ("picture", [])
    assert run(Calls(failure := Unknown("lost")), stop=stop) == (failure, [])


def test_the_wait_a_provider_asks_for_is_kept():
    calls = Calls(Limited("429", after=0.05))
    before = time.monotonic()
    run(calls)
    assert time.monotonic() - before >= 0.05


def test_slots_of_a_rate_are_spaced():
    rate = Rate(600)
    delays = [rate.delay() for _ in range(3)]
    assert delays[0] == 0
    assert [round(delay, 2) for delay in delays[1:]] == [0.1, 0.2]
    assert Rate(None).delay() == 0
