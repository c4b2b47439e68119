"""What a rewritten prompt kept: laws for every text, and a corpus of rewrites as image models write them."""

import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assetgen.rewrite import Rewrite, compare, firmer

CORPUS = tomllib.loads((Path(__file__).parent / "rewrites.toml").read_text(encoding="utf-8"))["pair"]


@pytest.mark.parametrize("pair", CORPUS, ids=[pair["asked"][:40] for pair in CORPUS])
def test_what_a_rewrite_dropped_is_told_in_the_words_of_the_prompt(pair):
    found = compare(pair["asked"], pair["revised"])
    assert list(found.dropped) == pair["dropped"]
    assert found.changed
    assert (found.kept == 1) == (not found.dropped)


def test_the_whole_answer():
    assert compare("two red foxes, blueprint style", "A fox, in the style of a blueprint") == Rewrite(
        kept=0.6, dropped=("two", "red"), kept_terms=("foxes", "blueprint", "style"), changed=True
    )
    assert compare("", "anything") == Rewrite(kept=1.0, dropped=(), kept_terms=(), changed=True)
    assert compare("a  cat\n", "a cat") == Rewrite(kept=1.0, dropped=(), kept_terms=("cat",), changed=False)


def test_numbers_and_quoted_texts_come_first():
    assert compare('a tall oak, 3 owls, a board with "Zum Wald"', "trees").dropped == ("3", '"Zum Wald"', "tall", "oak", "owls", "board")


# --- what counts as kept


@pytest.mark.parametrize(
    ("asked", "revised"),
    [
        ("high-quality", "of high quality"),
        ("high quality", "high-quality"),
        ("photo-realistic", "photorealistic"),
        ("photorealistic", "photo-realistic"),
        ("one cat", "a cat"),
        ("sale", 'a board that says "Big Sale"'),
        ("'OPEN'", "it says OPENING SOON and OPEN"),
        ("“OPEN”", 'a sign with "OPEN."'),
        ("no people", "without any person"),
    ],
)
def test_another_spelling_of_the_same_is_kept(asked, revised):
    assert compare(asked, revised).dropped == ()


@pytest.mark.parametrize(
    ("asked", "revised", "dropped"),
    [
        ('"OPEN"', 'a sign that says "Open"', ('"OPEN"',)),
        ('"OPEN"', "OPENING", ('"OPEN"',)),
        ("5 apples", "50 apples", ("5",)),
        ("50mm", "50cm", ("50mm",)),
        ("big", "large", ("big",)),
        ("grey, gray", "white", ("grey",)),
        ("black-and-white", "black", ("black-and-white",)),
    ],
)
def test_what_is_not_the_same_is_dropped(asked, revised, dropped):
    assert compare(asked, revised).dropped == dropped


# --- laws

ANY = st.text(max_size=200)
LETTERS = st.characters(exclude_categories=("Cs",))
TEXT = (
    "fox oak blueprint diagram purple glass marble cat night harbour portrait texture robot seamless lens poster green "
    "mountains painted soft-light Häuser château кошка قطة"
)
WORDS = TEXT.split()
PROMPT = st.lists(st.sampled_from(WORDS), min_size=2, max_size=15, unique=True)


@given(st.text(LETTERS, max_size=300))
def test_a_prompt_keeps_all_of_itself(prompt):
    found = compare(prompt, prompt)
    assert (found.kept, found.dropped, found.changed) == (1.0, (), False)


@given(ANY, ANY)
def test_kept_is_a_share_and_agrees_with_what_is_dropped(asked, revised):
    found = compare(asked, revised)
    assert 0 <= found.kept <= 1
    assert (found.kept == 1) == (found.dropped == ())
    assert all(text in asked for text in (*found.dropped, *found.kept_terms))


@given(ANY, ANY, ANY)
def test_more_words_lose_nothing(asked, before, after):
    assert compare(asked, f"{before}\n{asked}\n{after}").dropped == ()


@given(PROMPT, st.data())
def test_a_dropped_word_is_reported(words, data):
    lost = data.draw(st.sampled_from(words))
    rest = [word for word in words if word != lost]
    found = compare(" ".join(words), " ".join(rest))
    assert found.dropped == (lost,)
    assert found.kept == pytest.approx(len(rest) / len(words))


@given(PROMPT, st.randoms(use_true_random=False))
def test_another_order_keeps_all(words, random):
    shuffled = words.copy()
    random.shuffle(shuffled)
    assert compare(" ".join(words), ", ".join(shuffled)).dropped == ()


@given(st.integers(0, 999), st.integers(0, 999))
def test_another_number_is_never_kept(one, other):
    assume(one != other)
    assert compare(f"{one} owls", f"{other} owls").dropped == (str(one),)


def steps(work):
    """How many calls of functions the work made: a measure that no busy machine changes."""
    count = 0

    def count_one(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(count_one)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", ["fox {} in the oak, ", '"{}" ', "“{} ", "{}猫犬", "{}-{} ", "'{} x' "])
def test_the_work_grows_with_the_length(piece):
    def prompt(count):
        return "".join(piece.format(number, number) for number in range(count))

    few, many = prompt(300), prompt(3000)
    assert steps(lambda: compare(many, many[::-1])) < 16 * steps(lambda: compare(few, few[::-1]))


def test_a_long_prompt_of_repeated_words_costs_no_more_than_its_words():
    assert steps(lambda: compare("fox and oak, " * 10_000, "oak " * 10_000)) < 1_000_000


# --- asking again

RULE = "Use this prompt exactly as written. Do not rewrite it, and do not add or remove anything:"


def test_a_second_attempt_names_what_was_lost():
    assert firmer("3 owls", ("3",), 0) == "3 owls"
    assert firmer("3 owls", ("3",), 1) == f"{RULE} 3 owls"
    assert firmer("3 owls", ("3", "owls"), 2) == (
        f"{RULE} 3 owls\nThe last version left these out; every one of them must stay, word for word: 3, owls"
    )
    assert firmer("3 owls", (), 2) == f"{RULE} 3 owls"
    many = firmer("x", [f"w{number}" for number in range(99)], 3)
    assert many.endswith("w10, w11")


@given(ANY, st.lists(st.sampled_from(WORDS)), st.integers(0, 5))
def test_a_firmer_prompt_still_asks_for_all_of_the_prompt(prompt, dropped, attempt):
    asked = firmer(prompt, dropped, attempt)
    assert prompt in asked
    assert compare(prompt, f"{asked}\n").dropped == ()
