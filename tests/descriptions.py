"""The providers' published descriptions of their APIs, as judges of what we send and of what our servers answer.

They are no part of this repository: they are read from the folder ASSETGEN_SPECS, or from ../shared/specs.
"""

import json
import os
from pathlib import Path

import jsonschema
import pytest

FOLDER = Path(os.environ.get("ASSETGEN_SPECS") or Path(__file__).parents[2] / "shared" / "specs")
# A lone clone has no descriptions; beside them, and in CI, they must speak.
needed = pytest.mark.skipif(not FOLDER.exists() and os.environ.get("CI") != "true", reason="the published descriptions are not here")


class Description:
    """One file. `judge` refuses what its schema refuses, and every key that the schema does not name."""

    def __init__(self, name):
        self.document = json.loads((FOLDER / name).read_text())

    def body_of(self, path, kind, method="post"):
        return self.document["paths"][path][method]["requestBody"]["content"][kind]["schema"]

    def answer_of(self, path, status, method="get"):
        return self.document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]

    def judge(self, schema, value, *, closed=True):
        if closed:
            unknown = value.keys() - self.resolved(schema)["properties"].keys()
            assert not unknown, unknown
        # The discriminator's mapping is a hint for readers; the schemas it points at say the same.
        jsonschema.Draft202012Validator({**schema, "components": self.document.get("components", {})}).validate(value)

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema
