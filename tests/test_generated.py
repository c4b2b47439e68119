import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from assetgen.cli.commands import SUMMARIES
from tests import pages
from tests.generate import EXAMPLES, ROOT

TAPLO = shutil.which("taplo", path=Path(sys.executable).parent)
MANIFESTS = sorted(path.relative_to(ROOT).as_posix() for name in EXAMPLES for path in (ROOT / "examples" / name).rglob("*.toml"))
LOCKS = [f"examples/{name}/assetgen.lock" for name in EXAMPLES]


@pytest.fixture(scope="module")
def texts():
    return pages.texts()


def test_generated_files_are_up_to_date(texts):
    stale = [path for path, text in texts.items() if not (ROOT / path).exists() or (ROOT / path).read_text() != text]
    assert stale == [], "run: make docs"


def test_every_command_has_a_section(texts):
    text = texts["docs/cli.md"]
    assert [name for name in SUMMARIES if f"\n### assetgen {name}\n" not in text] == []


def test_the_picture_shows_what_the_demo_makes():
    with Image.open(ROOT / "docs/images/demo.png") as picture:
        picture.load()
        assert picture.format == "PNG"
        assert picture.width == 1280
    assert (ROOT / "docs/images/demo.png").stat().st_size < 500_000


def lint(schema, file):
    assert TAPLO is not None, "taplo is missing: pip install -r tests/requirements.txt"
    command = [TAPLO, "lint", "--schema", (ROOT / "schema" / schema).as_uri(), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=file.parent)


@pytest.mark.parametrize("path", MANIFESTS)
def test_taplo_accepts_the_manifests(path):
    done = lint("assetgen.schema.json", ROOT / path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", MANIFESTS)
def test_the_schema_line_leads_to_the_schema(path):
    first = (ROOT / path).read_text().partition("\n")[0]
    assert ((ROOT / path).parent / first.removeprefix("#:schema ")).resolve() == ROOT / "schema/assetgen.schema.json"


@pytest.mark.parametrize("path", LOCKS)
def test_taplo_accepts_the_locks(path, tmp_path):
    copy = tmp_path / "lock.toml"
    copy.write_text((ROOT / path).read_text())
    done = lint("lock.schema.json", copy)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", MANIFESTS)
def test_taplo_rejects_a_broken_manifest(path, tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text((ROOT / path).read_text().replace("size  ", "siez  ", 1).replace("size ", "siez ", 1))
    done = lint("assetgen.schema.json", broken)
    assert done.returncode == 1
    assert "siez" in done.stderr


@pytest.mark.parametrize(
    ("old", "new"), [("sha256 = ", "sha265 = "), ("width = ", 'width = "1"\nheigth = '), ("version = 1", "version = 2")]
)
def test_taplo_rejects_a_broken_lock(old, new, tmp_path):
    broken = tmp_path / "lock.toml"
    broken.write_text((ROOT / LOCKS[0]).read_text().replace(old, new, 1))
    assert lint("lock.schema.json", broken).returncode == 1
