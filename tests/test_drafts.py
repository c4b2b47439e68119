"""Drafts of a watch: what is drawn, what it costs, and above all that the project, its lock and its money know nothing of it."""

import io
import signal
import threading
from decimal import Decimal

import pytest
from PIL import Image

from assetgen.engine import jobs, upkeep
from assetgen.engine.hold import hold
from assetgen.engine.lint import lint
from assetgen.engine.survey import look
from assetgen.events import Done, Planned
from assetgen.journal import Journal
from assetgen.model import Watching
from assetgen.plan.states import JobState, OpenJob
from assetgen.watch.drafts import Drafts, held
from tests.projects import HEAD, HERO, PATIENCE, results, until

BANNER = '\n[assets.banner]\nmodel = "sketch"\nsize = "320x80"\nprompt = "abstract waves"\nreferences = ["@hero"]\npost = []\n'
CHEAP = '\n[watch]\ndraft = "gpt-image-1-mini"\n'
MINI = Decimal("0.005")


class Desk:
    """One watch's drafts of a project. `told` are the events of the last refresh."""

    def __init__(self, shop):
        self.shop = shop
        self.drafts = Drafts(jobs=2, patience=PATIENCE)
        self.told = []

    def __call__(self, *names, purse=None, stop=None, environ=None):
        """Refresh the drafts of all that is held, or of these."""
        self.told = []
        with look(self.shop.path, environ=self.shop.env(environ)) as seen:
            found = held(seen, frozenset(names or seen.plan.assets))
            return self.drafts.refresh(seen, found, self.told.append, stop or threading.Event(), purse)

    def picture(self, sha256):
        return Image.open(io.BytesIO(self.shop.store.get(sha256)))

    @property
    def drawn(self):
        return sorted(event.asset for event in self.told if isinstance(event, Done))

    def held(self, *names):
        with look(self.shop.path, environ=self.shop.env()) as seen:
            return sorted(held(seen, frozenset(names or seen.plan.assets)))


@pytest.fixture
def desk(shop):
    return Desk(shop)


def everything(folder):
    """Every file of the project that is not in its store."""
    inside = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".assetgen" not in path.parts)
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in inside}


# --- what is held


def test_what_costs_money_is_held_and_what_waits_for_it(desk, shop):
    shop.write(HERO + BANNER + '\n[assets.free]\nmodel = "sketch"\nprompt = "a lake"\nsize = "64x64"\n')
    assert (desk.held(), desk.held("banner"), desk.held("free")) == (["banner", "hero"], ["banner"], [])
    shop.build()
    assert desk.held() == []
    shop.edit("a red fox", "a blue fox")
    assert desk.held() == ["banner", "hero"]


def test_a_chain_of_edits_is_held_whole(desk, shop):
    shop.write(HERO + 'edits = ["make it night"]\n')
    assert desk.held() == ["hero", "hero~0", "hero~1"]
    shop.build()
    shop.edit("make it night", "make it dawn")
    assert desk.held() == ["hero", "hero~1"]


def test_what_is_kept_in_any_case_waits_for_nothing(desk, shop):
    shop.write(HERO + BANNER + "freeze = true\n").build()
    shop.edit("a red fox", "a blue fox")
    assert desk.held() == ["hero"]


# --- what is drawn


def test_a_draft_asks_nobody_and_leaves_the_project_as_it_was(desk, shop):
    shop.write(HERO).build()
    shop.edit("a red fox", "a blue fox")
    shop.edit("width = 64", "width = 48")
    before, ledger = everything(shop.path), shop.ledger
    draft = desk()["hero"]
    assert (shop.asked, everything(shop.path), shop.ledger, shop.rows) == (1, before, ledger, ())
    (output,) = draft.outputs
    assert (draft.model, draft.original.provider, draft.problem, draft.cost) == ("sketch", "sketch", "", 0)
    assert (desk.picture(draft.original.sha256).size, output.path) == ((1024, 1024), "hero.png")
    assert desk.picture(output.sha256).size == (48, 48)
    with look(shop.path, environ=shop.env()) as seen:
        assert draft.gen_key == seen.plan.assets["hero"].gen_key
    assert (desk.told[0], desk.drawn) == (Planned(selected=1, todo=1), ["hero"])


