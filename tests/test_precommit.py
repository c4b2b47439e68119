"""The real pre-commit, with our hooks from a clone of this project, in repositories of its users."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import hooks
from tests.bench import hooks as bench

PROGRAM = Path(sys.executable).parent / "pre-commit"
FOX = 'version = 1\n[assets.fox]\nprompt = "a fox"\nsize = "16x16"\n'
PAID = '[assets.hero]\nprompt = "a hero"\nmodel = "gpt-image-2"\nsize = "1024x1024"\n'


@dataclass
class Repository:
    """A user's repository, and how its hooks are run."""

    path: Path
    environ: dict

    def git(self, *words, code=0):
        done = subprocess.run(["git", *words], cwd=self.path, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def hook(self, name, *words, code=0):
        command = [PROGRAM, "run", name, "--color", "never", *words]
        done = subprocess.run(command, cwd=self.path, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def write(self, path, text):
        full = self.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)

    def read(self, path):
        return (self.path / path).read_text()


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A project with hooks from a clone, and the environment they are installed in: once for all tests, in however many processes."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if hooks.several() else base) / "pre-commit-hooks"
    with hooks.once(shared) as first:
        if first:
            (shared / "commit").parent.mkdir()
            (shared / "commit").write_text(hooks.clone(shared / "clone"))
            hooks.packages(shared / "site")
            (shared / "home").mkdir()
        commit, environ = (shared / "commit").read_text(), hooks.environment(shared / "home", shared / "site")
        if first:
            _begin(Repository(shared / "begun", environ), shared / "clone", commit)
    return shared / "begun", environ


def _begin(made, clone, commit):
    """A project whose lock is true, with all three hooks, and nothing left to commit."""
    made.path.mkdir()
    made.git("init", "-q", "-b", "main")
    made.write(".pre-commit-config.yaml", hooks.configuration(clone, commit, "assetgen-check", "assetgen-lint", "assetgen-build"))
    made.write("assetgen.toml", FOX)
    made.git("add", "-A")
    made.hook("assetgen-build", code=1)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "one")


@pytest.fixture
def repository(installed, tmp_path):
    """A copy of that project."""
    begun, environ = installed
    shutil.copytree(begun, tmp_path / "repository")
    return Repository(tmp_path / "repository", environ)


def failed(name, code, *lines):
    return "\n".join(
        [f"{name}{'.' * (73 - len(name))}Failed", f"- hook id: {name.partition(' (')[0].replace(' ', '-')}", *code, "", *lines, "", ""]
    )


BUILD = "assetgen build (free work only)"
EXIT = ("- exit code: 1",)
CHANGED = ("- files were modified by this hook",)


def test_a_true_lock_passes_every_hook_and_is_committed(repository):
    done = subprocess.run(
        [PROGRAM, "run", "-a", "--color=never"], cwd=repository.path, env=repository.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"{name}{'.' * (73 - len(name))}Passed" for name in ("assetgen check", "assetgen lint", BUILD)]
    subprocess.run([PROGRAM, "install"], cwd=repository.path, env=repository.environ, capture_output=True, check=True)
    repository.write("README.md", "more\n")
    repository.git("add", "-A")
    assert "assetgen check" in repository.git("commit", "-m", "two")
    assert repository.git("status", "--porcelain") == ""


def test_a_stale_lock_is_refused_with_what_is_stale_and_nothing_is_mended(repository):
    subprocess.run([PROGRAM, "install"], cwd=repository.path, env=repository.environ, capture_output=True, check=True)
    repository.write("assetgen.toml", FOX.replace("a fox", "two foxes"))
    lock = repository.read("assetgen.lock")
    expected = failed("assetgen check", EXIT, "generate  fox  free  prompt changed", "1 asset: 1 to generate")
    repository.git("add", "-A")
    assert repository.hook("assetgen-check", code=1) == expected
    assert repository.read("assetgen.lock") == lock
    assert repository.git("diff", "--name-only") == ""
    assert expected.splitlines()[4] in repository.git("commit", "-m", "two", code=1)


def test_a_deleted_output_and_a_fault_are_seen_although_no_file_is_handed_on(repository):
    repository.git("rm", "-q", "fox.png")
    assert '"fox.png" is missing' in repository.hook("assetgen-check", code=1)
    repository.write("assetgen.toml", FOX.replace("prompt", "prmpt"))
    repository.git("add", "-A")
    for name in ("assetgen-check", "assetgen-lint"):
        assert 'assetgen.toml:3:1: error: assets.fox.prmpt: unknown key "prmpt"' in repository.hook(name, code=1)


