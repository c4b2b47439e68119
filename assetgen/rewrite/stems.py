"""Words brought to a form in which two spellings of one word are equal. Light on purpose: two different words must stay different.

Only words of plain Latin letters are stemmed; every other script passes unchanged.
"""

import re
import unicodedata

# What a prompt can lose without a change of the picture: grammar, and the request around the description.
_GRAMMAR = """
a an the this that these those it its he she his her hers him they them their theirs we us our you your i me my who whom whose which
what where when while and or but nor so as if than then of in on at by for from into onto upon to up down out off over under with
within about is are was were be been being am do does did has have had having can could will would shall should may might must there
here also very just too some any each such both all x
"""
_REQUEST = """
please create generate make draw depict depicts depicting depicted show shows showing shown feature features featuring featured portray
portraying saying says display displaying imagine image images picture pictures
"""
# Only what means nothing in an English prompt: "die" and "den" stay words.
_ELSEWHERE = """
der das dem ein eine einen einem einer und mit im auf von zu le la les un une et du des de avec dans sur au aux el los las una y del e
o il lo gli con di da em um uma
"""
STOP = frozenset((_GRAMMAR + _REQUEST + _ELSEWHERE).split())
NEGATIONS = frozenset({"no", "not", "without", "never", "none", "nothing", "neither", "cannot"})
_COUNTED = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
"""
NUMBERS = {word: str(number) for number, word in enumerate(_COUNTED.split())} | {
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "hundred": "100",
    "thousand": "1000", "dozen": "12",
}  # fmt: skip
UNITS = {"percent": "%", "degree": "\xb0", "degrees": "\xb0", "pixel": "px", "pixels": "px", "inches": "inch"}
# British and American spellings and short forms, as stems.
SPELLINGS = {
    "grey": "gray", "colour": "color", "armour": "armor", "harbour": "harbor", "flavour": "flavor", "neighbour": "neighbor",
    "favourit": "favorit", "centr": "center", "theatr": "theater", "fibr": "fiber", "metr": "meter", "litr": "liter",
    "jewelleri": "jewelri", "aluminium": "aluminum", "mould": "mold", "plough": "plow", "tyr": "tir", "pyjama": "pajama",
    "aeroplan": "airplan", "moustach": "mustach", "cosi": "cozi", "catalogu": "catalog", "sceptr": "scepter", "sabr": "saber",
    "vapour": "vapor", "photograph": "photo",
}  # fmt: skip
IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "persons": "person", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "leaves": "leaf", "wolves": "wolf", "knives": "knife", "shelves": "shelf",
}  # fmt: skip

_LATIN = re.compile(r"[a-z]+")
_VOWEL = re.compile(r"[aeiouy]")


def folded(word: str) -> str:
    """Compatibility forms and cases made one: full-width letters, ligatures, capitals; composed and decomposed accents."""
    text = word if word.isascii() else unicodedata.normalize("NFKC", word)
    return unicodedata.normalize("NFKC", text.casefold()) if not text.isascii() else text.lower()


def bare(word: str) -> str:
    """The word folded and without the mark of a possessive."""
    return folded(word).replace("\u2019", "'").removesuffix("'s").rstrip("'")


def stem(word: str) -> str:
    """The stem of one word, folded first. Equal stems count as the same word."""
    word = bare(word)
    if word in NEGATIONS or word.endswith("n't"):
        return "not"
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4 or not _LATIN.fullmatch(word):
        return word
    return SPELLINGS.get(short := _shortened(word), short)


def _shortened(word: str) -> str:
    word = _without_ending(_singular(word)).removesuffix("e")
    if word.endswith("y") and len(word) > 3 and not _VOWEL.match(word[-2]):
        word = word[:-1] + "i"
    if word.endswith("is") and len(word) >= 6:
        word = word[:-1] + "z"
    # "labelled" and "labeled", "install" and "installed"
    return word[:-1] if word.endswith("ll") and len(word) > 5 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_ending(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ly") and len(word) > 5:
        return word[:-2]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and _VOWEL.search(rest) and not word.endswith("eed"):
            doubled = len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return rest[:-1] if doubled else rest
    return word
