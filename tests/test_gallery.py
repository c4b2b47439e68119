"""What the page is told: cards of one consistent look, the difference of two, and the details that can be asked for when a look is over."""

import json
import threading
from decimal import Decimal

import pytest

from assetgen.engine import edit
from assetgen.engine.lock import LockFile
from assetgen.engine.pick import pick
from assetgen.engine.upkeep import collect
from assetgen.errors import AssetgenError, Fault, FaultyFile, Place
from assetgen.lockfile import Block, Original, Written
from assetgen.preview import gallery
from assetgen.preview.detail import detail
from assetgen.preview.documents import Card, Detail, Gallery, Update
from assetgen.watch.wishes import Draft, Purse
from tests.looking import Looks
from tests.projects import HERO, results
from tests.servers.pictures import draw

PLAN = '[assets.plan]\nmodel = "sketch"\nprompt = "a lake"\nsize = "128x96"\ntags = ["docs"]\nalt = "A lake"\n'


@pytest.fixture
def looks(shop):
    made = Looks(shop)
    yield made
    made.close()


def fields(shape):
    return set(shape.__required_keys__)


def test_a_card_says_what_an_asset_is_and_what_it_will_cost(looks, shop):
    shop.write(HERO + PLAN).build("plan")
    looks()
    hero, plan = looks.card(), looks.card("plan")
    assert (hero["state"], hero["reason"], hero["held"], hero["thumb"], hero["model"]) == (
        "generate",
        "never generated",
        True,
        None,
        "gpt-image-2",
    )
    assert Decimal(hero["price"]["high"]) > 0
    assert (plan["state"], plan["held"], plan["alt"], plan["tags"], plan["price"]["high"]) == ("fresh", False, "A lake", ["docs"], "0")
    assert (plan["width"], plan["height"]) == (64, 48)
    assert plan["thumb"] == shop.locked()["plan"].outputs[0].sha256
    assert list(looks.now.cards) == ["hero", "plan"]


def test_documents_have_the_keys_that_the_contract_names_and_are_json(looks, shop):
    shop.write(HERO + PLAN).build()
    looks()
    told = looks.now.gallery()
    assert (set(told), set(told["cards"][0]), set(looks.detail())) == (fields(Gallery), fields(Card), fields(Detail))
    assert fields(Update) <= set(looks.told)
    assert json.loads(json.dumps([told, looks.told, looks.detail()])) == json.loads(json.dumps([told, looks.told, looks.detail()]))
    assert (told["project"], told["watching"], told["static"], told["purse"]["allowed"]) == ("project", True, False, False)


def test_an_update_holds_only_what_changed(looks, shop):
    shop.write(HERO + PLAN).build()
    first = looks()
    assert [card["name"] for card in looks.told["cards"]] == ["hero", "plan"]
    again = looks()
    assert (looks.told, again.revision) == (None, first.revision)
    shop.edit("a lake", "a pond")
    looks()
    assert ([card["name"] for card in looks.told["cards"]], looks.told["gone"], "order" in looks.told) == (["plan"], [], False)
    assert (looks.told["revision"], looks.card("plan")["state"]) == (first.revision + 1, "generate")


def test_an_update_tells_of_assets_that_come_go_and_change_places(looks, shop):
    shop.write(HERO + PLAN)
    looks()
    shop.write(PLAN + HERO)
    looks()
    assert (looks.told["cards"], looks.told["order"]) == ([], ["plan", "hero"])
    shop.write(HERO)
    looks()
    assert (looks.told["gone"], looks.told["order"]) == (["plan"], ["hero"])


def test_a_line_more_in_the_manifest_changes_no_card(looks, shop):
    shop.write(HERO + PLAN).build()
    looks()
    shop.edit("[assets.hero]", "# a comment\n\n[assets.hero]")
    looks()
    assert (looks.told, looks.detail()["place"]) == (None, "assetgen.toml:10")


