"""Commands that explain and list: diff, verify, graph, models, styles, providers, store, and those that decide."""

import json
import re

import jsonschema
import pytest

from assetgen.report import document
from tests.servers import KEY, serve_openai
from tests.servers.pictures import draw

MANIFEST = """\
version = 1
[defaults]
size = "64x64"
[styles.night]
prompt = "{prompt}, at night"
negative = "sun"
[assets.fox]
prompt = "a red fox"
outputs = ["fox.png", "fox.gif"]
[assets.owl]
prompt = "an owl"
references = ["@fox"]
outputs = ["owl.webp"]
[assets.both]
prompt = "both"
references = ["@fox", "@owl"]
outputs = ["both.avif"]
"""


@pytest.fixture
def built(project):
    project.write("assetgen.toml", MANIFEST)
    project("build")
    return project


def test_graph(built):
    assert built("graph").stdout == "fox\n├─ owl\n│  └─ both\n└─ both\n"
    assert built("graph", "--dot").stdout == (
        'digraph assetgen {\n  rankdir=LR\n  "fox"\n  "owl"\n  "both"\n  "fox" -> "owl"\n  "fox" -> "both"\n  "owl" -> "both"\n}\n'
    )
    assert built("graph", "fox", "owl", "--mermaid").stdout == 'flowchart LR\n  a0["fox"]\n  a1["owl"]\n  a0 --> a1\n'
    assert json.loads(built("graph", "--json").stdout)["assets"][2]["references"] == ["@fox", "@owl"]


def test_verify_tells_every_problem(built):
    assert built("verify").stdout == "3 assets: every file is what the lock says\n"
    (built.path / "fox.gif").unlink()
    (built.path / "owl.webp").write_bytes(draw("other", 64, 64, form="webp"))
    done = built("verify", code=1)
    assert done.stdout == (
        'missing  fox  "fox.gif" is missing\ndiffers  owl  "owl.webp" is not what the lock says\n2 problems in 2 assets of 3\n'
    )
    made = json.loads(built("verify", "--json", code=1).stdout)
    jsonschema.validate(made, document.schema())
    assert made["assets"][1]["problems"] == [{"code": "differs", "text": '"owl.webp" is not what the lock says', "path": "owl.webp"}]


def test_verify_reads_the_originals(built):
    lock = json.loads(built("diff", "fox", "--json").stdout)
    sha256 = lock["assets"][0]["originals"][0]["sha256"]
    path = built.path / ".assetgen/cas" / sha256
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    done = built("verify", "fox", code=1)
    assert done.stdout == f"original  fox  the original {sha256[:12]} is damaged in the store\n1 problem in 1 asset of 1\n"
    assert path.exists()
    broken = built("store", "verify", code=1)
    assert broken.stderr == f"error: {sha256} is damaged and was moved to quarantine\nhint: assetgen plan\n"
    assert broken.stdout == "1 object damaged\n"
    assert built("store", "verify").stdout == "every object is what its name says\n"


def test_diff_of_a_rewritten_prompt(project):
    with serve_openai() as server:
        server.fail_next("rewritten")
        project.env |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}
        project.write(
            "assetgen.toml",
            'version = 1\n[assets.fox]\nprompt = "a red fox on a hill"\nmodel = "gpt-image-2"\nsize = "1024x1024"\n'
            'outputs = ["fox.png"]\n[assets.fox.params]\nquality = "low"\n',
        )
        built = project("build", "-y")
    assert '          note: the provider rewrote the prompt and dropped "hill" (assetgen diff fox)\n' in built.stdout
    shown = project("diff", "fox").stdout
    assert re.match(r"fox: [0-9a-f]{12} from openai, chosen\n", shown)
    assert (
        "  prompt: rewritten by the provider (67% of its terms kept)\n"
        "    a red fox on a [-hill-]\n"
        '  dropped: "hill"\n'
        "  model: gpt-image-2\n"
        "  size: 1024x1024\n"
        '  params.quality: "low"\n'
        '  params.background: "opaque" (not asked for)\n'
    ) in shown


