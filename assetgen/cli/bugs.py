"""Where the traceback of a bug goes: a file beside the store, or the folder of temporary files. Never onto the terminal."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from assetgen.errors import AssetgenError
from assetgen.model import MANIFEST
from assetgen.store import location


def keep(text: str, start: Path, redact: Callable[[str], str]) -> Path:
    """Write a log; returns its path."""
    name = f"bug-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in _folders(start):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
                log.write(redact(text))
            return path
    return Path(os.devnull)


def _folders(start: Path) -> list[Path]:
    last = Path(tempfile.gettempdir()) / "assetgen"
    with suppress(AssetgenError, OSError, UnicodeError):
        here = start.resolve()
        root = next((folder for folder in (here, *here.parents) if (folder / MANIFEST).is_file()), None)
        return [location.home(root) / "logs", last] if root is not None else [last]
    return [last]
