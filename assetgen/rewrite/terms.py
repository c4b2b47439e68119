"""What a prompt asks for, as terms: quoted texts, numbers with their units, words by their stems, and pairs of signs where no spaces are.

One pass of one regular expression whose parts can't overlap: the work grows with the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assetgen.rewrite.stems import NUMBERS, STOP, UNITS, folded, stem

EMOJI = "\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff"
KANA = "\u30a0-\u30ff\uff66-\uff9f"
# Scripts written without spaces between words, and Hangul, whose words carry their grammar at the end.
UNSPACED = "\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
# A word is whatever is left: letters of any script with the marks that belong to them.
OUTSIDE = f"\\s\\x00-\\x26\\x28-\\x2c./:-@\\[-`{{-\\xa9\\xab-\\xb1\\xb4\\xb6-\\xb9\\xbb-\\xbf×÷،؛؟।॥\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\ufe00-\ufe0f{EMOJI}{KANA}{UNSPACED}"  # noqa: E501 - one class of characters
QUOTED = (
    r'(?<!\w)"(?=\S)([^"\n]{1,200})(?<=\S)"(?!\w)'
    r"|\u201c([^\u201c\u201d\n]{1,200})\u201d"
    r"|\u201e([^\u201e\u201c\u201d\n]{1,200})[\u201c\u201d]"
    r"|\u00ab([^\u00ab\u00bb\n]{1,200})\u00bb"
    r"|\u300c([^\u300c\u300d\n]{1,200})\u300d"
    r"|(?<!\w)'(?=\S)([^'\n]{1,200})(?<=\S)'(?!\w)"
    r"|(?<!\w)\u2018([^\u2018\u2019\n]{1,200})\u2019(?!\w)"
)
NUMBER = r"\d+(?:[.,:/x×]\d+)*(?:(?:[^\W\d_]|[%°])+|\s?(?:%|°|(?:percent|degrees?|pixels?|inch(?:es)?|px|mm|cm|km|ft|feet|kg|dpi|ppi|fps|hz)\b))?"
_TOKEN = re.compile(
    f"(?P<quote>{QUOTED})|(?P<number>{NUMBER})|(?P<emoji>[{EMOJI}])|(?P<kana>[{KANA}]+)|(?P<run>[{UNSPACED}]+)"
    f"|(?P<word>[^{OUTSIDE}\\d'-][^{OUTSIDE}]*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"([\d.,:/x×]*\d)\s?(.*)", re.IGNORECASE | re.DOTALL)
_THOUSANDS = re.compile(r",(?=\d{3}(?:\D|$))")
_PUNCTUATION = ".,;:!? "


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing a prompt asks for. Equal keys are the same thing; `text` is the user's own words, at `start` to `end`."""

    kind: Literal["quote", "number", "word", "signs"]
    key: str
    text: str
    start: int
    end: int


def terms(text: str) -> tuple[Term, ...]:
    """The terms of a text in their order, repetitions included; words that only hold a sentence together are left out."""
    found: list[Term] = []
    for match in _TOKEN.finditer(text):
        found.extend(_terms_of(match, text))
    return tuple(found)


def exact(quote: str) -> str:
    """The form in which quoted texts are compared: white space made one and the sentence's own punctuation taken off, case kept."""
    return " ".join(quote.split()).strip(_PUNCTUATION)


def _terms_of(match: re.Match[str], text: str) -> Iterator[Term]:
    start, end = match.span()
    kind, token = match.lastgroup, match.group()
    # `lastgroup` is the last closed group, which for a quote is the named one around its alternatives.
    match kind:
        case "quote":
            inner = exact(next(group for group in match.groups()[1:8] if group is not None))
            if inner:
                yield Term(kind="quote", key=f'"{inner}"', text=token, start=start, end=end)
        case "number":
            yield Term(kind="number", key=_number(token), text=token, start=start, end=end)
        case "emoji" | "kana":
            yield Term(kind="word", key=folded(token), text=token, start=start, end=end)
        case "run":
            yield from _pairs(token, start)
        case _:
            yield from _word(token.rstrip("'-"), start)


def _word(token: str, start: int) -> Iterator[Term]:
    plain = folded(token)
    if not token or plain in STOP:
        return
    end = start + len(token)
    if plain in NUMBERS:
        yield Term(kind="number", key=NUMBERS[plain], text=token, start=start, end=end)
        return
    key = "-".join(stem(part) for part in plain.split("-") if part)
    if key:
        yield Term(kind="word", key=key, text=token, start=start, end=end)


def _pairs(run: str, start: int) -> Iterator[Term]:
    """Every two neighbouring signs; short runs of hiragana are grammar."""
    if len(run) == 1:
        if not "\u3040" <= run <= "\u309f":
            yield Term(kind="signs", key=run, text=run, start=start, end=start + 1)
        return
    for at in range(len(run) - 1):
        pair = run[at : at + 2]
        if not all("\u3040" <= sign <= "\u309f" for sign in pair):
            yield Term(kind="signs", key=pair, text=pair, start=start + at, end=start + at + 2)


def _number(token: str) -> str:
    match = _NUMBER.match(token)
    assert match is not None
    amount = _THOUSANDS.sub("", folded(match[1])).replace("×", "x")
    unit = folded(match[2])
    return amount + UNITS.get(unit, unit)
