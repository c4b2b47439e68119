"""One lane of crash tests: a server, a driver and a folder of their own, so that several lanes run side by side."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
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
        program = [sys.executable, "-m", "tests.crash.driver"]
        self._driver = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

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

    def calls(self):
        """The calls of each thread of an undisturbed build, by (thread, call): their arguments and what they gave."""
        trace = self.folder / "trace.txt"
        assert self.traced("-y", "-o", str(trace), "-e", "trace=" + ",".join(f"?{call}" for call in CALLS)) == 0
        threads, found = {}, defaultdict(list)
        for line in trace.read_text().splitlines():
            called = re.match(r"(\d+) +(\w+)\((.*)", line)
            if called is None:
                continue
            tid, call, rest = called.groups()
            name = re.match(r'-1, "<(?:assetgen-)?(\w+?)(?:_\d+)?>"', rest)
            if name is not None:
                threads[tid] = name[1]
            elif tid in threads:
                found[threads[tid], call].append(rest)
        assert all(len(made) < HEAD_START for made in found.values())
        assert {thread for thread, _ in found} == {MAIN, "openai", "local"}
        return found

    def kill(self, thread, call, number):
        """A build that is killed before the thread's call of this number; returns its exit code, -9 where it came so far."""
        return self.tampered(thread, call, f"signal=KILL:when={HEAD_START + number}")

    def fail(self, thread, call, number, error, *, lasting):
        """A build in which the thread's call of this number fails, and all that follow where it lasts; returns its exit code."""
        return self.tampered(thread, call, f"error={error}:when={HEAD_START + number}{'+' * lasting}")

    def tampered(self, thread, call, how):
        """A build in which strace does something to a call of a thread."""
        return self.traced("-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{how}", thread=thread, call=call)

    def judge(self):
        """What the driver's judge says of the project as it is; and nobody may be left in it."""
        assert not self.left(), "a child of the killed build is still there after 5 seconds"
        return self.ask("judge", root=str(self.root), journal=str(self.journal), outputs=self.outputs, lock=self.lock)

    def left(self):
        """Whether a process still works in the project, after 5 seconds at most. Every build does, and its children with it."""
        end = time.monotonic() + 5
        while (found := _working_in(self.root)) and time.monotonic() < end:
            time.sleep(0.02)
        return found


@contextlib.contextmanager
def open_lanes(folder, count=2):
    """Some lanes, closed at the end."""
    with contextlib.ExitStack() as opened:
        yield [opened.enter_context(contextlib.closing(Lane(folder / f"lane{number}"))) for number in range(count)]


def share(lanes, cases, work):
    """Work through the cases on all lanes at once; the results of one lane after those of the other."""
    parts = [[] for _ in lanes]
    for part, case in zip(cycle(parts), cases, strict=False):
        part.append(case)
    with ThreadPoolExecutor(len(lanes)) as threads:
        done = [threads.submit(lambda lane, part: [work(lane, case) for case in part], *both) for both in zip(lanes, parts, strict=True)]
        return [result for one in done for result in one.result()]


def _working_in(folder):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder:
                found.append(process.name)
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
            raise AssertionError("a child of the build is still there after 10 seconds") from None
