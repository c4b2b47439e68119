import json
import subprocess
import sys
from decimal import Decimal

import pytest

from assetgen import digest
from assetgen.errors import Corrupt
from assetgen.journal import Journal
from assetgen.ledger import Ledger, Spent
from assetgen.lockfile import Original
from assetgen.plan.states import JobState, OpenJob

KEY = "k" * 64
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
PICTURE = Original(sha256=digest.of_bytes(b""), pixels="0", format="png", width=1, height=1, bytes=0, provider="openai", cost="0.04")


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
