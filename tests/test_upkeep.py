"""What `clean` and `gc` remove, and above all what they do not; damage in the store, and where it lies."""

import os
import time

import pytest

from assetgen import digest
from assetgen.engine import edit, upkeep
from assetgen.errors import FaultyFile
from tests.projects import HERO, results
from tests.servers.pictures import draw

OTHER = '\n[assets.other]\nprompt = "a lake"\n'
PLAN = '\n[assets.plan]\nmodel = "sketch"\nsize = "96x64"\nprompt = "a lake"\n'


def collect(shop, **options):
    return upkeep.collect(shop.path, **({"paid": False, "dry_run": False, "days": 0} | options))


def files(shop):
    return sorted(path.name for path in shop.path.iterdir() if path.suffix == ".png")


def test_clean_removes_files_of_what_the_manifest_no_longer_names(shop):
    shop.write(HERO + OTHER + PLAN).build()
    shop.write('[assets.hero]\nprompt = "a red fox"\noutputs = ["fox.png"]\n' + PLAN).build()
    assert files(shop) == ["fox.png", "hero.png", "other.png", "plan.png"]
    assert upkeep.clean(shop.path, dry_run=True) == ["would remove hero.png", "would remove other.png"]
    assert files(shop) == ["fox.png", "hero.png", "other.png", "plan.png"]
    lock = shop.lock
    assert upkeep.clean(shop.path, dry_run=False) == ["removed hero.png", "removed other.png"]
    assert (files(shop), shop.lock != lock, sorted(shop.locked())) == (["fox.png", "plan.png"], True, ["hero", "plan"])
    assert (shop.states(), upkeep.clean(shop.path, dry_run=False)) == ({"hero": "fresh", "plan": "fresh"}, [])


def test_clean_also_removes_what_no_build_has_marked_yet(shop):
    shop.write(HERO + OTHER).build()
    shop.write(HERO)
    assert upkeep.clean(shop.path, dry_run=False) == ["removed other.png"]


def test_clean_leaves_what_somebody_edited(shop):
    shop.write(HERO + OTHER).build()
    (shop.path / "other.png").write_bytes(b"mine")
    shop.write(HERO)
    assert upkeep.clean(shop.path, dry_run=False) == ['left "other.png": it was edited since assetgen wrote it']
    assert (files(shop), sorted(shop.locked())) == (["hero.png", "other.png"], ["hero"])


def test_clean_leaves_an_edit_that_was_accepted(shop):
    shop.write(HERO + OTHER).build()
    edited = draw("mine", 64, 64)
    (shop.path / "other.png").write_bytes(edited)
    edit.accept(shop.path, ["other"])
    shop.write(HERO)
    assert upkeep.clean(shop.path, dry_run=False) == ['left "other.png": it was edited by hand and accepted']
    assert (shop.path / "other.png").read_bytes() == edited


def test_clean_leaves_a_path_that_another_asset_took_over(shop):
    shop.write(HERO + OTHER).build()
    shop.write(OTHER + 'outputs = ["hero.png"]\n')
    assert results(shop.build(max_cost=None)) == {"other": "done"}
    assert upkeep.clean(shop.path, dry_run=False) == ["removed other.png"]
    assert (files(shop), shop.states()) == (["hero.png"], {"other": "fresh"})


@pytest.mark.parametrize("path", ["assetgen.toml", ".env.old", "sub/.git/config", ".assetgen/ledger.jsonl"])
def test_clean_does_not_believe_a_lock_that_names_other_files(shop, path):
    shop.write(HERO + OTHER).build()
    victim = shop.path / path
    victim.parent.mkdir(parents=True, exist_ok=True)
    if not victim.exists():
        victim.write_bytes(b"precious")
    shop.write(HERO)
    before, locked = victim.read_bytes(), shop.locked()["other"].outputs[0]
    text = shop.lock.replace("other.png", path).replace(locked.sha256, digest.of_bytes(before))
    (shop.path / "assetgen.lock").write_text(text)
    with pytest.raises(FaultyFile):
        upkeep.clean(shop.path, dry_run=False)
    assert victim.read_bytes() == before


