"""One build at a time per project. The lock dies with its process; beside it lies who holds it, for those who wait."""

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from assetgen import digest
from assetgen.errors import Busy
from assetgen.store import atomic, location
from assetgen.store.held import held

PATIENCE = 300.0
_SHOW_AFTER = 1.0
_NAME = re.compile(r"[0-9a-f]{16}")


@contextlib.contextmanager
def hold(home: Path, root: Path, waiting: Callable[[str], None], *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the project at `root`. `waiting` is told who has it after a second; raises Busy after `patience` seconds."""
    location.make(home)
    folder = home / "locks"
    folder.mkdir(exist_ok=True)
    name = digest.of_bytes(str(root).encode())[:16]
    lock = FileLock(folder / name)
    card = folder / f"{name}.json"
    _acquire(lock, card, waiting, patience)
    try:
        atomic.write(card, json.dumps({"pid": os.getpid(), "since": time.strftime("%H:%M:%S")}).encode())
        yield
    finally:
        card.unlink(missing_ok=True)
        lock.release()


def busy(home: Path, root: Path) -> bool:
    """Whether somebody holds the project at `root`."""
    return held(home / "locks" / digest.of_bytes(str(root).encode())[:16])


def alone(home: Path, root: Path) -> bool:
    """Whether nobody holds another project of this store (worktrees of one repository share it)."""
    own = digest.of_bytes(str(root).encode())[:16]
    return not any(held(path) for path in (home / "locks").iterdir() if path.name != own and _NAME.fullmatch(path.name))


def _acquire(lock: FileLock, card: Path, waiting: Callable[[str], None], patience: float) -> None:
    with contextlib.suppress(Timeout):
        lock.acquire(timeout=min(_SHOW_AFTER, patience))
        return
    waiting(_holder(card))
    try:
        lock.acquire(timeout=max(0.0, patience - _SHOW_AFTER))
    except Timeout:
        raise Busy(f"another build ({_holder(card)}) holds the project: {card.parent}", hint="wait for it, or stop it") from None


def _holder(card: Path) -> str:
    try:
        facts = json.loads(card.read_bytes())
        return f"process {facts['pid']}, since {facts['since']}"
    except (OSError, ValueError, KeyError):
        return "an unknown process"
