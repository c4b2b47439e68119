"""People and programs that change files while a build runs: what they did is never lost, and never taken for something else."""

import os
from decimal import Decimal

import pytest

from assetgen.engine import edit
from assetgen.engine.build import Options, run
from assetgen.engine.survey import look
from assetgen.engine.verify import verify
from assetgen.errors import AssetgenError
from assetgen.events import Failed, Noted, Started
from assetgen.plan.states import JobState
from tests.projects import HERO, PATIENCE, results
from tests.servers.pictures import draw

SKETCH = """\
version = 1

[defaults]
model = "sketch"
size = "64x64"
"""
BY_HAND = '[assets.{name}]\nmodel = "midjourney-v6"\nprompt = "a poster"\nsize = "1:1"\n'
SIZES = 'outputs = ["a.png", "b.webp"]\n'


def building(shop, action, do, *, asset="hero", **options):
    """Build; when the asset begins with this action, somebody does something."""

    def notify(event):
        shop.told.append(event)
        if isinstance(event, Started) and (event.asset, event.action) == (asset, action):
            do()

    return run(shop.path, Options(**({"max_cost": Decimal(5)} | options)), notify, environ=shop.env(), patience=PATIENCE)


def put(shop, path, data=b"by hand"):
    full = shop.path / path
    full.parent.mkdir(parents=True, exist_ok=True)
    full.write_bytes(data)
    return full


def kinds(shop):
    return [(event.kind, event.message) for event in shop.told if isinstance(event, Failed)]


@pytest.mark.parametrize("before", [None, b"foreign"])
def test_an_output_that_is_edited_during_a_build_is_kept(shop, before):
    shop.write(HERO + SIZES)
    if before is not None:
        put(shop, "b.webp", before)
    outcome = building(shop, "generate", lambda: put(shop, "b.webp"), overwrite=True)
    assert kinds(shop) == [("modified", '"b.webp" was edited while the build ran')]
    hint = "keep it with `assetgen accept hero`, or replace it with `assetgen build --overwrite hero`"
    assert (results(outcome), outcome.results["hero"].hint) == ({"hero": "failed"}, hint)
    assert ((shop.path / "b.webp").read_bytes(), (shop.path / "a.png").exists()) == (b"by hand", False)
    assert shop.state() == "blocked modified"
    assert results(shop.build(overwrite=True)) == {"hero": "done"}
    assert (shop.asked, shop.rows, shop.state()) == (1, (), "fresh")


def test_what_is_no_file_blocks_only_its_own_asset(shop):
    names = ("folder", "pipe", "around", "out", "fine")
    shop.write("".join(f'[assets.{name}]\nprompt = "{name}"\noutputs = ["img/{name}.png"]\n' for name in names), SKETCH)
    image = shop.path / "img"
    (image / "folder.png").mkdir(parents=True)
    os.mkfifo(image / "pipe.png")
    (image / "around.png").symlink_to("around.png")
    (image / "out.png").symlink_to("/etc/hostname")
    outcome = shop.build(overwrite=True)
    assert results(outcome) == {name: "done" if name == "fine" else "blocked" for name in names}
    assert {name: result.message for name, result in outcome.results.items() if name != "fine"} == {
        "folder": 'never generated; "img/folder.png" is a folder, not a file',
        "pipe": 'never generated; "img/pipe.png" is not a regular file',
        "around": 'never generated; "img/around.png" is a link that leads to itself',
        "out": 'never generated; "img/out.png" leads outside the project',
    }
    assert outcome.results["folder"].hint == 'move "img/folder.png" away, or change the output'


def test_what_is_no_file_is_a_problem_of_one_output(shop):
    shop.write('[assets.hero]\nprompt = "a fox"\noutputs = ["a.png", "b.png"]\n', SKETCH).build()
    (shop.path / "a.png").unlink()
    (shop.path / "a.png").symlink_to("a.png")
    with look(shop.path, environ=shop.env()) as seen:
        problems = [(problem.code, problem.text, problem.path) for problem in verify(seen, ["hero"])]
    assert problems == [("not-a-file", '"a.png" is a link that leads to itself', "a.png")]


