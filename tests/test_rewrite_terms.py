"""What counts as one term of a prompt, in many scripts, and which words have one stem."""
# ruff: noqa: RUF001 - the signs that look alike are what is tested

import pytest

from assetgen.rewrite import terms
from assetgen.rewrite.stems import stem


def keys(text):
    return [(term.kind, term.key) for term in terms(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a picture of the cats, please", [("word", "cat")]),
        ("grey colours, the fibre of a jewellery-box", [("word", w) for w in ("gray", "color", "fiber", "jewelri-box")]),
        ("two dogs, 2, forty-two mice", [("number", "2"), ("word", "dog"), ("number", "2"), ("number", "42"), ("word", "mouse")]),
        ("50mm 50 mm 10 percent 10% 90 degrees 90°", [("number", n) for n in ("50mm", "50mm", "10%", "10%", "90°", "90°")]),
        ("16:9, f/1.8, 1,000, 1.5 km, 3D", [("number", n) for n in ("16:9", "f/1.8", "1000", "1.5km", "3d")]),
        ("640×480 640x480 ٣", [("number", "640x480"), ("number", "640x480"), ("number", "3")]),
        ('"SALE  50%," «Vin rouge» „Brot“', [("quote", f'"{q}"') for q in ("SALE 50%", "Vin rouge", "Brot")]),
        ("「春」 ‘Tea’ 'No. 5'", [("quote", f'"{q}"') for q in ("春", "Tea", "No. 5")]),
        ('5" x 7" print', [("number", "5"), ("number", "7"), ("word", "print")]),
        ("don't, without, never, can’t", [("word", "not")] * 4),
        ("the dogs' house, a dog's house, it's", [("word", "dog"), ("word", "hous"), ("word", "dog"), ("word", "hous")]),
        ("猫。", [("signs", "猫")]),
        ("子猫と犬", [("signs", "子猫"), ("signs", "犬")]),
        ("りんごを", [("signs", "りん"), ("signs", "んご"), ("signs", "ごを")]),
        ("コーヒー3杯", [("word", "コーヒー"), ("number", "3"), ("signs", "杯")]),
        ("고양이", [("signs", "고양"), ("signs", "양이")]),
        ("एक लाल टोपी", [("word", "एक"), ("word", "लाल"), ("word", "टोपी")]),
        ("ＦＵＬＬ width", [("word", "full"), ("word", "width")]),
        ("🐱🐶", [("word", "🐱"), ("word", "🐶")]),
        ("-- '' \" “” % ,", []),
    ],
)  # fmt: skip
def test_terms(text, found):
    assert keys(text) == found


def test_a_term_knows_its_place():
    text = "the old «Vin  rouge», 50 mm"
    assert [(term.text, text[term.start : term.end] == term.text) for term in terms(text)] == [
        ("old", True),
        ("«Vin  rouge»", True),
        ("50 mm", True),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cats", "cat"),
        ("foxes", "fox"),
        ("berries", "berry"),
        ("glasses", "glass"),
        ("running", "run"),
        ("glowing", "glow"),
        ("baking", "baked"),
        ("labelled", "labeled"),
        ("installed", "install"),
        ("softly", "soft"),
        ("stylised", "stylized"),
        ("cosy", "cozy"),
        ("centred", "centered"),
        ("women", "woman"),
        ("photographed", "photo"),
        ("Straße", "STRASSE"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_endings_and_spellings_of_one_word(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("string", "str"),
        ("poster", "post"),
        ("bus", "bu"),
        ("seed", "see"),
        ("king", "k"),
        ("iris", "iri"),
        ("Häuser", "Haus"),
        ("red", "r"),
    ],
)
def test_other_words_stay_other_words(one, other):
    assert stem(one) != stem(other)