def test_a_build_and_a_fault_are_told_over_the_last_good_look(looks, shop):
    shop.write(PLAN).build()
    good = looks()
    busy = gallery.busy(good, building=True)
    assert (gallery.update(good, busy)["building"], gallery.update(good, busy)["cards"]) == (True, [])
    place = Place(file="assetgen.toml", line=3, column=1, text="siz = 1")
    broken = gallery.faulty(busy, FaultyFile([Fault(message='unknown key "siz"', place=place, hint='did you mean "size"?')]))
    text = 'assetgen.toml:3:1: error: unknown key "siz"\n    siz = 1\n    ^\nhint: did you mean "size"?'
    assert (gallery.update(busy, broken)["faults"], broken.cards) == ([{"text": text}], good.cards)
    assert gallery.update(broken, gallery.faulty(broken, FaultyFile([Fault(message="other")]))) is not None
    looks.now = broken
    assert looks().faults == ()
    nothing = gallery.unread("shop", AssetgenError("it is not there", hint="assetgen init"), watching=False)
    assert (nothing["faults"], nothing["cards"]) == ([{"text": "it is not there\nhint: assetgen init"}], [])


def test_details_are_of_the_look_they_belong_to_also_when_it_is_over_and_the_project_is_another(looks, shop):
    shop.write(HERO + PLAN).build()
    first = looks()
    before = looks.detail("plan")
    shop.edit("a lake", "a pond")
    shop.build()
    looks()
    assert (before["rendered"], looks.detail("plan")["rendered"]) == ("a lake", "a pond")
    after = detail(first, "plan")
    assert {**after, "history": [], "outputs": [], "prompt": 0} == {**before, "history": [], "outputs": [], "prompt": 0}
    assert detail(first, "nobody") is None


def test_details_may_be_asked_for_from_many_threads_while_new_looks_are_taken(looks, shop):
    shop.write(HERO + PLAN).build()
    looks()
    found, failed = [], []

    def ask():
        try:
            found.extend(looks.detail(name)["card"]["name"] for name in ("hero", "plan") * 5)
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        shop.edit("a lake" if number % 2 == 0 else "a pond", "a pond" if number % 2 == 0 else "a lake")
        looks()
    for thread in threads:
        thread.join()
    assert (failed, len(found)) == ([], 40)


def test_the_details_of_a_stale_asset_name_fields_reasons_and_prices(looks, shop):
    shop.write(HERO).build()
    shop.edit("a red fox", "a blue fox")
    looks()
    told = looks.detail()
    assert told["reasons"] == [
        {
            "code": "request-changed",
            "text": "prompt changed",
            "hint": "",
            "changes": [{"field": "prompt", "old": "a red fox", "new": "a blue fox"}],
        }
    ]
    assert (told["place"], told["rendered"], told["provider"]) == ("assetgen.toml:8", "a blue fox", "openai")
    assert (told["prompt"]["value"], told["prompt"]["editable"], told["prompt"]["shared"]) == ("a blue fox", True, [])
    assert told["licence"].endswith(": commercial use is allowed")
    assert (told["actions"]["promote"], told["actions"]["reroll"], told["actions"]["seeded"]) == (looks.card()["price"], None, False)
    assert looks.card()["held"]


def test_the_details_of_a_made_picture_name_what_was_recorded(looks, shop):
    shop.write(HERO + "seed = 7\n").build()
    looks()
    told = looks.detail()
    facts = dict(told["facts"])
    original = shop.locked()["hero"].original
    assert (facts["model"], facts["size"], facts["sha256"]) == ("gpt-image-2", "1024x1024", original.sha256)
    assert (facts["seed"], facts["request"]) == ("7, ignored by the model", "req_1")
    assert facts["cost"].endswith(" (actual)")
    assert (told["actions"]["promote"], told["actions"]["pick"], told["actions"]["seeded"]) == (None, False, False)
    assert Decimal(told["actions"]["reroll"]["high"]) > 0
    assert [(one["text"], one["cost"]) for one in told["history"]] == [('bought from openai ("gpt-image-2")', original.cost)]
    assert told["checks"] == [{"text": '"hero.png" is what the lock says', "ok": True}]


