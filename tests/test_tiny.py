"""The pipelines that tests of local models draw with: the same bytes every time, safetensors only, and as small as their name says."""

import pytest

from assetgen.providers.diffusers.weights import control, read
from tests.tiny import build
from tests.tiny.names import CONTROLNETS, FILES, PIPELINES


def contents(path):
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path.parent).as_posix(): file.read_bytes() for file in files}


def test_another_process_makes_the_same_bytes(tiny, tmp_path):
    names = ("flux", "sd15", "z-image", "sd15-lora")
    again = build(tmp_path, *names)
    assert {name: contents(again[name]) for name in names} == {name: contents(tiny(name)) for name in names}


@pytest.mark.parametrize(("name", "family"), PIPELINES.items())
def test_each_is_a_small_pipeline_of_its_family(tiny, name, family):
    folder = tiny(name)
    assert read(folder, name).family.name == family
    assert sum(map(len, contents(folder).values())) < 2_500_000
    assert {file.rpartition(".")[2] for file in contents(folder)} <= {"json", "jinja", "safetensors"}


@pytest.mark.parametrize(("name", "base"), CONTROLNETS.items())
def test_each_controlnet_is_one_of_its_family(tiny, name, base):
    assert control(tiny(name), read(tiny(base), base).family, name).floats > 10_000


def test_loras_differ(tiny):
    assert len({tiny(name).read_bytes() for name in FILES}) == len(FILES)
