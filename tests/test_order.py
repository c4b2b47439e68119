"""A plan as a file: what is read of it, and how every other file is refused."""

import json
import subprocess
import sys
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.errors import FaultyFile
from assetgen.plan.order import VERSION, Cost, Free, Line, Order, dump, is_order, parse, schema
from assetgen.plan.strictjson import LARGEST
from assetgen.report.faults import render_all
from tests.projects import ROOT

KEY = "0123456789abcdef" * 4
HERO = Line(
    name="hero",
    state="generate",
    reasons=("never generated",),
    providers=("openai",),
    ids=("gpt-image-2",),
    size="1024x1024",
    price=Cost(low=Decimal("0.006"), high=Decimal("0.211"), source="a list"),
    maximum=Decimal("0.211"),
    request={"model": "gpt-image-2", "params": {"hd": False, "note": "", "scale": 2.5}, "prompt": "ein Füchschen"},
    gen_key=KEY,
)
ICON = Free(name="icon", state="finish", reasons=('"icon.png" is new',))
ORDER = Order(project=".", maximum=Decimal("0.211"), assets=(HERO,), free=(ICON,))
TEXT = dump(ORDER)
ANEW = "hint: assetgen plan --out plan.json"
NAME_ONE = "hint: name a file that `assetgen plan --out` wrote"


def refusal(text):
    """What a person reads of a file that is refused: without the line of the file and its carets."""
    with pytest.raises(FaultyFile) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), "plan.json")
    assert caught.value.exit_code == 2
    return [line for line in render_all(caught.value.faults).splitlines() if line and not line.startswith("    ")]


def test_an_order_is_read_as_it_was_written():
    assert parse(TEXT.encode(), "plan.json") == ORDER
    assert parse(TEXT.encode(), "plan.json").anew == "assetgen plan --out plan.json"
    assert json.loads(TEXT)["assets"][0]["request"] == HERO.request
    jsonschema.validate(json.loads(TEXT), schema())


def test_spaces_and_the_order_of_keys_are_no_change():
    tree = json.loads(TEXT)
    assert parse(json.dumps(dict(reversed(tree.items()))).encode(), "plan.json") == ORDER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"a list"', '"a better list"'),
        ('"gpt-image-2"', '"gpt-image-1"'),
        ('"0.006"', '"0.06"'),
        ('"scale": 2.5', '"scale": 3.5'),
        ('"ein', '"kein'),
    ],
)
def test_a_plan_that_was_changed_by_hand(old, new):
    assert old in TEXT
    assert refusal(TEXT.replace(old, new)) == [
        "plan.json:47:13: error: digest: the plan was changed by hand: only what assetgen wrote is carried out",
        ANEW,
    ]