def test_only_what_changed_is_drawn_again(desk, shop):
    shop.write(HERO + '[assets.owl]\nprompt = "an owl"\n')
    first = desk()
    assert (desk.drawn, desk(), desk.told) == (["hero", "owl"], first, [])
    shop.edit("a red fox", "a blue fox")
    second = desk()
    assert (desk.drawn, second["owl"], second["hero"] == first["hero"]) == (["hero"], first["owl"], False)
    # Another watch of the same project begins with what is there, and going back costs nothing.
    desk.drafts = Drafts()
    shop.edit("a blue fox", "a red fox")
    assert (desk()["hero"].original, shop.asked) == (first["hero"].original, 0)


def test_what_follows_from_a_draft_is_drawn_from_it(desk, shop):
    plate = '\n[assets.plate]\nmodel = "sketch"\nprompt = "a plate"\nsize = "64x64"\noutputs = ["plate.webp"]\n'
    overlay = 'post = [{ op = "overlay", file = "art/mark.png" }, { op = "resize", width = 32 }]\n'
    shop.write(HERO + overlay + BANNER + plate)
    (shop.path / "art").mkdir()
    Image.new("RGB", (16, 16), "navy").save(shop.path / "art" / "mark.png")
    shop.build("plate")
    found = desk()
    assert sorted(found) == ["banner", "hero"]
    assert desk.picture(found["banner"].outputs[0].sha256).size == (320, 80)
    assert desk.picture(found["hero"].outputs[0].sha256).size == (32, 32)
    assert not (shop.path / "banner.png").exists()
    Image.new("RGB", (16, 16), "red").save(shop.path / "art" / "mark.png")
    again = desk()
    assert (again["hero"].original, again["hero"].outputs == found["hero"].outputs) == (found["hero"].original, False)


def test_a_real_picture_upstream_stays_the_real_one(desk, shop):
    shop.write(HERO + '[assets.night]\nprompt = "the same at night"\nreferences = ["@hero"]\n').build("hero")
    before = everything(shop.path)
    found = desk()
    assert (sorted(found), shop.asked, everything(shop.path)) == (["night"], 1, before)
    assert found["night"].original.effective["size"] == "1024x1024"


def test_edits_are_drawn_step_by_step(desk, shop):
    shop.write('[assets.hero]\nprompt = "a red fox"\nsize = "1536x1024"\nedits = ["make it night", "add snow"]\n')
    found = desk()
    assert {name: draft.problem for name, draft in found.items()} == dict.fromkeys(["hero", "hero~0", "hero~1", "hero~2"], "")
    assert desk.picture(found["hero"].original.sha256).size == (1536, 1024)
    assert found["hero"].original == found["hero~2"].original
    assert (found["hero"].outputs[0].path, shop.asked) == ("hero.png", 0)


def test_ratios_and_models_without_a_size_come_out_as_the_real_ones_would(desk, shop):
    shop.write('[assets.wide]\nprompt = "a"\nsize = "16:9"\n[assets.usual]\nprompt = "b"\n', head=HEAD.replace('size = "1024x1024"\n', ""))
    with look(shop.path, environ=shop.env()) as seen:
        wanted = seen.facts.offer(seen.plan.assets["wide"].asset).size
    found = desk()
    assert desk.picture(found["wide"].original.sha256).size == (wanted.width, wanted.height)
    assert desk.picture(found["usual"].original.sha256).size == (1024, 1024)


def test_what_guards_the_real_picture_does_not_stop_a_draft(desk, shop):
    shop.write(
        '[policy]\nunhonoured = "warn"\nrewrite = "retry"\n'
        + HERO
        + "protect = true\ncandidates = 4\nexpect = { max_bytes = 10 }\nseed = 3\n"
    )
    first = desk()["hero"]
    shop.edit("a red fox", "a blue fox")
    second = desk()["hero"]
    assert (first.problem, second.problem, first.original == second.original) == ("", "", False)


def test_one_that_cannot_be_drawn_does_not_stop_the_others(desk, shop):
    shop.write(HERO + 'post = [{ op = "overlay", file = "none.png" }]\n[assets.owl]\nprompt = "an owl"\n')
    found = desk("hero", "owl")
    assert (found["owl"].problem, "hero" in found) == ("", False)  # its real picture is blocked, so that nothing is held
    shop.edit('file = "none.png"', 'file = "broken.png"')
    (shop.path / "broken.png").write_bytes(b"no picture")
    hero = desk()["hero"]
    assert (hero.original.provider, hero.outputs) == ("sketch", ())
    assert "broken.png" in hero.problem


