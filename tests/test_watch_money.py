"""What a watch never buys: for a page that may not spend, beyond its purse, twice, or although nobody asked."""

import re
from decimal import Decimal

import pytest

from assetgen.engine.hold import hold
from assetgen.engine.pools import Patience
from assetgen.events import Noted
from assetgen.plan.states import JobState
from assetgen.watch import todo
from assetgen.watch.asked import marks
from assetgen.watch.unasked import Unasked
from assetgen.watch.wishes import Build, Clash, Draft, Edit, Pick, Promote, Quit, Reroll
from tests.faults import COMFYUI, FAL, REPLICATE
from tests.projects import HERO, until
from tests.servers.pictures import draw
from tests.test_resume import AT_WORK, asking, named
from tests.test_watch import CHEAP, FOX, OUT, price, started
from tests.test_watch_terminal import screen

SCENE = '\n[assets.scene]\nprompt = "at night"\nreferences = ["@hero"]\n' + CHEAP
MINI = '\n[watch]\ndraft = "gpt-image-1-mini"\n'
NONE = Draft(asset="hero", gen_key="", model="")
RED, BLUE = "a red fox", "a blue fox"


@pytest.fixture
def paid(shop):
    return shop.write(HERO + OUT + CHEAP)


def edit(value, **more):
    return Edit(name="hero", field="prompt", value=value, **more)


def clicked(diary, wish):
    """A wish of the page; what it fails with, if it does."""
    return diary.watch.ask(wish, page=True).exception(20)


# The page


def test_an_edit_by_the_page_is_not_bought_by_itself(shop):
    shop.write(HERO + OUT + CHEAP + SCENE + '\n[assets.lake]\nprompt = "a lake"\n' + CHEAP)
    with started(shop, mode="final", max_cost=Decimal(1)) as diary:
        diary.fresh("hero", "scene", "lake")
        assert shop.asked == 3
        assert clicked(diary, edit(BLUE)) is None
        diary.until(lambda: diary.last.held == {"hero", "scene"} and diary.last.drafts)
        # What somebody saves is bought as before, and nothing with it.
        shop.edit('"a lake"', '"a pond"')
        diary.until(lambda: shop.asked == 4)
        diary.fresh("lake")
        assert diary.last.held == {"hero", "scene"}
        # Each needs a word of its own: the price of the one was not that of the other.
        diary.ask(Promote(names=("hero",)))
        diary.fresh("hero")
        diary.until(lambda: diary.last.held == {"scene"})
        assert shop.asked == 5
        diary.ask(Promote(names=("scene",)))
        diary.fresh("hero", "scene")
        shop.edit(BLUE, "a grey fox")
        diary.until(lambda: shop.asked == 8)
        diary.fresh("hero", "scene")
    assert (diary.refused, shop.asked) == ([], 8)


def test_a_pick_by_the_page_buys_nothing_that_is_made_from_it(shop):
    shop.server.rolls = True
    shop.write(HERO + CHEAP + "candidates = 2\n" + SCENE)
    with started(shop, mode="final", max_cost=Decimal(1)) as diary:
        diary.builds(1)
        diary.until(lambda: diary.last.states == {"hero": "waits", "scene": "waits"} and not diary.last.paying)
        asked = shop.asked
        assert clicked(diary, Pick(name="hero", choice="2")) is None
        diary.until(lambda: diary.last.states == {"hero": "fresh", "scene": "generate"} and diary.last.held == {"scene"})
        assert clicked(diary, Build()) is None
        diary.until(lambda: "scene" in diary.ended[-1].outcome.results and not diary.watch.busy)
        assert (shop.asked, diary.last.held) == (asked, {"scene"})
        diary.ask(Promote(names=("scene",)))
        diary.fresh("scene")
    assert shop.asked == asked + 1


def test_a_page_that_may_spend_counts_like_the_terminal(paid):
    with started(paid, mode="final", max_cost=Decimal(1), allow_spend=True) as diary:
        diary.fresh("hero")
        assert clicked(diary, edit(BLUE)) is None
        diary.until(lambda: paid.asked == 2)
        diary.fresh("hero")


def test_a_page_that_may_not_spend_asks_in_vain(paid):
    with started(paid, max_cost=Decimal(1)) as diary:
        diary.until(lambda: diary.looks)
        for wish in (Promote(names=("hero",), most=Decimal(1)), Reroll(name="hero", most=Decimal(1))):
            assert clicked(diary, wish).message == "this page may not spend money"
    assert paid.asked == 0


