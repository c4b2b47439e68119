"""`assetgen build`: what it prints, what it asks, how it ends."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time

import jsonschema
import pytest

from assetgen.report import document
from tests.servers import KEY, serve_openai

HEAD = 'version = 1\n[defaults]\nsize = "64x64"\n'
FOX = '[assets.fox]\nprompt = "a red fox"\noutputs = ["fox.png"]\n'
PAID = (
    'version = 1\n[defaults]\nmodel = "gpt-image-2"\nsize = "1024x1024"\npost = [{ op = "resize", width = 32 }]\n'
    '[assets.fox]\nprompt = "a red fox on a hill"\noutputs = ["fox.png"]\n'
)


@pytest.fixture
def server():
    with serve_openai() as running:
        yield running


@pytest.fixture
def paid(project, server):
    project.env |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}
    project.write("assetgen.toml", PAID)
    return project


def on_terminal(project, *words, answer="", until=None, act=None, width=100):
    """Run the command on a terminal of its own; returns the exit code and what it showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assetgen", *words]
    env = project.env | {"TERM": "xterm-256color", "COLUMNS": str(width)}
    running = subprocess.Popen(command, cwd=project.path, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if until is not None and until.encode() in shown:
            threading.Thread(target=act, args=(running,)).start()
            until = None
    os.close(ours)
    return running.wait(), shown.decode()


def test_lines_for_each_asset_and_a_sum(project):
    project.write("assetgen.toml", HEAD + FOX)
    project("build")
    more = '[assets.owl]\nprompt = "an owl"\nreferences = ["@fox"]\noutputs = ["owl.png"]\n'
    project.write("assetgen.toml", HEAD + FOX.replace('"fox.png"', '{ path = "fox.webp", quality = 70 }') + more)
    done = project("build")
    assert sorted(done.stdout.splitlines()) == ["2 assets: 1 generated, 1 finished", "finished  fox  fox.webp", "generated owl  owl.png"]
    assert done.stderr == ""
    assert project("build", "fox").stdout == "nothing to do: 1 asset is fresh\n"
    project.write("assetgen.toml", HEAD)
    assert project("build").stdout == "nothing to do: there are no assets\n"


def test_an_edited_output_is_blocked_and_the_cure_is_shown(project):
    project.write("assetgen.toml", HEAD + FOX)
    project.write("fox.png", "mine")
    done = project("build", code=1)
    assert done.stdout == (
        'blocked   fox  never generated; "fox.png" exists and was not made by assetgen\n'
        "          hint: keep it with `assetgen accept fox`, or replace it with `assetgen build --overwrite fox`\n"
        "1 asset: 1 blocked\n"
    )
    quiet = project("build", "-q", code=1)
    assert quiet.stdout == ""
    assert quiet.stderr.startswith('error: fox: never generated; "fox.png" exists')
    assert project("build", "--overwrite", "fox").stdout == "generated fox  fox.png\n1 asset: 1 generated\n"


def test_one_json_document_and_nothing_else_on_stdout(project):
    project.write("assetgen.toml", HEAD + FOX + '[assets.bad]\nprompt = "x"\noutputs = ["bad.png"]\nexpect = { alpha = true }\n')
    done = project("build", "--json", code=1)
    made = json.loads(done.stdout)
    jsonschema.validate(made, document.schema())
    assert [(asset["name"], asset["state"], asset["result"]["status"]) for asset in made["assets"]] == [
        ("fox", "generate", "done"),
        ("bad", "generate", "failed"),
    ]
    assert made["assets"][0]["result"]["written"] == ["fox.png"]
    assert made["summary"] | {"spent": 0.0, "exit_code": 1, "interrupted": False} == made["summary"]
    assert "generated fox  fox.png\n" in done.stderr


def test_dry_run_shows_the_plan_and_changes_nothing(project):
    project.write("assetgen.toml", HEAD + FOX)
    done = project("build", "--dry-run", "--overwrite", "fox")
    assert done.stdout == "generate  fox  free  never generated\n1 asset: 1 to generate; free\nrun: assetgen build fox --overwrite\n"
    assert not (project.path / "fox.png").exists()
    done = project("build", "-n", "--max-cost", "0.0000001")
    assert done.stdout.endswith("\nrun: assetgen build --max-cost 0.0000001\n")


def test_the_command_to_run_names_the_folder(project):
    project.write("my art/assetgen.toml", HEAD + FOX)
    assert project("-C", "my art", "plan", "f*").stdout.endswith("\nrun: assetgen -C 'my art' build 'f*'\n")


def test_a_key_that_git_could_carry_is_noted(project, git):
    git(project.path)
    project.write("assetgen.toml", HEAD + FOX)
    project.write(".env", "OPENAI_API_KEY=canary-0123456789\n")
    assert project("build").stderr == 'note: ".env" is not ignored by git, so its keys can be committed\nhint: echo .env >> .gitignore\n'
    assert project("store", "path").stdout == f"{project.path}/.git/assetgen\n"


def test_nobody_agreed_to_spend(paid, server):
    done = paid("build", code=1)
    assert done.stdout == (
        "skipped   fox  nobody agreed to spend\nhint: add --yes, or --max-cost USD, or set policy.max_cost\n1 asset: 1 skipped\n"
    )
    assert server.requests == []


def test_what_was_spent_is_told(paid, server):
    done = paid("build", "--max-cost", "1")
    assert re.match(r"generated fox  fox\.png  \$0\.12\d*\n", done.stdout)
    assert re.search(r"\n1 asset: 1 generated; \$0\.12\d* spent\n$", done.stdout)
    cost = paid("cost", "--by", "model").stdout
    assert re.match(r"MODEL +JOBS +ACTUAL +ESTIMATED +UNKNOWN +TOTAL\ngpt-image-2 +1 +\$0\.12\d* +\$0\.00 +0 +\$0\.12\d*\n", cost)
    assert re.search(r"\n\$0\.12\d* spent on 1 job: \$0\.12\d* actual\n$", cost)
    made = json.loads(paid("cost", "--json").stdout)
    jsonschema.validate(made, document.schema())
    assert made["summary"]["jobs"] == 1
    assert len(server.requests) == 1


def test_consent_is_asked_once_and_no_is_no(paid, server):
    code, shown = on_terminal(paid, "build", answer="n\n")
    assert "generate 1 asset for $0.006 to $0.211? [y/N]:" in shown
    assert "you said no" in shown
    assert (code, server.requests) == (1, [])


def test_yes_builds_with_bars(paid, server):
    code, shown = on_terminal(paid, "build", answer="y\n")
    assert code == 0
    assert "generating fox" in shown
    assert "0 of 1" in shown
    assert "1 asset: 1 generated; $0.12" in shown
    assert len(server.requests) == 1


def test_colours_on_a_terminal_only(project):
    project.write("assetgen.toml", HEAD + FOX)
    assert "\x1b[" in on_terminal(project, "plan")[1]
    assert "\x1b[" not in on_terminal(project, "plan", "--no-color")[1]
    project.env["NO_COLOR"] = "1"
    assert "\x1b[" not in on_terminal(project, "plan")[1]
    assert "\x1b[" not in project("plan").stdout


@pytest.mark.parametrize("width", [12, 30, 45, 60, 100])
def test_names_and_words_are_whole_on_a_terminal_of_any_width(project, width):
    name = "hero-of-the-first-page"
    fields = 'references = ["@fox"]\nprompt = "an owl"\noutputs = ["owl.png"]\n'
    project.write("assetgen.toml", f"{HEAD}{FOX}[assets.{name}]\n{fields}")
    code, shown = on_terminal(project, "plan", "--no-color", width=width)
    assert code == 0
    assert {"generate", "waits", "fox", name, "free", "never", "generated", '"fox"'} <= set(shown.split())


def test_interrupted_and_how_to_go_on(project):
    with serve_openai(delay=20) as slow:
        project.env |= {"OPENAI_BASE_URL": slow.base_url, "OPENAI_API_KEY": KEY}
        project.write("assetgen.toml", PAID)
        began = time.monotonic()

        def twice(running):
            while not slow.requests:
                time.sleep(0.05)
            running.send_signal(signal.SIGINT)
            time.sleep(0.3)
            running.send_signal(signal.SIGINT)

        code, shown = on_terminal(project, "build", "--yes", until="generating fox", act=twice)
        assert code == 130
        assert "note: stopping: nothing new is sent" in re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert "interrupted" in shown
        assert time.monotonic() - began < 15
    jobs = project("jobs").stdout
    assert re.match(r"STATE +ASSET +PROVIDER +MODEL +COST +ID\noutcome unknown +fox +openai +gpt-image-2 +up to \$0\.211 ", jobs)
    blocked = project("build", code=1)
    assert "assetgen jobs resolve fox --adopt ID | --retry | --abandon" in blocked.stdout
    assert project("jobs", "resolve", "fox", "--retry").stdout == "fox: the next build sends the request again\n"
    assert project("jobs").stdout == "no open jobs\n"


def test_an_asset_made_by_hand(project):
    fields = 'model = "midjourney-v6.1"\nprompt = "a poster"\nsize = "3:2"\nseed = 42\nnegative = "text"\noutputs = ["poster.png"]\n'
    project.write("assetgen.toml", f"version = 1\n[assets.poster]\n{fields}")
    done = project("build")
    assert done.stdout == (
        "waits     poster  never generated; waits for you\n"
        "          hint: make the picture by hand, then: assetgen import poster FILE\n"
        "          or drop the file into inbox/, named after the asset; the prompt to paste:\n"
        "          a poster --ar 3:2 --seed 42 --no text --v 6.1\n"
        "1 asset: 1 waiting\n"
    )
    assert "a poster --ar 3:2 --seed 42 --no text --v 6.1" in project("plan").stdout
    made = json.loads(project("plan", "--json").stdout)
    assert made["assets"][0]["prompt"] == "a poster --ar 3:2 --seed 42 --no text --v 6.1"
    project("check", code=1)
    assert project("check", "--allow-waits").stdout == "1 asset: 1 waiting (1 tolerated)\n"


def test_a_model_near_its_end_is_noted(project):
    project.write("assetgen.toml", PAID.replace("gpt-image-2", "dall-e-3"))
    for words in (["plan"], ["check"], ["build"]):
        done = project(*words, code=0 if words == ["plan"] else 1)
        said = r'^note: "dall-e-3" was (retired|shut down) on 2026-05-12\nhint: assetgen migrate dall-e-3 .*$'
        assert re.search(said, done.stderr, re.MULTILINE), words
