"""`status`, `plan`, `check` and `why`: four views of one plan."""

import json

import jsonschema
import pytest

from assetgen.report import document

MANIFEST = """\
version = 1

[defaults]
size = "64x64"

[styles.night]
prompt = "{prompt}, at night"

[assets.fox]
prompt = "a red fox that sits on a hill and looks at the moon"
style = "night"
tags = ["docs"]
outputs = [{ path = "fox.webp", quality = 70 }, "fox.png"]

[assets.owl]
prompt = "an owl"
references = ["@fox"]
post = [{ op = "blur", radius = 2 }]
outputs = ["owl.png"]
"""


@pytest.fixture
def built(project):
    project.write("assetgen.toml", MANIFEST)
    project("build")
    return project


def edit(project, *pairs):
    text = (project.path / "assetgen.toml").read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    project.write("assetgen.toml", text)


def test_fresh(built):
    for words, shown in {
        ("status",): "2 assets are fresh\n",
        ("status", "--all"): "fresh  fox\nfresh  owl\n2 assets are fresh\n",
        ("plan",): "2 assets are fresh\n",
        ("check",): "2 assets are fresh\n",
        ("check", "tag:docs"): "1 asset is fresh\n",
        ("why", "fox"): "fox: fresh (assetgen.toml:9)\n",
    }.items():
        done = built(*words)
        assert (done.stdout, done.stderr) == (shown, ""), words


def test_a_changed_prompt_and_what_waits_for_it(built):
    edit(built, ("looks at the moon", "looks at two moons"))
    assert built("status").stdout == 'generate  fox  prompt changed\nwaits     owl  waits for "fox"\n2 assets: 1 to generate, 1 waiting\n'
    assert built("plan").stdout == (
        "generate  fox  free  prompt changed\n"
        'waits     owl  free  waits for "fox"\n'
        "2 assets: 1 to generate, 1 waiting; free\n"
        "run: assetgen build\n"
    )
    assert built("plan", "f*").stdout.endswith("run: assetgen build 'f*'\n")
    assert built("check", "owl", code=1).stdout == 'waits  owl  free  waits for "fox"\n1 asset: 1 waiting\n'
    assert built("why", "fox").stdout == (
        "fox: generate (assetgen.toml:9)\n"
        "  prompt changed\n"
        "    assetgen.toml:10 prompt:\n"
        "        a red fox that sits on a hill and looks at [-the moon,-] {+two moons,+} at night\n"
        "  cost: free\n"
    )


def test_changed_steps_and_encoders(built):
    edit(built, ("radius = 2", "radius = 3"), ("quality = 70", "quality = 60"))
    assert built("why", "*").stdout == (
        "fox: finish (assetgen.toml:9)\n"
        '  "fox.webp": encode changed\n'
        "    assetgen.toml:13 encode.quality: 70 -> 60\n"
        "  cost: free, no provider is asked\n"
        "owl: finish (assetgen.toml:15)\n"
        '  "owl.png": steps changed\n'
        "    assetgen.toml:18 post[0].radius: 2 -> 3\n"
        "  cost: free, no provider is asked\n"
    )
    made = json.loads(built("why", "owl", "--json").stdout)
    jsonschema.validate(made, document.schema())
    change = made["assets"][0]["reasons"][0]["changes"][0]
    assert (change["field"], change["place"]["line"]) == ("steps", 18)


@pytest.mark.parametrize("command", ["status", "plan", "check", "graph", "verify", "diff"])
def test_documents_are_what_the_schema_says(built, command):
    edit(built, ("an owl", "two owls"))
    words = ["owl"] if command == "diff" else []
    done = built(command, "--json", *words, code=1 if command == "check" else 0)
    made = json.loads(done.stdout)
    jsonschema.validate(made, document.schema())
    assert made["version"] == 1
    assert made["command"] == command
    asset = made["assets"][-1]
    assert {"name": "owl", "state": "generate", "cost": {"low": 0.0, "high": 0.0}}.items() <= asset.items()
    assert asset["reasons"] == [
        {"code": "request-changed", "text": "prompt changed", "changes": [{"field": "prompt", "old": "an owl", "new": "two owls"}]}
    ]
    assert made["summary"]["generate"] == 1
    assert done.stderr == ""


def test_check_where_outputs_are_not_committed(built):
    (built.path / "fox.png").unlink()
    assert built("check", code=1).stdout == 'restore  fox  "fox.png" is missing\n2 assets: 1 to restore, 1 fresh\n'
    edit(built, ("[defaults]", "[project]\ncommit_outputs = false\n\n[defaults]"))
    assert built("check").stdout == "2 assets are fresh\n"
    assert built("verify").stdout == "2 assets: every file is what the lock says\n"


def test_a_placeholder_is_no_release(built):
    done = built("check", "--release", "fox", code=1)
    assert done.stdout == (
        'blocked  fox  is a placeholder, drawn by "sketch"\n'
        '              hint: give [assets.fox] another model than "sketch"\n'
        "1 asset: 1 blocked\n"
    )
    made = json.loads(built("check", "--release", "--json", code=1).stdout)
    assert made["summary"]["ok"] is False
    assert made["assets"][0]["reasons"][0]["code"] == "placeholder"


def test_what_is_left_of_a_removed_asset(built):
    text = (built.path / "assetgen.toml").read_text()
    built.write("assetgen.toml", text[: text.index("[assets.owl]")])
    done = built("status")
    assert done.stdout == "1 asset is fresh\n"
    assert done.stderr == 'note: "owl" is in the lock and no longer in the manifest\nhint: assetgen clean\n'
    assert built("clean", "-n").stdout == "would remove owl.png\n"
    assert built("clean").stdout == "removed owl.png\n"
    assert built("clean").stdout == "nothing to clean\n"


def test_long_names_are_never_cut(project):
    name = "a-very-long-name-" * 5
    prompt = "a long prompt " * 40
    project.write("assetgen.toml", f'version = 1\n[assets.{name}]\nprompt = "{prompt}"\nsize = "64x64"\noutputs = ["x.png"]\n')
    project.env["COLUMNS"] = "40"
    assert project("status").stdout.splitlines()[0] == f"generate  {name}  never generated"
