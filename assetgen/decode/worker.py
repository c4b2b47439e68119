"""One child process that decodes: started when first asked, ended by its pid, replaced after a crash. Knows no picture format."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

import PIL

from assetgen.errors import AssetgenError
from assetgen.model import Json

_BOOT = "import sys; sys.path[:0] = sys.argv[3:]; from assetgen.decode.child import main; main(int(sys.argv[1]), int(sys.argv[2]))"
_ROOTS = tuple(dict.fromkeys(str(folder) for folder in (Path(__file__).parents[2], Path(next(iter(PIL.__path__))).parent)))
_KEPT = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_LONGEST_ANSWER = 1 << 16
_LONGEST_BODY = 1 << 29


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Address space of a child in bytes, processor seconds and wall-clock seconds for each picture; 0 is no limit (not for `wall`)."""

    memory: int = 2 << 30
    cpu: int = 20
    wall: float = 120


class Died(AssetgenError):
    """The child ended before it answered. `again` is true where the picture may not be the cause."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


class Worker:
    """A child that answers one question at a time. Not for two threads at once; `close` may come from any."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        return self._process.pid if self._process else None

    def ask(self, request: dict[str, Json], data: bytes) -> dict[str, Json]:
        """The child's answer, as `fetch`."""
        return self.fetch(request, data)[0]

    def fetch(self, request: dict[str, Json], data: bytes) -> tuple[dict[str, Json], bytes]:
        """The child's answer, and the bytes that came with it.

        Raises `Died` where it ended instead, and `AssetgenError` where it can't even start.
        """
        process = self._running()
        late = False

        def expire() -> None:
            nonlocal late
            late = True
            process.kill()

        timer = Timer(self._limits.wall, expire)
        timer.daemon = True
        timer.start()
        found: tuple[dict[str, Json], bytes] | None = None
        try:
            found = self._exchange(process, json.dumps(request | {"length": len(data)}).encode() + b"\n", data)
        finally:
            timer.cancel()
            if found is None:
                self.close()
        if found is None:
            raise self._obituary(process, late=late)
        if found[0].get("fault") == "memory":
            self.close()
        return found

    def close(self) -> None:
        """End the child and wait for it."""
        process, self._process, self._ready = self._process, None, False
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is not None:
            self.close()
        if self._process is None:
            # No key and no setting of the user's reaches the decoder; a session of its own keeps Ctrl-C from it, so that a
            # picture that was paid for is still verified while the build winds down.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BOOT, str(self._limits.memory), str(self._limits.cpu), *_ROOTS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                start_new_session=True,
            )
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], head: bytes, data: bytes) -> tuple[dict[str, Json], bytes] | None:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(head)
            process.stdin.write(data)
            process.stdin.flush()
        except (OSError, ValueError):
            # The child has gone; whether it was ever ready is still in its stdout. ValueError: `close` came from another thread.
            pass
        try:
            if not self._ready:
                self._ready = process.stdout.readline(_LONGEST_ANSWER) == b'{"ready": true}\n'
            line = process.stdout.readline(_LONGEST_ANSWER)
            answer = json.loads(line) if line.endswith(b"\n") else None
            body = self._body(answer, process.stdout)
        except (OSError, ValueError):
            return None
        if not self._ready and process.wait() > 0:
            self.close()
            raise AssetgenError("the decoding process does not start", hint="python -c 'import PIL.Image'")
        return (answer, body) if isinstance(answer, dict) and body is not None else None

    def _body(self, answer: object, source: IO[bytes]) -> bytes | None:
        """The bytes that follow an answer; None where they are cut short."""
        length = answer.get("length", 0) if isinstance(answer, dict) else 0
        if not isinstance(length, int) or not 0 <= length <= _LONGEST_BODY:
            return None
        body = source.read(length)
        return body if len(body) == length else None

    def _obituary(self, process: subprocess.Popen[bytes], *, late: bool) -> Died:
        process.kill()
        code = process.wait()
        if late:
            return Died(f"decoding took longer than {self._limits.wall:g} seconds", again=False)
        if os.name == "posix" and code == -signal.SIGXCPU:
            return Died(f"decoding took more than {self._limits.cpu} seconds of processor time", again=False)
        return Died(f"decoding ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}", again=True)
