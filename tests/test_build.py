"""What makes an asset stale and what does not, from the manifest to the server's own count of requests."""

import shutil
import signal
from decimal import Decimal

import pytest

from assetgen.engine.survey import look
from assetgen.errors import FaultyFile, UsageError
from assetgen.events import Done, Failed, Skipped, Started
from assetgen.model import Size
from assetgen.plan.states import JobState
from tests.projects import HERO, KILLED, results
from tests.servers.pictures import draw

SCENE = '\n[assets.scene]\nprompt = "the fox at night"\nreferences = ["@hero"]\n'
OTHER = '\n[assets.other]\nprompt = "a lake"\n'
FORMATS = '[assets.hero]\nprompt = "a red fox"\npost = [{ op = "resize", width = 64 }]\noutputs = [{ path = "hero.webp", quality = 60 }]\n'
WIDTHS = '[assets.hero]\nprompt = "a red fox"\noutputs = [{ path = "hero-{width}.png", widths = [32, 64] }]\n'
FULL = """\
[assets.hero]
prompt = "a red fox"
alt = "A fox"
tags = ["docs"]

[assets.other]
prompt = "a lake"
"""
REORDERED = """\
# A comment.
[assets.other]
tags = ["new"]
prompt = "a lake"       # another comment

[assets.hero]
alt = "A red fox in the snow"
tags = ["site"]
prompt = "a red fox"
"""


def wipe(path):
    """Remove the store; its objects are read-only files."""
    shutil.rmtree(path)


def drawn(text):
    return draw(text, 64, 48)


def picture(shop, name="hero.png"):
    return (shop.path / name).read_bytes()


def test_a_new_project_is_built_in_one_run(shop):
    shop.write(HERO + SCENE)
    assert shop.states() == {"hero": "generate", "scene": "waits"}
    outcome = shop.build()
    assert (results(outcome), outcome.exit_code) == ({"hero": "done", "scene": "done"}, 0)
    assert outcome.results["scene"].actions == ("generate", "finish")
    assert [seen.path for seen in shop.server.requests] == ["/v1/images/generations", "/v1/images/edits"]
    assert shop.server.requests[1].files["image"][0]["data"] == shop.store.get(shop.locked()["hero"].original.sha256)
    assert shop.states() == {"hero": "fresh", "scene": "fresh"}
    assert results(shop.build()) == {"hero": "fresh", "scene": "fresh"}
    assert (shop.asked, shop.rows) == (2, ())


def test_an_edited_prompt_touches_that_asset_and_what_refers_to_it(shop):
    shop.write(HERO + SCENE + OTHER).build()
    shop.edit("a red fox", "a white fox")
    assert (shop.state("hero"), shop.state("scene"), shop.state("other")) == ("generate request-changed", "waits upstream", "fresh")
    assert results(shop.build()) == {"hero": "done", "scene": "done", "other": "fresh"}
    assert [seen.fields["prompt"] for seen in shop.server.requests[3:]] == ["a white fox", "the fox at night"]


def test_the_same_picture_upstream_means_nothing_to_do_below(shop):
    shop.write('[assets.hero]\nprompt = "a red fox"\nparams = { quality = "low" }\n' + SCENE).build()
    # The server draws from the prompt alone: another quality brings the same bytes.
    shop.edit('"low"', '"medium"')
    assert shop.states() == {"hero": "generate", "scene": "waits"}
    outcome = shop.build()
    assert results(outcome) == {"hero": "done", "scene": "fresh"}
    assert (shop.asked, shop.states()) == (3, {"hero": "fresh", "scene": "fresh"})


