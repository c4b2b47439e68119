"""`plan --out` and `apply`: what was ordered is bought, once, for no more than was agreed. What has moved is told."""

import json
import shutil
import signal
from decimal import Decimal

import jsonschema
import pytest

from assetgen.cli.order import Wanted
from assetgen.engine import edit
from assetgen.engine.jobs import resolve
from assetgen.engine.order import order
from assetgen.engine.pick import pick
from assetgen.engine.spend import Budget
from assetgen.engine.survey import look
from assetgen.engine.terms import compared
from assetgen.errors import AssetgenError, Moved, UsageError
from assetgen.events import Noted
from assetgen.journal import Journal
from assetgen.plan.facts import Choices
from assetgen.plan.graph import closure
from assetgen.plan.order import dump, parse, schema
from assetgen.plan.states import JobState, OpenJob, Price
from tests.projects import HERO, results
from tests.servers import KEY
from tests.servers.pictures import draw

SCENE = '\n[assets.scene]\nprompt = "the fox at night"\nreferences = ["@hero"]\n'
OWL = '\n[assets.owl]\nprompt = "an owl"\n'
ICON = '\n[assets.icon]\nmodel = "sketch"\nprompt = "flat icon of a fox"\nsize = "64x64"\n'
HIGH = Decimal("0.211")
OWN_ID = '\n[models.gpt-image-2]\nid = {{ openai = "{}" }}\n'
PRICE = "\n[models.gpt-image-2]\nprice = {}\n"
ALLOWED = {"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}
# Applies a plan, and dies by SIGKILL at the first event of this name, or when this action starts.
KILLED = """
import os, signal, sys
from assetgen.cli.order import read
from assetgen.engine.build import Options, run
made = read("plan.json")
def notify(event):
    if type(event).__name__ == "Started" and event.action == sys.argv[1] or type(event).__name__ == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
run(".", Options(order=made, max_cost=made.maximum), notify)
"""


def ordered(shop, *names, regenerate=(), ceiling=None):
    """The order that `plan --out plan.json NAMES` writes, as `apply plan.json` reads it."""
    with look(shop.path, choices=Choices(regenerate=frozenset(regenerate)), environ=shop.env()) as seen:
        chosen = closure(frozenset(names or regenerate or seen.plan.assets), seen.workspace.manifest.assets)
        text = dump(order(seen, chosen, regenerate=regenerate, ceiling=ceiling))
    (shop.path / "plan.json").write_text(text)
    return parse(text.encode(), "plan.json")


def applied(shop, made, **options):
    return shop.build(order=made, max_cost=made.maximum, **options)


def moved(shop, made, *, hint="assetgen plan --out plan.json", **options):
    """What a refused order says; nothing is asked and nothing is changed for it."""
    before = (shop.asked, snapshot(shop))
    with pytest.raises(Moved) as caught:
        applied(shop, made, **options)
    assert (shop.asked, snapshot(shop)) == before
    assert (caught.value.exit_code, caught.value.faults[-1].hint) == (1, hint)
    return [f"{fault.subject}: {fault.message}" for fault in caught.value.faults]


def snapshot(shop):
    return {path.name: path.read_bytes() for path in shop.path.iterdir() if path.is_file()}


def prompts(shop):
    return [str(request.fields["prompt"]) for request in shop.server.accepted]


def test_what_is_ordered_is_bought_and_what_is_free_is_done_beside(shop):
    made = ordered(shop.write(HERO + SCENE + ICON))
    hero, scene = made.assets
    assert (hero.name, hero.state, hero.providers, hero.size, hero.maximum) == ("hero", "generate", ("openai",), "1024x1024", HIGH)
    assert (scene.state, scene.after, scene.request["references"], scene.gen_key) == ("waits", ("hero",), ["@hero"], None)
    assert ([free.name for free in made.free], made.maximum, made.project) == (["icon"], 2 * HIGH, ".")
    outcome = applied(shop, made)
    assert (results(outcome), outcome.exit_code) == (dict.fromkeys(("hero", "icon", "scene"), "done"), 0)
    assert prompts(shop) == ["a red fox", "the fox at night"]
    again = applied(shop, made)
    assert (set(results(again).values()), again.exit_code, shop.asked) == ({"fresh"}, 0, 2)


def test_nothing_but_the_ordered_assets_is_bought(shop):
    made = ordered(shop.write(HERO + OWL), "hero")
    shop.write(HERO + OWL + SCENE + '[assets.late]\nprompt = "a hare"\n')
    outcome = applied(shop, made)
    assert (results(outcome), outcome.exit_code, prompts(shop)) == ({"hero": "done"}, 0, ["a red fox"])
    (note,) = [event.message for event in shop.told if isinstance(event, Noted) and "plan" in event.message]
    assert note == "3 more assets may be bought by a build, and are not in the plan"


def test_what_is_made_from_an_ordered_picture_for_nothing_is_made(shop):
    below = ICON.replace('size = "64x64"', 'size = "64x64"\nreferences = ["@hero"]')
    made = ordered(shop.write(HERO + below), "hero")
    assert results(applied(shop, made)) == {"hero": "done", "icon": "done"}


def test_a_free_picture_that_an_ordered_one_is_made_from(shop):
    made = ordered(shop.write(ICON + SCENE.replace("@hero", "@icon")), "scene")
    assert [(line.name, line.after) for line in (*made.assets, *made.free)] == [("scene", ("icon",)), ("icon", ())]
    shop.edit("flat icon of a fox", "flat icon of a hare")
    assert moved(shop, made) == ['assets.icon.prompt: was "flat icon of a fox" in the plan, is "flat icon of a hare"']
    shop.edit("flat icon of a hare", "flat icon of a fox")
    assert results(applied(shop, made)) == {"icon": "done", "scene": "done"}
    assert (results(applied(shop, made)), shop.asked) == ({"icon": "fresh", "scene": "fresh"}, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("a red fox", "a blue fox", ['assets.hero.prompt: was "a red fox" in the plan, is "a blue fox"']),
        ("[assets.hero]", PRICE.format("0.5") + "[assets.hero]", [
            "assets.hero.price: was $0.211 in the plan, is $0.5",
            "assets.scene.price: was $0.211 in the plan, is $0.5",
        ]),
        ("[assets.hero]", OWN_ID.format("gpt-image-9-dear") + "[assets.hero]", [
            "assets.hero.id: was gpt-image-2 in the plan, is gpt-image-9-dear",
            "assets.scene.id: was gpt-image-2 in the plan, is gpt-image-9-dear",
        ]),
        ('"a red fox"', '"a red fox"\ncandidates = 2', [
            "assets.hero.candidates: was 1 in the plan, is 2",
            "assets.hero.price: was $0.211 in the plan, is $0.422",
            'assets.scene: was to be generated in the plan, is waits: waits for "hero"',
        ]),
        ('"a red fox"', '"a red fox"\nparams = { quality = "low" }', ['assets.hero.params: was none in the plan, is { quality = "low" }']),
        ('"a red fox"', '"a red fox"\nmodel = "sketch"\nsize = "64x64"', [
            'assets.hero.model: was "gpt-image-2" in the plan, is "sketch"',
            'assets.hero.size: was "1024x1024" in the plan, is "64x64"',
        ]),
        ("assets.hero]", "assets.fox]", [
            "assets.hero: was to be generated in the plan, and is no longer in the manifest",
            'assets.scene: "fox", which it is made from, is not what it was in the plan',
        ]),
        ("[assets.hero]", "[policy]\nmax_cost = 0.3\n[assets.hero]", ["policy.max_cost: was none in the plan, is $0.3"]),
        ("[assets.hero]", '[policy]\nusage = "commercial"\n[models.gpt-image-2]\nusage = "non-commercial"\n[assets.hero]', None),
    ],
)  # fmt: skip
def test_what_has_moved_is_told_and_nothing_is_bought(shop, old, new, told):
    made = ordered(shop.write(HERO + SCENE))
    shop.edit(old, new)
    if "fox]" in new:
        shop.edit("@hero", "@fox")
    found = moved(shop, made)
    assert found == told if told else found[0].startswith(("assets.hero: was to be generated", "assets.scene: was"))


