"""The gallery as plain files: complete, the same bytes for the same project, harmless whatever prompts say; no folder of others is lost."""

import hashlib
import json
import os
import re
import shutil
from html.parser import HTMLParser

import pytest

from assetgen.errors import UsageError
from assetgen.preview.documents import Archive
from assetgen.preview.static import MARKER
from tests.looking import Looks, opened, polyglot
from tests.projects import HERO
from tests.servers import KEY
from tests.servers.pictures import draw

PLAN = '[assets.plan]\nmodel = "sketch"\nprompt = "a lake"\nsize = "128x96"\n'
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "--> ]]> <![CDATA[",
    "\u2028alert(1)\u2029",
    "&lt;/script&gt; &#60;",
    "<img src=x onerror=alert(1)>",
    '"]];alert(1);//',
    "\\u003c/script>",
    "\x7f \u202e \ufeff \U0001f98a",
    "<%= 7*7 %> `id` $(id)",
]


class Page(HTMLParser):
    """What a browser would find: every element, and the data."""

    def __init__(self, text):
        super().__init__()
        self.elements, self._inside, self._data = [], False, ""
        self.feed(text)
        self.close()
        self.data = json.loads(self._data)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = dict(attrs).get("id") == "assetgen-data"

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        self._data += data if self._inside else ""

    def named(self, tag):
        return [attrs for found, attrs in self.elements if found == tag]


@pytest.fixture
def looks(shop):
    made = Looks(shop)
    yield made
    made.close()


def read(folder):
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def files(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()
    }


def test_a_gallery_has_every_asset_with_its_details_and_pictures(looks, shop, tmp_path):
    shop.server.rolls = True
    shop.write(HERO + "candidates = 2\n" + PLAN).build()
    shop.edit("a lake", "a pond")
    shop.build()
    out = tmp_path / "out"
    assert looks.static(out) == [f'wrote 2 assets and 4 pictures to "{out}"']
    page = read(out)
    assert set(page.data) == set(Archive.__required_keys__)
    gallery, details = page.data["gallery"], page.data["details"]
    assert (gallery["static"], [card["name"] for card in gallery["cards"]], sorted(details)) == (True, ["hero", "plan"], ["hero", "plan"])
    assert (out / "pictures" / f"{details['plan']['outputs'][0]['now']['sha256']}.png").read_bytes() == (
        shop.path / "plan.png"
    ).read_bytes()
    for path in page.data["pictures"].values():
        assert opened((out / path).read_bytes()).size
    thumbs = [card["thumb"] for card in gallery["cards"]] + [one["picture"]["sha256"] for one in details["hero"]["candidates"]]
    assert {f"{thumb}.webp" for thumb in thumbs} == {path.name for path in (out / "thumbs").iterdir()}
    assert details["plan"]["outputs"][0]["last"]["sha256"] in page.data["pictures"]


def test_a_gallery_asks_for_nothing_and_offers_nothing(looks, shop, tmp_path):
    shop.write(HERO + PLAN).build()
    looks.static(tmp_path / "out")
    told = read(tmp_path / "out").data["details"]["hero"]
    assert told["actions"] == {"promote": None, "reroll": None, "seeded": False, "pick": False}
    assert (told["prompt"]["editable"], told["prompt"]["value"], told["prompt"]["why"]) == (
        False,
        "a red fox",
        "this gallery is a copy: edit the manifest",
    )
    # What was paid is known on this machine only.
    assert told["history"] == []


