"""Where nothing was touched, `check`, `build` and `lint` answer at once. Never where a full look would say something else."""

import contextlib
import os
import pty
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from assetgen import noop as reader
from assetgen.engine import noop
from assetgen.engine.build import Options, run
from assetgen.engine.lint import lint
from assetgen.engine.looks import Clock
from assetgen.engine.noop import NOTHING, Said
from assetgen.engine.projects import untracked
from assetgen.engine.survey import look
from assetgen.engine.workspace import opened
from assetgen.errors import AssetgenError
from assetgen.noop import state
from tests.conftest import Repository
from tests.edits import Edits, make

PROJECTS = 8
ROUNDS = int(os.environ.get("ASSETGEN_TEST_ROUNDS", "8"))
EDITS = 8
TICK = 0.03


@pytest.fixture
def asked(capfd):
    """What the quick way prints; None where it leaves the answer to the full look."""

    def ask(*words):
        capfd.readouterr()
        return capfd.readouterr().out if reader.answered(list(words)) else None

    return ask


def keep(root):
    since = time.monotonic_ns()
    with look(root) as seen:
        assert noop.all_fresh(seen.plan)
        build = NOTHING if noop.unsaid(seen) else Said(out="nothing to do\n")
        return noop.keep(seen, Said(out="all fresh\n"), build, since=since)


def keep_linted(root):
    since = time.monotonic_ns()
    with opened(root) as workspace:
        assert lint(workspace, list(workspace.manifest.assets)) == []
        return noop.keep_linted(workspace, Said(out="nothing to say\n", day=state.today()), since=since)


def true(command, directory, *, tracked=False):
    """Whether the full look has nothing to say, from a folder that -C names."""
    try:
        with contextlib.chdir(directory):
            if command == "lint":
                with opened(Path()) as workspace:
                    return lint(workspace, list(workspace.manifest.assets)) == []
            with look() as seen:
                return noop.all_fresh(seen.plan) and not (tracked and untracked(seen.workspace).paths)
    except (AssetgenError, OSError, UnicodeError):
        return False


