"""The lock on disk while other programs write it too."""

import pytest

from assetgen import lockfile
from assetgen.engine.lock import LockFile
from assetgen.errors import AssetgenError, FaultyFile
from assetgen.lockfile import Block


def block(prompt):
    return Block(request={"model": "sketch", "prompt": prompt})


def put(tmp_path, **blocks):
    """What another program leaves."""
    (tmp_path / "assetgen.lock").write_text(lockfile.dump({name: block(prompt) for name, prompt in blocks.items()}))


def prompts(tmp_path):
    return {name: found.request["prompt"] for name, found in LockFile(tmp_path).read().items()}


def opened(tmp_path):
    lock = LockFile(tmp_path)
    return lock, lock.read()


def test_an_equal_lock_is_not_written_again_and_an_empty_one_not_at_all(tmp_path):
    lock, blocks = opened(tmp_path)
    assert (lock.write(blocks), (tmp_path / "assetgen.lock").exists()) == (False, False)
    blocks["a"] = block("one")
    assert (lock.write(blocks), lock.write(blocks)) == (True, False)


def test_blocks_that_are_not_ours_to_change_are_taken_from_disk_at_every_write(tmp_path):
    put(tmp_path, a="one", b="one", c="one")
    lock, blocks = opened(tmp_path)
    put(tmp_path, a="one", b="two", d="two")
    blocks["a"] = block("mine")
    assert lock.write(blocks)
    assert prompts(tmp_path) == {"a": "mine", "b": "two", "d": "two"}
    blocks["e"] = block("mine")
    assert lock.write(blocks)
    assert prompts(tmp_path) == {"a": "mine", "b": "two", "d": "two", "e": "mine"}
    put(tmp_path, a="mine", b="three", d="two", e="mine")
    del blocks["a"]
    assert lock.write(blocks)
    assert prompts(tmp_path) == {"b": "three", "d": "two", "e": "mine"}


@pytest.mark.parametrize("theirs", [{"a": "theirs"}, {}])
def test_a_block_that_both_changed_stays_as_it_is_on_disk(tmp_path, theirs):
    put(tmp_path, a="one")
    lock, blocks = opened(tmp_path)
    put(tmp_path, **theirs)
    blocks |= {"a": block("mine"), "b": block("mine")}
    with pytest.raises(AssetgenError) as caught:
        lock.write(blocks)
    message = '"assetgen.lock" was changed by another program meanwhile, and "a" differs from what was made of it here'
    assert (caught.value.message, caught.value.hint) == (message, "nothing is lost: run the same command again")
    assert prompts(tmp_path) == theirs


def test_a_block_that_was_taken_from_disk_is_still_not_overwritten_later(tmp_path):
    put(tmp_path, a="one", b="one")
    lock, blocks = opened(tmp_path)
    put(tmp_path, a="theirs", b="one")
    blocks["b"] = block("mine")
    lock.write(blocks)
    blocks["a"] = block("mine")
    with pytest.raises(AssetgenError):
        lock.write(blocks)
    assert prompts(tmp_path) == {"a": "theirs", "b": "mine"}


def test_both_sides_may_make_the_same_change(tmp_path):
    put(tmp_path, a="one")
    lock, blocks = opened(tmp_path)
    put(tmp_path, a="two")
    blocks["a"] = block("two")
    assert not lock.write(blocks)
    assert prompts(tmp_path) == {"a": "two"}


def test_a_lock_that_became_unreadable_is_left_alone(tmp_path):
    lock, blocks = opened(tmp_path)
    (tmp_path / "assetgen.lock").write_text("<<<<<<< HEAD\n")
    blocks["a"] = block("mine")
    with pytest.raises(FaultyFile):
        lock.write(blocks)
    assert (tmp_path / "assetgen.lock").read_text() == "<<<<<<< HEAD\n"