def test_the_page_is_that_of_the_server_with_a_strict_policy_and_relative_addresses(looks, shop, tmp_path):
    shop.write(PLAN).build()
    looks.static(tmp_path / "out")
    page = read(tmp_path / "out")
    policy = next(attrs["content"] for attrs in page.named("meta") if attrs.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    scripts = page.named("script")
    assert [attrs.get("type") for attrs in scripts if "src" not in attrs] == ["application/json"]
    addresses = [attrs[key] for _, attrs in page.elements for key in ("src", "href") if key in attrs and not attrs[key].startswith("#")]
    assert [one for one in addresses if not (tmp_path / "out" / one).is_file()] == []
    assert {"index.html", "page.js", "page.css"} <= files(tmp_path / "out").keys()


@pytest.mark.parametrize("prompt", HOSTILE)
def test_hostile_texts_stay_data(looks, shop, tmp_path, prompt):
    text = json.dumps(prompt, ensure_ascii=False).replace("\x7f", "\\u007f")
    shop.write(f'[assets.hero]\nprompt = {text}\nalt = {text}\ntags = [{text}]\nmodel = "sketch"\nsize = "64x64"\n')
    looks.static(tmp_path / "out")
    page = read(tmp_path / "out")
    assert page.data["details"]["hero"]["rendered"] == prompt
    assert (page.data["gallery"]["cards"][0]["alt"], page.data["gallery"]["cards"][0]["tags"]) == (prompt, [prompt])
    raw = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    inside = raw.partition('id="assetgen-data">')[2].partition("</script>")[0]
    assert json.loads(inside) == page.data
    assert re.search("[<>&\u2028\u2029]", inside) is None
    assert len(page.named("script")) == 2


def test_the_same_project_gives_the_same_bytes_elsewhere_and_later(looks, shop, git, tmp_path):
    repository = git(shop.path)
    shop.write(HERO + PLAN).build()
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "built")
    looks.static(tmp_path / "one")
    for path in shop.path.glob("*.png"):
        os.utime(path, (1, 1))
    looks.static(tmp_path / "one")
    shutil.copytree(shop.path, tmp_path / "elsewhere/project")
    shutil.rmtree(tmp_path / "elsewhere/project/.git/assetgen/thumbs")
    shop.path = tmp_path / "elsewhere/project"
    looks.static(tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    text = (tmp_path / "one/index.html").read_text()
    assert [word for word in (str(tmp_path), "/tmp", os.uname().nodename) if word in text] == []
    assert "locked in" in text


def test_an_earlier_gallery_is_replaced_and_other_peoples_files_stay(looks, shop, tmp_path):
    shop.write(PLAN).build()
    out = tmp_path / "out"
    looks.static(out)
    before = files(out)
    (out / "CNAME").write_text("example.org")
    (out / "pictures/mine.png").write_text("mine")
    (out / "pictures" / f"{'0' * 64}.png").write_text("of a run that was killed")
    shop.write(PLAN.replace("a lake", "a pond")).build()
    next(shop.home.glob("before-*")).unlink()
    looks.static(out)
    after = files(out)
    assert {name for name in before if name not in after} == {name for name in before if name.startswith(("thumbs/", "pictures/"))}
    assert ((out / "CNAME").read_text(), (out / "pictures/mine.png").read_text()) == ("example.org", "mine")
    assert not (out / "pictures" / f"{'0' * 64}.png").exists()
    assert [name for name in after if "tmp" in name] == []


@pytest.mark.parametrize("inside", ["index.html", ".git/config", "a/b"])
def test_a_folder_that_holds_anything_else_is_refused(looks, shop, tmp_path, inside):
    shop.write(PLAN).build()
    out = tmp_path / "out"
    (out / inside).parent.mkdir(parents=True)
    (out / inside).write_text("mine")
    with pytest.raises(UsageError) as error:
        looks.static(out)
    assert (error.value.message, error.value.hint) == (
        f'"{out}" holds files that are no gallery of assetgen',
        "name a folder that does not exist yet",
    )
    assert files(out) == {inside: hashlib.sha256(b"mine").hexdigest()}


def test_a_file_and_links_in_the_way_are_refused(looks, shop, tmp_path):
    shop.write(PLAN).build()
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        looks.static(tmp_path / "file")
    out, precious = tmp_path / "out", tmp_path / "precious"
    precious.mkdir()
    out.mkdir()
    (precious / f"{'0' * 64}.png").write_text("mine")
    (out / MARKER).write_text("")
    (out / "pictures").symlink_to(precious)
    with pytest.raises(UsageError, match="is a link"):
        looks.static(out)
    (out / "pictures").unlink()
    (out / "page.js").symlink_to(precious / f"{'0' * 64}.png")
    looks.static(out)
    assert (precious / f"{'0' * 64}.png").read_text() == "mine"
    assert not (out / "page.js").is_symlink()


def test_an_empty_folder_is_taken_and_a_project_without_a_picture_has_a_gallery(looks, shop, tmp_path):
    shop.write(HERO + PLAN)
    (tmp_path / "out").mkdir()
    assert looks.static(tmp_path / "out") == [f'wrote 2 assets and 0 pictures to "{tmp_path / "out"}"']
    assert [card["thumb"] for card in read(tmp_path / "out").data["gallery"]["cards"]] == [None, None]


def test_what_cannot_be_shown_is_told(looks, shop, tmp_path):
    shop.write(PLAN).build()
    (shop.path / "plan.png").write_bytes(b"no picture at all")
    lines = looks.static(tmp_path / "out")
    assert lines[1:] == ["1 picture cannot be shown: not on this machine, or damaged"]
    assert b"no picture at all" not in b"".join(path.read_bytes() for path in (tmp_path / "out/pictures").iterdir())


def test_no_secret_is_in_it(looks, shop, tmp_path):
    shop.environ["OPENAI_API_KEY"] = KEY
    shop.write(PLAN.replace("a lake", f"a lake and {KEY}"))
    looks.static(tmp_path / "out")
    assert read(tmp_path / "out").data["details"]["plan"]["rendered"] == "a lake and [redacted]"
    assert KEY not in (tmp_path / "out/index.html").read_text()


def test_raw_bytes_of_providers_and_people_are_drawn_anew(looks, shop, tmp_path):
    shop.server.rolls = True
    shop.write(HERO + 'candidates = 2\n[assets.logo]\nfile = "logo.png"\noutputs = ["logo.webp"]\n')
    (shop.path / "logo.png").write_bytes(polyglot())
    shop.build()
    (shop.path / "logo.webp").write_bytes(draw("mine", 30, 20) + b"<script>")
    looks.static(tmp_path / "out")
    originals = [original.sha256 for block in shop.locked().values() for original in (*block.candidates, block.original) if original]
    raw = [shop.store.get(sha256) for sha256 in originals]
    written = [path.read_bytes() for path in (tmp_path / "out").rglob("*.*") if path.parent.name in ("pictures", "thumbs")]
    assert [data for data in written if data in raw or b"<script>" in data] == []
    assert len(written) >= 5
