"""A build that dies between submit and result: the next one asks for the same job again, or asks the user; it never buys twice."""

import contextlib
import signal
from decimal import Decimal

import pytest

from assetgen.plan.states import JobState
from tests import servers
from tests.faults import COMFYUI, FAL, FIREFLY_3, FIREFLY_4, FIRST, GRPC, OPENAI, REPLICATE, SECOND, STABILITY
from tests.projects import results, until
from tests.servers import serve_replicate
from tests.servers.replicate import TOKEN

# The fault with which a job stays at work for as long as the server has it.
AT_WORK = {"replicate": "slow", "fal": "slow", "ideogram": "forever", "firefly": "forever", "comfyui": "slow"}
RESUMABLE = (REPLICATE, FAL, SECOND, FIREFLY_3, FIREFLY_4, COMFYUI)
SYNCHRONOUS = (OPENAI, STABILITY, GRPC, FIRST)
CONFIG = "[providers.{}]\npoll_interval = 0.01\nrequests_per_minute = 60000\n"
MANIFEST = """version = 1
[models.m]
id = {{ replicate = "black-forest-labs/flux-schnell" }}
price = {{ replicate = 0.01 }}
[assets.a]
prompt = "a fox"
model = "m"
via = ["replicate"]
size = "1024x1024"
candidates = {candidates}
"""


def named(lanes):
    return pytest.mark.parametrize("lane", lanes, ids=[lane.id for lane in lanes])


@contextlib.contextmanager
def asking(lane, shop, fault):
    """The server of a provider, whose first request meets a fault, and a project that asks it."""
    with servers.serve(lane.server) as server:
        shop.path.mkdir()
        for path, text in lane.files.items():
            (shop.path / path).write_text(text)
        if lane.server == "openai":
            shop.server.close()
            shop.server = server
        config = shop.path.parent / "config.toml"
        config.write_text(CONFIG.format(lane.provider))
        shop.environ = server.environ | {"ASSETGEN_CONFIG": str(config)}
        shop.write(lane.asset, head="version = 1\n")
        server.fail_next(fault)
        yield server


def command(shop, *words, code=0):
    """A real `assetgen`, in a process of its own; what it printed."""
    process = shop.spawn("-m", "assetgen", *words)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, f"{out}\n{err}"
    return out


def killed(shop, condition):
    """A real build that is killed once the condition holds."""
    process = shop.spawn("-m", "assetgen", "build", "--yes")
    until(condition)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@named(RESUMABLE)
def test_a_killed_build_is_resumed_by_the_next_one(shop, lane):
    with asking(lane, shop, AT_WORK[lane.provider]) as server:
        killed(shop, lambda: server.accepted and [row.state for row in shop.rows] == [JobState.SUBMITTED])
        [row] = shop.rows
        assert (shop.state(), row.provider, len(server.accepted)) == ("generate resume", lane.provider, 1)
        server.mend()
        assert command(shop, "build", "--yes").splitlines()[-1].startswith("1 asset: 1 generated")
        assert (len(server.requests), len(server.accepted), shop.rows, shop.state()) == (1, 1, (), "fresh")
        original = shop.locked()["hero"].original
        assert (original.request_id, len(shop.ledger)) == (row.handle["id"], 1)


@named(SYNCHRONOUS)
def test_a_build_that_is_killed_before_the_answer_asks_the_user(shop, lane):
    with asking(lane, shop, "hang") as server:
        killed(shop, lambda: len(server.accepted) == 1)
        server.mend()
        assert ([row.state for row in shop.rows], shop.state()) == ([JobState.INTENT], "blocked unknown-outcome")
        told = command(shop, "build", "--yes", code=1).splitlines()
        assert told[0] == f'blocked   hero  "{lane.provider}" may have been asked and paid, and no answer is known'
        assert (len(server.requests), len(server.accepted)) == (1, 1)
        command(shop, "jobs", "resolve", "hero", "--retry")
        command(shop, "build", "--yes")
        assert (len(server.accepted), shop.rows, shop.state()) == (2, (), "fresh")
        assert (shop.ledger[0].basis, len(shop.ledger)) == ("unknown", 2)


