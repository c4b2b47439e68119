"""A TOML text without its strings and comments: what is needed to bound it, and to know what the fast reader may be trusted with.

Nothing here judges a document; a wrong outline of a wrong document does no harm.
"""

import re

MAX_DEPTH = 64
MAX_DOTS = 64

STRING = (
    r'"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
)
_OPAQUE = re.compile(rf"{STRING}|#[^\n]*+")
_DATE = re.compile(r":|-(?<=\d\d\d\d-)\d\d-\d\d")  # no colon stands outside of strings but in a time
_LOOSE_COMMA = re.compile(r",\s*\}")
_NEW_ESCAPE = re.compile(r"\\[ex]")
_ALL = bytes(range(256))


def of(text: str) -> str:
    """The text with `""` for every string and comment: what is left is keys, numbers, brackets and line ends."""
    return _OPAQUE.sub('""', text)


def suits_fast_reader(text: str, outline: str) -> bool:
    r"""Whether rtoml reads this as `tomllib` does.

    It differs on dates (its own time zone class), on what TOML 1.1 allows (`\e`, `\x41`, times without seconds, inline tables over
    several lines or with a last comma), on a lone carriage return, and on the key that its parser uses for itself.
    """
    return not (
        "\r" in text
        or "$__toml" in text
        or _NEW_ESCAPE.search(text)
        or _DATE.search(outline)
        or _LOOSE_COMMA.search(outline)
        or _peel(_only(outline, b"{}\n")).strip()
    )


def too_deep(text: str, outline: str) -> int | None:
    """The offset in `text` of the first bracket nested deeper than `MAX_DEPTH`."""
    if not _peel(_only(outline, b"[]{}")):
        return None
    depth = 0
    for bracket in re.finditer(r"[\[\]{}]", _same_length(text)):
        depth = depth + 1 if bracket[0] in "[{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return bracket.start()
    return None


def too_dotted(text: str, outline: str) -> int | None:
    """The offset in `text` of the first dot beyond `MAX_DOTS` in one key."""
    plain = _only(outline, b".\n=,[]{}").translate(bytes.maketrans(b"=,[]{}", b"\n" * 6))
    if b"." * (MAX_DOTS + 1) not in plain:
        return None
    key = re.search(rf"(?:\.[^.\n=,\[\]{{}}]*+){{{MAX_DOTS}}}(?=\.)", _same_length(text))
    return key.end() if key else 0


def _only(outline: str, kept: bytes) -> bytes:
    return outline.encode().translate(None, _ALL.translate(None, kept))


def _peel(brackets: bytes) -> bytes:
    """Take innermost pairs away, layer by layer; nothing is left of what is balanced and not too deep."""
    for _ in range(MAX_DEPTH):
        rest = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if rest == brackets:
            break
        brackets = rest
    return brackets


def _same_length(text: str) -> str:
    """As `of`, but every character stays where it is."""
    return _OPAQUE.sub(lambda opaque: re.sub(r"[^\n]", "_", opaque[0]), text)