@pytest.mark.parametrize(
    ("text", "old", "new", "reasons", "written"),
    [
        (HERO, "width = 64", "width = 48", "finish finish-changed", ("hero.png",)),
        (HERO, 'op = "resize", width = 64', 'op = "resize", width = 64 }, { op = "flip"', "finish finish-changed", ("hero.png",)),
        (HERO, "a red fox", 'a red fox"\noutputs = ["art/hero.jpg"] #', "finish output-new output-removed", ("art/hero.jpg",)),
        (HERO, '"a red fox"', '"a red fox"\noutputs = ["fox.png"]', "restore output-new output-removed", ("fox.png",)),
        (FORMATS, "quality = 60", "quality = 80", "finish finish-changed", ("hero.webp",)),
        (FORMATS, "hero.webp", "hero.jpg", "finish output-new output-removed", ("hero.jpg",)),
        (WIDTHS, "[32, 64]", "[32, 48]", "finish output-new output-removed", ("hero-48.png",)),
        (WIDTHS, "[32, 64]", "[64]", "finish output-removed", ()),
    ],
    ids=["op", "op-added", "format-and-folder", "path", "quality", "format", "width", "fewer"],
)
def test_work_after_generation_asks_no_provider(shop, text, old, new, reasons, written):
    shop.write(text).build()
    shop.edit(old, new)
    assert shop.state() == reasons
    outcome = shop.build(max_cost=None)
    assert (results(outcome), outcome.results["hero"].written, shop.asked) == ({"hero": "done"}, written, 1)
    assert shop.state() == "fresh"


def test_words_that_change_no_bytes_leave_the_lock_alone(shop):
    shop.write(FULL).build()
    before, stat = shop.lock, (shop.path / "assetgen.lock").stat()
    shop.write(REORDERED)
    assert results(shop.build()) == {"other": "fresh", "hero": "fresh"}
    after = (shop.path / "assetgen.lock").stat()
    assert (shop.lock, after.st_mtime_ns, after.st_ino, shop.asked) == (before, stat.st_mtime_ns, stat.st_ino, 2)


def test_a_deleted_output_is_made_again_for_free(shop):
    shop.write(HERO).build()
    before, lock = picture(shop), shop.lock
    (shop.path / "hero.png").unlink()
    assert shop.state() == "restore output-missing"
    assert results(shop.build(max_cost=None)) == {"hero": "done"}
    assert (picture(shop), shop.lock, shop.asked) == (before, lock, 1)


def test_a_deleted_store_matters_only_with_the_outputs(shop):
    shop.write(HERO).build()
    wipe(shop.home)
    assert shop.state() == "fresh"
    (shop.path / "hero.png").unlink()
    planned = shop.plan().assets["hero"]
    assert (planned.state.value, planned.reason) == (
        "blocked",
        '"hero.png" is missing; the original is missing (a new and different picture costs up to $0.211)',
    )
    assert planned.reasons[-1].hint == (
        "bring its store back (assetgen store path), or buy a new picture with `assetgen build --regenerate hero`"
    )
    outcome = shop.build()
    assert (results(outcome), outcome.exit_code, shop.asked) == ({"hero": "blocked"}, 1, 1)
    assert results(shop.build(regenerate=("hero",))) == {"hero": "done"}
    assert (shop.asked, shop.state()) == (2, "fresh")


def test_dependents_of_a_lost_original_are_blocked_before_anything_is_paid(shop):
    shop.write(HERO + SCENE).build()
    wipe(shop.home)
    shop.edit("the fox at night", "the fox at dawn")
    assert (shop.state("hero"), shop.state("scene")) == ("fresh", "blocked request-changed upstream-original-missing")
    assert (results(shop.build()), shop.asked) == ({"hero": "fresh", "scene": "blocked"}, 2)


def test_a_sketch_is_drawn_again(shop):
    shop.write('[assets.plan]\nmodel = "sketch"\nsize = "96x64"\nprompt = "a lake"\n').build(max_cost=None)
    before, lock = picture(shop, "plan.png"), shop.lock
    wipe(shop.home)
    (shop.path / "plan.png").unlink()
    assert shop.state("plan") == "restore output-missing"
    assert results(shop.build(max_cost=None)) == {"plan": "done"}
    assert (picture(shop, "plan.png"), shop.lock, shop.asked) == (before, lock, 0)


