"""What goes into a request beside words: references, a mask, LoRAs, guiding pictures, and how far a picture is to be continued."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assetgen.manifest import paths, references
from assetgen.manifest.draft import Draft
from assetgen.manifest.matrix import expanded
from assetgen.manifest.text import render
from assetgen.manifest.words import Wrong
from assetgen.model import Control, Lora, Margins, Reference, Upstream
from assetgen.toml import KeyPath

WEIGHTS = ".safetensors"
_ONE_OF_BOTH = 'a LoRA has an "id" or a "file"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The inputs of one variant."""

    references: tuple[Reference, ...] = ()
    mask: Reference | None = None
    loras: tuple[Lora, ...] = ()
    controls: tuple[Control, ...] = ()
    expand: Margins | None = None


NONE = Inputs()
_FIELDS = frozenset({"references", "mask", "loras", "controls", "expand"})


def read(draft: Draft, variant: Mapping[str, str], scope: Mapping[str, str], names: Mapping[str, list[str]]) -> Inputs:
    """The inputs of one variant; what is wrong is reported and left out."""
    fields = draft.fields
    if _FIELDS.isdisjoint(fields) and not draft.input:
        return NONE
    before = (Upstream(expanded(draft.input, variant)),) if draft.input else ()

    def look(path: KeyPath, text: str) -> Iterator[Reference]:
        try:
            yield references.read(text, draft, variant, scope, names)
        except Wrong as wrong:
            draft.wrong(path, wrong)

    pictures = [found for i, text in enumerate(fields.get("references", ())) for found in look(("references", i), text)]
    for field in ("mask", "expand"):
        if field in fields and not draft.input and not fields.get("references") and "references" not in draft.lost:
            draft.wrong((field,), _pointless(field))
    if "mask" in fields and "expand" in fields:
        draft.wrong(("mask",), Wrong('"mask" and "expand" exclude one another', hint="two edits, one after the other", key=True))
    controls = [
        Control(kind=table["kind"], image=image, scale=table.get("scale"), model=table.get("model"))
        for i, table in enumerate(fields.get("controls", ()))
        for image in look(("controls", i, "image"), table["image"])
    ]
    return Inputs(
        references=(*before, *pictures),
        mask=next(look(("mask",), fields["mask"]), None) if "mask" in fields else None,
        loras=tuple(_loras(draft, fields.get("loras", ()), scope)),
        controls=tuple(controls),
        expand=_margins(draft),
    )


def _pointless(field: str) -> Wrong:
    hint = 'references = ["@name"], the picture to ' + ("change" if field == "mask" else "continue")
    return Wrong(f'"{field}" has no meaning without "references"', hint=hint, key=True)


def _loras(draft: Draft, given: Iterable[str | Mapping[str, Any]], scope: Mapping[str, str]) -> Iterator[Lora]:
    for index, entry in enumerate(given):
        table: Mapping[str, Any] = {"id": entry} if isinstance(entry, str) else entry
        try:
            yield _lora(table, scope)
        except Wrong as wrong:
            inside = wrong.below if not isinstance(entry, str) else ()
            draft.wrong(("loras", index, *inside), Wrong(wrong.message, hint=wrong.hint))


def _lora(table: Mapping[str, Any], scope: Mapping[str, str]) -> Lora:
    if ("id" in table) == ("file" in table):
        raise Wrong(_ONE_OF_BOTH, hint='loras = [{ file = "art/style.safetensors", scale = 0.8 }]')
    scale = float(table.get("scale", 1.0))
    if "id" in table:
        return Lora(id=render(table["id"], scope), scale=scale)
    try:
        file = paths.check(render(table["file"], scope))
    except Wrong as wrong:
        raise Wrong(wrong.message, hint=wrong.hint, below=("file",)) from None
    if not file.endswith(WEIGHTS):
        raise Wrong(f'"{file}" is no file of safetensors', hint="other forms of weights may run code when they are read", below=("file",))
    return Lora(file=file, scale=scale)


def _margins(draft: Draft) -> Margins | None:
    if "expand" not in draft.fields:
        return None
    margins = Margins(**draft.fields["expand"])
    if margins == Margins():
        draft.wrong(("expand",), Wrong("no side is to be expanded", hint="expand = { left = 256, right = 256 }"))
    return margins
