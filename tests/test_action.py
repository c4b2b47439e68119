"""The action under the real `act`, on this machine: exit codes, annotations, summaries, the cache, and who may spend."""

import re
import shutil
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
OURS = {"full_name": "example/pictures", "default_branch": "main"}
THEIRS = {"full_name": "somebody/pictures", "fork": True}
PUSH = {"ref": "refs/heads/main", "repository": OURS}


def use(project, **given):
    """The action in a step of its own, and one that tells how it ended."""
    return [
        {"id": project, "uses": ACTION, "continue-on-error": True, "with": {"project": project, "artifact": project, **given}},
        {
            "if": "always()",
            "env": {"PROJECT": project, "CODE": f"${{{{ steps.{project}.outputs.exit-code }}}}"},
            "run": 'echo "$PROJECT $CODE" >> "$STAND_INS/log"',
        },
    ]


def pull_request(head):
    sides = {side: {"ref": ref, "sha": "0" * 40, "repo": repo} for side, ref, repo in (("base", "main", OURS), ("head", "work", head))}
    return {"action": "opened", "number": 1, "repository": OURS, "pull_request": {"number": 1, **sides}}


@pytest.fixture
def runner(tmp_path, git, project):
    """A repository with projects that are fresh, stale, faulty, and one whose picture has to be paid for."""
    repository = git(project.path)
    project.write("fresh/assetgen.toml", SMALL)
    project("-C", "fresh", "build")
    shutil.copytree(project.path / "fresh", project.path / "stale")
    project.write("stale/assetgen.toml", SMALL.replace("red", "blue"))
    project.write("faulty/assetgen.toml", SMALL + 'promt = "::error::50%"\n')
    project.write("paid/assetgen.toml", PAID)
    checks = [step for name in ("fresh", "stale", "faulty") for step in use(name, gallery=str(name == "fresh").lower())]
    paid = use("paid", command="build", gallery="false", **{"max-cost": "1"})
    jobs = {"check": checks, "build": paid}
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
    assert ran.annotations == [
        (
            "::error file=stale/assetgen.toml,line=7,endLine=7,col=10,endColumn=22,title=assetgen%3A generate fox"
            "::prompt changed (free)%0Ahint: assetgen build fox"
        ),
        (
            "::error file=faulty/assetgen.toml,line=9,endLine=9,col=1,endColumn=6,title=assetgen%3A fault assets.fox.promt"
            '::unknown key "promt"%0Ahint: did you mean "prompt"?'
        ),
    ]
    assert (runner.stand_ins / "artifacts/fresh/gallery/index.html").is_file()
    fresh, stale, faulty = ran.summaries
    assert fresh.startswith("### assetgen check: fresh\n")
    assert "1 asset is fresh" in fresh
    assert "| <code>fox</code> | generate | prompt changed | free |" in stale
    assert re.search(r'<img src="https://github.com/example/pictures/raw/[0-9a-f]{40}/stale/fox.png" width="96" alt="fox">', stale)
    assert "<code>faulty&#47;assetgen&#46;toml&#58;9</code>" in faulty


def test_what_was_paid_for_is_not_bought_again(runner, git):
    with serve_openai() as server:
        runner.environ |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY, "ASSETGEN_ALLOW_SPEND": "1"}
        first = runner("push", PUSH, job="build")
        assert "paid 0" in first.asked, first.text
        assert len(server.requests) == 1
        saved = next(line for line in first.asked if line.startswith("save "))
        assert re.fullmatch(r"save assetgen-main-[0-9a-f]*-[0-9a-f]{16}", saved)
        assert list((runner.stand_ins / "artifacts/paid-store/cas").iterdir()) != []
        assert re.search(r"\| <code>hero</code> \| generated \| <code>hero&#46;png</code> \| &#36;0.\d+ \|", first.summaries[0])

        again = runner("push", PUSH, job="build")
        assert "paid 0" in again.asked, again.text
        assert "| <code>hero</code> | restored |" in again.summaries[0]
        assert len(server.requests) == 1

        manifest = runner.repository / "paid/assetgen.toml"
        manifest.write_text(PAID.replace("lighthouse", "windmill"))
        git(runner.repository).run("commit", "-qam", "a stranger's wish")
        foreign = runner("pull_request", pull_request(THEIRS), job="build")
        assert "paid 1" in foreign.asked, foreign.text
        assert f"restore {saved.removeprefix('save ')}" in foreign.asked
        assert [line for line in foreign.asked if line.startswith("save")] == []
        assert "::notice title=assetgen::a pull request from a fork is checked, not built" in foreign.text
        assert len(server.requests) == 1


def test_pull_request_target_is_refused(runner):
    ran = runner("pull_request_target", pull_request(THEIRS), job="build")
    assert "pull_request_target runs work from anybody with the rights of this repository; use pull_request" in ran.text
    assert ran.asked == ["paid "]


def test_nothing_of_a_workflow_is_pasted_into_a_script():
    for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), step["name"]
        assert "uses" not in step or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


def test_every_action_that_is_used_has_a_stand_in(tmp_path):
    runner = Runner(folder=tmp_path, repository=tmp_path, environ={})
    assert [path for path in runner.replaced.values() if not Path(path).is_dir()] == []
