"""One command for every project of a repository."""

import subprocess
import sys

import pytest

from assetgen import noop
from assetgen.store import git as ours
from tests.conftest import clean_environment
from tests.quick import quick

FOX = 'version = 1\n[assets.fox]\nprompt = "a fox"\nsize = "16x16"\n'
CAT = FOX.replace("fox", "cat")
UNKNOWN = "error: 2 files of the project are not in git, and no clone would have them\nhint: git add "


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    return quick(tmp_path, monkeypatch, capsys)


@pytest.fixture
def repository(project, git):
    """Two projects, both built and committed, and a faulty manifest that git ignores."""
    made = git(project.path)
    project.write("assetgen.toml", FOX)
    project.write("docs/site/assetgen.toml", CAT)
    project.write("fixtures/assetgen.toml", "nonsense")
    project.write(".gitignore", "/fixtures\n")
    made.run("add", "-A")
    project("build", "--all-projects")
    made.run("add", "-A")
    made.run("commit", "-q", "-m", "one")
    return made


@pytest.mark.parametrize("folder", [".", "docs", "docs/site"])
def test_every_project_one_after_the_other(project, repository, folder):
    expected = ".:\n1 asset is fresh\ndocs/site:\n1 asset is fresh\n"
    assert project("-C", folder, "check", "--all-projects").stdout == expected
    assert project("-C", folder, "check", "--all-projects", "-q").stdout == ""


def test_faults_in_one_do_not_stop_the_others_and_the_worst_code_is_the_end(project, repository):
    project.write("assetgen.toml", FOX + "sede = 1\n")
    project.write("docs/site/assetgen.toml", CAT.replace("a cat", "two cats"))
    done = project("check", "--all-projects", code=2)
    assert done.stdout == ".:\ndocs/site:\ngenerate  cat  free  prompt changed\n1 asset: 1 to generate\n"
    assert done.stderr.startswith('assetgen.toml:5:1: error: assets.fox.sede: unknown key "sede"')
    project.write("assetgen.toml", FOX)
    assert project("check", "--all-projects", code=1).stdout.startswith(".:\n1 asset is fresh\ndocs/site:\ngenerate  cat")
    said = 'error: "docs/site" ended with exit code 1\nhint: assetgen -C docs/site status\n'
    assert project("check", "--all-projects", "-q", code=1).stderr == said
    assert project("build", "--all-projects").stdout.splitlines()[-2:] == ["generated cat  cat.png", "1 asset: 1 generated"]
    assert project("lint", "--all-projects").stdout == ".:\nnothing to say\ndocs/site:\nnothing to say\n"


def test_annotations_of_all_projects_lie_in_the_repository(project, repository):
    project.write("docs/site/assetgen.toml", CAT.replace("a cat", "two cats"))
    assert "::error file=docs/site/assetgen.toml,line=" in project("check", "--all-projects", "--output-format", "github", code=1).stdout


def test_a_project_can_be_left_out(project, repository):
    project.write("docs/site/assetgen.toml", "nonsense")
    assert project("check", "--all-projects", "--exclude", "docs").stdout == "1 asset is fresh\n"
    done = project("check", "--all-projects", "--exclude", "docs", "--exclude", "gone", "--exclude", "docs/site")
    assert (done.stdout, done.stderr) == ("1 asset is fresh\n", 'note: --exclude: there is no project in "gone"\n')
    done = project("check", "--all-projects", "--exclude", ".")
    assert (done.stdout, done.stderr) == ("", "note: every project here is left out by --exclude\n")
    done = project("check", "--exclude", "docs", code=2)
    assert done.stderr == "error: --exclude is for --all-projects\nhint: --all-projects --exclude docs\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("check", "fox"), "NAMES is"),
        (("build", "--regenerate", "fox"), "--regenerate is"),
        (("build", "--max-cost", "5"), "--max-cost is"),
    ],
)
def test_what_is_about_one_project_is_refused(project, repository, words, named):
    done = project(*words, "--all-projects", code=2)
    assert done.stderr == f"error: {named} for one project, not for --all-projects\nhint: name the project: -C DIR\n"


def test_one_document_is_about_one_project(project, repository):
    assert "--json prints one document, about one project" in project("check", "--all-projects", "--json", code=2).stderr


