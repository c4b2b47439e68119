"""The manifest: from the TOML files of a project to resolved assets. It does no I/O; files are handed in."""

from assetgen.manifest.loading import load
from assetgen.manifest.vocabulary import Files, Vocabulary

__all__ = ["Files", "Vocabulary", "load"]
