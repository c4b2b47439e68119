"""Decisions of a person about single assets: accept, adopt, import, the inbox, and jobs whose outcome nobody knows. Nothing is bought."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from assetgen.engine import edit, jobs
from assetgen.engine.pick import pick
from assetgen.errors import AssetgenError, UsageError
from assetgen.events import Done
from assetgen.journal import Journal
from assetgen.plan.states import JobState
from tests.projects import HERO, results
from tests.servers.pictures import draw

SCENE = '\n[assets.scene]\nprompt = "the fox at night"\nreferences = ["@hero"]\n'
BY_HAND = '[assets.poster]\nmodel = "midjourney-v6"\nprompt = "a poster"\nsize = "1:1"\n'


@pytest.fixture(autouse=True)
def keyless(shop, monkeypatch):
    """These commands read the process's own environment; none of them needs a key."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return shop


def painted(text="by hand", width=640, height=480):
    return draw(text, width, height)


def put(shop, path, data):
    full = shop.path / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_bytes(data)
    return full


def test_an_edited_output_is_accepted_as_it_is(shop):
    shop.write(HERO).build()
    put(shop, "hero.png", painted())
    assert edit.accept(shop.path, ["hero"]) == ['hero: "hero.png" is accepted as it is']
    assert (shop.state(), results(shop.build()), shop.asked) == ("fresh", {"hero": "fresh"}, 1)
    (written,) = shop.locked()["hero"].outputs
    assert (written.edited, written.width, written.height) == (True, 640, 480)
    # Deleted, it comes back as it was accepted, not as it was rendered.
    (shop.path / "hero.png").unlink()
    shop.build()
    assert (shop.path / "hero.png").read_bytes() == painted()


def test_an_accepted_edit_is_not_lost_to_a_changed_op(shop):
    shop.write(HERO).build()
    put(shop, "hero.png", painted())
    edit.accept(shop.path, ["hero"])
    shop.edit("width = 64", "width = 48")
    outcome = shop.build()
    assert (results(outcome), outcome.results["hero"].message) == (
        {"hero": "blocked"},
        '"hero.png" was edited by hand and accepted, and would now be made anew',
    )
    assert outcome.results["hero"].hint == "keep it with `assetgen accept hero`, or replace it with `assetgen build --overwrite hero`"
    assert results(shop.build(overwrite=True)) == {"hero": "done"}
    with Image.open(shop.path / "hero.png") as image:
        assert image.width == 48
    assert not shop.locked()["hero"].outputs[0].edited


def test_an_edit_in_any_format_can_be_accepted(shop):
    shop.write('[assets.hero]\nprompt = "a red fox"\noutputs = ["hero.ico"]\n').build()
    out = io.BytesIO()
    with Image.open(io.BytesIO(painted(width=32, height=32))) as image:
        image.save(out, "ICO")
    put(shop, "hero.ico", out.getvalue())
    assert shop.state() == "blocked modified"
    assert edit.accept(shop.path, ["hero"]) == ['hero: "hero.ico" is accepted as it is']
    assert shop.state() == "fresh"


def test_an_edit_that_is_no_picture_is_not_accepted(shop):
    shop.write(HERO).build()
    put(shop, "hero.png", b"oops")
    lock = shop.lock
    with pytest.raises(UsageError, match="the file is text, not a picture"):
        edit.accept(shop.path, ["hero"])
    assert shop.lock == lock


def test_a_typo_in_a_prompt_is_accepted_without_a_new_picture(shop):
    shop.write(HERO + SCENE).build()
    shop.edit("a red fox", "a red foxx")
    assert edit.accept(shop.path, ["hero"]) == ["hero: the picture is accepted for the changed request"]
    assert (shop.states(), results(shop.build()), shop.asked) == (
        {"hero": "fresh", "scene": "fresh"},
        {"hero": "fresh", "scene": "fresh"},
        2,
    )
    assert shop.locked()["hero"].request["prompt"] == "a red foxx"


def test_a_changed_prompt_and_an_edited_output_are_accepted_together(shop):
    shop.write(HERO).build()
    shop.edit("a red fox", "a blue fox")
    put(shop, "hero.png", painted())
    assert edit.accept(shop.path, ["hero"]) == [
        "hero: the picture is accepted for the changed request",
        'hero: "hero.png" is accepted as it is',
    ]
    assert shop.state() == "fresh"


