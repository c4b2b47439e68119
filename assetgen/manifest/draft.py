"""One asset as it was written, with the defaults beneath it, before anything is made of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assetgen.manifest import matrix
from assetgen.manifest.source import Faults, Source
from assetgen.manifest.text import check_names
from assetgen.manifest.where import Layer, Where
from assetgen.manifest.words import Wrong
from assetgen.toml import KeyPath

MERGED = ("params", "variables", "expect", "matrix")
"""Tables that are merged key by key with those of the defaults; everything else replaces what it inherits."""

GENERATION = frozenset(
    "prompt negative style model provider via params size megapixels seed references mask loras controls expand candidates freeze".split()  # noqa: SIM905 -- a list of words
)


TAKEN = frozenset({"model", "provider", "via", "params", "seed"})
"""What an edit takes over from its asset, and so what a file may have beside it where it is edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`own` is the asset's table, `fields` has the defaults merged in, `variants` are the combinations of its matrix.

    `whole` also has the fields that mean nothing for an asset of its kind. `versions`, `input` and `edited` are the base names of a chain
    of edits: those an edited asset is made from, the one before an edit, and the asset that a version is of, which alone writes files.
    """

    name: str
    own: Mapping[str, Any]
    fields: Mapping[str, Any]
    where: Where
    faults: Faults
    lost: frozenset[str] = frozenset()
    variants: tuple[Mapping[str, str], ...] = ({},)
    whole: Mapping[str, Any] = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    input: str = ""
    edited: str = ""

    def wrong(self, path: KeyPath, wrong: Wrong) -> None:
        """Report something about a field, in the table that it comes from."""
        source, full = self.where.origin(path + wrong.below)
        self.faults.add(source, full, Wrong(wrong.message, hint=wrong.hint, key=wrong.key))


def defaults(sources: list[Source]) -> Mapping[str, tuple[dict[str, Any], tuple[Layer, ...]]]:
    """For each file the fields its assets inherit, and the tables they come from: its own defaults over those of the root."""
    root = Layer(sources[0], ("defaults",), sources[0].data.get("defaults", {}))
    inherited = {}
    for source in sources:
        own = Layer(source, ("defaults",), source.data.get("defaults", {}))
        layers = (own,) if source is sources[0] else (own, root)
        inherited[source.file] = (
            merged(own.table, dict(root.table)) if len(layers) > 1 else dict(own.table),
            tuple(each for each in layers if each.table),
        )
    return inherited


def merged(own: Mapping[str, Any], inherited: dict[str, Any]) -> dict[str, Any]:
    """The fields of a table over those it inherits."""
    fields = {**inherited, **own}
    for key in MERGED:
        if key in own and key in inherited:
            fields[key] = {**inherited[key], **own[key]}
    return fields


def draft(source: Source, name: str, inherited: tuple[dict[str, Any], tuple[Layer, ...]], faults: Faults) -> Draft:
    """The asset `name` of a file, its name and matrix checked."""
    own: dict[str, Any] = source.data["assets"][name]
    path: KeyPath = ("assets", name)
    lost = frozenset(str(each[2]) for each in source.lost if each[:2] == path and len(each) > 2) if source.lost else frozenset[str]()
    fields = merged(own, inherited[0])
    made = Draft(
        name=name,
        own=own,
        fields=_of_kind(own, fields),
        where=Where(Layer(source, path, own), *inherited[1]),
        faults=faults,
        lost=lost,
        whole=fields,
    )
    try:
        matrix.check_name(name)
    except Wrong as wrong:
        faults.add(source, path, wrong)
    _check_kind(made)
    return with_variants(made)


def with_variants(made: Draft) -> Draft:
    """Expand the matrix and check the names of the asset's variables."""
    for key, what in (("matrix", "a dimension"), ("variables", "a variable")):
        if key in made.fields:
            for wrong in check_names(made.fields[key], what):
                made.wrong((key,), wrong)
    if "matrix" not in made.fields:
        return made
    try:
        variants = tuple(matrix.variants(made.fields["matrix"]))
    except Wrong as wrong:
        made.wrong(("matrix",), wrong)
        variants = ({},)
    return replace(made, variants=variants)


def _of_kind(own: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """An asset is a file or is generated; what it inherits for the other kind has no meaning for it."""
    if "file" in own or ("file" in fields and "prompt" not in own):
        return {key: value for key, value in fields.items() if key not in GENERATION}
    return {key: value for key, value in fields.items() if key != "file"} if "file" in fields else fields


def _check_kind(made: Draft) -> None:
    if "file" in made.own:
        allowed = TAKEN | {"freeze"} if made.fields.get("edits") else frozenset[str]()
        for key in sorted((GENERATION - allowed) & made.own.keys()):
            made.wrong(
                (key,),
                Wrong(f'"{key}" has no meaning beside "file"', hint="a file is the original as it is: remove one of the two", key=True),
            )
    elif "prompt" not in made.fields and "file" not in made.fields and made.lost.isdisjoint(("prompt", "file")):
        made.wrong((), Wrong('neither "prompt" nor "file" is given', hint='prompt = "what the picture shows"', key=True))


def names(drafts: Iterable[Draft]) -> dict[str, list[str]]:
    """For each base name the names of its variants."""
    return {each.name: [matrix.expanded(each.name, variant) for variant in each.variants] for each in drafts}
