"""Runs the command line inside the test's own process: as `project` does, without the time that a start takes."""

import os
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from assetgen.cli.app import run


@dataclass
class Inside:
    """A folder, and the command line in it. A clean environment is the fixture's affair."""

    path: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture

    def __call__(self, *words, code=0):
        self.monkeypatch.chdir(self.path)
        self.capsys.readouterr()
        ended = run(words)
        out, err = self.capsys.readouterr()
        assert ended == code, f"exit {ended}\n{out}\n{err}"
        return SimpleNamespace(stdout=out, stderr=err)

    def write(self, path, text):
        full = self.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)


def clean(monkeypatch, home):
    """No key, no service, no configuration of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "ASSETGEN_", "GITHUB_", "CI_")) or name == "CI":
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
