"""Pipelines with tiny random weights, in diffusers' folder layout: real architectures and real formats, a megabyte each.

They are made by a process of its own (`python -m tests.tiny FOLDER`), so that the tests' own never imports torch. The same name gives
the same bytes every time.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


class Bench:
    """Makes each pipeline when it is first asked for: `bench("flux")` is its folder, `bench("flux-lora")` a file."""

    def __init__(self, folder):
        self.folder = folder
        self.made = {}
        self.process = None
        self.stack = ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stack.close()

    def __call__(self, name):
        if name not in self.made:
            self.made[name] = self._make(name)
        return self.made[name]

    def _make(self, name):
        process = self.process or self._start()
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        answer = process.stdout.readline().rstrip("\n")
        assert answer, f'"{name}" was not made: exit {process.wait()}, see stderr'
        return Path(answer)

    def _start(self):
        words = [sys.executable, "-m", "tests.tiny", str(self.folder)]
        env = os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
        pipe = subprocess.PIPE
        self.process = self.stack.enter_context(subprocess.Popen(words, cwd=ROOT, env=env, stdin=pipe, stdout=pipe, text=True))
        return self.process


def build(folder, *names):
    """Make the named pipelines in a folder; where each of them lies, by its name."""
    with Bench(folder) as bench:
        return {name: bench(name) for name in names}