def test_there_must_be_something_to_accept(shop):
    shop.write(HERO)
    with pytest.raises(UsageError) as caught:
        edit.accept(shop.path, ["hero"])
    assert (caught.value.message, caught.value.hint) == (
        'there is no picture of "hero" in the lock to accept',
        "assetgen adopt FILE --as hero",
    )
    shop.build()
    assert edit.accept(shop.path, ["hero"]) == ["hero: nothing to accept, it is fresh"]
    shop.edit("width = 64", "width = 48")
    assert edit.accept(shop.path, ["hero"]) == ['hero: nothing to accept, and a build has work to do: "hero.png": steps changed']


def test_a_renamed_asset_can_be_accepted(shop):
    shop.write(HERO).build()
    shop.edit("[assets.hero]", "[assets.fox]")
    put(shop, "fox.png", painted())
    assert edit.accept(shop.path, ["fox"]) == ['fox: "fox.png" is accepted as it is']
    assert (results(shop.build(max_cost=None)), shop.state("fox"), shop.asked) == ({"fox": "fresh"}, "fresh", 1)
    assert (shop.path / "fox.png").read_bytes() == painted()


def test_an_accepted_rewrite_is_finished_at_once(shop):
    shop.write('[policy]\nrewrite = "error"\n\n' + HERO)
    shop.server.fail_next("rewritten")
    assert results(shop.build()) == {"hero": "failed"}
    assert shop.state() == "blocked new rewritten"
    assert edit.accept(shop.path, ["hero"]) == ["hero: the rewritten prompt is accepted", "hero: wrote hero.png"]
    assert (shop.state(), shop.asked) == ("fresh", 1)
    assert edit.accept(shop.path, ["hero"]) == ["hero: nothing to accept, it is fresh"]


def test_a_picture_that_is_there_is_adopted_as_the_original(shop):
    shop.write(HERO + SCENE)
    put(shop, "hero.png", painted())
    assert shop.states() == {"hero": "blocked", "scene": "blocked"}
    assert edit.adopt(shop.path, "hero.png", None) == ("hero", ['hero: "hero.png" is now its original'])
    block = shop.locked()["hero"]
    assert (block.original.provider, block.original.width, block.outputs[0].edited) == ("adopted", 640, True)
    assert (shop.states(), (shop.path / "hero.png").read_bytes()) == ({"hero": "fresh", "scene": "generate"}, painted())
    assert (results(shop.build()), shop.asked) == ({"hero": "fresh", "scene": "done"}, 1)
    assert shop.server.requests[0].files["image"][0]["data"] == painted()


def test_a_picture_from_elsewhere_is_adopted_by_name(shop):
    shop.write(HERO)
    put(shop, "art/old.png", painted())
    lines = ['hero: "art/old.png" is now its original', "hero: wrote hero.png"]
    assert edit.adopt(shop.path, "art/old.png", "hero") == ("hero", lines)
    with Image.open(shop.path / "hero.png") as image:
        assert image.size == (64, 48)
    assert (shop.state(), shop.asked) == ("fresh", 0)


def test_an_adopted_picture_keeps_what_was_paid_as_a_candidate(shop):
    shop.write(HERO).build()
    paid = shop.locked()["hero"].original
    put(shop, "art/better.png", painted())
    edit.adopt(shop.path, "art/better.png", "hero")
    assert shop.locked()["hero"].candidates[0] == paid
    pick(shop.path, "hero", None, back=True)
    assert (shop.locked()["hero"].original, shop.state(), shop.asked) == (paid, "fresh", 1)


@pytest.mark.parametrize(
    ("call", "message", "hint"),
    [
        (lambda path: edit.adopt(path, "x.png", None), '"x.png" is no output of any asset', "assetgen adopt x.png --as NAME"),
        (lambda path: edit.adopt(path, "x.png", "hero"), 'the file "x.png" does not exist in the project', ""),
        (lambda path: edit.adopt(path, "x.png", "her"), 'no asset is selected by "her"', "did you mean hero"),
        (lambda path: edit.adopt(path, "logo.png", "logo"), '"logo" is made from the file "art/logo.png"', 'replace "art/logo.png"'),
        (lambda path: edit.accept(path, ["nobody"]), 'no asset is selected by "nobody"', "assetgen status"),
        (lambda path: pick(path, "*", "1"), '"*" means more than one asset', "hero, logo"),
        (
            lambda path: edit.import_file(path, "hero", path / "x.png", None),
            '"PATH/x.png" cannot be read: No such file or directory',
            "",
        ),
        (
            lambda path: jobs.resolve(path, "hero", adopt=None, retry=True, abandon=True),
            "one decision is needed",
            "assetgen jobs resolve hero --adopt ID | --retry | --abandon",
        ),
        (lambda path: jobs.resolve(path, "hero", adopt=None, retry=True, abandon=False), '"hero" has no open job', "assetgen jobs"),
    ],
)
def test_what_cannot_be_decided_is_refused(shop, call, message, hint):
    shop.write(HERO + '\n[assets.logo]\nfile = "art/logo.png"\n')
    put(shop, "art/logo.png", painted())
    with pytest.raises(UsageError) as caught:
        call(shop.path)
    assert (caught.value.message.replace(str(shop.path), "PATH"), caught.value.hint) == (message, hint)


