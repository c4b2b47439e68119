"""What services are told: `--output-format`, for what is found and for what is faulty."""

import json
import re
import shutil
import subprocess
import sys

import jsonschema
import pytest

import assetgen
from assetgen.errors import Place
from assetgen.report import github, gitlab, sarif
from assetgen.report.annotations import Annotation, below, fingerprints
from assetgen.report.text import defused
from tests.inside import Inside, clean

MANIFEST = """\
version = 1

[defaults]
size = "64x64"

[assets.fox]
prompt = "a red fox"
outputs = ["fox.png"]

[assets.icon]
matrix = { theme = ["light", "dark"] }
prompt = "an icon, {theme}"
outputs = ["icon-{theme}.png"]
"""
FAULTY = MANIFEST + '\n[assets.owl]\npromt = "::error::50% off"\nseed = "x"\n'
FORMATS = ("text", "json", "github", "gitlab", "sarif")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project in a folder of a repository; it is fresh."""
    made = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", made], check=True)
    (made / "art").mkdir()
    (made / "art/assetgen.toml").write_text(MANIFEST)
    assert assetgen.build(made / "art").exit_code == 0
    return made


@pytest.fixture
def art(built, tmp_path, monkeypatch, capsys):
    clean(monkeypatch, tmp_path)
    return Inside(shutil.copytree(built, tmp_path / "repository"), monkeypatch, capsys)


def edit(project, old, new):
    text = (project.path / "art/assetgen.toml").read_text()
    assert old in text
    project.write("art/assetgen.toml", text.replace(old, new))


def lines(done):
    return [line for line in done.stdout.splitlines() if line.startswith("::")]


def test_nothing_to_tell(art):
    assert art("-C", "art", "check", "--output-format", "github").stdout == "3 assets are fresh\n"
    assert art("-C", "art", "check", "--output-format", "gitlab").stdout == "[]\n"
    run = json.loads(art("-C", "art", "check", "--output-format", "sarif").stdout)["runs"][0]
    assert (run["results"], run["tool"]["driver"]["rules"], run["invocations"]) == ([], [], [{"executionSuccessful": True, "exitCode": 0}])


def test_stale_assets_are_told_at_the_line_that_changed(art):
    edit(art, "red", "blue")
    edit(art, "an icon", "icons")
    done = art("-C", "art", "check", "--output-format", "github", code=1)
    assert lines(done) == [
        (
            "::error file=art/assetgen.toml,line=7,endLine=7,col=10,endColumn=22,title=assetgen%3A generate fox"
            "::prompt changed (free)%0Ahint: assetgen build fox"
        ),
        (
            "::error file=art/assetgen.toml,line=12,endLine=12,col=10,endColumn=26,"
            "title=assetgen%3A generate icon[theme=light]%2C icon[theme=dark]"
            "::prompt changed (free)%0Ahint: assetgen build 'icon[theme=light]'"
        ),
    ]
    assert done.stdout.startswith("generate  fox                free  prompt changed\n")
    assert lines(art("-C", "art", "check", "-q", "--output-format", "github", code=1)) == lines(done)
    plan = lines(art("-C", "art", "plan", "--output-format", "github"))
    assert plan == [line.replace("::error ", "::notice ") for line in lines(done)]


def test_gitlab(art):
    edit(art, "red", "blue")
    (entry,) = json.loads(art("-C", "art", "check", "--output-format", "gitlab", code=1).stdout)
    assert re.fullmatch("[0-9a-f]{64}", entry.pop("fingerprint"))
    assert entry == {
        "check_name": "assetgen/generate",
        "description": "fox: prompt changed (free); hint: assetgen build fox",
        "severity": "major",
        "location": {"path": "art/assetgen.toml", "lines": {"begin": 7}},
    }


def test_sarif(art):
    edit(art, "red", "blue")
    made = json.loads(art("-C", "art", "check", "--output-format", "sarif", code=1).stdout)
    (run,) = made["runs"]
    (result,) = run["results"]
    assert made["version"] == "2.1.0"
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"description": {"text": "the top of the repository"}}}
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], result["ruleId"], result["ruleIndex"], result["level"]) == ("generate", "generate", 0, "error")
    assert rule["help"]["text"].startswith("A provider has to be asked for the picture")
    assert list(result["partialFingerprints"]) == ["assetgen/v1"]
    place = {"artifactLocation": {"uri": "art/assetgen.toml", "uriBaseId": "%SRCROOT%"}}
    region = {"startLine": 7, "startColumn": 10, "endColumn": 22, "snippet": {"text": 'prompt = "a blue fox"'}}
    assert result["locations"] == [{"physicalLocation": place | {"region": region}}]
    assert result["message"] == {"text": "fox: prompt changed (free)\nhint: assetgen build fox"}


def table(required, **properties):
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


def several(of):
    return {"type": "array", "items": of}


# What SARIF 2.1.0 demands of the parts that we write, by its text; nothing else may stand there.
TEXT = {"type": "string", "minLength": 1}
AT = {"type": "integer", "minimum": 1}
MESSAGE = table("text", text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REGION = table("startLine", startLine=AT, startColumn=AT, endColumn=AT, snippet=MESSAGE)
FILE = table("uri", uri={"type": "string", "pattern": r"^[A-Za-z0-9._~/%-]+$"}, uriBaseId={"const": "%SRCROOT%"})
PLACE = table("physicalLocation", physicalLocation=table("artifactLocation", artifactLocation=FILE, region=REGION))
RULE = table("id", id=TEXT, name=TEXT, shortDescription=MESSAGE, help=MESSAGE)
DRIVER = table(
    "name", name=TEXT, version=TEXT, semanticVersion={"pattern": r"^\d+\.\d+\.\d+"}, rules={**several(RULE), "uniqueItems": True}
)
RESULT = table(
    "message ruleId ruleIndex level locations",
    message=MESSAGE,
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    locations=several(PLACE),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
)
INVOCATION = table(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    toolExecutionNotifications=several(table("message", message=MESSAGE, level=LEVEL)),
)
RUN = table(
    "tool results",
    tool=table("driver", driver=DRIVER),
    columnKind={"const": "unicodeCodePoints"},
    originalUriBaseIds={"type": "object", "additionalProperties": table("description", description=MESSAGE)},
    invocations=several(INVOCATION),
    results=several(RESULT),
)
SARIF = table("version runs", version={"const": "2.1.0"}, runs=several(RUN), **{"$schema": TEXT})


def whole(text):
    """A SARIF log that holds what the standard demands of it; returns its run."""
    made = json.loads(text)
    jsonschema.validate(made, SARIF)
    (run,) = made["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["endColumn"] >= region["startColumn"]
    return run


def test_every_sarif_log_is_one(art):
    assert whole(art("-C", "art", "check", "--output-format", "sarif").stdout)["results"] == []
    edit(art, "red", "blue")
    edit(art, 'size = "64x64"', 'size = "1024x1024"\nmodel = "dall-e-3"')
    (art.path / "art/fox.png").write_bytes(b"x")
    for command, code in (("check", 1), ("plan", 0), ("lint", 0), ("verify", 1), ("build", 1)):
        assert whole(art("-C", "art", command, "--output-format", "sarif", code=code).stdout)["results"] != [], command
    art.write("art/assetgen.toml", FAULTY)
    assert len(whole(art("-C", "art", "check", "--output-format", "sarif", code=2).stdout)["results"]) == 3
    shutil.rmtree(art.path / "art")
    assert "toolExecutionNotifications" in whole(art("check", "--output-format", "sarif", code=2).stdout)["invocations"][0]


@pytest.mark.parametrize("command", ["check", "lint", "plan", "verify", "build"])
def test_faults_are_told_in_every_format(art, command):
    art.write("art/assetgen.toml", FAULTY)
    told = {name: art("-C", "art", command, "--output-format", name, code=2) for name in FORMATS}
    for done in told.values():
        assert done.stderr.count("error: ") == 3
        assert done.stderr.endswith("3 faults\n")
    assert told["text"].stdout == ""
    made = json.loads(told["json"].stdout)
    assert (made["command"], made["summary"], made["assets"]) == (command, {"faults": 3, "exit_code": 2}, [])
    assert made["faults"][1] == {
        "message": 'unknown key "promt"',
        "severity": "error",
        "subject": "assets.owl.promt",
        "hint": 'did you mean "prompt"?',
        "place": {"file": "assetgen.toml", "line": 16, "column": 1},
    }
    assert told["github"].stdout.splitlines()[1] == (
        "::error file=art/assetgen.toml,line=16,endLine=16,col=1,endColumn=6,title=assetgen%3A fault assets.owl.promt"
        '::unknown key "promt"%0Ahint: did you mean "prompt"?'
    )
    assert [entry["location"]["lines"]["begin"] for entry in json.loads(told["gitlab"].stdout)] == [15, 16, 17]
    run = json.loads(told["sarif"].stdout)["runs"][0]
    assert [result["ruleId"] for result in run["results"]] == ["fault"] * 3
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 2}]


def test_failures_without_a_place(art):
    shutil.rmtree(art.path / "art")
    message = f'there is no "assetgen.toml" in "{art.path}" or above it'
    assert art("check", "--output-format", "github", code=2).stdout == (
        f"::error title=assetgen%3A fault::{message}%0Ahint: assetgen init\n"
    )
    (entry,) = json.loads(art("check", "--output-format", "gitlab", code=2).stdout)
    assert entry["location"] == {"path": "assetgen.toml", "lines": {"begin": 1}}
    run = json.loads(art("check", "--output-format", "sarif", code=2).stdout)["runs"][0]
    told = [{"level": "error", "message": {"text": f"{message}\nhint: assetgen init"}}]
    assert (run["results"], run["invocations"][0]["toolExecutionNotifications"]) == ([], told)
    made = json.loads(art("status", "--json", code=2).stdout)
    assert (made["command"], made["faults"]) == ("status", [{"message": message, "severity": "error", "hint": "assetgen init"}])


def test_a_folder_that_is_gone(project):
    for name, begins in (("json", "{\n"), ("github", "::error title=assetgen"), ("gitlab", "[\n"), ("sarif", "{\n")):
        script = f'mkdir gone; cd gone; rmdir ../gone; exec "$0" -m assetgen check --output-format {name}'
        words = ["sh", "-c", script, sys.executable]
        done = subprocess.run(words, cwd=project.path, env=project.env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: the folder that you are in does not exist any more")
        assert done.stdout.startswith(begins)


def test_findings_of_lint(art):
    edit(art, 'size = "64x64"', 'size = "1024x1024"\nseed = 3\nmodel = "dall-e-3"')
    done = art("-C", "art", "lint", "--output-format", "github")
    (retired,) = [line for line in lines(done) if "AG101" in line]
    assert retired.startswith(
        "::warning file=art/assetgen.toml,line=6,endLine=6,col=9,endColumn=19,title=assetgen%3A AG101 retired-model::"
    )
    run = json.loads(art("-C", "art", "lint", "--output-format", "sarif").stdout)["runs"][0]
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "AG101")
    assert rule["shortDescription"]["text"] == (
        "The model is gone: requests fail. Assets that are built stay valid until their request changes."
    )


def test_problems_of_verify(art):
    (art.path / "art/fox.png").write_bytes(b"x")
    assert lines(art("-C", "art", "verify", "--output-format", "github", code=1)) == [
        (
            "::error file=art/assetgen.toml,line=6,endLine=6,col=9,endColumn=12,title=assetgen%3A differs fox"
            '::"fox.png" is not what the lock says'
        )
    ]


def test_what_a_build_could_not_make(art):
    edit(art, 'prompt = "a red fox"', 'prompt = "a red fox"\nmodel = "gpt-image-2"\nsize = "1024x1024"')
    done = art("-C", "art", "build", "--output-format", "github", code=1)
    (line,) = lines(done)
    assert line.startswith(
        "::error file=art/assetgen.toml,line=6,endLine=6,col=9,endColumn=12,title=assetgen%3A skipped fox::nobody agreed"
    )
    made = json.loads(art("-C", "art", "build", "--output-format", "json", code=1).stdout)
    assert made["summary"]["skipped"] == 1
    done = art("-C", "art", "build", "--output-format", "gitlab", code=1)
    assert [entry["check_name"] for entry in json.loads(done.stdout)] == ["assetgen/skipped"]
    assert "skipped   fox" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--json", "--output-format", "github"], '"--output-format github" and "--json" contradict each other'),
        (["--output-format", "sarif", "--json"], '"--json" and "--output-format sarif" contradict each other'),
        (["--output-format", "text", "--json"], '"--json" and "--output-format text" contradict each other'),
    ],
)
def test_one_form_at_a_time(art, words, message):
    assert art("check", *words, code=2).stderr == f"error: {message}\nhint: leave one of them out\n"


def test_json_is_the_short_form(art):
    long = art("-C", "art", "check", "--output-format", "json").stdout
    assert art("-C", "art", "check", "--json").stdout == long == art("-C", "art", "check", "--json", "--output-format", "json").stdout


def note(message, *, place=None, **given):
    return Annotation(level="error", code="generate", message=message, place=place, **given)


def test_nothing_ends_a_command_early():
    place = Place(file="a,b:c%.toml", line=1, column=1, text="x")
    made = github.render([note("50%\r\nof: it, ::error::\x1b[31m", subject="a\nb,c::d", place=place)], 1)
    assert made == (
        "::error file=a%2Cb%3Ac%25.toml"
        ",line=1,endLine=1,col=1,endColumn=2,title=assetgen%3A generate a%0Ab%2Cc%3A%3Ad::50%25\\r%0Aof: it, ::error::\\x1b[31m\n"
    )


@pytest.mark.parametrize(
    "text", ["::error::x", "  ::stop-commands::x", "fine\n\t::add-mask::x", "a\r ::add-mask::x", "##[error]x", "a ##[group]x"]
)
def test_what_people_read_is_no_command(text):
    made = defused(text)
    assert [line for line in re.split(r"[\r\n]", made) if line.strip().startswith("::")] == []
    assert "##[" not in made
    assert defused("a::b, 12:30 ## [x]") == "a::b, 12:30 ## [x]"


def test_prompts_cannot_give_orders_to_the_runner(art):
    edit(art, 'prompt = "a red fox"', 'model = "midjourney-v6"\nprompt = """\n::error::owned\n##[error]owned"""')
    done = art("-C", "art", "plan", "--output-format", "github")
    assert "owned" in done.stdout
    assert [line for line in done.stdout.splitlines() if re.match(r"\s*::\w+::", line) or "##[" in line] == []