@pytest.fixture
def quiet_machine(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("ASSETGEN_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


# Folders from which a project is found, or not: -C goes to each.
STARTS = (*["."] * 8, "public/deep", "art/linked", "nowhere", "nowhere/..", "README.md", "README.md/..", "art/linked/../..")


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_called_fresh_that_a_full_look_would_not(tmp_path, git, quiet_machine, asked, monkeypatch, seed):
    rng = random.Random(seed)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conf.toml").write_text("")
    worlds = [world(tmp_path, git, number, rng) for number in range(PROJECTS)]
    told = Counter()
    for _ in range(ROUNDS):
        for each in worlds:
            each.restored()
        time.sleep(TICK)
        for each in worlds:
            if rng.random() < 0.1:
                each.environment("ASSETGEN_CONFIG", "conf.toml")
            relative = "ASSETGEN_CONFIG" in os.environ
            assert [keep(each.root), keep_linted(each.root)] == [not relative] * 2
            assert asked("check", "--tracked", "-C", str(each.root)) == (None if relative else "all fresh\n")
            done = []
            for _ in range(EDITS):
                done.append(each.one())
                start = f"{each.root}/{rng.choice(STARTS)}"
                command, tracked = rng.choice((("check", False), ("build", False), ("check", True), ("lint", False)))
                said = asked(command, *["--tracked"] * tracked, "-C", start)
                told[said is not None] += 1
                assert said is None or true(command, start, tracked=tracked), (command, tracked, start, done)
            each.calm()
    # The edits that nobody cares for are seen through, most others are not.
    assert 0.1 < told[True] / told.total() < 0.7


def world(tmp_path, git, number, rng):
    """A project that is built and committed, and what may happen to it."""
    below = ("", "sub/project")[number % 2]
    top = tmp_path / f"w{number}"
    root = make(top, git, below=below, originals=("store", "art/originals")[number // 2 % 2])
    assert run(root, Options(), lambda _: None).exit_code == 0
    Repository(top).run("add", "-A")
    (tmp_path / f"outside{number}").mkdir()
    return Edits(top, root, rng, tmp_path / f"outside{number}")


MANIFEST = """\
version = 1

[assets.logo]
prompt = "a fox"
size = "64x64"
outputs = ["logo.png"]
"""
ENDED = '[models.draft]\nuse = "sketch"\nshutdown = 2020-01-01\n'
LOADED = """
import sys
from assetgen.__main__ import main
try:
    main()
finally:
    sys.stderr.write(" ".join(sorted({*"LIST".split()} & {*sys.modules})))
"""
HEAVY = "typing re json collections functools pathlib subprocess hashlib importlib click pydantic rich tomllib dataclasses enum"


@pytest.fixture
def built(project):
    def make(text=MANIFEST):
        project.write("assetgen.toml", text)
        project("build")
        return project

    return make


def quick(project, *words, **env):
    """Whether a command was answered before anything was imported that takes time."""
    script = LOADED.replace("LIST", HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[1:] = {list(words)!r}; sys.path.pop(0){script}"],
        cwd=project.path, env=project.env | env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return "click" not in done.stderr, done


def test_an_answer_loads_nothing_that_takes_time(built):
    project = built()
    (project.path / "README.md").write_text("What nobody reads.\n")
    assert not quick(project, "check")[0]
    found, done = quick(project, "check")
    assert (found, done.stdout, done.stderr, done.returncode) == (True, "1 asset is fresh\n", "", 0)


def test_it_prints_what_the_full_look_prints(built, git, project):
    git(project.path)
    (project.path / "sub").mkdir()
    (project.path / ".env").write_text("A_KEY=12345678\n")
    built(MANIFEST + ENDED)
    for more in ((), ("-q",), ("--no-color", "-C", "sub")):
        for command in ("check", "build"):
            full = project(command, *more, "--no-cache")
            again = project(command, *more)
            assert (again.stdout, again.stderr) == (full.stdout, full.stderr)
    assert not quick(project, "check")[0]
    found, done = quick(project, "build")
    assert (found, done.stdout) == (True, "nothing to do: 1 asset is fresh\n")
    assert done.stderr.startswith('note: "sketch" was shut down on 2020-01-01\nnote: ".env" is not ignored by git')
    (project.path / ".gitignore").write_text(".env\n")
    assert project("build").stderr == 'note: "sketch" was shut down on 2020-01-01\n'


LEFT = [
    ("check", "logo"), ("check", "--json"), ("check", "--no-cache"), ("check", "--release"), ("build", "-n"), ("status",),
    ("build", "--regenerate", "logo"), ("-C", "", "check"), ("-C", ".", "-C", ".", "check"), ("check", "-C"), ("check", "check"),
    ("check", "--help"), ("-Cq", "check"), (), ("check", "--exclude", "x"), ("--exclude", "x", "check", "--all-projects"),
    ("check", "--all-projects", "--exclude"), ("lint", "--tracked"), ("lint", "--ignore", "tags"),
]  # fmt: skip


def test_what_is_not_a_plain_call_is_left_to_the_full_look(built, quiet_machine, asked, monkeypatch):
    monkeypatch.chdir(built().path)
    assert keep(".")
    assert [words for words in LEFT if asked(*words) is not None] == []
    plain = [
        ("check",),
        ("-q", "build", "--free"),
        ("build", "-y", "--no-color"),
        ("check", "-C", ".", "--allow-waits"),
        ("-C", ".", "check"),
    ]
    assert [asked(*words) for words in plain] == ["all fresh\n", "", "nothing to do\n", "all fresh\n", "all fresh\n"]


def test_an_answer_on_a_terminal(built):
    project = built()
    project("build")
    shown = []
    for words in (("build", "--no-cache"), ("build",)):
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as screen:
            code = subprocess.run(
                [sys.executable, "-m", "assetgen", *words],
                cwd=project.path,
                env=project.env,
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                check=False,
            ).returncode
            shown.append((code, screen.read(1000)))
            os.close(theirs)
    assert shown[0] == shown[1] == (0, b"nothing to do: 1 asset is fresh\r\n")


def test_a_reader_who_has_gone_is_no_failure(built):
    project = built()
    project("check")
    process = subprocess.Popen(
        [sys.executable, "-m", "assetgen", "check"], cwd=project.path, env=project.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 0)
    process.stderr.close()


def test_a_note_that_counts_days_holds_for_a_day(built, quiet_machine):
    root = built(MANIFEST + ENDED).path
    since = time.monotonic_ns()
    day = state.today()
    with look(root) as seen:
        assert noop.keep(seen, Said(out="fresh\n", err="in 3 days\n", day=day), NOTHING, since=since)
        assert reader.fresh("check", str(root)) == ("fresh\n", "in 3 days\n")
        assert reader.fresh("build", str(root)) is None
        assert noop.keep(seen, Said(out="fresh\n", err="in 4 days\n", day=day - 1), NOTHING, since=since)
        assert reader.fresh("check", str(root)) is None


def test_a_file_that_was_changed_while_it_was_looked_at_is_not_relied_on(built, quiet_machine):
    root = built().path
    since = time.monotonic_ns()
    for path in (root / "assetgen.toml", root / "logo.png", root / "assetgen.lock"):
        time.sleep(TICK)
        with look(root) as seen:
            path.write_bytes(path.read_bytes())
            assert not noop.keep(seen, Said(out="fresh\n"), NOTHING, since=since)
    time.sleep(TICK)
    assert keep(root)


@pytest.mark.parametrize(
    ("changed", "read", "settled"),
    [
        (1_000_000_001, 1_021_000_000, True),
        (1_000_000_001, 1_019_000_000, False),  # within a tick of the clock of files a later change has the same time
        (1_000_000_000, 1_500_000_000, False),  # a disk that knows whole seconds, perhaps every other one
        (1_000_000_000, 3_500_000_000, True),
        (9_000_000_001, 3_500_000_000, False),  # the clock was set back since
    ],
)
def test_when_a_file_counts_as_left_alone(changed, read, settled):
    clock = Clock(disk=5_000_000_000, steady=77_000_000_000)
    assert clock.settled((changed, 0, 0, 0), read + 72_000_000_000) == settled


def test_what_lint_did_not_say_is_not_said_again(built):
    project = built()
    assert [quick(project, "lint")[0] for _ in range(2)] == [False, True]
    for words in (("lint",), ("lint", "--strict", "-q"), ("-C", ".", "lint", "--no-color", "--all-projects")):
        full, (found, done) = quick(project, *words, "--no-cache")[1], quick(project, *words)
        assert (found, done.returncode, done.stdout) == (True, full.returncode, full.stdout)
    project.write("logo.png", "what lint does not look at")
    assert quick(project, "lint")[0]
    project.write("assetgen.toml", f"{MANIFEST}tags = []\n")
    for words in (("lint",), ("lint",), ("lint", "--ignore", "tags"), ("lint", "--ignore", "tags"), ("lint", "logo"), ("lint",)):
        assert not quick(project, *words)[0]
    assert project("lint", "--strict", code=1).stdout.endswith("1 warning\n")


def test_what_lint_found_holds_for_a_day(built, quiet_machine):
    root = built().path
    assert keep_linted(root)
    assert reader.fresh("lint", str(root)) == ("nothing to say\n", "")
    with opened(root) as workspace:
        assert noop.keep_linted(workspace, Said(out="nothing to say\n", day=state.today() - 1), since=time.monotonic_ns())
    assert reader.fresh("lint", str(root)) is None


def test_lint_of_what_lies_on_this_machine_is_asked_again(project, quiet_machine, tmp_path):
    project.write("assetgen.toml", f'{MANIFEST}provider = "diffusers"\nmodel = "{tmp_path}"\n')
    time.sleep(TICK)
    since = time.monotonic_ns()
    (project.path / ".assetgen").mkdir()
    with opened(project.path) as workspace:
        lint(workspace, ["logo"])
        assert not noop.keep_linted(workspace, Said(out="nothing to say\n"), since=since)


def test_small_files_that_lint_could_not_read_are_not_relied_on(project, quiet_machine, tmp_path):
    (project.path / ".assetgen").mkdir()
    project.write("assetgen.toml", f'{MANIFEST}provider = "comfyui"\nmodel = "flow"\nparams = {{ workflow = {{ file = "flow.json" }} }}\n')
    outcomes = []
    for size in (None, 10, 2**20 + 1):
        if size is not None:
            (tmp_path / "flow.json").write_bytes(bytes(size))
            (project.path / "flow.json").unlink(missing_ok=True)
            (project.path / "flow.json").symlink_to(tmp_path / "flow.json")
        time.sleep(TICK)
        since = time.monotonic_ns()
        with opened(project.path) as workspace:
            lint(workspace, ["logo"])
            outcomes.append(noop.keep_linted(workspace, Said(out="nothing to say\n"), since=since))
    assert outcomes == [True, False, True]
    (tmp_path / "flow.json").write_bytes(b"{}")
    assert reader.fresh("lint", str(project.path)) is None


def test_projects_that_are_left_out(built, git, project):
    repository = git(project.path)
    project.write("docs/site/assetgen.toml", MANIFEST)
    project.write("tests/assetgen.toml", "nonsense")
    built()
    project("build", "-C", "docs/site")
    repository.run("add", "-A")
    for command in ("check", "lint"):
        words = (command, "--all-projects", "--exclude", "tests")
        shown = [quick(project, *words) for _ in range(2)]
        assert [found for found, _ in shown] == [False, True]
        assert shown[0][1].stdout == shown[1][1].stdout != ""
        found, done = quick(project, *words, "--exclude", "docs")
        assert (found, done.stdout) == (True, shown[0][1].stdout.splitlines()[1] + "\n")
        assert quick(project, command, "--all-projects", "-C", "docs", "--exclude", "../tests")[0]
        for odd in ((*words, "--exclude", "img"), (*words, "--exclude", "."), words[:2], (command, "--exclude", "tests")):
            assert not quick(project, *odd)[0]


def test_open_jobs_of_any_project_are_looked_into(built, quiet_machine, asked):
    root = built().path
    assert keep(root)
    assert asked("check", "-C", str(root)) == "all fresh\n"
    (root / ".assetgen/journal").mkdir()
    (root / ".assetgen/journal/0123456789abcdef.json").write_text("{}")
    assert asked("check", "-C", str(root)) is None


def test_a_check_makes_no_folder_that_a_person_sees(built):
    project = built()
    (project.path / ".assetgen").rename(project.path.parent / "store")
    assert project("check").stdout == "1 asset is fresh\n"
    assert sorted(path.name for path in project.path.iterdir()) == ["assetgen.lock", "assetgen.toml", "logo.png"]


PLUGIN = """\
from assetgen.post import op


@op(version=1)
def same(image):
    \"\"\"Leave it as it is.\"\"\"
    return image
"""


def test_a_plugin_whose_code_changed_is_asked_again(built, project, tmp_path):
    packages = tmp_path / "packages"
    about = packages / "ours-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[assetgen.ops]\nsame = ours:same\n")
    (packages / "ours.py").write_text(PLUGIN)
    project.env["PYTHONPATH"] = f"{packages}:{project.env['PYTHONPATH']}"
    built(MANIFEST.replace("size", 'post = [{ op = "same" }]\nsize'))
    assert [quick(project, "check")[0] for _ in range(2)] == [False, True]
    (packages / "ours.py").write_text(PLUGIN.replace("version=1", "version=2"))
    assert not quick(project, "check")[0]
    assert project("check", code=1).stdout.startswith('finish  logo  "logo.png": steps changed')
    project("build")
    assert [quick(project, "check")[0] for _ in range(2)] == [False, True]
    other = packages / "rival-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[assetgen.ops]\nsame = other:same\n")
    assert 'both bring "same"' in project("check", code=2).stderr
