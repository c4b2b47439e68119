"""What a provider's rewriting of a prompt kept of it and what it lost, told in the user's words. Pure; policy is decided elsewhere.

Terms are compared, not meanings: only spellings, endings and number words are made equal, synonyms are never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assetgen.rewrite.spans import Span, words_diff
from assetgen.rewrite.stems import folded, stem
from assetgen.rewrite.terms import Term, distinct, exact, terms

__all__ = ["Rewrite", "Span", "Term", "compare", "firmer", "terms", "words_diff"]

# A quoted text without quotes in the rewritten prompt is searched for in all of it; so many texts, in so many places.
MOST_SEARCHES = 64
MOST_PLACES = 1000
MOST_NAMED = 12
AS_WRITTEN = "Use this prompt exactly as written. Do not rewrite it, and do not add or remove anything:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """What became of a prompt. `kept` is the share of its terms that are still there, 0 to 1.

    `dropped` holds the user's words for the rest: numbers and quoted texts first, then in the order of the prompt.
    """

    kept: float
    dropped: tuple[str, ...]
    kept_terms: tuple[str, ...]
    changed: bool


def compare(asked: str, revised: str) -> Rewrite:
    """Compare the prompt that was asked for with the one the provider says it used."""
    # "one cat" is "a cat" to any rewriter.
    wanted = [term for term in distinct(asked) if term.text.lower() != "one"]
    there = _keys(revised)
    lost = _quotes_still_there(_missing(wanted, there), revised)
    gone = {term.key for term in lost}
    firm = [term for term in lost if term.kind in ("number", "quote")]
    soft = [term for term in lost if term.kind not in ("number", "quote")]
    return Rewrite(
        kept=1.0 if not wanted else (len(wanted) - len(lost)) / len(wanted),
        dropped=tuple(dict.fromkeys([*_texts(firm, asked), *_texts(soft, asked)])),
        kept_terms=_texts([term for term in wanted if term.key not in gone], asked),
        changed=asked.split() != revised.split(),
    )


def firmer(prompt: str, dropped: Sequence[str], attempt: int) -> str:
    """The prompt with a word to the rewriter, for a retry. `attempt` counts from 1; from the second one on the lost terms are named."""
    if attempt < 1:
        return prompt
    if attempt == 1 or not dropped:
        return f"{AS_WRITTEN} {prompt}"
    named = ", ".join(dropped[:MOST_NAMED])
    return f"{AS_WRITTEN} {prompt}\nThe last version left these out; every one of them must stay, word for word: {named}"


def _keys(text: str) -> set[str]:
    """Every key under which a text may answer: its terms, the parts of its compounds, and the words inside its quotes."""
    keys: set[str] = set()
    for term in distinct(text):
        keys.add(term.key)
        if term.kind == "quote":
            # Once: a quote inside a quote keeps its key, and its words are found by the stems of the outer one.
            keys.update(inner.key for inner in distinct(term.key[1:-1]))
        elif term.kind == "signs":
            keys.update(term.key)
        elif "-" in term.key:
            keys.update(part for part in term.key.split("-") if part)
            keys.add(term.key.replace("-", ""))
    return keys


def _missing(wanted: Sequence[Term], there: set[str]) -> list[Term]:
    return [term for term in wanted if term.key not in there and not _in_parts(term, there)]


def _in_parts(term: Term, there: set[str]) -> bool:
    """Whether a compound is there in another spelling: "high-quality" as "high quality" or "highquality"."""
    if term.kind != "word" or "-" not in term.key:
        return False
    parts = [part for part in term.key.split("-") if part]
    said = [part for part in parts if terms(part)]
    return "".join(parts) in there or stem("".join(folded(term.text).split("-"))) in there or (bool(said) and there.issuperset(said))


def _quotes_still_there(missing: list[Term], revised: str) -> list[Term]:
    searched, text = 0, exact(revised)
    lost: list[Term] = []
    for term in missing:
        if term.kind == "quote" and searched < MOST_SEARCHES:
            searched += 1
            if _stands_in(term.key[1:-1], text):
                continue
        lost.append(term)
    return lost


def _stands_in(quote: str, text: str) -> bool:
    end = 0
    for _ in range(MOST_PLACES):
        at = text.find(quote, end)
        if at < 0:
            return False
        end = at + len(quote)
        if not (text[max(at - 1, 0) : at].isalnum() or text[end : end + 1].isalnum()):
            return True
    return False


def _texts(found: Sequence[Term], text: str) -> tuple[str, ...]:
    """The user's words for terms; pairs of signs that overlap are told as one piece."""
    pieces: list[tuple[int, int, str]] = []
    for term in found:
        if term.kind == "signs" and pieces and pieces[-1][2] == "signs" and term.start < pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], term.end, "signs")
        else:
            pieces.append((term.start, term.end, term.kind))
    return tuple(text[start:end] for start, end, _ in pieces)
