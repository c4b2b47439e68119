"""What a prompt asks for, as terms: quoted texts, numbers with their units, words by their stems, and pairs of signs where no spaces are.

One pass of one regular expression whose parts can't overlap: the work grows with the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assetgen.rewrite.stems import NUMBERS, STOP, UNITS, bare, folded, stem

Kind: TypeAlias = Literal["quote", "number", "word", "signs"]

EMOJI = "\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\U0001f000-\U0001faff"
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a0-\u30ff\uff66-\uff9f"
HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Written with spaces, but a word carries its grammar at its end.
HANGUL = "\u1100-\u11ff\uac00-\ud7af"
OTHERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
UNSPACED = HIRAGANA + HAN + HANGUL + OTHERS
# A word is whatever is left: letters of any script with the marks that belong to them, and joiners and apostrophes inside it.
_SIGNS = "\\s\\x00-\\x26\\x28-\\x2c./:-@\\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7"
_MARKS = (
    "\u060c\u061b\u061f\u0964\u0965\u2000-\u200b\u200e-\u2018\u201a-\u206f\u3000-\u3004\u3006-\u303f\ufe00-\ufe0f\uff00-\uff0f\uff1a-\uff20"
)
_OUTSIDE = _SIGNS + _MARKS + EMOJI + KATAKANA + UNSPACED
_QUOTED = (
    r'(?<!\w)"(?=\S)([^"\n]{1,200})(?<=\S)"(?!\w)'
    "|\u201c([^\u201c\u201d\n]{1,200})\u201d"
    "|\u201e([^\u201e\u201c\u201d\n]{1,200})[\u201c\u201d]"
    "|\u00ab([^\u00ab\u00bb\n]{1,200})\u00bb"
    "|\u300c([^\u300c\u300d\n]{1,200})\u300d"
    r"|(?<!\w)'(?=\S)([^'\n]{1,200})(?<=\S)'(?!\w)"
    "|(?<!\\w)\u2018([^\u2018\u2019\n]{1,200})\u2019(?!\\w)"
)
_UNIT = r"percent|degrees?|pixels?|inch(?:es)?|px|mm|cm|km|ft|feet|kg|dpi|ppi|fps|hz"
_AMOUNT = "\\d+(?:[.,:/x\xd7]\\d+)*"
_TOKEN = re.compile(
    f"(?P<quote>{_QUOTED})"
    f"|(?P<number>(?:(?<!\\w)f/)?{_AMOUNT}(?:[a-z%\xb0]+|[ \xa0]?(?:%|\xb0|(?:{_UNIT})\\b))?)"
    f"|(?P<emoji>[{EMOJI}])"
    f"|(?P<katakana>[{KATAKANA}]+)"
    f"|(?P<hiragana>[{HIRAGANA}]+)"
    f"|(?P<signs>(?:(?![的了着在是和与])[{HAN}])+|[{HANGUL}]+|[{OTHERS}]+)"
    f"|(?P<word>[^{_OUTSIDE}\\d'\u2019-][^{_OUTSIDE}]*)",
    re.IGNORECASE,
)
_PARTS = re.compile(f"(f/)?({_AMOUNT})\\s?(.*)", re.IGNORECASE | re.DOTALL)
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_PARTICLES = "をにがはのでとも"
_PUNCTUATION = ".,;:!? "


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing a prompt asks for. Equal keys are the same thing; `text` is the user's own words, at `start` to `end`."""

    kind: Kind
    key: str
    text: str
    start: int
    end: int


def terms(text: str) -> tuple[Term, ...]:
    """The terms of a text in their order, repeated words included; words that only hold a sentence together are left out."""
    return tuple(term for match in _TOKEN.finditer(text) for term in _terms_of(match))


def distinct(text: str) -> tuple[Term, ...]:
    """The first of each term. A word is looked at once however often it stands there, so a long text costs little more than its scan."""
    found: dict[str, Term] = {}
    seen: set[str] = set()
    for match in _TOKEN.finditer(text):
        if (token := match.group()) not in seen:
            seen.add(token)
            for term in _terms_of(match):
                found.setdefault(term.key, term)
    return tuple(found.values())


def exact(quote: str) -> str:
    """The form in which quoted texts are compared: white space made one and the sentence's own punctuation taken off, case kept."""
    return " ".join(quote.split()).strip(_PUNCTUATION)


def _terms_of(match: re.Match[str]) -> Iterator[Term]:
    start, token = match.start(), match.group()
    # The last group to close is the named one, also around the alternatives of a quote.
    match match.lastgroup:
        case "quote":
            inner = exact(next(group for group in match.groups()[1:] if group is not None))
            if inner:
                yield _term("quote", f'"{inner}"', token, start)
        case "number":
            yield _term("number", _number(token), token, start)
        case "emoji" | "katakana":
            yield _term("word", folded(token), token, start)
        case "hiragana":
            rest = token.lstrip(_PARTICLES)
            # A short run is an ending or a particle.
            yield from _pairs(rest, start + len(token) - len(rest)) if len(rest) > 2 else ()
        case "signs":
            yield from _pairs(token, start)
        case _:
            yield from _word(token.rstrip("'\u2019-"), start)


def _word(token: str, start: int) -> Iterator[Term]:
    plain = bare(token)
    if not plain or plain in STOP:
        return
    if number := _counted(plain):
        yield _term("number", number, token, start)
    elif key := "-".join(stem(part) for part in plain.split("-") if part):
        yield _term("word", key, token, start)


def _counted(word: str) -> str | None:
    """The digits of a number word, "forty-two" included."""
    tens, _, ones = word.partition("-")
    if ones and len(NUMBERS.get(ones, "00")) == 1 and NUMBERS.get(tens, "").endswith("0"):
        return str(int(NUMBERS[tens]) + int(NUMBERS[ones]))
    return NUMBERS.get(word)


def _pairs(run: str, start: int) -> Iterator[Term]:
    """Every two neighbouring signs, once in a run, or the only one."""
    seen: set[str] = set()
    for at in range(max(len(run) - 1, 1)):
        pair = run[at : at + 2]
        if pair not in seen:
            seen.add(pair)
            yield _term("signs", folded(pair), pair, start + at)


def _term(kind: Kind, key: str, text: str, start: int) -> Term:
    return Term(kind=kind, key=key, text=text, start=start, end=start + len(text))


def _number(token: str) -> str:
    match = _PARTS.match(token)
    assert match is not None
    amount = _THOUSANDS.sub("", match[2].lower()).replace("\xd7", "x")
    if not amount.isascii():
        amount = "".join(str(unicodedata.decimal(sign, sign)) for sign in amount)
    unit = folded(match[3])
    return (match[1] or "").lower() + amount + UNITS.get(unit, unit)
