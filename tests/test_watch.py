"""The watch in a thread of the test, on real files: what a save leads to, and what money it never spends."""

import os
import subprocess
import sys
import time
from decimal import Decimal

import pytest

from assetgen.engine.hold import hold
from assetgen.errors import UsageError
from assetgen.events import Waiting
from assetgen.watch.debounce import MOST, Debounce
from assetgen.watch.files import Wanted, branches
from assetgen.watch.glance import present
from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Build, Edit, Pick, Promote, Quit, Reroll
from tests.projects import HERO, until
from tests.watching import watching

HEAD = 'version = 1\n\n[defaults]\nmodel = "sketch"\nsize = "64x64"\n\n'
FOX = '[assets.fox]\nprompt = "a red fox"\npost = [{ op = "resize", width = 16 }]\noutputs = ["fox.png"]\n'
LAKE = '\n[assets.lake]\nprompt = "a lake"\noutputs = ["lake.png"]\n'
OUT = 'outputs = ["hero.png"]\n'
CHEAP = 'params = { quality = "low" }\n'


@pytest.fixture
def place(shop):
    """A project with two free assets, built."""
    shop.write(FOX + LAKE, HEAD).build()
    return shop


def started(shop, **options):
    return watching(shop.path, shop.env(), **options)


def wide(shop):
    return int.from_bytes((shop.path / "fox.png").read_bytes()[16:20], "big")


def test_a_save_builds_what_it_touches_and_nothing_else(place):
    with started(place) as diary:
        diary.fresh("fox", "lake")
        assert diary.ended == []
        place.edit("width = 16", "width = 20")
        diary.builds(1)
        diary.fresh("fox")
    assert (wide(place), diary.made(), diary.ended[0].changed) == (20, {"fox"}, ("assetgen.toml",))
    assert (len(diary.ended), place.asked, diary.refused, diary.broken) == (1, 0, [], [])


def test_what_is_stale_at_the_start_is_built_at_once(shop):
    shop.write(FOX + LAKE, HEAD)
    with started(shop, names=("fox",)) as diary:
        diary.fresh("fox")
    assert (diary.made(), diary.last.states, diary.ended[0].changed) == ({"fox"}, {"fox": "fresh", "lake": "generate"}, ())


def test_a_comment_leads_to_a_look_and_to_no_build(place):
    with started(place) as diary:
        diary.fresh("fox", "lake")
        place.edit("version = 1", "version = 1 # one")
        diary.until(lambda: diary.last.changed == ("assetgen.toml",))
        (place.path / "unrelated.txt").write_text("nothing")
        os.utime(place.path / "assetgen.toml")
        place.edit("# one", "# two")
        diary.until(lambda: len(diary.looks) == 3)
    assert diary.ended == []


def test_a_broken_save_is_told_and_the_next_good_one_goes_on(place):
    good = (place.path / "assetgen.toml").read_text()
    with started(place) as diary:
        diary.fresh("fox", "lake")
        looks = len(diary.looks)
        (place.path / "assetgen.toml").write_text(good.replace('"64x64"', '"64y64"'))
        diary.until(lambda: diary.broken)
        assert (diary.broken[0].faults[0].subject, len(diary.looks)) == ("defaults.size", looks)
        (place.path / "assetgen.toml").write_text(good.replace("width = 16", "width = 24"))
        diary.builds(1)
        diary.fresh("fox")
    assert (wide(place), len(diary.broken)) == (24, 1)


def test_a_manifest_that_is_faulty_from_the_start_is_waited_for(place):
    good = (place.path / "assetgen.toml").read_text()
    (place.path / "assetgen.toml").write_text('include = ["more/a.toml"]\n' + good.replace("width = 16", "width = 30"))
    (place.path / "more").mkdir()
    (place.path / "more" / "a.toml").write_text("[assets.\n")
    with started(place) as diary:
        diary.until(lambda: diary.broken)
        # The fault is in an included file, in a folder that no good look has named.
        (place.path / "more" / "a.toml").write_text("")
        diary.fresh("fox")
    assert wide(place) == 30


def atomic(path, text):
    temp = path.with_name(".#assetgen.toml.x1")
    temp.write_text(text)
    temp.rename(path)


