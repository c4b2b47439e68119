"""How a text loses the user's secrets before it is shown or logged, also while the project or the folder cannot be opened.

A command that stays (`watch`, `preview`) reads them anew when `.env` or the user's configuration changes, and forgets none.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from assetgen import userconfig
from assetgen.errors import AssetgenError
from assetgen.files import Numbers, numbers
from assetgen.model import MANIFEST
from assetgen.settings import Settings

_Stamp: TypeAlias = tuple[Numbers | None, ...]


class _Redactor:
    """Every secret that was ever seen. Several threads may ask at once: what one of them reads twice does no harm."""

    def __init__(self, start: Path) -> None:
        self._start = start
        self._files: tuple[Path, ...] = ()
        self._known: tuple[_Stamp, Settings] | None = None

    def __call__(self, text: str) -> str:
        now, known = self._stamp(), self._known
        if known is None or known[0] != now:
            before = known[1].secrets() if known is not None else ()
            values = {*before, *settings(self._start).secrets()}
            known = now, Settings(({f"SECRET_{number}": value for number, value in enumerate(values)},))
            self._known = known
        return known[1].redact(text)

    def _stamp(self) -> _Stamp:
        """What is another one once somebody has written to one of the files."""
        # Where they lie is found out once: this is asked for every text.
        with suppress(OSError):
            self._files = self._files or (_root(self._start) / ".env", userconfig.place(os.environ))
        return tuple(map(_numbers, self._files))


def redactor(start: Path) -> Callable[[str], str]:
    """A function that takes secrets out of a text; the settings are read when it is first called."""
    return _Redactor(start)


def settings(start: Path) -> Settings:
    """The settings of the project at `start` or above; those of the environment alone where there is none, or where they are faulty."""
    try:
        return Settings.load(_root(start), os.environ)
    except (AssetgenError, OSError, UnicodeError):
        return Settings((os.environ,))


def _root(start: Path) -> Path:
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / MANIFEST).is_file()), start)


def _numbers(file: Path) -> Numbers | None:
    try:
        return numbers(file.stat())
    except OSError:
        return None
