"""The plan against facts that are plain dicts: every state, every reason, and the laws that keep money safe."""

from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen import recipe
from assetgen.lockfile import Block, Original, Written
from assetgen.model import Asset, Local, Manifest, Output, Policy, Step, Upstream
from assetgen.plan.decide import Planner
from assetgen.plan.facts import Choices, Drop
from assetgen.plan.states import FREE, JobState, Offer, OpenJob, Price, Reason, State
from assetgen.plugins import Ops
from assetgen.providers import Traits

OPS = Ops()
PRICE = Price(low=Decimal("0.05"), high=Decimal("0.21"), source="catalog")
PAID = Offer(providers=("openai",), traits=Traits(), price=PRICE)
HERO = Asset(name="hero", base="hero", prompt="a cat", model="gpt-image-2", outputs=(Output(path="hero.png", format="png"),))
LOGO = Asset(name="logo", base="logo", file="art/logo.png", outputs=(Output(path="logo.webp", format="webp"),))


@dataclass
class Known:
    """Facts from dicts."""

    files: dict = field(default_factory=dict)
    stored: set = field(default_factory=set)
    answers: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)
    dropped: dict = field(default_factory=dict)
    offers: dict = field(default_factory=dict)
    obstacles: dict = field(default_factory=dict)
    paid: Offer = PAID

    def content(self, path):
        return self.files.get(path)

    def obstacle(self, path):
        return self.obstacles.get(path)

    def find(self, sha256):
        return sha256 in self.stored

    def yielded(self, gen_key):
        return self.answers.get(gen_key, ())

    def jobs(self, gen_key):
        return self.rows.get(gen_key, ())

    def inbox(self, asset):
        return self.dropped.get(asset)

    def offer(self, asset):
        if asset.model == "sketch":
            return Offer(providers=("sketch",), traits=Traits(repeatable=True, paid=False, placeholder=True), price=FREE)
        return self.offers.get(asset.name, self.paid)

    def repeatable(self, provider):
        return provider == "sketch"


def original(sha256="o" * 64, provider="openai", **fields):
    return Original(sha256=sha256, pixels="p", format="png", width=8, height=8, bytes=9, provider=provider, **fields)


def content_of(asset, upstream):
    references = [*asset.references, *((asset.mask,) if asset.mask else ())]
    found = {reference: upstream.get(getattr(reference, "name", None), "r" * 64) for reference in references}
    return found | ({Local(asset.file): "f" * 64} if asset.file else {})


def built(asset, made=None, upstream=None, **fields):
    """The block that a build of this asset leaves."""
    made = made or (original("f" * 64, "file") if asset.file else original())
    outputs = tuple(
        Written(
            path=output.path,
            sha256=f"{number}" * 64,
            bytes=1,
            width=8,
            height=8,
            finish=recipe.finish(output, original=made.sha256, ops=OPS, files={}, source=made.source, placeholder=made.placeholder),
        )
        for number, output in enumerate(asset.outputs)
    )
    return Block(request=recipe.request(asset, content_of(asset, upstream or {})), original=made, outputs=outputs, **fields)


def fresh_facts(*assets):
    files = {output.path: f"{n}" * 64 for asset in assets for n, output in enumerate(asset.outputs)}
    return Known(files=files | {asset.file: "f" * 64 for asset in assets if asset.file}, stored={"o" * 64})


def plan(assets, lock=None, facts=None, choices=None, policy=None):
    manifest = Manifest(assets={asset.name: asset for asset in assets}, policy=policy or Policy())
    return Planner(manifest=manifest, lock=lock or {}, facts=facts or Known(), ops=OPS, choices=choices or Choices()).plan()


def one(asset, *args, **fields):
    return plan([asset], *args, **fields).assets[asset.name]


def codes(planned):
    return [reason.code for reason in planned.reasons]


def test_a_new_asset_is_generated_at_its_price():
    planned = one(HERO)
    assert (planned.state, codes(planned), planned.price) == (State.GENERATE, ["new"], PRICE)
    assert planned.reason == "never generated"