def vim(path, text):
    """With backup: the probe 4913, the file renamed to its backup, written anew, the backup removed."""
    probe, backup = path.with_name("4913"), path.with_name(path.name + "~")
    probe.write_text("")
    probe.unlink()
    path.rename(backup)
    path.write_text(text)
    backup.unlink()


def truncating(path, text):
    """Slowly, and empty in between."""
    with path.open("w") as file:
        file.flush()
        time.sleep(0.12)
        file.write(text)


def replacing(path, text):
    path.unlink()
    time.sleep(0.12)
    path.write_text(text)


@pytest.mark.parametrize("editor", [atomic, vim, truncating, replacing])
def test_the_habits_of_editors(place, editor):
    path = place.path / "assetgen.toml"
    good = path.read_text()
    with started(place) as diary:
        diary.fresh("fox", "lake")
        for number, width in enumerate((20, 21), 1):
            editor(path, good.replace("width = 16", f"width = {width}"))
            diary.builds(number)
            diary.fresh("fox")
            assert wide(place) == width
    # What lay there half-written, or not at all, was nobody's fault.
    assert (diary.broken, len(diary.ended)) == ([], 2)


def test_two_hundred_saves_in_a_second_are_few_builds(place):
    path = place.path / "assetgen.toml"
    good = path.read_text()
    with started(place) as diary:
        diary.fresh("fox", "lake")
        began = time.monotonic()
        for number in range(200):
            atomic(path, good.replace("width = 16", f"width = {100 + number}"))
            time.sleep(max(0.0, began + number * 0.005 - time.monotonic()))
        seconds = time.monotonic() - began
        diary.until(lambda: wide(place) == 299)
        diary.fresh("fox")
        # At most one for each time that it looks before it is quiet, and the last ones.
        assert 1 <= len(diary.ended) <= seconds / MOST + 2
    assert diary.broken == []


def test_files_that_a_pattern_includes_may_come_and_go(place):
    place.edit("version = 1\n", 'version = 1\ninclude = ["more/*/a*.toml"]\n')
    deep = place.path / "more" / "one"
    with started(place) as diary:
        diary.until(lambda: diary.broken)
        deep.mkdir(parents=True)
        (deep / "a1.toml").write_text('[assets.sea]\nprompt = "the sea"\noutputs = ["sea.png"]\nmodel = "sketch"\nsize = "64x64"\n')
        diary.fresh("sea")
        other = place.path / "more" / "two"
        other.mkdir()
        (other / "a2.toml").write_text('[assets.sky]\nprompt = "the sky"\noutputs = ["sky.png"]\nmodel = "sketch"\nsize = "64x64"\n')
        diary.fresh("sky", "sea")
        (other / "a2.toml").unlink()
        diary.until(lambda: "sky" not in diary.last.states)
    assert (place.path / "sky.png").exists()


def test_an_original_and_a_file_of_an_op_are_watched(place):
    (place.path / "art").mkdir()
    for name in ("plate", "mark"):
        (place.path / "art" / f"{name}.png").write_bytes((place.path / "fox.png").read_bytes())
    overlay = 'post = [{ op = "overlay", file = "art/mark.png" }]\n'
    with (place.path / "assetgen.toml").open("a") as file:
        file.write(f'\n[assets.plate]\nfile = "art/plate.png"\noutputs = ["plate.webp"]\n{overlay}')
    with started(place) as diary:
        diary.fresh("plate")
        before = (place.path / "plate.webp").read_bytes()
        for number, name in enumerate(("plate", "mark"), 2):
            (place.path / "art" / f"{name}.png").write_bytes((place.path / "lake.png").read_bytes())
            diary.builds(number)
            diary.fresh("plate")
            assert diary.ended[-1].changed == (f"art/{name}.png",)
            assert (place.path / "plate.webp").read_bytes() != before
            before = (place.path / "plate.webp").read_bytes()


def test_a_picture_in_the_inbox_is_taken(place):
    with (place.path / "assetgen.toml").open("a") as file:
        file.write('\n[assets.logo]\nprompt = "a logo"\nmodel = "midjourney-v6"\noutputs = ["logo.png"]\n')
    with started(place) as diary:
        diary.until(lambda: diary.looks and diary.last.states["logo"] == "waits")
        (place.path / "inbox").mkdir()
        (place.path / "inbox" / "logo.png").write_bytes((place.path / "lake.png").read_bytes())
        diary.fresh("logo")
        diary.until(lambda: not (place.path / "inbox" / "logo.png").exists())
    assert diary.made() == {"logo"}