def test_a_page_that_may_not_spend_gets_no_paid_draft(shop):
    shop.write(MINI + HERO + OUT + CHEAP)
    with started(shop, max_cost=Decimal(1)) as diary:
        diary.until(lambda: diary.looks and diary.last.drafts)
        assert (shop.asked, diary.last.drafts["hero"].problem) == (1, "")
        assert clicked(diary, edit(BLUE)) is None
        diary.until(lambda: diary.last.drafts["hero"].problem)
        told = 'a draft by "gpt-image-1-mini" costs up to $0.036: it was touched on a page that may not spend'
        assert diary.last.drafts["hero"].problem == f"{told} (promote it, or start the page with --allow-spend)"
        diary.ask(Promote(names=("hero",)))
        diary.fresh("hero")
    assert shop.asked == 2


def test_an_edit_never_overwrites_what_somebody_saved_meanwhile(paid):
    with started(paid) as diary:
        diary.until(lambda: diary.looks)
        paid.edit(RED, "theirs")
        clash = clicked(diary, edit("mine", was=RED))
        assert (type(clash), clash.now, clash.message) == (Clash, "theirs", 'the prompt of "hero" was changed meanwhile')
        assert 'prompt = "theirs"' in (paid.path / "assetgen.toml").read_text()
        assert clicked(diary, edit("mine", was="theirs")) is None
        assert clicked(diary, Edit(name="hero", field="seed", value=1, was=2)).now is None
    assert 'prompt = "mine"' in (paid.path / "assetgen.toml").read_text()
    # It is between the two who edit, and nobody else is told.
    assert diary.refused == []


def blocked(shop, diary):
    """Have hero refer to a file that is not there, and wait until that is seen."""
    shop.edit(CHEAP, CHEAP + 'references = ["ref.png"]\n')
    diary.until(lambda: diary.looks and diary.last.states["hero"] == "blocked")


def unblock(shop):
    (shop.path / "ref.png").write_bytes(draw("a plate", 64, 64))


def test_what_the_page_touched_while_it_was_blocked_is_not_bought_later(paid):
    with started(paid, mode="final", max_cost=Decimal(1)) as diary:
        diary.fresh("hero")
        blocked(paid, diary)
        looks = len(diary.looks)
        assert clicked(diary, edit(BLUE)) is None
        diary.until(lambda: len(diary.looks) > looks)
        unblock(paid)
        diary.until(lambda: diary.last.held == {"hero"} and diary.last.drafts)
        assert (paid.asked, diary.last.paying) == (1, frozenset())
        # Another name is no word either.
        paid.edit("[assets.hero]", "[assets.champ]")
        diary.until(lambda: diary.last.held == {"champ"} and diary.last.drafts)
        assert (paid.asked, diary.last.paying) == (1, frozenset())
        diary.ask(Promote(names=("champ",)))
        diary.fresh("champ")
        paid.edit(BLUE, "a grey fox")
        diary.until(lambda: paid.asked == 3)
        diary.fresh("champ")


def test_a_draft_is_not_paid_for_what_the_page_touched_while_it_was_blocked(shop):
    shop.write(MINI + HERO + OUT + CHEAP + 'references = ["ref.png"]\n')
    with started(shop, max_cost=Decimal(1)) as diary:
        diary.until(lambda: diary.looks)
        looks = len(diary.looks)
        assert clicked(diary, edit(BLUE)) is None
        diary.until(lambda: len(diary.looks) > looks)
        unblock(shop)
        diary.until(lambda: "touched on a page" in diary.last.drafts.get("hero", NONE).problem)
    assert shop.asked == 0


def test_what_was_made_from_it_waits_for_a_word_as_well(shop):
    """Also where it is fresh while what it is made from is not settled."""
    known = Unasked()
    shop.write(HERO + CHEAP + SCENE).build()
    shop.edit(RED, BLUE)
    known.touch(("hero", "scene", "nobody"))
    stale = shop.plan()
    known.look(stale, frozenset(), touching=frozenset(), running=False)
    assert (known.touched, known.barred(stale)) == ({"hero", "scene", "nobody"}, {"hero", "scene"})
    known.asked(["hero"])
    known.look(stale, frozenset(), touching=frozenset(), running=False)
    assert known.touched == {"scene", "nobody"}
    shop.edit(BLUE, RED)
    known.look(shop.plan(), frozenset(), touching=frozenset({"scene"}), running=True)
    assert known.touched == {"scene", "nobody"}
    known.look(shop.plan(), frozenset(), touching=frozenset(), running=False)
    assert known.touched == {"nobody"}