def test_a_sketch_that_is_drawn_differently_is_not_taken_for_the_locked_one(shop):
    shop.write('[assets.plan]\nmodel = "sketch"\nsize = "96x64"\nprompt = "a lake"\n').build(max_cost=None)
    block = shop.locked()["plan"].original
    wipe(shop.home)
    (shop.path / "plan.png").unlink()
    lock = shop.path / "assetgen.lock"
    lock.write_text(lock.read_text().replace(block.sha256, "0" * 64).replace(block.pixels, "1" * 64))
    outcome = shop.build(max_cost=None)
    result = outcome.results["plan"]
    assert (result.status.value, result.message) == ("failed", '"plan" is drawn differently today than the picture that is locked')
    assert result.hint == "assetgen build --regenerate plan"
    assert not (shop.path / "plan.png").exists()


def test_an_edited_output_is_somebodys_work(shop):
    shop.write(HERO + SCENE).build()
    original, edited = picture(shop), picture(shop, "scene.png")
    (shop.path / "hero.png").write_bytes(edited + b"by hand")
    outcome = shop.build()
    assert (results(outcome), outcome.exit_code) == ({"hero": "blocked", "scene": "fresh"}, 1)
    assert outcome.results["hero"].message == '"hero.png" was edited by hand'
    assert picture(shop) == edited + b"by hand"
    assert results(shop.build(overwrite=True)) == {"hero": "done", "scene": "fresh"}
    assert (picture(shop), shop.asked) == (original, 2)


def test_a_changed_prompt_does_not_overwrite_an_edited_output_and_pays_nothing(shop):
    shop.write(HERO).build()
    (shop.path / "hero.png").write_bytes(b"by hand")
    shop.edit("a red fox", "a blue fox")
    assert shop.state() == "blocked request-changed modified"
    assert (results(shop.build()), shop.asked, picture(shop)) == ({"hero": "blocked"}, 1, b"by hand")


def test_a_foreign_file_at_an_outputs_path_blocks_before_paying(shop):
    shop.write(HERO)
    (shop.path / "hero.png").write_bytes(b"mine")
    outcome = shop.build()
    assert outcome.results["hero"].message == 'never generated; "hero.png" exists and was not made by assetgen'
    assert (shop.asked, picture(shop)) == (0, b"mine")


def test_a_renamed_asset_is_recognised(shop):
    shop.write(HERO + SCENE).build()
    shop.edit("[assets.hero]", "[assets.fox]")
    shop.edit("@hero", "@fox")
    assert (shop.state("fox"), shop.state("scene")) == ("restore output-new renamed", "fresh")
    assert results(shop.build(max_cost=None)) == {"fox": "done", "scene": "fresh"}
    assert (shop.asked, sorted(shop.locked()), shop.states()) == (2, ["fox", "scene"], {"fox": "fresh", "scene": "fresh"})
    assert [(one.path, one.removed) for one in shop.locked()["fox"].outputs] == [("fox.png", False), ("hero.png", True)]


def test_a_seed_for_a_model_that_takes_none_is_a_note(shop):
    shop.write(HERO + "seed = 1\n").build()
    lock = shop.lock
    shop.edit("seed = 1", "seed = 2")
    planned = shop.plan().assets["hero"]
    assert (planned.state.value, planned.notes) == (
        "fresh",
        ("seed changed from 1 to 2, which the model ignores; --regenerate rolls again",),
    )
    assert (results(shop.build()), shop.asked, shop.lock) == ({"hero": "fresh"}, 1, lock)


