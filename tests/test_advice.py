"""What is told of a new picture beside its line: what came between, and what the provider dropped."""

from dataclasses import replace

import pytest

from assetgen.engine.advice import told
from assetgen.events import Noted
from assetgen.lockfile import Block, Original
from assetgen.model import Policy

PLAIN = Original(sha256="0", pixels="0", format="png", width=64, height=64, bytes=1, provider="diffusers")
LOWER = 'memory ran out in the mode "full", so it was drawn in the mode "tiled"'
AGAIN = "it came with values that are no numbers (NaN), so it was drawn once more with vae in float32"


@pytest.mark.parametrize(
    ("effective", "expected"),
    [
        ({}, ()),
        ({"mode": "full", "steps": 4}, ()),
        ({"mode": "tiled", "lowered_from": "full"}, (LOWER,)),
        ({"mode": "full", "retried": "vae in float32"}, (AGAIN,)),
        ({"mode": "tiled", "lowered_from": "full", "retried": "vae in float32"}, (LOWER, AGAIN)),
    ],
)
def test_what_came_between_is_told(effective, expected):
    assert told("fox", Block(request={}, original=replace(PLAIN, effective=effective)), Policy()) == expected


def test_terms_that_were_dropped_come_after_it():
    block = Block(request={}, original=replace(PLAIN, dropped=("red", "snow"), effective={"mode": "tiled", "lowered_from": "full"}))
    dropped = 'the provider rewrote the prompt and dropped "red", "snow" (assetgen diff fox)'
    assert told("fox", block, Policy()) == (LOWER, dropped)
    assert told("fox", block, Policy(rewrite="off")) == (LOWER,)
    assert told("fox", Block(request={}), Policy()) == told("fox", None, Policy()) == ()


def test_pictures_that_nobody_can_make_again_are_spoken_of_once(shop):
    shop.write('[assets.a]\nprompt = "a fox"\n\n[assets.b]\nprompt = "an owl"\n\n[assets.c]\nprompt = "c"\nmodel = "sketch"\n')
    shop.build()
    shop.build()
    noted = [event.message for event in shop.told if isinstance(event, Noted) and "disk" in event.message]
    assert noted == ["2 originals that cannot be made again exist on this disk only"]
