"""What becomes of one asset that both sides have touched, and the laws that hold whatever they did."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen import lockfile, merging
from assetgen.lockfile import Block
from tests import locks

CHANCE = random.Random(1)
BASE = locks.block(CHANCE, "hero")
PNG, WEBP = BASE.outputs
ROLLED = locks.original(CHANCE)
OTHER = locks.block(CHANCE, "hero")
REROLLED = replace(
    BASE,
    original=ROLLED,
    candidates=(BASE.original, ROLLED),
    outputs=tuple(locks.written(CHANCE, one.path, ROLLED) for one in BASE.outputs),
)
ICO = locks.written(CHANCE, "img/hero.ico", BASE.original)
WITH_ICO = replace(BASE, outputs=(ICO, *BASE.outputs))
SMALLER = replace(BASE, outputs=(locks.reencoded(CHANCE, BASE).outputs[0], WEBP))
MARKED = replace(BASE, removed=True)
MORE = replace(BASE, candidates=(BASE.original, ROLLED))
THIRD = locks.original(CHANCE)
PNG_GONE = replace(BASE, outputs=(replace(PNG, removed=True), WEBP))
PNG_CLEANED = replace(BASE, outputs=(WEBP,))
TWO = replace(BASE, original=None, candidates=(BASE.original, ROLLED))
CONFLICT = "conflict"


def merged(base, ours, theirs):
    """The block, None where there is none any more, or that it is a conflict."""
    found = merging.merge(*({"hero": side} if side is not None else {} for side in (base, ours, theirs)))
    assert set(found.lock) | set(found.conflicts) <= {"hero"}
    return CONFLICT if found.conflicts else found.lock.get("hero")


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        pytest.param(BASE, OTHER, BASE, OTHER, id="one side"),
        pytest.param(BASE, OTHER, OTHER, OTHER, id="the same on both sides"),
        pytest.param(None, OTHER, OTHER, OTHER, id="added alike"),
        pytest.param(None, OTHER, None, OTHER, id="added on one side"),
        pytest.param(BASE, None, BASE, None, id="cleaned on one side"),
        pytest.param(BASE, None, MARKED, None, id="cleaned on one side, and marked on the other"),
        pytest.param(BASE, None, OTHER, CONFLICT, id="cleaned, and changed"),
        pytest.param(BASE, None, replace(OTHER, removed=True), CONFLICT, id="cleaned, and changed before it was marked"),
        pytest.param(None, BASE, OTHER, CONFLICT, id="added twice"),
        pytest.param(BASE, REROLLED, OTHER, CONFLICT, id="two pictures"),
        pytest.param(BASE, REROLLED, replace(BASE, original=THIRD, candidates=(BASE.original, THIRD)), CONFLICT, id="rolled twice"),
        pytest.param(BASE, MARKED, SMALLER, replace(SMALLER, removed=True), id="marked, and encoded anew"),
        pytest.param(BASE, MARKED, REROLLED, CONFLICT, id="marked, and rolled anew"),
        pytest.param(BASE, MARKED, OTHER, CONFLICT, id="marked, and asked for something else"),
        pytest.param(BASE, MARKED, MORE, CONFLICT, id="marked, and more candidates"),
        pytest.param(BASE, replace(REROLLED, removed=True), BASE, replace(REROLLED, removed=True), id="rolled anew, then marked"),
        pytest.param(
            BASE, replace(REROLLED, removed=True), SMALLER, CONFLICT, id="rolled anew and marked, and another encoding of the one before"
        ),
        pytest.param(None, MARKED, SMALLER, CONFLICT, id="added twice, with two encodings, and marked on one side"),
        pytest.param(
            None, MARKED, WITH_ICO, replace(WITH_ICO, removed=True), id="added twice, with an output more, and marked on one side"
        ),
        pytest.param(MARKED, BASE, replace(MORE, removed=True), MORE, id="wanted again, and more candidates"),
        pytest.param(
            BASE, WITH_ICO, SMALLER, replace(WITH_ICO, outputs=(ICO, *SMALLER.outputs)), id="an output more, and another encoding"
        ),
        pytest.param(BASE, WITH_ICO, REROLLED, CONFLICT, id="an output more of a picture that is no longer chosen"),
        pytest.param(BASE, SMALLER, REROLLED, CONFLICT, id="another encoding of a picture that is no longer chosen"),
        pytest.param(BASE, SMALLER, locks.reencoded(CHANCE, BASE), CONFLICT, id="two encodings"),
        pytest.param(
            BASE, PNG_GONE, SMALLER, replace(SMALLER, outputs=(replace(SMALLER.outputs[0], removed=True), WEBP)), id="output marked"
        ),
        pytest.param(BASE, PNG_CLEANED, PNG_GONE, PNG_CLEANED, id="output cleaned, and marked"),
        pytest.param(BASE, PNG_CLEANED, SMALLER, CONFLICT, id="output cleaned, and encoded anew"),
        pytest.param(BASE, MORE, WITH_ICO, replace(WITH_ICO, candidates=MORE.candidates), id="more candidates, and an output more"),
        pytest.param(
            BASE,
            MORE,
            replace(BASE, candidates=(BASE.original, THIRD)),
            replace(BASE, candidates=(BASE.original, ROLLED, THIRD)),
            id="more candidates on both sides",
        ),
        pytest.param(
            BASE, MORE, replace(MORE, candidates=(BASE.original, replace(ROLLED, seed=1))), CONFLICT, id="two records of one picture"
        ),
        pytest.param(
            TWO,
            REROLLED,
            replace(TWO, candidates=(*TWO.candidates, THIRD)),
            replace(REROLLED, candidates=(*TWO.candidates, THIRD)),
            id="picked, and more candidates",
        ),
        pytest.param(TWO, REROLLED, replace(TWO, original=BASE.original), CONFLICT, id="two picks"),
        pytest.param(TWO, REROLLED, replace(TWO, original=None, candidates=TWO.candidates[:1]), CONFLICT, id="a candidate less"),
        pytest.param(
            None, BASE, replace(BASE, original=None, candidates=TWO.candidates), CONFLICT, id="added, and nothing chosen on one side"
        ),
        pytest.param(
            None, SMALLER, replace(BASE, outputs=(SMALLER.outputs[0], ICO)), replace(BASE, outputs=(ICO, *SMALLER.outputs)), id="added"
        ),
        pytest.param(BASE, replace(BASE, request={"prompt": "a"}), replace(BASE, request={"prompt": "b"}), CONFLICT, id="accepted twice"),
        pytest.param(
            BASE, replace(BASE, request={"prompt": "a"}), SMALLER, replace(SMALLER, request={"prompt": "a"}), id="accepted, encoded"
        ),
    ],
)
def test_what_becomes_of_one_asset(base, ours, theirs, expected):
    found = merged(base, ours, theirs)
    assert found == expected
    swapped = merged(base, theirs, ours)
    assert (swapped == CONFLICT) == (found == CONFLICT)
    if isinstance(found, Block):
        assert lockfile.parse(lockfile.dump({"hero": found}).encode()) == {"hero": found}
        assert digests(swapped.candidates) == digests(found.candidates)
        assert replace(swapped, candidates=found.candidates) == found


def rolled(chance, block):
    made = locks.original(chance)
    known = block.candidates or ((block.original,) if block.original else ())
    return replace(block, original=made, candidates=(*known, made) if known else (), outputs=finished(chance, block, made))


def finished(chance, block, made):
    return tuple(locks.written(chance, one.path, made, width=chance.randrange(999)) for one in block.outputs if not one.removed)


def asked(chance, block):
    return replace(locks.block(chance, "hero"), removed=block.removed)


def picked(chance, block):
    made = chance.choice(block.candidates) if block.candidates else block.original
    return replace(block, original=made, outputs=finished(chance, block, made)) if made is not None else block


def waiting(chance, block):
    known = block.candidates or ((block.original,) if block.original else ())
    return replace(block, original=None, candidates=(*known, locks.original(chance)))


def grown(chance, block):
    if block.original is None:
        return block
    return replace(block, outputs=(*block.outputs, locks.written(chance, f"img/hero-{chance.randrange(3)}.png", block.original)))


def unwanted(chance, block):
    return replace(block, outputs=tuple(replace(one, removed=one.removed or chance.random() < 0.5) for one in block.outputs))


def cleaned(_, block):
    return replace(block, outputs=tuple(one for one in block.outputs if not one.removed))


def marked(chance, block):
    return replace(block, removed=chance.random() < 0.7)


DEEDS = (rolled, asked, picked, waiting, grown, unwanted, cleaned, marked, locks.reencoded)


def lived(chance, block):
    for deed in chance.sample(DEEDS, chance.randrange(4)):
        block = deed(chance, block)
        paths = {one.path: one for one in block.outputs}
        block = replace(block, outputs=tuple(paths[path] for path in sorted(paths)))
    return block


@given(st.integers(0, 2**32))
def test_a_merge_holds_what_the_sides_hold_and_outputs_stem_from_their_picture(seed):
    chance = random.Random(seed)
    base = lived(chance, locks.block(chance, "hero"))
    ours, theirs = lived(chance, base), lived(chance, base)
    assert merged(base, ours, base) == merged(base, base, ours) == merged(base, ours, ours) == ours
    found = merged(base, ours, theirs)
    assert (found == CONFLICT) == (merged(base, theirs, ours) == CONFLICT)
    if found == CONFLICT:
        return
    assert found.request in (ours.request, theirs.request)
    assert found.original in (ours.original, theirs.original)
    for one in (*found.candidates, found.original):
        assert one in (*ours.candidates, *theirs.candidates, ours.original, theirs.original)
    for side in (ours, theirs):  # a picture that was paid for since is not lost
        if side.request == found.request:
            assert digests(side.candidates) - digests(base.candidates) <= digests((*found.candidates, found.original))
    for written in found.outputs:
        assert (written.path, written.sha256) in {(one.path, one.sha256) for one in (*ours.outputs, *theirs.outputs)}
        stems = found.original is not None and written.finish["original"] == found.original.sha256
        before = any(written in side.outputs and side.original == found.original for side in (ours, theirs))
        assert stems or written.removed or before


def digests(originals):
    return {one.sha256 for one in originals if one is not None}


def test_markers_stand_around_the_blocks_in_conflict_only():
    added = locks.block(CHANCE, "zebra")
    found = merging.merge({"hero": BASE}, {"hero": REROLLED}, {"hero": OTHER, "ape": added, "zebra": added})
    text = found.text("HEAD", "side")
    header, block = lockfile.dump({}), {name: lockfile.dump({name: added}).removeprefix(lockfile.dump({})) for name in ("ape", "zebra")}
    ours, theirs = (lockfile.dump({"hero": side}).removeprefix(f"{header}\n") for side in (REROLLED, OTHER))
    assert text == f"{header}{block['ape']}\n<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> side\n{block['zebra']}"
    assert "\n<<<<<<<<< HEAD\n" in found.text("HEAD", "side", 9)


def test_the_sides_of_a_text_with_markers():
    found = merging.split("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> side\nd\n<<<<<<< HEAD\n=======\ne\n>>>>>>> side\n")
    assert (found.ours, found.theirs, found.common, found.base, found.labels) == (
        "a\nb\nd\n",
        "a\nc\nd\ne\n",
        "a\nd\n",
        None,
        ("HEAD", "side"),
    )
    shown = merging.split("a\r\n<<<<<<< ours\r\nb\r\n||||||| 123\r\nx\r\n=======\r\nc\r\n>>>>>>> theirs\r\n")
    assert (shown.ours, shown.theirs, shown.base) == ("a\r\nb\r\n", "a\r\nc\r\n", "a\r\nx\r\n")
    longer = merging.split("<<<<<<<<< HEAD\n<<<<<<< b\n=======\n=========\nc\n>>>>>>>>> side")
    assert (longer.ours, longer.theirs) == ("<<<<<<< b\n=======\n", "c\n")


@pytest.mark.parametrize(
    "text", ["", "a = 1\n", "<<<<<<< HEAD\na\n", "<<<<<<< HEAD\n=======\n", "=======\n", 'a = "\u2028<<<<<<< x"\n', "<<<<<<\n"]
)
def test_a_text_without_pairs_of_markers(text):
    assert merging.split(text) is None
