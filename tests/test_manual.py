"""Prompts to paste into tools without an API."""

import pytest

from assetgen.errors import Impossible
from assetgen.model import Ratio, Size
from assetgen.providers import Blob, Request
from assetgen.providers.manual import FLAGS, create

MANUAL = create(None, None)


def ask(model="midjourney-v6.1", prompt="a fox", **fields):
    return Request(model=model, prompt=prompt, **fields)


def test_a_person_makes_it_and_nobody_calls_generate():
    traits = MANUAL.traits
    assert (traits.by_hand, traits.paid, traits.placeholder) == (True, False, False)
    with pytest.raises(AssertionError):
        MANUAL.generate(ask(), None)


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (ask(size=Size(1536, 1024), seed=42, negative="a, b"), "a fox --ar 3:2 --seed 42 --no a, b --v 6.1"),
        (ask("midjourney-v6"), "a fox --v 6"),
        (ask("midjourney-v7"), "a fox --v 7"),
        (ask("midjourney"), "a fox"),
        (ask("niji-6"), "a fox --niji 6"),
        (ask("midjourney-niji-6"), "a fox --niji 6"),
        (ask("niji"), "a fox --niji"),
        (ask(prompt="a fox\n in snow ", seed=0), "a fox in snow --seed 0 --v 6.1"),
        (
            ask(params={"stylize": 250, "chaos": 10, "style": "raw", "tile": True, "draft": False, "iw": 1.5}),
            "a fox --stylize 250 --chaos 10 --style raw --tile --iw 1.5 --v 6.1",
        ),
        (
            ask(references=(Blob(data=b"", format="png", name="logo.png"),), mask=Blob(data=b"", format="png", name="mask.png")),
            'a fox --v 6.1\nattach by hand: the reference "logo.png"\nattach by hand: the mask "mask.png", white where it is painted anew',
        ),
        (
            ask("krea", negative="text", size=Size(800, 600), seed=7, params={"raw": True}),
            "a fox\nnegative: text\nsize: 800x600\nseed: 7\nraw: true",
        ),
        (ask("midjourney-clone"), "a fox"),
    ],
)
def test_the_prompt_is_ready_to_paste(request_, text):
    assert MANUAL.ready_prompt(request_) == text


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        ({"params": {"stylise": 1}}, 'model "midjourney-v6.1" takes no parameter "stylise"', 'did you mean "stylize"?'),
        (
            {"params": {"zzz": 1}},
            'model "midjourney-v6.1" takes no parameter "zzz"',
            "it takes " + ", ".join(f'"{flag}"' for flag in FLAGS),
        ),
        ({"params": {"ar": "3:2"}}, '"ar" is not a parameter: it comes from the field "size"', 'remove "ar" from params'),
        ({"params": {"chaos": [1]}}, 'model "midjourney-v6.1" takes only a number, a word or true for "chaos"', "chaos = 1"),
        ({"seed": 2**32}, 'model "midjourney-v6.1" takes no seed 4294967296', "a whole number from 0 to 4294967295"),
    ],
)
def test_check_knows_the_prompt_language(fields, message, hint):
    with pytest.raises(Impossible) as caught:
        MANUAL.check(ask(**fields))
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("prompt", "flag", "hint"),
    [
        ("a fox --ar 3:2", "ar", 'the field "size"'),
        ("a fox --no fog, rain", "no", 'the field "negative"'),
        ("--seed 7 a fox", "seed", 'the field "seed"'),
        ("a fox\n--v 7", "v", 'the field "model"'),
        ("a fox --s 250", "s", "params = { stylize = … }"),
        ("a fox --tile", "tile", "params = { tile = … }"),
        ("a fox --oref https://x.example/a.png", "oref", 'controls = [{ kind = "character", image = "…" }]'),
    ],
)
def test_a_flag_in_the_prompt_has_a_field_of_its_own(prompt, flag, hint):
    with pytest.raises(Impossible) as caught:
        MANUAL.check(ask(prompt=prompt))
    assert (caught.value.message, caught.value.hint) == (f'the prompt holds the flag "--{flag}", which has a place of its own', hint)


@pytest.mark.parametrize("prompt", ["a fox -- red", "a --made-up word", "well--no fox", "a fox --NO"])
def test_other_dashes_are_words(prompt):
    MANUAL.check(ask(prompt=prompt))


def test_check_lets_other_tools_take_anything():
    MANUAL.check(ask("krea", params={"anything": [1]}, seed=-1))
    MANUAL.check(ask(params={"style": "raw", "stylize": 0}, seed=2**32 - 1))


def test_a_ratio_is_written_as_it_was_asked_for():
    prompt = MANUAL.ready_prompt(Request(model="midjourney-v7", prompt="a fox", size=Size(1344, 768), ratio=Ratio(16, 9)))
    assert prompt == "a fox --ar 16:9 --v 7"
