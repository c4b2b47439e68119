"""`assetgen lock merge` as git and people call it: files, an index with a merge in progress, markers alone."""

import random
import re
from dataclasses import replace

import pytest

from assetgen import lockfile, merging
from tests import locks
from tests.quick import quick

LOCK = "assetgen.lock"
CHANCE = random.Random(3)
BASE = {name: locks.block(CHANCE, name) for name in ("ape", "bee", "cat", "dog", "elk")}
OURS = {**BASE, "bee": locks.block(CHANCE, "bee"), "cat": locks.block(CHANCE, "cat"), "dog": replace(BASE["dog"], removed=True)}
THEIRS = {
    **BASE,
    "bee": locks.block(CHANCE, "bee"),
    "cat": locks.block(CHANCE, "cat"),
    "dog": locks.reencoded(CHANCE, BASE["dog"]),
    "fox": locks.block(CHANCE, "fox"),
}
MERGED = {**THEIRS, "dog": replace(THEIRS["dog"], removed=True)}
TORN_CODE = 4
TORN = f'error: "{LOCK}": "bee" and "cat" were changed on both sides\n'
KEEP = "hint: keep one of the two blocks, and delete the other and the marker lines; assetgen check tells the rest\n"
NEWER = "the lock is of version 2, and this assetgen reads version 1"
UPGRADE = "pip install --upgrade assetgen-build"


def text(lock):
    return lockfile.dump(lock)


@pytest.fixture
def project(tmp_path, monkeypatch, capsys):
    return quick(tmp_path, monkeypatch, capsys)


