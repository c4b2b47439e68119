"""The words of messages: TOML's names for types, quoted values, "did you mean", and our text for each kind of pydantic error."""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assetgen.toml import KeyPath

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a float"),
    (str, "a string"),
    (list, "an array"),
    (dict, "a table"),
    (dt.datetime, "a date with time"),
    (dt.date, "a date"),
    (dt.time, "a time"),
)
_EXPECTED = {
    "string_type": "a string",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "bool_type": "a boolean",
    "list_type": "an array",
    "tuple_type": "an array",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}
_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_SECRET = re.compile(
    r"(?:\w+[_-])?(?:api[_-]?key|api[_-]?token|token|secret|password|credentials?|authorization|base[_-]?url|endpoint|proxy)", re.IGNORECASE
)


class Wrong(Exception):
    """Something the user wrote is not right: what is so, the cure, and the path below the value that was looked at."""

    def __init__(self, message: str, *, hint: str = "", below: KeyPath = (), key: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.below = below
        self.key = key


def kind(value: object) -> str:
    """TOML's name for the type of a value, with its article."""
    return next((word for known, word in _KINDS if isinstance(value, known)), "something else")


def quoted(value: object) -> str:
    """A value as it is shown in a message: strings in double quotes, long ones cut."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}..."'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 2**63:
        return "an integer beyond 64 bits"
    return str(value) if isinstance(value, int | float) else kind(value)


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant; also where only letter case, "-" or "_" differ."""
    words = list(known)
    plain = {re.sub(r"[-_ ]", "", each).casefold(): each for each in words}
    exact = plain.get(re.sub(r"[-_ ]", "", word).casefold())
    near = difflib.get_close_matches(word[:100], words, n=1, cutoff=0.6)
    return exact or (near[0] if near else None)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint that names the closest known word, or else lists them (twelve at most), or else says `otherwise`."""
    words = sorted(known)
    if near := closest(word, words):
        return f'did you mean "{near}"?'
    if otherwise or not words:
        return otherwise
    rest = f" and {len(words) - 12} more" if len(words) > 12 else ""
    return "known are " + ", ".join(words[:12]) + rest


def unknown_key(key: str, known: Iterable[str]) -> Wrong:
    """What to say of a key that nobody knows; secrets get the place where they belong."""
    if _SECRET.fullmatch(key) and closest(key, known) is None:
        return secret(key)
    return Wrong(f'unknown key "{key}"', hint=did_you_mean(key, known), key=True)


def secret(key: str) -> Wrong:
    """What to say of a key that names a secret or an address."""
    message = f'"{key}" does not stand in a manifest: secrets and base URLs come from the environment'
    return Wrong(message, hint="put it into the environment, or into a git-ignored .env beside the manifest", key=True)


def is_secret(key: str) -> bool:
    """Whether a key names a secret or the address of a service."""
    return _SECRET.fullmatch(key) is not None


def of_errors(errors: Iterable[Mapping[str, Any]], data: object, known: Callable[[KeyPath], Iterable[str]]) -> list[Wrong]:
    """Our words for pydantic's `errors()` about `data`, one for each place: what the branches of a union expected is joined by "or"."""
    found: dict[KeyPath, Wrong] = {}
    for error in errors:
        path = _path(error, data)
        wrong = _of_error(error, known(path[:-1]))
        wrong.below = path
        if (first := found.setdefault(path, wrong)) is not wrong and first.message != wrong.message:
            one, _, rest = first.message.partition(", found ")
            if rest and wrong.message.startswith("expected ") and wrong.message.endswith(f", found {rest}"):
                first.message = f"{one} or {wrong.message.removeprefix('expected ')}"
    return list(found.values())


def _path(error: Mapping[str, Any], data: object) -> KeyPath:
    """The location in the user's data; pydantic's also names the branches of unions."""
    path: KeyPath = ()
    for step in error["loc"]:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int) and step < len(data)):
            data = data[step]
            path += (step,)
    return (*path, error["loc"][-1]) if error["type"] == "missing" else path


def _of_error(error: Mapping[str, Any], known: Iterable[str]) -> Wrong:
    type_, context, value = error["type"], error.get("ctx", {}), error["input"]
    if type_ == "extra_forbidden":
        return unknown_key(str(error["loc"][-1]), known)
    if type_ == "missing":
        return Wrong(f'"{error["loc"][-1]}" is missing', key=True)
    if type_ in _EXPECTED or type_ == "expected":
        found = quoted(value) if type_ == "finite_number" else kind(value)
        return Wrong(f"expected {_EXPECTED.get(type_, error['msg'])}, found {found}")
    if type_ == "literal_error":
        return _choice(value, re.findall(r"'([^']*)'|(\d+)", context["expected"]))
    if type_ in _LIMITS:
        name, word = _LIMITS[type_]
        bound = context[name]
        return Wrong(f"expected {word} {int(bound) if bound == int(bound) else bound}, found {quoted(value)}")
    return _length(type_, context, value)


def _length(type_: str, context: Mapping[str, Any], value: object) -> Wrong:
    if type_ in {"value_error", "assertion_error"}:
        return Wrong(str(context["error"]))
    if type_ == "string_too_short":
        return Wrong("expected text, found an empty string")
    if type_ in {"too_short", "too_long"} and isinstance(value, list | dict):
        word, count = ("at least", context["min_length"]) if type_ == "too_short" else ("at most", context["max_length"])
        return Wrong(f"expected {word} {count} {'entry' if count == 1 else 'entries'}, found {len(value)}")
    if type_ == "string_too_long" and isinstance(value, str):
        return Wrong(f"expected at most {context['max_length']} characters, found {len(value)}")
    return Wrong(f"{quoted(value)} is not valid here")


def _choice(value: object, found: list[tuple[str, str]]) -> Wrong:
    shown = [f'"{text}"' if text else number for text, number in found]
    near = closest(value, [text for text, _ in found if text]) if isinstance(value, str) else None
    expected = " or ".join(shown) if len(shown) < 3 else "one of " + ", ".join(shown)
    return Wrong(f"expected {expected}, found {quoted(value)}", hint=f'did you mean "{near}"?' if near else "")