def test_what_a_free_provider_makes_can_be_rolled_again_for_nothing(looks, shop):
    shop.write(PLAN).build()
    looks()
    assert looks.detail("plan")["actions"]["reroll"] == {"low": "0", "high": "0", "source": ""}
    assert (looks.detail("plan")["actions"]["seeded"], looks.detail("plan")["history"]) == (True, [])


def test_promotion_costs_what_the_asset_and_all_it_is_made_from_cost(looks, shop):
    shop.write(HERO + '[assets.scene]\nprompt = "the fox at night"\nreferences = ["@hero"]\n' + PLAN)
    looks()
    own, both = looks.detail()["actions"]["promote"], looks.detail("scene")["actions"]["promote"]
    assert Decimal(both["high"]) == Decimal(own["high"]) + Decimal(looks.card("scene")["price"]["high"])
    assert looks.detail("plan")["actions"]["promote"] is None
    looks(paying=frozenset({"hero"}))
    assert (looks.card()["paying"], looks.detail()["actions"]["promote"]) == (True, None)


def test_a_price_that_nobody_knows_is_null_on_the_card_and_empty_where_it_can_be_asked_for(looks, shop):
    shop.write('[assets.odd]\nprompt = "a fox"\nprovider = "openai"\nmodel = "gpt-image-99"\n')
    looks()
    assert (looks.card("odd")["price"], looks.card("odd")["held"]) == (None, True)
    assert looks.detail("odd")["actions"]["promote"] == {"low": "", "high": "", "source": ""}


def test_a_draft_stands_in_for_the_picture(looks, shop):
    shop.write(HERO).build()
    shop.edit("a red fox", "a blue fox")
    original, small = draw("draft", 640, 480), draw("small draft", 64, 48)
    made = Original(
        sha256=shop.store.put(original), pixels="0" * 64, format="png", width=640, height=480, bytes=len(original), provider="sketch"
    )
    written = Written(path="hero.png", sha256=shop.store.put(small), bytes=len(small), width=64, height=48, finish={"format": "png"})
    drawn = Draft(asset="hero", gen_key="0" * 64, model="sketch", original=made, outputs=(written,))
    looks(drafts={"hero": drawn})
    card, output = looks.card(), looks.output()
    assert (card["draft"], card["held"], card["thumb"]) == (True, True, written.sha256)
    assert (output["draft"]["sha256"], output["now"]["sha256"]) == (written.sha256, shop.locked()["hero"].outputs[0].sha256)
    assert looks.now.pictures.thumb(written.sha256)
    looks(drafts={"hero": Draft(asset="hero", gen_key="0" * 64, model="sketch", problem="it cannot be drawn")})
    assert (looks.card()["draft"], looks.card()["held"]) == (False, True)
    assert "there is no draft: it cannot be drawn" in looks.detail()["notes"]
    looks()
    assert looks.output()["draft"] is None


def test_a_look_may_be_at_some_of_the_assets(looks, shop):
    shop.write(HERO + 'edits = ["make the fox blue"]\n' + PLAN).build()
    looks(names=frozenset({"hero"}))
    assert (list(looks.now.cards), [one["note"] for one in looks.detail()["candidates"]][1:]) == (["hero"], ["hero~1: make the fox blue"])
    assert looks.detail("plan") is None


def test_the_provider_of_a_stale_asset_is_the_one_that_would_be_asked(looks, shop):
    shop.write(PLAN).build()
    looks()
    assert looks.detail("plan")["provider"] == "sketch"
    shop.write(PLAN.replace('"sketch"', '"gpt-image-2"').replace("128x96", "1024x1024"))
    looks()
    assert (looks.detail("plan")["provider"], looks.card("plan")["model"]) == ("openai", "gpt-image-2")


