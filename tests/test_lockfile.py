import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen import lockfile
from assetgen.errors import FaultyFile
from assetgen.lockfile import Block, Original, Written

SHA = "a" * 64
ORIGINAL = Original(sha256=SHA, pixels="b" * 64, format="png", width=2, height=3, bytes=70, provider="openai", model="gpt-image-2")
WRITTEN = Written(path="img/hero.webp", sha256="c" * 64, bytes=10, width=2, height=3, finish={"format": "webp", "original": SHA})
BLOCK = Block(request={"model": "gpt-image-2", "prompt": "a cat", "seed": 0}, original=ORIGINAL, outputs=(WRITTEN,))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(st.booleans() | numbers | texts, lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3))


def parse(text):
    return lockfile.parse(text.encode())


def test_the_text_of_a_lock_is_what_people_review():
    assert lockfile.dump({"hero": BLOCK}) == (
        "# Written by assetgen. Commit this file, do not edit it.\n"
        "version = 1\n"
        "\n"
        "[assets.hero.request]\n"
        'model = "gpt-image-2"\n'
        'prompt = "a cat"\n'
        "seed = 0\n"
        "\n"
        "[assets.hero.original]\n"
        f'sha256 = "{SHA}"\n'
        f'pixels = "{"b" * 64}"\n'
        'format = "png"\n'
        "width = 2\n"
        "height = 3\n"
        "bytes = 70\n"
        'provider = "openai"\n'
        'model = "gpt-image-2"\n'
        "\n"
        "[[assets.hero.outputs]]\n"
        'path = "img/hero.webp"\n'
        f'sha256 = "{"c" * 64}"\n'
        "bytes = 10\n"
        "width = 2\n"
        "height = 3\n"
        f'finish = {{ format = "webp", original = "{SHA}" }}\n'
    )


def test_blocks_are_sorted_by_name_and_outputs_by_path():
    other = replace(BLOCK, outputs=(WRITTEN, replace(WRITTEN, path="a.png")))
    text = lockfile.dump({"zebra": BLOCK, "icon[theme=dark]": BLOCK, "ape": other})
    assert list(tomllib.loads(text)["assets"]) == ["ape", "icon[theme=dark]", "zebra"]
    assert text.index('"a.png"') < text.index('"img/hero.webp"')


def test_values_that_look_empty_survive():
    block = replace(BLOCK, original=replace(ORIGINAL, seed=0, kept=0.0, dropped=("a",)), removed=True)
    assert parse(lockfile.dump({"x": block})) == {"x": block}


@given(texts.filter(bool), st.dictionaries(texts, values, max_size=4), st.dictionaries(texts, values, max_size=4))
def test_what_is_written_is_read(name, request, finish):
    original = replace(ORIGINAL, effective=finish, revised_prompt=name)
    block = Block(request=request, original=original, candidates=(original,), outputs=(replace(WRITTEN, finish=finish),))
    text = lockfile.dump({name: block})
    assert parse(text) == {name: block}
    assert lockfile.dump(parse(text)) == text


def test_the_version_of_the_text_is_checked():
    with pytest.raises(FaultyFile) as caught:
        parse("version = 2\n")
    (fault,) = caught.value.faults
    assert fault.message == "the lock is of version 2, and this assetgen reads version 1"
    assert (fault.place.line, fault.place.column) == (1, 11)
    assert fault.hint == "pip install --upgrade assetgen-build"


def test_a_merge_conflict_is_named_with_its_line():
    with pytest.raises(FaultyFile) as caught:
        parse(lockfile.dump({"hero": BLOCK}) + "<<<<<<< HEAD\n")
    (fault,) = caught.value.faults
    assert fault.message == "the lock holds a merge conflict"
    assert fault.place.line == 26