def test_the_place_of_what_has_moved(shop):
    made = ordered(shop.write(HERO))
    shop.edit("a red fox", "a blue fox")
    with pytest.raises(Moved) as caught:
        applied(shop, made)
    place = caught.value.faults[0].place
    assert (place.file, place.text) == ("assetgen.toml", 'prompt = "a blue fox"')


def test_a_picture_that_is_frozen_meanwhile(shop):
    shop.write(HERO).build()
    shop.edit("a red fox", "a blue fox")
    made = ordered(shop)
    shop.edit('"a blue fox"', '"a blue fox"\nfreeze = true')
    assert moved(shop, made) == ["assets.hero: was to be generated in the plan, is fresh, and not by the request in the plan"]


def test_an_upstream_picture_that_is_to_be_made_anew_meanwhile(shop):
    shop.write(HERO).build()
    made = ordered(shop.write(HERO + SCENE), "scene")
    assert made.assets[0].request["references"] == [shop.locked()["hero"].original.sha256]
    shop.edit("a red fox", "a blue fox")
    assert moved(shop, made) == ['assets.scene: "hero", which it is made from, is not what it was in the plan']
    shop.edit("a blue fox", "a red fox")
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "fresh", "scene": "done"}, 2)


def test_a_lock_that_holds_another_picture_meanwhile(shop):
    shop.server.rolls = True
    shop.write(HERO).build()
    shop.build(regenerate=("hero",))
    shop.edit("a red fox", "a blue fox")
    made = ordered(shop)
    pick(shop.path, "hero", None, back=True)
    assert moved(shop, made) == ["assets.hero: the lock holds another picture of it than in the plan"]