def test_a_built_asset_is_fresh():
    planned = one(HERO, {"hero": built(HERO)}, fresh_facts(HERO))
    assert (planned.state, planned.reasons, planned.chosen) == (State.FRESH, (), "o" * 64)


def test_a_changed_prompt_asks_for_a_new_picture():
    planned = one(replace(HERO, prompt="a dog"), {"hero": built(HERO)}, fresh_facts(HERO))
    assert planned.state is State.GENERATE
    assert planned.reason == "prompt changed"
    assert [(change.field, change.old, change.new) for change in planned.reasons[0].changes] == [("prompt", "a cat", "a dog")]


@pytest.mark.parametrize(
    "output",
    [
        Output(path="hero.png", format="png", width=4),
        Output(path="hero.png", format="png", encode={"effort": 9}),
        Output(path="hero.png", format="png", steps=(Step(op="flip", params={}),)),
        Output(path="hero.webp", format="webp"),
    ],
)
def test_a_changed_output_costs_nothing(output):
    planned = one(replace(HERO, outputs=(output,)), {"hero": built(HERO)}, fresh_facts(HERO))
    assert (planned.state, planned.price) == (State.FINISH, None)


def test_a_changed_path_restores_the_same_bytes():
    facts = fresh_facts(HERO)
    facts.stored.add("0" * 64)
    planned = one(replace(HERO, outputs=(Output(path="img/new.png", format="png"),)), {"hero": built(HERO)}, facts)
    assert planned.state is State.RESTORE
    assert planned.outputs[0].sha256 == "0" * 64


@pytest.mark.parametrize("change", [{"alt": "x"}, {"tags": ("a",)}, {"candidates": 3}, {"provider": "openai"}, {"protect": True}])
def test_what_changes_no_bytes_changes_no_state(change):
    assert one(replace(HERO, **change), {"hero": built(HERO)}, fresh_facts(HERO)).state is State.FRESH


def test_a_missing_output_is_finished_from_the_original():
    facts = fresh_facts(HERO)
    del facts.files["hero.png"]
    planned = one(HERO, {"hero": built(HERO)}, facts)
    assert (planned.state, codes(planned)) == (State.FINISH, ["output-missing"])


def test_without_original_a_missing_output_is_restored_from_the_store():
    planned = one(HERO, {"hero": built(HERO)}, Known(stored={"0" * 64}))
    assert planned.state is State.RESTORE


def test_when_both_are_gone_a_paid_original_is_reported_with_its_price():
    planned = one(HERO, {"hero": built(HERO)}, Known())
    assert (planned.state, codes(planned)[-1]) == (State.BLOCKED, "original-missing")
    assert planned.reasons[-1].text == "the original is missing (a new and different picture costs up to $0.21)"
    assert one(HERO, {"hero": built(HERO)}, Known(), Choices(regenerate=frozenset({"hero"}))).state is State.GENERATE


def test_a_sketch_whose_original_is_gone_is_drawn_again():
    sketch = replace(HERO, model="sketch")
    block = built(sketch, original(provider="sketch", placeholder=True))
    planned = one(sketch, {"hero": block}, Known())
    assert (planned.state, planned.redraw) == (State.RESTORE, True)


def test_a_file_that_somebody_edited_is_not_touched():
    facts = fresh_facts(HERO)
    facts.files["hero.png"] = "e" * 64
    planned = one(HERO, {"hero": built(HERO)}, facts)
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["modified"])
    assert planned.reason == '"hero.png" was edited by hand'
    assert one(HERO, {"hero": built(HERO)}, facts, Choices(overwrite=True)).state is State.FINISH


def test_a_file_that_was_there_before_is_noticed_before_money_is_spent():
    planned = one(HERO, {}, Known(files={"hero.png": "e" * 64}))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["new", "modified"])


def test_an_accepted_edit_is_fresh_until_its_output_changes():
    block = built(HERO)
    edited = replace(block, outputs=(replace(block.outputs[0], edited=True),))
    assert one(HERO, {"hero": edited}, fresh_facts(HERO)).state is State.FRESH
    wider = replace(HERO, outputs=(Output(path="hero.png", format="png", width=4),))
    planned = one(wider, {"hero": edited}, fresh_facts(HERO))
    assert planned.reason == '"hero.png" was edited by hand and accepted, and would now be made anew'


