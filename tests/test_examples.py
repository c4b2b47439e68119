import shutil
from pathlib import Path

import PIL
import pytest
from PIL import Image

import assetgen
from assetgen import lockfile
from assetgen.engine.survey import look
from assetgen.model import LOCK
from assetgen.plan.states import State
from tests.generate import EXAMPLES, ROOT

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "avif": "AVIF", "ico": "ICO"}

examples = pytest.mark.parametrize("name", EXAMPLES)


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """Nothing of the user who runs the tests: no configuration, no key, no CI."""
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("CI", "ASSETGEN_CONFIG", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def copied(name, folder, *, bare=False):
    """A copy outside every git repository; bare: without what a build makes."""
    made = (EXAMPLES[name], LOCK) if bare else ()
    return Path(shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns(".assetgen", *made)))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Each example, built from nothing once."""
    cache = {}

    def get(name):
        if name not in cache:
            project = copied(name, tmp_path_factory.mktemp("built"), bare=True)
            cache[name] = project, assetgen.build(project)
        return cache[name]

    return get


@examples
def test_a_clone_is_fresh_without_a_store(name, tmp_path):
    project = copied(name, tmp_path)
    plan = assetgen.survey(project)
    assert {asset.name: asset.reason for asset in plan.assets.values() if asset.state is not State.FRESH} == {}
    assert len(plan.assets) >= 7
    assert not (project / ".assetgen").exists()


@examples
def test_a_build_from_nothing_makes_every_output(name, built):
    project, outcome = built(name)
    assert outcome.exit_code == 0
    with look(project) as seen:
        lock = seen.lock
        outputs = {output.path: output for asset in seen.workspace.manifest.assets.values() for output in asset.outputs}
        locked = {written.path: written for block in lock.values() for written in block.outputs}
    made = {path.relative_to(project).as_posix() for path in (project / EXAMPLES[name]).rglob("*") if path.is_file()}
    assert made == outputs.keys() == locked.keys()
    for path, output in outputs.items():
        with Image.open(project / path) as picture:
            picture.load()
            assert picture.format == FORMATS[output.format], path
            if output.format == "ico":
                assert picture.info["sizes"] == {(side, side) for side in output.encode["sizes"]}
                continue
            assert picture.size == (locked[path].width, locked[path].height), path
            assert picture.width == (output.width or picture.width), path


@examples
def test_a_second_build_has_nothing_to_do(name, built):
    project, _ = built(name)
    before = (project / LOCK).read_bytes()
    outcome = assetgen.build(project)
    assert {str(result.status) for result in outcome.results.values()} == {"fresh"}
    assert (project / LOCK).read_bytes() == before


@examples
def test_the_committed_lock_is_what_a_build_makes(name, built):
    """Pixels are the same everywhere; encoders of other versions may write other bytes."""
    project, _ = built(name)
    fresh = lockfile.parse((project / LOCK).read_bytes())
    committed = lockfile.parse((ROOT / "examples" / name / LOCK).read_bytes())
    assert {key: block.request for key, block in fresh.items() if "references" not in block.request} == {
        key: block.request for key, block in committed.items() if "references" not in block.request
    }
    assert pixels(fresh) == pixels(committed), "run: python -m tests.generate --examples"
    if PIL.__version__ == pinned("pillow"):
        assert (project / LOCK).read_bytes() == (ROOT / "examples" / name / LOCK).read_bytes(), "run: python -m tests.generate --examples"


def pixels(lock):
    return {name: block.original.pixels for name, block in lock.items()}


def pinned(package):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{package}=="))


def test_the_examples_are_small():
    size = sum(path.stat().st_size for path in (ROOT / "examples").rglob("*") if path.is_file())
    assert size < 3_000_000


@examples
def test_an_example_explains_itself(name):
    text = (ROOT / "examples" / name / "README.md").read_text()
    assert text.startswith(f"# {name}\n")
    assert len(text.splitlines()) < 60