def test_diff_without_a_picture(project):
    project.write("assetgen.toml", MANIFEST)
    done = project("diff", "fox", code=2)
    assert (done.stdout, done.stderr) == ("", 'error: "fox" has no picture yet\nhint: assetgen why fox\n')


def test_models(project):
    header, *lines = project("models").stdout.splitlines()
    assert header.split() == ["MODEL", "PROVIDER", "USAGE", "PRICE", "SIZES", "STRENGTHS"]
    assert next(line for line in lines if line.startswith("sketch ")).split()[:4] == ["sketch", "sketch", "commercial", "free"]
    assert "gpt-image-2: GPT Image 2" in project("models", "gpt-image-2").stdout
    best = project("models", "--for", "text").stdout.splitlines()
    assert "strongest at text" in best[0]
    assert best[-1] == f'to use it: model = "{best[0].split()[0]}"'
    made = json.loads(project("models", "sketch", "--json").stdout)
    jsonschema.validate(made, document.schema())
    assert made["models"][0]["providers"][0]["price"] == {"low": 0.0, "high": 0.0, "source": "drawn on this machine (read 2026-11-22)"}
    assert project("models", "sketsh", code=2).stderr == 'error: the catalog has no model "sketsh"\nhint: did you mean sketch\n'
    wrong = project("models", "--for", "txt", code=2).stderr
    assert wrong.startswith('error: no model is known to be good at "txt"\nhint: one of ')


def test_styles(project):
    project.write("assetgen.toml", MANIFEST)
    lines = project("styles").stdout.splitlines()
    assert lines[1].split() == ["night", "project", "{prompt},", "at", "night"]
    assert lines[2].strip() == "negative: sun"
    assert project("styles", "isometric").stdout.splitlines()[1].startswith("isometric  built-in  {prompt}, isometric view")
    assert project("styles", "nigt", code=2).stderr == 'error: there is no style "nigt"\nhint: did you mean night\n'


def test_providers_never_show_a_key(project):
    project.write(".env", "OPENAI_API_KEY=canary-0123456789\n")
    project.write("assetgen.toml", MANIFEST)
    shown = project("providers", OPENAI_BASE_URL="http://127.0.0.1:1/v1").stdout
    assert "canary" not in shown
    row = next(line for line in shown.splitlines() if line.startswith("openai"))
    assert re.split(r" {2,}", row)[:3] == ["openai", "yes, OPENAI_API_KEY", "OPENAI_BASE_URL of the environment"]
    shown = project("providers", OPENAI_API_KEY="").stdout
    row = next(line for line in shown.splitlines() if line.startswith("openai"))
    assert re.split(r" {2,}", row)[:3] == ["openai", "yes, OPENAI_API_KEY", "its own"]


def test_providers_lists_the_servers_that_the_manifest_names(project):
    text = 'version = 1\n[models.m]\nid = { openai = "m" }\nvia = ["fal:garage", "openai"]\n[assets.a]\nprompt = "a fox"\n'
    project.write("assetgen.toml", f'{text}model = "m"\n[assets.b]\nprompt = "b"\nprovider = "openai:localai"\nmodel = "sd"\n')
    listed = {each["name"]: each for each in json.loads(project("providers", "--json").stdout)["providers"]}
    assert listed["openai:localai"]["base_url"] == "its own"
    project.write(".env", "LOCALAI_BASE_URL=http://127.0.0.1:1/v1\nGARAGE_KEY=key-0123456789\n")
    listed = {each["name"]: each for each in json.loads(project("providers", "--json").stdout)["providers"]}
    assert listed["openai:localai"]["base_url"] == "LOCALAI_BASE_URL of .env"
    assert listed["fal:garage"]["key"] == "yes, GARAGE_KEY"
    project.write("assetgen.toml", "version = ")
    assert not any(":" in each["name"] for each in json.loads(project("providers", "--json").stdout)["providers"])