# What was shown


def shown(shop, *names):
    return marks(shop.plan(), names)


def moved(name):
    return f'"{name}" changed since the price was shown, and nothing was bought'


def test_only_what_was_shown_is_bought(shop):
    shop.server.rolls = True
    shop.write(HERO + OUT + CHEAP + SCENE + '\n[assets.lake]\nprompt = "a lake"\n' + CHEAP)
    with started(shop, allow_spend=True) as diary:
        diary.until(lambda: diary.looks and len(diary.last.drafts) == 3)
        seen = shown(shop, "hero", "scene", "lake")
        shop.edit(RED, BLUE)
        error = clicked(diary, Promote(names=("hero", "lake"), most=Decimal(1), shown=seen))
        assert (error.message, error.hint) == (moved("hero"), "look at the price and promote again")
        assert clicked(diary, Promote(names=("scene",), most=Decimal(1), shown=seen)).message == moved("scene")
        assert clicked(diary, Promote(names=("lake",), most=Decimal(1), shown={})).message == moved("lake")
        assert clicked(diary, Promote(names=("lake",), most=Decimal(1), shown=seen)) is None
        diary.fresh("lake")
        seen = shown(shop, "lake")
        assert clicked(diary, Reroll(name="lake", most=Decimal(1), shown=seen)) is None
        diary.builds(2)
        # Of two tabs, one shows a picture that is replaced by now.
        assert clicked(diary, Reroll(name="lake", most=Decimal(1), shown=seen)).message == moved("lake")
    assert shop.asked == 2


def test_a_mark_tells_of_what_is_bought_and_of_nothing_else(shop):
    shop.write(HERO + OUT + CHEAP + SCENE)
    first = shown(shop, "hero", "scene")
    shop.edit("width = 64", "width = 48")
    assert shown(shop, "hero", "scene") == first
    shop.edit("at night", "at dusk")
    second = shown(shop, "hero", "scene")
    assert (second["hero"], second["scene"] == first["scene"]) == (first["hero"], False)
    shop.edit(CHEAP, CHEAP + "candidates = 2\n")
    assert first.keys() & shown(shop, "hero", "scene").keys() == {"hero", "scene"}
    assert not second.items() & shown(shop, "hero", "scene").items()


def test_a_question_that_is_open_is_about_what_it_showed(paid):
    with screen(paid) as on:
        on.wait("drafted")
        on.press("p")
        on.wait("[y/N]")
        paid.edit(RED, BLUE)
        on.wait("changed")
        on.press("y")
        on.wait("changed since the price was shown")
        on.press("q")
        on.ended()
    assert paid.asked == 0


def test_a_seed_that_others_share_is_not_rolled(shop):
    names = [f"hero[c={colour}]" for colour in ("red", "blue", "green", "grey", "white")]
    with asking(FAL, shop, "") as server:
        path = shop.path / "assetgen.toml"
        one = path.read_text().replace("[assets.hero]", '[assets.hero]\nmatrix = { c = ["red", "blue", "green", "grey", "white"] }')
        path.write_text(re.sub("outputs = .*", 'outputs = ["{name}-{c}.png"]', re.sub('prompt = "', 'prompt = "a {c} ', one)))
        before = path.read_text()
        with started(shop, mode="final", max_cost=Decimal(5), allow_spend=True) as diary:
            diary.fresh(*names)
            error = clicked(diary, Reroll(name=names[0], seed=7, most=Decimal(1)))
            told = f'"{names[1]}", "{names[2]}", "{names[3]}" and 1 more'
            assert error.message == f'the seed of "{names[0]}" would be that of {told} too'
            assert error.hint == f"for another picture of it alone: assetgen build --regenerate {names[0]}"
    assert (len(server.accepted), path.read_text()) == (5, before)


# Twice


def test_what_is_being_bought_is_not_bought_again(paid):
    paid.server.rolls = True
    with started(paid, allow_spend=True) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",), most=Decimal(1)))
        diary.fresh("hero")
        paid.server.delay = 0.5
        wishes = [Reroll(name="hero", most=Decimal(1)), Reroll(name="hero", most=Decimal(1)), Promote(names=("hero",), most=Decimal(1))]
        told = [clicked(diary, wish) for wish in wishes]
        assert [error and error.message for error in told] == [None, '"hero" is being bought', '"hero" is being bought']
        diary.builds(2)
    assert paid.asked == 2


