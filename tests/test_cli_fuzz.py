"""Whatever stands in assetgen.toml, a command ends with 0 or 2, and says so in words: no traceback, no log of a bug."""

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetgen.cli.app import run

WHOLE = b"""\
version = 1
[project]
outputs = "img"
[defaults]
size = "64x64"
seed = 7
[policy]
max_cost = 2.5
rewrite = "warn"
[styles.night]
prompt = "{prompt}, at night"
[models.mine]
use = "gpt-image-2"
params = { quality = "low" }
[assets.hero]
prompt = "a red fox"
style = "night"
tags = ["docs"]
post = [{ op = "fit", width = 32, height = 16 }]
outputs = ["hero.webp", { path = "hero@{width}.png", widths = [8, 16] }]
expect = { alpha = false, max_bytes = 200_000 }
[assets.icon]
matrix = { theme = ["light", "dark"] }
model = "mine"
size = "16:9"
prompt = "an icon, {theme}"
references = ["@hero"]
outputs = ["icon-{theme}.avif"]
"""
WORDS = [
    *("version", "include", "[assets.hero]", "[assets.'a b']", "[[assets.hero]]", "[defaults]", "[policy]", "[styles.x]", "[models.y]"),
    *("prompt", "size", "seed", "outputs", "matrix", "references", "post", "max_cost", "model", "params", "file", "candidates", "tags"),
    *("=", "=", "=", ".", ",", "[", "]", "{", "}", '"', "'", '"""', "#", "\n", "\n", "\n", " ", "\r", "\t", "\0", "\ufeff", "\u202e"),
    *("1", "-1", "0", "1e400", "nan", "inf", "99999999999999999999", "true", "1979-05-27", '"16:9"', '"x.png"', '"../x.png"', '"{x}"'),
    *('"@hero"', '"sketch"', '"\\ud800"', '"\\u0000"', "\U0001f98a", '"{"', '"*"', '""'),
]
SOUP = st.lists(st.sampled_from(WORDS), max_size=40).map(lambda words: "".join(words).encode())


@st.composite
def damaged(draw):
    """A manifest with a piece of it replaced."""
    start = draw(st.integers(0, len(WHOLE)))
    end = draw(st.integers(start, min(start + 20, len(WHOLE))))
    return WHOLE[:start] + draw(st.one_of(st.binary(max_size=8), SOUP)) + WHOLE[end:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project of a user without configuration; the process is where it was when the tests are over."""
    made = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        for name in ("HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(made))
        yield made


@given(data=st.one_of(st.binary(max_size=200), SOUP, damaged()), words=st.sampled_from([["status"], ["plan", "--json"], ["why", "hero"]]))
@example(data=WHOLE, words=["plan", "--json"])
@example(data=b"\xff\xfe\x00", words=["status"])
@example(data=b"[" * 5000, words=["status"])
@settings(max_examples=150, deadline=None)
def test_any_bytes_as_a_manifest(folder, data, words):
    (folder / "assetgen.toml").write_bytes(data)
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["-C", str(folder), *words])
    assert code in (0, 2), err.getvalue()
    assert ("error: " in err.getvalue()) == (code == 2)
    assert "Traceback" not in out.getvalue() + err.getvalue()
    assert not (folder / ".assetgen").exists()