def test_the_same_request_answered_by_somebody_else_is_not_bought_again(shop):
    made = ordered(shop.write(HERO + OWL))
    shop.build("hero")
    assert (results(applied(shop, made)), prompts(shop)) == ({"hero": "fresh", "owl": "done"}, ["a red fox", "an owl"])
    (shop.path / "fox.png").write_bytes(draw("by hand", 1024, 1024))
    edit.import_file(shop.path, "owl", shop.path / "fox.png", None)
    assert (set(results(applied(shop, made)).values()), shop.asked) == ({"fresh"}, 2)


def test_what_another_build_is_asking_for_is_waited_for(shop):
    made = ordered(shop.write(HERO + OWL))
    (hero, _), journal = made.assets, Journal(shop.home)
    with journal.claim(hero.gen_key):
        state, asked = JobState.INTENT, {"gen_key": hero.gen_key, "request": hero.request}
        journal.intend(OpenJob(id="", asset="hero", project=".", provider="openai", model="gpt-image-2", state=state, **asked))
        with compared(shop.path, made, shop.env()) as (seen, found):
            assert seen.plan.assets["hero"].reasons[0].code == "in-flight"
            assert (found.due, found.selected) == (("owl",), {"hero", "owl"})


@pytest.mark.parametrize("at", ["Done", "finish"])
def test_a_killed_one_goes_on_and_buys_nothing_twice(shop, at):
    made = ordered(shop.write(HERO + SCENE))
    process = shop.start(KILLED, at)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert prompts(shop) == ["a red fox"]
    assert set(results(applied(shop, made)).values()) == {"done"}
    assert prompts(shop) == ["a red fox", "the fox at night"]
    assert (set(results(applied(shop, made)).values()), shop.asked) == ({"fresh"}, 2)


def test_an_unknown_outcome_is_kept_and_the_rest_goes_on(shop):
    made = ordered(shop.write(HERO.replace("red fox", "red fox [[drop-after]]") + SCENE + OWL))
    assert results(applied(shop, made)) == {"hero": "failed", "scene": "skipped", "owl": "done"}
    asked = shop.asked
    outcome = applied(shop, made)
    assert (results(outcome), outcome.exit_code) == ({"hero": "blocked", "scene": "blocked", "owl": "fresh"}, 1)
    assert shop.asked == asked
    assert [row.state for row in shop.rows] == [JobState.UNKNOWN]


def test_a_refused_request_is_sent_again_under_the_same_order(shop):
    made = ordered(shop.write(HERO + OWL))
    shop.server.fail_next("policy")
    assert sorted(results(applied(shop, made)).values()) == ["done", "failed"]
    assert sorted(results(applied(shop, made)).values()) == ["done", "fresh"]
    assert (len(shop.server.accepted), shop.asked) == (2, 3)


