"""One lane of crash tests: a server, a driver and a folder of their own, so that several lanes run side by side."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.crash import project
from tests.crash.driver import HEAD_START, MAIN

ROOT = Path(__file__).parents[2]
CALLS = (
    *("openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "unlink", "unlinkat"),
    *("mkdir", "mkdirat", "connect", "sendto", "recvfrom", "close"),
)


class Lane:
    """Builds that are killed, one after the other, and what they should have made."""

    def __init__(self, folder):
        if shutil.which("strace") is None:
            pytest.fail("strace is not installed, and without it no crash can be tested: apt-get install strace")
        self.folder, self.root, self.base = folder, folder / "project", folder / "base"
        self.journal, self.log = folder / "accepted.jsonl", folder / "stderr.txt"
        folder.mkdir()
        environ = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        program = [sys.executable, "-m", "tests.servers", "openai", "--journal", str(self.journal), "--weight", "200000"]
        self._server = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT)
        self.env = project.environment(self._server.stdout.readline().strip(), folder)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self._driver = subprocess.Popen([sys.executable, "-m", "tests.crash.driver"], **(pipes | {"stderr": None}), env=environ, cwd=ROOT)
        self._prepare()

    def _prepare(self):
        """Build the base, and then the whole once without any disturbance."""
        project.write(self.base)
        assert self.ask("warm", root=str(self.base))["code"] == 0
        project.extend(self.base)
        self.fresh()
        assert self.ask("warm", root=str(self.root))["code"] == 0
        assert project.accepted(self.journal) == {"hero": 1, "scene": 1}
        self.outputs = {path: data.hex() for path, data in project.outputs(self.root).items()}
        self.lock = project.locked(self.root).decode()

    def close(self):
        for process in (self._driver, self._server):
            process.terminate()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def ask(self, do, **command):
        """Have the driver do something."""
        print(json.dumps({"do": do, "env": self.env, **command}), file=self._driver.stdin, flush=True)
        return json.loads(self._driver.stdout.readline())

    def fresh(self):
        """The project is in its base state, and nothing was bought."""
        project.copy(self.base, self.root)
        self.journal.unlink(missing_ok=True)

    def start(self, **options):
        """Fork a build; returns its process id."""
        return self.ask("start", root=str(self.root), log=str(self.log), **options)["pid"]

    def wait(self, pid):
        """The exit code of a build."""
        return self.ask("wait", pid=pid)["code"]

    def traced(self, *strace, **options):
        """A build from the base state under strace; returns its exit code."""
        self.fresh()
        pid = self.start(stop=True, **options)
        with tracing(pid, *strace):
            os.kill(pid, signal.SIGCONT)
            return self.wait(pid)

    def counts(self):
        """How often each thread of an undisturbed build makes each call, by (thread, call)."""
        trace = self.folder / "trace.txt"
        assert self.traced("-o", str(trace), "-e", "trace=" + ",".join(f"?{call}" for call in CALLS)) == 0
        threads, found = {}, Counter()
        for line in trace.read_text().splitlines():
            called = re.match(r"(\d+) +(\w+)\((.*)", line)
            if called is None:
                continue
            tid, call, rest = called.groups()
            name = re.match(r'-1, "<(?:assetgen-)?(\w+?)(?:_\d+)?>"', rest)
            if name is not None:
                threads[tid] = name[1]
            elif tid in threads:
                found[threads[tid], call] += 1
        assert all(count < HEAD_START for count in found.values())
        assert {thread for thread, _ in found} == {MAIN, "openai", "local"}
        return found

    def kill(self, thread, call, number):
        """A build that is killed before the thread's call of this number; returns its exit code, -9 where it came so far."""
        inject = f"inject={call}:signal=KILL:when={HEAD_START + number}"
        return self.traced("-o", os.devnull, "-e", f"trace={call}", "-e", inject, thread=thread, call=call)

    def judge(self):
        """What the driver's judge says of the project as it is; and nobody may be left in it."""
        found = self.ask("judge", root=str(self.root), journal=str(self.journal), outputs=self.outputs, lock=self.lock)
        return found


@contextlib.contextmanager
def tracing(pid, *options):
    """strace on a stopped process, from before it goes on until it and all its children have gone."""
    program = ["strace", "-f", "-p", str(pid), *options]
    with subprocess.Popen(program, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as strace:
        first = strace.stderr.readline()
        assert "attached" in first, first
        yield
        try:
            strace.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            strace.kill()
            raise AssertionError("a child of the killed build is still there after 10 seconds") from None
