"""The command line as a whole: help, global options, the error boundary, exit codes."""

import json
import os
import re
import subprocess
import sys

import pytest

from assetgen.cli import app
from assetgen.cli.app import run
from assetgen.cli.commands import SUMMARIES
from assetgen.cli.session import Session
from assetgen.report import document

SMALL = """\
version = 1
[defaults]
size = "64x64"
[assets.fox]
prompt = "a red fox"
outputs = ["fox.png"]
"""


def imported(project, *words):
    """The modules that a call of the command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "assetgen", *words],
        cwd=project.path,
        env=project.env,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def test_version_imports_nothing(project):
    assert project("--version").stdout == "assetgen 0.1.0\n"
    assert not imported(project, "--version") & {"click", "pydantic", "httpx", "rich"}
    assert project("--quiet", "--version").stdout == "assetgen 0.1.0\n"


def test_help_names_every_command_and_imports_none_of_them(project):
    text = project("--help").stdout
    assert [name for name in SUMMARIES if not re.search(rf"^  {name} +{re.escape(SUMMARIES[name])}$", text, re.MULTILINE)] == []
    found = imported(project, "--help")
    assert not found & {"pydantic", "httpx", "rich", "assetgen.engine"}
    assert "click" in found
    assert project().stdout == text


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_command_has_help_with_an_example(capsys, name):
    assert run([name, "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"Usage: assetgen {name} " in text
    assert f"Example: assetgen {name}" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["buld"], 'error: there is no command "buld"\nhint: did you mean assetgen build\n'),
        (["frobnicate"], 'error: there is no command "frobnicate"\nhint: assetgen --help\n'),
        (["--quite"], 'error: there is no option "--quite"\nhint: did you mean --quiet\n'),
        (["build", "--over"], 'error: there is no option "--over"\nhint: did you mean --overwrite\n'),
        (["build", "--max-cost"], 'error: option "--max-cost" requires an argument\nhint: assetgen --help\n'),
        (["build", "--max-cost", "many"], 'error: "many" is not an amount of money\nhint: --max-cost 2.50\n'),
        (["build", "-j", "0"], "error: --jobs: 0 is not in the range x>=1\nhint: assetgen build --help\n"),
        (["why"], "error: NAME is missing\nhint: assetgen why --help\n"),
        (["-C", "nowhere", "status"], 'error: "nowhere" is no folder that can be entered\n'),
        (["schema", "toml"], 'error: what: "toml" is not one of "manifest", "lock", "json", "plan"\nhint: assetgen schema --help\n'),
    ],
)
def test_a_call_that_makes_no_sense(capsys, words, message):
    assert run(words) == 2
    assert capsys.readouterr() == ("", message)


def test_without_a_manifest(project):
    done = project("status", code=2)
    assert (done.stdout, done.stderr) == ("", f'error: there is no "assetgen.toml" in "{project.path}" or above it\nhint: assetgen init\n')


GONE = "error: the folder that you are in does not exist any more\nhint: cd to another one, or name it: assetgen -C DIR\n"


@pytest.mark.parametrize("words", ["status", "build", "adopt x.png", "init", "models"])
def test_in_a_folder_that_is_gone(project, words):
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" -m assetgen ' + words
    done = subprocess.run(
        ["sh", "-c", script, sys.executable], cwd=project.path, env=project.env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", GONE)


def test_another_folder_can_be_named_from_one_that_is_gone(project):
    project.write("assetgen.toml", SMALL)
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$0" -m assetgen -C "$1" status'
    words = ["sh", "-c", script, sys.executable, str(project.path)]
    done = subprocess.run(words, cwd=project.path, env=project.env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "generate  fox  never generated\n1 asset: 1 to generate\n", "")


def test_names_that_the_environment_cannot_spell(project):
    project.write("assetgen.toml", SMALL.replace("fox.png", "bär.png"))
    ascii_only = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    for words in (["status"], ["build"]):
        done = project(*words, code=2, **ascii_only)
        assert done.stdout == ""
        assert done.stderr == (
            f'error: the name "{project.path}/b\\xe4r.png" cannot be spelled in ascii, the encoding of file names\nhint: set PYTHONUTF8=1\n'
        )
    project("build", **(ascii_only | {"PYTHONUTF8": "1"}))


def test_every_fault_of_a_manifest_is_shown(project):
    project.write("assetgen.toml", 'version = 1\n[assets.fox]\npromt = "a fox"\nseed = "x"\noutputs = ["fox.png"]\n')
    done = project("status", "--json", code=2)
    assert [fault["subject"] for fault in json.loads(done.stdout)["faults"]] == ["assets.fox", "assets.fox.promt", "assets.fox.seed"]
    assert "assetgen.toml:3:1: error: assets.fox.promt: " in done.stderr
    assert "assetgen.toml:4:8: error: assets.fox.seed: " in done.stderr
    assert "hint: " in done.stderr


def test_global_options_stand_before_or_behind_the_command(project):
    project.write("art/assetgen.toml", SMALL)
    before = project("-C", "art", "status").stdout
    assert before == "generate  fox  never generated\n1 asset: 1 to generate\n"
    assert project("status", "-C", "art", "--no-color").stdout == before
    assert project("status", "-C", "art", "-q").stdout == ""
    assert project("-q", "-C", "art", "check", code=1).stdout == ""


def test_a_reader_who_has_gone_is_no_failure(project):
    project.write("assetgen.toml", SMALL)
    command = [sys.executable, "-m", "assetgen", "models"]
    running = subprocess.Popen(command, cwd=project.path, env=project.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 0


def test_a_closed_stdout_is_no_failure(project):
    project.write("assetgen.toml", SMALL)
    done = subprocess.run(
        ["sh", "-c", '"$0" -m assetgen check >&-', sys.executable], cwd=project.path, env=project.env, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")


def plug_in(folder, group, code):
    """An installed package with one plug-in called "broken"."""
    folder.mkdir()
    (folder / "broken.py").write_text(code)
    info = folder / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nbroken = broken:create\n")
    return str(folder)


def divided(by):
    raise ZeroDivisionError(by)


def test_a_bug_leaves_a_log_without_secrets(project, monkeypatch, capsys):
    project.write("assetgen.toml", SMALL)
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")
    session = Session(path=project.path)
    try:
        divided("canary-0123456789")
    except ZeroDivisionError as error:
        code = app.failed(session, error)
    assert code == 3
    told = capsys.readouterr()
    found = re.fullmatch(r'error: a bug in assetgen \(ZeroDivisionError\), its log is "(.*)"\nhint: report it with that file\n', told.err)
    log = (project.path / ".assetgen/logs" / found[1].rpartition("/")[2]).read_text()
    assert log.startswith("Traceback (most recent call last):\n")
    assert log.endswith("ZeroDivisionError: [redacted]\n")
    assert told.out == ""


def test_a_bug_in_one_asset_does_not_stop_the_others(project, tmp_path):
    code = (
        "from assetgen.post import op\n@op(version=1)\ndef broken(image):\n    '''Break.'''\n    raise ZeroDivisionError\ncreate = broken\n"
    )
    path = plug_in(tmp_path / "plugin", "assetgen.ops", code)
    paths = {"PYTHONPATH": f"{path}{os.pathsep}{project.env['PYTHONPATH']}"}
    project.write("assetgen.toml", SMALL + '[assets.owl]\nprompt = "an owl"\npost = [{ op = "broken" }]\noutputs = ["owl.png"]\n')
    done = project("build", code=3, **paths)
    lines = sorted(re.sub(r'"/.*"', '"LOG"', done.stdout).splitlines())
    assert lines == [
        "          hint: report it with that file",
        "2 assets: 1 generated, 1 failed",
        'failed    owl  a bug in assetgen, its log is "LOG"',
        "generated fox  fox.png",
    ]
    assert "ZeroDivisionError" in next((project.path / ".assetgen/logs").iterdir()).read_text()


def test_a_folder_in_the_place_of_an_output_is_no_bug(project):
    project.write("assetgen.toml", SMALL)
    project.write("fox.png/keep", "")
    done = project("build", code=1)
    assert done.stdout == (
        'blocked   fox  never generated; "fox.png" is a folder, not a file\n'
        '          hint: move "fox.png" away, or change the output\n'
        "1 asset: 1 blocked\n"
    )
    assert done.stderr == ""


def test_completion_knows_commands_and_assets(project):
    project.write("assetgen.toml", SMALL + 'tags = ["docs"]\n')
    asked = {"_ASSETGEN_COMPLETE": "bash_complete"}
    assert project(COMP_WORDS="assetgen ver", COMP_CWORD="1", **asked).stdout == "plain,verify\n"
    assert project(COMP_WORDS="assetgen build ", COMP_CWORD="2", **asked).stdout == "plain,fox\nplain,tag:docs\n"
    for shell in ("bash", "zsh", "fish"):
        assert "_ASSETGEN_COMPLETE" in project("completion", shell).stdout


def test_schemas(project):
    for what, schema in (
        ("lock", "assetgen.lock"),
        ("manifest", "assetgen.toml"),
        ("json", "assetgen --json"),
        ("plan", "assetgen plan --out"),
    ):
        assert json.loads(project("schema", what).stdout)["title"] == schema
    assert json.loads(project("schema", "json").stdout) == document.schema()
