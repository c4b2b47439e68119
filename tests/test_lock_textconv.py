"""What git shows of pictures: their locked facts, or what their header says."""

import os
import subprocess

import pytest

from tests.conftest import clean_environment
from tests.quick import committed, quick

MANIFEST = """\
version = 1
[project]
outputs = "img"
[defaults]
size = "32x32"
[assets.fox]
prompt = "a red fox"
outputs = [{ path = "fox.webp", quality = 70 }, "fox.png"]
post = [{ op = "resize", width = 16 }]
"""


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    return quick(tmp_path, monkeypatch, capsys)


@pytest.fixture
def repository(project, git):
    return committed(project, git, MANIFEST)


def facts(done):
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_the_facts_of_an_output(project, repository):
    found = facts(project("lock", "textconv", "img/fox.webp"))
    picture = (project.path / "img/fox.webp").read_bytes()
    assert list(found)[:8] == ["asset", "path", "size", "bytes", "encode.quality", "format", "placeholder", "source"]
    assert found["asset"] == "fox"
    assert (found["path"], found["size"], found["bytes"]) == ("img/fox.webp", "16x16", str(len(picture)))
    assert (found["prompt"], found["model"], found["provider"]) == ("a red fox", "sketch", "sketch")
    assert found["step 1"] == 'resize {"width": 16}'
    assert facts(project("-C", "img", "lock", "textconv", "fox.webp")) == found


def test_pictures_of_the_index_of_head_and_of_history(project, repository, tmp_path):
    old = tmp_path / "git-blob-x.webp"
    old.write_bytes((project.path / "img/fox.webp").read_bytes())
    pointer = tmp_path / "pointer.webp"
    sha256 = facts(project("lock", "textconv", str(old)))["sha256"]
    pointer.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {old.stat().st_size}\n")

    def prompt():
        found = [facts(project("lock", "textconv", str(path))) for path in (old, pointer)]
        assert found[0] == found[1]
        return found[0].get("prompt")

    project.write("assetgen.toml", MANIFEST.replace("red", "blue"))
    project("build")
    assert prompt() == "a red fox", "of HEAD"
    repository.run("commit", "-q", "-am", "two")
    assert prompt() == "a red fox", "of an earlier commit"
    (project.path / "assetgen.lock").unlink()
    assert facts(project("lock", "textconv", "img/fox.webp"))["prompt"] == "a blue fox"
    (project.path / ".git").rename(tmp_path / "git")
    assert facts(project("lock", "textconv", str(pointer))) == {
        "format": "git lfs pointer",
        "bytes": str(old.stat().st_size),
        "sha256": sha256,
    }


def test_originals_and_candidates(project, repository):
    project.write("art/logo.png", "")
    (project.path / "art/logo.png").write_bytes((project.path / "img/fox.png").read_bytes())
    project.write("assetgen.toml", MANIFEST + '[assets.logo]\nfile = "art/logo.png"\npost = [{ op = "resize", width = 8 }]\n')
    project("build", "logo")
    repository.run("add", "-A")
    (project.path / "img/fox.png").unlink()
    text = (project.path / "assetgen.lock").read_text()
    project.write("assetgen.lock", text.partition("\n[[assets.fox.outputs]]")[0] + "\n[assets.logo" + text.partition("\n[assets.logo")[2])
    found = facts(project("lock", "textconv", "art/logo.png"))
    assert (found["asset"], found["as"], found["size"], found["provider"]) == ("logo", "original", "16x16", "file")


def test_a_picture_that_others_are_made_from(project, repository):
    """Its digest stands in the request of an asset that comes before it in the lock."""
    (project.path / "logo.png").write_bytes((project.path / "img/fox.png").read_bytes())
    project.write("assetgen.toml", 'version = 1\n[assets.zebra]\nfile = "logo.png"\noutputs = ["zebra.webp"]\n')
    (project.path / "assetgen.lock").unlink()
    project("build")
    lock = project.path / "assetgen.lock"
    sha256 = facts(project("lock", "textconv", "logo.png"))["sha256"]
    ant = f'[assets.ant.request]\nprompt = "an ant"\nreferences = ["{sha256}"]\n'
    lock.write_text(lock.read_text().replace("[assets.zebra.request]", f"{ant}\n[assets.zebra.request]"))
    found = facts(project("lock", "textconv", "logo.png"))
    assert (found["asset"], found["as"]) == ("zebra", "original")


def test_history_is_searched_for_what_git_hands_out_only(project, repository, tmp_path):
    """A diff of files of the work tree with new bytes must not wait for a search in old locks."""
    old = (project.path / "img/fox.png").read_bytes()
    project.write("assetgen.toml", MANIFEST.replace("red", "blue"))
    project("build")
    repository.run("commit", "-q", "-am", "two")
    (project.path / "img/old.png").write_bytes(old)
    (tmp_path / "old.png").write_bytes(old)
    assert "asset" not in facts(project("lock", "textconv", "img/old.png"))
    assert facts(project("lock", "textconv", str(tmp_path / "old.png")))["prompt"] == "a red fox"


def test_a_pipe_is_not_waited_for(project):
    os.mkfifo(project.path / "pipe.png")
    assert project("lock", "textconv", "pipe.png").stdout == '"pipe.png": is not a regular file\n'


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", ["format: unknown", "bytes: 0"]),
        (b"\x89PNG\r\n\x1a\n", ["format: png", "bytes: 8"]),
        (b"GIF89a\x03\0\x04\0", ["format: gif", "size: 3x4", "bytes: 10"]),
        (b"version https://git-lfs.github.com/spec/v1\n", ["format: git lfs pointer"]),
        (b"\0\0\1\0\1\0" + b"\x10\x20" + bytes(14), ["format: ico", "size: 16x32", "bytes: 22"]),
    ],
)
def test_bytes_that_no_lock_knows(project, data, lines):
    (project.path / "x").write_bytes(data)
    assert project("lock", "textconv", "x").stdout.splitlines()[:-1] == lines


def test_no_file_no_lock_and_a_faulty_one_are_no_reasons_to_fail(project, repository):
    assert project("lock", "textconv", "nothing").stdout == '"nothing": no such file or directory\n'
    assert project("lock", "textconv", "img").stdout == '"img": is a directory\n'
    for text in ("<<<<<<<\n", "version = 2\n", "\0\xff"):
        project.write("assetgen.lock", text + (project.path / "assetgen.lock").read_text())
        assert facts(project("lock", "textconv", "img/fox.png"))["prompt"] == "a red fox"
    project.write(".git/HEAD", "nonsense")
    assert project("lock", "textconv", "assetgen.toml").stdout.startswith("format: unknown\n")


def test_text_of_a_hostile_lock_is_harmless(project):
    project.write("assetgen.toml", MANIFEST.replace("a red fox", "a \\u001b[31mred\\nfox\\u202e"))
    project("build")
    shown = project("lock", "textconv", "img/fox.png").stdout
    assert "\nprompt: a \\x1b[31mred\n  fox\\u202e\n" in shown


def test_git_diff_shows_the_facts(project, repository, tmp_path):
    project("lock", "install-driver")
    project.write("assetgen.toml", MANIFEST.replace("red", "blue"))
    project("build")
    environ = clean_environment(tmp_path / "home") | {"GIT_DIR": str(project.path / ".git"), "GIT_WORK_TREE": str(project.path)}
    done = subprocess.run(["git", "diff", "--", "img/fox.png"], cwd=project.path, env=environ, capture_output=True, text=True, check=True)
    assert "\n-prompt: a red fox\n+prompt: a blue fox\n" in done.stdout