def test_what_the_model_ignores_is_a_note():
    block = built(replace(HERO, seed=1), original(unhonoured=("seed",)))
    planned = one(replace(HERO, seed=2), {"hero": block}, fresh_facts(HERO))
    assert planned.state is State.FRESH
    assert planned.notes == ("seed changed from 1 to 2, which the model ignores; --regenerate rolls again",)
    assert one(replace(HERO, seed=2, prompt="x"), {"hero": block}, fresh_facts(HERO)).state is State.GENERATE
    honoured = built(replace(HERO, seed=1))
    assert one(replace(HERO, seed=2), {"hero": honoured}, fresh_facts(HERO)).state is State.GENERATE


def test_a_renamed_asset_takes_its_picture_along():
    renamed = replace(HERO, name="banner", base="banner")
    plan_ = plan([renamed], {"hero": built(HERO)}, fresh_facts(HERO))
    planned = plan_.assets["banner"]
    assert (planned.state, planned.renamed_from, planned.reason) == (State.FINISH, "hero", 'renamed from "hero"')
    assert plan_.orphans == ()


def test_two_new_names_for_one_picture_do_not_take_it_twice():
    first, second = replace(HERO, name="a", base="a"), replace(HERO, name="b", base="b", outputs=())
    plan_ = plan([first, second], {"hero": built(HERO)}, fresh_facts(HERO))
    assert plan_.assets["a"].renamed_from == "hero"
    assert plan_.assets["b"].renamed_from is None


def test_a_removed_asset_stays_in_the_lock_as_an_orphan():
    assert plan([], {"hero": built(HERO)}).orphans == ("hero",)


def test_an_earlier_answer_is_restored_for_free():
    key = recipe.gen_key(recipe.request(HERO, {}))
    facts = Known(answers={key: (original("1" * 64, kept=0.5), original("2" * 64, kept=0.9))}, stored={"1" * 64, "2" * 64})
    planned = one(HERO, {}, facts)
    assert (planned.state, planned.chosen) == (State.RESTORE, "2" * 64)
    lost = Known(answers=facts.answers)
    assert one(HERO, {}, lost).state is State.GENERATE


def test_several_candidates_wait_for_a_pick():
    asset = replace(HERO, candidates=2)
    key = recipe.gen_key(recipe.request(HERO, {}))
    both = (original("1" * 64), original("2" * 64))
    planned = one(asset, {}, Known(answers={key: both}, stored={"1" * 64, "2" * 64}))
    assert (planned.state, planned.chosen) == (State.RESTORE, None)
    block = Block(request=recipe.request(asset, {}), candidates=both)
    planned = one(asset, {"hero": block}, Known())
    assert (planned.state, planned.reason) == (State.WAITS, "2 candidates wait for a pick")
    assert planned.reasons[0].hint == "assetgen pick hero"


def job(state, **fields):
    key = recipe.gen_key(recipe.request(HERO, {}))
    row = OpenJob(id="1", asset="hero", project=".", gen_key=key, provider="openai", model="m", state=state, **fields)
    return Known(rows={key: (row,)}, stored={"o" * 64, "1" * 64})


@pytest.mark.parametrize("state", [JobState.INTENT, JobState.UNKNOWN])
def test_an_unknown_outcome_blocks_until_the_user_decides(state):
    planned = one(HERO, {}, job(state, detail="timed out"))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["unknown-outcome"])
    assert planned.reasons[0].hint.endswith("assetgen jobs resolve hero --adopt ID | --retry | --abandon")
    assert one(HERO, {"hero": built(HERO)}, job(state), Choices(regenerate=frozenset({"hero"}))).state is State.BLOCKED


def test_a_submitted_job_is_resumed_for_free():
    planned = one(HERO, {}, job(JobState.SUBMITTED, handle={"id": "x"}))
    assert (planned.state, codes(planned), planned.price) == (State.GENERATE, ["resume"], FREE)