def test_an_answer_without_a_picture_is_not_bought_again(shop):
    made = ordered(shop.write(HERO))
    shop.server.fail_next("blank")
    assert results(applied(shop, made)) == {"hero": "failed"}
    outcome = applied(shop, made)
    assert (results(outcome), outcome.exit_code, shop.asked) == ({"hero": "blocked"}, 1, 1)


def test_candidates_are_ordered_together(shop):
    shop.server.rolls = True
    made = ordered(shop.write(HERO + "candidates = 3\n"))
    assert (made.assets[0].candidates, made.maximum) == (3, 3 * HIGH)
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "waits"}, 3)
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "waits"}, 3)
    pick(shop.path, "hero", "2")
    assert (set(results(applied(shop, made)).values()), shop.asked) == ({"fresh"}, 3)


@pytest.mark.parametrize("rolls", [True, False])
def test_a_picture_is_bought_anew_once_for_an_order(shop, rolls):
    shop.server.rolls = rolls
    shop.write(HERO + OWL).build()
    made = ordered(shop, regenerate=("hero",))
    assert [(line.name, line.regenerate, len(line.replaces)) for line in made.assets] == [("hero", True, 1)]
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "done"}, 3)
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "fresh"}, 3)
    if rolls:
        pick(shop.path, "hero", None, back=True)
        assert (set(results(applied(shop, made)).values()) <= {"done", "fresh"}, shop.asked) == (True, 3)


def test_a_free_picture_that_is_drawn_anew_costs_nothing(shop):
    shop.write(ICON).build()
    made = ordered(shop, regenerate=("icon",))
    assert ([line.name for line in made.assets], made.maximum, made.regenerate) == (["icon"], 0, ())
    assert results(applied(shop, made, environ={"CI": "true"})) == {"icon": "done"}


def test_a_picture_that_was_killed_on_its_way_is_not_bought_anew_again(shop):
    shop.server.rolls = True
    shop.write(HERO).build()
    made = ordered(shop, regenerate=("hero",))
    shop.start(KILLED, "finish").communicate(timeout=60)
    assert shop.asked == 2
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "done"}, 2)
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "fresh"}, 2)


def test_a_new_picture_that_was_paid_in_vain_is_a_matter_for_a_person(shop):
    shop.write(HERO).build()
    made = ordered(shop, regenerate=("hero",))
    shop.server.fail_next("blank")
    assert results(applied(shop, made)) == {"hero": "failed"}
    told = ["assets.hero: was asked for under this plan, and no usable picture came of it; it may have been paid"]
    assert moved(shop, made, hint="to have it bought all the same: assetgen jobs resolve hero --retry") == told
    # What one machine knows of failed tries is no part of an order.
    assert ordered(shop, regenerate=("hero",)) == made
    resolve(shop.path, "hero", adopt=None, retry=True, abandon=False)
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "done"}, 3)


def test_a_failure_of_somebody_elses_request_does_not_stand_against_an_order(shop):
    shop.write(HERO).build()
    made = ordered(shop, regenerate=("hero",))
    shop.server.fail_next("blank")
    shop.build(regenerate=("hero",))
    assert results(applied(shop, made)) == {"hero": "done"}


def test_what_was_bought_anew_is_not_bought_again_where_the_lock_is_an_old_one(shop):
    """A job in CI whose push failed, or that is run once more, has the store and not the lock."""
    shop.server.rolls = True
    shop.write(HERO).build()
    before = snapshot(shop)
    made = ordered(shop, regenerate=("hero",))
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "done"}, 2)
    bought = shop.locked()["hero"].original.sha256
    put_back(shop, before)
    with compared(shop.path, made, shop.env()) as (_, found):
        assert found.due == ()
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "done"}, 2)
    assert shop.locked()["hero"].original.sha256 == bought
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "fresh"}, 2)


def test_a_picture_that_the_store_had_before_is_not_what_an_order_asks_for(shop):
    shop.server.rolls = True
    shop.write(HERO).build()
    before = snapshot(shop)
    shop.build(regenerate=("hero",))
    rejected = shop.locked()["hero"].original.sha256
    put_back(shop, before)
    made = ordered(shop, regenerate=("hero",))
    assert made.assets[0].known == (rejected,)
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "done"}, 3)