def test_an_output_that_is_removed_comes_back_and_an_edited_one_is_told(place):
    with started(place) as diary:
        diary.fresh("fox", "lake")
        (place.path / "fox.png").unlink()
        diary.builds(1)
        diary.fresh("fox")
        (place.path / "fox.png").write_bytes(b"somebody's work")
        diary.until(lambda: diary.last.states["fox"] == "blocked")
    assert (diary.made(), len(diary.ended)) == ({"fox"}, 1)
    assert (place.path / "fox.png").read_bytes() == b"somebody's work"


def test_what_fails_is_tried_again_only_when_it_changes_or_is_asked_for(place):
    with started(place) as diary:
        diary.fresh("fox", "lake")
        place.edit('outputs = ["fox.png"]\n', 'outputs = ["fox.png"]\nexpect = { width = 17 }\nalt = "x"\n')
        place.edit("width = 16", "width = 18")
        diary.builds(1)
        place.edit('prompt = "a lake"', 'prompt = "a pond"')
        diary.until(lambda: len(diary.ended) >= 2 and diary.last.states["lake"] == "fresh")
        assert [set(ended.outcome.results) for ended in diary.ended] == [{"fox"}, {"lake"}]
        diary.ask(Build(names=("fox",)))
        diary.builds(3)
        assert (diary.made(2), diary.ended[2].changed) == (set(), ("",))
        place.edit("width = 18", "width = 17")
        diary.fresh("fox")
    assert len(diary.ended) == 4


def test_a_build_of_another_program_is_waited_for(place):
    with started(place) as diary:
        diary.fresh("fox", "lake")
        with hold(place.home, place.path.resolve(), lambda _: None):
            place.edit("width = 16", "width = 20")
            diary.until(lambda: any(isinstance(told.event, Waiting) for told in diary.events))
        diary.fresh("fox")
    assert wide(place) == 20


def test_git_is_let_finish(place, git):
    repository = git(place.path)
    repository.run("add", "assetgen.toml")
    repository.run("commit", "-qm", "one")
    repository.run("checkout", "-qb", "other")
    place.edit("width = 16", "width = 40")
    repository.run("commit", "-qam", "two")
    with started(place) as diary:
        diary.fresh("fox")
        repository.run("checkout", "-q", "main")
        diary.until(lambda: wide(place) == 16)
        # While git writes, what lies there is half of something; it is given a second. What was asked is answered between two looks.
        began = time.monotonic()
        lock = place.path / ".git" / "index.lock"
        lock.write_text("")
        assert diary.refusal(Promote(names=("nobody",))) is not None
        place.edit("width = 16", "width = 41")
        diary.until(lambda: wide(place) == 41)
        assert time.monotonic() - began > 1
        place.edit("width = 41", "width = 42")
        lock.unlink()
        diary.until(lambda: wide(place) == 42)
        diary.fresh("fox")
    assert diary.broken == []


# Money


@pytest.fixture
def paid(shop):
    return shop.write(HERO + OUT + CHEAP)


def price(shop, name="hero"):
    return shop.plan().assets[name].price.high


def test_a_paid_asset_is_held_as_a_draft_until_it_is_promoted(paid):
    with started(paid) as diary:
        diary.until(lambda: diary.looks and diary.last.drafts)
        assert (diary.last.held, diary.last.states, paid.asked) == ({"hero"}, {"hero": "generate"}, 0)
        assert not (paid.path / "hero.png").exists()
        assert not (paid.path / "assetgen.lock").exists()
        diary.ask(Promote(names=("hero",), most=price(paid)))
        diary.fresh("hero")
        diary.until(lambda: not diary.last.drafts)
        assert diary.last.purse.spent == sum(spent.amount for spent in paid.ledger) > 0
    assert (paid.asked, diary.last.held, diary.made()) == (1, frozenset(), {"hero"})


