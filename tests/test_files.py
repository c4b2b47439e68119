import os
import threading
import time

import pytest

from assetgen import digest
from assetgen.errors import AssetgenError, Changed, UsageError
from assetgen.files import Project

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12\n"


def test_an_equal_file_is_not_written_again(tmp_path):
    project = Project(tmp_path)
    assert project.write("img/a.png", b"one")
    os.utime(tmp_path / "img/a.png", ns=(1, 1))
    assert not project.write("img/a.png", b"one")
    assert (tmp_path / "img/a.png").stat().st_mtime_ns == 1
    assert project.write("img/a.png", b"two")
    assert project.content("img/a.png") == digest.of_bytes(b"two")
    assert [path.name for path in (tmp_path / "img").iterdir()] == ["a.png"]


def test_a_link_in_the_way_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "img").symlink_to(outside)
    with pytest.raises(AssetgenError) as caught:
        Project(root).write("img/a.png", b"x")
    assert caught.value.message == 'a folder of "img/a.png" is a link or a file'
    assert list(outside.iterdir()) == []


def test_a_link_at_the_place_of_the_file_is_replaced_not_written_through(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    root = tmp_path / "root"
    root.mkdir()
    (root / "inside.txt").write_bytes(b"x")
    (root / "a.png").symlink_to("inside.txt")
    Project(root).write("a.png", b"new")
    assert (root / "a.png").read_bytes() == b"new"
    assert not (root / "a.png").is_symlink()
    assert (root / "inside.txt").read_bytes() == b"x"


def test_a_race_of_links_never_writes_outside(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (root / "real").mkdir()
    (root / "img").symlink_to(outside)
    done = threading.Event()

    def swap():
        while not done.is_set():
            for target in (outside, root / "real"):
                temp = root / "swap"
                temp.symlink_to(target)
                temp.replace(root / "img")
            time.sleep(0)

    racer = threading.Thread(target=swap)
    racer.start()
    refused = 0
    project = Project(root)
    for number in range(1000):
        try:
            project.write("img/a.png", str(number).encode())
        except (AssetgenError, UsageError):
            refused += 1
    done.set()
    racer.join()
    assert list(outside.iterdir()) == []
    assert refused == 1000


def test_reading_stays_in_the_project(tmp_path):
    (tmp_path / "secret").write_bytes(b"x")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("../secret")
    (root / "folder").mkdir()
    project = Project(root)
    with pytest.raises(UsageError, match="leads outside the project"):
        project.read("link")
    with pytest.raises(UsageError, match="is a folder, not a file"):
        project.read("folder")
    with pytest.raises(FileNotFoundError):
        project.read("nothing")


def test_a_git_lfs_pointer_counts_as_what_it_stands_for(tmp_path):
    (tmp_path / "a.png").write_bytes(POINTER)
    assert Project(tmp_path).content("a.png") == "ab" * 32


def test_removing_a_file_removes_the_folders_it_leaves_empty(tmp_path):
    project = Project(tmp_path)
    project.write("a/b/c.png", b"x")
    project.write("a/d.png", b"x")
    project.remove("a/b/c.png")
    assert not (tmp_path / "a/b").exists()
    assert (tmp_path / "a/d.png").exists()
    assert project.content("a/b/c.png") is None


def test_globs_are_sorted_and_relative(tmp_path):
    project = Project(tmp_path)
    for name in ("b.toml", "x/a.toml", "x/y/c.toml"):
        project.write(name, b"")
    assert project.glob("**/*.toml") == ["b.toml", "x/a.toml", "x/y/c.toml"]


def odd(root):
    """Everything that is no file, by path."""
    outside = root.parent / "outside"
    outside.write_bytes(b"precious")
    root.mkdir()
    (root / "folder").mkdir()
    (root / "file").write_bytes(b"x")
    (root / "around").symlink_to("around")
    (root / "out").symlink_to(outside)
    os.mkfifo(root / "pipe")
    return Project(root)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("folder", '"folder" is a folder, not a file'),
        ("pipe", '"pipe" is not a regular file'),
        ("around", '"around" is a link that leads to itself'),
        ("around/a.png", '"around/a.png" is a link that leads to itself'),
        ("out", '"out" leads outside the project'),
        ("file/a.png", 'a folder of "file/a.png" is a file'),
    ],
)
@pytest.mark.timeout(20)
def test_what_is_no_file_is_told_and_never_opened(tmp_path, path, message):
    project = odd(tmp_path / "root")
    assert (project.content(path), project.obstacle(path)) == (None, message)
    with pytest.raises(UsageError) as caught:
        project.read(path)
    assert caught.value.message == message
    with pytest.raises(AssetgenError):
        project.replace(path, b"new")
    assert (tmp_path / "outside").read_bytes() == b"precious"


def test_a_file_and_nothing_at_all_are_no_obstacles(tmp_path):
    project = odd(tmp_path / "root")
    assert (project.obstacle("file"), project.obstacle("nothing"), project.obstacle("no/such/file")) == (None, None, None)


def test_a_file_is_replaced_only_as_it_was_seen(tmp_path):
    (tmp_path / "a.png").write_bytes(b"seen")
    project = Project(tmp_path)
    assert (project.content("a.png"), project.content("b.png")) == (digest.of_bytes(b"seen"), None)
    assert project.replace("a.png", b"new")
    assert project.replace("a.png", b"newer")
    for path in ("a.png", "b.png"):
        (tmp_path / path).write_bytes(b"by hand")
        with pytest.raises(Changed) as caught:
            project.replace(path, b"newest")
        assert caught.value.message == f'"{path}" was edited while the build ran'
        assert (tmp_path / path).read_bytes() == b"by hand"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_a_file_that_is_gone_or_already_right_is_nobodys_work(tmp_path):
    (tmp_path / "a.png").write_bytes(b"seen")
    project = Project(tmp_path)
    project.content("a.png")
    (tmp_path / "a.png").unlink()
    assert project.replace("a.png", b"new")
    (tmp_path / "a.png").write_bytes(b"newer")
    assert not project.replace("a.png", b"newer")
    assert project.content("a.png") == digest.of_bytes(b"newer")


def test_a_pointer_that_was_seen_may_be_replaced_by_what_it_stands_for(tmp_path):
    (tmp_path / "a.png").write_bytes(POINTER)
    project = Project(tmp_path)
    project.content("a.png")
    assert project.replace("a.png", b"new")


def test_a_file_is_used_only_as_it_was_seen(tmp_path):
    (tmp_path / "a.png").write_bytes(b"seen")
    project = Project(tmp_path)
    project.content("a.png")
    assert project.read_seen("a.png") == b"seen"
    (tmp_path / "a.png").write_bytes(b"other")
    for _ in range(2):
        with pytest.raises(Changed) as caught:
            project.read_seen("a.png")
        assert (caught.value.message, caught.value.hint) == ('"a.png" was changed while the build ran', "run the same command again")
        (tmp_path / "a.png").unlink(missing_ok=True)


def test_removing_what_is_gone_makes_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        Project(tmp_path).remove("a/b.png")
    assert list(tmp_path.iterdir()) == []


def test_the_files_in_a_folder_whatever_its_name(tmp_path):
    project = Project(tmp_path)
    for name in ("art [1]/b.png", "art [1]/a.png", "art [1]/deeper/c.png", "art 1/d.png"):
        project.write(name, b"")
    assert project.files_in("art [1]") == ["art [1]/a.png", "art [1]/b.png"]
    assert project.files_in("nothing") == []