@pytest.mark.parametrize("lines", ['file = "art.png"', 'references = ["art.png"]', 'post = [{ op = "overlay", file = "art.png" }]'])
def test_what_is_no_file_cannot_be_made_use_of(shop, lines):
    prompt = "" if lines.startswith("file") else 'prompt = "a fox"\n'
    shop.write(f'[assets.hero]\n{prompt}{lines}\n[assets.fine]\nprompt = "a fox"\n', SKETCH)
    (shop.path / "art.png").mkdir()
    outcome = shop.build()
    assert results(outcome) == {"hero": "blocked", "fine": "done"}
    assert shop.state() in ("blocked not-a-file", "blocked new not-a-file")
    assert shop.plan().assets["hero"].reasons[-1].text == '"art.png" is a folder, not a file'


@pytest.mark.parametrize(
    ("lines", "action"),
    [
        ('file = "art.png"', "finish"),
        ('prompt = "a fox"\nreferences = ["art.png"]', "generate"),
        ('prompt = "a fox"\npost = [{ op = "overlay", file = "art.png" }]', "finish"),
    ],
)
def test_a_file_that_changes_between_plan_and_use_is_not_recorded_under_its_old_digest(shop, lines, action):
    shop.write(f"[assets.hero]\n{lines}\n", SKETCH)
    put(shop, "art.png", draw("one", 64, 64))
    outcome = building(shop, action, lambda: put(shop, "art.png", draw("two", 64, 64)))
    assert outcome.results["hero"].message == '"art.png" was changed while the build ran'
    assert outcome.results["hero"].hint == "run the same command again"
    assert not (shop.path / "hero.png").exists()
    assert results(shop.build()) == {"hero": "done"}
    assert shop.state() == "fresh"


def test_blocks_that_a_pull_brings_during_a_build_are_kept(shop):
    shop.write('[assets.hero]\nprompt = "a fox"\n[assets.other]\nprompt = "one"\n', SKETCH).build()
    before = shop.lock
    shop.edit('"one"', '"two"')
    shop.build()
    pulled, theirs = shop.lock, shop.locked()["other"]
    put(shop, "assetgen.lock", before.encode())
    shop.edit('"a fox"', '"a red fox"')
    shop.edit('"two"', '"one"')
    put(shop, "other.png", (shop.path / "other.png").read_bytes())
    building(shop, "generate", lambda: put(shop, "assetgen.lock", pulled.encode()), names=("hero",))
    assert (shop.locked()["other"], shop.locked()["hero"].request["prompt"]) == (theirs, "a red fox")


def test_an_asset_that_a_pull_changes_too_stops_the_build_and_nothing_is_lost(shop):
    shop.write(HERO).build()
    before = shop.lock
    shop.edit("a red fox", "a blue fox")
    shop.build()
    pulled = shop.lock
    put(shop, "assetgen.lock", before.encode())
    shop.edit("a blue fox", "a green fox")
    with pytest.raises(AssetgenError) as caught:
        building(shop, "generate", lambda: put(shop, "assetgen.lock", pulled.encode()))
    message = '"assetgen.lock" was changed by another program meanwhile, and "hero" differs from what was made of it here'
    assert (caught.value.message, shop.lock) == (message, pulled)
    assert ([row.state for row in shop.rows], shop.asked) == ([JobState.FETCHED], 3)
    assert results(shop.build()) == {"hero": "done"}
    assert (shop.asked, shop.rows, shop.state(), len(shop.ledger)) == (3, (), "fresh", 3)


