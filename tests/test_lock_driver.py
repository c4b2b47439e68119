"""What git is told about locks and pictures, what it then shows, and the canonical text of a lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import clean_environment
from tests.quick import quick

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
LINES = [f"/img/**/*.{suffix} diff=assetgen" for suffix in ("png", "jpg", "jpeg", "webp", "avif", "gif", "ico")]


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    return quick(tmp_path, monkeypatch, capsys)


@pytest.fixture
def repository(project, git):
    made = git(project.path)
    project.write("assetgen.toml", MANIFEST)
    project("build")
    made.run("add", "-A")
    made.run("commit", "-q", "-m", "one")
    return made


def attributes(repository):
    return (repository.path / ".gitattributes").read_text().splitlines()


# --- install-driver


def test_what_git_is_told(project, repository):
    shown = project("lock", "install-driver", "--print").stdout
    assert not (project.path / ".gitattributes").exists()
    assert "assetgen" not in (project.path / ".git/config").read_text()
    done = project("lock", "install-driver")
    assert done.stdout == shown
    assert done.stderr == "note: the lines are for every clone\nhint: git add .gitattributes\n"
    assert attributes(repository) == ["assetgen.lock merge=assetgen", *LINES]
    program = str(Path(sys.executable).parent / "assetgen")
    assert repository.run("config", "merge.assetgen.driver").startswith(f"{program} lock merge ")
    assert repository.run("config", "diff.assetgen.textconv").startswith(f"f() {{ {program} lock textconv ")
    assert project("lock", "install-driver").stdout == "git knows everything already\n"
    assert attributes(repository) == ["assetgen.lock merge=assetgen", *LINES]


def test_what_a_shell_is_told_is_what_git_is_told(project, repository):
    shown = project("lock", "install-driver", "--print").stdout.splitlines()
    for line in shown[:3]:
        subprocess.run(["sh", "-c", line], cwd=project.path, check=True)
    assert project("lock", "install-driver").stdout.splitlines() == shown[3:]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_are_there_stay_and_the_others_come_behind_them(project, repository, end):
    before = f"*.png filter=lfs diff=lfs merge=lfs -text{end}assetgen.lock text merge=assetgen{end}# no end of line"
    (project.path / ".gitattributes").write_bytes(before.encode())
    project("lock", "install-driver")
    assert (project.path / ".gitattributes").read_bytes().decode() == before + end + "".join(f"{line}{end}" for line in LINES)


def test_several_projects_and_folders_with_odd_names(project, repository):
    odd = "my [site]"
    project.write(f"{odd}/assetgen.toml", 'version = 1\n[store]\noriginals = "ar t/[o]"\n[assets.cat]\nprompt = "a cat"\nsize = "8x8"\n')
    repository.run("add", "-A")
    project("-C", odd, "lock", "install-driver")
    assert [line for line in attributes(repository) if ".png" in line] == [
        LINES[0],
        r'"/my \\[site\\]/**/*.png" diff=assetgen',
        r'"/my \\[site\\]/ar t/\\[o\\]/**/*.png" diff=assetgen',
    ]
    for path, driver in ((f"{odd}/cat.png", "assetgen"), (f"{odd}/ar t/[o]/x.png", "assetgen"), ("my i/cat.png", "unspecified")):
        assert repository.run("check-attr", "diff", "--", path).endswith(f": diff: {driver}\n")
    assert repository.run("check-attr", "merge", "--", f"{odd}/assetgen.lock").endswith(": merge: assetgen\n")


def test_a_worktree_shares_the_configuration(project, repository, tmp_path):
    repository.run("worktree", "add", "-q", str(tmp_path / "tree"))
    project("-C", str(tmp_path / "tree"), "lock", "install-driver")
    assert repository.run("config", "merge.assetgen.name") == "asset locks, block by block\n"
    assert (tmp_path / "tree" / ".gitattributes").exists()
    assert not (project.path / ".gitattributes").exists()


def test_where_git_cannot_be_told(project, tmp_path, git):
    assert project("lock", "install-driver", code=2).stderr == "error: there is no git repository here\nhint: git init\n"
    git(project.path)
    project.write("assetgen.toml", "version = 2\n")
    assert project("lock", "install-driver", code=2).stderr.startswith("assetgen.toml:1:11: error: ")
    assert not (project.path / ".gitattributes").exists()
    project.write("assetgen.toml", "version = 1\n")
    (project.path / ".gitattributes").symlink_to("elsewhere")
    assert project("lock", "install-driver", code=2).stderr.startswith('error: ".gitattributes" is a link, which git does not follow\n')


def test_git_merges_and_shows_as_ever_where_assetgen_is_gone(project, repository):
    project("lock", "install-driver")
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "attributes")
    config = project.path / ".git/config"
    config.write_text(config.read_text().replace(str(Path(sys.executable).parent), "/nowhere"))
    lock = project.path / "assetgen.lock"
    text = lock.read_text()
    for branch, prompt in (("side", "a grey fox"), ("mine", "a blue fox")):
        repository.run("checkout", "-q", "-b", branch, "main")
        lock.write_text(text.replace("a red fox", prompt))
        repository.run("commit", "-q", "-am", branch)
    with pytest.raises(subprocess.CalledProcessError):
        repository.run("merge", "side")
    assert '<<<<<<< ours\nprompt = "a blue fox"\n=======\nprompt = "a grey fox"\n>>>>>>> theirs\n' in lock.read_text()
    repository.run("merge", "--abort")
    (project.path / "img/fox.png").write_bytes(b"other")
    shown = repository.run("diff", "--", "img/fox.png")
    assert f"\n+{repository.run('hash-object', 'img/fox.png')}" in shown


# --- textconv


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


# --- fmt


def test_the_canonical_text(project, repository):
    lock = project.path / "assetgen.lock"
    text = lock.read_text()
    assert project("lock", "fmt").stdout == project("lock", "fmt", "--check").stdout == '"assetgen.lock" is in its canonical form\n'
    untidy = "# a comment\n" + text.replace(" = ", "=").replace("\n", "\r\n")
    lock.write_bytes(untidy.encode())
    done = project("lock", "fmt", "--check", code=1)
    assert done.stderr == 'error: "assetgen.lock" is not in its canonical form\nhint: assetgen lock fmt\n'
    assert lock.read_bytes() == untidy.encode()
    assert project("lock", "fmt").stdout == 'wrote "assetgen.lock"\n'
    assert lock.read_bytes() == text.encode()
    lock.write_text("version = 3\n")
    assert project("lock", "fmt", code=2).stderr.startswith("assetgen.lock:1:11: error: version: the lock is of version 3")
    lock.unlink()
    assert project("lock", "fmt").stdout == project("lock", "fmt", "--check").stdout == 'there is no "assetgen.lock"\n'
    assert not lock.exists()


def test_without_a_word_the_group_tells_what_it_can(project):
    shown = project("lock").stdout
    assert [word for word in ("fmt", "install-driver", "merge", "textconv") if f"\n  {word} " not in shown] == []