def test_a_job_whose_id_never_came_can_be_adopted(shop):
    with asking(REPLICATE, shop, "hang") as server:
        killed(shop, lambda: len(server.accepted) == 1)
        server.mend()
        assert (shop.state(), len(server.jobs)) == ("blocked unknown-outcome", 1)
        command(shop, "jobs", "resolve", "hero", "--adopt", *server.jobs)
        command(shop, "build", "--yes")
        assert (len(server.accepted), shop.rows, shop.state()) == (1, (), "fresh")


@named([lane for lane in RESUMABLE if lane.provider != "ideogram"])
def test_a_job_that_was_left_is_cancelled_at_the_provider(shop, lane):
    with asking(lane, shop, AT_WORK[lane.provider]) as server:
        killed(shop, lambda: server.accepted and [row.state for row in shop.rows] == [JobState.SUBMITTED])
        told = command(shop, "jobs", "cancel", "hero")
        if lane is COMFYUI:
            assert told == "hero: cancelled at comfyui; the next build asks again\n"
            assert (shop.rows, shop.state(), shop.ledger) == ((), "generate new", [])
        else:
            assert told == f"hero: cancelled at {lane.provider}; `assetgen build --regenerate hero` asks again\n"
            assert ([row.state for row in shop.rows], shop.state()) == ([JobState.ABANDONED], "blocked new abandoned")
            assert [spent.basis for spent in shop.ledger] == ["unknown"]
        assert len(server.accepted) == 1


def test_what_cannot_be_cancelled_says_so(shop):
    with asking(SECOND, shop, "forever") as server:
        killed(shop, lambda: server.accepted and [row.state for row in shop.rows] == [JobState.SUBMITTED])
        process = shop.spawn("-m", "assetgen", "jobs", "cancel", "hero")
        assert process.communicate(timeout=60)[1].splitlines() == [
            'error: "ideogram" cannot cancel jobs',
            "hint: assetgen jobs resolve hero --abandon",
        ]
        assert process.returncode == 2


def test_there_is_nothing_to_cancel(shop):
    shop.write('[assets.hero]\nprompt = "a fox"\nmodel = "sketch"\n', head="version = 1\n")
    process = shop.spawn("-m", "assetgen", "jobs", "cancel", "hero")
    assert process.communicate(timeout=60)[1].splitlines() == ['error: "hero" has no job at a provider', "hint: assetgen jobs"]


@pytest.fixture
def replicate(shop):
    with serve_replicate(rounds=1_000_000) as server:
        shop.environ |= {"REPLICATE_BASE_URL": server.base_url, "REPLICATE_API_TOKEN": TOKEN}
        yield server


def killed_after_submit(shop, server, candidates):
    shop.write(MANIFEST.format(candidates=candidates), head="")
    killed(shop, lambda: any(row.state is JobState.SUBMITTED for row in shop.rows))
    server.rounds = 0
    assert len(server.accepted) == 1


def test_a_resume_is_free_and_counts_as_what_was_reserved_then(shop, replicate):
    killed_after_submit(shop, replicate, 1)
    assert shop.state("a") == "generate resume"
    assert results(shop.build(max_cost=None)) == {"a": "done"}
    assert (len(replicate.accepted), shop.rows, shop.state("a")) == (1, (), "fresh")
    assert [(spent.amount, spent.basis) for spent in shop.ledger] == [(Decimal("0.01"), "estimated")]


@pytest.mark.parametrize("options", [{"max_cost": None}, {"free_only": True, "max_cost": None}, {"max_cost": Decimal("0.001")}])
def test_a_resume_buys_no_further_candidates(shop, replicate, options):
    killed_after_submit(shop, replicate, 3)
    shop.build(**options)
    assert len(replicate.accepted) == 1
    assert [(spent.amount, spent.basis) for spent in shop.ledger] == [(Decimal("0.01"), "estimated")]


def test_a_resume_needs_no_leave_in_ci(shop, replicate):
    killed_after_submit(shop, replicate, 3)
    shop.build(max_cost=None, environ={"CI": "true"})
    assert len(replicate.accepted) == 1
