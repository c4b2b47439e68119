"""The page in a real browser, over real projects that are really watched: what is seen, what keys and buttons do, what a save brings."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import assetgen
from assetgen.cli.app import run as cli
from assetgen.engine.survey import look
from assetgen.preview import static
from assetgen.watch.wishes import Looked
from tests.projects import until

pytest_plugins = ["tests.browser"]

PAGE = Path(assetgen.__file__).parent / "preview" / "page"
# Free ones are drawn by the embedded provider, at once.
SKETCH = 'version = 1\n\n[defaults]\nmodel = "sketch"\nsize = "64x48"\n\n'
ICON = '# the icon\n[assets.icon]   # small\nprompt = "flat icon of a brain" # short\nseed = 1\ntags = ["ui"]\noutputs = ["icon.png"]\n'
HERO = '\n[assets.hero]\nprompt = "isometric city"\nalt = "A city"\ntags = ["docs"]\noutputs = ["hero.webp", "hero.png"]\n'
PAID = '[assets.fox]\nprompt = "a red fox"\noutputs = ["fox.png"]\n'


@pytest.fixture
def drawn(shop):
    """A project whose pictures are all there."""
    shop.write(ICON + HERO, head=SKETCH)
    assert shop.build().exit_code == 0
    return shop


def shown(tab):
    return tab.locator("li.card").evaluate_all("nodes => nodes.map(node => node.dataset.name)")


def thumb(tab, name):
    return tab.card(name).locator("img").get_attribute("data-sha256")


# What is seen.


def test_the_gallery_shows_every_asset(drawn, served, browse):
    tab = browse(served().url)
    expect(tab.locator("li.card img")).to_have_count(2)
    assert shown(tab) == ["icon", "hero"]
    assert tab.inner_text("#counts") == "2 assets"
    assert "fresh" in tab.card("hero").inner_text()
    assert tab.card("hero").locator("img").get_attribute("alt") == "A city"
    assert tab.title() == "project · assetgen"
    assert tab.said == []
    assert {url.partition("//")[2].partition("/")[0] for url in tab.asked} == {tab.url.partition("//")[2].partition("/")[0]}


def test_filters_search_and_groups(drawn, served, browse):
    tab = browse(served().url, wait="li.card img")
    tab.locator("#tags .chip", has_text="docs").click()
    assert shown(tab) == ["hero"]
    assert tab.inner_text("#counts") == "1 of 2 assets"
    tab.locator("#tags .chip", has_text="any").click()
    tab.press("/")
    tab.page.keyboard.type("brain icon")
    assert shown(tab) == []
    assert tab.inner_text("#nothing") == "Nothing matches."
    tab.fill("#search", "ic fresh")
    assert shown(tab) == ["icon"]
    tab.fill("#search", "")
    tab.locator("#groups .chip", has_text="by tag").click()
    expect(tab.locator("#cards .head h2")).to_have_text(["ui", "docs"])


def test_one_asset_is_told_whole(drawn, served, browse):
    site = served()
    tab = browse(site.url, wait="li.card img")
    tab.open("hero")
    assert tab.url == f"{site.origin}/#/asset/hero"
    facts = tab.inner_text("#facts")
    for words in ("isometric city", "sketch", "A city", "assetgen.toml:"):
        assert words in facts
    assert tab.inner_text("#outputs option:checked") == "hero.webp"
    assert tab.evaluate("document.querySelector('#stage img').naturalWidth") == 64
    tab.reload()
    expect(tab.locator("#d-name")).to_have_text("hero")


def test_a_picture_at_its_real_size_on_three_grounds(drawn, served, browse):
    tab = browse(served().url, wait="li.card img")
    tab.open("icon")
    size = "(() => { const box = document.querySelector('.sheet').getBoundingClientRect(); return [box.width, box.height]; })()"
    assert tab.evaluate(size) == [64, 48]
    tab.press("+", "+")
    assert tab.evaluate(size) == [128, 96]
    assert tab.inner_text("#zoom-now") == "200%"
    tab.press("-", "-", "-")
    assert tab.evaluate(size) == [48, 36]
    tab.press("0")
    assert tab.evaluate(size) == [64, 48]
    grounds = []
    for _ in range(3):
        tab.press("g")
        grounds.append(tab.evaluate("getComputedStyle(document.querySelector('#stage')).backgroundColor"))
    assert grounds[:2] == ["rgb(255, 255, 255)", "rgb(23, 24, 27)"]
    for _ in range(8):
        tab.press("+")
    tab.mouse.move(400, 400)
    tab.mouse.down()
    tab.mouse.move(300, 350)
    tab.mouse.up()
    assert tab.evaluate("document.querySelector('#stage').scrollLeft") > 0


def test_against_the_last_build_and_head(drawn, git, served, browse):
    repository = git(drawn.path)
    repository.run("add", "-A")
    repository.run("commit", "-qm", "first")
    drawn.edit("seed = 1", "seed = 7")
    assert drawn.build().exit_code == 0
    tab = browse(served().url, wait="li.card img")
    tab.open("icon")
    options = tab.locator("#versions option").all_inner_texts()
    assert {"now", "last build", "git HEAD"} <= set(options)
    tab.press("c")
    expect(tab.locator("#stage figure")).to_have_count(2)
    captions = tab.locator("#stage figcaption strong").all_inner_texts()
    assert captions == ["last build", "now"]
    digests = tab.locator("#stage img").evaluate_all("all => all.map(one => one.src.slice(-64))")
    assert len(set(digests)) == 2
    tab.press("c")
    expect(tab.locator("#stage .slider .sheet img")).to_have_count(2)
    tab.locator(".slide").focus()
    before = tab.evaluate("document.querySelector('.sheet').style.getPropertyValue('--split')")
    tab.press("ArrowRight", "ArrowRight")
    assert (before, tab.evaluate("document.querySelector('.sheet').style.getPropertyValue('--split')")) == ("50%", "51%")
    tab.locator("#versions select").nth(1).select_option("head")
    expect(tab.locator("#stage figcaption strong").first).to_have_text("git HEAD")
    assert tab.said == []


# What a save brings.


def test_a_save_reaches_the_page_as_it_lands(drawn, served, browse):
    tab = browse(served(building=True).url, wait="li.card img")
    before = thumb(tab, "icon")
    tab.open("icon")
    old = tab.evaluate("document.querySelector('#stage img').src")
    drawn.edit("seed = 1", "seed = 5")
    expect(tab.card("icon").locator("img")).not_to_have_attribute("data-sha256", before)
    tab.page.wait_for_function("old => document.querySelector('#stage img')?.src !== old", arg=old)
    assert tab.evaluate("document.querySelector('#stage img').complete && document.querySelector('#stage img').naturalWidth") == 64
    drawn.write(ICON + HERO + '\n[assets.new]\nprompt = "heart icon"\noutputs = ["new.png"]\n', head=SKETCH)
    expect(tab.card("new").locator("img")).to_have_count(1)
    drawn.write(ICON, head=SKETCH)
    expect(tab.locator("li.card")).to_have_count(1)
    assert tab.said == []


def test_a_broken_manifest_is_told_and_the_last_good_state_stays(drawn, served, browse):
    tab = browse(served(building=True).url, wait="li.card img")
    good = (drawn.path / "assetgen.toml").read_text()
    (drawn.path / "assetgen.toml").write_text(good.replace('"64x48"', '"64x'))
    expect(tab.locator("#faults pre")).to_be_visible()
    assert "assetgen.toml:5:" in tab.inner_text("#faults")
    assert shown(tab) == ["icon", "hero"]
    (drawn.path / "assetgen.toml").write_text(good)
    expect(tab.locator("#faults")).to_be_hidden()


def test_a_lost_connection_is_told_and_found_again(drawn, served, browse):
    site = served()
    tab = browse(site.url, wait="li.card img")
    expect(tab.locator("li.card img")).to_have_count(2)
    until(lambda: site.page.scene.feed.tabs == 1)
    tab.page.context.set_offline(True)
    tab.page.route("**/api/events*", lambda route: route.abort())
    for connection in list(site.page._server.server_state.connections):
        site.page.scene.feed._loop.call_soon_threadsafe(connection.transport.abort)
    expect(tab.locator("#link")).to_have_text("Connection lost. Trying again …")
    tab.page.unroute("**/api/events*")
    tab.page.context.set_offline(False)
    expect(tab.locator("#link")).to_be_hidden()
    drawn.edit("A city", "Another city")
    expect(tab.card("hero").locator("img")).to_have_attribute("alt", "Another city")


def test_a_hidden_tab_holds_no_connection(drawn, served, browse):
    """A browser has six connections for one host; a seventh tab would wait for ever."""
    site = served()
    tab = browse(site.url, wait="li.card img")
    feed = site.page.scene.feed
    until(lambda: feed.tabs == 1)
    hide = """hidden => {
      Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
      dispatchEvent(new Event("visibilitychange"));
    }"""
    tab.evaluate(hide, True)
    until(lambda: feed.tabs == 0)
    looked = site.looked()
    drawn.edit("A city", "Another city")
    until(lambda: site.looked() > looked)
    assert tab.card("hero").locator("img").get_attribute("alt") == "A city"
    tab.evaluate(hide, False)
    expect(tab.card("hero").locator("img")).to_have_attribute("alt", "Another city")


# What buttons and keys do.


def test_a_prompt_is_written_back_with_its_comments(drawn, served, browse):
    site = served(building=True)
    tab = browse(site.url, wait="li.card img")
    before = thumb(tab, "icon")
    tab.open("icon")
    tab.press("e")
    tab.fill("#ask textarea", 'heart icon, "red"')
    tab.click("#ask-yes")
    expect(tab.locator("#ask")).to_be_hidden()
    text = (drawn.path / "assetgen.toml").read_text()
    assert (
        text == SKETCH + ICON.replace('"flat icon of a brain"', "'heart icon, \"red\"'") + HERO
        or text == SKETCH + ICON.replace('"flat icon of a brain"', '"heart icon, \\"red\\""') + HERO
    )
    expect(tab.locator("#facts .text").first).to_have_text('heart icon, "red"')
    expect(tab.card("icon").locator("img")).not_to_have_attribute("data-sha256", before)
    tab.get_by_role("button", name="Edit the seed").click()
    tab.fill("#ask input", "9")
    tab.press("Enter")
    expect(tab.locator("#ask")).to_be_hidden()
    until(lambda: "seed = 9\n" in (drawn.path / "assetgen.toml").read_text())


def test_an_edit_of_what_changed_meanwhile_is_not_lost(drawn, served, browse):
    site = served()
    tab = browse(site.url, wait="li.card img")
    tab.open("icon")
    tab.press("e")
    tab.fill("#ask textarea", "mine")
    seen = site.looked()
    drawn.edit("flat icon of a brain", "theirs")
    until(lambda: site.looked() > seen)
    tab.click("#ask-yes")
    expect(tab.locator("#ask .clash")).to_contain_text("theirs")
    assert tab.input_value("#ask textarea") == "mine"
    assert 'prompt = "theirs" # short' in (drawn.path / "assetgen.toml").read_text()
    tab.click("#ask-yes")
    expect(tab.locator("#ask")).to_be_hidden()
    assert 'prompt = "mine" # short' in (drawn.path / "assetgen.toml").read_text()


def test_a_candidate_is_picked_by_key_and_by_button(shop, served, browse):
    shop.write(ICON.replace("seed = 1", "seed = 1\ncandidates = 3"), head=SKETCH)
    assert shop.build().exit_code == 0
    tab = browse(served(building=True).url, wait="li.card img")
    tab.open("icon")
    expect(tab.locator("#candidates figure")).to_have_count(3)
    before = (shop.path / "icon.png").read_bytes() if (shop.path / "icon.png").exists() else b""
    tab.press("2")
    expect(tab.locator("#candidates figure").nth(1)).to_have_class(re.compile("chosen"))
    until(lambda: (shop.path / "icon.png").exists() and (shop.path / "icon.png").read_bytes() != before)
    second = (shop.path / "icon.png").read_bytes()
    tab.get_by_role("button", name="Pick candidate 3").click()
    expect(tab.locator("#candidates figure").nth(2)).to_have_class(re.compile("chosen"))
    until(lambda: (shop.path / "icon.png").read_bytes() not in {before, second})


def test_a_draft_is_promoted_at_its_price(shop, served, browse):
    shop.write(PAID)
    tab = browse(served(building=True, allow_spend=True).url, wait="li.card.is-draft img")
    assert "draft" in tab.card("fox").inner_text()
    draft = thumb(tab, "fox")
    tab.open("fox")
    price = re.findall(r"\$[0-9.]+", tab.get_by_role("button", name="Promote ·").inner_text())[-1]
    tab.press("p")
    expect(tab.locator("#ask")).to_be_visible()
    assert price in tab.inner_text("#ask .total")
    tab.press("Escape")
    expect(tab.locator("#ask")).to_be_hidden()
    assert shop.asked == 0
    tab.press("p")
    assert tab.inner_text("#ask-yes") == f"Spend about {price}"
    tab.click("#ask-yes")
    expect(tab.locator("#ask")).to_be_hidden()
    expect(tab.card("fox").locator("img")).not_to_have_attribute("data-sha256", draft)
    expect(tab.card("fox")).not_to_have_class(re.compile("is-draft"))
    expect(tab.locator("#d-badge")).to_have_text("fresh")
    assert len(shop.server.paid) == 1
    assert (shop.path / "fox.png").exists()
    assert "spent $" in tab.inner_text("#purse")


def test_a_page_that_may_not_spend_says_so(shop, served, browse):
    shop.write(PAID)
    tab = browse(served(building=True).url, wait="li.card.is-draft img")
    tab.open("fox")
    assert tab.get_by_role("button", name="Promote ·").is_disabled()
    assert "hint: start again with --allow-spend" in tab.inner_text("#facts")
    tab.press("p")
    expect(tab.locator("#ask")).to_be_hidden()
    tab.press("Escape")
    tab.locator("#promote-all").click()
    expect(tab.locator("#ask-yes")).to_be_hidden()
    assert shop.asked == 0


def test_another_picture_is_bought_when_asked(shop, served, browse):
    shop.write(PAID)
    assert shop.build().exit_code == 0
    shop.server.rolls = True
    tab = browse(served(allow_spend=True).url, wait="li.card img")
    before = thumb(tab, "fox")
    tab.open("fox")
    tab.press("r")
    assert "This model takes no seed" in tab.inner_text("#ask")
    tab.click("#ask-yes")
    expect(tab.card("fox").locator("img")).not_to_have_attribute("data-sha256", before)
    expect(tab.locator("#candidates figure")).to_have_count(2)
    assert len(shop.server.paid) == 2


def test_the_keyboard_is_enough(drawn, served, browse):
    tab = browse(served().url, wait="li.card img")
    expect(tab.locator("li.card")).to_have_count(2)
    focused = "document.activeElement.closest('li')?.dataset.name"
    tab.press("ArrowRight")
    assert tab.evaluate(focused) == "hero"
    tab.press("h")
    assert tab.evaluate(focused) == "icon"
    tab.press("l", "Enter")
    expect(tab.locator("#d-name")).to_have_text("hero")
    assert tab.evaluate("document.querySelector('#body').inert") is True
    tab.press("ArrowLeft")
    expect(tab.locator("#d-name")).to_have_text("icon")
    tab.press("Escape")
    expect(tab.locator("#detail")).to_be_hidden()
    assert tab.evaluate(focused) == "icon"
    tab.press("?")
    expect(tab.locator("#ask-title")).to_have_text("Keys")
    tab.press("Escape", "/")
    assert tab.evaluate("document.activeElement.id") == "search"
    outline = "(() => { document.querySelector('li.card a').focus(); return getComputedStyle(document.activeElement).outlineStyle; })()"
    tab.press("Escape", "Tab")
    assert tab.evaluate(outline) == "solid"


def test_every_control_has_a_name(drawn, served, browse):
    tab = browse(served().url, wait="li.card img")
    tab.open("hero")
    nameless = """[...document.querySelectorAll('button, select, input, textarea, a')].filter(one => one.checkVisibility()
      && !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length || one.title)).map(one => one.outerHTML)"""
    assert tab.evaluate(nameless) == []
    images = "[...document.images].filter(one => !one.alt).length"
    assert tab.evaluate(images) == 0


# Many assets, narrow and wide windows, strangers' texts.


def test_two_thousand_assets_do_not_stutter(shop, served, browse):
    names = ", ".join(f'"n{number}"' for number in range(2000))
    text = f'[assets.icon]\nmatrix = {{ n = [{names}] }}\nprompt = "icon {{n}}"\ntags = ["many"]\noutputs = ["icons/{{n}}.png"]\n'
    shop.write(text, head=SKETCH)
    site = served()
    tab = browse("about:blank", wait="")
    tab.page.add_init_script("""
      window.long = [];
      new PerformanceObserver(list => window.long.push(...list.getEntries().map(one => one.duration)))
        .observe({type: "longtask", buffered: true});
    """)
    tab.goto(site.url)
    expect(tab.locator("li.card")).to_have_count(2000)
    tab.evaluate("window.long.length = 0")
    for _ in range(30):
        tab.mouse.wheel(0, 4000)
        tab.evaluate("new Promise(requestAnimationFrame)")
    assert tab.evaluate("scrollY") > 50_000
    # Wall time, on machines that do much else: unloaded it is a tenth of this.
    assert max(tab.evaluate("window.long"), default=0) < 600
    tab.fill("#search", "n1999")
    expect(tab.locator("li.card")).to_have_count(1)
    tab.fill("#search", "")
    expect(tab.locator("li.card")).to_have_count(2000)
    tab.press("Escape", "End")
    assert tab.evaluate("document.activeElement.closest('li').dataset.name") == "icon[n=n1999]"
    assert max(tab.evaluate("window.long"), default=0) < 1500


HOSTILE = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>"),
    *(
        '"><script>alert(1)</script>',
        "'><img src=x onerror=alert(1)>",
        "</textarea><script>alert(1)</script>",
        "</title><script>alert(1)</script>",
    ),
    *(
        "</script><script>alert(1)</script>",
        "<!--<script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<body onload=alert(1)>",
    ),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "<a href=javascript:alert(1)>x</a>",
    ),
    *(
        "<style>@import 'http://evil.example/x.css'</style>",
        "<link rel=stylesheet href=http://evil.example/x>",
        "<base href=http://evil.example/>",
    ),
    *("<meta http-equiv=refresh content='0;url=http://evil.example'>", "<form action=http://evil.example><button>x</button></form>"),
    *(
        "<object data=http://evil.example>",
        "<embed src=http://evil.example>",
        "<video src=http://evil.example onerror=alert(1)>",
        "<audio src=x onerror=alert(1)>",
    ),
    *(
        "<details open ontoggle=alert(1)>",
        "<marquee onstart=alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<select onfocus=alert(1) autofocus>",
    ),
    *(
        "<math><mtext></mtext><script>alert(1)</script></math>",
        "<template><script>alert(1)</script></template>",
        "<noscript><img src=x onerror=alert(1)></noscript>",
    ),
    *(
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)",
        "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
        "%3Cscript%3Ealert(1)%3C/script%3E",
    ),
    *("${alert(1)}", "{{{{constructor.constructor('alert(1)')()}}}}", "`;alert(1);`", "';alert(1);//", '";alert(1);//', "*/alert(1);/*"),
    *(
        "<x style='background:url(http://evil.example)'>",
        "<div style=position:fixed;inset:0>",
        "<img srcset='http://evil.example 1x'>",
        "<image href=x onerror=alert(1)>",
    ),
    *(
        "<svg><use href='http://evil.example#x'>",
        "<svg><animate onbegin=alert(1) attributeName=x>",
        "<svg><foreignObject><script>alert(1)</script>",
    ),
    *(
        "\u202e<script>alert(1)</script>",
        "\ufeff<script>alert(1)</script>",
        "<scr\u200bipt>alert(1)</scr\u200bipt>",
        "\u2028alert(1)\u2029",
        "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    ),
    *(
        "__proto__",
        "constructor",
        "toString",
        "hasOwnProperty",
        "<plaintext>",
        "<xmp>",
        "]]>",
        "--><script>alert(1)</script>",
        "<a id=cards name=getElementById>",
    ),
]


def hostile(shop):
    """A project of strangers: every text that they can choose is one of these."""
    parts = []
    for number, text in enumerate(HOSTILE):
        said = json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        plain = written(said)
        parts.append(f'[assets.x{number}]\nprompt = {plain}\nalt = {plain}\ntags = [{said}]\noutputs = ["x{number}.png"]\n')
    return shop.write("\n".join(parts), head=SKETCH)


def written(text):
    """A text as a manifest has it: braces that are no placeholder are doubled."""
    return text if "{{" in text else text.replace("{", "{{").replace("}", "}}")


def unharmed(tab, elements):
    """Nothing was run, nothing asked for elsewhere, and no element is there that the page does not make itself."""
    assert tab.dialogs == []
    assert tab.said == []
    assert [url for url in tab.asked if "evil" in url] == []
    tags = set(tab.evaluate("[...new Set([...document.querySelectorAll('*')].map(one => one.tagName.toLowerCase()))]"))
    assert tags <= elements
    assert tab.locator("script").count() <= 2


def elements():
    """The names of elements that the page itself makes."""
    script, page = (PAGE / "page.js").read_text(), (PAGE / "index.html").read_text()
    return set(re.findall(r'el\(\s*"(\w+)"', script)) | set(re.findall(r"<([a-z]+\d?)", page)) | {"button"}


def test_strangers_texts_stay_texts(shop, served, browse):
    assert len(HOSTILE) >= 60
    hostile(shop)
    site = served()
    tab = browse(site.url, wait="li.card")
    expect(tab.locator("li.card")).to_have_count(len(HOSTILE))
    known = elements()
    unharmed(tab, known)
    tab.open("x0")
    for number, text in enumerate(HOSTILE):
        expect(tab.locator("#d-name")).to_have_text(f"x{number}")
        assert tab.locator("#facts .field .text").first.text_content() == written(text)
        tab.press("j")
    unharmed(tab, known)
    tab.evaluate("location.hash = '#/asset/' + encodeURIComponent('<img src=x onerror=alert(1)>')")
    expect(tab.locator(".toast")).to_contain_text("<img src=x onerror=alert(1)>")
    unharmed(tab, known)


def test_the_page_has_no_way_to_write_markup():
    script = (PAGE / "page.js").read_text()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "setHTML",
        "createContextualFragment",
        "http://",
        "https://",
    ):
        assert word not in script
    page = (PAGE / "index.html").read_text()
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("width", [360, 768, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_window_in_both_colours(drawn, served, browse, width, scheme):
    tab = browse(served().url, width=width, height=800, scheme=scheme, wait="li.card img", reduced_motion="reduce")
    assert tab.wide() == 0
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(246, 246, 244)", "dark": "rgb(19, 20, 23)"}[scheme]
    tab.open("hero")
    tab.press("c")
    expect(tab.locator("#d-name")).to_have_text("hero")
    assert tab.wide() == 0
    assert tab.evaluate("document.querySelector('#detail').scrollWidth - innerWidth") == 0
    tab.press("Escape")
    tab.click("#theme")
    tab.click("#theme")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 23)"


# Plain files, and the command.


def test_the_same_gallery_from_plain_files(drawn, browse, tmp_path):
    with look(drawn.path, environ=drawn.env()) as seen:
        static.write(Looked(seen=seen), tmp_path / "files")
    tab = browse((tmp_path / "files" / "index.html").as_uri(), wait="li.card img")
    assert shown(tab) == ["icon", "hero"]
    tab.open("hero")
    assert tab.evaluate("document.querySelector('#stage img').naturalWidth") == 64
    assert tab.locator("button:visible", has_text=re.compile("^(Edit|Pick|Promote|New picture)")).count() == 0
    tab.press("Escape", "?")
    assert "promote" not in tab.inner_text("#ask")
    assert tab.said == []
    assert {url.partition(":")[0] for url in tab.asked} == {"file"}


def test_strangers_texts_stay_texts_in_plain_files(shop, browse, tmp_path):
    hostile(shop)
    with look(shop.path, environ=shop.env()) as seen:
        static.write(Looked(seen=seen), tmp_path / "files")
    tab = browse((tmp_path / "files" / "index.html").as_uri(), wait="li.card")
    expect(tab.locator("li.card")).to_have_count(len(HOSTILE))
    tab.open("x8")
    assert tab.locator("#facts .text").first.text_content() == HOSTILE[8]
    unharmed(tab, elements() | {"meta"})


def test_the_command_serves_until_it_is_interrupted(drawn, browse):
    process = drawn.spawn("-m", "assetgen", "preview", "--no-open")
    line = process.stdout.readline()
    address = line.split()[-1]
    assert re.fullmatch(r"page +http://127\.0\.0\.1:\d+/#token=[\w-]{43}\n", line)
    tab = browse(address, wait="li.card img")
    assert shown(tab) == ["icon", "hero"]
    process.send_signal(2)
    assert process.wait(20) == 130
    assert process.stderr.read() == ""


def test_the_command_refuses_what_does_not_go_together(drawn, monkeypatch, capsys):
    monkeypatch.chdir(drawn.path)
    assert cli(["preview", "--static", "out", "--port", "5000"]) == 2
    assert capsys.readouterr().err == "error: plain files are not served and buy nothing\nhint: assetgen preview --static out\n"
    assert cli(["preview", "nothing"]) == 2
    assert "nothing" in capsys.readouterr().err
    assert not (drawn.path / "out").exists()


def test_a_port_that_is_taken(drawn, monkeypatch, capsys, served):
    monkeypatch.chdir(drawn.path)
    port = served().origin.rpartition(":")[2]
    assert cli(["preview", "--no-open", "--port", port]) == 2
    assert (
        capsys.readouterr().err == f'error: port "{port}" is taken by another program\nhint: leave out --port, and a free one is chosen\n'
    )


def test_plain_files_need_no_server(drawn):
    """The extra of the page is not needed to write its files."""
    code = """
import sys
sys.modules["starlette"] = sys.modules["uvicorn"] = None
from assetgen.cli.app import run
sys.exit(run(sys.argv[1:]))
"""

    def run(*words):
        process = drawn.start(code, *words)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    assert run("preview", "--static", "out")[::2] == (0, "")
    assert (drawn.path / "out" / "index.html").exists()
    assert run("preview", "--no-open") == (
        2,
        "",
        "error: the page needs the extra \"preview\", which is not installed\nhint: pip install 'assetgen-build[preview]'\n",
    )
