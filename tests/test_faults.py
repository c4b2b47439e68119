"""Every provider by every fault: a real build against its server on loopback, and a second one that meets no fault. See `tests.faults`."""

import contextlib
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from assetgen.engine import edit, jobs
from assetgen.events import Failed, Retried
from tests import servers
from tests.faults import LANES, ROWS
from tests.faults.cells import DECIDE, HELD, UNKNOWN, Cell, at
from tests.faults.queued import COMFYUI, FAL, REPLICATE
from tests.faults.synchronous import FIRST, OPENAI
from tests.projects import ROOT, Workshop, results
from tests.servers.pictures import draw

CELLS = [(lane, row) for lane in LANES for row in ROWS if isinstance(lane.cells.get(row), Cell)]
# The servers' own ids are counted, and begin with zeros.
ROLLED = re.compile(r"(?!0{8})[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CURES = "buy another one with `assetgen build --regenerate hero`, or: assetgen jobs resolve hero --retry | --abandon"
CONFIG = """[providers.{provider}]
poll_interval = 0.005
requests_per_minute = 60000
read_timeout = {read_timeout}
result_hosts = ["10.0.0.1"]
"""


@dataclass
class Bench:
    """A project with one asset, and the server it asks."""

    shop: Workshop
    server: object
    lane: object

    def configure(self, read_timeout=30):
        config = self.shop.path.parent / "config.toml"
        config.write_text(CONFIG.format(provider=self.lane.provider, read_timeout=read_timeout))
        self.shop.environ = self.server.environ | {"ASSETGEN_CONFIG": str(config)}

    def build(self, **options):
        # A price is not known for all of them: the user has agreed.
        return self.shop.build(max_cost=None, agreed=True, **options)

    @property
    def counts(self):
        return len(self.server.requests), len(self.server.paid)


@contextlib.contextmanager
def serving(lane, shop, cell):
    """The server of a lane, and a project that asks it for one asset."""
    with servers.serve(lane.server) as server:
        if lane.server == "openai":
            shop.server.close()
            shop.server = server
        for path, text in lane.files.items():
            (shop.path.parent / "project").mkdir(exist_ok=True)
            (shop.path / path).write_text(text)
        shop.write(f"{lane.asset}candidates = {cell.candidates}\n", head="version = 1\n")
        bench = Bench(shop, server, lane)
        bench.configure(cell.read_timeout)
        yield bench


def plain(text):
    """A message without what differs from run to run: ids that we roll ourselves, and folders."""
    return re.sub(r"kept in \S+$", "kept in PATH", ROLLED.sub("ID", text))


def test_no_cell_is_missing():
    assert {lane.name: sorted(set(ROWS) ^ set(lane.cells)) for lane in LANES} == {lane.name: [] for lane in LANES}


@pytest.mark.parametrize(("lane", "row"), CELLS, ids=[f"{lane.id}-{row}" for lane, row in CELLS])
def test_a_fault_ends_as_the_table_says_and_nothing_is_bought_twice(shop, lane, row):
    cell = lane.cells[row]
    fate = cell.fate
    with serving(lane, shop, cell) as bench:
        bench.server.fail_next(*cell.faults)
        result = bench.build().results["hero"]
        failed = [event for event in shop.told if isinstance(event, Failed)]
        assert [(event.kind, plain(event.message), plain(event.hint)) for event in failed] == (
            [(fate.kind, cell.message, cell.hint or fate.hint)] if fate.kind else []
        )
        assert result.status.value == ("failed" if fate.kind else "done"), result.message
        retried = [event for event in shop.told if isinstance(event, Retried)]
        assert [event.why for event in retried] == [cell.message] * fate.retries
        assert all(event.wait >= 0.05 for event in retried if row == "429-seconds")
        assert bench.counts == (fate.submits, fate.paid)
        assert (tuple(job.state for job in shop.rows), len(shop.ledger)) == (fate.rows, fate.ledger)

        bench.server.mend()
        bench.configure()
        again = bench.build()
        planned = again.plan.assets["hero"]
        assert " ".join([planned.state.value, *(reason.code for reason in planned.reasons)]) == fate.then
        assert (results(again), bench.counts) == ({"hero": fate.end}, fate.after)
        if fate.end == "blocked":
            held = fate.then.endswith("no-picture")
            assert plain(again.results["hero"].message).endswith(cell.message)
            assert again.results["hero"].hint == (CURES if held else DECIDE)
        else:
            assert shop.rows == ()
        # A result URL may carry a signature: it is written down nowhere.
        assert not [path for path in shop.path.rglob("*") if path.is_file() and b"SIGNED" in path.read_bytes()]


# --- what is held, and what helps


@pytest.fixture
def held(shop):
    """A project whose one picture was paid for, and is of no use."""
    with serving(REPLICATE, shop, at("failed", HELD)) as bench:
        bench.server.fail_next("failed")
        bench.build()
        assert (bench.counts, shop.state()) == ((1, 1), "blocked new no-picture")
        yield bench


def test_what_is_held_is_bought_again_when_the_user_says_so(held, shop):
    assert results(held.build(regenerate=("hero",))) == {"hero": "done"}
    assert (held.counts, shop.rows, shop.state(), len(shop.ledger)) == ((2, 2), (), "fresh", 2)


def test_one_row_says_it_however_often_it_was_bought_in_vain(held, shop):
    held.server.fail_next("failed")
    assert results(held.build(regenerate=("hero",))) == {"hero": "failed"}
    assert (held.counts, len(shop.rows), len(shop.ledger)) == ((2, 2), 1, 2)
    assert jobs.resolve(shop.path, "hero", adopt=None, retry=True, abandon=False).line == "hero: the next build sends the request again"
    assert (shop.rows, shop.state(), [spent.basis for spent in shop.ledger]) == ((), "generate new", ["estimated", "estimated"])
    assert results(held.build()) == {"hero": "done"}


def test_what_is_held_can_be_given_up(held, shop):
    jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    assert (shop.state(), results(held.build()), held.counts) == ("blocked new abandoned", {"hero": "blocked"}, (1, 1))


def test_a_job_that_is_held_can_be_asked_for_again(held, shop):
    held.server.mend()
    [row] = shop.rows
    jobs.resolve(shop.path, "hero", adopt=row.handle["id"], retry=False, abandon=False)
    assert (results(held.build()), held.counts, shop.rows) == ({"hero": "done"}, (1, 1), ())


def test_a_picture_made_by_hand_answers_what_is_held(held, shop, tmp_path):
    found = tmp_path / "mine.png"
    found.write_bytes(draw("mine", 1024, 1024))
    edit.import_file(shop.path, "hero", found, None)
    assert (shop.rows, shop.state(), len(shop.ledger), held.counts) == ((), "fresh", 1, (1, 1))


def test_a_change_of_the_request_is_another_request(held, shop):
    shop.edit("a fox", "an owl")
    assert (shop.state(), results(held.build()), held.counts) == ("generate new", {"hero": "done"}, (2, 2))


def test_the_list_of_jobs_names_what_is_held(held, shop):
    out, err = shop.spawn("-m", "assetgen", "jobs").communicate(timeout=30)
    [row] = shop.rows
    head, line = (re.sub(" {2,}", "  ", each) for each in out.splitlines())
    assert head == "STATE  ASSET  PROVIDER  MODEL  COST  ID"
    assert line == f"no picture  hero  replicate  flux-dev  up to $0.025  {row.id}"
    told = 'job "job0000000000000000000001" failed at replicate: CUDA out of memory'
    assert err == f'note: "hero": {told}\nhint: {CURES}\n'


def test_a_crash_before_the_money_was_written_down_is_made_good(held, shop):
    (shop.home / "ledger.jsonl").unlink()
    held.build()
    held.build()
    assert [(spent.job, spent.basis) for spent in shop.ledger] == [(shop.rows[0].id, "estimated")]


def test_a_base_url_that_is_none_says_nothing_of_a_job(shop):
    """The job is not given up for it, and so is not bought again."""
    with serving(FAL, shop, at("read-401", UNKNOWN)) as bench:
        bench.server.fail_next("read-401")
        bench.build()
        bench.server.mend()
        environ = shop.environ
        shop.environ = environ | {"FAL_QUEUE_URL": "localhost"}
        told = bench.build().results["hero"].message
        goes_on = 'the job "00000000-0000-4000-8000-000000000001" goes on at fal, and the next build asks for it again'
        assert told == f"the base URL for fal is no http address; {goes_on}"
        shop.environ = environ
        assert (results(bench.build()), bench.counts) == ({"hero": "done"}, (1, 1))


def test_a_download_that_keeps_failing_is_begun_again_by_the_next_build(shop):
    """Of a job the picture is asked for again; without one it is held."""
    lanes = list({lane.provider: lane for lane in LANES if isinstance(lane.cells["cut-once"], Cell)}.values())
    with contextlib.ExitStack() as running:
        config = shop.path.parent / "config.toml"
        config.write_text("\n".join(CONFIG.format(provider=lane.provider, read_timeout=30) for lane in lanes))
        started, environ, text = {}, {"ASSETGEN_CONFIG": str(config)}, ""
        for lane in lanes:
            server = running.enter_context(servers.serve(lane.server))
            server.fail_next({"openai": "url-500", "comfyui": "view-truncated"}.get(lane.provider, "url-truncated"))
            started[lane.provider], environ = server, environ | server.environ
            text += lane.asset.replace("assets.hero", f"assets.{lane.provider}").replace("a fox", lane.provider)
        shop.path.mkdir()
        (shop.path / "flow.json").write_text(COMFYUI.files["flow.json"])
        shop.server.close()
        shop.server = started["openai"]
        shop.environ = environ
        shop.write(text, head="version = 1\n")
        first = shop.build(max_cost=None, agreed=True)
        tried = "the picture could not be downloaded in 5 attempts: "
        cut = f'{tried}the answer of "127.0.0.1" was cut short (RemoteProtocolError)'
        told = dict.fromkeys(started, cut) | {"openai": f'{tried}"127.0.0.1" answered with status 500'}
        assert {name: result.message for name, result in first.results.items()} == told
        for server in started.values():
            server.mend()
        again = shop.build(max_cost=None, agreed=True)
        assert results(again) == {lane.provider: "blocked" if lane in (OPENAI, FIRST) else "done" for lane in lanes}
        assert {name: len(server.accepted) for name, server in started.items()} == dict.fromkeys(started, 1)


# --- the page, and servers by hand


def test_every_switch_of_every_server_is_in_the_help():
    shown = subprocess.run([sys.executable, "-m", "tests.servers", "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    words = set(shown.split())
    used = {fault.partition("@")[0] for lane, row in CELLS for fault in lane.cells[row].faults} - {""}
    assert used <= words
    assert {f"{name}:" for name in servers.SERVERS} <= words


@pytest.mark.parametrize("name", servers.SERVERS)
def test_a_server_started_by_hand_says_how_to_reach_it(name):
    fault = {"openai": "429-bare", "stability-grpc": "busy"}.get(name, "429@1")
    words = [sys.executable, "-m", "tests.servers", name, "--port", "0", "--fault", fault, "--times", "2", "--seconds", "0.1"]
    shown = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    url, *lines, last = shown.stdout.splitlines()
    with servers.serve(name) as server:
        assert [line.partition("=")[0] for line in lines] == list(server.environ)
    assert re.fullmatch(r"(http://)?127\.0\.0\.1:\d+(/v1)?", url)
    assert (lines[0].endswith(url), last) == (True, "ready")


def test_a_server_started_by_hand_knows_its_faults_only():
    words = [sys.executable, "-m", "tests.servers", "fal", "--fault", "filtered"]
    shown = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr.splitlines()[-1]) == (2, "python -m tests.servers: error: fal has no fault 'filtered'")
