"""Fixtures that many tests share: real git repositories, and projects that are driven through the real command."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.projects import Workshop
from tests.servers import serve_openai
from tests.tiny import Bench

IDENTITY = {
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.org",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass
class Repository:
    path: Path

    def run(self, *words):
        done = subprocess.run(["git", *words], cwd=self.path, env=os.environ | IDENTITY, capture_output=True, text=True, check=True)
        return done.stdout


@pytest.fixture
def git():
    def make(path):
        path.mkdir(parents=True, exist_ok=True)
        repository = Repository(path)
        repository.run("init", "-q", "-b", "main")
        return repository

    return make


@dataclass
class Shell:
    """Runs `assetgen` as a user does, in a clean environment."""

    path: Path
    env: dict

    def __call__(self, *words, code=0, **env):
        done = self.raw(*words, **env)
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def raw(self, *words, **env):
        return subprocess.run(
            [sys.executable, "-m", "assetgen", *words],
            cwd=self.path,
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def write(self, path, text):
        full = self.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)
        return full


def clean_environment(home):
    """What a fresh machine has: a home, a path, no key and no CI."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    root = str(Path(__file__).parent.parent)
    return kept | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "PYTHONPATH": root, "PYTHONWARNINGS": "error"}


@pytest.fixture
def project(tmp_path):
    folder, home = tmp_path / "project", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    return Shell(folder, clean_environment(home))


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A project folder, and a server that it may ask, in a clean environment."""
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "ASSETGEN_", "GITHUB_", "CI_"))] + ["CI"]:
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    with serve_openai() as server:
        made = Workshop(tmp_path / "project", server)
        yield made
        made.close()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Pipelines with tiny random weights: `tiny("flux")` is the folder of one, made when it is first asked for. Not to be written to."""
    with Bench(tmp_path_factory.mktemp("tiny")) as bench:
        yield bench