@pytest.fixture
def files(project):
    """Runs the driver on three texts; returns what stands in OURS then."""

    def run(base, ours, theirs, *words, path=LOCK, code=0):
        for name, data in zip("OAB", (base, ours, theirs), strict=True):
            (project.path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
        done = project("lock", "merge", *words, "O", "A", "B", path, code=code)
        assert done.stdout == ""
        merged = (project.path / "A").read_bytes()
        return merged.decode() if isinstance(ours, str) else merged, done.stderr

    return run


def test_three_files_become_one(files):
    assert files("", text({"ape": BASE["ape"]}), text({"bee": BASE["bee"]})) == (text({"ape": BASE["ape"], "bee": BASE["bee"]}), "")


def test_a_conflict_is_told_and_marked(files):
    merged, err = files(text(BASE), text(OURS), text(THEIRS), "--ours", "HEAD", "--theirs=%Y", path="site/assetgen.lock", code=TORN_CODE)
    assert err == TORN.replace(LOCK, "site/assetgen.lock") + KEEP
    assert merged.count("<<<<<<< HEAD\n") == merged.count(">>>>>>> theirs\n") == 2
    upper = lockfile.dump({"bee": OURS["bee"]}).removeprefix(lockfile.dump({})).removeprefix("\n")
    assert f"<<<<<<< HEAD\n{upper}=======\n" in merged


def test_what_is_no_lock_is_merged_as_text_and_never_without_a_word(files):
    newer = text(BASE).replace("version = 1", "version = 2")
    merged, err = files(newer, newer, newer.replace('name = "none"', ""), code=TORN_CODE)
    assert merged == newer
    assert err == "".join(
        f'error: "{LOCK}" was merged line by line: the lock of "{side}" cannot be read: {NEWER}\n'
        f"hint: look at it; or {UPGRADE}, then assetgen lock merge\n"
        for side in ("ours", "theirs")
    )
    merged, err = files("a\n", "a\nours\n", "a\ntheirs\n", "--marker-size", "9", code=TORN_CODE)
    assert merged == "a\n<<<<<<<<< ours\nours\n=========\ntheirs\n>>>>>>>>> theirs\n"
    assert err.count(f"hint: git checkout --ours {LOCK}, or --theirs\n") == 2, "another version would not help"
    merged, err = files(text(BASE), text(BASE).encode("utf-16"), text(BASE), code=TORN_CODE)
    assert merged == text(BASE).encode("utf-16")
    assert err.endswith(f"\nhint: git checkout --ours {LOCK}, or --theirs\n")
    merged, _ = files(b"\0", b"\0ours", b"\0theirs", code=TORN_CODE)
    assert merged == b"\0ours"


def test_a_base_with_conflicts_of_its_own_counts_where_it_is_undisputed(files):
    """Git makes such a base where two branches have merged each other before."""
    torn = (
        text(BASE)
        .replace("\n[assets.bee.request]", "\n<<<<<<< a\n[assets.bee.request]")
        .replace("\n[assets.cat.request]", "=======\n>>>>>>> b\n\n[assets.cat.request]")
    )
    ours = {**BASE, "ape": OURS["bee"]}
    del ours["elk"]
    theirs = {**BASE, "cat": THEIRS["cat"]}
    merged, _ = files(torn, text(ours), text(theirs))
    assert merged == text({**ours, "cat": THEIRS["cat"]})


@pytest.mark.parametrize("words", [("O",), ("O", "A"), ("O", "A", "B", "p", "q")])
def test_a_wrong_number_of_files(project, words):
    done = project("lock", "merge", *words, code=2)
    assert done.stderr == "error: expected the three files BASE OURS THEIRS, or none\nhint: assetgen lock merge\n"


def test_a_file_that_is_not_there(project):
    assert project("lock", "merge", "O", "A", "B", code=2).stderr == 'error: there is no file "O"\n'


# --- a merge in progress


@pytest.fixture
def repository(project, git):
    """A project whose lock two branches have changed; `merge` leaves it with git's own conflicts."""
    repo = git(project.path)
    project.write("assetgen.toml", "version = 1\n")
    for branch, start, lock in (("main", (), BASE), ("side", ("main",), THEIRS), ("mine", ("main",), OURS)):
        repo.run("checkout", "-q", "-B", branch, *start)
        project.write(LOCK, text(lock))
        repo.run("add", "-A")
        repo.run("commit", "-q", "-m", branch)
    return repo


def merge(repository, *words):
    with pytest.raises(Exception, match="returned non-zero exit status 1"):
        repository.run(*words, "merge", "side")
    return (repository.path / LOCK).read_text()


def test_a_merge_in_progress_is_mended_by_assets(project, repository):
    torn = merge(repository)
    assert "<<<<<<< HEAD\n" in torn
    assert "hint: assetgen lock merge, and in what it leaves keep one" in project("check", code=2).stderr
    done = project("lock", "merge", code=1)
    assert (done.stdout, done.stderr) == ("", TORN + KEEP)
    again = (project.path / LOCK).read_text()
    assert again.count("<<<<<<< HEAD\n") == again.count("=======\n") == again.count(">>>>>>> side\n") == 2
    # Of one asset a person keeps the upper block, of the other the lower one.
    first, second, third = again.split("<<<<<<< HEAD\n")
    upper, _, rest = second.partition("=======\n")
    (project.path / LOCK).write_text(first + upper + rest.partition(">>>>>>> side\n")[2] + "<<<<<<< HEAD\n" + third)
    assert project("lock", "merge", code=1).stderr == f'error: "{LOCK}": "cat" was changed on both sides\n{KEEP}'
    left = (project.path / LOCK).read_text()
    before, _, rest = left.partition("<<<<<<< HEAD\n")
    lower, _, after = rest.partition("=======\n")[2].partition(">>>>>>> side\n")
    (project.path / LOCK).write_text(before + lower + after)
    assert (project.path / LOCK).read_text() == text({**MERGED, "bee": OURS["bee"]})
    done = project("lock", "merge")
    assert (done.stdout, done.stderr) == (f'"{LOCK}" is merged\n', f"note: git waits for it\nhint: git add {LOCK}\n")
    repository.run("add", LOCK)
    done = project("lock", "merge")
    assert (done.stdout, done.stderr) == (f'"{LOCK}" holds no conflict\n', "")


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_what_was_decided_between_the_markers_stays(project, repository, style):
    merge(repository, "-c", f"merge.conflictStyle={style}")
    project("lock", "merge", code=1)
    again = (project.path / LOCK).read_text()
    project.write(LOCK, again.replace(lockfile.dump({"ape": BASE["ape"]}).removeprefix(lockfile.dump({})), ""))
    done = project("lock", "merge", code=1)
    assert done.stderr == TORN + KEEP, "an asset that neither side removed is no decision"


def test_a_lock_that_nobody_can_take_apart_is_kept_beside(project, repository):
    torn = merge(repository)
    spoiled = torn.replace("[assets.ape.request]\n", "[assets.ape.request]\nnonsense\n")
    project.write(LOCK, spoiled)
    done = project("lock", "merge", code=1)
    assert done.stderr == f'note: not all of what "{LOCK}" held could be kept; it is in "{LOCK}.orig" as it was\n{TORN}{KEEP}'
    assert (project.path / f"{LOCK}.orig").read_text() == spoiled


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_one_side_as_a_whole_is_a_decision_and_told_as_such(project, repository, side):
    merge(repository)
    repository.run("checkout", f"--{side}", LOCK)
    done = project("lock", "merge")
    assert done.stdout == f'"{LOCK}" is {"our" if side == "ours" else "their"} side as a whole\n'
    assert done.stderr == (
        f"note: both sides can still be merged\nhint: git checkout --merge {LOCK} && assetgen lock merge\n"
        f"note: git waits for it\nhint: git add {LOCK}\n"
    )
    assert (project.path / LOCK).read_text() == text(OURS if side == "ours" else THEIRS)
    repository.run("checkout", "--merge", LOCK)
    assert project("lock", "merge", code=1).stderr == TORN + KEEP


def test_a_lock_that_was_merged_by_hand_is_left_alone(project, repository):
    merge(repository)
    project.write(LOCK, text({**MERGED, "elk": OURS["bee"]}))
    assert project("lock", "merge").stdout == f'"{LOCK}" is merged\n'
    assert (project.path / LOCK).read_text() == text({**MERGED, "elk": OURS["bee"]})


def _changed_line(torn):
    before, marker, rest = torn.partition("=======\n")
    return before + marker + rest.replace('size = "1024x1024"', 'size = "64x64"', 1)


def _comment(torn):
    return torn.replace("=======\n", "=======\n# theirs is nicer\n", 1)


def _line_of_the_other_side(torn):
    """The upper side takes its prompt from the lower one: a block that neither side has."""
    upper, lower = (re.search(r"^prompt = .*$", part, re.MULTILINE)[0] for part in torn.split("<<<<<<< ")[1].split("=======\n"))
    return torn.replace(upper, lower, 1)


@pytest.mark.parametrize("edit", [_changed_line, _comment, _line_of_the_other_side])
@pytest.mark.parametrize("again", [False, True])
def test_what_was_written_between_the_markers_is_kept_beside(project, repository, edit, again):
    merge(repository)
    if again:
        project("lock", "merge", code=1)
    edited = edit((project.path / LOCK).read_text())
    assert edited != (project.path / LOCK).read_text()
    project.write(LOCK, edited)
    done = project("lock", "merge", code=1)
    assert done.stderr == f'note: not all of what "{LOCK}" held could be kept; it is in "{LOCK}.orig" as it was\n{TORN}{KEEP}'
    assert (project.path / f"{LOCK}.orig").read_text() == edited


def test_blocks_that_git_has_mixed_of_both_sides_are_no_edits(project, git):
    """Git alone merges inside a block: each of its sides is then a block that nobody has."""
    repo = git(project.path)
    project.write("assetgen.toml", "version = 1\n")
    mine = replace(BASE["bee"], original=locks.original(CHANCE), outputs=BASE["bee"].outputs[:1])
    side = replace(BASE["bee"], request={**BASE["bee"].request, "model": "flux-dev"}, original=locks.original(CHANCE))
    for branch, start, bee in (("main", (), BASE["bee"]), ("side", ("main",), side), ("mine", ("main",), mine)):
        repo.run("checkout", "-q", "-B", branch, *start)
        project.write(LOCK, text({**BASE, "bee": bee}))
        repo.run("add", "-A")
        repo.run("commit", "-q", "-m", branch)
    torn = merge(repo)
    assert mine not in lockfile.parse(merging.split(torn).ours.encode()).values()
    assert project("lock", "merge", code=1).stderr == TORN.replace('"bee" and "cat" were', '"bee" was') + KEEP
    assert not (project.path / f"{LOCK}.orig").exists()


def test_a_lock_that_one_side_has_deleted(project, repository):
    repository.run("checkout", "-q", "mine")
    repository.run("rm", "-q", LOCK)
    repository.run("commit", "-q", "-m", "gone")
    with pytest.raises(Exception, match="returned non-zero exit status 1"):
        repository.run("merge", "side")
    assert project("lock", "merge").stdout == f'"{LOCK}" is merged\n', "the file is theirs, and git asks only whether to keep it"
    (project.path / LOCK).write_text("")
    done = project("lock", "merge", code=2)
    assert done.stderr == (f'error: "{LOCK}" was deleted on one side and changed on the other\nhint: git add {LOCK}, or git rm {LOCK}\n')


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_markers_without_git(project, repository, style):
    """Without the common ancestor, what stands on one side only is kept, and what differs is a conflict."""
    torn = merge(repository, "-c", f"merge.conflictStyle={style}")
    (project.path / ".git").rename(project.path / "git")
    project.write(LOCK, torn)
    assert project("lock", "merge", code=1).stderr == TORN + KEEP
    assert sorted(lockfile.parse(merging.split((project.path / LOCK).read_text()).ours.encode())) == sorted(MERGED)


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (
            "<<<<<<< HEAD\n",
            f"{LOCK}:1:1: error: the lock holds a merge conflict",
            "keep one side of every conflict, and delete the marker lines",
        ),
        (
            "<<<<<<< a\nversion = 2\n=======\nversion = 1\n>>>>>>> b\n",
            f"error: the lock with the upper sides of the conflicts cannot be read: {NEWER}",
            UPGRADE,
        ),
        (
            "<<<<<<< a\nversion = 1\n=======\nx\n>>>>>>> b\n",
            'error: the lock with the lower sides of the conflicts cannot be read: expected "=" after the key',
            "keep one side of every conflict, and delete the marker lines",
        ),
        ("version = 2\n", f"{LOCK}:1:11: error: version: {NEWER}", UPGRADE),
    ],
)
def test_what_cannot_be_mended_is_left_as_it_is(project, data, message, hint):
    project.write("assetgen.toml", "version = 1\n")
    project.write(LOCK, data)
    done = project("lock", "merge", code=2)
    lines = done.stderr.splitlines()
    assert (lines[0], lines[-1]) == (message, f"hint: {hint}")
    assert (project.path / LOCK).read_text() == data


def test_no_lock(project):
    project.write("assetgen.toml", "version = 1\n")
    assert project("lock", "merge", code=2).stderr == f'error: there is no "{LOCK}"\nhint: assetgen build\n'