def test_a_changed_catalog_buys_nothing(shop):
    shop.write(HERO + 'size = "16:9"\n').build()
    before = shop.plan().assets["hero"]
    sizes = '\n[models.gpt-image-2]\nprice = 9.99\nsizes = ["1536x1024"]\nsupports = { seed = true }\nnotes = "new"\n'
    shop.write(HERO + 'size = "16:9"\n' + sizes)
    with look(shop.path, environ=shop.env()) as seen:
        planned, offer = seen.plan.assets["hero"], seen.facts.offer(seen.workspace.manifest.assets["hero"])
    assert (offer.price.high, offer.size) == (Decimal("9.99"), Size(1536, 1024))
    assert (planned.state.value, planned.gen_key, planned.reasons) == ("fresh", before.gen_key, ())
    assert (results(shop.build()), shop.asked) == ({"hero": "fresh"}, 1)


def test_a_lost_lock_buys_nothing_and_is_written_again(shop):
    shop.write(HERO + SCENE).build()
    lock, files = shop.lock, {name: picture(shop, name) for name in ("hero.png", "scene.png")}
    (shop.path / "assetgen.lock").unlink()
    assert shop.states() == {"hero": "restore", "scene": "restore"}
    outcome = shop.build(max_cost=None)
    assert (results(outcome), outcome.results["hero"].written) == ({"hero": "done", "scene": "done"}, ())
    assert (shop.asked, shop.lock) == (2, lock)
    assert {name: picture(shop, name) for name in files} == files


def test_an_older_lock_reverts_nothing(shop):
    shop.write(HERO).build()
    older = shop.lock
    shop.edit("a red fox", "a white fox")
    shop.build()
    white, lock = picture(shop), shop.lock
    (shop.path / "assetgen.lock").write_text(older)
    assert shop.state() == "restore request-changed"
    assert results(shop.build(max_cost=None)) == {"hero": "done"}
    assert (shop.asked, picture(shop), shop.lock) == (2, white, lock)


@pytest.mark.parametrize("moment", ["finish", "Done"])
@pytest.mark.parametrize("earlier", [False, True], ids=["first", "with-an-older-lock"])
def test_a_kill_between_store_and_lock_loses_nothing(shop, moment, earlier):
    shop.write(HERO)
    if earlier:
        shop.build()
        shop.edit("a red fox", "a white fox")
    process = shop.start(KILLED, moment)
    assert process.wait(30) == -signal.SIGKILL, process.stderr.read()
    process.communicate()
    asked = shop.asked
    assert [row.state for row in shop.rows] == [JobState.FETCHED]
    assert shop.state() == ("restore fetched")
    outcome = shop.build(max_cost=None)
    assert (results(outcome), outcome.exit_code, shop.asked) == ({"hero": "done"}, 0, asked)
    assert (shop.state(), shop.rows, len(shop.ledger)) == ("fresh", (), asked)
    assert shop.ledger[-1].amount == Decimal(shop.locked()["hero"].original.cost)


def test_a_kill_while_rolling_again_keeps_the_new_picture_and_the_old_one(shop):
    shop.server.rolls = True
    shop.write(HERO).build()
    old = shop.locked()["hero"].original.sha256
    process = shop.start(KILLED, "finish", "hero")
    process.communicate(timeout=30)
    assert (process.returncode, shop.state(), shop.asked) == (-signal.SIGKILL, "restore fetched", 2)
    shop.build(max_cost=None)
    block = shop.locked()["hero"]
    assert (len(block.candidates), block.candidates[0].sha256 == old, block.original == block.candidates[1]) == (2, True, True)


def test_a_clone_elsewhere_is_fresh(shop, git, tmp_path):
    shop.path.mkdir()
    repository = git(shop.path)
    shop.write(HERO + SCENE).build()
    (shop.path / ".gitignore").write_text(".assetgen/\n")
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "built")
    clone = tmp_path / "another" / "folder"
    git(tmp_path / "another").run("clone", "-q", str(shop.path), str(clone))
    script = "import assetgen, json; print(json.dumps({n: p.state for n, p in assetgen.survey('.').assets.items()}))"
    shop.environ = {"HOME": str(tmp_path / "another-home"), "TZ": "Pacific/Kiritimati", "USER": "somebody", "LANG": "C"}
    shop.path = clone
    out, err = shop.start(script).communicate(timeout=30)
    assert (out, err) == ('{"hero": "fresh", "scene": "fresh"}\n', "")
    assert not (clone / ".git" / "assetgen").exists()
    assert (results(shop.build()), shop.asked) == ({"hero": "fresh", "scene": "fresh"}, 2)