def test_a_lock_that_names_another_file_as_a_digest_moves_nothing(shop):
    shop.write(HERO).build()
    precious = shop.path.parent / "precious.txt"
    precious.write_bytes(b"mine")
    original = shop.locked()["hero"].original
    (shop.path / "assetgen.lock").write_text(shop.lock.replace(original.sha256, str(precious)))
    (shop.path / "hero.png").unlink()
    with pytest.raises(FaultyFile):
        shop.build()
    assert precious.read_bytes() == b"mine"


def test_clean_removes_folders_it_leaves_empty(shop):
    shop.write('[assets.hero]\nprompt = "a red fox"\noutputs = ["art/deep/hero.png"]\n').build()
    shop.write(OTHER)
    assert upkeep.clean(shop.path, dry_run=False) == ["removed art/deep/hero.png"]
    assert not (shop.path / "art").exists()


def test_gc_keeps_what_the_lock_needs_and_what_was_paid(shop):
    shop.write(HERO + PLAN).build()
    assert collect(shop) == ["removed 0 objects, 0.0 MB; 4 stay"]
    shop.edit("a lake", "a pond")
    shop.edit("a red fox", "a blue fox")
    shop.build()
    # The old sketch, its output, and the old output of the paid picture go; the paid picture stays.
    old = len(shop.store.objects())
    assert collect(shop, dry_run=True)[0].startswith("would remove 3 objects, ")
    assert len(shop.store.objects()) == old
    assert collect(shop)[0].startswith("removed 3 objects, ")
    shop.edit("a blue fox", "a red fox")
    assert (results(shop.build(max_cost=None)), shop.asked) == ({"hero": "done", "plan": "fresh"}, 2)
    shop.edit("a red fox", "a blue fox")
    shop.build()
    assert collect(shop, paid=True)[0].startswith("removed 2 objects, ")
    shop.edit("a blue fox", "a red fox")
    assert shop.state() == "generate request-changed"
    assert (shop.path / "hero.png").exists()


def test_gc_keeps_adopted_pictures_and_accepted_edits_also_when_they_are_superseded(shop):
    shop.write(HERO)
    mine, touched = draw("mine", 640, 480), draw("touched", 64, 48)
    (shop.path / "mine.png").write_bytes(mine)
    edit.adopt(shop.path, "mine.png", "hero")
    (shop.path / "mine.png").unlink()
    (shop.path / "hero.png").write_bytes(touched)
    edit.accept(shop.path, ["hero"])
    shop.edit("a red fox", "a blue fox")
    shop.build(overwrite=True)
    # Neither stands in the lock any more, and no other file has these bytes.
    work = {digest.of_bytes(mine), digest.of_bytes(touched)}
    assert [sha256 for sha256 in work if sha256 in shop.lock] == []
    assert collect(shop)[0].startswith("removed 1 objects, ")
    assert work <= set(shop.store.objects())
    shop.edit("a blue fox", "a red fox")
    (shop.path / "assetgen.lock").unlink()
    (shop.path / "hero.png").unlink()
    assert (results(shop.build(max_cost=None)), shop.asked) == ({"hero": "done"}, 1)
    assert shop.locked()["hero"].original.provider == "adopted"
    collect(shop, paid=True)
    assert (digest.of_bytes(touched) in shop.store.objects(), shop.store.treasures()) == (False, set())


def test_gc_spares_what_is_young(shop):
    shop.write(PLAN).build()
    shop.edit("a lake", "a pond")
    shop.build()
    assert collect(shop, days=14)[0].startswith("removed 0 objects")
    month = time.time() - 30 * 86_400
    for path in (shop.home / "cas").iterdir():
        os.utime(path, (month, month))
    assert collect(shop, days=14)[0].startswith("removed 2 objects")


