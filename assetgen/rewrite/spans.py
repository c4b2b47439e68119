"""The difference of two texts word by word, for a reader's eye. Signs of scripts without spaces are words of their own."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from assetgen.rewrite.terms import UNSPACED

_WORD = re.compile(f"(?:[{UNSPACED}]|[^ {UNSPACED}]+) ?")
# The work grows with the pairs of equal words. Beyond this many the middle is shown as replaced; prompts have a few thousand.
MOST_PAIRS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of text that both have, or that only the old ("removed") or only the new one ("added") has."""

    kind: Literal["equal", "removed", "added"]
    text: str


def words_diff(old: str, new: str) -> tuple[Span, ...]:
    """The spans in reading order. White space counts as one space; what is equal or added, joined, is the new text."""
    before, after = _words(old), _words(new)
    left, right = [word.rstrip() for word in before], [word.rstrip() for word in after]
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    spans = [_span("equal", after[:head])]
    middle = (before[head : len(before) - tail], after[head : len(after) - tail])
    if _pairs(left[head:], right[head:]) > MOST_PAIRS:
        spans += [_span("removed", middle[0]), _span("added", middle[1])]
    else:
        spans += _matched(*middle)
    spans.append(_span("equal", after[len(after) - tail :]))
    return _joined(spans)


def _words(text: str) -> list[str]:
    return _WORD.findall(" ".join(text.split()))


def _common(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _pairs(left: list[str], right: list[str]) -> int:
    counts = Counter(right)
    return sum(count * counts[word] for word, count in Counter(left).items())


def _matched(before: list[str], after: list[str]) -> list[Span]:
    matcher = SequenceMatcher(None, [word.rstrip() for word in before], [word.rstrip() for word in after], autojunk=False)
    spans: list[Span] = []
    for kind, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if kind == "equal":
            spans.append(_span("equal", after[from_new:to_new]))
        else:
            spans += [_span("removed", before[from_old:to_old]), _span("added", after[from_new:to_new])]
    return spans


def _span(kind: Literal["equal", "removed", "added"], words: list[str]) -> Span:
    return Span(kind=kind, text="".join(words))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for span in spans:
        if result and result[-1].kind == span.kind:
            result[-1] = Span(kind=span.kind, text=result[-1].text + span.text)
        elif span.text:
            result.append(span)
    return tuple(result)