def test_a_plan_without_its_digest():
    tree = json.loads(TEXT)
    del tree["digest"]
    assert refusal(json.dumps(tree)) == [
        "plan.json:1:1: error: digest: the plan has no digest: only what assetgen wrote is carried out",
        ANEW,
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["plan.json:1:1: error: not JSON: expecting value", NAME_ONE]),
        (TEXT[:40], ["plan.json:4:3: error: not JSON: unterminated string starting at", NAME_ONE]),
        ("{'a': 1}", ["plan.json:1:2: error: not JSON: expecting property name enclosed in double quotes", NAME_ONE]),
        ("[" * 100_000, ["error: plan.json: the file is nested too deeply", NAME_ONE]),
        (b"\xff\xfe{}", ["error: plan.json: the file is not UTF-8", NAME_ONE]),
        (b" " * (LARGEST + 1), ["error: plan.json: the file is larger than 10 MiB", NAME_ONE]),
        ('{"version": 1, "a": NaN}', ["error: plan.json: the file holds a number or a character that no file can hold", NAME_ONE]),
        ('{"version": 1, "a": 1e999}', ["error: plan.json: the file holds a number or a character that no file can hold", NAME_ONE]),
        ('{"version": 1, "a": "\\ud800"}', ["error: plan.json: the file holds a number or a character that no file can hold", NAME_ONE]),
        ("[]", ["plan.json:1:1: error: this is not a plan of assetgen", ANEW]),
        ('"plan"', ["plan.json:1:1: error: this is not a plan of assetgen", ANEW]),
        ("{}", ["plan.json:1:1: error: this is not a plan of assetgen", ANEW]),
        ('{"version": "1"}', ["plan.json:1:13: error: version: the plan is of no version that this assetgen knows", ANEW]),
        ('{"version": true}', ["plan.json:1:13: error: version: the plan is of no version that this assetgen knows", ANEW]),
        (
            '{"version": 2}',
            [
                f"plan.json:1:13: error: version: the plan is of version 2, and this assetgen reads version {VERSION}",
                "hint: pip install --upgrade assetgen-build",
            ],
        ),
        ('{"version": 1, "version": 1}', ['plan.json:1:27: error: version: the key "version" stands here twice', NAME_ONE]),
        ('{"version": 1, "file": "x"}', ['plan.json:1:24: error: file: unknown key "file"', ANEW]),
        ('{"version": 1, "project": "."}', ['plan.json:1:1: error: maximum: "maximum" is missing', ANEW]),
        ("<<<<<<< main\n{}", ["plan.json:1:1: error: the plan holds a merge conflict", ANEW]),
    ],
)
def test_what_is_no_plan(text, lines):
    assert refusal(text) == lines


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ('"candidates": 1', '"candidates": "1"', [
            "plan.json:19:21: error: assets[0].candidates: expected an integer, found a string", ANEW,
        ]),
        ('"candidates": 1', '"candidates": 1.0', [
            "plan.json:19:21: error: assets[0].candidates: expected an integer, found a float", ANEW,
        ]),
        ('"size": "1024x1024"', '"siez": "1024x1024"', ['plan.json:18:15: error: assets[0].siez: unknown key "siez"', ANEW]),
        ('"state": "finish"', '"state": "fin"', [
            'plan.json:41:16: error: free[0].state: expected one of "finish", "restore", "generate", "waits", found "fin"',
            'hint: did you mean "finish"?',
        ]),
        ('"high": "0.211"', '"high": 0.211', [
            'plan.json:22:17: error: assets[0].price.high: expected an amount of USD such as "0.211", found 0.211', ANEW,
        ]),
        ('"high": "0.211"', '"high": "-1"', [
            'plan.json:22:17: error: assets[0].price.high: expected an amount of USD such as "0.211", found "-1"', ANEW,
        ]),
        ('"high": "0.211"', '"high": "1e9"', [
            'plan.json:22:17: error: assets[0].price.high: expected an amount of USD such as "0.211", found "1e9"', ANEW,
        ]),
        (f'"{KEY}"', '"../../etc"', [
            'plan.json:35:18: error: assets[0].gen_key: expected a SHA-256 of 64 hexadecimal digits, found "../../etc"', ANEW,
        ]),
        ('"name": "icon"', '"name": "hero"', ['plan.json:40:15: error: free[0].name: "hero" stands here twice', ANEW]),
        ('"maximum": "0.211",\n  "assets"', '"maximum": "9",\n  "assets"', [
            "plan.json:4:14: error: maximum: the maximum is not the sum of the assets' maxima", ANEW,
        ]),
        ('"name": "hero"', '"name": "hero", "name": "other"', [
            'plan.json:7:31: error: assets[0].name: the key "name" stands here twice', NAME_ONE,
        ]),
    ],
)  # fmt: skip
def test_faults_of_a_plan_have_their_place(old, new, lines):
    assert old in TEXT
    assert refusal(TEXT.replace(old, new, 1)) == lines


def test_what_a_new_plan_may_replace():
    assert is_order(TEXT.encode())
    assert is_order(TEXT.replace("0.211", "9").encode())
    assert is_order(f"<<<<<<< ours\n{TEXT}=======\n{TEXT}>>>>>>> theirs\n".encode())
    assert not is_order(b'{"version": 1}')
    assert not is_order(b"[]")


HOSTILE = """
import resource
from assetgen.errors import FaultyFile
from assetgen.plan.order import parse
from assetgen.plan.strictjson import MOST
from assetgen.report.faults import render_all
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
many, long = 50_000, "b" * 500_000
for text in (
    '{"version":1,"assets":[' + "0," * many + "0]}",
    '{"version":1,"free":[' + "{}," * many + "{}]}",
    '{"version":1,' + ",".join(f'"{nth}":0' for nth in range(many)) + "}",
    '{"version":1,' + ",".join(f'"{nth}":0' for nth in range(500)) + "}",
    '{"version":1,"assets":[{"reasons":[' + "0," * many + '0]}],"' + long + '":0}',
    '{"version":1,"' + long + '":0,"' + long + '":0}',
    "<<<<<<< " + long,
    "[" * 900 + "0," * many + "0" + "]" * 900,
):
    try:
        parse(text.encode(), "plan.json")
    except FaultyFile as refused:
        assert len(refused.faults) <= MOST + 1
        assert len(render_all(refused.faults)) < 20_000
    else:
        raise AssertionError(text[:80])
print("refused")
"""


def test_a_hostile_plan_is_refused_in_few_words_and_little_memory():
    """A fault that carries its whole line, for each of a million faults, would fill any memory."""
    done = subprocess.run([sys.executable, "-c", HOSTILE], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("refused\n", "")


REQUESTS = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


@given(request=REQUESTS, after=st.lists(st.text(max_size=4), max_size=3), amount=st.decimals(0, 10**6, places=20))
def test_every_request_comes_back_as_it_was(request, after, amount):
    line = Line(
        name="hero",
        state="waits",
        reasons=(),
        providers=("openai",),
        ids=("gpt-image-2",),
        price=Cost(low=Decimal(0), high=amount),
        maximum=amount,
        request=request,
        after=tuple(after),
    )
    made = Order(project="sub", maximum=amount, assets=(line,))
    assert parse(dump(made).encode(), "plan.json") == made
    jsonschema.validate(json.loads(dump(made)), schema())