def put_back(shop, files):
    for name, data in files.items():
        (shop.path / name).write_bytes(data)


def test_edits_of_a_protected_picture_that_were_ordered(shop):
    edits = HERO + 'outputs = ["hero.png"]\nprotect = true\nedits = [{{ prompt = "{}" }}]\n'
    shop.write(edits.format("add a hat")).build()
    shop.write(edits.format("add a scarf"))
    assert ordered(shop).assets == ()
    made = ordered(shop, regenerate=("hero",))
    assert ([line.name for line in made.assets], made.regenerate) == (["hero~1"], ("hero",))
    assert set(results(applied(shop, made)).values()) == {"done", "fresh"}
    assert (set(results(applied(shop, made)).values()), shop.asked) == ({"fresh"}, 3)


def test_in_ci_an_order_is_carried_out_whole_or_not_at_all(shop):
    made = ordered(shop.write(HERO + ICON))
    for environ, message in (
        ({"CI": "true"}, "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"),
        (ALLOWED | {"GITHUB_EVENT_NAME": "pull_request_target"}, "nothing is spent for a stranger's work"),
    ):
        with pytest.raises(AssetgenError, match=message):
            applied(shop, made, environ=environ)
    assert (shop.asked, sorted(snapshot(shop))) == (0, ["assetgen.toml", "plan.json"])
    assert results(applied(shop, made, environ=ALLOWED)) == {"hero": "done", "icon": "done"}
    # What is left to do is free, and needs nobody's leave.
    (shop.path / "icon.png").unlink()
    assert results(applied(shop, made, environ={"CI": "true"})) == {"hero": "fresh", "icon": "done"}


def test_a_price_with_many_digits_is_read_as_it_was_written(shop):
    made = ordered(shop.write(HERO + 'size = "1344x1008"\n'))
    assert len(f"{made.maximum:f}") > len("0.2110")
    assert results(applied(shop, made)) == {"hero": "done"}


def test_an_unknown_price_is_not_ordered(shop):
    shop.write(HERO + '\n[assets.odd]\nprompt = "x"\nmodel = "made-up"\nprovider = "openai"\n')
    for ceiling in (None, Decimal(5)):
        with pytest.raises(AssetgenError) as caught:
            ordered(shop, ceiling=ceiling)
        assert caught.value.message == 'an order names a price for everything, and none is known for "odd"'
        assert caught.value.hint == "give it one in [models.made-up], or order NAMES without it"
    assert [line.name for line in ordered(shop, "hero").assets] == ["hero"]


def test_an_order_over_the_maximum_is_not_written(shop):
    shop.write(HERO + OWL)
    with pytest.raises(AssetgenError) as caught:
        ordered(shop, ceiling=Decimal("0.3"))
    assert (caught.value.message, caught.value.hint) == (
        "the order comes to $0.422, and the maximum is $0.3",
        "--max-cost 0.422, or NAMES of fewer assets",
    )


def test_further_tries_are_in_the_maximum_and_nothing_is_beyond_it(shop):
    shop.write('[policy]\nrewrite = "retry"\nrewrite_retries = 1\n' + HERO)
    made = ordered(shop)
    assert (made.assets[0].price.high, made.maximum) == (HIGH, 2 * HIGH)
    shop.edit("rewrite_retries = 1", "rewrite_retries = 5")
    shop.server.fail_next("rewritten", "rewritten")
    assert (results(applied(shop, made)), shop.asked) == ({"hero": "failed"}, 2)


def test_a_maximum_is_for_one_purchase():
    price = Price(low=Decimal(0), high=HIGH)
    budget = Budget(Decimal(9), {"hero": HIGH})
    assert not budget.reserve(price, "owl")
    assert not budget.reserve(None, "hero")
    assert budget.reserve(price, "hero")
    budget.settle(HIGH, Decimal("0.3"))
    assert not budget.reserve(price, "hero")
    assert budget.reserve(Price(low=Decimal(0), high=Decimal(0)), "owl")
    assert budget.refusal(price) == "$0.211 is more than is left for it in the plan"


