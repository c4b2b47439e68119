"""The grammar of one file, applied: faults in our words, and a document from which the faulty values are gone."""

import math
from collections.abc import Iterable

from pydantic import ValidationError

from assetgen.manifest import schema
from assetgen.manifest.source import Faults, Source
from assetgen.manifest.words import Wrong, is_secret, kind, of_errors, quoted, secret
from assetgen.toml import KeyPath

_NAMED = ("assets", "styles", "models")
_ROOT_ONLY = ("project", "policy", "store", "watch")


def check(source: Source, faults: Faults, *, root: bool) -> None:
    """Report what the grammar does not allow, and take it out of `source.data`."""
    data = source.data
    _check_version(source, faults, root=root)
    if not root:
        for name in _ROOT_ONLY:
            if name in data:
                del data[name]
                faults.add(source, (name,), Wrong(f'"{name}" belongs into the root manifest', hint="move it to assetgen.toml", key=True))
    try:
        schema.document().validate_python(data)
    except ValidationError as error:
        wrongs = of_errors(error.errors(include_url=False), data, _known)
        for wrong in wrongs:
            faults.add(source, (), _with_cure(wrong))
        for wrong in wrongs:
            _take_out(source, wrong.below)


def check_plain(value: object, below: KeyPath = ()) -> Iterable[Wrong]:
    """What cannot be a parameter: dates, numbers that are none or too large for others to read, and secrets."""
    match value:
        case bool() | str():
            pass
        case int() if not -(2**63) <= value < 2**63:
            yield Wrong("expected an integer of 64 bits, found a larger one", below=below)
        case float() if not math.isfinite(value):
            yield Wrong(f"expected a finite number, found {value}", below=below)
        case int() | float():
            pass
        case dict():
            for key, item in value.items():
                if is_secret(key):
                    wrong = secret(key)
                    wrong.below = (*below, key)
                    yield wrong
                else:
                    yield from check_plain(item, (*below, key))
        case list():
            for index, item in enumerate(value):
                yield from check_plain(item, (*below, index))
        case _:
            yield Wrong(f"{kind(value)} cannot be a parameter", hint="write it as a string, in quotes", below=below)


def _check_version(source: Source, faults: Faults, *, root: bool) -> None:
    version = source.data.get("version")
    if version is None:
        if root:
            faults.add(source, (), Wrong('"version" is missing', hint="version = 1"))
    elif type(version) is int and version != 1:
        hint = "a newer assetgen may read it" if version > 1 else "version = 1"
        faults.add(source, ("version",), Wrong(f"this assetgen reads version 1, found {quoted(version)}", hint=hint))
        del source.data["version"]
    elif type(version) is not int:
        faults.add(source, ("version",), Wrong(f"expected 1, found {quoted(version)}", hint="version = 1"))
        del source.data["version"]


def _known(table: KeyPath) -> Iterable[str]:
    """The keys of the table at a path."""
    if not table:
        return schema.Document.__annotations__.keys()
    if "outputs" in table[1:]:
        return schema.OutputTable.__annotations__.keys()
    if table[-1] == "expect":
        return schema.ExpectTable.__annotations__.keys()
    inner = next((word for word in reversed(table) if word in schema.INNER), None)
    if inner is not None and len(table) > 2:
        return schema.INNER[str(inner)].__annotations__.keys()
    return schema.TABLES[str(table[0])].__annotations__.keys() if table[0] in schema.TABLES else ()


def _with_cure(wrong: Wrong) -> Wrong:
    """Add the hints that need to know which field it is."""
    if not wrong.hint and wrong.below[-1:] == ("seed",) and wrong.message.startswith("expected at least 0"):
        wrong.hint = "leave seed out to let the provider choose"
    if not wrong.hint and wrong.message == '"path" is missing':
        wrong.hint = '{ path = "hero.webp", quality = 80 }'
    return wrong


def _take_out(source: Source, path: KeyPath) -> None:
    """Remove the smallest part that can be left out: a field of an asset, a style or a model, or of another table."""
    table, depth = source.data, 0
    last = min(3 if path[0] in _NAMED else 2, len(path)) - 1
    while depth < last and isinstance(inner := table.get(str(path[depth])), dict):
        table, depth = inner, depth + 1
    table.pop(str(path[depth]), None)
    source.lost.add(path[: depth + 1])
