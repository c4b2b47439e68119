"""TOML in: `parse` gives the values as `tomllib` would, `Locator` tells where in the text a value stands. Nothing here writes TOML."""

from assetgen.toml.locator import KeyPath, Locator, bare, dotted
from assetgen.toml.reader import parse

__all__ = ["KeyPath", "Locator", "bare", "dotted", "parse"]