def test_no_project_at_all(project, git):
    assert project("check", "--all-projects").stderr == "note: git tracks no project here\nhint: git add assetgen.toml\n"
    git(project.path)
    project.write("assetgen.toml", "nonsense")
    assert project("check", "--all-projects").stderr == "note: git tracks no project here\nhint: git add assetgen.toml\n"


def test_outside_git_it_is_the_project_that_one_is_in(project):
    project.write("assetgen.toml", FOX)
    project("build", "--all-projects", "--tracked")
    assert project("check", "--all-projects", "--tracked").stdout == "1 asset is fresh\n"
    (project.path / "sub").mkdir()
    assert project("-C", "sub", "check", "--all-projects").stdout == "1 asset is fresh\n"


# --- --tracked


def test_files_that_git_lacks_are_told(project, repository):
    manifest = 'version = 1\ninclude = ["more.toml"]\n[store]\noriginals = "art"\n'
    project.write("docs/site/assetgen.toml", manifest)
    project.write("docs/site/more.toml", '[assets.cat]\nfile = "raw/cat.png"\noutputs = ["new.png"]\n')
    project.write("docs/site/raw/other.png", "")
    (project.path / "docs/site/raw/cat.png").write_bytes((project.path / "fox.png").read_bytes())
    project.write("docs/site/art/paid.png", "bytes that were paid for")
    done = project("build", "--all-projects", "--tracked", code=1)
    paths = ("art/paid.png", "more.toml", "new.png", "raw/cat.png")
    assert done.stderr.endswith(UNKNOWN.replace("2", "4") + " ".join(f"docs/site/{path}" for path in paths) + "\n")
    assert project("-C", "docs/site", "check", "--tracked", code=1).stderr.endswith(UNKNOWN.replace("2", "4") + " ".join(paths) + "\n")
    repository.run("add", *(f"docs/site/{path}" for path in paths))
    assert project("check", "--all-projects", "--tracked").stderr == ""
    repository.run("rm", "-q", "--cached", "assetgen.lock", "fox.png")
    assert project("check", "--tracked", code=1).stderr == f"{UNKNOWN}assetgen.lock fox.png\n"


ONE = UNKNOWN.replace("2 files of the project are", "1 file of the project is").replace("would have them", "would have it")


def test_files_that_git_ignores_are_told_as_well(project, repository):
    project.write("art/logo.png", "")
    (project.path / "art/logo.png").write_bytes((project.path / "fox.png").read_bytes())
    project.write("assetgen.toml", FOX + '[assets.logo]\nfile = "art/logo.png"\n')
    project.write(".gitignore", "/fixtures\nassetgen.lock\n/art\n/logo.png\n")
    repository.run("rm", "-q", "--cached", "assetgen.lock")
    done = project("build", "--tracked", code=1)
    assert done.stderr.endswith(UNKNOWN.replace("2", "3") + "-f art/logo.png assetgen.lock logo.png\n")
    repository.run("add", "-f", "art/logo.png", "assetgen.lock", "logo.png", "assetgen.toml")
    assert project("check", "--tracked").stderr == ""


def test_links_are_told_with_what_they_lead_to(project, repository):
    project.write("raw/logo.png", "")
    (project.path / "raw/logo.png").write_bytes((project.path / "fox.png").read_bytes())
    (project.path / "art").symlink_to("raw")
    (project.path / "mark.png").symlink_to("art/logo.png")
    project.write("assetgen.toml", FOX + '[assets.a]\nfile = "art/logo.png"\n[assets.b]\nfile = "mark.png"\n')
    project("build")
    repository.run("add", "assetgen.lock", "a.png", "b.png")
    assert project("check", "--tracked", code=1).stderr == f"{UNKNOWN.replace('2', '3')}art mark.png raw/logo.png\n"
    repository.run("add", "art", "mark.png")
    assert project("check", "--tracked", code=1).stderr == f"{ONE}raw/logo.png\n"
    repository.run("add", "raw/logo.png")
    assert project("check", "--tracked").stderr == ""


def test_files_of_a_repository_within_are_its_own_affair(project, repository, git):
    (project.path / "brand").mkdir()
    inner = git(project.path / "brand")
    (project.path / "brand/logo.png").write_bytes((project.path / "fox.png").read_bytes())
    inner.run("add", "-A")
    inner.run("commit", "-q", "-m", "logo")
    project.write("assetgen.toml", FOX + '[assets.logo]\nfile = "brand/logo.png"\n')
    project("build")
    repository.run("add", "assetgen.lock", "logo.png")
    assert project("check", "--tracked").stderr == ""


