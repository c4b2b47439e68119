"""Following a remote job: when it ends, when it is left alone, and that no trouble on the way allows a second submit."""

import json
import time

import pytest

from assetgen.errors import BadAnswer, Limited, Refused, Unauthorized, Unavailable, Unknown
from assetgen.providers.http import Answer
from assetgen.providers.polling import Over, Pace, Remote, Waiting, follow
from assetgen.settings import Settings
from tests.servers.clients import Slip

REMOTE = Remote(who="somebody", id="j1")
QUICK = Pace(first=0.001, most=0.002, deadline=5)
ON = 'the job "j1" goes on at somebody, and the next build asks for it again'
DONE = {"state": "done"}


def told(status=200, headers=None, cut="", **table):
    return Answer(status=status, headers=headers or {}, body=json.dumps(table).encode(), cut=cut)


def judge(table):
    return Over(value=table) if table == DONE else Waiting(text=str(table.get("state")), fraction=table.get("part"))


def followed(*answers, job=None, pace=QUICK):
    """What comes of these answers, the last given again; a failure among them is raised."""
    left = list(answers)

    def ask():
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return follow(REMOTE, ask, judge, job or Slip(), pace)


def test_it_asks_until_the_job_is_over_and_tells_what_changes():
    job = Slip()
    answers = [told(state="queued"), told(state="queued"), told(state="draws", part=0.5), told(**DONE)]
    assert followed(*answers, job=job) == DONE
    assert job.told == [(None, "somebody: queued"), (0.5, "somebody: draws")]


@pytest.mark.parametrize(
    "trouble",
    [
        told(status=500, error="Oh no."),
        told(cut="ReadError"),
        Answer(status=200, headers={}, body=b"<html>"),
        told(status=429, headers={"retry-after": "0"}),
        Unavailable("no connection"),
        Unknown("no answer"),
    ],
)
def test_trouble_in_passing_is_lived_through(trouble):
    assert followed(trouble, trouble, told(state="draws"), trouble, told(**DONE)) == DONE


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (told(status=500, error="Oh no."), Unknown, f"somebody answered with status 500: Oh no; {ON}"),
        (Unavailable("no connection"), Unknown, f"no connection; {ON}"),
        (Answer(status=200, headers={}, body=b"<html>"), Unknown, f"somebody answered with no readable status; {ON}"),
        (told(status=401, message="Wrong key"), Unknown, f"somebody refuses the key: Wrong key; {ON}"),
        (told(status=404), BadAnswer, 'somebody does not know the job "j1" any more'),
    ],
)
def test_what_ends_the_questions(answer, kind, message):
    with pytest.raises(kind) as caught:
        followed(answer)
    assert caught.value.message == message
    assert not isinstance(caught.value, (Unavailable, Limited, Unauthorized)), "those would let somebody submit again"


def test_a_key_that_is_missing_keeps_its_hint():
    with pytest.raises(Unknown) as caught:
        followed(Unauthorized("no key", hint="KEY=…"))
    assert (caught.value.message, caught.value.hint) == (f"no key; {ON}", "KEY=…")


def test_a_refusal_of_our_own_says_nothing_of_the_job():
    with pytest.raises(Unknown) as caught:
        followed(Refused("the base URL is no http address", hint="URL=https://host"))
    assert (caught.value.message, caught.value.hint) == (f"the base URL is no http address; {ON}", "URL=https://host")
    with pytest.raises(Refused) as final:
        followed(Refused("the pictures are refused", paid=True))
    assert (final.value.message, final.value.paid) == ("the pictures are refused", True)


def test_a_deadline_leaves_the_job_alone():
    with pytest.raises(Unknown) as caught:
        followed(told(state="draws"), pace=Pace(first=0.01, most=0.01, deadline=0.05))
    assert caught.value.message == f"not done after 0.05 seconds; {ON}"


def test_a_stop_is_heeded_within_a_wait():
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        followed(told(state="draws"), job=Slip(patience=2), pace=Pace(first=30, most=30))
    assert caught.value.message == f"stopped: {ON}"
    assert time.monotonic() - began < 2


def test_the_user_may_set_the_pace():
    settings = Settings((), {"providers": {"somebody": {"poll_interval": 0.5}, "other": {"poll_interval": "often"}}})
    assert Pace.of(settings, "somebody") == Pace(first=0.5, most=0.5)
    assert Pace.of(settings, "other", first=2.0) == Pace(first=2.0)
