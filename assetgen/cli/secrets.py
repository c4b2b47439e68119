"""How a text loses the user's secrets before it is shown or logged, also while the project cannot be opened."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from assetgen.errors import AssetgenError
from assetgen.model import MANIFEST
from assetgen.settings import Settings


def redactor(start: Path) -> Callable[[str], str]:
    """A function that takes secrets out of a text; the settings are read when it is first called."""
    return lambda text: settings(start.resolve()).redact(text)


@cache
def settings(start: Path) -> Settings:
    """The settings of the project at `start` or above; those of the environment alone where there is none, or where they are faulty."""
    root = next((folder for folder in (start, *start.parents) if (folder / MANIFEST).is_file()), start)
    try:
        return Settings.load(root, os.environ)
    except (AssetgenError, OSError):
        return Settings((os.environ,))