def test_a_newer_picture_in_the_inbox_is_not_deleted_unread(shop):
    shop.write(BY_HAND.format(name="poster"))
    first, second = draw("one", 64, 64), draw("two", 64, 64)
    dropped = put(shop, "inbox/poster.png", first)
    outcome = building(shop, "finish", lambda: put(shop, "inbox/poster.png", second), asset="poster")
    assert (results(outcome), dropped.read_bytes()) == ({"poster": "done"}, second)
    (note,) = [event for event in shop.told if isinstance(event, Noted)][:1]
    assert note.message == '"inbox/poster.png" was replaced while the build ran; the picture that was there is taken, and the new one stays'
    assert note.hint == "assetgen import poster inbox/poster.png"


def test_a_picture_leaves_the_inbox_only_when_the_lock_is_durable(shop):
    shop.write(BY_HAND.format(name="poster"))
    dropped = put(shop, "inbox/poster.png", draw("one", 64, 64))
    with pytest.raises(AssetgenError):
        building(shop, "finish", lambda: put(shop, "assetgen.lock", b"<<<<<<< HEAD\n"), asset="poster")
    assert dropped.exists()


@pytest.mark.parametrize("gone", [False, True])
def test_a_file_that_cannot_be_removed_from_the_inbox_does_not_end_the_build(shop, gone):
    shop.write(BY_HAND.format(name="poster"))
    put(shop, "real/poster.png", draw("one", 64, 64))
    (shop.path / "inbox").symlink_to("real")
    remove = (shop.path / "real/poster.png").unlink
    outcome = building(shop, "finish", remove if gone else lambda: None, asset="poster")
    assert results(outcome) == {"poster": "done"}
    notes = [event for event in shop.told if isinstance(event, Noted) and "taken" in event.message]
    message = '"inbox/poster.png" was taken and could not be removed: a folder of "inbox/poster.png" is a link or a file'
    assert notes == ([] if gone else [Noted(message=message, hint='remove "inbox/poster.png"')])


def test_one_file_in_the_inbox_is_never_taken_twice(shop):
    names = ('"a/b"', "a-b", '"c/d"', '"c+d"')
    shop.write("".join(BY_HAND.format(name=name) + f'outputs = ["{n}.png"]\n' for n, name in enumerate(names)))
    put(shop, "inbox/a-b.png", draw("one", 64, 64))
    put(shop, "inbox/c-d.png", draw("two", 64, 64))
    assert {name: shop.state(name) for name in ("a/b", "a-b", "c/d", "c+d")} == {
        "a/b": "waits new by-hand",
        "a-b": "restore inbox",
        "c/d": "waits new inbox-ambiguous",
        "c+d": "waits new inbox-ambiguous",
    }
    reason = shop.plan().assets["c/d"].reasons[-1]
    assert (reason.text, reason.hint) == ('"inbox/c-d.png" may be meant for it or for "c+d"', "assetgen import c/d inbox/c-d.png")
    assert results(shop.build()) == {"a/b": "waits", "a-b": "done", "c/d": "waits", "c+d": "waits"}
    assert ((shop.path / "inbox/a-b.png").exists(), (shop.path / "inbox/c-d.png").exists()) == (False, True)
    edit.import_file(shop.path, "c/d", shop.path / "inbox/c-d.png", None)
    assert shop.state("c/d") == "fresh"


def test_folders_with_brackets_are_folders(shop):
    shop.write('[project]\ninbox = "in [1]"\n[store]\noriginals = "art [1]"\n' + HERO + BY_HAND.format(name="poster"))
    put(shop, "in [1]/poster.png", draw("one", 64, 64))
    assert results(shop.build()) == {"hero": "done", "poster": "done"}
    assert len(list((shop.path / "art [1]").iterdir())) == 2
    for path in shop.store.cas.iterdir():
        path.unlink()
    (shop.path / "hero.png").unlink()
    assert (shop.state(), results(shop.build()), shop.asked) == ("finish output-missing", {"hero": "done", "poster": "fresh"}, 1)
