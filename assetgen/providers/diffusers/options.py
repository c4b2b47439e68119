"""`[providers.diffusers]` of the user's configuration: folders outside of the project, the device, and limits. Read and judged here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeAlias, get_args

from assetgen.errors import UsageError
from assetgen.model import Json
from assetgen.providers.diffusers.placement import GB, MODES, Mode, Precision

TABLE = "providers.diffusers"
# Keys of the same table that others read.
_OTHERS = ("concurrency", "requests_per_minute")

_PETABYTE = 1_000_000

Rule: TypeAlias = Callable[[Json], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`models`, `controls` and `loras` name folders or files of this machine. `memory` is in bytes: for the model and its pictures.

    `device` is torch's name for it ("cuda:1"). `placement` and `precision` overrule what would be chosen. `workers` is how many models
    are kept loaded. Nothing is downloaded unless `download` is true.
    """

    models: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, str] = field(default_factory=dict)
    loras: Mapping[str, str] = field(default_factory=dict)
    device: str | None = None
    memory: int | None = None
    placement: Mode | None = None
    precision: Precision | None = None
    download: bool = False
    workers: int = 1


def options(table: Mapping[str, Json]) -> Options:
    """The table as a value. Raises UsageError for the first key that is wrong."""
    given: dict[str, Any] = {}
    for key, value in table.items():
        if key in _OTHERS:
            continue
        rule = _RULES.get(key)
        if rule is None:
            near = get_close_matches(key, _RULES, 1)
            raise UsageError(f'{TABLE} has no key "{key}"', hint=f'did you mean "{near[0]}"?' if near else f"one of {', '.join(_RULES)}")
        wrong = rule(value)
        if wrong:
            raise UsageError(f"{TABLE}.{key} must be {wrong}", hint=_EXAMPLES[key])
        given[key] = int(value * GB) if key == "memory" and isinstance(value, int | float) else value
    return Options(**given)


def _paths(value: Json) -> str:
    good = isinstance(value, dict) and all(isinstance(path, str) and path for path in value.values())
    return "" if good else "a table of paths"


def _device(value: Json) -> str:
    good = isinstance(value, str) and value.partition(":")[0] in {"cpu", "cuda", "mps", "xpu"}
    return "" if good else 'a device of torch, such as "cuda:0" or "cpu"'


def _size(value: Json) -> str:
    # A petabyte is beyond every machine, and what is larger still (or infinite) is beyond what a limit can be set to.
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _PETABYTE
    return "" if good else f"a number of GB above 0, and at most {_PETABYTE}"


def _one_of(*choices: str) -> Rule:
    return lambda value: "" if value in choices else f"one of {', '.join(choices)}"


def _flag(value: Json) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _count(value: Json) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "a whole number above 0"


_RULES: Mapping[str, Rule] = {
    "models": _paths,
    "controls": _paths,
    "loras": _paths,
    "device": _device,
    "memory": _size,
    "placement": _one_of(*MODES),
    "precision": _one_of(*get_args(Precision)),
    "download": _flag,
    "workers": _count,
}
_EXAMPLES: Mapping[str, str] = {
    "models": 'models = { "flux-dev" = "/data/flux" }',
    "controls": 'controls = { "canny" = "/data/flux-canny" }',
    "loras": 'loras = { "paper" = "/data/paper.safetensors" }',
    "device": 'device = "cuda:0"',
    "memory": "memory = 12",
    "placement": 'placement = "model-offload"',
    "precision": 'precision = "bfloat16"',
    "download": "download = true",
    "workers": "workers = 1",
}
