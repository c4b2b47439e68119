"""Files that are cut short or have a flipped bit: said so, or harmless; never a traceback, and never a reason to buy again."""

import random
import shutil
from contextlib import closing
from decimal import Decimal

import pytest

from assetgen.engine import edit, upkeep
from assetgen.engine.survey import survey_workspace
from assetgen.engine.workspace import Workspace
from assetgen.errors import Corrupt, FaultyFile, UsageError
from assetgen.journal import Journal
from assetgen.ledger import Ledger, Spent
from assetgen.lockfile import Original
from assetgen.plan.facts import Choices
from assetgen.plan.states import JobState, OpenJob, State
from tests.projects import HERO, ROOT, results
from tests.servers.pictures import draw

SCENE = """
[assets.scene]
prompt = "the fox at night"
references = ["@hero"]
outputs = [{ path = "scene-{width}.webp", widths = [32, 48] }]
"""
LOGO = """
[assets.logo]
file = "logo.png"
outputs = ["logo.webp"]
"""
FLIPS = 300
JOB = OpenJob(
    id="",
    asset="hero",
    project=".",
    gen_key="c" * 64,
    provider="openai",
    model="gpt-image-2",
    state=JobState.INTENT,
    request={"prompt": "a cät", "strength": 1.0},
    reserved=Decimal("0.21"),
)


def cut(data):
    """The data cut short at every byte."""
    return [data[:length] for length in range(len(data))]


def flipped(data, count=FLIPS):
    """Copies with one flipped bit each."""
    seeded = random.Random(len(data))
    for _ in range(count):
        place = seeded.randrange(len(data))
        yield data[:place] + bytes([data[place] ^ 1 << seeded.randrange(8)]) + data[place + 1 :]


@pytest.fixture
def built(shop):
    """Three assets, two of them bought, and their outputs."""
    shop.write(HERO + SCENE + LOGO)
    (shop.path / "logo.png").write_bytes(draw("logo", 64, 64))
    assert results(shop.build()) == {"hero": "done", "scene": "done", "logo": "done"}
    assert shop.asked == 2
    return shop


def outputs(shop):
    return {path.name: path.read_bytes() for path in shop.path.iterdir() if path.suffix in {".png", ".webp"}}


def judged(workspace):
    """The plan for the project as it is now, or what is wrong with its files."""
    try:
        return survey_workspace(workspace, Choices()).plan, None
    except (UsageError, Corrupt) as error:
        return None, error


def test_a_damaged_lock_is_said_so_or_costs_nothing(built):
    path = built.path / "assetgen.lock"
    whole, made = path.read_bytes(), outputs(built)
    with closing(Workspace.open(built.path, built.env())) as workspace:
        refused = 0
        for number, data in enumerate([*cut(whole), *flipped(whole)]):
            path.write_bytes(data)
            plan, error = judged(workspace)
            if plan is None:
                refused += 1
                places = [fault.place for fault in error.faults]
                assert all(place.file == "assetgen.lock" and place.line >= 1 for place in places), (data, places)
            else:
                assert [name for name, planned in plan.assets.items() if planned.state is State.GENERATE] == [], data
            if number % 100 == 0 and plan is not None:
                built.build()
                assert (built.asked, outputs(built)) == (2, made), data
    assert refused > len(whole) // 2