def test_a_purchase_of_which_nothing_came_is_told(paid):
    """Two who watch the same project say the same at the same time."""
    paid.server.rolls = True
    paid.build()
    with started(paid) as one, started(paid) as other:
        both = (one, other)
        with hold(paid.home, paid.path.resolve(), lambda _: None):
            for diary in both:
                diary.fresh("hero")
                diary.ask(Reroll(name="hero", most=Decimal(1)))
        until(lambda: one.crashed or other.crashed or (one.ended and other.ended and (one.refused or other.refused)))
        told = [refused.error.message for diary in both for refused in diary.refused]
    assert told == ['nothing was bought: "hero" came by another purchase meanwhile']
    assert paid.asked == 2


# In the midst of git


@pytest.mark.parametrize("midst", [("rebase-merge", "a rebase"), ("MERGE_HEAD", "a merge"), ("index.lock", 'a write ("index.lock")')])
def test_nothing_is_bought_by_itself_while_git_is_in_the_midst_of_something(paid, git, midst):
    name, told = midst
    git(paid.path)
    with started(paid, mode="final", max_cost=Decimal(1)) as diary:
        diary.builds(1)
        diary.fresh("hero")
        (paid.path / ".git" / name).write_text("")
        paid.edit(RED, BLUE)
        paid.edit("width = 64", "width = 48")
        diary.until(lambda: diary.last.drafts)
        notes = [happened.event.message for happened in diary.events if isinstance(happened.event, Noted)]
        assert f"git is in the midst of {told}, and nothing is bought by itself until that is over" in notes
        assert (paid.asked, diary.last.held) == (1, {"hero"})
        (paid.path / ".git" / name).unlink()
        diary.until(lambda: paid.asked == 2)
        diary.fresh("hero")


def test_no_draft_is_paid_while_git_is_in_the_midst_of_something(shop, git):
    shop.write(MINI + HERO + OUT + CHEAP + FOX.replace("[assets.fox]", '[assets.fox]\nmodel = "sketch"'))
    git(shop.path)
    rebase = shop.path / ".git" / "rebase-merge"
    rebase.mkdir()
    with started(shop, max_cost=Decimal(1)) as diary:
        diary.fresh("fox")
        assert (shop.asked, diary.last.drafts) == (0, {})
        rebase.rmdir()
        diary.until(lambda: diary.last.drafts)
    assert shop.asked == 1


# The purse


def test_what_a_useless_draft_cost_is_spent(shop):
    shop.write(MINI + HERO + CHEAP)
    shop.server.fail_next("blank")
    with started(shop, max_cost=Decimal(1)) as diary:
        diary.until(lambda: diary.looks and diary.last.drafts)
        assert "blank" in diary.last.drafts["hero"].problem
        assert diary.last.purse.spent == sum(spent.amount for spent in shop.ledger) > 0
    assert shop.asked == 1


def test_a_purchase_and_a_paid_draft_share_one_purse(shop):
    shop.write(MINI + HERO + CHEAP + "candidates = 10\n")
    shop.server.delay = 0.5
    with started(shop, max_cost=Decimal("0.062")) as diary:
        until(lambda: shop.asked == 1)
        # The draft is being drawn. What it costs in the end, nobody knows yet.
        diary.ask(Promote(names=("hero",)))
        diary.until(lambda: diary.refused)
        error = diary.refused[0].error
        assert error.message == '$0.06 for "hero" do not fit any more, since drafts were paid'
        assert error.hint == f"assetgen watch --max-cost {Decimal('0.060') + shop.ledger[0].amount}"
        diary.until(lambda: diary.last.drafts and not diary.last.paying)
    assert (shop.asked, len(diary.ended)) == (1, 0)


def test_retries_of_a_policy_are_no_part_of_what_was_agreed_to(shop):
    shop.write('[policy]\nrewrite = "retry"\nrewrite_retries = 3\n\n' + HERO + OUT + CHEAP)
    shop.server.fail_next("rewritten", "rewritten")
    with started(shop) as diary:
        diary.until(lambda: diary.looks)
        diary.ask(Promote(names=("hero",), most=price(shop)))
        diary.until(lambda: diary.ended)
        assert diary.ended[0].outcome.results["hero"].status == "failed"
    assert shop.asked == 1


