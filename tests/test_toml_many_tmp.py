import tomllib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetgen.errors import FaultyFile, Place
from assetgen.toml import Locator, dotted, parse
from assetgen.toml.outline import of, suits_fast_reader

SCALARS = [
    *("0", "-0", "+7", "1_000", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "0xDEAD_beef", "0o17", "0b11"),
    *("0.5", "-0.0", "5e+22", "1e400", "1e-400", "6.02_2e23", "nan", "-nan", "inf", "-inf", "123456789.123456789012345"),
    *("true", "false", "1979-05-27", "07:32:00", "07:32:00.1234567", "1979-05-27T07:32:00", "1979-05-27 07:32:00Z"),
    *("1979-05-27T00:32:00.999999-07:00", '""', '"x"', r'"\u00e9\t\"\\ \U0001F600"', "'c:\\temp'", '"a # b = [c] {d}"', "'''\nx\ny'''"),
    *('"""\nx\\\n   y ""quoted"" \\"""z"""', '""""x"""""', "''''x'''''", '"16:9"', '"1979-05-27"', '"a,}"', "'{'", '"日本 é"'),
]
scalars = st.sampled_from(SCALARS)
# Each written form of a key with what it means.
keys = st.sampled_from(
    ["a", "b-c", "1", "-", "x_y", "true", "nan", '"q r"', "'s.t'", '"\\u00e9"', '""', "2024-01-01", "assets", "é".join('""')]
)
comments = st.sampled_from(["", "", " # note", " # [x] {y} 'z \"", "\t#"])


def arrays(inner):
    gap = st.sampled_from(["", " ", "\n  ", " # c\n"])
    items = st.lists(inner, max_size=3)
    return st.builds(
        lambda given, before, last: f"[{before}{(',' + before).join(given)}{last if given else ''}{before}]",
        items,
        gap,
        st.sampled_from(["", ","]),
    )


def tables(inner):
    pairs = st.lists(st.tuples(keys, inner), max_size=3)
    return pairs.map(lambda given: "{ " + ", ".join(f"{key} = {value}" for key, value in given) + " }")