def test_a_job_of_a_living_build_is_waited_for():
    planned = one(HERO, {}, job(JobState.INTENT, live=True))
    assert (planned.state, codes(planned)) == (State.WAITS, ["in-flight"])


def test_what_a_job_fetched_is_taken_over_even_where_the_lock_holds_an_older_picture():
    facts = job(JobState.FETCHED, originals=(original("1" * 64),))
    facts.files["hero.png"] = "0" * 64
    planned = one(HERO, {"hero": built(HERO)}, facts)
    assert (planned.state, planned.chosen) == (State.RESTORE, "1" * 64)
    held = built(HERO, original("1" * 64))
    assert one(HERO, {"hero": held}, facts).state is State.FRESH


def test_a_given_up_request_is_not_sent_again_by_itself():
    planned = one(HERO, {}, job(JobState.ABANDONED))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["new", "abandoned"])
    assert one(HERO, {}, job(JobState.ABANDONED), Choices(regenerate=frozenset({"hero"}))).state is State.GENERATE


def test_a_request_that_was_paid_in_vain_is_not_sent_again_by_itself():
    planned = one(HERO, {}, job(JobState.SPOILED, detail="the PNG is cut short"))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["new", "no-picture"])
    assert planned.reasons[1].text == '"openai" has answered without a usable picture and may have been paid: the PNG is cut short'
    cures = "buy another one with `assetgen build --regenerate hero`, or: assetgen jobs resolve hero --retry | --abandon"
    assert planned.reasons[1].hint == cures
    assert one(HERO, {}, job(JobState.SPOILED), Choices(regenerate=frozenset({"hero"}))).state is State.GENERATE
    assert one(replace(HERO, prompt="a dog"), {}, job(JobState.SPOILED)).state is State.GENERATE


def test_a_picture_that_is_there_goes_before_one_that_was_paid_in_vain():
    facts = fresh_facts(HERO)
    facts.rows.update(job(JobState.SPOILED).rows)
    assert one(HERO, {"hero": built(HERO)}, facts).state is State.FRESH


def test_a_protected_asset_is_not_replaced():
    changed = replace(HERO, prompt="a dog", protect=True)
    planned = one(changed, {"hero": built(HERO)}, fresh_facts(HERO))
    assert (planned.state, planned.reason) == (State.BLOCKED, "prompt changed, and it is protected")
    assert planned.reasons[0].hint == "assetgen build --regenerate hero"
    assert one(replace(HERO, protect=True), {}, Known()).state is State.GENERATE


def test_a_frozen_asset_follows_no_change_of_its_request():
    changed = replace(HERO, prompt="a dog", freeze=True)
    planned = one(changed, {"hero": built(HERO)}, fresh_facts(HERO))
    assert (planned.state, planned.notes) == (State.FRESH, ("frozen: changes of the request are not followed",))


def test_a_file_asset_follows_the_content_of_its_file():
    assert one(LOGO, {"logo": built(LOGO)}, fresh_facts(LOGO)).state is State.FRESH
    facts = fresh_facts(LOGO)
    facts.files["art/logo.png"] = "9" * 64
    assert one(LOGO, {"logo": built(LOGO)}, facts).state is State.FINISH
    missing = one(LOGO, {}, Known())
    assert (missing.state, missing.reason) == (State.BLOCKED, 'the file "art/logo.png" does not exist')


def test_an_asset_made_by_hand_waits_for_a_person():
    manual = Offer(providers=("manual",), traits=Traits(by_hand=True, paid=False), price=FREE)
    planned = one(HERO, {}, Known(offers={"hero": manual}))
    assert (planned.state, codes(planned)) == (State.WAITS, ["new", "by-hand"])
    dropped = Known(offers={"hero": manual}, dropped={"hero": Drop(path="inbox/hero.png")}, files={"inbox/hero.png": "d" * 64})
    planned = one(HERO, {}, dropped)
    assert (planned.state, planned.inbox, planned.chosen) == (State.RESTORE, "inbox/hero.png", "d" * 64)