def test_a_failed_upstream_skips_its_dependents(shop):
    shop.write(HERO + SCENE + OTHER)
    shop.edit("a red fox", "a red fox [[moderation]]")
    outcome = shop.build()
    assert results(outcome) == {"hero": "failed", "scene": "skipped", "other": "done"}
    assert (outcome.results["scene"].message, outcome.exit_code, shop.asked) == ('waits for "hero"', 1, 2)
    assert [event for event in shop.told if isinstance(event, Skipped)] == [Skipped(asset="scene", why='waits for "hero"')]


def test_fail_fast_starts_nothing_more(shop):
    shop.write('[assets.a]\nprompt = "[[policy]]"\n' + '\n[assets.b]\nprompt = "b"\nreferences = ["@c"]\n\n[assets.c]\nprompt = "c"\n')
    config = shop.path.parent / "config.toml"
    config.write_text("[providers.openai]\nconcurrency = 1\n")
    shop.environ = {"ASSETGEN_CONFIG": str(config)}
    outcome = shop.build(fail_fast=True)
    assert (results(outcome), outcome.exit_code, shop.asked) == ({"a": "failed", "b": "skipped", "c": "skipped"}, 1, 1)
    assert {outcome.results[name].message for name in "bc"} == {"not tried, because another asset failed and --fail-fast was given"}
    assert not outcome.interrupted
    assert shop.build().exit_code == 1
    assert shop.asked == 4


def test_a_selection_takes_what_it_is_made_from(shop):
    shop.write(HERO + SCENE + OTHER)
    assert results(shop.build("scene")) == {"hero": "done", "scene": "done"}
    assert results(shop.build("oth*")) == {"other": "done"}


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"names": ("heroo",)}, 'no asset is selected by "heroo"', "did you mean hero"),
        ({"names": ("tag:doc",)}, 'no asset is selected by "tag:doc"', "did you mean tag:docs"),
        ({"regenerate": ("her*",)}, 'there is no asset "her*" to regenerate', "--regenerate takes an exact name; see assetgen status"),
    ],
)
def test_unknown_names_are_refused(shop, options, message, hint):
    shop.write(FULL)
    names = options.pop("names", ())
    with pytest.raises(UsageError) as caught:
        shop.build(*names, **options)
    assert (caught.value.message, caught.value.hint, shop.asked) == (message, hint, 0)


def test_a_lock_that_cannot_be_read_stops_everything(shop):
    shop.write(HERO).build()
    (shop.path / "assetgen.lock").write_text("version = 1\n<<<<<<< HEAD\n")
    with pytest.raises(FaultyFile, match="the lock holds a merge conflict"):
        shop.build()
    assert shop.asked == 1


def test_a_file_is_an_original(shop):
    shop.write("").build()
    shop.write('[assets.logo]\nfile = "art/logo.png"\noutputs = ["logo.webp"]\n')
    assert shop.state("logo") == "blocked file-missing"
    art = shop.path / "art" / "logo.png"
    art.parent.mkdir()
    art.write_bytes(drawn("one"))
    assert shop.state("logo") == "finish output-new file-changed"
    assert results(shop.build(max_cost=None)) == {"logo": "done"}
    first = picture(shop, "logo.webp")
    assert (shop.state("logo"), shop.locked()["logo"].original.provider) == ("fresh", "file")
    art.write_bytes(drawn("two"))
    assert shop.state("logo") == "finish original-changed file-changed"
    assert results(shop.build(max_cost=None)) == {"logo": "done"}
    assert (shop.state("logo"), picture(shop, "logo.webp") != first, shop.asked) == ("fresh", True, 0)