def test_a_lock_that_git_or_an_editor_changed(built):
    path = built.path / "assetgen.lock"
    whole = path.read_bytes()

    def told(data):
        path.write_bytes(data)
        with pytest.raises(FaultyFile) as caught:
            built.plan()
        (fault,) = caught.value.faults
        return fault.place.line, fault.place.column, fault.message, fault.hint

    merge = "assetgen lock merge, and in what it leaves keep one of the two blocks and delete the marker lines"
    assert told(b"# x\n<<<<<<< HEAD\n" + whole) == (2, 1, "the lock holds a merge conflict", merge)
    assert told(whole + b"=======\n>>>>>>> theirs\n") == (whole.count(b"\n") + 1, 1, "the lock holds a merge conflict", merge)
    newer = "the lock is of version 2, and this assetgen reads version 1"
    assert told(whole.replace(b"version = 1", b"version = 2")) == (2, 11, newer, "pip install --upgrade assetgen-build")
    assert told(whole.replace(b"version = 1\n", b""))[2] == "the lock has no version this assetgen knows"
    mark = 'save it as "UTF-8", not as "UTF-8 with BOM"'
    assert told(b"\xef\xbb\xbf" + whole) == (1, 1, "the file begins with a byte order mark", mark)
    path.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert set(built.states().values()) == {"fresh"}


def test_a_damaged_journal_row_stops_everything(tmp_path):
    journal = Journal(tmp_path)
    picture = Original(sha256="0" * 64, pixels="0" * 64, format="png", width=1, height=1, bytes=9, provider="openai", cost="0.04", kept=1.0)
    row = journal.fetched(journal.submitted(journal.intend(JOB), {"id": "é"}), (picture,))
    path = tmp_path / "journal" / f"{row.id}.json"
    whole = path.read_bytes()
    for data in [*cut(whole), *flipped(whole)]:
        path.write_bytes(data)
        with pytest.raises(Corrupt) as caught:
            journal.rows()
        assert caught.value.message == f'the journal row "{path}" is damaged'
        assert caught.value.hint == "a paid job may be recorded in it: look into it, then move it away"
    path.write_bytes(whole)
    assert journal.rows() == (row,)


def test_a_damaged_ledger_is_counted_and_believed_nowhere(tmp_path):
    ledger = Ledger(tmp_path)
    for number, amount in enumerate(["0.21", "1.5", None]):
        price = None if amount is None else Decimal(amount)
        fields = {"asset": f"hero {number}", "project": "é", "provider": "openai", "model": "m", "basis": "actual"}
        ledger.add(Spent(job=str(number), amount=price, **fields))
    whole, entries = ledger.path.read_bytes(), ledger.entries()
    assert (len(entries), ledger.damaged()) == (3, 0)
    ends = {0, *(number + 1 for number, byte in enumerate(whole) if byte == ord("\n"))}
    for data in [*cut(whole), *flipped(whole)]:
        ledger.path.write_bytes(data)
        found = ledger.entries()
        assert all(entry in entries for entry in found), data
        # A line that is wholly gone, or only lacks its end, cannot be missed.
        at_an_end = whole.startswith(data) and bool({len(data), len(data) + 1} & ends)
        assert (ledger.damaged() > 0) != at_an_end, data


def test_a_damaged_manifest_is_said_so(shop):
    whole = (ROOT / "examples/quickstart/assetgen.toml").read_bytes()
    shop.write("")
    path = shop.path / "assetgen.toml"
    faults = []
    for data in [*cut(whole)[::3], *flipped(whole)]:
        path.write_bytes(data)
        try:
            with closing(Workspace.open(shop.path, shop.env())) as workspace:
                survey_workspace(workspace, Choices())
        except FaultyFile as error:
            faults.append((data, error.faults))
    assert len(faults) > FLIPS // 2
    assert [data for data, found in faults if not all(fault.place.line >= 1 and fault.message for fault in found)] == []


def damage(path):
    """Flip one bit of a file."""
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(next(flipped(data, 1)))


