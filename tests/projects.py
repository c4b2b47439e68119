"""Projects made quickly, and built against a real OpenAI server on loopback. The engine is driven through its own front door."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from assetgen.engine.build import Options, run
from assetgen.engine.pools import Patience
from assetgen.engine.survey import look
from assetgen.journal import Journal
from assetgen.ledger import Ledger
from assetgen.plan.facts import Choices
from assetgen.store import location
from assetgen.store.local import Store
from tests.servers import KEY, OpenAIServer

PATIENCE = Patience(attempts=3, base=0.01, longest=2.0)
ROOT = Path(__file__).parent.parent
HERO = '[assets.hero]\nprompt = "a red fox"\n'
# Small outputs are quick; a model with a price in the catalog and no seed.
HEAD = """\
version = 1

[defaults]
model = "gpt-image-2"
size = "1024x1024"
post = [{ op = "resize", width = 64 }]

"""
# Builds, and dies by SIGKILL at the first event of this name, or when this action starts. More words are assets to regenerate.
KILLED = """
import os, signal, sys
from decimal import Decimal
from assetgen.engine.build import Options, run
action = sys.argv[1]
def notify(event):
    if type(event).__name__ == "Started" and event.action == action or type(event).__name__ == action:
        os.kill(os.getpid(), signal.SIGKILL)
run(".", Options(max_cost=Decimal(5), regenerate=tuple(sys.argv[2:])), notify)
"""


@dataclass
class Workshop:
    """One project and the server it asks. `told` are the events of all builds."""

    path: Path
    server: OpenAIServer
    environ: dict = field(default_factory=dict)
    told: list = field(default_factory=list)
    processes: list = field(default_factory=list)

    def write(self, text, head=HEAD):
        """The manifest: `text` after the defaults above."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "assetgen.toml").write_text(head + text)
        return self

    def edit(self, old, new):
        text = (self.path / "assetgen.toml").read_text()
        assert old in text
        (self.path / "assetgen.toml").write_text(text.replace(old, new))

    def build(self, *names, patience=PATIENCE, confirm=None, environ=None, **options):
        """Build, with 5 USD to spend unless the options say otherwise."""
        given = Options(names=names, **({"max_cost": Decimal(5)} | options))
        return run(self.path, given, self.told.append, confirm=confirm, environ=self.env(environ), patience=patience)

    def env(self, more=None):
        return os.environ | self.environ | {"OPENAI_BASE_URL": self.server.base_url, "OPENAI_API_KEY": KEY} | (more or {})

    def plan(self, **choices):
        with look(self.path, choices=Choices(**choices), environ=self.env()) as seen:
            return seen.plan

    def state(self, name="hero", **choices):
        """The state of an asset and the codes of its reasons, in one line."""
        planned = self.plan(**choices).assets[name]
        return " ".join([planned.state.value, *(reason.code for reason in planned.reasons)])

    def states(self, **choices):
        return {name: planned.state.value for name, planned in self.plan(**choices).assets.items()}

    @property
    def asked(self):
        """How many requests the server has seen."""
        return len(self.server.requests)

    @property
    def home(self):
        return location.home(self.path.resolve())

    @property
    def store(self):
        return Store(self.home)

    @property
    def rows(self):
        return Journal(self.home).rows()

    @property
    def ledger(self):
        return Ledger(self.home).entries()

    @property
    def lock(self):
        return (self.path / "assetgen.lock").read_text()

    def locked(self):
        """The blocks of the lock."""
        with look(self.path, environ=self.env()) as seen:
            return seen.lock

    def start(self, script, *words):
        """Run a script in a process of its own, in the project's folder."""
        return self.spawn("-c", script, *words)

    def spawn(self, *words):
        """Run Python in the project's folder."""
        env = self.env({"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"})
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, *words], cwd=self.path, env=env, stdout=pipe, stderr=pipe, text=True)
        self.processes.append(process)
        return process

    def close(self):
        """End what a failing test left running."""
        for process in self.processes:
            with process:
                process.kill()


def results(outcome):
    """What became of each asset, in words."""
    return {name: result.status.value for name, result in outcome.results.items()}


def until(condition, seconds=20):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)