def test_an_unknown_price_is_over_any_budget():
    unpriced = Known(paid=Offer(providers=("openai",), traits=Traits(), price=None))
    assert one(HERO, {}, unpriced).state is State.GENERATE
    planned = one(HERO, {}, unpriced, Choices(max_cost=Decimal(100)))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["new", "price-unknown"])


def test_what_no_provider_can_serve_is_blocked_before_it_is_paid():
    problem = Reason(code="impossible", text="openai: no such size", hint="1024x1024")
    planned = one(HERO, {}, Known(paid=Offer(problem=problem)))
    assert (planned.state, planned.reasons[-1]) == (State.BLOCKED, problem)


@pytest.mark.parametrize("policy", ["error", "retry"])
def test_a_picture_whose_prompt_was_rewritten_too_far_is_not_accepted(policy):
    key = recipe.gen_key(recipe.request(HERO, {}))
    facts = Known(answers={key: (original("1" * 64, kept=0.5, dropped=("cat",)),)}, stored={"1" * 64})
    planned = one(HERO, {}, facts, policy=Policy(rewrite=policy))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["new", "rewritten"])
    assert planned.reasons[-1].text == 'the provider rewrote the prompt and dropped "cat" (50% kept, 80% wanted)'
    assert one(HERO, {}, facts, policy=Policy(rewrite="warn")).state is State.RESTORE


BELOW = replace(HERO, name="scene", base="scene", references=(Upstream("hero"),), outputs=(Output(path="scene.png", format="png"),))


def both_built():
    upstream = {"hero": "o" * 64}
    return {"hero": built(HERO), "scene": built(BELOW, original("s" * 64), upstream)}


def test_an_edge_is_the_content_of_the_upstream_original():
    facts = fresh_facts(HERO, BELOW)
    states = {name: planned.state for name, planned in plan([BELOW, HERO], both_built(), facts).assets.items()}
    assert states == {"scene": State.FRESH, "hero": State.FRESH}
    changed = plan([BELOW, replace(HERO, prompt="a dog")], both_built(), facts)
    assert changed.assets["scene"].state is State.WAITS
    assert changed.assets["scene"].reason == 'waits for "hero"'


def test_an_upstream_picture_that_came_out_the_same_changes_nothing_below():
    lock = both_built()
    lock["hero"] = replace(lock["hero"], request={"model": "gpt-image-2", "prompt": "accepted words"})
    accepted = replace(HERO, prompt="accepted words")
    assert plan([accepted, BELOW], lock, fresh_facts(HERO, BELOW)).assets["scene"].state is State.FRESH


def test_a_lost_upstream_original_blocks_before_anything_is_paid():
    facts = fresh_facts(HERO, BELOW)
    facts.stored.clear()
    changed = replace(BELOW, prompt="other")
    planned = plan([HERO, changed], both_built(), facts).assets["scene"]
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["request-changed", "upstream-original-missing"])


def test_a_blocked_upstream_blocks_what_refers_to_it():
    planned = plan([HERO, BELOW], {}, Known(files={"hero.png": "e" * 64})).assets["scene"]
    assert (planned.state, planned.reason) == (State.BLOCKED, '"hero" is blocked')


def test_check_leaves_missing_outputs_out_of_account_where_they_are_not_committed():
    assert one(HERO, {"hero": built(HERO)}, Known(), Choices(outputs=False)).state is State.FRESH
    changed = replace(HERO, outputs=(Output(path="hero.png", format="png", width=2),))
    assert one(changed, {"hero": built(HERO)}, Known(stored={"o" * 64}), Choices(outputs=False)).state is State.FINISH


def test_the_sum_of_prices_is_a_range_and_unknown_if_one_is():
    two = [HERO, replace(HERO, name="b", base="b", outputs=())]
    assert plan(two).price == Price(low=Decimal("0.10"), high=Decimal("0.42"), source="catalog")
    unpriced = Known(offers={"b": Offer(providers=("openai",), price=None)})
    assert plan(two, {}, unpriced).price is None