def test_what_was_dropped_for_a_real_picture_stays_in_the_inbox(desk, shop):
    shop.write(HERO + '[assets.photo]\nprovider = "manual"\nmodel = "manual"\nprompt = "x"\nreferences = ["@hero"]\n')
    (shop.path / "inbox").mkdir()
    Image.effect_noise((64, 64), 50).save(shop.path / "inbox" / "photo.png")
    found = desk()
    assert (found["photo"].problem, found["photo"].original) == (
        "never generated; waits for you (make the picture by hand, then: assetgen import photo FILE)",
        None,
    )
    assert (found["hero"].problem, (shop.path / "inbox" / "photo.png").exists()) == ("", True)


# --- what the real build knows of it


def test_a_real_build_afterwards_asks_once_and_takes_no_draft(desk, shop):
    shop.write(HERO + BANNER)
    draft = desk()
    assert (results(shop.build()), shop.asked) == ({"hero": "done", "banner": "done"}, 1)
    locked = shop.locked()
    assert (locked["hero"].original.provider, locked["hero"].original.sha256 == draft["hero"].original.sha256) == ("openai", False)
    assert locked["banner"].original.sha256 != draft["banner"].original.sha256
    assert (desk.held(), desk(), shop.states()) == ([], {}, {"hero": "fresh", "banner": "fresh"})
    desk.drafts.dropped(["hero", "nobody"])
    shop.edit("a red fox", "a blue fox")
    shop.edit("a blue fox", "a red fox")
    assert (desk(), shop.asked) == ({}, 1)


def test_drafts_are_drawn_while_the_project_is_held(desk, shop):
    shop.write(HERO).build()
    shop.edit("a red fox", "a blue fox")
    with hold(shop.home, shop.path.resolve(), lambda _: None):
        assert desk()["hero"].problem == ""


def test_the_draft_stays_while_the_real_one_is_bought(desk, shop):
    shop.write(HERO + BANNER)
    before = desk()
    shop.server.delay = 30
    building = threading.Thread(target=shop.build)
    building.start()
    until(lambda: shop.asked == 1)
    shop.told.clear()
    assert (desk.held(), desk(), desk.told) == ([], before, [])
    shop.server.closing.set()
    building.join()


def test_dropped_drafts_are_drawn_again_when_they_are_wanted(desk, shop):
    shop.write(HERO)
    desk.drafts.dropped(["hero"])
    first = desk()
    desk.drafts.dropped(["hero"])
    assert (desk(), desk.drawn) == (first, ["hero"])


# --- drafts that cost something


def test_a_cheaper_model_is_paid_once_from_the_purse(desk, shop):
    shop.write(CHEAP + HERO)
    draft = desk(purse=Decimal("0.10"))["hero"]
    assert (draft.model, draft.original.provider, draft.problem, shop.asked) == ("gpt-image-1-mini", "openai", "", 1)
    assert draft.cost == Decimal(draft.original.cost) > 0
    (entry,) = shop.ledger
    assert (entry.project, entry.asset, entry.model, entry.amount, shop.rows) == (".", "hero", "gpt-image-1-mini", draft.cost, ())
    assert desk.drafts.spent == draft.cost
    assert (desk(purse=Decimal("0.10"))["hero"], shop.asked) == (draft, 1)
    desk.drafts.dropped(["hero"])
    # Nothing is left of it but the answer to its request: neither an empty purse nor another watch pays again.
    desk.drafts = Drafts()
    assert (desk()["hero"].original, shop.asked) == (draft.original, 1)
    assert (results(shop.build()), shop.asked, shop.locked()["hero"].request["model"]) == ({"hero": "done"}, 2, "gpt-image-2")


@pytest.mark.parametrize(
    ("purse", "problem"),
    [
        (None, 'a draft by "gpt-image-1-mini" costs up to $0.036: this watch has no budget (--max-cost 1.00)'),
        (Decimal("0.01"), "does not fit into the budget"),
    ],
)
def test_nothing_is_paid_without_a_purse_or_beyond_it(desk, shop, purse, problem):
    shop.write(CHEAP + HERO + BANNER)
    found = desk(purse=purse)
    assert (shop.asked, shop.ledger, found["hero"].original) == (0, [], None)
    assert problem in found["hero"].problem
    assert 'waits for "hero"' in found["banner"].problem


def test_in_ci_a_purse_is_not_enough(desk, shop):
    shop.write(CHEAP + HERO)
    found = desk(purse=Decimal(1), environ={"CI": "1"})
    assert "ASSETGEN_ALLOW_SPEND=1" in found["hero"].problem
    assert shop.asked == 0


