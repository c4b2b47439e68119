"""What git is told about locks and pictures, and the canonical text of a lock."""

import subprocess
import sys
from pathlib import Path

import pytest

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
LINES = [f"/img/**/*.{suffix} diff=assetgen" for suffix in ("png", "jpg", "jpeg", "webp", "avif", "gif", "ico")]


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    return quick(tmp_path, monkeypatch, capsys)


@pytest.fixture
def repository(project, git):
    return committed(project, git, MANIFEST)


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
    project.write("assetgen.toml", "version = 1\n")
    (project.path / ".gitattributes").symlink_to("elsewhere")
    assert project("lock", "install-driver", code=2).stderr.startswith('error: ".gitattributes" is a link, which git does not follow\n')


def test_a_faulty_manifest_costs_its_own_pictures_only(project, repository):
    project.write("fixtures/bad/assetgen.toml", "version = 1\nprmpt = 1\n")
    repository.run("add", "-A")
    done = project("lock", "install-driver")
    assert attributes(repository) == ["assetgen.lock merge=assetgen", *LINES]
    assert done.stderr == (
        "note: the lines are for every clone\nhint: git add .gitattributes\n"
        'note: the pictures of "fixtures/bad" are left out: unknown key "prmpt"\n'
        "hint: assetgen -C fixtures/bad check, then assetgen lock install-driver\n"
    )
    project.write("assetgen.toml", "version = 2\n")
    assert "hint: assetgen check, then assetgen lock install-driver\n" in project("lock", "install-driver", "--print").stderr


def _gone(project, monkeypatch):
    config = project.path / ".git/config"
    config.write_text(config.read_text().replace(str(Path(sys.executable).parent), "/nowhere"))


def _broken(project, monkeypatch):
    """Python ends with 1 where an import fails, as a merge driver does that leaves conflicts."""
    project.write(".git/modules/tomllib.py", "raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", str(project.path / ".git/modules"))


@pytest.mark.parametrize("deed", [_gone, _broken])
def test_git_merges_and_shows_as_ever_where_assetgen_is_gone(project, repository, monkeypatch, deed):
    project("lock", "install-driver")
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", "attributes")
    deed(project, monkeypatch)
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
    assert "..." not in shown.partition("\nCommands:\n")[2], "no sentence is cut"
