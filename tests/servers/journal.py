"""The provider's own record of what it was asked and what it accepted: the witness that no client can talk away."""

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """One request. `accepted`: the provider did the work and charges for it, whatever became of the answer."""

    path: str
    accepted: bool
    fault: str
    fields: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)


class Journal:
    """In memory, and accepted requests also as lines of a file: each is durable before its answer leaves."""

    def __init__(self, path=None):
        self.seen: list[Seen] = []
        self._path = Path(path) if path else None
        self._lock = threading.Lock()

    def note(self, seen):
        with self._lock:
            self.seen.append(seen)
            if seen.accepted and self._path is not None:
                line = {
                    "path": seen.path,
                    "fault": seen.fault,
                    "fields": seen.fields,
                    "files": {name: len(parts) for name, parts in seen.files.items()},
                }
                with self._path.open("a") as out:
                    out.write(json.dumps(line, sort_keys=True) + "\n")
                    out.flush()
                    os.fsync(out.fileno())
