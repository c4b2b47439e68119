"""The action under the real `act`, on this machine: exit codes, annotations, summaries, the cache, and who may spend."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.act import ACTION, ROOT, Runner
from tests.servers import KEY, serve_openai

EVENTS = ["push", "pull_request", "pull_request_target"]
SMALL = """\
version = 1

[defaults]
size = "64x64"

[assets.fox]
prompt = "a red fox"
outputs = ["fox.png"]
"""
PAID = """\
version = 1

[assets.hero]
prompt = "a lighthouse"
model = "gpt-image-2"
size = "1024x1024"
post = [{ op = "resize", width = 64 }]
outputs = ["hero.png"]
"""
ORDERED = PAID.replace("lighthouse", "harbour")
# Names that Python would take for its own modules, if it looked into the checkout.
TRAP = 'import os\nopen(os.environ["STAND_INS"] + "/trapped", "w").write(__name__)\nraise SystemExit("trapped")\n'
OURS = {"full_name": "example/pictures", "default_branch": "main"}
THEIRS = {"full_name": "somebody/pictures", "fork": True}
PUSH = {"ref": "refs/heads/main", "repository": OURS}


def use(name, **given):
    """The action in a step of its own, and one that tells how it ended."""
    return [
        {"id": name, "uses": ACTION, "continue-on-error": True, "with": {"project": name, **given}},
        {
            "if": "always()",
            "env": {
                "NAME": name,
                "CODE": f"${{{{ steps.{name}.outputs.exit-code }}}}",
                "REPORT": f"${{{{ steps.{name}.outputs.report }}}}",
            },
            "run": 'echo "$NAME $CODE" >> "$STAND_INS/log"; [[ -z "$REPORT" ]] || cp "$REPORT" "$STAND_INS/$NAME"',
        },
    ]


KEPT = {
    "if": "always()",
    "run": 'cp .git/assetgen/ledger.jsonl "$STAND_INS/"; ls .git/assetgen/journal > "$STAND_INS/rows"',
}


def pull_request(head):
    sides = {side: {"ref": ref, "sha": "0" * 40, "repo": repo} for side, ref, repo in (("base", "main", OURS), ("head", "work", head))}
    return {"action": "opened", "number": 1, "repository": OURS, "pull_request": {"number": 1, **sides}}


@pytest.fixture
def runner(tmp_path, git, project):
    """A repository with projects that are fresh, stale, faulty, and some whose pictures have to be paid for."""
    repository = git(project.path)
    project.write("fresh/assetgen.toml", SMALL)
    project("-C", "fresh", "build")
    shutil.copytree(project.path / "fresh", project.path / "stale")
    project.write("stale/assetgen.toml", SMALL.replace("red", "blue"))
    project.write("faulty/assetgen.toml", SMALL + 'promt = "::error::50%"\n  ::add-mask::e\n')
    project.write("paid/assetgen.toml", PAID)
    project.write("ordered/assetgen.toml", ORDERED)
    project("-C", "ordered", "plan", "--out", "plan.json")
    for name in ("venv.py", "pip.py", "PIL.py", "assetgen.py", "click.py"):
        project.write(name, TRAP)
    checks = [step for name in ("fresh", "stale") for step in use(name, gallery=str(name == "fresh").lower())]
    checks += use("faulty", gallery="true", **{"output-format": "sarif"})
    checks += [{**use(".", **{"all-projects": "true"})[0], "id": "all"}]
    paid = use("paid", command="build", gallery="false", **{"max-cost": "1"})
    ordered = use("ordered", command="apply", gallery="false", **{"max-cost": "1"})
    jobs = {"check": checks, "build": [*paid, *ordered, KEPT]}
    checkout = {"uses": "actions/checkout@v7"}
    made = {"on": EVENTS, "jobs": {name: {"runs-on": "ubuntu-latest", "steps": [checkout, *steps]} for name, steps in jobs.items()}}
    project.write(".github/workflows/pictures.yml", yaml.safe_dump(made))
    repository.run("add", ".")
    repository.run("commit", "-qm", "pictures")
    repository.run("remote", "add", "origin", "https://github.com/example/pictures.git")
    shutil.rmtree(project.path / ".git/assetgen")
    return Runner(folder=tmp_path, repository=project.path, environ={})


def test_what_a_check_tells(runner):
    ran = runner("push", PUSH, job="check")
    assert ran.code == 0, ran.text
    assert [line for line in ran.asked if line.partition(" ")[0] in ("fresh", "stale", "faulty")] == ["fresh 0", "stale 1", "faulty 2"]
    stale = (
        "::error file=stale/assetgen.toml,line=7,endLine=7,col=10,endColumn=22,title=assetgen%3A generate fox"
        "::prompt changed (free)%0Ahint: assetgen build fox"
    )
    assert ran.annotations.count(stale) == 2
    assert [line for line in ran.annotations if line.startswith("::error file=faulty/assetgen.toml,line=10,")] != []
    # Where a document is asked for, the log still has the fault with the line of the manifest.
    run = json.loads((runner.stand_ins / "faulty").read_text())["runs"][0]
    assert [result["level"] for result in run["results"]] == ["error"]
    assert "add-mask" in ran.text
    assert [line for line in ran.text.splitlines() if re.search(r"\|\s*::add-mask::", line)] == []
    assert not (runner.stand_ins / "trapped").exists()
    assert (runner.stand_ins / "artifacts/assetgen-gallery-fresh/gallery/index.html").is_file()
    fresh, stale, faulty, everything = ran.summaries
    assert fresh.startswith("### assetgen check: fresh\n")
    assert "1 asset is fresh" in fresh
    assert "| <code>fox</code> | generate | prompt changed | free |" in stale
    assert re.search(r'<img src="https://github.com/example/pictures/raw/[0-9a-f]{40}/stale/fox.png" width="96" alt="fox">', stale)
    assert "<code>faulty&#47;assetgen&#46;toml&#58;10</code>" in faulty
    assert [name for name in ("fresh", "stale", "ordered", "paid") if f"### assetgen check: {name}\n" not in everything] == []


def test_what_was_paid_for_is_not_bought_again(runner, git):
    with serve_openai() as server:
        runner.environ |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY, "ASSETGEN_ALLOW_SPEND": "1"}

        def ledger():
            return len((runner.stand_ins / "ledger.jsonl").read_text().splitlines())

        first = runner("push", PUSH, job="build")
        assert [line for line in first.asked if line.startswith(("paid", "ordered"))] == ["paid 0", "ordered 0"], first.text
        assert (len(server.requests), ledger()) == (2, 2)
        saved = [line.removeprefix("save ") for line in first.asked if line.startswith("save ")]
        assert [bool(re.fullmatch(r"assetgen-main-[0-9a-f]{8}-1-1-[0-9a-f]{16}", key)) for key in saved] == [True, True]
        assert len({key[:22] for key in saved}) == 2
        artifacts = sorted(path.name[:-8] for path in (runner.stand_ins / "artifacts").iterdir())
        assert artifacts == ["assetgen-gallery-ordered-store-1-", "assetgen-gallery-paid-store-1-"]
        assert re.search(r"\| <code>hero</code> \| generated \| <code>hero&#46;png</code> \| &#36;0.\d+ \|", first.summaries[0])
        assert "### assetgen apply: ordered\n" in first.summaries[1]

        # Nothing of it was pushed. The prompt changes: another picture, and the order's, which is bought already.
        manifest = runner.repository / "paid/assetgen.toml"
        manifest.write_text(PAID.replace("lighthouse", "windmill"))
        git(runner.repository).run("commit", "-qam", "a windmill")
        second = runner("push", PUSH, job="build")
        assert f"restore {saved[0]}" in second.asked
        assert f"restore {saved[1]}" in second.asked
        assert (len(server.requests), ledger()) == (3, 3)
        assert "generated" in second.summaries[0]
        assert "restored" in second.summaries[1]

        again = runner("push", PUSH, job="build")
        assert [line for line in again.asked if line.startswith(("paid", "ordered"))] == ["paid 0", "ordered 0"], again.text
        assert "| <code>hero</code> | restored |" in again.summaries[0]
        assert (len(server.requests), ledger()) == (3, 3)
        assert [line for line in again.asked if line.startswith("upload")] == []

        manifest.write_text(PAID.replace("lighthouse", "mine"))
        git(runner.repository).run("commit", "-qam", "a stranger's wish")
        foreign = runner("pull_request", pull_request(THEIRS), job="build")
        assert [line for line in foreign.asked if line.startswith(("paid", "ordered"))] == ["paid 1", "ordered 0"], foreign.text
        assert [line for line in foreign.asked if line.startswith("save")] == []
        assert "::notice title=assetgen::a pull request from a fork is checked, not built" in foreign.text
        assert "::notice title=assetgen::a plan is carried out on a push only; here it is compared with the manifest" in foreign.text
        assert len(server.requests) == 3


def test_pull_request_target_is_refused(runner):
    ran = runner("pull_request_target", pull_request(THEIRS), job="build")
    assert "pull_request_target runs work from anybody with the rights of this repository; use pull_request" in ran.text
    assert ran.asked == ["paid ", "ordered "]


def script(step, folder, **given):
    """Run one step's script alone, as the runner does; returns how it ended, what it printed, and its outputs."""
    (run,) = [each["run"] for each in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"] if each["name"] == step]
    told = folder / "outputs"
    told.write_text("")
    environ = {"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(told), **given}
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run]
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr, dict(line.split("=", 1) for line in told.read_text().splitlines())


ASKED = {
    "RUNNER_OS": "Linux",
    "COMMAND": "check",
    "ALL": "false",
    "FORMAT": "github",
    "EXTRAS": "",
    "FORK": "",
    "GITHUB_EVENT_NAME": "push",
}


@pytest.mark.parametrize(
    ("given", "command", "told"),
    [
        ({}, "check", ""),
        ({"COMMAND": "build"}, "build", ""),
        ({"COMMAND": "build", "GITHUB_EVENT_NAME": "pull_request", "FORK": "false"}, "build", ""),
        ({"COMMAND": "build", "GITHUB_EVENT_NAME": "merge_group"}, "check", "a merge queue is checked, not built"),
        ({"COMMAND": "build", "GITHUB_EVENT_NAME": "pull_request_review", "FORK": "true"}, "check", "a pull request from a fork"),
        ({"COMMAND": "apply"}, "apply", ""),
        ({"COMMAND": "apply", "GITHUB_EVENT_NAME": "pull_request", "FORK": "false"}, "compare", "a plan is carried out on a push only"),
        ({"COMMAND": "apply", "GITHUB_EVENT_NAME": "workflow_dispatch"}, "compare", "a plan is carried out on a push only"),
        ({"COMMAND": "apply", "GITHUB_EVENT_NAME": "merge_group"}, "compare", "a plan is carried out on a push only"),
        ({"ALL": "true"}, "check", ""),
        ({"ALL": "true", "COMMAND": "build"}, None, "all-projects is for check"),
        ({"ALL": "yes"}, None, "all-projects is neither true nor false"),
        ({"RUNNER_OS": "macOS"}, None, "this action is for runners with Linux"),
        ({"RUNNER_OS": "Windows"}, None, "this action is for runners with Linux"),
        ({"COMMAND": "build; rm"}, None, "command is none of check, build, apply"),
        ({"EXTRAS": "openai] evil"}, None, "extras are names with commas between them"),
        ({"FORMAT": "../x"}, None, "output-format is none of"),
    ],
)
def test_what_is_done_and_for_whom(tmp_path, given, command, told):
    code, text, outputs = script("Refuse what cannot be made safe", tmp_path, **(ASKED | given))
    assert (code, outputs.get("command")) == ((2, None) if command is None else (0, command))
    assert told in text
    assert bool(text) == bool(told)


def test_a_restored_store_is_added_to_what_is_there(tmp_path):
    store, cache = tmp_path / "git/assetgen", tmp_path / "cache"

    def write(files):
        for name, text in files.items():
            (store / name).parent.mkdir(parents=True, exist_ok=True)
            (store / name).write_text(text)

    environ = {"STORE": str(store), "CACHE": str(cache), "RESTORED": ""}
    assert script("Look whether the store has grown", tmp_path, **environ) == (0, "", {})
    write({"cas/a": "A", "ac/k/a.json": "{}", "ledger.jsonl": "one\n", "journal/old.json": "open", "journal/gone.json": "open"})
    code, text, saved = script("Look whether the store has grown", tmp_path, **environ)
    assert (code, text, re.fullmatch("[0-9a-f]{16}", saved["holds"]) is not None) == (0, "", True)
    assert script("Look whether the store has grown", tmp_path, **environ | {"RESTORED": f"key-{saved['holds']}"}) == (0, "", {})

    # Meanwhile a job was closed here, another one was opened, and money was spent.
    (store / "journal/gone.json").unlink()
    write({"journal/old.json": "newer", "journal/new.json": "open", "cas/a": "kept", "cas/b": "B", "ledger.jsonl": "one\ntwo\n"})
    (cache / "journal/other.json").write_text("from elsewhere")
    (cache / "ledger.jsonl").write_text("zero\none\nto")
    assert script("Add it to what is there", tmp_path, **environ) == (0, "", {})
    assert (store / "ledger.jsonl").read_text() == "zero\none\nto\ntwo\n"
    rows = {path.name: path.read_text() for path in (store / "journal").iterdir()}
    assert rows == {"old.json": "newer", "new.json": "open", "other.json": "from elsewhere"}
    assert [(store / name).read_text() for name in ("cas/a", "cas/b", "ac/k/a.json")] == ["kept", "B", "{}"]
    assert not cache.exists()


def test_a_first_restore_brings_all(tmp_path):
    there, store, cache = tmp_path / "there", tmp_path / "store", tmp_path / "cache"
    (there / "journal").mkdir(parents=True)
    (there / "journal/open.json").write_text("open")
    (there / "ledger.jsonl").write_text("one\n")
    script("Look whether the store has grown", tmp_path, STORE=str(there), CACHE=str(cache), RESTORED="")
    shutil.copytree(cache, tmp_path / "again")
    assert script("Add it to what is there", tmp_path, STORE=str(store), CACHE=str(cache)) == (0, "", {})
    assert ((store / "ledger.jsonl").read_text(), (store / "journal/open.json").read_text()) == ("one\n", "open")

    # The next use in the same job closes the row, and the one behind it restores an archive from before.
    (store / "journal/open.json").unlink()
    assert script("Add it to what is there", tmp_path, STORE=str(store), CACHE=str(tmp_path / "again")) == (0, "", {})
    assert (list((store / "journal").iterdir()), (store / "ledger.jsonl").read_text()) == ([], "one\n")


def test_nothing_of_a_workflow_is_pasted_into_a_script():
    for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), step["name"]
        assert "uses" not in step or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


def test_every_action_that_is_used_has_a_stand_in(tmp_path):
    runner = Runner(folder=tmp_path, repository=tmp_path, environ={})
    assert [path for path in runner.replaced.values() if not Path(path).is_dir()] == []