HOSTILE = "\n  ::add-mask::e ##[add-mask]f\n"


def orders(text):
    """What a runner would obey: in a line's beginning the one form, and anywhere the other."""
    return [line for line in text.splitlines() if re.match(r"\s*::(?!error |warning |notice )", line) or "##[" in line]


@pytest.mark.parametrize("output", FORMATS)
def test_a_faulty_manifest_gives_no_orders_in_any_format(art, monkeypatch, output):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    art.write("art/assetgen.toml", MANIFEST + HOSTILE)
    done = art("-C", "art", "check", "--output-format", output, code=2)
    assert "add-mask" in done.stderr
    assert orders(done.stdout + done.stderr) == []
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert orders(art("-C", "art", "check", "--output-format", "json", code=2).stderr) != []


@pytest.mark.parametrize("output", ["json", "gitlab", "sarif"])
def test_documents_say_the_same_to_a_runner(art, monkeypatch, output):
    edit(art, 'prompt = "a red fox"', 'prompt = """\n::error::owned\n##[add-mask]owned"""\nmodel = "midjourney-v6"')
    edit(art, '"fox.png"', '"##[group].png"')
    there = art("-C", "art", "plan", "--output-format", output).stdout
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    guarded = art("-C", "art", "plan", "--output-format", output).stdout
    assert (json.loads(guarded), orders(guarded)) == (json.loads(there), [])
    assert orders(art("-C", "art", "plan").stdout) == []