def test_a_draft_follows_each_save_and_costs_nothing(paid):
    with started(paid) as diary:
        diary.until(lambda: diary.looks and diary.last.drafts)
        first = diary.last.drafts["hero"].original.sha256
        paid.edit("a red fox", "a blue lake")
        diary.until(lambda: diary.last.drafts and diary.last.drafts["hero"].original.sha256 != first)
        small = diary.last.drafts["hero"].outputs[0].width
        paid.edit("width = 64", "width = 48")
        diary.until(lambda: diary.last.drafts["hero"].outputs[0].width != small)
    assert (diary.last.drafts["hero"].outputs[0].width, paid.asked, diary.ended) == (48, 0, [])


def test_nothing_is_bought_that_nobody_agreed_to(paid):
    paid.edit("version = 1\n", "version = 1\npolicy.max_cost = 3\n")
    with started(paid) as diary:
        diary.until(lambda: diary.looks)
        assert diary.refusal(Promote(names=("hero",))).hint == "assetgen watch --max-cost 2.00"
        small = price(paid) / 2
        error = diary.refusal(Promote(names=("hero",), most=small))
        assert error.message.startswith('"hero" would cost $0.0')
        assert isinstance(diary.refusal(Promote(names=("nobody",), most=small)), UsageError)
    assert (paid.asked, len(diary.refused)) == (0, 3)


def test_what_moved_before_the_purchase_began_is_not_bought(shop):
    shop.write(HERO + CHEAP + '\n[assets.lake]\nprompt = "a lake"\n' + CHEAP)
    shop.server.delay = 0.8
    with started(shop) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",), most=price(shop)))
        until(lambda: shop.asked == 1)
        # It stands in line behind the first one.
        diary.ask(Promote(names=("lake",), most=price(shop, "lake")))
        shop.edit('"a lake"', '"a pond"')
        diary.until(lambda: diary.refused)
        assert diary.refused[0].error.message == '"lake" changed since the price was shown, and nothing was bought'
        diary.until(lambda: diary.last.states == {"hero": "fresh", "lake": "generate"} and diary.last.held == {"lake"})
        assert diary.last.purse.spent == sum(spent.amount for spent in shop.ledger)
    assert shop.asked == 1


def test_a_price_that_is_not_known_is_refused(shop):
    shop.write('[assets.odd]\nprompt = "x"\nmodel = "gpt-image-99"\nprovider = "openai"\n')
    with started(shop, max_cost=Decimal(5)) as diary:
        diary.until(lambda: diary.looks)
        error = diary.refusal(Promote(names=("odd",), most=Decimal(5)))
        assert error.message == 'no price is known for "odd", and a watch buys nothing at an unknown price'
    assert shop.asked == 0


def test_the_purse_is_for_the_whole_watch(shop):
    shop.write(HERO + CHEAP + '\n[assets.lake]\nprompt = "a lake"\n' + CHEAP)
    limit = price(shop) * Decimal("1.5")
    with started(shop, max_cost=limit) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",)))
        error = diary.refusal(Promote(names=("lake",)))
        assert error.message.endswith("of this watch are spent or reserved")
        diary.fresh("hero")
        assert "lake" in diary.last.held
        assert Decimal(0) < diary.last.purse.spent <= limit
    assert shop.asked == 1


def test_in_ci_the_rules_of_ci_hold(paid):
    with watching(paid.path, paid.env({"CI": "true"}), max_cost=Decimal(5)) as diary:
        diary.until(lambda: diary.looks)
        assert "CI" in diary.refusal(Promote(names=("hero",))).message
    with pytest.raises(UsageError, match="CI"):
        Watch(paid.path, Options(mode="final", max_cost=Decimal(5)), lambda _: None, environ=paid.env({"CI": "1"})).run()
    assert paid.asked == 0


def test_a_prompt_that_changes_while_it_is_bought_is_not_bought_again_unasked(paid):
    paid.server.delay = 2.5
    with started(paid) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",), most=price(paid)))
        until(lambda: paid.asked == 1)
        paid.edit("a red fox", "a green fox")
        diary.until(lambda: diary.last.changed == ("assetgen.toml",))
        assert diary.last.paying == {"hero"}
        diary.builds(1)
        diary.until(lambda: diary.last.held == {"hero"} and not diary.last.paying)
    assert paid.asked == 1
    # What was bought is in the store: the prompt as it was gets it back for nothing.
    paid.edit("a green fox", "a red fox")
    assert paid.state() == "fresh"


