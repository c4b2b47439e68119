"""Several builds at once: real processes, on one project and on projects that share a store. Each picture is paid for once."""

import json
import threading
from dataclasses import replace

import pytest

from assetgen.engine.claim import StoppedError, claimed
from assetgen.engine.hold import hold
from assetgen.errors import Busy
from assetgen.events import Noted, Waiting
from assetgen.journal import Journal
from assetgen.plan.states import JobState, OpenJob
from tests.projects import HERO, results, until

THREE = "".join(f'\n[assets.{name}]\nprompt = "{name}"\n' for name in "abc")
BUILD = """
import json, sys
import assetgen
outcome = assetgen.build(".", max_cost=5)
print(json.dumps({name: result.status for name, result in outcome.results.items()}))
sys.exit(outcome.exit_code)
"""


def outputs(processes, code=0):
    """What each build said became of its assets."""
    said = []
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (code, "")
        said.append(json.loads(out))
    return said


def test_eight_builds_at_once_ask_for_each_asset_once(shop):
    shop.write(THREE)
    shop.server.delay = 0.2
    said = outputs([shop.start(BUILD) for _ in range(8)])
    assert sorted(seen.fields["prompt"] for seen in shop.server.requests) == ["a", "b", "c"]
    # One build did the work; every other one came too late for it.
    assert [each for each in said if "done" in each.values()] == [dict.fromkeys("abc", "done")]
    assert (sum(each == dict.fromkeys("abc", "fresh") for each in said), len(shop.ledger), shop.rows) == (7, 3, ())


def worktrees(shop, git, text=HERO):
    """A repository with a project at its top, and a second work tree of it."""
    shop.path.mkdir()
    repository = git(shop.path)
    shop.write(text)
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "manifest")
    other = replace(shop, path=shop.path.parent / "worktree", told=[])
    repository.run("worktree", "add", "-q", "--detach", str(other.path))
    assert other.home == shop.home == shop.path / ".git" / "assetgen"
    return other


def test_two_worktrees_that_ask_for_the_same_at_once_pay_once(shop, git):
    other = worktrees(shop, git)
    shop.server.delay = 1.0
    assert outputs([shop.start(BUILD), other.start(BUILD)]) == [{"hero": "done"}, {"hero": "done"}]
    assert (shop.asked, len(shop.ledger), shop.rows) == (1, 1, ())
    assert (shop.path / "hero.png").read_bytes() == (other.path / "hero.png").read_bytes()


def test_a_build_that_comes_later_waits_for_the_running_request(shop, git):
    other = worktrees(shop, git)
    shop.server.delay = 2.0
    first = shop.start(BUILD)
    until(lambda: shop.asked == 1)
    assert other.state() == "waits in-flight"
    outcome = other.build(max_cost=None)
    assert (results(outcome), outcome.results["hero"].actions, outcome.exit_code) == ({"hero": "done"}, ("restore", "finish"), 0)
    told = [event.message for event in other.told if isinstance(event, Noted)]
    assert told[0] == '"hero": another build is asking "openai" for it, and this one waits for the answer'
    assert outputs([first]) == [{"hero": "done"}]
    assert (shop.asked, len(shop.ledger), shop.rows) == (1, 1, ())


def test_a_build_asks_itself_when_the_one_it_waited_for_fails(shop, git):
    other = worktrees(shop, git)
    shop.server.delay = 2.0
    shop.server.fail_next("moderation")
    first = shop.start(BUILD)
    until(lambda: shop.asked == 1)
    assert results(other.build()) == {"hero": "done"}
    assert outputs([first], code=1) == [{"hero": "failed"}]
    assert (shop.asked, shop.state()) == (2, "restore new")


@pytest.mark.parametrize("fault", ["502", "empty"], ids=["lost", "paid-in-vain"])
def test_a_build_does_not_ask_when_the_one_it_waited_for_may_have_paid(shop, git, fault):
    other = worktrees(shop, git)
    shop.server.delay = 2.0
    shop.server.fail_next(fault)
    first = shop.start(BUILD)
    until(lambda: shop.asked == 1)
    assert (other.state(), results(other.build())) == ("waits in-flight", {"hero": "blocked"})
    outputs([first], code=1)
    assert shop.asked == 1


def test_two_projects_of_one_repository_share_what_was_paid(shop, git):
    git(shop.path)
    other = replace(shop, path=shop.path / "sub", told=[])
    shop.write(HERO).build()
    other.write(HERO.replace("hero", "fox"))
    assert other.state("fox") == "restore new"
    assert (results(other.build(max_cost=None)), shop.asked) == ({"fox": "done"}, 1)


def test_two_assets_with_the_same_request_are_one_picture(shop):
    shop.write(HERO + HERO.replace("hero", "fox"))
    shop.server.delay = 0.2
    outcome = shop.build()
    assert (results(outcome), shop.asked, len(shop.ledger)) == ({"hero": "done", "fox": "done"}, 1, 1)
    assert shop.locked()["hero"].original == shop.locked()["fox"].original


def test_a_held_project_is_waited_for_and_its_holder_is_shown(shop):
    shop.write(HERO)
    with hold(shop.home, shop.path.resolve(), lambda _: None), pytest.raises(Busy) as caught:
        shop.build(lock_patience=1.2)
    (waiting,) = [event for event in shop.told if isinstance(event, Waiting)]
    assert waiting.holder.startswith("process ")
    assert caught.value.message == f"another build ({waiting.holder}) holds the project: {shop.home / 'locks'}"
    assert (shop.asked, results(shop.build())) == (0, {"hero": "done"})


def test_a_claim_is_given_up_when_the_user_stops(tmp_path):
    journal, stop = Journal(tmp_path), threading.Event()
    ended = threading.Event()

    def wait():
        with pytest.raises(StoppedError), claimed(journal, "a" * 64, stop):
            pass
        ended.set()

    with journal.claim("a" * 64):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not ended.wait(0.3)
        stop.set()
        assert ended.wait(5)
    waiting.join()


def test_an_abandoned_row_is_forgotten_only_when_there_is_an_answer(shop):
    shop.write(HERO)
    planned = shop.plan().assets["hero"]
    journal = Journal(shop.path / ".assetgen")
    fields = {"asset": "hero", "project": ".", "provider": "openai", "model": "gpt-image-2"}
    row = journal.intend(OpenJob(id="", gen_key=planned.gen_key, state=JobState.INTENT, **fields))
    journal.abandoned(row)
    assert shop.state() == "blocked new abandoned"
    shop.server.fail_next("moderation")
    assert results(shop.build(regenerate=("hero",))) == {"hero": "failed"}
    assert shop.state() == "blocked new abandoned"
    assert results(shop.build(regenerate=("hero",))) == {"hero": "done"}
    assert (shop.rows, shop.state()) == ((), "fresh")