def test_what_the_watch_holds_is_held(looks, shop):
    shop.write(PLAN).build()
    looks(held=frozenset({"plan"}))
    assert (looks.card("plan")["held"], looks.detail("plan")["actions"]["promote"]["high"]) == (True, "0")


def test_the_purse_is_told_as_text(looks, shop):
    shop.write(PLAN)
    looks(purse=Purse(limit=Decimal("2.50"), spent=Decimal("0.1"), allowed=True))
    assert looks.now.gallery()["purse"] == {"allowed": True, "limit": "2.50", "spent": "0.1"}
    looks(purse=Purse(limit=Decimal("2.50"), spent=Decimal("0.3"), allowed=True))
    assert (looks.told["purse"]["spent"], looks.told["cards"]) == ("0.3", [])


def test_a_rewritten_prompt_is_told_in_marked_pieces(looks, shop):
    shop.write(HERO.replace("a red fox", "a red fox on blue ice"))
    shop.server.fail_next("rewritten")
    shop.build()
    looks()
    told = looks.detail()["revised"]
    assert told["asked"] == [{"text": "a red fox on blue ", "mark": ""}, {"text": "ice", "mark": "dropped"}]
    assert ("".join(span["text"] for span in told["revised"]), told["dropped"], told["kept"]) == ("a red fox on blue", ["ice"], 0.75)
    assert any("dropped" in note for note in looks.detail()["notes"])


def test_candidates_are_told_with_the_word_that_picks_them(looks, shop):
    shop.server.rolls = True
    shop.write(HERO + "candidates = 2\n").build()
    looks()
    told = looks.detail()
    assert [(one["choice"], one["chosen"], one["picture"]["width"]) for one in told["candidates"]] == [
        ("1", False, 1024),
        ("2", False, 1024),
    ]
    assert (told["actions"]["pick"], looks.card()["candidates"], looks.card()["state"]) == (True, 2, "waits")
    assert looks.card()["thumb"] == told["candidates"][0]["picture"]["sha256"]
    pick(shop.path, "hero", "2")
    looks()
    assert [one["chosen"] for one in looks.detail()["candidates"]] == [False, True]


def test_the_versions_of_an_edited_asset_are_its_candidates(looks, shop):
    shop.write(HERO + 'edits = ["make the fox blue"]\n').build()
    looks()
    told = looks.detail()
    assert [one["note"] for one in told["candidates"]] == ["hero~0: a red fox", "hero~1: make the fox blue"]
    assert (looks.card()["model"], looks.card("hero~1")["model"], dict(told["facts"])["versions"]) == (
        "edits",
        "gpt-image-2",
        "hero~0, hero~1",
    )


def test_expectations_are_checked_by_what_is_there(looks, shop):
    expect = "expect = { alpha = false, max_bytes = 100_000, width = 64, height = 48 }\n"
    shop.write(PLAN + expect).build()
    shop.edit("height = 48", "height = 50")
    shop.edit("alpha = false", "alpha = true")
    looks()
    size = shop.locked()["plan"].outputs[0].bytes
    assert [(one["text"], one["ok"]) for one in looks.detail("plan")["checks"]] == [
        ('"plan.png" is what the lock says', True),
        (f'"plan.png" has {size:,} bytes, at most 100,000 are expected', True),
        ('"plan.png" is 64 pixels wide, 64 are expected', True),
        ('"plan.png" is 48 pixels high, 50 are expected', False),
        ('"plan.png" has no transparency, some is expected', False),
    ]