def test_gc_keeps_candidates_and_pictures_that_a_journal_row_holds(shop):
    shop.server.rolls = True
    shop.write(HERO + "candidates = 2\n").build()
    assert collect(shop, paid=True) == ["removed 0 objects, 0.0 MB; 2 stay"]


def test_gc_keeps_what_another_branch_tag_or_worktree_needs(shop, git):
    shop.path.mkdir()
    repository = git(shop.path)
    (shop.path / ".gitignore").write_text("*.png\n")

    def committed(prompt):
        shop.write(HERO.replace("a red fox", prompt)).build()
        repository.run("add", "-A")
        repository.run("commit", "-q", "-m", prompt)
        return shop.locked()["hero"].original.sha256

    on_branch = committed("on a branch")
    repository.run("branch", "other")
    tagged = committed("tagged")
    repository.run("tag", "-a", "v1", "-m", "v1")
    in_worktree = committed("in a worktree")
    tree = shop.path.parent / "tree"
    repository.run("worktree", "add", "-q", "--detach", str(tree))
    repository.run("reset", "-q", "--hard", "other")
    passing = committed("passing")
    repository.run("reset", "-q", "--hard", "other")
    (shop.path / "hero.png").unlink(missing_ok=True)
    collect(shop, paid=True)
    kept = set(shop.store.objects())
    assert ({on_branch, tagged, in_worktree} <= kept, passing in kept) == (True, False)
    repository.run("worktree", "remove", "--force", str(tree))
    collect(shop, paid=True)
    assert ({on_branch, tagged} <= set(shop.store.objects()), in_worktree in shop.store.objects()) == (True, False)


def test_gc_survives_a_tag_that_is_no_commit(shop, git):
    shop.path.mkdir()
    repository = git(shop.path)
    shop.write(PLAN).build()
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "built")
    repository.run("tag", "blob", repository.run("rev-parse", "HEAD:assetgen.toml").strip())
    assert collect(shop) == ["removed 0 objects, 0.0 MB; 2 stay"]


def test_damage_in_the_store_is_found_and_healed_by_the_next_build(shop):
    shop.write(PLAN).build()
    assert upkeep.verify_store(shop.path) == []
    sha256 = shop.locked()["plan"].outputs[0].sha256
    damaged = shop.home / "cas" / sha256
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    assert upkeep.verify_store(shop.path) == [f"{sha256} is damaged and was moved to quarantine"]
    assert ((shop.home / "quarantine" / sha256).read_bytes(), shop.state("plan")) == (b"damaged", "fresh")
    (shop.path / "plan.png").unlink()
    assert results(shop.build()) == {"plan": "done"}


def test_a_damaged_output_in_the_store_does_not_stop_a_build(shop):
    shop.write(HERO).build()
    before = (shop.path / "hero.png").read_bytes()
    damaged = shop.home / "cas" / shop.locked()["hero"].outputs[0].sha256
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    (shop.path / "hero.png").unlink()
    # Found only when it is read; the original is fine, and the output is made from it.
    assert results(shop.build(max_cost=None)) == {"hero": "done"}
    assert ((shop.path / "hero.png").read_bytes(), shop.asked) == (before, 1)


def test_a_repository_that_is_made_later_forgets_nothing(shop, git):
    shop.write(HERO)
    shop.server.fail_next("502")
    shop.build()
    repository = git(shop.path)
    assert (upkeep.store_path(shop.path), shop.state()) == (shop.path / ".assetgen", "blocked unknown-outcome")
    assert [row.asset for row in shop.plan().jobs] == ["hero"]
    repository.run("add", "-A")
    assert [line for line in repository.run("ls-files").splitlines() if "assetgen/" in line] == []


@pytest.mark.parametrize("repository", [False, True])
def test_the_store_lies_in_the_git_directory_or_beside_the_manifest(shop, git, repository):
    if repository:
        git(shop.path)
    shop.write(HERO)
    assert upkeep.store_path(shop.path) == shop.path / (".git/assetgen" if repository else ".assetgen")