def test_a_key_in_a_prompt_is_not_shown(project):
    project.write("assetgen.toml", MANIFEST.replace("a red fox", "canary-0123456789"))
    for words in (["why", "fox"], ["plan", "--json"], ["why", "fox", "--json"]):
        assert "canary-0123456789" not in project(*words, SOME_API_KEY="canary-0123456789").stdout, words


def test_store(built):
    home = built.path / ".assetgen"
    assert built("store", "path").stdout == f"{home}\n"
    assert re.match(rf"path +{home}\nobjects +\d+\nbytes +0\.\d MB\nanswers +3\nopen jobs +0\n", built("store").stdout)
    made = json.loads(built("store", "status", "--json").stdout)
    jsonschema.validate(made, document.schema())
    assert made["store"]["answers"] == 3
    assert built("gc", "--dry-run").stdout.startswith("would remove 0 objects, 0.0 MB; ")


def test_jobs_and_cost_of_a_project_that_spent_nothing(built):
    assert built("jobs").stdout == "no open jobs\n"
    assert built("cost").stdout == "nothing was spent\n"
    for words in (["jobs", "--json"], ["cost", "--json"]):
        jsonschema.validate(json.loads(built(*words).stdout), document.schema())
    wrong = built("jobs", "resolve", "fox", code=2)
    assert wrong.stderr == "error: one decision is needed\nhint: assetgen jobs resolve fox --adopt ID | --retry | --abandon\n"


def test_candidates_are_listed_and_picked(project):
    project.write(
        "assetgen.toml", 'version = 1\n[assets.fox]\nprompt = "a fox"\nsize = "64x64"\nseed = 7\ncandidates = 2\noutputs = ["fox.png"]\n'
    )
    waits = project("build").stdout
    assert "waits     fox  2 candidates wait for a pick\n          hint: assetgen pick fox\n" in waits
    listed = project("pick", "fox").stdout.splitlines()
    assert len(listed) == 2
    picked = project("pick", "fox", "2").stdout.splitlines()
    assert picked == [f"fox: picked {listed[1].split()[1]}", "fox: wrote fox.png"]
    assert project("check").stdout == "1 asset is fresh\n"


def test_import_adopt_and_accept(project):
    project.write(
        "assetgen.toml",
        'version = 1\n[assets.poster]\nmodel = "midjourney-v6.1"\nprompt = "a poster"\noutputs = ["poster.png"]\n'
        '[assets.logo]\nprompt = "a logo"\nsize = "64x64"\noutputs = ["logo.png"]\n',
    )
    (project.path.parent / "made.png").write_bytes(draw("poster", 96, 64))
    (project.path / "sub").mkdir()
    (project.path / "sub/mine.png").write_bytes(draw("logo", 64, 64))
    lines = project("import", "poster", "../made.png", "--job-id", "4f2a").stdout.splitlines()
    assert lines == ['poster: imported "made.png"', "poster: wrote poster.png"]
    assert project("-C", "sub", "adopt", "mine.png", "--as", "logo").stdout.splitlines() == [
        'logo: "sub/mine.png" is now its original',
        "logo: wrote logo.png",
    ]
    assert project("check").stdout == "2 assets are fresh\n"
    (project.path / "logo.png").write_bytes(draw("retouched", 64, 64))
    assert project("accept", "logo").stdout == 'logo: "logo.png" is accepted as it is\n'
    assert project("check").stdout == "2 assets are fresh\n"
    outside = project("adopt", "../made.png", code=2)
    assert outside.stderr == (
        'error: "../made.png" is outside the project\nhint: copy it into the project, or use assetgen import NAME FILE\n'
    )