def test_an_asset_that_waits_for_another_cannot_be_adopted_yet(shop):
    shop.write(HERO + SCENE)
    put(shop, "old.png", painted())
    with pytest.raises(AssetgenError, match='"scene" cannot be decided yet: waits for "hero"'):
        edit.adopt(shop.path, "old.png", "scene")


def test_a_manual_asset_waits_for_its_picture_and_takes_an_import(shop):
    shop.write(BY_HAND)
    outcome = shop.build()
    assert (results(outcome), outcome.exit_code) == ({"poster": "waits"}, 0)
    assert outcome.results["poster"].hint == "make the picture by hand, then: assetgen import poster FILE"
    file = shop.path.parent / "downloaded.png"
    file.write_bytes(painted())
    assert edit.import_file(shop.path, "poster", file, "mj-1234") == [
        'poster: imported "downloaded.png"',
        "poster: wrote poster.png",
    ]
    original = shop.locked()["poster"].original
    assert (original.provider, original.model, original.request_id, original.paid) == ("manual", "midjourney-v6", "mj-1234", True)
    assert (shop.state("poster"), results(shop.build())) == ("fresh", {"poster": "fresh"})
    shop.edit("a poster", "another poster")
    assert shop.state("poster") == "waits request-changed by-hand"
    assert (shop.path / "poster.png").exists()


def test_the_job_that_made_a_download_is_known_by_its_name(shop):
    shop.write(BY_HAND)
    file = shop.path.parent / "me_a_poster_0f8fad5b-d9cb-469f-a165-70867728950e_2.png"
    file.write_bytes(painted())
    edit.import_file(shop.path, "poster", file, None)
    assert shop.locked()["poster"].original.request_id == "0f8fad5b-d9cb-469f-a165-70867728950e"


def test_a_file_in_the_inbox_completes_a_manual_asset(shop):
    shop.write(BY_HAND)
    dropped = put(shop, "inbox/poster.png", painted())
    assert shop.state("poster") == "restore inbox"
    outcome = shop.build(max_cost=None)
    assert (results(outcome), outcome.results["poster"].actions) == ({"poster": "done"}, ("restore", "finish"))
    assert (dropped.exists(), dropped.parent.exists(), shop.state("poster")) == (False, False, "fresh")
    assert (shop.path / "poster.png").exists()


def test_a_file_in_the_inbox_that_is_no_picture_stays_there(shop):
    shop.write(BY_HAND)
    dropped = put(shop, "inbox/poster.png", b"<html>")
    outcome = shop.build()
    assert (results(outcome), dropped.exists(), shop.locked()) == ({"poster": "failed"}, True, {})


def test_a_matrix_asset_takes_a_file_under_its_file_safe_name(shop):
    shop.write(BY_HAND + 'matrix = { theme = ["dark", "light"] }\noutputs = ["{theme}.png"]\n')
    put(shop, "inbox/poster-dark.png", painted())
    assert shop.states() == {"poster[theme=dark]": "restore", "poster[theme=light]": "waits"}
    assert results(shop.build()) == {"poster[theme=dark]": "done", "poster[theme=light]": "waits"}


def test_a_dependent_is_built_once_the_picture_is_there(shop):
    shop.write(BY_HAND + SCENE.replace("@hero", "@poster"))
    assert results(shop.build()) == {"poster": "waits", "scene": "waits"}
    put(shop, "inbox/poster.png", painted())
    assert (results(shop.build()), shop.asked) == ({"poster": "done", "scene": "done"}, 1)


def test_a_generated_asset_may_be_imported_too(shop):
    shop.write(HERO)
    file = shop.path.parent / "mine.png"
    file.write_bytes(painted())
    edit.import_file(shop.path, "hero", file, None)
    assert (shop.state(), results(shop.build()), shop.asked) == ("fresh", {"hero": "fresh"}, 0)


def lost(shop, text=HERO):
    """A project with one request whose outcome is unknown."""
    shop.write(text)
    shop.server.fail_next("502")
    shop.build()
    assert shop.state() == "blocked unknown-outcome"