def test_what_an_order_costs_in_truth_does_not_hold_up_the_rest(shop):
    """Tokens of the prompt come on top of a price; a later asset of the order has its own maximum."""
    low = 'params = { quality = "low" }\n'
    made = ordered(shop.write(HERO.replace("a red fox", "a red fox " * 900) + low + SCENE + low))
    outcome = applied(shop, made)
    assert set(results(outcome).values()) == {"done"}
    assert outcome.spent > made.maximum


def test_every_clone_reads_and_writes_the_same_order(shop, git, tmp_path):
    shop.path = tmp_path / "one" / "site"
    repository = git(tmp_path / "one")
    made = ordered(shop.write(HERO + OWL))
    assert made.project == "site"
    (repository.path / ".gitignore").write_text("")
    repository.run("add", "-A")
    repository.run("commit", "-qm", "a plan")
    repository.run("clone", "-q", str(repository.path), str(tmp_path / "two"))
    text = (shop.path / "plan.json").read_text()
    shop.path = tmp_path / "two" / "site"
    # The order of tables means nothing.
    shop.write(OWL + HERO)
    assert ordered(shop) == made
    assert (shop.path / "plan.json").read_text() == text
    shutil.copytree(shop.path, tmp_path / "two" / "other")
    assert set(results(applied(shop, made)).values()) == {"done"}
    shop.path = tmp_path / "two" / "other"
    assert moved(shop, made) == ['project: the plan is for "site", and this is "other"']


@pytest.fixture
def priced(project, shop):
    """A project with paid assets that is driven through the command."""
    project.env |= {"OPENAI_BASE_URL": shop.server.base_url, "OPENAI_API_KEY": KEY}
    project.path = shop.path
    shop.write(HERO + OWL)
    return project


def test_the_commands(priced, shop):
    done = priced("plan", "--out", "orders/plan.json", "hero")
    assert done.stdout.splitlines()[0] == 'wrote "orders/plan.json": 1 asset for at most $0.211'
    assert done.stdout.splitlines()[-1] == "run: assetgen apply orders/plan.json"
    made = json.loads((shop.path / "orders/plan.json").read_text())
    jsonschema.validate(made, schema())
    assert priced("plan", "--out", "-", "hero").stdout == (shop.path / "orders/plan.json").read_text()
    dry = priced("apply", "-n", "orders/plan.json")
    assert (dry.stdout.splitlines()[0], dry.stdout.splitlines()[-1]) == (
        "generate  hero  $0.006 to $0.211  never generated",
        "run: assetgen apply orders/plan.json",
    )
    assert shop.asked == 0
    done = priced("apply", "orders/plan.json")
    assert done.stdout.splitlines()[-1] == "1 asset: 1 generated; $0.1249 spent"
    assert "note: 1 more asset may be bought by a build, and is not in the plan\n" in done.stdout
    done = priced("apply", "orders/plan.json")
    assert done.stdout == '"orders/plan.json" was carried out before; nothing is bought\nnothing to do: 1 asset is fresh\n'
    assert (json.loads(priced("apply", "orders/plan.json", "--json").stdout)["command"], shop.asked) == ("apply", 1)


def test_in_ci_the_command_needs_a_maximum_that_no_file_of_the_branch_names(priced, shop):
    priced("plan", "--out", "plan.json", "hero")
    done = priced("apply", "plan.json", code=1, **ALLOWED)
    assert done.stderr == (
        "error: nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost\n"
        "hint: ASSETGEN_ALLOW_SPEND=1 assetgen apply plan.json --max-cost 0.211\n"
    )
    assert shop.asked == 0
    priced("apply", "plan.json", "--max-cost", "0.211", **ALLOWED)
    assert shop.asked == 1


def test_a_plan_that_has_moved_is_told_on_the_lines_of_the_manifest(priced, shop):
    priced("plan", "--out", "plan.json", "-q")
    shop.edit("a red fox", "a blue fox")
    for words in (("apply", "plan.json"), ("apply", "plan.json", "-n")):
        done = priced(*words, code=1)
        assert (done.stdout, done.stderr.splitlines()) == (
            "",
            [
                'assetgen.toml:9:10: error: assets.hero.prompt: was "a red fox" in the plan, is "a blue fox"',
                '    prompt = "a blue fox"',
                "             ^^^^^^^^^^^^",
                "hint: assetgen plan --out plan.json",
            ],
        )
    assert shop.asked == 0
    priced("plan", "--out", "plan.json", "-q")
    shop.edit("a blue fox", "a red fox")
    done = priced("apply", "plan.json", "--json", code=1)
    assert json.loads(done.stdout)["faults"][0]["message"] == 'was "a blue fox" in the plan, is "a red fox"'


