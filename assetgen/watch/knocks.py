"""Folders under watch, by the system's own means. Says only that something in them was touched; what it was, a look at the files tells."""

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from watchdog import events
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from assetgen.errors import AssetgenError, of_system
from assetgen.store.atomic import TEMP

# Reading a file is no news: left out here, the system does not even tell of it.
_NEWS: list[type[FileSystemEvent]] = [
    *(DirCreatedEvent, DirDeletedEvent, DirMovedEvent),
    *(FileCreatedEvent, FileModifiedEvent, FileDeletedEvent, FileMovedEvent, FileClosedEvent),
    # Another owner or mode, which older versions tell as a modification, where at all.
    *(getattr(events, name) for name in ("FileAttribEvent", "DirAttribEvent") if hasattr(events, name)),
]
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Knock:
    """Something in a watched folder was touched; `gone` is the folder itself where it was removed."""

    gone: Path | None = None


class Unheard(AssetgenError):
    """A folder that the system does not let us listen at."""

    def __init__(self, folder: Path, error: OSError) -> None:
        hint = "sysctl fs.inotify.max_user_watches fs.inotify.max_user_instances tells how many this machine allows"
        if isinstance(error, PermissionError):
            hint = f"chmod u+rx {shlex.quote(str(folder))}"
        super().__init__(f'"{folder}" cannot be watched: {of_system(error)}', hint=hint)
        self.folder = folder


class Knocks(FileSystemEventHandler):
    """`heard` is called in a thread of the observer's. Everything else is for the one owner."""

    def __init__(self, heard: Callable[[Knock], None]) -> None:
        self._heard = heard
        self._watched: dict[Path, tuple[ObservedWatch, tuple[int, int]]] = {}
        self._observer = Observer()
        self._observer.start()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog."""
        names = [PurePath(os.fsdecode(path)).name for path in (event.src_path, event.dest_path) if path]
        if any(not name.startswith(TEMP) for name in names):
            self._heard(Knock(Path(os.fsdecode(event.src_path)) if isinstance(event, DirDeletedEvent) else None))

    def lost(self, folder: Path) -> None:
        """A folder was removed: whatever comes in its place has to be watched anew."""
        found = self._watched.pop(folder, None)
        if found is not None:
            self._observer.unschedule(found[0])

    def follow(self, folders: Callable[[], frozenset[Path]]) -> Unheard | None:
        """Watch these folders and no others. They are asked for again until they stay: one may appear while the others are begun with.

        Returns what is wrong with the first one that cannot be watched; the others are.
        """
        wrong: list[Unheard] = []
        for _ in range(_ROUNDS):
            wanted = folders()
            for folder in [known for known in self._watched if known not in wanted or _identity(known) != self._watched[known][1]]:
                self.lost(folder)
            new = [folder for folder in sorted(wanted) if folder not in self._watched]
            wrong = [error for error in map(self._begin, new) if error is not None]
            if not new or wrong:
                break
        return wrong[0] if wrong else None

    def close(self) -> None:
        """Watch no more."""
        self._observer.stop()
        self._observer.join()

    def _begin(self, folder: Path) -> Unheard | None:
        identity = _identity(folder)
        if identity is None:
            return None
        try:
            watch = self._observer.schedule(self, str(folder), event_filter=_NEWS)
        except FileNotFoundError:
            return None
        except OSError as error:
            return Unheard(folder, error)
        self._watched[folder] = (watch, identity)
        return None


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder this is, whatever its name."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
