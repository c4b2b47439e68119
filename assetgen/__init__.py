"""A build tool for pictures that are made by image models. Its few public names are resolved lazily; nothing inside uses them."""

TYPE_CHECKING = False  # `typing` and `importlib` take longer to load than `assetgen check` takes where there is nothing to do
if TYPE_CHECKING:
    from assetgen.engine.build import build
    from assetgen.engine.outcome import Outcome, Result, Status
    from assetgen.engine.survey import survey
    from assetgen.errors import AssetgenError, FaultyFile
    from assetgen.plan.states import AssetPlan, Plan, Price, Reason, State

__version__ = "0.1.0"

__all__ = [
    "AssetPlan",
    "AssetgenError",
    "FaultyFile",
    "Outcome",
    "Plan",
    "Price",
    "Reason",
    "Result",
    "State",
    "Status",
    "__version__",
    "build",
    "survey",
]

_HOMES = {
    "build": "assetgen.engine.build",
    "survey": "assetgen.engine.survey",
    **dict.fromkeys(("Outcome", "Result", "Status"), "assetgen.engine.outcome"),
    **dict.fromkeys(("AssetPlan", "Plan", "Price", "Reason", "State"), "assetgen.plan.states"),
    **dict.fromkeys(("AssetgenError", "FaultyFile"), "assetgen.errors"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