@pytest.mark.parametrize("cut", range(0, 700, 7))
def test_a_truncated_lock_is_a_fault_or_an_older_lock(cut):
    text = lockfile.dump({"hero": BLOCK, "logo": BLOCK})
    try:
        found = parse(text[:cut])
    except FaultyFile:
        return
    assert set(found) <= {"hero", "logo"}


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_flipped_byte_never_ends_in_a_traceback(at, value):
    data = bytearray(lockfile.dump({"hero": BLOCK}).encode())
    data[at % len(data)] = value
    try:
        found = lockfile.parse(bytes(data))
    except FaultyFile:
        return
    assert all(isinstance(block, Block) for block in found.values())


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../a.png", '"../a.png" leaves the project by ".."'),
        ("a/../../b.png", '"a/../../b.png" leaves the project by ".."'),
        ("/etc/a.png", '"/etc/a.png" is absolute'),
        ("a\\u0000.png", "\"a\0.png\" holds the character '\\x00', which not every system takes in a file name"),
        ("", '"" names no file'),
        ("./a.png", '"./a.png" is not the plain form of "a.png"'),
        ("assetgen.toml", '"assetgen.toml" would overwrite a file of the project'),
        ("Assetgen.LOCK", '"Assetgen.LOCK" would overwrite a file of the project'),
        (".env", '".env" would overwrite a file of the project'),
        (".git/config", '".git/config" lies in a folder that is not for outputs'),
        ("sub/.assetgen/ledger.jsonl", '"sub/.assetgen/ledger.jsonl" lies in a folder that is not for outputs'),
    ],
)
def test_an_output_path_that_no_build_wrote_is_a_fault(path, message):
    text = lockfile.dump({"hero": BLOCK}).replace(f'path = "{WRITTEN.path}"', f'path = "{path}"')
    with pytest.raises(FaultyFile) as caught:
        parse(text)
    (fault,) = caught.value.faults
    assert (fault.message, fault.subject) == (message, "assets.hero.outputs.0.path")
    assert fault.place.text == f'path = "{path}"'


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        (f'sha256 = "{SHA}"', "assets.hero.original.sha256"),
        (f'pixels = "{"b" * 64}"', "assets.hero.original.pixels"),
        (f'sha256 = "{"c" * 64}"', "assets.hero.outputs.0.sha256"),
    ],
)
@pytest.mark.parametrize("name", ["/tmp/precious.txt", "../x", "A" * 64, "a" * 63])
def test_a_digest_that_is_none_is_a_fault(line, subject, name):
    key = line.partition(" ")[0]
    with pytest.raises(FaultyFile) as caught:
        parse(lockfile.dump({"hero": BLOCK}).replace(line, f'{key} = "{name}"'))
    (fault,) = caught.value.faults
    message = f'expected a SHA-256 of 64 hexadecimal digits, found "{name}"'
    assert (fault.message, fault.subject, fault.hint) == (message, subject, "git checkout -- assetgen.lock")
    assert (fault.place.column, fault.place.text) == (10, f'{key} = "{name}"')


@pytest.mark.parametrize(
    ("old", "new", "message", "column"),
    [
        ('prompt = "a cat"', "prompt = nan", "expected a finite number, found nan", 10),
        ('prompt = "a cat"', "prompt = [1, { a = -inf }]", "expected a finite number, found -inf", 20),
        ('prompt = "a cat"', "prompt = 1e400", "expected a finite number, found inf", 10),
        ('prompt = "a cat"', "prompt = 2020-01-01", "a date is not valid here", 10),
        ('format = "webp"', "format = nan", "expected a finite number, found nan", 21),
        ("bytes = 70", "bytes = []", "expected an integer, found an array", 9),
        ("bytes = 70", "bites = 70", '"bytes" is missing', 14),
    ],
)
def test_a_value_that_no_build_wrote_is_a_fault_with_its_place(old, new, message, column):
    with pytest.raises(FaultyFile) as caught:
        parse(lockfile.dump({"hero": BLOCK}).replace(old, new, 1))
    fault = caught.value.faults[0]
    assert (fault.message, fault.place.column) == (message, column)
    assert new in fault.place.text or message.endswith("missing")