def test_the_gallery_s_report_gives_no_orders(art, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    art.write("art/assetgen.toml", MANIFEST + HOSTILE)
    done = art("-C", "art", "preview", "--static", str(art.path / "gallery"), code=2)
    assert ("add-mask" in done.stderr, orders(done.stderr)) == (True, [])


def test_fingerprints_outlive_other_edits(art):
    def prints():
        return [entry["fingerprint"] for entry in json.loads(art("-C", "art", "check", "--output-format", "gitlab", code=1).stdout)]

    edit(art, "red", "blue")
    first = prints()
    edit(art, "[defaults]", "# a comment\n\n[defaults]")
    assert prints() == first
    same = [note("twice", subject="fox"), note("twice", subject="fox")]
    assert len(set(fingerprints(same))) == 2


def test_a_file_elsewhere_has_no_place_in_the_repository():
    place = Place(file="/home/somebody/config.toml", line=1, column=1)
    assert below([note("x", place=place)], "art")[0].place is None
    assert below([note("x", place=Place(file="a.toml", line=1, column=1))], ".")[0].place.file == "a.toml"
    assert '"uri": "a%20b/%C3%A4.toml"' in sarif.render(below([note("x", place=Place(file="ä.toml", line=1, column=1))], "a b"), 1)
    assert json.loads(gitlab.render([note("x")], 1))[0]["location"]["path"] == "assetgen.toml"
