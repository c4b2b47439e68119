"""Every file of tests/bad tells its faults: `# E: COLUMN message # H: hint` on the line it is about, `# E: LINE:COLUMN ...` elsewhere."""

import re
from pathlib import Path

import pytest

from assetgen.errors import FaultyFile
from assetgen.report.faults import render, render_all
from tests.manifests import faults_of, load_text

FILES = sorted((Path(__file__).parent / "bad").glob("*.toml"))
NOTE = re.compile(r"# E: (?:(\d+):)?(\d+) (.*?)(?: # H: (.*?))?\s*(?=# E: |$)")


def expected(text):
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        found += [("assetgen.toml", int(note[1] or number), int(note[2]), note[3], note[4] or "") for note in NOTE.finditer(line)]
    return sorted(found)


def test_there_are_many():
    assert len(FILES) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_names_every_fault_with_place_message_and_hint(path):
    text = path.read_text()
    wanted = expected(text)
    assert wanted
    assert sorted(faults_of(text.encode())) == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_is_rendered(path):
    with pytest.raises(FaultyFile) as caught:
        load_text(path.read_bytes())
    for fault in caught.value.faults:
        head, *rest = render(fault).split("\n")
        assert head.startswith(f"assetgen.toml:{fault.place.line}:{fault.place.column}: error: ")
        assert "Input should" not in head
        assert not head.endswith(".")
        assert rest[-1] == f"hint: {fault.hint}" if fault.hint else "^" in rest[-1]
    assert caught.value.exit_code == 2
    assert render_all(caught.value.faults)


def test_all_faults_come_at_once_in_the_order_of_the_file():
    lines = [line for _, line, *_ in faults_of((Path(__file__).parent / "bad" / "secrets.toml").read_bytes())]
    assert lines == [3, 6, 10, 11]
