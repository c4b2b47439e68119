"""Looks at what a killed build left, builds again as a user would, and lists everything that is not as it must be."""

import json
from dataclasses import replace
from pathlib import Path

from assetgen import digest, lockfile
from assetgen.engine import jobs
from assetgen.engine.survey import look
from assetgen.journal import Journal
from assetgen.ledger import Ledger
from assetgen.store.atomic import TEMP
from tests.crash import project

ROUNDS = 4


def judge(root, case, build):
    """`faults` is empty where all is well; `unknown` counts the jobs that were reported as of unknown outcome."""
    reference = {path: bytes.fromhex(data) for path, data in case["outputs"].items()}
    faults = _state(root, case)
    unknown = dict.fromkeys(project.PAID, 0)
    for _ in range(ROUNDS):
        code = build()
        with look(root) as seen:
            lost = [name for name, planned in seen.plan.assets.items() if any(r.code == "unknown-outcome" for r in planned.reasons)]
            states = {name: str(planned.state) for name, planned in seen.plan.assets.items()}
            reasons = {name: planned.reason for name, planned in seen.plan.assets.items() if planned.reason}
        if code == 0:
            break
        if code != 1 or not lost:
            return {"faults": [*faults, f"the next build exits {code}, with {reasons}"], "unknown": sum(unknown.values())}
        for name in lost:
            unknown[name] += 1
            jobs.resolve(root, name, adopt=None, retry=True, abandon=False)
    if set(states.values()) != {"fresh"}:
        faults.append(f"after the next build: {states} {reasons}")
    faults += _outputs(root, reference) + _state(root, case) + _left(root) + _money(root, case, unknown)
    return {"faults": faults, "unknown": sum(unknown.values())}


def _state(root, case):
    """What must hold at every moment, also between two system calls."""
    home = root / ".assetgen"
    objects = [path for path in (home / "cas").glob("*") if not path.name.startswith(TEMP)]
    faults = [f"the object {path.name} holds other bytes" for path in objects if digest.of_bytes(path.read_bytes()) != path.name]
    for path in (home / "ac").glob("*/*"):
        if not path.name.startswith(TEMP):
            lockfile.original(json.loads(path.read_bytes())["original"])
    Journal(home).rows()
    found, known = _blocks(project.locked(root)), _blocks(case["lock"].encode())
    odd = [name for name, block in found.items() if not _part(block, known[name])]
    return faults + [f"the lock holds a block that no build wrote: {name} {found[name]}" for name in odd]


def _blocks(text):
    """The lock by asset, without the one field that differs from run to run: the server counts its answers."""
    blocks = lockfile.parse(text) if text else {}
    return {name: replace(b, original=b.original and replace(b.original, request_id=None)) for name, b in blocks.items()}


def _part(block, whole):
    """A lock that was written in mid-build may not have the outputs yet."""
    return replace(block, outputs=()) == replace(whole, outputs=()) and all(one in whole.outputs for one in block.outputs)


def _outputs(root, reference):
    made = project.outputs(root)
    differing = sorted(path for path in {*made, *reference} if made.get(path) != reference.get(path))
    return [f"not as an undisturbed build makes it: {path}" for path in differing]


def _left(root):
    """What a killed build left must have been swept or closed by the next one."""
    temps = [path.relative_to(root).as_posix() for path in root.rglob(f"{TEMP}*")]
    rows = [f"{row.asset} {row.state}" for row in Journal(root / ".assetgen").rows()]
    return [f"a temp is left: {path}" for path in temps] + [f"an open job is left: {row}" for row in rows]


def _money(root, case, unknown):
    accepted = project.accepted(Path(case["journal"]))
    entries = Ledger(root / ".assetgen").entries()
    faults = []
    for name, count in accepted.items():
        known = [entry for entry in entries if entry.asset == name and entry.basis != "unknown"]
        asked = [entry for entry in entries if entry.asset == name and entry.basis == "unknown"]
        if not 1 <= count <= 1 + unknown[name]:
            faults.append(f"{name} was bought {count} times, {unknown[name]} of them reported as unknown")
        if len(known) != 1 or len(asked) != unknown[name]:
            faults.append(f"the ledger holds {len(known)} known and {len(asked)} unknown jobs for {name}, not 1 and {unknown[name]}")
    return faults
