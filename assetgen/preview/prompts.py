"""What a provider made of a request, in pieces that a page can mark, and as pairs of words and values."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from assetgen import rewrite
from assetgen.lockfile import Original
from assetgen.model import Json
from assetgen.preview.documents import RevisedEntry, Span
from assetgen.report import prompts, words

_Mark: TypeAlias = Literal["", "dropped", "added"]


def revised(request: Mapping[str, Json], original: Original) -> RevisedEntry | None:
    """The prompt as it was asked for beside the one that was used; None where the provider kept it."""
    if original.revised_prompt is None:
        return None
    asked = str(request.get("prompt", ""))
    return {
        "asked": _dropped(asked, original.dropped),
        "revised": _added(asked, original.revised_prompt),
        "kept": original.kept,
        "dropped": list(original.dropped),
    }


def facts(request: Mapping[str, Json], original: Original) -> Iterator[tuple[str, str]]:
    """What is recorded of a picture: what was asked and what was used, and where it is from."""
    for name, wanted, used in prompts.facts(request, original):
        text = used if wanted in ("", used) else f"{used} ({wanted} was asked for)"
        yield name.removeprefix("params."), text
    yield from _seed(request.get("seed"), original)
    yield from ((field, "ignored by the model") for field in original.unhonoured if field != "seed")
    yield "original", f"{original.format}, {original.bytes:,} bytes"
    if original.source is not None:
        yield "source type", original.source.rpartition("/")[2]
    if original.placeholder:
        yield "placeholder", "yes"
    if original.request_id is not None:
        yield "request", original.request_id
    if original.cost is not None:
        basis = f" ({original.cost_basis})" if original.cost_basis is not None else ""
        yield "cost", f"{words.money(Decimal(original.cost))}{basis}"
    yield "sha256", original.sha256


def _seed(asked: Json, original: Original) -> Iterator[tuple[str, str]]:
    used = original.seed
    if "seed" in original.unhonoured:
        yield "seed", f"{asked}, ignored by the model"
    elif asked is not None and used is not None and asked != used:
        yield "seed", f"{used} ({asked} was asked for)"
    elif asked is not None or used is not None:
        yield "seed", f"{asked if used is None else used}, {'as asked for' if asked is not None else 'chosen by the provider'}"


def _dropped(asked: str, lost: Sequence[str]) -> list[Span]:
    """The prompt as it was asked for, with the terms marked that the revised one does not keep."""
    gone: set[int] = set()
    terms = rewrite.terms(asked)
    for text in lost:
        for start, end in [(term.start, term.end) for term in terms if term.text == text] or _everywhere(asked, text):
            gone.update(range(start, end))
    return _pieces(asked, gone, "dropped")


def _everywhere(asked: str, text: str) -> Iterator[tuple[int, int]]:
    """The places of a piece that is no single term: signs of scripts without spaces are told together."""
    at = asked.find(text) if text else -1
    while at >= 0:
        yield at, at + len(text)
        at = asked.find(text, at + len(text))


def _pieces(text: str, marked: set[int], mark: _Mark) -> list[Span]:
    made: list[Span] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (at in marked) != (start in marked):
            made.append({"text": text[start:at], "mark": mark if start in marked else ""})
            start = at
    return made


def _added(asked: str, used: str) -> list[Span]:
    """The revised prompt with the words marked that were not asked for."""
    spans = (span for span in rewrite.words_diff(asked, used) if span.kind != "removed")
    return [{"text": span.text, "mark": "added" if span.kind == "added" else ""} for span in spans]
