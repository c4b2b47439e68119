"""Runs the action as GitHub would, with the real `act` on this machine: the action from a copy of the checkout, the actions that it uses by
stand-ins, pip without a network."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
STAND_INS = Path(__file__).parent
SHIPPED = ("assetgen", "action.yml", "pyproject.toml", "README.md", "LICENSE", "docs/changelog.md", "schema")
ACTION = "assetgen/assetgen@v1"


@dataclass(kw_only=True)
class Ran:
    """One run of a workflow: its exit code, what was printed, and what the stand-ins were asked for."""

    code: int
    text: str
    asked: list

    @property
    def annotations(self):
        """The annotations that the service would show, as they were printed."""
        return [line[line.index("::") :] for line in self.text.splitlines() if re.search(r"::(error|warning|notice) ", line)]

    @property
    def summaries(self):
        """The summaries of the steps. act tells them, some twice, and empties the file behind each step."""
        return list(dict.fromkeys(re.findall(r"Summary - (.*?\n)(?=\[)", self.text, re.DOTALL)))


@dataclass(kw_only=True)
class Runner:
    """A repository on a service of ours. Caches and artifacts outlive a run, as they do there; work trees do not."""

    folder: Path
    repository: Path
    environ: dict
    attempts: Iterator[int] = field(default_factory=lambda: count(1))

    @cached_property
    def action(self):
        """The checkout as it would be published: no virtual environment, nothing that git ignores."""
        made = self.folder / "action"
        listed = subprocess.run(
            ["git", "ls-files", "-coz", "--exclude-standard", "--", *SHIPPED], cwd=ROOT, check=True, capture_output=True
        )
        for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
            if (ROOT / name).is_file():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, made / name)
        return made

    @cached_property
    def stand_ins(self):
        """The folder that the stand-ins write to; its python is the one of this test."""
        made = self.folder / "stand-ins"
        (made / "bin").mkdir(parents=True)
        python = made / "bin/python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        return made

    @property
    def replaced(self):
        """What act shall not fetch."""
        used = {step["uses"] for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"] if "uses" in step}
        names = {f"{'/'.join(use.partition('@')[0].split('/')[:2])}@{use.partition('@')[2]}" for use in used}
        return {ACTION: self.action} | {name: STAND_INS / name.partition("@")[0].partition("/")[2] for name in sorted(names)}

    def __call__(self, event, payload, *, job):
        """Let an event happen; returns how its job ended."""
        (self.folder / "event.json").write_text(json.dumps(payload))
        log = self.stand_ins / "log"
        log.write_text("")
        environ = {
            "STAND_INS": str(self.stand_ins),
            "TERM": "dumb",
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as: no isolation
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "GITHUB_RUN_ATTEMPT": str(next(self.attempts)),
            **self.environ,
        }
        words = [shutil.which("act", path=Path(sys.executable).parent) or "act", event, "-j", job, "-e", str(self.folder / "event.json")]
        words += ["-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--cache-server-addr", "127.0.0.1"]
        words += [word for name, path in self.replaced.items() for word in ("--local-repository", f"{name}={path}")]
        words += [word for name, value in environ.items() for word in ("--env", f"{name}={value}")]
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
        (self.folder / "home").mkdir(exist_ok=True)
        done = subprocess.run(
            words, cwd=self.repository, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return Ran(code=done.returncode, text=done.stdout, asked=log.read_text().splitlines())
