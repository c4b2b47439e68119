"""`assetgen plan --quote`: prices by the provider's own word, asked of a server on loopback."""

import json
from decimal import Decimal

import jsonschema
import pytest

from assetgen.engine.quote import quotes
from assetgen.engine.survey import look
from assetgen.providers import Quotes
from assetgen.report import document
from tests.servers import serve_ideogram
from tests.servers.ideogram import KEY

MANIFEST = """\
version = 1

[defaults]
model = "ideogram-3"

[assets.hero]
prompt = "a red fox"
params = { rendering_speed = "turbo" }
candidates = 3

[assets.logo]
prompt = "a fox, monogram"
model = "sketch"
size = "64x64"
"""
LATER = """
[assets.banner]
prompt = "the fox again"
references = ["@hero"]
"""


@pytest.fixture
def server():
    with serve_ideogram() as made:
        yield made


@pytest.fixture
def asked(server, tmp_path):
    """The quotes for the assets of a manifest."""

    def run(text=MANIFEST, key=KEY, **environ):
        (tmp_path / "assetgen.toml").write_text(text)
        given = {"IDEOGRAM_BASE_URL": server.base_url, "IDEOGRAM_API_KEY": key} | environ
        with look(tmp_path, environ={name: value for name, value in given.items() if value}) as seen:
            assert isinstance(seen.workspace.providers["ideogram"], Quotes)
            assert not isinstance(seen.workspace.providers["sketch"], Quotes)
            return quotes(seen, seen.plan.assets.values())

    return run


def test_the_provider_names_the_price_of_all_candidates(asked, server):
    found = asked()
    assert [(quote.asset, quote.provider, quote.amount, quote.note) for quote in found.values()] == [
        ("hero", "ideogram", Decimal("0.09"), "")
    ]
    (asked_for,) = server.quotes
    assert asked_for[0] == "ideogram-3"
    assert (asked_for[1]["prompt"], asked_for[1]["rendering_speed"], "num_images" in asked_for[1]) == ("a red fox", "turbo", False)
    assert (server.requests, server.jobs) == ([], {})


def test_an_estimate_counts_at_its_upper_bound(asked):
    (quote,) = asked('version = 1\n[assets.a]\nprompt = "a"\nprovider = "ideogram"\nmodel = "z-image"\n').values()
    assert quote.amount == Decimal("0.12")


@pytest.mark.parametrize(
    ("key", "note"), [("", "no quote: there is no key for ideogram"), ("wrong", "no quote: ideogram refuses the account")]
)
def test_a_quote_that_fails_is_a_note_and_the_price_of_the_catalog_stays(asked, key, note):
    quote = asked(key=key)["hero"]
    assert (quote.amount, quote.note.startswith(note)) == (None, True)


def test_a_server_that_cannot_be_reached_is_a_note(asked):
    quote = asked(IDEOGRAM_BASE_URL="http://127.0.0.1:9")["hero"]
    assert quote.amount is None
    assert quote.note.startswith("no quote: ")


def test_what_waits_for_another_asset_has_no_quote_yet(asked, server):
    quote = asked(MANIFEST.replace("candidates = 3\n", "") + LATER)["banner"]
    assert (quote.amount, quote.note) == (None, "no quote before the assets it is made from are there")
    assert len(server.quotes) == 1


def test_without_the_option_nothing_is_sent(project, server):
    project.write("assetgen.toml", MANIFEST)
    environ = {"IDEOGRAM_BASE_URL": server.base_url, "IDEOGRAM_API_KEY": KEY}
    for words in (("plan",), ("build", "--dry-run", "--json")):
        project(*words, **environ)
    assert (server.quotes, server.requests, server.reads) == ([], [], [])


def test_the_plan_shows_both_prices(project, server):
    project.write("assetgen.toml", MANIFEST)
    environ = {"IDEOGRAM_BASE_URL": server.base_url, "IDEOGRAM_API_KEY": KEY}
    done = project("plan", "--quote", **environ)
    lines = done.stdout.splitlines()
    assert lines[0] == "generate  hero  $0.09, quoted $0.09  never generated"
    assert "quoted: $0.09 for 1 asset" in lines
    made = json.loads(project("plan", "--quote", "--json", **environ).stdout)
    jsonschema.validate(made, document.schema())
    assert [entry.get("quote") for entry in made["assets"]] == [{"provider": "ideogram", "amount": 0.09}, None]
    more = '[assets.banner]\nprompt = "a banner"\nmodel = "gpt-image-1.5"\nsize = "1024x1024"\nparams = { quality = "low" }\n'
    project.write("assetgen.toml", MANIFEST + more + '[assets.sea]\nprompt = "the sea"\nmodel = "gpt-image-2.6-flare"\n')
    assert "quoted: $0.09 for 1 asset; $0.099 and 1 of unknown price with the rest" in project("plan", "--quote", **environ).stdout
    plain = project("plan", "--quote", **environ | {"IDEOGRAM_API_KEY": "wrong"})
    assert "note: no quote: ideogram refuses the account or the key" in plain.stdout
    assert "quoted" not in plain.stdout