def test_an_unknown_outcome_is_sent_again_on_a_word(shop):
    lost(shop)
    assert jobs.resolve(shop.path, "hero", adopt=None, retry=True, abandon=False).line == "hero: the next build sends the request again"
    assert (shop.rows, [(entry.amount is not None, entry.basis) for entry in shop.ledger]) == ((), [(True, "unknown")])
    assert (results(shop.build()), shop.asked, shop.state()) == ({"hero": "done"}, 2, "fresh")
    assert len(shop.ledger) == 2


def test_an_abandoned_request_is_not_sent_again_by_itself(shop):
    lost(shop)
    decided = jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    assert decided.line == "hero: given up; `assetgen build --regenerate hero` asks again"
    outcome = shop.build()
    assert (outcome.results["hero"].status.value, outcome.results["hero"].message, outcome.results["hero"].hint) == (
        "blocked",
        "never generated; an earlier request for it was given up and may have been paid",
        "assetgen build --regenerate hero",
    )
    assert [row.state for row in shop.rows] == [JobState.ABANDONED]
    assert (results(shop.build(regenerate=("hero",))), shop.asked, shop.rows) == ({"hero": "done"}, 2, ())


def test_an_abandoned_request_stays_so_until_a_word_and_another_prompt_is_free_of_it(shop):
    lost(shop)
    jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    shop.edit("a red fox", "a blue fox")
    assert results(shop.build()) == {"hero": "done"}
    shop.edit("a blue fox", "a red fox")
    assert shop.state() == "blocked request-changed abandoned"
    jobs.resolve(shop.path, "hero", adopt=None, retry=True, abandon=False)
    assert (shop.state(), len(shop.ledger)) == ("generate request-changed", 2)


def test_a_provider_without_job_ids_has_nothing_to_adopt(shop):
    lost(shop)
    with pytest.raises(UsageError) as caught:
        jobs.resolve(shop.path, "hero", adopt="req_1", retry=False, abandon=False)
    assert (caught.value.message, caught.value.hint) == (
        '"openai" gives no job ids, so its answer cannot be asked for again',
        "if you have the picture: assetgen import hero FILE; otherwise --retry or --abandon",
    )


def test_the_picture_of_an_unknown_outcome_can_be_imported(shop):
    lost(shop)
    file = shop.path.parent / "found.png"
    file.write_bytes(painted())
    assert edit.import_file(shop.path, "hero", file, None) == ['hero: imported "found.png"', "hero: wrote hero.png"]
    assert (shop.state(), shop.rows, shop.asked) == ("fresh", (), 1)
    assert [entry.basis for entry in shop.ledger] == ["unknown"]


def test_an_unknown_outcome_of_a_renamed_asset_can_be_resolved(shop):
    lost(shop)
    shop.edit("[assets.hero]", "[assets.fox]")
    assert shop.state("fox") == "blocked unknown-outcome"
    assert jobs.resolve(shop.path, "fox", adopt=None, retry=True, abandon=False).line == "fox: the next build sends the request again"
    assert results(shop.build()) == {"fox": "done"}


def test_an_unknown_outcome_of_another_project_of_the_store_can_be_resolved(shop, git):
    git(shop.path)
    lost(shop)
    other = replace(shop, path=shop.path / "sub", told=[])
    other.write(HERO)
    assert other.state() == "blocked unknown-outcome"
    jobs.resolve(other.path, "hero", adopt=None, retry=True, abandon=False)
    assert (Journal(shop.home).rows(), other.state()) == ((), "generate new")


def test_an_unknown_outcome_of_a_prompt_that_is_no_longer_asked_can_be_resolved(shop):
    lost(shop)
    shop.edit("a red fox", "a blue fox")
    assert results(shop.build()) == {"hero": "done"}
    assert jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    assert [row.state for row in shop.rows] == [JobState.ABANDONED]


def test_a_lost_job_of_an_asset_that_is_gone_is_closed_when_it_is_given_up(shop):
    lost(shop)
    jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    shop.write('[assets.owl]\nprompt = "an owl"\n')
    decided = jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    assert decided.line == "hero: given up and closed, since no asset asks for it any more"
    assert (shop.rows, shop.plan().jobs, [entry.basis for entry in shop.ledger]) == ((), (), ["unknown"])


def test_a_lost_job_that_a_renamed_asset_asks_for_is_not_closed(shop):
    lost(shop)
    shop.edit("[assets.hero]", "[assets.fox]")
    jobs.resolve(shop.path, "hero", adopt=None, retry=False, abandon=True)
    assert shop.state("fox") == "blocked new abandoned"


def test_an_import_is_told_by_the_next_build_only_if_there_is_work(shop):
    shop.write(BY_HAND)
    put(shop, "inbox/poster.png", painted())
    shop.build()
    shop.told.clear()
    shop.build()
    assert [event for event in shop.told if isinstance(event, Done)] == []
