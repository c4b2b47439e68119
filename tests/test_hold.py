import os
import subprocess
import sys
from pathlib import Path

import pytest

from assetgen.engine.hold import hold
from assetgen.errors import Busy

HOLDER = """
import sys
from pathlib import Path
from assetgen.engine.hold import hold
with hold(Path(sys.argv[1]), Path("/p"), print):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_build_waits_and_gives_up_naming_the_first(tmp_path, holder, root):
    told = []
    with pytest.raises(Busy) as caught, hold(tmp_path, root, told.append, patience=1.2):
        pass
    assert told[0].startswith(f"process {holder.pid}, since ")
    assert caught.value.message.startswith(f"another build (process {holder.pid}, since ")
    assert caught.value.exit_code == 1


def test_a_dead_holder_frees_the_project(tmp_path, holder, root):
    holder.kill()
    holder.wait()
    with hold(tmp_path, root, pytest.fail, patience=1.0):
        card = next((tmp_path / "locks").glob("*.json"))
        assert f'"pid": {os.getpid()}' in card.read_text()
    assert list((tmp_path / "locks").glob("*.json")) == []


@pytest.fixture
def root():
    return Path("/p")
