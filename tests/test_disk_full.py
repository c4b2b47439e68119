"""A disk that is full or broken at any write: one message that names the path, nothing damaged, nothing bought twice unasked."""

import errno
import os
from collections import Counter

import pytest

from tests.crash.lane import open_lanes, share

ERRORS = {"write": "ENOSPC", "fsync": "EIO", "rename": "EIO", "renameat": "ENOSPC", "mkdir": "ENOSPC", "mkdirat": "ENOSPC", "openat": "ENOSPC"}


@pytest.fixture(scope="module")
def lanes(tmp_path_factory):
    with open_lanes(tmp_path_factory.mktemp("full")) as opened:
        yield opened


def on_disk(root, call, text):
    """Whether a traced call touched a file of the project: a full disk stops no pipe, no folder that is there, and no reading."""
    if call == "openat":
        return "O_CREAT" in text and str(root) in text
    return str(root) in text and text.rstrip().endswith("= 0" if call.startswith("mkdir") else text[-1])


@pytest.mark.timeout(600)
def test_a_failing_disk_is_named_and_costs_nothing_twice(lanes):
    calls = lanes[0].calls()
    points = [
        (thread, call, number, bool(number % 2))
        for thread, call in sorted(calls)
        if call in ERRORS
        for number, text in enumerate(calls[thread, call], 1)
        if on_disk(lanes[0].root, call, text)
    ]

    def fail(lane, point):
        thread, call, number, lasting = point
        code = lane.fail(thread, call, number, ERRORS[call], lasting=lasting)
        return point, code, lane.log.read_text(), lane.judge()

    done = share(lanes, points, fail)
    tried = Counter(point[1] for point, *_ in done)
    print(f"{len(done)} failures: {dict(tried)}")
    assert [(point, code, log) for point, code, log, _ in done if code != 1] == []
    for (_, call, *_), _, log, _ in done:
        print(call, log.strip())
    assert [(point, found["faults"]) for point, _, _, found in done if found["faults"]] == []
