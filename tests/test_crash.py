"""kill -9 at every call that writes, renames, connects or receives: the next build ends right, and nothing is bought twice unasked."""

import os
import random
import signal
import time
from collections import Counter

import pytest

from tests.crash.lane import open_lanes, share
from tests.crash.project import accepted

# Reading is most of what is opened and closed: of these calls every third is enough.
SPARSE = {"openat": 3, "close": 3}
KINDS = {
    "open": {"openat"},
    "write": {"write", "pwrite64"},
    "sync": {"fsync", "fdatasync"},
    "rename": {"rename", "renameat", "renameat2"},
    "remove": {"unlink", "unlinkat"},
    "folder": {"mkdir", "mkdirat"},
    "connect": {"connect"},
    "send": {"sendto"},
    "receive": {"recvfrom"},
    "close": {"close"},
}
RANDOM = 100


@pytest.fixture(scope="module")
def lanes(tmp_path_factory):
    with open_lanes(tmp_path_factory.mktemp("crash")) as opened:
        yield opened


@pytest.mark.timeout(900)
def test_a_build_that_is_killed_at_any_call_is_made_good_by_the_next(lanes):
    calls = lanes[0].calls()
    points = [(*key, number) for key in sorted(calls) for number in range(1, len(calls[key]) + 1, SPARSE.get(key[1], 1))]
    assert len(points) >= 150

    def crash(lane, point):
        code = lane.kill(*point)
        return point, code, lane.judge()

    done = share(lanes, points, crash)
    killed, unknown = Counter(), Counter()
    for (_, call, _), code, found in done:
        killed[call] += code == -signal.SIGKILL
        unknown[call] += found["unknown"]
    for call, number in sorted(killed.items()):
        print(f"{call:10} killed {number:3}, unknown {unknown[call]:3}")
    print(f"{len(points)} points, {killed.total()} killed, {unknown.total()} reported as unknown")
    assert [(point, found["faults"]) for point, _, found in done if found["faults"]] == []
    # A call that depends on timing (how the answer is cut into pieces) may not come; the build must then have ended well.
    assert {code for _, code, _ in done} <= {-signal.SIGKILL, 0}
    assert killed.total() >= max(120, 0.95 * len(points))
    assert [kind for kind, calls in KINDS.items() if not any(killed[call] for call in calls)] == []


@pytest.mark.timeout(600)
def test_a_build_that_is_killed_at_any_moment_is_made_good_by_the_next(lanes):
    whole = max(run_time(lane) for lane in lanes)
    seeded = random.Random(20261122)
    moments = [seeded.uniform(0, whole) for _ in range(RANDOM)]

    def crash(lane, moment):
        lane.fresh()
        pid = lane.start(stop=False, jobs=2)
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
        return moment, lane.wait(pid), lane.judge()

    done = share(lanes, moments, crash)
    killed = sum(code == -signal.SIGKILL for _, code, _ in done)
    print(f"{RANDOM} moments of {whole:.2f} s, {killed} killed, {sum(found['unknown'] for _, _, found in done)} reported as unknown")
    assert [(moment, found["faults"]) for moment, _, found in done if found["faults"]] == []
    assert killed >= RANDOM // 2


def run_time(lane):
    lane.fresh()
    began = time.monotonic()
    assert lane.wait(lane.start(stop=False, jobs=2)) == 0
    return time.monotonic() - began


def test_the_judge_is_not_blind(lanes):
    lane = lanes[0]
    lane.fresh()
    assert lane.wait(lane.start(stop=False)) == 0
    assert accepted(lane.journal) == {"hero": 1, "scene": 1}
    assert lane.judge() == {"faults": [], "unknown": 0}

    bought = lane.journal.read_text()
    lane.journal.write_text(bought + bought.splitlines()[0] + "\n")
    assert lane.judge()["faults"] == ["hero was bought 2 times, 0 of them reported as unknown"]
    lane.journal.write_text(bought)

    ledger = lane.root / ".assetgen/ledger.jsonl"
    lines = ledger.read_bytes()
    ledger.write_bytes(b"")
    assert lane.judge()["faults"] == [f"the ledger holds 0 known and 0 unknown jobs for {name}, not 1 and 0" for name in ("hero", "scene")]
    ledger.write_bytes(lines)

    (lane.root / "out/extra.png").write_bytes(b"x")
    assert lane.judge()["faults"] == ["not as an undisturbed build makes it: out/extra.png"]
    (lane.root / "out/extra.png").unlink()

    damaged = next((lane.root / ".assetgen/cas").iterdir())
    damaged.chmod(0o644)
    damaged.write_bytes(b"x")
    assert f"the object {damaged.name} holds other bytes" in lane.judge()["faults"]
