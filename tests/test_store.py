import os
import threading

import pytest

from assetgen import digest
from assetgen.errors import Corrupt, UsageError
from assetgen.lockfile import Original
from assetgen.store import atomic, location
from assetgen.store.local import Store


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
    store.answer("k" * 64, first)
    store.answer("k" * 64, second)
    store.answer("k" * 64, made(b"1", kept=0.9))
    assert store.yielded("k" * 64) == (first, second)
    assert list(store.answers()) == [("k" * 64, first), ("k" * 64, second)]


def test_a_damaged_answer_stops_until_it_is_moved_away(tmp_path):
    store = Store(tmp_path)
    store.answer("k" * 64, made(b"1"))
    path = next((tmp_path / "ac" / ("k" * 64)).glob("*.json"))
    path.write_bytes(path.read_bytes().replace(b'"width": 1', b'"width": 2'))
    with pytest.raises(Corrupt) as caught:
        store.yielded("k" * 64)
    assert caught.value.message == f'the record "{path}" of what a request yielded is damaged'
    assert caught.value.hint == "assetgen store verify moves it away; until then nothing is bought"
    assert list(store.verify()) == [f"{'k' * 64}/{path.name}"]
    assert store.yielded("k" * 64) == ()
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
    left = [tmp_path / folder / f"{atomic.TEMP}dead" for folder in ("", "cas", "ac", "journal", "locks", "rejected")]
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


def test_a_broken_git_file_is_said_so(tmp_path):
    (tmp_path / ".git").write_text("nonsense")
    with pytest.raises(UsageError, match="is not a git file"):
        location.home(tmp_path)


def test_stored_objects_are_read_only(tmp_path):
    store = Store(tmp_path)
    path = tmp_path / "cas" / store.put(b"x")
    assert not path.stat().st_mode & 0o222
    assert os.access(path, os.R_OK)