def test_a_file_that_is_no_picture_fails(shop):
    shop.write('[assets.logo]\nfile = "logo.png"\noutputs = ["logo.webp"]\n')
    (shop.path / "logo.png").write_text("Sorry")
    outcome = shop.build()
    assert results(outcome) == {"logo": "failed"}
    assert outcome.results["logo"].message == "the file is text, not a picture"


@pytest.mark.parametrize(
    ("expect", "message", "key"),
    [
        ("alpha = true", "transparency is expected", "alpha"),
        ("max_bytes = 10", "at most 10 bytes is expected", "max_bytes"),
        ("width = 65", "a width of 65 is expected", "width"),
        ("height = 65", "a height of 65 is expected", "height"),
    ],
)
def test_an_output_that_is_not_as_expected_is_not_written(shop, expect, message, key):
    shop.write(HERO + f"expect = {{ {expect} }}\n")
    outcome = shop.build()
    result = outcome.results["hero"]
    assert (result.status.value, result.hint) == ("failed", f"change the output, or expect.{key}")
    assert result.message.startswith('"hero.png" is 64x64, ')
    assert result.message.endswith(f"bytes, without transparency, and {message}")
    assert not (shop.path / "hero.png").exists()
    # The picture is paid and kept: with the expectation mended nothing is asked.
    shop.write(HERO)
    assert (results(shop.build(max_cost=None)), shop.asked) == ({"hero": "done"}, 1)


def test_an_unmet_expectation_is_told_as_a_failure(shop):
    shop.write(HERO + "expect = { width = 65 }\n").build()
    assert [(event.asset, event.kind) for event in shop.told if isinstance(event, Failed)] == [("hero", "expect")]


def test_without_provenance_nothing_is_written_into_outputs(shop):
    shop.write("[policy]\nprovenance = false\n\n" + HERO).build()
    assert b"trainedAlgorithmicMedia" not in picture(shop)
    assert "source" not in shop.locked()["hero"].outputs[0].finish
    shop.write(HERO)
    assert shop.state() == "finish finish-changed"
    shop.build()
    assert (b"trainedAlgorithmicMedia" in picture(shop), shop.asked) == (True, 1)


def test_committed_originals_bring_outputs_back(shop):
    shop.write('[store]\noriginals = "art/originals"\n\n' + HERO).build()
    block, first = shop.locked()["hero"], picture(shop)
    kept = shop.path / "art" / "originals" / f"hero-{block.original.sha256[:16]}.png"
    assert kept.is_file()
    wipe(shop.home)
    (shop.path / "hero.png").unlink()
    assert shop.state() == "finish output-missing"
    assert results(shop.build(max_cost=None)) == {"hero": "done"}
    assert (picture(shop), shop.asked) == (first, 1)
    (shop.path / "hero.png").unlink()
    wipe(shop.home)
    kept.write_bytes(b"edited")
    assert shop.state() == "blocked output-missing original-missing"


def test_frozen_and_protected_assets_keep_their_picture(shop):
    shop.write(HERO + "freeze = true\n" + OTHER + "protect = true\n").build()
    shop.edit("a red fox", "a white fox")
    shop.edit("a lake", "a pond")
    planned = shop.plan().assets
    assert (planned["hero"].state.value, planned["hero"].notes) == ("fresh", ("frozen: changes of the request are not followed",))
    assert planned["other"].reason == "prompt changed, and it is protected"
    assert results(shop.build()) == {"hero": "fresh", "other": "blocked"}
    assert results(shop.build(regenerate=("other",))) == {"other": "done"}
    assert (shop.asked, shop.states()) == (3, {"hero": "fresh", "other": "fresh"})