def test_an_alias_draws_with_its_own_parameters(desk, shop):
    shop.write(
        '[watch]\ndraft = "quick"\n[models.quick]\nuse = "gpt-image-2"\nparams = { quality = "low" }\n'
        + HERO
        + 'params = { quality = "high" }\n'
    )
    desk(purse=Decimal(1))
    assert [request.fields["quality"] for request in shop.server.requests] == ["low"]


def test_the_real_picture_is_never_bought_as_a_draft(desk, shop):
    """Whatever `[watch] draft` says: where the draft would be asked for just what a build asks for, nobody is paid."""
    same = '[watch]\ndraft = "quick"\n[models.quick]\nuse = "gpt-image-2"\nparams = { quality = "low" }\n'
    owl = '[assets.owl]\nprompt = "an owl"\nparams = { quality = "high" }\n[assets.eule]\nprompt = "an owl"\nparams = { quality = "low" }\n'
    shop.write(same + HERO + 'size = "1024x1024"\nparams = { quality = "low" }\n' + owl)
    found = desk(purse=Decimal(1))
    assert (found["hero"].model, found["hero"].problem, found["eule"].model) == ("sketch", "", "sketch")
    told = 'a draft by "gpt-image-2" costs up to $0.006: it would be the picture of an asset itself (promote it)'
    assert found["owl"].problem == told
    assert (shop.asked, shop.ledger, set(shop.states().values())) == (0, [], {"generate"})
    # Another size, in other words: it is the same picture all the same.
    shop.write(same + HERO + 'params = { quality = "low" }\n', head=HEAD.replace('size = "1024x1024"\n', ""))
    assert (desk(purse=Decimal(1))["hero"].model, shop.asked) == ("sketch", 0)


def test_a_draft_model_takes_what_it_can(desk, shop):
    text = '[watch]\ndraft = "dall-e-3"\n' + HERO + 'size = "1536x1024"\nreferences = ["a.png"]\nmask = "a.png"\nseed = 3\n'
    shop.write(text)
    Image.new("RGB", (16, 16), "navy").save(shop.path / "a.png")
    shop.server.retired.clear()
    found = desk(purse=Decimal(1))
    (request,) = shop.server.requests
    assert (request.path, request.fields["size"], found["hero"].problem) == ("/v1/images/generations", "1792x1024", "")


def test_references_and_masks_go_along_where_they_are_taken(desk, shop):
    edit = HERO + '[assets.night]\nprompt = "at night"\nreferences = ["@hero", "a.png"]\nmask = "a.png"\n'
    shop.write(edit).build("hero")
    Image.new("RGB", (1024, 1024), "white").save(shop.path / "a.png")
    assert desk()["night"].original.unhonoured == ()
    shop.write(CHEAP + edit)
    assert (desk(purse=Decimal(1))["night"].problem, shop.asked) == ("", 2)
    request = shop.server.requests[-1]
    assert (request.path, request.fields["model"], {name: len(parts) for name, parts in request.files.items()}) == (
        "/v1/images/edits",
        "gpt-image-1-mini",
        {"image": 2, "mask": 1},
    )


def test_a_draft_whose_fate_is_unknown_is_not_sent_again(desk, shop):
    shop.write(CHEAP + HERO)
    shop.server.fail_next("drop-after")
    assert "assetgen jobs resolve hero" in desk(purse=Decimal(1))["hero"].problem
    problem = desk(purse=Decimal(1))["hero"].problem
    (row,) = shop.rows
    assert (shop.asked, f"assetgen jobs resolve {row.id} --retry" in problem) == (1, True)
    told, hints = shop.spawn("-m", "assetgen", "jobs").communicate()
    assert ("hero (draft)" in told, f"assetgen jobs resolve {row.id} --adopt ID | --retry | --abandon" in hints) == (True, True)
    # The real picture is another request, and is not kept from being made.
    assert shop.state() == "generate new"
    assert jobs.resolve(shop.path, row.id, adopt=None, retry=True, abandon=False).asset == "hero"
    assert (desk(purse=Decimal(1))["hero"].problem, shop.asked) == ("", 2)
    assert {spent.project for spent in shop.ledger} == {"."}


# --- when it ends in the middle

KILLED = """
import os, signal, sys, threading
from decimal import Decimal
from assetgen.engine.survey import look
from assetgen.watch.drafts import Drafts, held
def notify(event):
    if type(event).__name__ == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
with look(".") as seen:
    Drafts(jobs=1).refresh(seen, held(seen, frozenset(seen.plan.assets)), notify, threading.Event(), Decimal(1))
"""


