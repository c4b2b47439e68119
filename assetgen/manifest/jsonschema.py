"""The JSON Schema of the manifest, for editors (taplo and others): draft 7, made from the grammar and the signatures of the ops."""

from collections.abc import Iterable, Mapping
from typing import Any

from assetgen.manifest import schema
from assetgen.manifest.styles import BUILT_IN
from assetgen.manifest.vocabulary import Vocabulary
from assetgen.post import Op
from assetgen.post.formats import FORMATS, SUFFIXES

_STEP = {"$ref": "#/definitions/step"}


def manifest_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """A schema with every key, its type, range and description. It allows what the manifest allows, and somewhat more.

    `{name}` placeholders, names of styles and models, and rules that concern two keys are left to the loader.
    """
    made = _inlined(schema.document().json_schema())
    names = {
        "model": _known(vocabulary.models),
        "use": _known(vocabulary.models),
        "draft": _known(vocabulary.models),
        "provider": _known(vocabulary.providers),
        "via": {"items": _known(vocabulary.providers)},
        "style": {"anyOf": [_known(BUILT_IN), {"type": "array", "items": _known(BUILT_IN)}]},
        "post": {"items": _STEP},
        "format": {"enum": sorted({*FORMATS, *SUFFIXES})},
        "formats": {"items": {"enum": sorted({*FORMATS, *SUFFIXES})}},
    }
    _fill(made, names)
    steps = [_step(name, vocabulary.ops[name]) for name in sorted(vocabulary.ops)]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "assetgen.toml",
        **made,
        "definitions": {"step": {"description": "One step of post-processing.", "type": "object", "oneOf": steps}},
    }


def _known(names: Iterable[str]) -> dict[str, Any]:
    """Any text; an editor completes the known ones."""
    return {"anyOf": [{"enum": sorted(names)}, {"type": "string", "minLength": 1}]}


def _fill(node: object, names: Mapping[str, dict[str, Any]]) -> None:
    """Put what only the vocabulary knows into the properties of these names, wherever they are."""
    if isinstance(node, dict):
        for name, added in names.items():
            given = node.get("properties", {}).get(name)
            if isinstance(given, dict):
                for key in {"type", "anyOf", "oneOf", "minLength"} & given.keys() if {"anyOf", "enum"} & added.keys() else ():
                    del given[key]
                given.update(added)
        for value in node.values():
            _fill(value, names)
    elif isinstance(node, list):
        for value in node:
            _fill(value, names)


def _step(name: str, op: Op) -> dict[str, Any]:
    """The table `{ op = "name", ... }`."""
    params = _inlined(op.model.model_json_schema())
    return {
        "type": "object",
        "description": op.summary,
        "properties": {"op": {"const": name, "description": op.summary}, **params.get("properties", {})},
        "required": ["op", *params.get("required", [])],
        "additionalProperties": False,
    }


def _inlined(made: dict[str, Any]) -> dict[str, Any]:
    """Without references, whose descriptions many readers drop, and without titles, which only repeat the keys."""
    definitions = made.pop("$defs", {})

    def walk(node: Any, *, named: bool = False) -> Any:  # noqa: ANN401 -- any JSON
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            target = definitions[node["$ref"].rpartition("/")[2]]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return {key: walk(value, named=key == "properties" and not named) for key, value in node.items() if named or key != "title"}

    result: dict[str, Any] = walk(made)
    return result