def test_outputs_that_are_not_committed_are_no_concern(project, repository):
    project.write("assetgen.toml", FOX.replace("[assets", "[project]\ncommit_outputs = false\n[assets"))
    project.write(".gitignore", "/fixtures\n/fox.png\n")
    repository.run("rm", "-q", "--cached", "fox.png")
    assert project("check", "--tracked").stderr == ""


# --- what git says of its own surroundings in a hook


def test_git_is_not_misled_by_its_own_hooks(project, repository, tmp_path, monkeypatch):
    """In a worktree git sets GIT_DIR, and would take any folder below for the top."""
    repository.run("worktree", "add", "-q", str(tmp_path / "tree"))
    monkeypatch.setenv("GIT_DIR", str(project.path / ".git/worktrees/tree"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "none"))
    site = tmp_path / "tree/docs/site"
    assert ours.paths(ours.run(site, "ls-files", "-z")) == ["assetgen.lock", "assetgen.toml", "cat.png"]
    assert project("-C", str(site), "check", "--all-projects", "--tracked").stdout == ".:\n1 asset is fresh\ndocs/site:\n1 asset is fresh\n"


# --- nothing to do


ANSWERED = "import sys; from assetgen import noop; sys.exit(not noop.answered(sys.argv[1:]))"


@pytest.fixture
def settled(project, repository, tmp_path):
    """The repository after a full look by a process of its own; calling it says what is answered without another one."""
    environ = clean_environment(tmp_path / "home")

    def python(*words):
        return subprocess.run([sys.executable, "-P", *words], cwd=project.path, env=environ, capture_output=True, text=True, check=False)

    def answered(*words):
        done = python("-c", ANSWERED, *words)
        return done.returncode == 0, done.stdout, done.stderr

    answered.by_program = lambda *words: python("-m", "assetgen", *words)
    assert answered.by_program(*HOOKS[0]).returncode == 0
    return answered


HOOKS = [("check", "--all-projects", "--tracked"), ("build", "--free", "--all-projects", "--tracked"), ("check", "--all-projects", "-q")]


def test_the_short_answer_is_the_long_one(project, settled):
    short = [(settled(*words), settled.by_program(*words)) for words in HOOKS]
    for words, (answer, program) in zip(HOOKS, short, strict=True):
        done = project(*words, "--no-cache")
        assert answer == (True, done.stdout, done.stderr)
        assert (program.returncode, program.stdout, program.stderr) == (0, done.stdout, done.stderr)


def _edited(project, _):
    project.write("docs/site/assetgen.toml", CAT.replace("a cat", "two cats"))


def _new_project(project, repository):
    project.write("new/assetgen.toml", FOX)
    repository.run("add", "new/assetgen.toml")


def _untracked_output(_, repository):
    repository.run("rm", "-q", "--cached", "fox.png")


def _edited_output(project, _):
    project.write("docs/site/cat.png", "mine")


def _no_index(project, _):
    (project.path / ".git/index").write_bytes(b"nonsense")


@pytest.mark.parametrize("deed", [_edited, _new_project, _untracked_output, _edited_output, _no_index])
def test_whatever_is_touched_needs_the_long_answer(project, repository, settled, deed):
    assert settled(*HOOKS[0])[0]
    deed(project, repository)
    assert settled(*HOOKS[0]) == (False, "", "")


def test_an_output_that_came_since_must_be_tracked(project, repository, settled):
    """Another command may have found all fresh meanwhile, and knows nothing of what git has."""
    project.write("assetgen.toml", FOX + 'outputs = ["fox.png", "fox.webp"]\n')
    project("build")
    assert settled.by_program("check").stdout == "1 asset is fresh\n"
    assert settled(*HOOKS[0])[0] is False
    assert project(*HOOKS[0], code=1).stderr == f"{ONE}fox.webp\n"


@pytest.mark.parametrize("words", [("check", "fox"), ("check", "--all-projects", "fox"), ("--all-projects",), ()])
def test_what_it_does_not_know_is_left_to_the_long_answer(words):
    assert noop.answered(list(words)) is False