def test_final_buys_by_itself_but_not_what_changed_while_it_was_bought(paid):
    paid.server.delay = 0.6
    with started(paid, mode="final", max_cost=Decimal(1)) as diary:
        until(lambda: paid.asked == 1)
        paid.edit("a red fox", "a green fox")
        diary.builds(1)
        diary.until(lambda: diary.last.held == {"hero"})
        paid.edit("a green fox", "a grey fox")
        grey = paid.plan().assets["hero"].gen_key
        diary.until(lambda: [draft.gen_key for draft in diary.last.drafts.values()] == [grey])
        assert (paid.asked, diary.last.held) == (1, {"hero"})
        paid.server.delay = 0
        diary.ask(Promote(names=("hero",)))
        diary.fresh("hero")
        paid.edit("a grey fox", "a white fox")
        diary.until(lambda: paid.asked == 3)
        diary.fresh("hero")
    assert (paid.asked, diary.refused) == (3, [])


def test_final_needs_a_limit_and_stops_at_it(shop):
    shop.write(HERO + CHEAP + '\n[assets.lake]\nprompt = "a lake"\n' + CHEAP)
    with pytest.raises(UsageError, match="needs a limit"):
        Watch(shop.path, Options(mode="final"), lambda _: None, environ=shop.env()).run()
    limit = price(shop) * Decimal("1.5")
    with (shop.path / "assetgen.toml").open("a") as file:
        file.write(f"\n[watch]\nmax_cost = {limit}\n")
    with started(shop, mode="final") as diary:
        diary.until(lambda: diary.looks and "fresh" in diary.last.states.values())
        diary.until(lambda: diary.last.drafts)
        assert (diary.last.held, len(diary.refused)) == ({"lake"}, 1)
    assert shop.asked == 1


def test_what_is_bought_with_another_asset_is_part_of_its_price(shop):
    scene = '\n[assets.scene]\nprompt = "at night"\nreferences = ["@hero"]\n' + CHEAP
    shop.write(HERO + CHEAP + scene)
    with started(shop) as diary:
        diary.until(lambda: diary.looks and len(diary.last.drafts) == 2)
        assert diary.last.held == {"hero", "scene"}
        assert "would cost" in diary.refusal(Promote(names=("scene",), most=price(shop))).message
        diary.ask(Promote(names=("scene",), most=price(shop) + price(shop, "scene")))
        diary.fresh("hero", "scene")
    assert shop.asked == 2


def test_free_work_goes_on_after_a_purchase(shop):
    shop.write(HERO + CHEAP + FOX.replace("[assets.fox]", '[assets.fox]\nmodel = "sketch"'))
    shop.server.delay = 0.8
    with started(shop) as diary:
        diary.fresh("fox")
        diary.ask(Promote(names=("hero",), most=price(shop)))
        until(lambda: shop.asked == 1)
        shop.edit("width = 16", "width = 22")
        diary.fresh("hero", "fox")
    assert (wide(shop), shop.asked) == (22, 1)


def test_a_watch_that_ends_while_something_is_bought_keeps_it(paid):
    paid.server.delay = 0.8
    with started(paid) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",), most=price(paid)))
        until(lambda: paid.asked == 1)
        diary.ask(Quit())
        # Nothing is granted any more.
        assert diary.refusal(Build()).message == "the watch has ended"
    assert (paid.asked, paid.rows, len(paid.ledger)) == (1, (), 1)
    assert paid.build(free_only=True).exit_code == 0
    assert (paid.state(), paid.asked) == ("fresh", 1)


def test_candidates_are_picked_and_another_roll_is_bought(paid):
    paid.server.rolls = True
    paid.edit(CHEAP, CHEAP + "candidates = 2\n")
    with started(paid, max_cost=Decimal(1)) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",)))
        diary.until(lambda: diary.last.states["hero"] == "waits")
        diary.ask(Pick(name="hero", choice="2"))
        diary.fresh("hero")
        assert diary.refusal(Pick(name="hero", choice="9")).message == '"9" is not one of the candidates of "hero"'
        assert diary.refusal(Promote(names=("hero",))).message == '"hero" is fresh'
        assert diary.refusal(Reroll(name="hero", seed=7, most=Decimal(1))).message == '"gpt-image-2" takes no seed'
        assert "seed" not in (paid.path / "assetgen.toml").read_text()
        diary.ask(Reroll(name="hero", most=price_again(paid)))
        diary.until(lambda: paid.asked == 4)
        diary.builds(2)
    assert len(paid.locked()["hero"].candidates) == 4


