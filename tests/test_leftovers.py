"""Whose temps a build removes, and whose it leaves alone."""

import subprocess
import sys
from contextlib import closing

import pytest

from assetgen.engine import leftovers
from assetgen.engine.hold import hold
from assetgen.engine.workspace import Workspace
from assetgen.store.atomic import TEMP
from tests.projects import ROOT

MANIFEST = 'version = 1\n[store]\noriginals = "art"\n[assets.logo]\nfile = "logo.png"\noutputs = ["img/icons/logo.png", "top.png"]\n'
FOLDERS = ["", "img/icons", "art", ".git/assetgen", *(f".git/assetgen/{name}" for name in ("ac", "cas", "journal", "locks", "rejected"))]
HOLDER = """
import sys
from pathlib import Path
from assetgen.engine.hold import hold
with hold(Path(sys.argv[1]), Path(sys.argv[2]), print):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def opened(tmp_path, git):
    root = git(tmp_path / "main").path
    (root / "assetgen.toml").write_text(MANIFEST)
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / f"{TEMP}dead").write_bytes(b"half")
    with closing(Workspace.open(root, {"HOME": str(tmp_path)})) as workspace:
        yield workspace


def left(workspace):
    return list(workspace.root.rglob(f"{TEMP}*"))


def test_temps_are_swept_wherever_a_build_writes(opened):
    (opened.root / "else").mkdir()
    foreign = opened.root / "else" / f"{TEMP}mine"
    foreign.write_bytes(b"")
    with hold(opened.home, opened.root, pytest.fail):
        leftovers.sweep(opened, {})
    assert left(opened) == [foreign]


def test_no_link_leads_the_sweep_outside(opened, tmp_path):
    away = tmp_path / "away"
    (opened.root / "img/icons" / f"{TEMP}dead").unlink()
    (opened.root / "img/icons").rename(away)
    (away / f"{TEMP}dead").write_bytes(b"")
    (opened.root / "img/icons").symlink_to(away)
    with hold(opened.home, opened.root, pytest.fail):
        leftovers.sweep(opened, {})
    assert (left(opened), len(list(away.iterdir()))) == ([], 1)


def test_nothing_is_swept_while_another_worktree_is_at_work(opened, tmp_path):
    before = left(opened)
    command = [sys.executable, "-c", HOLDER, str(opened.home), str(tmp_path / "other")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as other:
        assert other.stdout.readline() == "held\n"
        with hold(opened.home, opened.root, pytest.fail):
            leftovers.sweep(opened, {})
        assert left(opened) == before
        other.communicate()
    with hold(opened.home, opened.root, pytest.fail):
        leftovers.sweep(opened, {})
    assert left(opened) == []


def test_a_link_in_a_circle_is_no_folder_to_sweep(opened):
    (opened.root / "art" / f"{TEMP}dead").unlink()
    (opened.root / "art").rmdir()
    (opened.root / "art").symlink_to("art")
    leftovers.sweep(opened, {})
    assert left(opened) == []
