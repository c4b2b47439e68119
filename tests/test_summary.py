"""`--summary`: a table that a service shows; whatever stands in a manifest, it stays text."""

import re
import subprocess
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assetgen.report.summary import LIMIT, Summary, markdown
from assetgen.report.text import safe
from tests.conftest import IDENTITY
from tests.inside import Inside, clean

MANIFEST = """\
version = 1

[defaults]
size = "64x64"

[assets.fox]
prompt = "a red fox"
outputs = ["fox.png"]

[assets.owl]
prompt = "an owl"
alt = 'An "owl" <at> night'
outputs = ["owl.webp"]
"""
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "| new | cells |\n| --- |",
    "[a link](javascript:alert(1))",
    "![a picture](https://example.org/x.png)",
    "https://example.org and www.example.org",
    "somebody@example.org, @everybody, #1",
    "`code` ``` **bold** _thin_ ~~gone~~",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "\\| \\` \\",
    "<!-- a comment -->",
    "</code></td></table><h1>",
    "\x1b[31mred \u202eright\x00",
    "# a title\n- a list\n1. one",
    "[ref]: https://example.org\n[ref]",
    ":smile: $a^2$ $$b$$",
]


class Seen(HTMLParser):
    """What a reader would get: tags in order, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def shown(text):
    return Seen(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def in_a_cell(text):
    return shown(Summary(title="x", columns=("a", "b"), rows=((markdown(text), "last"),)).text())


TABLE = ["h3", "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    seen = in_a_cell(text)
    assert [tag for tag, _ in seen.tags if tag != "wbr"] == TABLE
    assert " ".join(safe(text).split()) in seen.text


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_text_stays_text(text):
    seen = in_a_cell(text)
    assert [tag for tag, _ in seen.tags if tag != "wbr"] == TABLE
    assert " ".join(safe(text).split()) in seen.text


def test_mentions_are_cut():
    assert markdown("@team") == "&#64;<wbr>team"
    assert markdown("x" * 2000) == "x" * 500 + "…"


def test_a_summary_fits_or_is_cut_at_whole_rows():
    made = Summary(title="x", columns=("a",), rows=tuple((f"row {number} " + "ä" * 200,) for number in range(9000)), below=("the sum",))
    text = made.text()
    assert LIMIT - 500 < len(text.encode()) <= LIMIT
    kept = text.count("| row ")
    assert f"\nand {9000 - kept} rows more that do not fit here\n" in text
    assert text.endswith("\nthe sum\n\n")
    assert "more" not in Summary(title="x", columns=("a",), rows=(("1",),)).text()
    assert made.text(10) == ""
    assert made.text(100) == "### x\n\n| a |\n| --- |\n\nand 9000 rows more that do not fit here\n\nthe sum\n\n"


@pytest.fixture
def art(tmp_path, monkeypatch, capsys, git):
    clean(monkeypatch, tmp_path / "home")
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    git(tmp_path / "repository")
    made = Inside(tmp_path / "repository", monkeypatch, capsys)
    made.write("art/assetgen.toml", MANIFEST)
    return made


def summary(art, *words, code=0):
    path = art.path.parent / "summary.md"
    path.unlink(missing_ok=True)
    art("-C", "art", *words, "--summary", str(path), code=code)
    return path.read_text()


def commit(art, monkeypatch):
    subprocess.run(["git", "add", "."], cwd=art.path, check=True)
    subprocess.run(["git", "commit", "-qm", "pictures"], cwd=art.path, check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=art.path, check=True, capture_output=True, text=True).stdout.strip()
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example.org")
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/pictures")
    monkeypatch.setenv("GITHUB_SHA", commit)
    return f"https://github.example.org/example/pictures/raw/{commit}/art"


def test_states_prices_and_sums(art):
    art("-C", "art", "build")
    manifest = MANIFEST.replace("a red fox", "a blue fox").replace('prompt = "an owl"', 'prompt = "an owl"\nmodel = "gpt-image-2"')
    art.write("art/assetgen.toml", manifest.replace('outputs = ["owl', 'size = "1024x1024"\noutputs = ["owl'))
    for command, code in (("check", 1), ("plan", 0)):
        text = summary(art, command, code=code)
        assert text.startswith(f"### assetgen {command}: art\n\n|  | asset | state | why | price |\n| --- | --- | --- | --- | --- |\n")
        assert "|  | <code>fox</code> | generate | prompt changed | free |\n" in text
        seen = shown(text)
        assert re.search(r"model changed; size changed|size changed; model changed|changed", seen.text)
        assert re.search(r"2 assets: 2 to generate; \$0\.\d+ to \$0\.\d+", seen.text)


def test_how_a_build_ended(art):
    text = summary(art, "build")
    assert text == (
        "### assetgen build: art\n\n"
        "|  | asset | result | files | cost |\n| --- | --- | --- | --- | --- |\n"
        "|  | <code>fox</code> | generated | <code>fox&#46;png</code> |  |\n"
        "|  | <code>owl</code> | generated | <code>owl&#46;webp</code> |  |\n\n"
        "2 assets&#58; 2 generated\n\n"
    )
    assert summary(art, "build") == "### assetgen build: art\n\nnothing to do&#58; 2 assets are fresh\n\n"


def test_committed_pictures_are_shown_where_the_service_has_them(art, monkeypatch):
    art("-C", "art", "build")
    address = commit(art, monkeypatch)
    images = [attrs for tag, attrs in shown(summary(art, "check")).tags if tag == "img"]
    assert images == [
        {"src": f"{address}/fox.png", "width": "96", "alt": "fox"},
        {"src": f"{address}/owl.webp", "width": "96", "alt": 'An "owl" <at> night'},
    ]
    art.write("art/assetgen.toml", MANIFEST + '\n[assets.new]\nprompt = "new"\noutputs = ["new.png"]\n')
    assert "new.png" not in summary(art, "check", code=1)
    text = summary(art, "build")
    assert f"{address}/new.png" not in text
    for name, value in (("GITHUB_SHA", "HEAD"), ("GITHUB_SERVER_URL", "javascript:x"), ("GITHUB_REPOSITORY", '"><b>')):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert "<img" not in summary(art, "check")
    monkeypatch.delenv("GITHUB_SHA")
    assert "<img" not in summary(art, "check")


def test_faults_are_summed_up_too(art):
    art.write("art/assetgen.toml", MANIFEST + "promt = 1\n")
    text = summary(art, "check", code=2)
    assert text == (
        "### assetgen check\n\n| where | what | why |\n| --- | --- | --- |\n"
        "| <code>art&#47;assetgen&#46;toml&#58;14</code> | <code>assets&#46;owl&#46;promt</code> "
        "| unknown key &#34;promt&#34;<br>hint: <code>did you mean &#34;prompt&#34;&#63;</code> |\n\n1 fault\n\n"
    )


def test_it_is_appended_and_never_too_long(art):
    path = art.path.parent / "summary.md"
    path.write_text("before\n")
    art("-C", "art", "plan", "--summary", str(path))
    text = path.read_text()
    assert text.startswith("before\n### assetgen plan: art\n")
    path.write_text("x" * (LIMIT - 10))
    art("-C", "art", "plan", "--summary", str(path))
    assert path.stat().st_size == LIMIT - 10


NO_MARKDOWN = "is no Markdown file"
SPOILT = "is used for something else"


@pytest.mark.parametrize(
    ("words", "path", "why"),
    [
        (["check"], "art/assetgen.toml", NO_MARKDOWN),
        (["check"], "art/assetgen.lock", NO_MARKDOWN),
        (["check"], "art/more/owl.toml", NO_MARKDOWN),
        (["check"], "art/fox.png", NO_MARKDOWN),
        (["build"], "art/new.png", NO_MARKDOWN),
        (["check"], "art/link.md", NO_MARKDOWN),
        (["check"], "art/.env", NO_MARKDOWN),
        (["check"], ".git/config", NO_MARKDOWN),
        (["check"], "art/notes.txt", SPOILT),
        (["check"], "art/part", SPOILT),
        (["plan", "--out", "order"], "art/order", SPOILT),
        (["apply", "--dry-run", "order"], "art/order", SPOILT),
        (["apply", "order.json"], "art/order.json", NO_MARKDOWN),
    ],
)
def test_nothing_else_is_appended_to(art, words, path, why):
    text = MANIFEST.replace("version = 1", 'version = 1\ninclude = ["more/*.toml", "part"]')
    param = 'prompt = "a red fox"\nparams = { note = { file = "notes.txt" } }'
    art.write("art/assetgen.toml", text.replace('prompt = "a red fox"', param))
    for name in ("art/more/owl.toml", "art/part", "art/notes.txt", "art/.env", "art/order"):
        art.write(name, "# a file\n")
    (art.path / "art/link.md").symlink_to("assetgen.toml")
    before = {name: name.read_bytes() for name in art.path.rglob("*") if name.is_file()}
    place = path.removeprefix("art/") if words[0] == "plan" else str(art.path / path)
    done = art("-C", "art", *words, "--summary", place, code=2)
    assert done.stderr == f'error: --summary: "{place}" {why}\nhint: --summary summary.md\n'
    assert {name: name.read_bytes() for name in art.path.rglob("*") if name.is_file()} == before


def test_a_summary_of_a_faulty_project_or_of_none(art):
    art.write("art/notes.md", "before\n")
    art.write("art/assetgen.toml", MANIFEST + "promt = 1\n")
    art("-C", "art", "check", "--summary", "notes.md", code=2)
    assert (art.path / "art/notes.md").read_text().startswith("before\n### assetgen check\n")
    art("check", "--summary", str(art.path / "art/else.md"), code=2)
    assert "there is no" in (art.path / "art/else.md").read_text()


def test_a_summary_that_cannot_be_written_stops_a_build_before_it_begins(art):
    path = art.path / "nowhere/summary.md"
    done = art("-C", "art", "build", "--summary", str(path), code=2)
    assert done.stderr == f'error: --summary: "{path}": no such file or directory\nhint: --summary summary.md\n'
    assert not (art.path / "art/fox.png").exists()
