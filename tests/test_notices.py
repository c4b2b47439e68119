"""Models that end are told by every command that looks at the assets, fresh ones and those of an alias too."""

import json

import jsonschema

from assetgen.report import document

MANIFEST = """\
version = 1

[models.draft]
use = "sketch"
shutdown = 2020-01-01
replaced_by = ["gpt-image-2"]

[assets.logo]
prompt = "a fox"
model = "draft"
size = "64x64"

[assets.icon]
prompt = "an owl"
size = "64x64"
"""
NOTE = 'note: "sketch" was shut down on 2020-01-01\nhint: assetgen migrate sketch gpt-image-2\n'


def test_a_model_that_is_gone_is_told_by_builds_that_have_nothing_to_do(project):
    project.write("assetgen.toml", MANIFEST)
    assert project("build").stderr == NOTE
    done = project("build")
    assert ("2 assets are fresh" in done.stdout, done.stderr) == (True, NOTE)
    assert project("check").stderr == NOTE
    made = json.loads(project("check", "--json", "icon").stdout)
    jsonschema.validate(made, document.schema())
    assert made["summary"]["ok"]
    assert made["notices"] == [
        {
            "model": "sketch",
            "kind": "retired",
            "message": '"sketch" was shut down on 2020-01-01',
            "hint": "assetgen migrate sketch gpt-image-2",
            "assets": ["icon"],
        }
    ]
    built = json.loads(project("build", "--json").stdout)
    jsonschema.validate(built, document.schema())
    assert [entry["assets"] for entry in built["notices"]] == [["logo", "icon"]]