def price_again(shop):
    return shop.plan(regenerate=frozenset({"hero"})).assets["hero"].price.high


def test_an_edit_is_written_and_leads_to_a_draft(paid):
    with started(paid) as diary:
        diary.until(lambda: diary.looks and diary.last.drafts)
        first = diary.last.drafts["hero"].gen_key
        diary.ask(Edit(name="hero", field="prompt", value="a very red fox"))
        diary.until(lambda: diary.last.drafts["hero"].gen_key != first)
    assert 'prompt = "a very red fox"' in (paid.path / "assetgen.toml").read_text()


def test_without_building_it_only_looks_and_grants_wishes(place):
    with started(place, building=False) as diary:
        diary.fresh("fox", "lake")
        place.edit("width = 16", "width = 20")
        diary.until(lambda: diary.last.states["fox"] == "finish")
        assert diary.ended == []
        diary.ask(Build())
        diary.fresh("fox")
    assert (wide(place), len(diary.ended)) == (20, 1)


def test_names_that_select_nothing_are_an_error(place):
    with pytest.raises(UsageError, match="no asset is selected"):
        Watch(place.path, Options(names=("nobody",)), lambda _: None, environ=place.env()).run()


def test_nobody_grants_a_wish_after_the_end(place):
    with started(place) as diary:
        diary.fresh("fox")
    assert diary.refusal(Build()).message == "the watch has ended"


# Parts


def test_it_is_looked_when_it_is_quiet_and_in_any_case_before_long():
    debounce = Debounce(quiet=0.05, most=0.3)
    assert debounce.left(0.0) is None
    for knock in range(20):
        debounce.knock(knock * 0.04)
    assert debounce.due == pytest.approx(0.3)
    debounce.looked()
    debounce.knock(1.0)
    assert (debounce.left(1.0), debounce.left(2.0)) == (pytest.approx(0.05), 0.0)
    debounce.wait(1.0, 0.01)
    assert debounce.due == pytest.approx(1.01)


def test_a_pattern_is_reached_through_its_folders():
    assert list(branches("a/*/c/**/x*.toml")) == ["a", "a/*", "a/*/c", "a/*/c/**"]
    assert list(branches("x*.toml")) == []


def test_a_folder_that_the_system_does_not_look_into_is_as_one_that_is_not_there(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "link.png").symlink_to("more/there.png")
    strange = "x" * 300
    inputs = frozenset({"assetgen.toml", "link.png", f"more/{strange}/a.png", f"{strange}/b.png", f"/{strange}/config.toml"})
    want = Wanted(root=tmp_path, inputs=inputs, globs=(f"{strange}/*.toml", f"more/*/{strange}/c.toml"))
    assert present(want) == {tmp_path, tmp_path / "more"}


def test_a_folder_that_is_closed_and_opened_again_ends_no_watch(place):
    refs = place.path / "refs"
    (refs / "sub").mkdir(parents=True)
    refs.chmod(0)
    if os.access(refs / "sub", os.R_OK):
        # Nothing is closed to root: the same test again, by a root that is as everybody else.
        without = "--bounding-set=-dac_override,-dac_read_search"
        words = ["-q", "-p", "no:cacheprovider", f"{__file__}::test_a_folder_that_is_closed_and_opened_again_ends_no_watch"]
        done = subprocess.run(["setpriv", without, sys.executable, "-m", "pytest", *words], capture_output=True, text=True, check=False)
        assert "1 passed" in done.stdout, done.stdout + done.stderr
        return
    refs.chmod(0o755)
    (refs / "sub" / "a.png").write_bytes((place.path / "lake.png").read_bytes())
    place.write(FOX + '\n[assets.photo]\nfile = "refs/sub/a.png"\noutputs = ["photo.png"]\n', HEAD)
    with started(place) as diary:
        diary.fresh("fox", "photo")
        refs.chmod(0)
        try:
            diary.until(lambda: diary.broken or diary.last.states["photo"] != "fresh")
        finally:
            refs.chmod(0o755)
        diary.fresh("fox", "photo")
        (refs / "sub" / "a.png").write_bytes((place.path / "fox.png").read_bytes())
        diary.until(lambda: any("refs/sub/a.png" in ended.changed for ended in diary.ended))
