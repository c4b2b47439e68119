"""A process that keeps one model loaded: started when first asked, ended by its pid, replaced after it died. Knows no library.

Whatever becomes of the process is an answer for the asset that was asked for, and never the end of the build.
"""

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, TypeAlias

from assetgen.errors import BadAnswer, ProviderFailure, Unavailable
from assetgen.providers.diffusers import frames
from assetgen.providers.failures import plain

Frame: TypeAlias = "tuple[dict[str, Any], list[bytes]] | None"

STOPPED = "stopped before the picture was done"


class Killed(BadAnswer):
    """The system has ended the child, which is what it does where memory runs out."""


_MODULE = "assetgen.providers.diffusers.child"
_TICK = 0.2
_TAIL = 4096
# How long a worker may take to leave the step it is in, once it was told to stop.
_GRACE = 10.0


class Worker:
    """One child. Not for two threads at once; `close` may come from any."""

    def __init__(self, label: str, environ: Mapping[str, str]) -> None:
        self.label = label
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._said: IO[bytes] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._process.pid if self._process else None

    def ask(
        self,
        head: Mapping[str, Any],
        blobs: Sequence[bytes],
        *,
        progress: Callable[[float | None, str], None],
        cancelled: Callable[[], bool],
    ) -> tuple[dict[str, Any], list[bytes]]:
        """The answer to one request. Raises Unavailable where it was stopped, and BadAnswer where the child ended instead."""
        process = self._running(progress)
        assert process.stdin
        with suppress(OSError):
            frames.write(process.stdin, dict(head), blobs)
        told: float | None = None
        while True:
            if told is None and cancelled():
                told = time.monotonic()
                with suppress(OSError):
                    frames.write(process.stdin, {"do": "stop"})
            elif told is not None and time.monotonic() - told > _GRACE:
                # It does not listen: its model has to be loaded again.
                process.kill()
            try:
                frame = self._frames.get(timeout=_TICK)
            except queue.Empty:
                continue
            if frame is None:
                raise self._obituary(process, stopped=told is not None)
            if frame[0].get("told") != "progress":
                return frame
            if told is None:
                progress(frame[0]["fraction"], frame[0]["text"])

    def close(self) -> None:
        """End the child and wait for it; there is no more asking."""
        self._closed = True
        self.end()

    def end(self) -> None:
        """End the child and wait for it; the next request starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        with suppress(OSError):
            assert process.stdin
            process.stdin.close()
        if self._said is not None:
            self._said.close()

    def _running(self, progress: Callable[[float | None, str], None]) -> subprocess.Popen[bytes]:
        if self._closed:
            raise Unavailable(f'"{self.label}" is not drawn with any more: the build ends')
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.end()
        progress(None, f'starting the process that draws with "{self.label}"')
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        # A session of its own keeps Ctrl-C from it, and -P a module of the project's folder out of it.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=dict(self._environ),
            start_new_session=True,
        )
        self._process, self._frames = process, queue.SimpleQueue()
        assert process.stdout
        threading.Thread(target=_listen, args=(process.stdout, self._frames), daemon=True).start()
        return process

    def _obituary(self, process: subprocess.Popen[bytes], *, stopped: bool) -> ProviderFailure:
        # A child whose channel is closed is of no use, also where it still runs.
        closed = self._closed or stopped
        code = process.poll() if not closed else None
        if code is None and not closed:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=_GRACE)
        last = plain(_last_line(self._said))
        self.end()
        if closed:
            return Unavailable(STOPPED)
        if code in (-9, 137):
            text = f'out of memory: the system ended the process that draws with "{self.label}" (signal 9)'
            return Killed(text, hint="a smaller size, or assetgen doctor")
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return BadAnswer(f'the process that draws with "{self.label}" ended with {how}' + (f": {last}" if last else ""))


class Workers:
    """The workers of one provider by model. At most `most` are kept: the one that has been idle longest makes room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: dict[str, Worker] = {}
        self._busy: dict[str, Worker] = {}
        self._change = threading.Condition()
        self._closed = False

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of all that run, by model."""
        with self._change:
            return {key: worker.pid for key, worker in (self._idle | self._busy).items() if worker.pid is not None}

    def take(self, key: str, make: Callable[[], Worker]) -> Worker:
        """The worker of a model, for this thread alone; waits until it is free, or there is room for a new one."""
        with self._change:
            self._change.wait_for(lambda: self._closed or (key not in self._busy and len(self._busy) < self._most))
            if self._closed:
                raise Unavailable("the build ends")
            worker = self._idle.pop(key, None)
            if worker is None:
                while len(self._idle) + len(self._busy) >= self._most:
                    self._idle.pop(next(iter(self._idle))).close()
                worker = make()
            self._busy[key] = worker
            return worker

    def give(self, key: str) -> None:
        """Put a worker back."""
        with self._change:
            worker = self._busy.pop(key, None)
            if worker is not None and not self._closed:
                self._idle[key] = worker
            self._change.notify_all()

    def close(self) -> None:
        """End all."""
        with self._change:
            self._closed = True
            workers = [*self._idle.values(), *self._busy.values()]
            self._idle.clear()
            self._change.notify_all()
        for worker in workers:
            worker.close()


def environment(redact: Callable[[str], str], *, cache: str, online: bool) -> dict[str, str]:
    """The environment of a worker: this process's, without the user's secrets, and with the libraries told to keep to themselves."""
    own = {name: value for name, value in os.environ.items() if redact(value) == value and name != "PYTHONWARNINGS"}
    if online and "HF_TOKEN" in os.environ:
        own["HF_TOKEN"] = os.environ["HF_TOKEN"]
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONWARNINGS": "ignore", "PYTHONIOENCODING": "utf-8"}
    return own | quiet | {"HF_HUB_CACHE": cache, "HF_HUB_OFFLINE": "0" if online else "1"}


def _listen(source: IO[bytes], found: "queue.SimpleQueue[Frame]") -> None:
    """Put every frame of a child into a queue, and None at its end."""
    with source:
        while True:
            try:
                frame = frames.read(source)
            except (OSError, ValueError):
                frame = None
            found.put(frame)
            if frame is None:
                return


def _last_line(said: IO[bytes] | None) -> str:
    if said is None:
        return ""
    with suppress(OSError, ValueError):
        said.seek(max(0, said.seek(0, os.SEEK_END) - _TAIL))
        lines = said.read().decode(errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""