def test_a_removed_output_is_marked_once():
    two = replace(HERO, outputs=(*HERO.outputs, Output(path="b.png", format="png")))
    planned = one(HERO, {"hero": built(two)}, fresh_facts(two))
    assert (planned.state, planned.reason) == (State.FINISH, '"b.png" is no longer an output')
    block = built(two)
    marked = replace(block, outputs=(block.outputs[0], replace(block.outputs[1], removed=True)))
    assert one(HERO, {"hero": marked}, fresh_facts(two)).state is State.FRESH


@given(
    prompt=st.sampled_from(["a cat", "a dog"]),
    locked=st.booleans(),
    on_disk=st.sampled_from([None, "0" * 64, "e" * 64]),
    stored=st.sets(st.sampled_from(["o" * 64, "0" * 64, "1" * 64])),
    answered=st.booleans(),
    state=st.sampled_from([None, *JobState]),
    protect=st.booleans(),
)
def test_money_is_asked_for_only_where_no_answer_and_no_open_job_exists(prompt, locked, on_disk, stored, answered, state, protect):
    asset = replace(HERO, prompt=prompt, protect=protect)
    key = recipe.gen_key(recipe.request(asset, {}))
    row = OpenJob(id="1", asset="hero", project=".", gen_key=key, provider="openai", model="m", state=state or JobState.INTENT)
    facts = Known(
        files={"hero.png": on_disk} if on_disk else {},
        stored=stored,
        answers={key: (original("1" * 64),)} if answered else {},
        rows={key: (row,)} if state else {},
    )
    lock = {"hero": built(HERO)} if locked else {}
    planned = one(asset, lock, facts)
    if planned.state is State.GENERATE and planned.price != FREE:
        assert state in (None, JobState.FETCHED)
        assert not (answered and "1" * 64 in stored)
        assert not (locked and (prompt == "a cat" or protect))
        assert on_disk != "e" * 64
    if on_disk == "e" * 64 and planned.state in (State.FINISH, State.RESTORE):
        pytest.fail("somebody's file would be replaced")
    assert planned == one(asset, lock, facts)


def names_of(plan_):
    return {name: (planned.state, planned.renamed_from) for name, planned in plan_.assets.items()}


OTHER = replace(HERO, name="other", base="other", prompt="a dog", outputs=(Output(path="other.png", format="png"),))


def two_built():
    return {"hero": built(HERO), "other": built(OTHER, original("2" * 64))}


def test_a_name_that_another_asset_takes_over_buys_nothing():
    moved = replace(OTHER, name="hero", base="hero")
    facts = fresh_facts(HERO, OTHER)
    facts.stored.add("2" * 64)
    plan_ = plan([moved], two_built(), facts)
    assert names_of(plan_) == {"hero": (State.FINISH, "other")}
    assert plan_.orphans == ()


def test_two_names_that_are_swapped_buy_nothing():
    first, second = replace(HERO, name="other", base="other"), replace(OTHER, name="hero", base="hero")
    facts = fresh_facts(HERO, OTHER)
    facts.stored.add("2" * 64)
    assert names_of(plan([first, second], two_built(), facts)) == {"other": (State.FINISH, "hero"), "hero": (State.FINISH, "other")}


def test_two_assets_with_one_request_are_both_renamed():
    twin = replace(HERO, name="twin", base="twin", outputs=(Output(path="twin.png", format="png"),))
    lock = {"hero": built(HERO), "twin": built(twin)}
    renamed = [replace(HERO, name="a", base="a"), replace(twin, name="b", base="b")]
    assert names_of(plan(renamed, lock, fresh_facts(HERO, twin))) == {"a": (State.FINISH, "hero"), "b": (State.FINISH, "twin")}


def test_a_block_that_its_asset_still_goes_by_is_not_taken_away():
    copy = replace(HERO, name="copy", base="copy", outputs=())
    assert names_of(plan([copy, HERO], {"hero": built(HERO)}, fresh_facts(HERO)))["hero"] == (State.FRESH, None)
    assert plan([copy, HERO], {"hero": built(HERO)}, fresh_facts(HERO)).assets["copy"].renamed_from is None


