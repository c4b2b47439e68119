"""The commands by name, with the line that `assetgen --help` shows for each. Imports nothing, so that help is instant."""

from collections.abc import Mapping
from types import MappingProxyType

SECTIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Build": {
            "init": "Write a manifest to begin with.",
            "build": "Make what is stale, and only that.",
            "status": "Show the state of every asset.",
            "plan": "Show what a build would do, and for how much.",
            "apply": "Do exactly what a reviewed plan says.",
            "check": "Exit 1 for anything that is not fresh.",
            "lint": "Show what a careful colleague would say.",
        },
        "Design": {
            "watch": "Build what every save touches; hold what costs money.",
            "preview": "Show all pictures on a page.",
        },
        "Explain": {
            "why": "Show what made an asset stale, field by field.",
            "diff": "Compare the prompt with what the provider made of it.",
            "verify": "Compare files with the lock, byte by byte.",
            "graph": "Show which asset is made from which.",
            "cost": "Show the money spent.",
        },
        "Decide": {
            "pick": "Choose among candidates.",
            "accept": "Take an asset as it is.",
            "adopt": "Make a picture that is there an original.",
            "import": "Hand in a picture made by hand.",
            "jobs": "Show paid jobs in flight, and resolve lost ones.",
            "migrate": "Move assets from one model to another.",
        },
        "Look up": {
            "models": "List models, or recommend one.",
            "styles": "List styles.",
            "providers": "List providers, and whether a key is set.",
            "doctor": "Show what this machine has, and what the project lacks.",
            "schema": "Print a JSON Schema.",
        },
        "Keep in order": {
            "lock": "Merge, format or explain the lock.",
            "store": "Show or verify the store.",
            "clean": "Remove files of removed assets and outputs.",
            "gc": "Remove objects that no lock needs.",
            "completion": "Print a script for your shell.",
        },
    }
)

SUMMARIES: Mapping[str, str] = {name: line for section in SECTIONS.values() for name, line in section.items()}


def module(name: str) -> str:
    """The module of a command; a keyword of Python has an underscore behind it."""
    return f"assetgen.cli.{name}_" if name == "import" else f"assetgen.cli.{name}"
