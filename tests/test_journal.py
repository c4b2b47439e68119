import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from assetgen import digest
from assetgen.errors import Corrupt
from assetgen.journal import Journal
from assetgen.ledger import Ledger, Spent
from assetgen.lockfile import Original
from assetgen.plan.states import JobState, OpenJob
from assetgen.store import sealed
from tests.projects import HERO

KEY = "c" * 64
JOB = OpenJob(
    id="",
    asset="hero",
    project="site",
    gen_key=KEY,
    provider="openai",
    model="gpt-image-2",
    state=JobState.INTENT,
    request={"prompt": "a cat"},
    reserved=Decimal("0.21"),
)
PICTURE = Original(sha256=digest.of_bytes(b""), pixels="0" * 64, format="png", width=1, height=1, bytes=0, provider="openai", cost="1")


def test_a_row_goes_through_its_states_and_is_closed(tmp_path):
    journal = Journal(tmp_path)
    row = journal.intend(JOB)
    assert [(r.state, r.asset, r.reserved) for r in journal.rows()] == [(JobState.INTENT, "hero", Decimal("0.21"))]
    row = journal.submitted(row, {"id": "abc"})
    assert journal.rows()[0].handle == {"id": "abc"}
    row = journal.fetched(row, (PICTURE,))
    assert journal.rows() == (row,)
    assert row.originals == (PICTURE,)
    journal.close(row)
    assert journal.rows() == ()


def test_an_unknown_outcome_keeps_what_is_known_of_it(tmp_path):
    journal = Journal(tmp_path)
    journal.unknown(journal.intend(JOB), "the connection was lost")
    (row,) = journal.rows()
    assert (row.state, row.detail) == (JobState.UNKNOWN, "the connection was lost")


def test_of_spoiled_answers_to_one_request_the_newest_row_stays(tmp_path):
    journal = Journal(tmp_path)
    other = journal.spoiled(journal.intend(replace(JOB, gen_key="f" * 64)), "the PNG is cut short")
    journal.spoiled(journal.intend(JOB), "the PNG is cut short")
    unknown = journal.unknown(journal.intend(JOB), "the connection was lost")
    newest = journal.spoiled(journal.intend(JOB), "the answer is HTML, not a picture")
    assert {row.id for row in journal.rows()} == {other.id, unknown.id, newest.id}
    assert (newest.state, newest.detail) == (JobState.SPOILED, "the answer is HTML, not a picture")


def test_a_row_is_live_while_its_process_holds_the_claim(tmp_path):
    journal = Journal(tmp_path)
    journal.intend(JOB)
    code = (
        "import sys; from pathlib import Path; from assetgen.journal import Journal\n"
        f"lock = Journal(Path(sys.argv[1])).claim({KEY!r}); lock.acquire(); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        assert journal.rows()[0].live
        holder.kill()
        holder.wait()
        assert not journal.rows()[0].live
    finally:
        holder.kill()
        holder.communicate()


def test_a_damaged_row_stops_everything(tmp_path):
    journal = Journal(tmp_path)
    row = journal.intend(JOB)
    path = tmp_path / "journal" / f"{row.id}.json"
    for text in ("", "{", "[]", json.dumps({"id": "x"})):
        path.write_text(text)
        with pytest.raises(Corrupt, match="is damaged"):
            journal.rows()


@pytest.mark.parametrize(("field", "value"), [("id", "../precious"), ("gen_key", "../../precious"), ("gen_key", "/precious")])
def test_a_row_that_names_other_files_is_damaged(tmp_path, field, value):
    journal = Journal(tmp_path)
    row = journal.intend(JOB)
    path = tmp_path / "journal" / f"{row.id}.json"
    fields = sealed.unseal(path.read_bytes()) | {field: value}
    path.write_text(json.dumps(sealed.seal(fields)))
    with pytest.raises(Corrupt) as caught:
        journal.rows()
    assert caught.value.message == f'the journal row "{path}" is damaged'


def test_a_row_with_a_picture_that_is_no_digest_is_damaged(tmp_path):
    journal = Journal(tmp_path)
    journal.fetched(journal.intend(JOB), (replace(PICTURE, sha256="/precious"),))
    with pytest.raises(Corrupt, match="is damaged"):
        journal.rows()


# A disk that may only be read: whatever would change a file below the project fails as it does there.
READ_ONLY = """
import errno, os, sys
from assetgen.cli.app import run
ROOT, CHANGES = os.path.realpath("."), {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.utime", "os.truncate"}
def changes(event, args):
    path = args[0] if args and isinstance(args[0], (str, bytes)) else ""
    writes = event == "open" and args[2] is not None and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    if (writes or event in CHANGES) and os.path.realpath(os.fsdecode(path)).startswith(ROOT):
        raise OSError(errno.EROFS, "Read-only file system", path)
sys.addaudithook(changes)
for words in sys.argv[1:]:
    print(words, run(words.split()), flush=True)
"""


def test_readers_write_nothing(shop):
    shop.write(HERO)
    shop.server.fail_next("502")
    shop.build()
    assert [path.name for path in (shop.home / "claims").iterdir()] == [row.gen_key for row in shop.rows]
    commands = {"status": 0, "plan": 0, "check": 1, "why hero": 0, "verify": 1, "cost": 0, "jobs": 0, "graph": 0}
    done = shop.start(READ_ONLY, *commands)
    out, err = done.communicate()
    found = [f"{words} {code}" for words, code in commands.items()]
    assert [line for line in out.splitlines() if line in found] == found, out + err
    assert "outcome unknown  hero" in out


def test_the_ledger_counts_a_job_once(tmp_path):
    ledger = Ledger(tmp_path)
    spent = Spent(job="1", asset="hero", project=".", provider="openai", model="m", amount=Decimal("0.2"), basis="estimated")
    ledger.add(spent)
    ledger.add(Spent.of(OpenJob(**{**_fields(JOB), "id": "1"}), ["0.04", "0.05"], actual=True))
    with (tmp_path / "ledger.jsonl").open("a") as file:
        file.write('{"job": "2", "ass')
    (entry,) = ledger.entries()
    assert (entry.amount, entry.basis) == (Decimal("0.09"), "actual")
    assert entry.at.endswith("+00:00")


def test_what_a_job_cost_falls_back_to_what_was_reserved():
    assert Spent.of(JOB, [], actual=True).amount == Decimal("0.21")
    assert Spent.of(JOB, [], actual=False).basis == "estimated"
    unpriced = OpenJob(**{**_fields(JOB), "reserved": None})
    assert (Spent.of(unpriced, [], actual=False).amount, Spent.of(unpriced, [], actual=False).basis) == (None, "unknown")


def _fields(job):
    return {name: getattr(job, name) for name in job.__dataclass_fields__}