def test_every_command_that_decides_or_lists_prints_a_document(built):
    def told(*words):
        made = json.loads(built(*words, "--json").stdout)
        jsonschema.validate(made, document.schema())
        return made

    (built.path / "fox.gif").write_bytes(draw("retouched", 64, 64, form="gif"))
    accepted = told("accept", "fox")
    assert (accepted["command"], accepted["lines"]) == ("accept", ['fox: "fox.gif" is accepted as it is'])
    assert [(asset["name"], asset["state"]) for asset in accepted["assets"]] == [("fox", "fresh")]
    (built.path / "mine.png").write_bytes(draw("mine", 64, 64))
    assert [asset["name"] for asset in told("import", "owl", "mine.png")["assets"]] == ["owl"]
    assert told("pick", "owl", "--back")["lines"][1:] == ["owl: wrote owl.webp"]
    adopted = told("adopt", "owl.webp")
    assert (adopted["assets"][0]["name"], adopted["lines"]) == ("owl", ['owl: "owl.webp" is now its original'])
    built.write("assetgen.toml", MANIFEST.replace('"fox.gif"', '"fox.webp"'))
    assert told("clean", "--dry-run") == {
        "version": 1,
        "command": "clean",
        "assets": [],
        "summary": {},
        "lines": ["nothing to clean"],
    }
    assert told("gc", "--dry-run")["lines"][0].startswith("would remove ")
    assert told("store", "path")["store"] == {"path": str(built.path / ".assetgen")}
    night = {"name": "night", "from": "project", "prompt": "{prompt}, at night", "negative": "sun"}
    assert told("styles", "night")["styles"] == [night]
    sketch = next(each for each in told("providers")["providers"] if each["name"] == "sketch")
    assert (sketch["key"], sketch["error"], "repeatable" in sketch["traits"]) == ("not needed", "", True)


def test_a_resolved_job_prints_a_document(project):
    with serve_openai() as server:
        project.env |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}
        owl = '[assets.owl]\nprompt = "an owl"\nmodel = "sketch"\nsize = "64x64"\n'
        project.write("assetgen.toml", f'version = 1\n[assets.fox]\nprompt = "a fox"\nmodel = "gpt-image-2"\nsize = "1024x1024"\n{owl}')
        server.fail_next("502")
        project("build", "-y", code=1)
        given_up = json.loads(project("jobs", "resolve", "fox", "--abandon", "--json").stdout)
        assert [(asset["name"], asset["state"]) for asset in given_up["assets"]] == [("fox", "blocked")]
        project.write("assetgen.toml", f"version = 1\n{owl}")
        listed = project("jobs")
        assert listed.stderr == 'note: "fox" is no longer in the manifest\nhint: to close its job: assetgen jobs resolve fox --abandon\n'
        closed = json.loads(project("jobs", "resolve", "fox", "--abandon", "--json").stdout)
        jsonschema.validate(closed, document.schema())
        assert (closed["assets"], closed["lines"]) == ([], ["fox: given up and closed, since no asset asks for it any more"])
        assert project("jobs").stdout == "no open jobs\n"


def test_the_file_to_adopt_is_named_from_the_folder_one_is_in(project):
    project.write("assetgen.toml", 'version = 1\n[assets.logo]\nprompt = "a logo"\nsize = "64x64"\noutputs = ["art/logo.png"]\n')
    (project.path / "art").mkdir()
    (project.path / "art/logo.png").write_bytes(draw("logo", 64, 64))
    (project.path / "art/mine.png").write_bytes(draw("mine", 64, 64))
    assert project("-C", "art", "adopt", "logo.png").stdout == 'logo: "art/logo.png" is now its original\n'
    # The hint is a command that works where the user is.
    refused = project("-C", "art", "adopt", "mine.png", code=2)
    assert refused.stderr == 'error: "art/mine.png" is no output of any asset\nhint: assetgen adopt mine.png --as NAME\n'
    (project.path / "art/link.png").symlink_to("/etc/passwd")
    away = project("-C", "art", "adopt", "link.png", "--as", "logo", code=2)
    assert away.stderr == 'error: "art/link.png" leads outside the project\nhint: copy the file into the project\n'