def test_a_file_that_somebody_edited_is_shown_as_it_is(looks, shop):
    shop.write(PLAN).build()
    looks()
    (shop.path / "plan.png").write_bytes(draw("mine", 30, 20))
    looks()
    output = looks.output("plan")
    assert (output["now"]["width"], output["now"]["height"], output["now"]["format"]) == (30, 20, "png")
    assert output["last"]["sha256"] == shop.locked()["plan"].outputs[0].sha256
    assert looks.detail("plan")["checks"][0] == {"text": '"plan.png" is not what the lock says', "ok": False}
    edit.accept(shop.path, ["plan"])
    looks()
    assert (looks.output("plan")["now"]["width"], looks.detail("plan")["checks"][0]["text"]) == (
        30,
        '"plan.png" was edited by hand and accepted',
    )
    (shop.path / "plan.png").unlink()
    looks()
    assert (looks.output("plan")["now"], looks.detail("plan")["checks"][0]["ok"]) == (None, False)


def test_the_picture_before_the_last_build_is_there_when_the_page_opens(looks, shop):
    shop.write(PLAN + HERO).build()
    old = shop.locked()["plan"].outputs[0].sha256
    shop.edit("a lake", "a pond")
    shop.build()
    looks()
    assert (looks.output("plan")["last"]["sha256"], looks.output("hero")["last"]) == (old, None)
    assert looks.now.pictures.full(old) is not None


def test_the_picture_before_is_that_of_each_assets_own_last_change(looks, shop):
    shop.write(PLAN + HERO).build()
    looks()
    first = looks.output("plan")["now"]["sha256"]
    shop.edit("a lake", "a pond")
    shop.build()
    looks()
    shop.edit("a red fox", "a blue fox")
    shop.build()
    looks()
    assert (looks.output("plan")["last"]["sha256"], looks.output("hero")["last"] is not None) == (first, True)


def test_one_build_keeps_the_lock_that_it_found_however_often_it_writes(shop):
    shop.write(PLAN).build()
    found = shop.lock
    assert list(shop.home.glob("before-*")) == []
    shop.edit("a lake", "a pond")
    shop.build()
    (kept,) = shop.home.glob("before-*")
    assert kept.read_text() == found
    assert results(shop.build()) == {"plan": "fresh"}
    assert kept.read_text() == found
    kept.write_text("[[[ not a lock")
    looks = Looks(shop)
    assert looks() is not None
    assert looks.output("plan")["last"] is None
    looks.close()


def test_only_the_first_of_several_writes_keeps_what_it_replaces(tmp_path):
    kept, block = tmp_path / "before.lock", Block(request={"model": "sketch"})
    lock = LockFile(tmp_path)
    assert (lock.write({"a": block}, before=kept), lock.write({"a": block, "b": block}, before=kept), kept.exists()) == (True, True, False)
    text = (tmp_path / "assetgen.lock").read_text()
    lock = LockFile(tmp_path)
    lock.read()
    assert (lock.write({}, before=kept), lock.write({"c": block}, before=kept), kept.read_text()) == (True, True, text)


def test_a_build_of_another_project_of_the_repository_keeps_a_lock_of_its_own(shop, git):
    repository = git(shop.path)
    shop.write(PLAN).build()
    shop.edit("a lake", "a pond")
    shop.build()
    tree = shop.path.parent / "tree"
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "built")
    repository.run("worktree", "add", "-q", "--detach", str(tree))
    shop.path, first = tree, shop.path
    shop.edit("a pond", "a sea")
    shop.build()
    assert len(list((first / ".git/assetgen").glob("before-*"))) == 2


def test_gc_removes_old_thumbnails_and_old_locks(looks, shop):
    shop.write(PLAN).build()
    shop.edit("a lake", "a pond")
    shop.build()
    looks()
    assert looks.now.pictures.thumb(looks.card("plan")["thumb"])
    left = [*(shop.home / "thumbs").iterdir(), *shop.home.glob("before-*")]
    assert len(left) == 2
    collect(shop.path, paid=False, dry_run=True, days=0)
    collect(shop.path, paid=False, dry_run=False, days=1)
    assert all(path.exists() for path in left)
    collect(shop.path, paid=False, dry_run=False, days=0)
    assert [path for path in left if path.exists()] == []
