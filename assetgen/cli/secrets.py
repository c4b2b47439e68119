"""How a text loses the user's secrets before it is shown or logged, also while the project or the folder cannot be opened."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from assetgen.errors import AssetgenError
from assetgen.model import MANIFEST
from assetgen.settings import Settings


def redactor(start: Path) -> Callable[[str], str]:
    """A function that takes secrets out of a text; the settings are read when it is first called."""
    return lambda text: settings(start).redact(text)


def settings(start: Path) -> Settings:
    """The settings of the project at `start` or above; those of the environment alone where there is none, or where they are faulty."""
    try:
        return _loaded(start.resolve())
    except (AssetgenError, OSError, UnicodeError):
        return Settings((os.environ,))


@cache
def _loaded(start: Path) -> Settings:
    root = next((folder for folder in (start, *start.parents) if (folder / MANIFEST).is_file()), start)
    return Settings.load(root, os.environ)
