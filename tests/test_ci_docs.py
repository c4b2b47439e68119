"""The workflows of docs/ci.md and docs/money.md are what services take: they parse, name inputs that exist, and the plain script runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.test_docs import blocks

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/ci.md").read_text()
MONEY = (ROOT / "docs/money.md").read_text()
SNIPPETS = {name: yaml.safe_load(body) for page in (PAGE, MONEY) for language, name, body, _ in blocks(page) if language == "yaml"}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
SCRIPT = next(body for language, name, body, _ in blocks(PAGE) if (language, name) == ("sh", "check.sh"))
SMALL = 'version = 1\n[assets.fox]\nprompt = "a red fox"\nsize = "64x64"\noutputs = ["fox.png"]\n'


def test_every_snippet_is_one():
    assert list(SNIPPETS) == [
        ".github/workflows/pictures.yml",
        ".github/workflows/build.yml",
        ".github/workflows/scan.yml",
        ".gitlab-ci.yml",
        ".github/workflows/buy.yml",
    ]


@pytest.mark.parametrize("name", [name for name in SNIPPETS if name.startswith(".github")])
def test_workflows_use_what_the_action_has(name):
    made = SNIPPETS[name]
    events = made[True]  # YAML 1.1 reads the word "on" as true
    assert "pull_request_target" not in events
    steps = [step for job in made["jobs"].values() for step in job["steps"]]
    (ours,) = [step for step in steps if step.get("uses", "").startswith("assetgen/")]
    assert set(ours.get("with", {})) <= set(ACTION["inputs"])
    assert [step["uses"] for step in steps if step.get("uses", "").startswith("actions/checkout")] == ["actions/checkout@v7"]
    assert set(re.findall(r"steps\.assetgen\.outputs\.([\w-]+)", str(made))) <= set(ACTION["outputs"])


def test_workflows_that_spend_say_so_twice_and_run_for_what_was_merged():
    spending = {name: made for name, made in SNIPPETS.items() if "ASSETGEN_ALLOW_SPEND" in str(made) and name.startswith(".github")}
    assert set(spending) == {".github/workflows/build.yml", ".github/workflows/buy.yml"}
    for made in spending.values():
        assert [list(made[True]), made[True]["push"]["branches"]] == [["push"], ["main"]]
        (job,) = made["jobs"].values()
        (used,) = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("assetgen/")]
        assert (used["command"] in ("build", "apply"), float(used["max-cost"]) > 0) == (True, True)


def test_the_table_names_every_input():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (?:`(.*?)`)? ?\|", PAGE, re.MULTILINE))
    told = {name: rows[name] for name in ACTION["inputs"]}
    assert told == {name: given["default"] for name, given in ACTION["inputs"].items()}


def test_jobs_of_gitlab_never_spend_for_merge_requests():
    jobs = SNIPPETS[".gitlab-ci.yml"]
    spending = [job for job in jobs.values() if "ASSETGEN_ALLOW_SPEND" in job.get("variables", {})]
    assert [rule["if"] for job in spending for rule in job["rules"]] == [
        '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true"'
    ]
    readers = [job for job in jobs.values() if job not in spending]
    assert [job["cache"]["policy"] for job in readers] == ["pull"]


def test_the_plain_script_runs(project):
    project.write("assetgen.toml", SMALL)
    project.write("check.sh", SCRIPT)
    path = f"{Path(sys.executable).parent}{os.pathsep}{project.env['PATH']}"

    def script():
        done = subprocess.run(
            ["sh", "check.sh"], cwd=project.path, env=project.env | {"PATH": path}, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    code, shown = script()
    assert (code, shown.splitlines()[-1]) == (1, "run: assetgen build")
    project("build")
    assert script() == (0, "1 asset is fresh\n")
    project.write("assetgen.toml", SMALL + "promt = 1\n")
    assert script() == (2, "")
    assert "unknown key" in (project.path / "pictures.md").read_text()
