"""Runs the command line in this very process, for tests that would spend most of their time starting Python."""

import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from assetgen.cli.app import run
from tests.conftest import IDENTITY


@dataclass
class Quick:
    """As `tests.conftest.Shell`: a folder, in which a command is called and must end with a code."""

    path: Path
    capsys: object

    def __call__(self, *words, code=0):
        self.capsys.readouterr()
        os.chdir(self.path)
        ended, said = run(words), self.capsys.readouterr()
        assert ended == code, f"exit {ended}\n{said.out}\n{said.err}"
        return SimpleNamespace(stdout=said.out, stderr=said.err)

    def write(self, path, text):
        full = self.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)
        return full


def quick(tmp_path, monkeypatch, capsys):
    """A project folder that the process is in, of a user without configuration."""
    folder, home = tmp_path / "project", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "ASSETGEN_", "GIT_"))] + ["CI"]:
        monkeypatch.delenv(name, raising=False)
    for name, value in IDENTITY.items() | {("HOME", str(home)), ("XDG_CONFIG_HOME", str(home))}:
        monkeypatch.setenv(name, value)
    return Quick(folder, capsys)


def committed(project, git, manifest):
    """The project of this manifest, built and committed."""
    made = git(project.path)
    project.write("assetgen.toml", manifest)
    project("build")
    made.run("add", "-A")
    made.run("commit", "-q", "-m", "one")
    return made