values = st.recursive(scalars, lambda inner: arrays(inner) | tables(inner), max_leaves=6)
dotted_keys = st.lists(keys, min_size=1, max_size=3).map(" . ".join)
pairs = st.builds(lambda key, value, note: f"{key} = {value}{note}", dotted_keys, values, comments)
headers = st.builds(lambda key, twice, note: ("[[" + key + "]]" if twice else "[" + key + "]") + note, dotted_keys, st.booleans(), comments)
documents = st.builds(
    lambda lines, end: end.join(lines) + end,
    st.lists(pairs | headers | st.just("") | st.just("# only"), max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
soup = st.lists(
    st.sampled_from(
        [
            *"[]{}=.,#'\"\\\n\r \tab1",
            '"""',
            "'''",
            "\r\n",
            "\ufeff",
            "\\e",
            "\\x41",
            "07:32",
            "1979-05-27",
            "$__toml_private_datetime",
            " = ",
            "1e400",
            '"',
            "a = ",
            "{ b = 1 }",
        ]
    ),
    max_size=30,
).map("".join)


def same_as_tomllib(text):
    try:
        expected = tomllib.loads(text)
    except ValueError:
        with pytest.raises(FaultyFile):
            parse(text.encode(), "x.toml")
        return
    assert repr(parse(text.encode(), "x.toml")) == repr(expected)


@settings(max_examples=6000, deadline=None)
@given(documents)
def test_reads_documents_as_tomllib_does(text):
    same_as_tomllib(text)


@settings(max_examples=6000, deadline=None)
@given(soup)
@example("a = { b = 1, }")
@example("a = { b = 1,\n c = 2 }")
@example('a = { b = "}",\n c = "{" }')
@example("a = { b = 1 # }\n }")
@example('a = "\\e"')
@example('a = "\\x41"')
@example("a = 07:32")
@example("a = 1979-05-27T07:32Z")
@example("a = 1979-05-27T07:32:00Z")
@example("a = '''\r\nx\r\ny'''")
@example("a = 1\rb = 2")
@example('"$__toml_private_datetime" = "1979-05-27"')
@example('a = { "$__toml_private_datetime" = "1979-05-27" }')
@example("a = 1e400")
@example("a = " + "9" * 5000)
def test_agrees_with_tomllib_on_what_is_no_toml_too(text):
    same_as_tomllib(text)


@settings(max_examples=6000, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_one_place(data):
    try:
        parse(data, "x.toml")
    except FaultyFile as error:
        (fault,) = error.faults
        assert fault.place is not None
        assert fault.place.line >= 1
        assert 1 <= fault.place.column <= len(fault.place.text) + 1


def test_the_common_manifest_takes_the_fast_way():
    text = 'version = 1\n[assets.icon-01]\nsize = "16:9" # at 12:00\npost = [{ op = "fit", width = 1 }]\nprompt = "a {theme}, }"\n'
    assert suits_fast_reader(text, of(text))


@pytest.mark.parametrize(
    ("data", "line", "column", "message", "hint"),
    [
        (b"\xef\xbb\xbfa = 1", 1, 1, "the file begins with a byte order mark", 'save it as "UTF-8", not as "UTF-8 with BOM"'),
        (b'a = 1\nb = "\xc3\xa9 \xff"', 2, 8, "the byte 0xff is not UTF-8", 'save the file as "UTF-8"'),
        (b'a = "\xed\xa0\x80"', 1, 6, "the byte 0xed is not UTF-8", 'save the file as "UTF-8"'),
        (b'a = 1\nb = "x\0"', 2, 7, "the file holds a NUL character", 'remove it; save the file as "UTF-8"'),
        (b"a = [1\n", 1, 7, 'the array is not closed with "]"', '["one", "two"]'),
        (b"a = " + b"9" * 5000, 1, 5, "an integer is too large", ""),
        (b"a = " + b"[" * 65 + b"]" * 65, 1, 69, "arrays and tables are nested deeper than 64", ""),
        (b"a = " + b"[" * 5000, 1, 69, "arrays and tables are nested deeper than 64", ""),
        (b".".join([b"'a.b'"] * 66) + b" = 1", 1, 390, "a key has more than 64 dots", ""),
        (b"a = 1\n=======\n", 2, 1, "a merge conflict is not resolved", "choose between the two sides and delete the markers"),
    ],
)
def test_says_where_and_what(data, line, column, message, hint):
    with pytest.raises(FaultyFile) as caught:
        parse(data, "x.toml")
    (fault,) = caught.value.faults
    assert (fault.place.file, fault.place.line, fault.place.column, fault.message, fault.hint) == ("x.toml", line, column, message, hint)


def test_bounds_the_size_before_reading():
    with pytest.raises(FaultyFile, match="the file has 67108865 bytes, more than 67108864"):
        parse(b"#" * (64 * 1024 * 1024 + 1), "x.toml")


def test_depth_and_dots_up_to_the_bound_are_read():
    assert parse(b"a = " + b"[" * 64 + b"]" * 64, "x.toml")
    assert parse(b".".join([b"a"] * 65) + b" = 1", "x.toml")
    assert parse(b'a = "' + b"[" * 99 + b"." * 99 + b'"', "x.toml")


@pytest.mark.parametrize(
    "hostile", ['"""' + "\\" + '"""' * 20_000, "'" * 60_001, "a.\n" * 20_000, "[" * 60_000, "{=" * 30_000, '"' * 60_001]
)
def test_hostile_texts_end_soon(hostile):
    with pytest.raises(FaultyFile):
        parse(hostile.encode(), "x.toml")


TEXT = """\
top = 1
assets.dotted.seed = 2

[assets.hero]
prompt = "a hero"  # comment
size   = [1024,  768]
params = { steps = 28, "odd key" = { deep = [1, { x = "y" }] } }
post = [
  { op = "fit", width = 10 },  # [not] {this}
  { op = "blur" },
]
text = \"\"\"
[not.a.table]
seed = 9
\"\"\"

["assets" . 'a.b']
"quoted\\u0020key" = 'v'

[[list.of]]
name = "one"
[[list.of]]
name = "two"
[list.of.inner]
deep = true
"""


@pytest.mark.parametrize(
    ("path", "key", "line", "column", "shown"),
    [
        (("top",), False, 1, 7, "1"),
        (("top",), True, 1, 1, "top"),
        (("assets", "dotted", "seed"), False, 2, 22, "2"),
        (("assets", "dotted"), True, 2, 8, "dotted"),
        (("assets", "hero"), False, 4, 9, "hero"),
        (("assets", "hero", "prompt"), False, 5, 10, '"a hero"'),
        (("assets", "hero", "size", 1), False, 6, 18, "768"),
        (("assets", "hero", "params", "steps"), True, 7, 12, "steps"),
        (("assets", "hero", "params", "odd key", "deep", 1, "x"), False, 7, 55, '"y"'),
        (("assets", "hero", "post", 0, "width"), False, 9, 25, "10"),
        (("assets", "hero", "post", 1), False, 10, 3, '{ op = "blur" }'),
        (("assets", "hero", "text"), False, 12, 8, '"""'),
        (("assets", "a.b", "quoted key"), False, 18, 21, "'v'"),
        (("list", "of", 0, "name"), False, 21, 8, '"one"'),
        (("list", "of", 1, "name"), False, 23, 8, '"two"'),
        (("list", "of", 1, "inner", "deep"), False, 25, 8, "true"),
        (("assets", "hero", "missing"), False, 4, 9, "hero"),
        (("assets", "hero", "params", "missing"), False, 7, 1, "params"),
        (("nothing",), False, 1, 1, "t"),
    ],
)
def test_points_at_keys_and_values(path, key, line, column, shown):
    place = Locator(TEXT, "x.toml").place(path, key=key)
    assert (place.line, place.column) == (line, column)
    assert place.text[place.column - 1 : place.column - 1 + place.length] == shown


def leaves(value, path=()):
    if isinstance(value, dict | list) and value:
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, step))
    elif path:
        yield path, value


@settings(max_examples=6000, deadline=None)
@given(documents)
def test_points_at_text_that_means_the_value(text):
    try:
        data = tomllib.loads(text)
    except ValueError:
        return
    locator = Locator(text, "x.toml")
    lines = text.split("\n")
    for path, value in leaves(data):
        place = locator.place(path)
        assert place.text == lines[place.line - 1].rstrip("\r")
        shown = place.text[place.column - 1 : place.column - 1 + place.length]
        if shown.startswith(('"""', "'''", "[", "{")) or (value in ({}, [])):
            continue  # over several lines, or a table made by its header
        assert repr(tomllib.loads(f"v = {shown}")["v"]) == repr(value)


@settings(max_examples=6000, deadline=None)
@given(soup, st.lists(st.sampled_from(["a", "b", "ab", 0, 1]), max_size=4))
def test_pointing_never_fails(text, path):
    place = Locator(text, "x.toml").place(tuple(path))
    assert place.line <= text.count("\n") + 1


def test_scans_a_large_file_once():
    text = "".join(f'[assets.a{index}]\nprompt = "p"\noutputs = ["a.png"]\n' for index in range(20_000))
    locator = Locator(text, "x.toml")
    for index in range(0, 20_000, 7):
        assert locator.place(("assets", f"a{index}", "outputs", 0)) == Place(
            file="x.toml", line=index * 3 + 3, column=12, length=7, text='outputs = ["a.png"]'
        )


def test_dotted_paths_are_written_as_toml_writes_them():
    assert dotted(("assets", "hero", "post", 0, "op")) == "assets.hero.post[0].op"
    assert dotted(("assets", 'a "b".c', "x")) == 'assets."a \\"b\\".c".x'
