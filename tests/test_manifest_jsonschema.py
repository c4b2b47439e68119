import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from assetgen.manifest.jsonschema import manifest_schema
from tests.manifests import VOCABULARY
from tests.test_manifest import DESIGN

SCHEMA = manifest_schema(VOCABULARY)
VALIDATOR = Draft7Validator(SCHEMA)
TAPLO = shutil.which("taplo", path=Path(sys.executable).parent)


def test_it_is_a_schema_of_draft_7():
    Draft7Validator.check_schema(SCHEMA)
    assert "$defs" not in json.dumps(SCHEMA)


def test_it_accepts_a_good_manifest():
    assert [error.message for error in VALIDATOR.iter_errors(tomllib.loads(DESIGN))] == []


@pytest.mark.parametrize(
    "text",
    [
        "version = 2",
        "zzz = 1",
        "[assets.a]\nsede = 1",
        "[assets.a]\nsize = 3",
        "[assets.a]\nsize = [1, 2, 3]",
        '[assets.a]\npost = [{ op = "fitt" }]',
        '[assets.a]\npost = [{ op = "fit", width = 1 }]',
        '[assets.a]\npost = [{ op = "fit", width = 1, height = 1, depth = 1 }]',
        "[assets.a]\noutputs = [{ path = 1 }]",
        '[assets.a]\noutputs = [{ path = "a", format = "bmp" }]',
        '[policy]\nusage = "home"',
        "[defaults]\nseed = -1",
    ],
)
def test_it_refuses_what_the_grammar_refuses(text):
    assert list(VALIDATOR.iter_errors(tomllib.loads(text)))


def described(node, path=""):
    if isinstance(node, dict):
        for name, child in node.get("properties", {}).items():
            yield f"{path}.{name}", child
        for key, child in node.items():
            yield from described(child, f"{path}.{key}")
    elif isinstance(node, list):
        for child in node:
            yield from described(child, path)


def test_every_key_of_the_manifest_is_described():
    assert [path for path, child in described(SCHEMA) if not path.startswith(".definitions") and not child.get("description")] == []


def test_taplo_takes_it(tmp_path):
    schema, good, bad = tmp_path / "schema.json", tmp_path / "good.toml", tmp_path / "bad.toml"
    schema.write_text(json.dumps(SCHEMA))
    good.write_text(DESIGN)
    bad.write_text("version = 1\n[assets.a]\nsede = 1\n")
    for file, code in ((good, 0), (bad, 1)):
        done = subprocess.run(
            [TAPLO, "lint", "--schema", schema.as_uri(), str(file)], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == code, done.stderr
