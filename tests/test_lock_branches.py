"""Two branches that each change and add assets, merged by git alone and with the driver."""

import os
import random
import re
import subprocess
import sys

import pytest

from assetgen import lockfile, merging
from assetgen.engine.merge import Ended, Names, drive
from tests.conftest import IDENTITY, clean_environment
from tests.locks import branches, lock

TRIALS = 100
SIZE = 200
LOCK = "assetgen.lock"


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    """A repository with three commits for each trial, and the locks in them."""
    top = tmp_path_factory.mktemp("branches")
    run(top, "init", "-q", "-b", "main")
    bases = [lock(random.Random(number), SIZE) for number in range(4)]
    made = [(base, *branches(random.Random(number), base)) for number in range(TRIALS) for base in (bases[number % 4],)]
    stream = []
    for number, (base, ours, theirs, _) in enumerate(made):
        for name, side in (("base", base), ("ours", ours), ("theirs", theirs)):
            data = text(side)
            parent = "" if name == "base" else f"from refs/heads/base-{number}\n"
            stream.append(
                f"commit refs/heads/{name}-{number}\ncommitter t <t@example.org> 1700000000 +0000\ndata 1\nx\n{parent}"
                f"M 100644 inline {LOCK}\ndata {len(data.encode())}\n{data}\n"
            )
    run(top, "fast-import", "--quiet", data="".join(stream))
    return top, made


_TEXTS = {}


def text(blocks):
    """What `lockfile.dump` says, without writing a block twice."""
    for name, block in blocks.items():
        if id(block) not in _TEXTS:
            _TEXTS[id(block)] = (block, lockfile.dump({name: block}).removeprefix(lockfile.dump({})))
    return lockfile.dump({}) + "".join(_TEXTS[id(blocks[name])][1] for name in sorted(blocks))


def run(top, *words, data=None, code=0, env=None):
    done = subprocess.run(
        ["git", *words], cwd=top, env=os.environ | IDENTITY | (env or {}), input=data, capture_output=True, text=True, check=False
    )
    assert code is None or done.returncode == code, done.stderr
    return done if code is None else done.stdout


def expected(base, ours, theirs):
    """Each asset as the side has it that touched it."""
    return {name: (theirs if theirs.get(name) != base.get(name) else ours)[name] for name in ours | theirs}


def driven(tmp_path, base, ours, theirs):
    paths = [tmp_path / name for name in "OAB"]
    for path, side in zip(paths, (base, ours, theirs), strict=True):
        path.write_text(lockfile.dump(side))
    return drive(*paths, Names(ours="HEAD", theirs="side")), paths[1].read_text()


def test_disjoint_branches_merge_with_git_alone_and_always_with_the_driver(trials, tmp_path):
    top, made = trials
    torn = []
    for number, (base, ours, theirs, _) in enumerate(made):
        done = run(top, "merge-tree", "--write-tree", f"ours-{number}", f"theirs-{number}", code=None)
        assert done.returncode in (0, 1), done.stderr
        wanted = expected(base, ours, theirs)
        if done.returncode == 0:
            assert run(top, "cat-file", "blob", f"{done.stdout.strip()}:{LOCK}") == text(wanted)
        else:
            torn.append(number)
        merged = merging.merge(base, ours, theirs)
        assert (merged.lock, merged.conflicts) == (wanted, {})
    assert len(torn) <= 2
    for number in {0, *torn}:
        base, ours, theirs, _ = made[number]
        wanted = lockfile.dump(expected(base, ours, theirs))
        assert driven(tmp_path, base, ours, theirs) == (Ended(), wanted)
        assert wanted == text(expected(base, ours, theirs))


@pytest.mark.parametrize("seed", range(15))
def test_overlapping_branches_conflict_in_the_overlap_and_nowhere_else(tmp_path, seed):
    chance = random.Random(1000 + seed)
    base = lock(chance, 30)
    ours, theirs, shared = branches(chance, base, shared=1 + seed % 3)
    ended, merged = driven(tmp_path, base, ours, theirs)
    assert set(ended.conflicts) == shared
    wanted = expected(base, ours, theirs)
    for side, kept in ((ours, r"\1"), (theirs, r"\2")):  # whichever block is kept of each pair, what is left is the lock
        left = re.sub(r"<{7} HEAD\n(.*?)={7}\n(.*?)>{7} side\n", kept, merged, flags=re.DOTALL)
        assert left == lockfile.dump(wanted | {name: side[name] for name in shared})


def test_git_merges_with_the_driver(git, tmp_path):
    """Two assets that are added side by side are a conflict for git alone, and none for the driver; the same one changed twice is one."""
    top = git(tmp_path / "my repo's top")
    (top.path / "site").mkdir()
    path, home = top.path / "site" / LOCK, clean_environment(tmp_path)
    base = lock(random.Random(7), 12)
    ours, theirs, (name, *_) = branches(random.Random(7), base, shared=1)
    only = {key: value for key, value in theirs.items() if key != name} | {name: base[name]}

    def commit(branch, start, blocks):
        top.run("checkout", "-q", "-B", branch, *start)
        path.write_text(lockfile.dump(blocks))
        top.run("add", "-A")
        top.run("commit", "-q", "-m", branch)

    def merge(branch):
        top.run("checkout", "-q", "-f", "mine")
        top.run("reset", "-q", "--hard", "mine~0")
        return run(top.path, "merge", "-q", "--no-edit", branch, code=None, env=home)

    commit("base", (), base)
    commit("mine", ("base",), ours | {"zz1": base[name]})
    commit("disjoint", ("base",), only | {"zz2": base[name]})
    commit("overlap", ("base",), theirs)
    assert merge("disjoint").returncode == 1
    top.run("merge", "--abort")
    assert (
        subprocess.run(
            [sys.executable, "-m", "assetgen", "lock", "install-driver"], cwd=top.path, env=home, capture_output=True, check=False
        ).returncode
        == 0
    )
    top.run("add", "-A")
    top.run("commit", "-q", "-m", "attributes")
    assert merge("disjoint").returncode == 0
    assert path.read_text() == lockfile.dump(expected(base, ours | {"zz1": base[name]}, only | {"zz2": base[name]}))
    done = merge("overlap")
    assert done.returncode == 1
    assert f'error: "site/{LOCK}": "{name}" was changed on both sides\n' in done.stdout + done.stderr
    assert ">>>>>>> overlap\n" in path.read_text()
    assert path.read_text().count("<<<<<<<") == 1
