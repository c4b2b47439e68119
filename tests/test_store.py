import os
import threading
from dataclasses import replace

import pytest

from assetgen import digest
from assetgen.errors import Corrupt, UsageError
from assetgen.lockfile import Original
from assetgen.store import atomic, location
from assetgen.store.local import Store

KEY = "c" * 64


def made(data, **fields):
    sha256 = digest.of_bytes(data)
    return Original(sha256=sha256, pixels=sha256, format="png", width=1, height=1, bytes=len(data), provider="openai", **fields)


def test_bytes_come_back_by_their_digest(tmp_path):
    store = Store(tmp_path)
    sha256 = store.put(b"picture")
    assert store.has(sha256)
    assert store.get(sha256) == b"picture"
    assert store.objects() == [sha256]
    assert store.get("0" * 64) is None


def test_a_damaged_object_is_moved_to_quarantine_and_can_be_put_again(tmp_path):
    store = Store(tmp_path)
    sha256 = store.put(b"picture")
    path = tmp_path / "cas" / sha256
    path.chmod(0o644)
    path.write_bytes(b"pictuRe")
    assert store.get(sha256) is None
    assert not store.has(sha256)
    assert (tmp_path / "quarantine" / sha256).read_bytes() == b"pictuRe"
    store.put(b"picture")
    assert store.get(sha256) == b"picture"


def test_bytes_whose_object_was_damaged_are_kept_all_the_same(tmp_path):
    store = Store(tmp_path)
    sha256 = store.put(b"picture")
    path = tmp_path / "cas" / sha256
    path.chmod(0o644)
    path.write_bytes(b"")
    assert store.put(b"picture") == sha256
    assert (store.get(sha256), (tmp_path / "quarantine" / sha256).read_bytes()) == (b"picture", b"")


