"""A process that imports everything once and forks a child for each build; run as `python -m tests.crash.driver`.

A line of JSON on stdin is a command, a line on stdout its answer. strace counts calls for each thread, and the first thread that comes to
the number dies: a build is told which thread is meant, and that one makes `HEAD_START` calls in vain before it begins.
"""

import ctypes
import json
import os
import signal
import sys
import threading
import time
import traceback
from decimal import Decimal
from pathlib import Path

from assetgen.engine.build import Options, run
from assetgen.engine.pools import Patience
from assetgen.errors import AssetgenError, of_system
from tests.crash.judge import judge

HEAD_START = 5000
MAIN = "main"
_LIBC = ctypes.CDLL(None)
_ANY_TRACER = 0x59616D61  # PR_SET_PTRACER: some systems let a process trace its own children only
_NOTHING = {
    "openat": ("open", b"", 0),
    "write": ("write", -1, 0, 0),
    "pwrite64": ("pwrite", -1, 0, 0, 0),
    "fsync": ("fsync", -1),
    "fdatasync": ("fdatasync", -1),
    "ftruncate": ("ftruncate", -1, 0),
    "rename": ("rename", b"", b""),
    "renameat": ("renameat", -1, b"", -1, b""),
    "unlink": ("unlink", b""),
    "unlinkat": ("unlinkat", -1, b"", 0),
    "mkdir": ("mkdir", b"", 0),
    "mkdirat": ("mkdirat", -1, b"", 0),
    "connect": ("connect", -1, 0, 0),
    "sendto": ("send", -1, 0, 0, 0),
    "recvfrom": ("recv", -1, 0, 0, 0),
    "close": ("close", -1),
}


def build(root, env, *, jobs=1):
    """One build as the command line would do it; returns the exit code."""
    try:
        options = Options(max_cost=Decimal(5), jobs=jobs)
        outcome = run(root, options, lambda _: None, environ=env, patience=Patience(base=0.01))
    except (AssetgenError, OSError) as error:
        _say(of_system(error) if isinstance(error, OSError) else error.message)
        return getattr(error, "exit_code", 1)
    for result in outcome.results.values():
        if result.message:
            _say(f"{result.asset}: {result.message}")
    return outcome.exit_code


def _say(line):
    """A line on stderr, which `write` may not reach any more."""
    os.writev(2, [f"{line}\n".encode()])


def start(command):
    """Fork a build. With `stop` it waits for SIGCONT before it does anything."""
    child = os.fork()
    if child == 0:
        _as_child(lambda: _build(command))
    if command["stop"]:
        os.waitpid(child, os.WUNTRACED)
    return {"pid": child}


def wait(command):
    """Wait for a build; the answer is its exit code, or the signal that ended it as a negative number."""
    return {"code": os.waitstatus_to_exitcode(os.waitpid(command["pid"], 0)[1])}


def decide(command):
    """Fork a child that judges what a build left."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _as_child(lambda: _judge(command, writing))
    os.close(writing)
    with os.fdopen(reading) as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    return json.loads(answer)


def warm(command):
    """Build here, so that what is imported or cached on the way is there in every child."""
    code = build(command["root"], command["env"])
    while threading.active_count() > 1:
        time.sleep(0.01)
    return {"code": code}


def _build(command):
    os.chdir(command["root"])
    with open(command["log"], "wb") as log:  # noqa: PTH123 - becomes the child's stderr
        os.dup2(log.fileno(), 2)
    threading.setprofile(lambda *_: _head_start(threading.current_thread().name, command))
    if command["stop"]:
        _LIBC.prctl(_ANY_TRACER, -1)
        os.kill(os.getpid(), signal.SIGSTOP)
    _head_start(MAIN, command)
    return build(command["root"], command["env"], jobs=command.get("jobs", 1))


def _head_start(thread, command):
    """The first thing that a thread does. In a trace, a write to nowhere tells its name."""
    sys.setprofile(None)
    _LIBC.write(-1, f"<{thread}>".encode(), len(thread) + 2)
    if command.get("thread") and command["thread"] in thread:
        function, *arguments = _NOTHING[command["call"]]
        for _ in range(HEAD_START - (command["call"] == "write")):
            getattr(_LIBC, function)(*arguments)


def _judge(command, writing):
    os.environ.update(command["env"])
    try:
        found = judge(Path(command["root"]), command, lambda: build(command["root"], command["env"]))
    except Exception:  # noqa: BLE001 - what the judge stumbles over is a fault of the project
        found = {"faults": [traceback.format_exc()], "unknown": 0}
    with os.fdopen(writing, "w") as answer:
        answer.write(json.dumps(found))
    return 0


def _as_child(work):
    code = 3
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - a child must never go on as the driver
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def main():
    """Answer until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    commands = {"start": start, "wait": wait, "judge": decide, "warm": warm}
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(commands[command["do"]](command)), file=answers)


if __name__ == "__main__":
    main()