@pytest.mark.parametrize("head", ["", CHEAP])
def test_killed_in_the_middle(desk, shop, head):
    # A second paid one would be in flight, and its fate unknown.
    shop.write(head + HERO + ("" if head else '[assets.owl]\nprompt = "an owl"\n'))
    process = shop.start(KILLED, "Done")
    assert process.wait(30) == -signal.SIGKILL
    found = desk(purse=Decimal(1))
    assert ({draft.problem for draft in found.values()}, shop.rows) == ({""}, ())
    assert (shop.asked, len(shop.ledger)) == ((1, 1) if head else (0, 0))
    assert not (shop.path / "assetgen.lock").exists()


def test_stopped_before_it_begins(desk, shop):
    shop.write(HERO)
    stop = threading.Event()
    stop.set()
    assert (desk(stop=stop), desk.drawn) == ({}, [])


@pytest.mark.parametrize("by", ["watch", "build"])
def test_what_a_killed_watch_left_in_the_journal_is_closed(desk, shop, by):
    shop.write(HERO, head=HEAD.replace("gpt-image-2", "sketch"))
    asked = {"asset": "hero", "project": ". (drafts)", "gen_key": "0" * 64, "provider": "openai", "model": "gpt-image-1-mini"}
    journal = Journal(shop.home)
    journal.fetched(journal.intend(OpenJob(id="", state=JobState.INTENT, reserved=MINI, **asked)), ())
    if by == "watch":
        assert desk() == {}
    else:
        assert results(shop.build()) == {"hero": "done"}
        assert shop.locked()["hero"].original.provider == "sketch"
    assert (shop.rows, [(spent.project, spent.amount) for spent in shop.ledger]) == ((), [(".", MINI)])


def test_an_answer_of_no_use_counts_for_the_watch(desk, shop):
    shop.write(CHEAP + HERO)
    shop.server.fail_next("blank")
    problem = desk(purse=Decimal(1))["hero"].problem
    assert ("blank" in problem, desk.drafts.spent > 0, len(shop.ledger)) == (True, True, 1)
    again = desk(purse=Decimal(1))["hero"].problem
    (row,) = shop.rows
    assert (shop.asked, f"(assetgen jobs resolve {row.id} --retry)" in again) == (1, True)


# --- upkeep


def test_gc_keeps_drafts_and_forgets_those_of_projects_that_are_gone(desk, shop, git):
    git(shop.path.parent)
    shop.write(HERO)
    sha256 = desk()["hero"].original.sha256
    other = shop.path.parent / "other"
    other.mkdir()
    (other / "assetgen.toml").write_text("version = 1\n")
    upkeep.collect(other, paid=True, dry_run=False, days=0)
    assert shop.store.has(sha256)
    (shop.path / "assetgen.toml").unlink()
    upkeep.collect(other, paid=False, dry_run=False, days=0)
    assert (shop.store.has(sha256), list((shop.store.home / "drafts").iterdir())) == (False, [])


def test_drafts_whose_bytes_or_lock_are_gone_are_drawn_again(desk, shop):
    shop.write(HERO)
    first = desk()
    for sha256 in shop.store.objects():
        shop.store.remove(sha256)
    assert (desk(), desk.drawn) == (first, ["hero"])
    (lock,) = shop.home.glob("drafts/*/assetgen.lock")
    lock.write_text("version = 99\n")
    desk.drafts = Drafts()
    assert desk() == first


def test_many_are_quick_when_nothing_changed(desk, shop):
    shop.write("".join(f'[assets.a{number}]\nprompt = "fox {number}"\n' for number in range(3)))
    desk()
    assert (len(desk()), desk.told) == (3, [])


def test_the_manifest_says_who_draws(shop):
    assert shop.write(HERO).plan().assets["hero"].name == "hero"
    with look(shop.path, environ=shop.env()) as seen:
        assert seen.workspace.manifest.watch == Watching(draft="sketch", max_cost=None)
    shop.write('[watch]\ndraft = "quick"\nmax_cost = 2\n[models.quick]\nuse = "flux-schnell"\n[models.other]\nuse = "flux-dev"\n' + HERO)
    with look(shop.path, environ=shop.env()) as seen:
        assert seen.workspace.manifest.watch == Watching(draft="quick", max_cost=2)
        unused = [found.message for found in lint(seen.workspace, ["hero"]) if found.name == "unused-model"]
    assert unused == ['no asset asks for the model "other"']