@pytest.mark.parametrize("name", ["{}/precious", "../precious", "", ".", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_digest_is_never_part_of_a_path(tmp_path, name):
    store, precious, name = Store(tmp_path / "store"), tmp_path / "precious", name.format(tmp_path)
    store.put(b"picture")
    precious.write_bytes(b"mine")
    for call in (
        store.get,
        store.has,
        store.remove,
        store.treasure,
        store.yielded,
        lambda given: store.forget(KEY, given),
        lambda given: store.forget(given, KEY),
        lambda given: store.answer(given, made(b"1")),
        lambda given: store.answer(KEY, replace(made(b"1"), sha256=given)),
    ):
        with pytest.raises(ValueError, match="is no SHA-256"):
            call(name)
    assert (precious.read_bytes(), sorted(path.name for path in (tmp_path / "store").iterdir())) == (b"mine", ["cas"])


def test_verify_names_damaged_objects_only(tmp_path):
    store = Store(tmp_path)
    good, bad = store.put(b"good"), store.put(b"bad")
    (tmp_path / "cas" / bad).chmod(0o644)
    (tmp_path / "cas" / bad).write_bytes(b"")
    assert list(store.verify()) == [bad]
    assert store.objects() == [good]


def test_answers_are_listed_oldest_first_and_never_replaced(tmp_path):
    store = Store(tmp_path)
    first, second = made(b"1", kept=0.5), made(b"2")
    store.answer(KEY, first)
    store.answer(KEY, second)
    store.answer(KEY, made(b"1", kept=0.9))
    assert store.yielded(KEY) == (first, second)
    assert list(store.answers()) == [(KEY, first), (KEY, second)]


def test_a_damaged_answer_stops_until_it_is_moved_away(tmp_path):
    store = Store(tmp_path)
    store.answer(KEY, made(b"1"))
    path = next((tmp_path / "ac" / KEY).glob("*.json"))
    path.write_bytes(path.read_bytes().replace(b'"width": 1', b'"width": 2'))
    with pytest.raises(Corrupt) as caught:
        store.yielded(KEY)
    assert caught.value.message == f'the record "{path}" of what a request yielded is damaged'
    assert caught.value.hint == "assetgen store verify moves it away; until then nothing is bought"
    assert list(store.verify()) == [f"{KEY}/{path.name}"]
    assert store.yielded(KEY) == ()
    assert (tmp_path / "quarantine" / path.name).exists()


def test_many_threads_may_put_the_same_bytes(tmp_path):
    store = Store(tmp_path)
    threads = [threading.Thread(target=store.put, args=(b"same",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.objects() == [digest.of_bytes(b"same")]
    assert [path.name for path in (tmp_path / "cas").iterdir()] == store.objects()


def test_a_failed_write_leaves_the_old_content_and_no_temp(tmp_path):
    path = tmp_path / "file"
    atomic.write(path, b"old")
    blocker = tmp_path / "blocked"
    blocker.mkdir()
    (blocker / "child").write_bytes(b"")
    with pytest.raises(OSError, match="directory"):
        atomic.write(blocker, b"new")
    assert path.read_bytes() == b"old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["blocked", "file"]


def test_an_append_after_a_torn_line_spoils_only_that_line(tmp_path):
    path = tmp_path / "log"
    atomic.append(path, b"one\n")
    with path.open("ab") as file:
        file.write(b"to")
    atomic.append(path, b"three\n")
    assert path.read_bytes() == b"one\nto\nthree\n"


def test_temps_of_killed_processes_are_found_and_are_no_objects(tmp_path):
    store = Store(tmp_path)
    sha256 = store.put(b"x")
    left = [tmp_path / folder / f"{atomic.TEMP}dead" for folder in ("", "cas", "ac", "journal", "locks", "rejected", "work")]
    for temp in left:
        temp.parent.mkdir(exist_ok=True)
        temp.write_bytes(b"")
    assert sorted(store.temps()) == sorted(left)
    assert store.objects() == [sha256]
    assert list(store.answers()) == []


def test_a_failed_write_names_the_file_that_was_meant(tmp_path):
    with pytest.raises(OSError, match="directory") as caught:
        atomic.write(tmp_path / "file" / "below" / "name", b"x", temps=tmp_path / "nowhere")
    assert caught.value.filename == str(tmp_path / "file" / "below" / "name")
    (tmp_path / "file" / "below").rmdir()
    (tmp_path / "file").rmdir()
    assert list(tmp_path.iterdir()) == []


def test_outside_git_the_store_lies_beside_the_manifest(tmp_path):
    assert location.home(tmp_path) == tmp_path / ".assetgen"
    assert location.name(tmp_path) == "."


def test_in_git_the_store_is_shared_by_worktrees(tmp_path, git):
    main = git(tmp_path / "main")
    (main.path / "site").mkdir()
    (main.path / "site" / "f").write_text("")
    main.run("add", ".")
    main.run("commit", "-qm", "one")
    main.run("worktree", "add", "-q", str(tmp_path / "other"))
    for top in (main.path, tmp_path / "other"):
        assert location.home(top / "site") == main.path / ".git" / "assetgen"
        assert location.name(top / "site") == "site"


def begun(root):
    """A project outside git whose store holds something."""
    location.make(root / ".assetgen")
    Store(location.home(root)).put(b"paid")
    assert (location.home(root), location.name(root)) == (root / ".assetgen", ".")
    return root


@pytest.mark.parametrize("parents", [0, 1])
def test_a_store_that_was_begun_outside_git_is_not_forgotten(tmp_path, git, parents):
    root = begun(tmp_path / "above" / "project")
    repository = git((root, *root.parents)[parents])
    assert (location.home(root), location.name(root)) == (root / ".assetgen", ".")
    repository.run("add", "-A")
    assert repository.run("ls-files") == ""
    # One that is moved to where git's would be is found there.
    (root / ".assetgen").rename(repository.path / ".git" / "assetgen")
    assert location.home(root) == repository.path / ".git" / "assetgen"
    assert Store(location.home(root)).objects() == [digest.of_bytes(b"paid")]


def test_a_folder_without_anything_of_a_store_is_none(tmp_path, git):
    repository = git(tmp_path)
    location.make(tmp_path / ".assetgen")
    (tmp_path / ".assetgen" / "schema.json").write_text("{}")
    assert location.home(tmp_path) == repository.path / ".git" / "assetgen"


@pytest.mark.parametrize("name", [".assetgen", ".AssetGen"])
def test_a_store_that_came_with_the_repository_is_not_believed(tmp_path, git, name):
    root = begun(tmp_path / "project")
    repository = git(root)
    folder = (root / ".assetgen").rename(root / name)
    repository.run("add", "-f", name)
    if name != ".assetgen":
        # As it would be found on a disk that does not tell small letters from capitals.
        folder.rename(root / ".assetgen")
    assert (location.home(root), location.name(root)) == (root / ".git" / "assetgen", ".")


def test_a_store_of_which_git_cannot_tell_is_a_question(tmp_path):
    root = begun(tmp_path / "project")
    (root / ".git").mkdir()
    with pytest.raises(UsageError) as caught:
        location.home(root)
    assert caught.value.message == f'git cannot say whether "{root}/.assetgen" came with the repository'
    assert caught.value.hint == f'if it is yours: mv "{root}/.assetgen" "{root}/.git/assetgen"'


def test_a_broken_git_file_is_said_so(tmp_path):
    (tmp_path / ".git").write_text("nonsense")
    with pytest.raises(UsageError, match="is not a git file"):
        location.home(tmp_path)


def test_stored_objects_are_read_only(tmp_path):
    store = Store(tmp_path)
    path = tmp_path / "cas" / store.put(b"x")
    assert not path.stat().st_mode & 0o222
    assert os.access(path, os.R_OK)