def test_free_work_is_done_and_told_as_a_change_of_files(repository):
    repository.write("assetgen.toml", FOX.replace("16x16", "32x32"))
    repository.git("add", "-A")
    assert repository.hook("assetgen-build", code=1) == failed(BUILD, CHANGED, "generated fox  fox.png", "1 asset: 1 generated")
    assert repository.git("diff", "--name-only").split() == ["assetgen.lock", "fox.png"]
    repository.git("add", "-A")
    assert repository.hook("assetgen-build").endswith("Passed\n")


def test_an_output_that_git_does_not_know_fails_with_what_to_add(repository):
    repository.write("assetgen.toml", FOX + 'outputs = ["fox.png", "fox.webp"]\n')
    repository.git("add", "-A")
    told = ("error: 1 file of the project is not in git, and no clone would have it", "hint: git add fox.webp")
    first = repository.hook("assetgen-build", code=1)
    assert first == failed(BUILD, (*EXIT, *CHANGED), "finished  fox  fox.webp", "1 asset: 1 finished", *told)
    repository.git("add", "-u")
    assert repository.hook("assetgen-check", code=1) == failed("assetgen check", EXIT, "1 asset is fresh", *told)
    repository.git("add", "fox.webp")
    assert repository.hook("assetgen-check").endswith("Passed\n")


def test_what_costs_money_is_left_alone_and_refused(repository):
    repository.write("assetgen.toml", FOX.replace("a fox", "two foxes") + PAID)
    repository.git("add", "-A")
    said = repository.hook("assetgen-build", code=1)
    assert "generated fox  fox.png" in said
    assert "hero" in said
    assert "[assets.hero" not in repository.read("assetgen.lock")
    repository.git("add", "-A")
    left = repository.hook("assetgen-build", code=1)
    assert "files were modified" not in left
    assert "hero" in left


def test_several_projects_one_of_them_in_a_subfolder(repository):
    repository.write("docs/assetgen.toml", FOX.replace("fox", "cat"))
    repository.git("add", "-A")
    lines = (".:", "1 asset is fresh", "docs:", "generate  cat  free  never generated", "1 asset: 1 to generate")
    said = repository.hook("assetgen-check", code=1)
    assert said.startswith(failed("assetgen check", EXIT, *lines).rstrip("\n"))
    repository.hook("assetgen-build", code=1)
    repository.git("add", "-A")
    assert Repository(repository.path / "docs", repository.environ).hook("assetgen-check").endswith("Passed\n")


def test_staged_and_unstaged_changes(repository):
    """pre-commit puts aside what is not staged: only what will be committed counts."""
    repository.write("assetgen.toml", FOX.replace("a fox", "two foxes"))
    assert "Passed\n" in repository.hook("assetgen-check")
    assert "two foxes" in repository.read("assetgen.toml")
    repository.git("add", "assetgen.toml")
    repository.write("assetgen.toml", FOX)
    assert "prompt changed" in repository.hook("assetgen-check", code=1)
    assert repository.read("assetgen.toml") == FOX


def test_a_worktree(repository, tmp_path):
    repository.write("site/assetgen.toml", FOX)
    repository.git("add", "-A")
    repository.hook("assetgen-build", code=1)
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "site")
    subprocess.run([PROGRAM, "install"], cwd=repository.path, env=repository.environ, capture_output=True, check=True)
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"))
    tree = Repository(tmp_path / "tree", repository.environ)
    tree.write("README.md", "more\n")
    tree.git("add", "-A")
    assert "assetgen check" in tree.git("commit", "-m", "two")
    tree.write("site/assetgen.toml", FOX.replace("a fox", "two foxes"))
    assert "generate  fox  free  prompt changed" in tree.git("commit", "-am", "three", code=1)
    assert repository.read("site/assetgen.toml") == FOX


def test_a_repository_without_a_project(repository):
    repository.git("rm", "-q", "assetgen.toml", "assetgen.lock", "fox.png")
    for name in ("assetgen-check", "assetgen-lint", "assetgen-build"):
        assert repository.hook(name).endswith("Passed\n")


def test_the_benchmark_is_called_as_it_says():
    (module,) = re.findall(r"`python -m (\S+) \[ASSETS\]`", bench.__doc__)
    assert module == bench.__name__, "what runs all of them takes no numbers"
