"""The reference page of the ops and of the output formats, from their signatures and tables. Pure text."""

from collections.abc import Iterable, Mapping
from typing import Any

from assetgen.post import Op
from assetgen.post.formats import FORMATS, SETTINGS

_BOUNDS = (("minimum", "from"), ("exclusiveMinimum", "over"), ("maximum", "to"), ("exclusiveMaximum", "under"))

_KINDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text", "array": "list"}


def reference(ops: Iterable[Op]) -> str:
    """Markdown with a section for each op, in the order of their names: parameters, types, ranges, defaults."""
    return "\n\n".join(_section(op) for op in sorted(ops, key=lambda op: op.name)) + "\n"


def formats() -> str:
    """Markdown with a table of the output formats, their settings and the defaults."""
    rows = [
        f"| {known.name} | `{setting}` | {SETTINGS[setting]} | {_value(default)} |"
        for known in FORMATS.values()
        for setting, default in (known.defaults or {"": None}).items()
        if setting
    ]
    return "\n".join(["| format | setting | value | default |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _section(op: Op) -> str:
    schema = op.model.model_json_schema()
    required = set(schema.get("required", ()))
    head = f"## {op.name}\n\n{op.summary}"
    if not schema["properties"]:
        return f"{head}\n\nNo parameters."
    rows = [
        f"| `{name}` | {_type(part, is_file=name in op.files)} | {_default(part, name in required)} | {part.get('description', '')} |"
        for name, part in schema["properties"].items()
    ]
    return "\n".join([head, "", "| parameter | value | default | |", "| --- | --- | --- | --- |", *rows])


def _type(part: Mapping[str, Any], *, is_file: bool) -> str:
    bounds = "".join(f" {word} {part[key]:g}" for key, word in _BOUNDS if key in part)
    match part:
        case {"anyOf": options}:
            shown = " or ".join(_type(option, is_file=is_file) for option in options if option.get("type") != "null")
        case _ if is_file:
            shown = "path of a file"
        case {"enum": values}:
            shown = ", ".join(_value(value) for value in values)
        case {"format": "color"}:
            shown = "colour"
        case {"type": "array", "items": item, "maxItems": count}:
            shown = f"list of {count}: {_type(item, is_file=False)}"
        case {"type": str(kind)}:
            shown = _KINDS.get(kind, kind) + bounds
        case _:
            shown = ""
    return shown


def _default(part: Mapping[str, Any], needed: bool) -> str:  # noqa: FBT001 - read with its column's title
    if needed:
        return "required"
    return "" if part.get("default") is None else _value(part["default"])


def _value(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"
