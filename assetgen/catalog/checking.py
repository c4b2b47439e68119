"""Whether `params` of the manifest are ones the model takes. A likely slip is an error, a name nobody here knows is a warning."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from assetgen.catalog.entries import Model, Param
from assetgen.model import Json

NAMES = {"string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false", "list": "a list"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One parameter the model will not take, or perhaps not: providers add parameters faster than a catalog learns them."""

    param: str
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"


def check_params(model: Model, params: Mapping[str, Json], provider: str | None = None) -> list[Problem]:
    """Every problem with the parameters, in their order."""
    known = model.params_at(provider)
    judged = {name: value for name, value in params.items() if name in known} if model.free_params else params
    return problems(model.id, known, judged)


def problems(name: str, known: Mapping[str, Param], params: Mapping[str, Json]) -> list[Problem]:
    """Every problem with the parameters of what is called `name`, which takes those in `known`."""
    found = [_unknown(name, known, param) if param not in known else _wrong(known[param], param, value) for param, value in params.items()]
    return [problem for problem in found if problem is not None]


def _unknown(model: str, known: Mapping[str, Param], name: str) -> Problem:
    if close := get_close_matches(name, known, n=1, cutoff=0.75):
        return Problem(param=name, message=f'"{model}" has no parameter "{name}"', hint=f'did you mean "{close[0]}"?')
    hint = f"known parameters: {', '.join(known)}" if known else ""
    return Problem(param=name, message=f'"{model}" is not known to have a parameter "{name}"', hint=hint, severity="warning")


def _wrong(param: Param, name: str, value: Json) -> Problem | None:
    if not _is(param, value):
        return Problem(param=name, message=f'"{name}" must be {NAMES[param.type]}, not {_toml(value)}')
    if param.choices and value not in param.choices:
        close = get_close_matches(str(value), map(str, param.choices), n=1)
        hint = f'did you mean "{close[0]}"?' if close else f"one of {', '.join(_toml(choice) for choice in param.choices)}"
        return Problem(param=name, message=f'"{name}" can\'t be {_toml(value)}', hint=hint)
    if isinstance(value, int | float) and ((param.min is not None and value < param.min) or (param.max is not None and value > param.max)):
        return Problem(param=name, message=f'"{name}" can\'t be {_toml(value)}', hint=_range(param))
    return None


def _is(param: Param, value: Json) -> bool:
    match param.type:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "list":
            return isinstance(value, list)


def _range(param: Param) -> str:
    if param.max is None:
        return f"{param.min:g} or more"
    return f"{param.max:g} or less" if param.min is None else f"{param.min:g} to {param.max:g}"


def _toml(value: Json) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return str(value)