def test_a_damaged_object_is_replaced_or_said_so_and_never_bought_again(built):
    made, locked = outputs(built), built.locked()
    originals = {locked[name].original.sha256 for name in ("hero", "scene")}
    keep = built.path.parent / "keep"
    shutil.copytree(built.home, keep)
    for sha256 in built.store.objects():
        damage(built.store.cas / sha256)
        if sha256 in originals:
            for other in set(built.store.objects()) - originals:
                built.store.remove(other)
        for name in set(made) - {"logo.png"}:
            (built.path / name).unlink()
        codes = [built.build().exit_code for _ in range(2)]
        assert (built.home / "quarantine" / sha256).exists()
        # An output is made again from its original by the same build; an original is nowhere else, and its asset waits for a person.
        assert codes == ([1, 1] if sha256 in originals else [0, 0])
        assert all(made[name] == data for name, data in outputs(built).items()), "a wrong picture was written"
        assert (outputs(built) == made) == (sha256 not in originals)
        shutil.rmtree(built.home)
        shutil.copytree(keep, built.home)
        built.build()
        assert (outputs(built), built.asked) == (made, 2)


def test_a_damaged_original_comes_back_from_the_repository(shop):
    shop.write('[store]\noriginals = "art"\n\n' + HERO, head='version = 1\n[defaults]\nmodel = "gpt-image-2"\nsize = "1024x1024"\n').build()
    whole = (shop.path / "hero.png").read_bytes()
    for sha256 in shop.store.objects():
        damage(shop.store.cas / sha256)
    (shop.path / "hero.png").unlink()
    assert [shop.build().exit_code for _ in range(2)][1] == 0
    assert ((shop.path / "hero.png").read_bytes() == whole, shop.asked) == (True, 1)


def test_a_damaged_edit_is_not_replaced_without_a_word(shop):
    shop.write(HERO).build()
    (shop.path / "hero.png").write_bytes(draw("by hand", 640, 480))
    edit.accept(shop.path, ["hero"])
    (shop.path / "hero.png").unlink()
    damage(shop.store.cas / shop.locked()["hero"].outputs[0].sha256)
    result = shop.build().results["hero"]
    assert (result.status.value, result.message, result.hint) == (
        "failed",
        'the stored bytes of "hero.png", which was edited by hand, are damaged',
        "put your file back; or, to have it made from the original: assetgen build hero",
    )
    assert results(shop.build()) == {"hero": "done"}


def test_an_original_that_git_lfs_has_not_fetched_is_said_so(shop):
    shop.write('[store]\noriginals = "art"\n\n' + HERO).build()
    (kept,) = (shop.path / "art").iterdir()
    digest = shop.locked()["hero"].original.sha256
    kept.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {kept.stat().st_size}\n")
    shutil.rmtree(shop.home)
    shop.edit("width = 64", "width = 48")
    assert shop.state() == "finish finish-changed"
    result = shop.build().results["hero"]
    assert (result.message, result.hint, shop.asked) == (
        f'the original of "hero" is not here: "art/{kept.name}" is a git LFS pointer',
        "git lfs pull",
        1,
    )


def test_verify_finds_damage_that_no_build_has_met(built):
    assert upkeep.verify_store(built.path) == []
    objects, answer = built.store.objects(), min(built.store.ac.glob("*/*.json"))
    damage(built.store.cas / objects[0])
    damage(answer)
    lines = [f"{name} is damaged and was moved to quarantine" for name in (objects[0], f"{answer.parent.name}/{answer.name}")]
    assert upkeep.verify_store(built.path) == lines
    assert (upkeep.verify_store(built.path), set(built.states().values())) == ([], {"fresh"})


def test_a_damaged_answer_is_said_so_before_anything_is_bought_again(built):
    (built.path / "assetgen.lock").unlink()
    picks = built.plan().assets["hero"].picks
    path = next(built.store.ac.glob(f"*/{picks[0].sha256}.json"))
    whole = path.read_bytes()
    with closing(Workspace.open(built.path, built.env())) as workspace:
        for data in [*cut(whole)[::7], *flipped(whole)]:
            path.write_bytes(data)
            plan, error = judged(workspace)
            assert plan is None, data
            assert error.message == f'the record "{path}" of what a request yielded is damaged'
    path.write_bytes(whole)
    assert built.states() == {"hero": "restore", "scene": "restore", "logo": "finish"}
