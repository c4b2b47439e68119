"""The files of a project with some of them as they would be: for reading a manifest anew before anything is written."""

from collections.abc import Mapping

from assetgen.files import Project


class Overlaid:
    """What a manifest is read from (`assetgen.manifest.Files`). `changed` are new contents by path."""

    def __init__(self, project: Project, changed: Mapping[str, bytes]) -> None:
        self._project = project
        self._changed = changed

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._changed[path] if path in self._changed else self._project.read(path)

    def glob(self, pattern: str) -> list[str]:
        """The files that match; what would change is there already."""
        return self._project.glob(pattern)
