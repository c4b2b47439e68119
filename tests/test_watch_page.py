"""A watch and its page together: pictures appear as they land, nothing half done is ever shown, and the real command serves both."""

import json

import pytest

from assetgen.cli.secrets import redactor
from assetgen.engine.hold import hold
from tests.projects import HERO, until
from tests.test_watch import CHEAP, FOX, HEAD, OUT
from tests.test_watch_terminal import pipe
from tests.visits import Client, serving

NAMES = ("one", "two", "three", "four")
# One request after the other, each of this many seconds: the lock is written every two seconds.
SLOW = "[providers.openai]\nconcurrency = 1\n"
SECONDS = 0.9


def told(site):
    """All that tabs were told of cards, in order, as (name, state)."""
    _, messages = site.page.scene.feed.after(0)
    parts = [message.decode().split("\n") for message in messages]
    updates = [json.loads(lines[2].removeprefix("data: ")) for lines in parts if lines[1] == "event: update"]
    return [(card["name"], card["state"]) for update in updates for card in update["cards"]]


def cards(site, key):
    return {card["name"]: card[key] for card in json.loads(site.page.scene.gallery())["cards"]}


def states(site):
    return cards(site, "state")


def marks(site):
    return cards(site, "mark")


@pytest.fixture
def slow(shop):
    shop.write("".join(f'[assets.{name}]\nprompt = "{name}"\noutputs = ["{name}.png"]\n{CHEAP}\n' for name in NAMES))
    config = shop.path.parent / "config.toml"
    config.write_text(SLOW)
    shop.environ["ASSETGEN_CONFIG"] = str(config)
    shop.server.delay = SECONDS
    return shop


@pytest.mark.parametrize("by", ["watch", "preview", "another process"])
def test_pictures_appear_as_they_land_and_never_half_done(slow, by):
    with serving(slow.path, slow.env(), building=by == "watch", allow_spend=True) as site:
        until(lambda: set(states(site).values()) == {"generate"})
        if by == "another process":
            slow.spawn("-m", "assetgen", "build", "--yes")
        else:
            client = Client(site.url)
            _, headers, body = client.enter()
            client.cookie, client.proof = headers["set-cookie"].partition(";")[0], json.loads(body)["csrf"]
            given = client.inside | {"Origin": site.origin, "Content-Type": "application/json"}
            wish = json.dumps({"wish": "promote", "shown": marks(site), "most": "1"}).encode()
            assert client.ask("POST", "/api/wish", given, wish)[0] == 200
        until(lambda: "fresh" in states(site).values())
        assert len(slow.server.requests) < len(NAMES) or not (slow.path / f"{NAMES[-1]}.png").exists()
        assert "generate" in states(site).values()
        until(lambda: set(states(site).values()) == {"fresh"})
    assert {state for _, state in told(site)} == {"generate", "fresh"}
    for name in NAMES:
        seen = [state for each, state in told(site) if each == name]
        assert seen == sorted(seen, reverse=True)


def test_a_page_buys_what_it_shows_and_nothing_else(slow):
    slow.server.delay = 0
    with serving(slow.path, slow.env(), building=True, allow_spend=True) as site:
        until(lambda: set(states(site).values()) == {"generate"})
        client = Client(site.url)
        _, headers, body = client.enter()
        client.cookie, client.proof = headers["set-cookie"].partition(";")[0], json.loads(body)["csrf"]
        given = client.inside | {"Origin": site.origin, "Content-Type": "application/json"}

        def promote(shown):
            status, _, body = client.ask("POST", "/api/wish", given, json.dumps({"wish": "promote", "shown": shown, "most": "1"}).encode())
            return status, json.loads(body)

        before = marks(site)
        slow.edit('"one"', '"another one"')
        told = '"one" changed since the price was shown, and nothing was bought'
        assert promote(before) == (409, {"error": told, "hint": "look at the price and promote again"})
        until(lambda: marks(site)["one"] != before["one"])
        assert (len(slow.server.requests), {name for name in NAMES if marks(site)[name] == before[name]}) == (0, {"two", "three", "four"})
        assert promote(marks(site)) == (200, {"done": True})
        until(lambda: set(states(site).values()) == {"fresh"})
    assert len(slow.server.requests) == len(NAMES)


def test_a_project_that_others_hold_is_looked_at_when_they_are_done(slow):
    """An output that somebody removes while nothing is made shows when the project is free again."""
    slow.server.delay = 0
    assert slow.build().exit_code == 0
    with serving(slow.path, slow.env()) as site:
        until(lambda: set(states(site).values()) == {"fresh"})
        with hold(slow.home, slow.path.resolve(), lambda _: None):
            (slow.path / "one.png").unlink()
            until(lambda: site.watch._others)
            assert states(site)["one"] == "fresh"
        until(lambda: states(site)["one"] == "restore")


def test_the_command_with_its_page(shop):
    shop.write(HERO + OUT + CHEAP + FOX.replace("[assets.fox]", '[assets.fox]\nmodel = "sketch"'))
    with pipe(shop, "--preview", "--no-open") as on:
        on.wait("#token=")
        on.wait("built     fox  fox.png")
        on.wait("drafted   hero")
        client = Client(next(line.split()[-1] for line in on.lines if "#token=" in line))
        _, headers, body = client.enter()
        client.cookie, client.proof = headers["set-cookie"].partition(";")[0], json.loads(body)["csrf"]

        def cards():
            status, _, body = client.ask("GET", "/api/gallery", client.inside)
            assert status == 200
            return {card["name"]: card for card in json.loads(body)["cards"]}

        until(lambda: cards()["hero"]["draft"] and cards()["fox"]["state"] == "fresh")
        first = cards()["fox"]["thumb"]
        shop.edit("width = 16", "width = 20")
        until(lambda: cards()["fox"]["thumb"] != first)
        assert client.ask("GET", f"/i/{cards()['fox']['thumb']}", client.inside)[2] == (shop.path / "fox.png").read_bytes()
        shop.edit('"a red fox"', '"a red fox')
        on.wait("note: everything stays as it was until this is mended")
        on.say("quit")
        assert on.process.wait(20) == 0
    assert shop.asked == 0


def test_a_key_that_comes_while_it_runs_is_no_longer_shown(project):
    shown = redactor(project.path)
    project.write("assetgen.toml", HEAD)
    key, other = "0123456789abcdef-first", "0123456789abcdef-other"
    assert shown(f"{key} {other}") == f"{key} {other}"
    project.write(".env", f"OPENAI_API_KEY={key}\n")
    assert shown(f"{key} {other}") == f"[redacted] {other}"
    project.write(".env", f"OPENAI_API_KEY={other}\n")
    # What was a secret once stays one.
    assert shown(f"{key} {other}") == "[redacted] [redacted]"
    project.write(".env", 'OPENAI_API_KEY="half\n')
    assert shown(f"{key} {other}") == "[redacted] [redacted]"
