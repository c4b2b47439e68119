"""A build that dies between submit and result: the next one asks the same job again, and pays for nothing."""

import signal
from decimal import Decimal

import pytest

from assetgen.plan.states import JobState
from tests.projects import results, until
from tests.servers import serve_replicate
from tests.servers.replicate import TOKEN

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


@pytest.fixture
def replicate(shop):
    with serve_replicate(rounds=1_000_000) as server:
        shop.environ |= {"REPLICATE_BASE_URL": server.base_url, "REPLICATE_API_TOKEN": TOKEN}
        yield server


def killed_after_submit(shop, server, candidates):
    shop.write(MANIFEST.format(candidates=candidates), head="")
    process = shop.spawn("-m", "assetgen", "build", "--yes")
    until(lambda: any(row.state is JobState.SUBMITTED for row in shop.rows))
    process.send_signal(signal.SIGKILL)
    process.wait()
    server.rounds = 0
    assert len(server.accepted) == 1


def test_the_next_build_resumes_the_job(shop, replicate):
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
