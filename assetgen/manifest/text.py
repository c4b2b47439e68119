"""Placeholders: `{name}` in a text of the manifest, `{{` and `}}` for braces that are meant."""

import re
from collections.abc import Mapping
from typing import Any

from assetgen.manifest.words import Wrong, did_you_mean

RESERVED = frozenset({"name", "prompt", "width", "height", "format"})
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[^\W\d][\w-]*")
_NO_REASONS: Mapping[str, str] = {}


def render(template: str, scope: Mapping[str, str], reasons: Mapping[str, str] = _NO_REASONS) -> str:
    """The text with every placeholder filled in, once; raises `Wrong` for unknown ones and for single braces.

    `reasons` holds hints for names that exist but have no value here.
    """
    if "{" not in template and "}" not in template:
        return template

    def fill(found: re.Match[str]) -> str:
        whole, name = found[0], found[1]
        if whole in {"{{", "}}"}:
            return whole[0]
        if name is None:
            raise _single(whole)
        if name in scope:
            return scope[name]
        if name in reasons:
            raise Wrong(f'"{whole}" has no value here', hint=reasons[name])
        meant = f'write "{{{whole}}}" if the braces are meant'
        raise Wrong(f'"{whole}" is not known here', hint=did_you_mean(name, scope, meant) if _NAME.fullmatch(name) else meant)

    return _BRACES.sub(fill, template)


def check_syntax(template: str) -> None:
    """Raise `Wrong` for a single brace, whatever the names are."""
    for found in _BRACES.finditer(template):
        if found[0] in {"{", "}"}:
            raise _single(found[0])


def _single(brace: str) -> Wrong:
    return Wrong(f'a single "{brace}" in the text', hint=f'write "{brace * 2}" for a brace that is meant')


def render_all(value: Any, scope: Mapping[str, str]) -> Any:  # noqa: ANN401 -- any value of TOML goes in and comes out
    """A copy with the strings in it rendered; raises `Wrong` that tells which one could not be."""
    match value:
        case str():
            return render(value, scope)
        case dict() | list():
            items = value.items() if isinstance(value, dict) else enumerate(value)
            done: dict[Any, Any] = {}
            for step, item in items:
                try:
                    done[step] = render_all(item, scope)
                except Wrong as wrong:
                    wrong.below = (step, *wrong.below)
                    raise
            return done if isinstance(value, dict) else list(done.values())
        case _:
            return value


def check_names(table: Mapping[str, Any], what: str) -> list[Wrong]:
    """What is wrong with the names of a table of variables or of a matrix."""
    found = []
    for name in table:
        if name in RESERVED:
            found.append(Wrong(f'"{name}" is a name assetgen fills in itself', hint="choose another name", below=(name,), key=True))
        elif not _NAME.fullmatch(name):
            hint = "letters, digits, - and _, beginning with a letter"
            found.append(Wrong(f'"{name}" cannot be the name of {what}', hint=hint, below=(name,), key=True))
    return found