def test_what_the_purse_reaches_for_is_counted_once(shop):
    """In the order of the manifest; what two are made from is bought once."""
    parts = [
        HERO + CHEAP,
        SCENE,
        SCENE.replace("scene", "dusk").replace("at night", "at dusk"),
        '[assets.lake]\nprompt = "a lake"\n' + CHEAP,
    ]
    shop.write("".join(parts))
    plan = shop.plan()
    each = {name: planned.price.high for name, planned in plan.assets.items()}
    names = frozenset(each)
    assert todo.affordable(plan, names, sum(each.values())) == ["hero", "scene", "dusk", "lake"]
    assert todo.affordable(plan, frozenset({"scene", "dusk"}), each["hero"] + each["scene"] + each["dusk"]) == ["scene", "dusk"]
    assert todo.affordable(plan, frozenset({"scene", "lake"}), each["scene"]) == ["lake"]
    assert todo.affordable(plan, names, Decimal(0)) == []
    assert todo.below(plan, ["hero"]) == {"hero", "scene", "dusk"}


# Jobs with an id


@named([FAL, REPLICATE])
def test_a_job_that_a_watch_left_is_resumed_and_paid_once(shop, lane):
    with asking(lane, shop, AT_WORK[lane.provider]) as server:
        with started(shop, max_cost=Decimal(5)) as diary:
            diary.until(lambda: diary.looks and diary.last.held == {"hero"})
            diary.ask(Promote(names=("hero",)))
            until(lambda: [row.state for row in shop.rows] == [JobState.SUBMITTED])
            diary.ask(Quit())
        assert ([row.state for row in shop.rows], len(server.accepted)) == ([JobState.SUBMITTED], 1)
        assert diary.ended[-1].outcome.resumable == 1
        server.mend()
        assert shop.build(patience=Patience(), free_only=True).exit_code == 0
        assert (len(server.requests), len(shop.ledger), shop.rows, shop.state()) == (1, 1, (), "fresh")


def test_a_workflow_that_is_saved_is_built(shop):
    with asking(COMFYUI, shop, "") as server:
        with started(shop) as diary:
            diary.fresh("hero")
            assert len(server.accepted) == 1
            flow = shop.path / "flow.json"
            flow.write_text(flow.read_text().replace('"steps": 20', '"steps": 21'))
            diary.until(lambda: len(server.accepted) == 2)
            diary.fresh("hero")
        assert diary.ended[-1].changed == ("flow.json",)


def test_a_lora_that_is_saved_is_seen(shop):
    lora = shop.path / "art" / "style.safetensors"
    lora.parent.mkdir(parents=True)
    lora.write_bytes(b"weights")
    shop.write('[assets.hero]\nprompt = "a fox"\nmodel = "flux-dev"\nvia = ["fal"]\nloras = [{ file = "art/style.safetensors" }]\n')
    with started(shop) as diary:
        diary.until(lambda: diary.looks)
        lora.write_bytes(b"other weights")
        diary.until(lambda: diary.last.changed == ("art/style.safetensors",))


# Drafts


def test_whatever_a_draft_is_drawn_from_leads_to_a_new_one(shop):
    mark = shop.path / "art" / "mark.png"
    mark.parent.mkdir(parents=True)
    mark.write_bytes(draw("a mark", 64, 64))
    quick = '[watch]\ndraft = "quick"\n\n[models.quick]\nuse = "sketch"\n\n'
    shop.write(quick + HERO + OUT + CHEAP + 'post = [{ op = "resize", width = 96 }, { op = "overlay", file = "art/mark.png" }]\n')
    with started(shop) as diary:
        diary.until(lambda: diary.looks and diary.last.drafts)
        first = diary.last.drafts["hero"].outputs[0].sha256
        mark.write_bytes(draw("another mark", 64, 64))
        diary.until(lambda: diary.last.drafts["hero"].outputs[0].sha256 != first)
        shop.edit('use = "sketch"', 'use = "gpt-image-1-mini"')
        diary.until(lambda: '"gpt-image-1-mini"' in diary.last.drafts["hero"].problem)
        shop.edit('draft = "quick"', 'draft = "sketch"')
        diary.until(lambda: not diary.last.drafts["hero"].problem)
    assert (shop.asked, diary.ended) == (0, [])