def test_a_removed_asset_stays_in_the_lock_and_comes_back_for_free(shop):
    shop.write(HERO + OTHER).build()
    shop.write(OTHER)
    shop.build()
    assert (shop.locked()["hero"].removed, (shop.path / "hero.png").exists()) == (True, True)
    shop.write(HERO + OTHER)
    assert (shop.state(), results(shop.build(max_cost=None))) == ("finish returned", {"hero": "done", "other": "fresh"})
    assert (shop.locked()["hero"].removed, shop.asked) == (False, 2)


def test_an_upstream_that_is_a_file_is_sent_along(shop):
    shop.write('[assets.logo]\nfile = "logo.png"\n\n' + SCENE.replace("@hero", "@logo"))
    (shop.path / "logo.png").write_bytes(drawn("logo"))
    shop.edit('file = "logo.png"', 'file = "logo.png"\noutputs = ["small.png"]')
    assert shop.states() == {"logo": "finish", "scene": "generate"}
    assert results(shop.build()) == {"logo": "done", "scene": "done"}
    assert shop.server.requests[0].files["image"][0]["data"] == drawn("logo")


def test_a_reference_that_is_no_picture_is_not_sent(shop):
    shop.write(HERO + 'references = ["brand.png"]\n')
    (shop.path / "brand.png").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:" + "a" * 64 + "\nsize 5\n")
    outcome = shop.build()
    assert outcome.results["hero"].message == 'never generated; "brand.png" is not a picture'
    assert (outcome.results["hero"].hint, shop.asked, shop.rows) == ("git lfs pull", 0, ())


def test_done_is_told_once_with_what_was_written(shop):
    shop.write(HERO).build()
    done = [event for event in shop.told if isinstance(event, Done)]
    assert [(event.asset, event.action, event.written) for event in done] == [("hero", "generate", ("hero.png",))]


def test_swapped_names_and_a_taken_over_name_buy_nothing(shop):
    text = """
[assets.{a}]
prompt = "a red fox"
model = "gpt-image-2"
size = "1024x1024"

[assets.{b}]
prompt = "a blue whale"
model = "gpt-image-2"
size = "1024x1024"
"""
    shop.write(text.format(a="fox", b="whale"))
    shop.build()
    before = {name: block.original.sha256 for name, block in shop.locked().items()}
    shop.write(text.format(a="whale", b="fox"))
    shop.build()
    assert {name: block.original.sha256 for name, block in shop.locked().items()} == {"fox": before["whale"], "whale": before["fox"]}
    shop.write(text.format(a="fox", b="gone").split("[assets.gone]")[0])
    shop.build()
    assert shop.locked()["fox"].original.sha256 == before["fox"]
    assert len(shop.server.accepted) == 2


def test_a_dependent_of_a_fresh_asset_is_begun_once(shop):
    shop.write(HERO).build()
    shop.write(HERO + SCENE)
    shop.told.clear()
    shop.build()
    assert [(event.asset, event.action) for event in shop.told if isinstance(event, Started)] == [
        ("scene", "generate"),
        ("scene", "finish"),
    ]
    (shop.path / "scene.png").unlink()
    shop.told.clear()
    shop.build()
    assert [(event.asset, event.action) for event in shop.told if isinstance(event, Started)] == [("scene", "restore")]


def test_pictures_that_change_places_are_never_the_price_of_one_another(shop):
    text = '[assets.a]\nprompt = "one"\noutputs = ["{a}.png"]\n[assets.b]\nprompt = "two"\noutputs = ["{b}.png"]\n'
    shop.write(text.format(a="1", b="2")).build()
    first, second = ((shop.path / name).read_bytes() for name in ("1.png", "2.png"))
    shutil.rmtree(shop.home)
    shop.write(text.format(a="2", b="1"))
    assert results(shop.build(jobs=1, free_only=True)) == {"a": "done", "b": "done"}
    assert [(shop.path / name).read_bytes() for name in ("1.png", "2.png")] == [second, first]
    assert shop.asked == 2