def test_a_plan_is_written_over_a_plan_only(priced, shop):
    for name in ("assetgen.toml", "assets", "notes.json"):
        (shop.path / "assets").mkdir(exist_ok=True)
        (shop.path / "notes.json").write_text('{"version": 1}')
        done = priced("plan", "--out", name, code=2)
        assert done.stderr == f'error: "{name}" exists, and is no plan that could be replaced\nhint: --out plan.json, or another name\n'
    priced("plan", "--out", "plan.json")
    text = (shop.path / "plan.json").read_text()
    (shop.path / "plan.json").write_text(text.replace("0.211", "0.1"))
    assert priced("apply", "plan.json", code=2).stderr.startswith("plan.json:4:14: error: maximum: the maximum is not the sum")
    priced("plan", "--out", "plan.json")
    assert (shop.path / "plan.json").read_text() == text


def test_the_errors_of_both_commands(priced, shop):
    (shop.path / "empty").mkdir()
    priced("plan", "--out", "both.json")
    for words, code, message in (
        (("apply",), 2, "error: FILE is missing\nhint: assetgen apply --help\n"),
        (("apply", "nope.json"), 2, 'error: "nope.json" does not exist\nhint: assetgen plan --out nope.json\n'),
        (("apply", "empty"), 2, 'error: "empty" is not a file\nhint: name a file that `assetgen plan --out` wrote\n'),
        (("apply", "assetgen.toml"), 2, None),
        (
            ("apply", "both.json", "--max-cost", "0.4"),
            1,
            "error: the plan comes to $0.422, and the maximum is $0.4\nhint: --max-cost 0.422\n",
        ),
        (("plan", "--out", "-", "--json"), 2, "error: --out - and the output format json both want stdout\nhint: --out plan.json\n"),
        (("plan", "--max-cost", "x"), 2, 'error: "x" is not an amount of money\nhint: --max-cost 2.50\n'),
        (
            ("plan", "--out", "x.json", "--max-cost", "0.3"),
            1,
            "error: the order comes to $0.422, and the maximum is $0.3\nhint: --max-cost 0.422, or NAMES of fewer assets\n",
        ),
        (
            ("plan", "--out", "x.json", "--regenerate", "hera"),
            2,
            'error: there is no asset "hera" to regenerate\nhint: --regenerate takes an exact name; see assetgen status\n',
        ),
    ):
        done = priced(*words, code=code)
        assert done.stderr == message if message is not None else "hint: name a file that `assetgen plan --out` wrote" in done.stderr
    assert not (shop.path / "x.json").exists()
    assert shop.asked == 0


def test_what_waits_or_is_blocked_is_not_ordered(priced, shop):
    shop.write(HERO + '\n[assets.poster]\nmodel = "midjourney-v6"\nprompt = "a poster"\nsize = "1:1"\n')
    done = priced("plan", "--out", "plan.json")
    assert 'note: not in the plan file, since it waits or is blocked: "poster"\n' in done.stderr
    shop.write(ICON)
    priced("apply", "plan.json", code=1)
    priced("plan", "--out", "plan.json")
    assert priced("apply", "plan.json").stdout == "generated icon  icon.png\n1 asset: 1 generated\n"
    priced("plan", "--out", "plan.json")
    assert priced("apply", "plan.json").stdout == '"plan.json" orders nothing\nnothing to do: there are no assets\n'


def test_the_words_of_a_plan_to_buy_anew(shop):
    shop.write(HERO + OWL).build()
    wanted = Wanted(regenerate=("hero",), max_cost="1")
    with wanted.surveyed(shop.path) as seen:
        assert wanted.chosen(seen) == ["hero"]
        assert seen.plan.assets["hero"].reasons[0].code == "regenerate"
    assert wanted.run == ("build", "--regenerate", "hero", "--max-cost", "1")
    with pytest.raises(UsageError, match="not an amount"), Wanted(max_cost="free").surveyed(shop.path):
        pass
