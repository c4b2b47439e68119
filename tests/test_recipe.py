from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen import recipe
from assetgen.model import Asset, Expect, Local, Output, Ratio, Size, Step, Upstream
from assetgen.plugins import Ops

HERO = Asset(name="hero", base="hero", prompt="a cat", model="gpt-image-2", outputs=(Output(path="hero.png", format="png"),))
CONTENT = {Local("a.png"): "1" * 64, Upstream("logo"): "2" * 64, Local("mask.png"): "3" * 64}


def test_fields_at_their_default_are_absent():
    assert recipe.request(HERO, {}) == {"model": "gpt-image-2", "prompt": "a cat"}


def test_everything_a_user_asked_for_is_in_the_request():
    asset = replace(
        HERO,
        negative="dogs",
        params={"steps": 4.0, "nested": {"b": 1, "a": 0.5}},
        size=Size(640, 480),
        seed=0,
        references=(Upstream("logo"), Local("a.png")),
        mask=Local("mask.png"),
    )
    assert recipe.request(asset, CONTENT) == {
        "mask": "3" * 64,
        "model": "gpt-image-2",
        "negative": "dogs",
        "params": {"nested": {"a": 0.5, "b": 1}, "steps": 4},
        "prompt": "a cat",
        "references": ["2" * 64, "1" * 64],
        "seed": 0,
        "size": "640x480",
    }


def test_a_ratio_enters_as_it_was_asked_for():
    assert recipe.request(replace(HERO, size=Ratio(16, 9)), {})["size"] == "16:9"
    assert recipe.request(replace(HERO, size=Ratio(16, 9, 0.5)), {})["size"] == "16:9@0.5MP"


@pytest.mark.parametrize(
    "change",
    [
        {"alt": "words"},
        {"tags": ("docs",)},
        {"candidates": 4},
        {"protect": True},
        {"provider": "openai"},
        {"via": ("openai",)},
        {"expect": Expect(alpha=True)},
        {"outputs": ()},
        {"name": "other", "base": "other"},
    ],
)
def test_nothing_else_enters_the_key(change):
    assert recipe.request(replace(HERO, **change), {}) == recipe.request(HERO, {})


def test_a_file_asset_asks_for_the_content_of_its_file():
    asset = Asset(name="logo", base="logo", file="a.png")
    assert recipe.request(asset, CONTENT) == {"file": "1" * 64}


def test_whole_floats_and_integers_are_one_number():
    one, other = (recipe.request(replace(HERO, params={"guidance": value}), {}) for value in (3, 3.0))
    assert recipe.gen_key(one) == recipe.gen_key(other)


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=6), st.randoms())
def test_the_key_does_not_depend_on_the_order_of_a_dict(params, random):
    items = list(params.items())
    random.shuffle(items)
    assert recipe.gen_key({"params": params}) == recipe.gen_key({"params": dict(items)})


def test_the_key_of_a_known_request_never_changes():
    # A change of this digest would make every lock in the world stale.
    assert recipe.gen_key({"model": "sketch", "prompt": "a cat"}) == "2b98e5732f39a8b51fb56d3da9704e464a958a2ffccc627341c11845cd7530a7"


def test_a_finish_has_ops_with_their_versions_and_the_content_of_their_files():
    output = Output(
        path="x.webp",
        format="webp",
        width=600,
        encode={"quality": 80},
        steps=(Step(op="fit", params={"width": 10, "height": 5}), Step(op="overlay", params={"file": "a.png"})),
    )
    found = recipe.finish(output, original="0" * 64, ops=Ops(), files={"a.png": "1" * 64}, source="algorithmicMedia", placeholder=True)
    assert found == {
        "encode": {"quality": 80},
        "encoder": 1,
        "format": "webp",
        "original": "0" * 64,
        "placeholder": True,
        "source": "algorithmicMedia",
        "steps": [
            {"op": "fit", "params": {"height": 5, "width": 10}, "version": 1},
            {"op": "overlay", "params": {"file": "1" * 64}, "version": 1},
        ],
        "width": 600,
    }


def test_the_path_of_an_output_is_not_in_its_key():
    one, other = (
        recipe.finish(Output(path=path, format="png"), original="0" * 64, ops={}, files={}, source=None, placeholder=False)
        for path in ("a.png", "b/c.png")
    )
    assert recipe.out_key(one) == recipe.out_key(other)


def test_changes_are_a_difference_of_two_dicts():
    old = {"prompt": "a", "params": {"steps": 4, "x": 1}, "seed": 1}
    new = {"prompt": "b", "params": {"steps": 5, "x": 1}, "size": "1x1"}
    assert [(c.field, c.old, c.new) for c in recipe.changes(old, new)] == [
        ("params.steps", 4, 5),
        ("prompt", "a", "b"),
        ("seed", 1, None),
        ("size", None, "1x1"),
    ]
    assert recipe.changes(old, old) == ()
