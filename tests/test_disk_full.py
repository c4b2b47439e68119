"""A disk that is full or broken at any write: one message that names the path, nothing damaged, nothing bought twice unasked."""

import errno
import os

import pytest

from tests.crash.lane import open_lanes, share

ERRORS = {
    "openat": errno.ENOSPC,
    "write": errno.ENOSPC,
    "fsync": errno.EIO,
    "rename": errno.EIO,
    "renameat": errno.ENOSPC,
    "mkdir": errno.ENOSPC,
    "mkdirat": errno.ENOSPC,
}


@pytest.fixture(scope="module")
def lanes(tmp_path_factory):
    with open_lanes(tmp_path_factory.mktemp("full")) as opened:
        yield opened


def on_disk(root, call, text):
    """Whether a traced call changed the project: a full disk stops no pipe, no reading, and no making of a folder that is there."""
    changes = {"openat": "O_CREAT" in text, "mkdir": text.endswith(" = 0"), "mkdirat": text.endswith(" = 0")}
    return str(root) in text and changes.get(call, True)


@pytest.mark.timeout(600)
def test_a_failing_disk_is_named_and_costs_nothing_twice(lanes):
    calls = lanes[0].calls()
    # Half of the failures pass, the others stay.
    points = [
        (thread, call, number, bool(number % 2))
        for thread, call in sorted(calls)
        for number, text in enumerate(calls[thread, call], 1)
        if call in ERRORS and on_disk(lanes[0].root, call, text)
    ]
    assert len(points) >= 80

    def fail(lane, point):
        thread, call, number, lasting = point
        code = lane.fail(thread, call, number, errno.errorcode[ERRORS[call]], lasting=lasting)
        return point, code, complaints(lane, ERRORS[call]), lane.judge()

    done = share(lanes, points, fail)
    print(f"{len(done)} failures, {sum(found['unknown'] for *_, found in done)} reported as unknown")
    assert [(point, code) for point, code, *_ in done if code != 1] == []
    # A disk that stays broken is met by every asset, each with a file of its own.
    assert [(point, said) for point, _, said, _ in done if not 1 <= len(said) <= 1 + point[3] or len(set(said)) < len(said)] == []
    assert [(point, found["faults"]) for point, *_, found in done if found["faults"]] == []


def complaints(lane, error):
    """The lines of the build that say what the system said, and of which file."""
    words = os.strerror(error)
    ending = f'": {words[0].lower()}{words[1:]}'
    return [line for line in lane.log.read_text().splitlines() if line.endswith(ending) and f'"{lane.root}/' in line]
