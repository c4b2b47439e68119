"""What all assets share once every file is read: variables, styles, aliases of models, the root of the outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assetgen.manifest import paths, styles
from assetgen.manifest.models import Choice, check_alias
from assetgen.manifest.source import Faults, Source
from assetgen.manifest.text import check_names, check_syntax
from assetgen.manifest.vocabulary import Vocabulary
from assetgen.manifest.words import Wrong
from assetgen.model import Step
from assetgen.toml import KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The names an asset may use.

    `steps` and `choices` remember what many assets share, by the identity of the tables it was read from.
    """

    vocabulary: Vocabulary
    faults: Faults
    variables: Mapping[str, str]
    styles: Mapping[str, styles.Style]
    style_sources: Mapping[str, Source]
    models: Mapping[str, Mapping[str, Any]]
    outputs: str
    originals: str
    inbox: str
    files: frozenset[str]
    steps: dict[int, Step] = field(default_factory=dict)
    choices: dict[object, Choice] = field(default_factory=dict)


def gather(sources: list[Source], vocabulary: Vocabulary, faults: Faults) -> World:
    """Merge what the files define; a name that two of them define is a fault that tells both places."""
    root = sources[0]
    variables: dict[str, str] = {}
    known = dict(styles.BUILT_IN)
    models: dict[str, Mapping[str, Any]] = {}
    origins: dict[KeyPath, Source] = {}
    for source in sources:
        for table in ("variables", "styles", "models"):
            for name in source.data.get(table, {}):
                claim(source, (table, name), origins, faults)
        for wrong in check_names(source.data.get("variables", {}), "a variable"):
            faults.add(source, ("variables",), wrong)
        variables |= source.data.get("variables", {})
        for name, table in source.data.get("styles", {}).items():
            known[name] = _style(source, name, table, faults)
        models |= source.data.get("models", {})
    world = World(
        vocabulary=vocabulary,
        faults=faults,
        variables=variables,
        styles=known,
        style_sources={str(path[1]): source for path, source in origins.items() if path[0] == "styles"},
        models=models,
        outputs=_folder(root, ("project", "outputs"), ".", faults),
        originals=_folder(root, ("store", "originals"), "store", faults),
        inbox=_folder(root, ("project", "inbox"), "inbox", faults),
        files=frozenset(source.file for source in sources),
    )
    for name, alias in models.items():
        source = origins["models", name]
        for wrong in check_alias(name, alias, models, vocabulary, whole=not any(path[:2] == ("models", name) for path in source.lost)):
            faults.add(source, ("models", name), wrong)
    return world


def claim(source: Source, path: KeyPath, origins: dict[KeyPath, Source], faults: Faults) -> bool:
    """Note who defines a name; the second one is a fault."""
    first = origins.setdefault(path, source)
    if first is source:
        return True
    place = first.locator.place(path, key=True)
    faults.add(
        source,
        path,
        Wrong(f'"{path[-1]}" is defined in {place.file}:{place.line} as well', hint="rename or remove one of the two", key=True),
    )
    return False


def _style(source: Source, name: str, table: Mapping[str, Any], faults: Faults) -> styles.Style:
    style = styles.Style(table.get("prompt", ""), table.get("negative", ""))
    if style != styles.BUILT_IN.get(name, style):
        hint = f'give yours a new name, such as "my-{name}"'
        faults.add(source, ("styles", name), Wrong(f'"{name}" is a built-in style, which never changes', hint=hint, key=True))
        return styles.BUILT_IN[name]
    for part in ("prompt", "negative"):
        try:
            check_syntax(table.get(part, ""))
        except Wrong as wrong:
            faults.add(source, ("styles", name, part), wrong)
    return style


def _folder(source: Source, path: tuple[str, str], default: str, faults: Faults) -> str:
    value: str = source.data.get(path[0], {}).get(path[1], default)
    try:
        return paths.check_folder(value)
    except Wrong as wrong:
        faults.add(source, path, wrong)
        return default