def test_a_protected_asset_is_not_replaced_by_an_earlier_answer_either():
    changed = replace(HERO, prompt="a dog", protect=True)
    key = recipe.gen_key(recipe.request(changed, {}))
    facts = fresh_facts(HERO)
    facts.answers[key] = (original("1" * 64),)
    facts.stored.add("1" * 64)
    assert codes(one(changed, {"hero": built(HERO)}, facts)) == ["protected"]


def test_what_is_no_file_blocks_before_anything_is_paid_and_whatever_is_asked():
    folder = {"hero.png": '"hero.png" is a folder, not a file'}
    planned = one(HERO, {}, Known(obstacles=folder), choices=Choices(overwrite=True))
    assert (planned.state, codes(planned), planned.reasons[-1].hint) == (
        State.BLOCKED,
        ["new", "not-a-file"],
        'move "hero.png" away, or change the output',
    )
    planned = one(HERO, {"hero": built(HERO)}, Known(obstacles=folder), choices=Choices(outputs=False))
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["not-a-file"])
    planned = one(LOGO, {}, Known(obstacles={"art/logo.png": '"art/logo.png" is a folder, not a file'}))
    assert (planned.state, planned.reason, planned.reasons[0].hint) == (
        State.BLOCKED,
        '"art/logo.png" is a folder, not a file',
        'put a file at "art/logo.png"',
    )


def test_a_dropped_file_that_may_be_meant_for_another_asset_waits_for_a_word():
    manual = Offer(providers=("manual",), traits=Traits(by_hand=True, paid=False), price=FREE)
    planned = one(HERO, {}, Known(offers={"hero": manual}, dropped={"hero": Drop(path="inbox/x.png", rivals=("a", "b"))}))
    assert (planned.state, codes(planned)) == (State.WAITS, ["new", "inbox-ambiguous"])
    assert (planned.reasons[1].text, planned.reasons[1].hint) == (
        '"inbox/x.png" may be meant for it or for "a", "b"',
        "assetgen import hero inbox/x.png",
    )


def test_a_file_that_an_op_reads_is_missed_before_anything_is_paid():
    step = Step(op="overlay", params={"file": "art/plate.png"})
    asset = replace(HERO, outputs=(Output(path="hero.png", format="png", steps=(step,)),))
    planned = one(asset)
    assert (planned.state, codes(planned)) == (State.BLOCKED, ["new", "file-missing"])
    assert one(asset, {}, Known(files={"art/plate.png": "1" * 64})).state is State.GENERATE


def test_names_of_assets_with_references_may_be_swapped_too():
    first = replace(BELOW, name="d1", base="d1", prompt="d one", outputs=(Output(path="d1.png", format="png"),))
    second = replace(BELOW, name="d2", base="d2", prompt="d two", outputs=(Output(path="d2.png", format="png"),))
    above = {"hero": "o" * 64}
    lock = {"hero": built(HERO), "d1": built(first, original("1" * 64), above), "d2": built(second, original("2" * 64), above)}
    swapped = [HERO, replace(first, name="d2", base="d2"), replace(second, name="d1", base="d1")]
    facts = fresh_facts(HERO, first, second)
    facts.stored |= {"1" * 64, "2" * 64}
    found = names_of(plan(swapped, lock, facts))
    assert (found["d1"][1], found["d2"][1]) == ("d2", "d1")
    assert State.GENERATE not in {state for state, _ in found.values()}


def test_a_renamed_asset_whose_seed_was_edited_and_is_ignored_buys_nothing():
    lock = {"hero": built(replace(HERO, seed=1), original(unhonoured=("seed",)))}
    renamed = replace(HERO, name="banner", base="banner", seed=2)
    planned = one(renamed, lock, fresh_facts(HERO))
    assert (planned.state, planned.renamed_from) == (State.FINISH, "hero")
    assert one(replace(renamed, prompt="else"), lock, fresh_facts(HERO)).renamed_from is None
