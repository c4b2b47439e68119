"""`assetgen doctor`: what the machine has, what the project lacks and the cure; nothing is sent anywhere unless the user says so."""

import io
import json
import os
import re
import shutil
import struct
import tomllib
from importlib.metadata import version

import jsonschema
import pytest

from assetgen.engine.doctor import examine, machine, needs, repository
from assetgen.engine.doctor.local import Local
from assetgen.engine.doctor.local import troubles as missing_models
from assetgen.engine.doctor.services import EXTRAS, Fault, asked, near, services
from assetgen.engine.doctor.shelf import entry
from assetgen.engine.doctor.software import extras, missing, package
from assetgen.engine.survey import look
from assetgen.net import Http
from assetgen.plugins import Providers
from assetgen.providers.diffusers.device import Device, Machine, seen
from assetgen.report import document
from assetgen.report.doctor import show
from assetgen.report.examination import error, warning
from assetgen.report.terminal import Terminal
from assetgen.settings import Settings
from tests.projects import ROOT
from tests.servers import KEY, serve_comfyui, serve_openai
from tests.servers.pictures import draw

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GB = 10**9
CPU = Device(kind="cpu", name="x86_64", total=64 * GB, free=60 * GB)
OPENAI = '[assets.hero]\nprompt = "a red fox"\nmodel = "gpt-image-2"\nsize = "1024x1024"\noutputs = ["hero.png"]\n'
LOCAL = '[assets.fox]\nprompt = "a red fox"\nprovider = "diffusers"\nmodel = "{model}"\nsize = "{size}"\noutputs = ["fox.png"]\n'
NO_KEY = 'openai has no key: "OPENAI_API_KEY" is not set; "hero" needs it'
KEY_HINT = "OPENAI_API_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"


def local(model, size="64x64"):
    return "version = 1\n" + LOCAL.format(model=model, size=size)


def told(project, *words, code=0, **env):
    made = json.loads(project("doctor", "--json", *words, code=code, **env).stdout)
    jsonschema.validate(made, document.schema())
    return made["doctor"]


def shown(made, *, quiet=False):
    """The lines of an examination in a pipe."""
    out = io.StringIO()
    show(Terminal(out, out, quiet=quiet, colour=False, redact=str), made)
    return out.getvalue()


def cached(home, name, folder, commit=COMMIT):
    """A model in the hub's cache, as the hub's own library lays it out: links to blobs, and what "main" is."""
    root = home / "hub" / f"models--{name.replace('/', '--')}"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(commit)
    (root / "blobs").mkdir()
    for number, file in enumerate(sorted(file for file in folder.rglob("*") if file.is_file())):
        shutil.copyfile(file, root / "blobs" / str(number))
        link = root / "snapshots" / commit / file.relative_to(folder)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(root / "blobs" / str(number), link.parent))


def test_outside_of_a_project(project):
    made = told(project)
    assert (made["problems"], made["project"], made["store"], made["choices"]) == ([], None, None, [])
    assert {"openai", "local", "stability"} <= {one["name"] for one in made["software"]["extras"]}
    openai = next(one for one in made["providers"] if one["name"] == "openai")
    assert openai["keys"] == [{"variable": "OPENAI_API_KEY", "set": False}]
    assert openai["answer"] is None
    assert [one["chosen"] for one in made["machine"]["devices"]].count(True) == 1
    assert made["machine"]["devices"][-1]["kind"] == "cpu"
    assert made["machine"]["torch"]["error"] is None


def test_a_missing_key_is_told_first_and_with_its_cure(project):
    project.write("assetgen.toml", "version = 1\n" + OPENAI)
    done = project("doctor", code=1)
    assert done.stdout.splitlines()[:4] == [f"error  {NO_KEY}", f"       hint: {KEY_HINT}", "", f"assetgen  {version('assetgen-build')}"]
    assert done.stderr == ""
    assert [line.split() for line in done.stdout.splitlines() if line.startswith("openai ")][-1] == [
        "openai",
        "not",
        "set",
        "1",
        "its",
        "own",
    ]
    with serve_openai() as server:
        done = project("doctor", **server.environ)
        assert server.connections == 0
    assert done.stdout.splitlines()[0] == "no problems found"
    assert KEY not in done.stdout


def lacking(folder, environ=None, installed=(), python=(3, 12)):
    """What the project in a folder lacks of providers, with this environment, these extras and this Python."""
    with look(folder, environ=environ or {}) as survey:
        work = survey.workspace
        found = services(work.providers, work.settings, installed, needs.users(survey))
        return list(needs.troubles(survey, found, installed, python))


def test_a_substitute_makes_it_a_warning(tmp_path):
    (tmp_path / "assetgen.toml").write_text(
        'version = 1\n[assets.hero]\nprompt = "a red fox"\nmodel = "flux-dev"\nvia = ["fal", "replicate"]\noutputs = ["hero.png"]\n'
    )
    [found] = lacking(tmp_path, {"FAL_KEY": "fal-key-0123456789"})
    assert found == warning(
        'replicate has no key: "REPLICATE_API_TOKEN" is not set; "hero" needs it, or another provider of its via',
        "REPLICATE_API_TOKEN=… in the environment, or in a git-ignored .env beside assetgen.toml",
    )
    assert [one["severity"] for one in lacking(tmp_path)] == ["error", "error"]


def test_models_that_are_gone(tmp_path):
    (tmp_path / "assetgen.toml").write_text("version = 1\n" + OPENAI.replace("gpt-image-2", "dall-e-3"))
    [found] = [one for one in lacking(tmp_path, {"OPENAI_API_KEY": KEY}) if one["severity"] == "warning"]
    assert re.fullmatch(r'"dall-e-3" was (retired|shut down) on [\d-]+', found["text"])
    assert found["hint"].startswith('model = "')


def test_local_models_and_what_would_be_chosen(project, tiny, tmp_path):
    hub = tmp_path / "hf"
    cached(hub, "tiny/sd15", tiny("sd15"))
    cached(hub, "tiny/pickled", tiny("sd15-pickled"))
    cached(hub, "tiny/canny", tiny("sd15-controlnet"))
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "config.json").write_text('{"model_type": "bert"}')
    cached(hub, "tiny/words", tmp_path / "words")
    shutil.copytree(tiny("flux"), project.path / "models/flux")
    config = tmp_path / "config.toml"
    config.write_text(
        f'[providers.diffusers]\ndevice = "cpu"\nmodels = {{ "z" = "{tiny("z-image")}" }}\nloras = {{ "paper" = "{tiny("sd15-lora")}" }}\n'
    )
    assets = {"owl": "tiny/sd15", "cat": f"tiny/sd15@{COMMIT}", "bee": "models/flux", "elk": "z", "ant": "tiny/absent"}
    tables = [local(model).partition("\n")[2].replace("fox", name) for name, model in assets.items()]
    project.write("assetgen.toml", "version = 1\n" + "".join(tables))
    env = {"HF_HOME": str(hub), "ASSETGEN_CONFIG": str(config)}
    with serve_comfyui() as server:
        made = told(project, code=1, COMFYUI_URL=server.root, **env)
    assert next(one["answer"] for one in made["providers"] if one["name"] == "comfyui") == "answers"
    assert [one["text"] for one in made["problems"]] == [
        '"ant": diffusers: the model "tiny/absent" is not in the hub\'s cache, and nothing is downloaded'
    ]
    assert {(one["name"], one["source"], one["revision"], one["kind"], one["precision"], one["problem"]) for one in made["models"]} == {
        ("z", "user configuration", None, "Z-Image", "float32", None),
        ("paper", "user configuration", None, "LoRA", "float32", None),
        ("models/flux", "project", None, "FLUX.1", "float32", None),
        ("tiny/sd15", "hub cache", COMMIT, "Stable Diffusion 1.5", "float32", None),
        ("tiny/canny", "hub cache", COMMIT, "ControlNet", "float32", None),
        (
            *("tiny/pickled", "hub cache", COMMIT, None, "float32"),
            '"tiny/pickled/unet/diffusion_pytorch_model.bin" can hold code, and only safetensors are loaded',
        ),
    }
    sizes = {one["name"]: one["bytes"] for one in made["models"]}
    assert sizes["tiny/sd15"] == sum(file.stat().st_size for file in tiny("sd15").rglob("*") if file.is_file())
    choices = {one["asset"]: one for one in made["choices"]}
    assert {(one["device"], one["mode"], one["precision"]) for name, one in choices.items() if name != "ant"} == {
        ("cpu", "full", "float32")
    }
    assert choices["owl"]["notes"] == [f'"tiny/sd15" is not pinned, and can change: model = "tiny/sd15@{COMMIT}" is']
    assert choices["cat"]["notes"] == []
    assert choices["ant"]["problem"] == 'the model "tiny/absent" is not in the hub\'s cache, and nothing is downloaded'
    assert shown(made, quiet=True).splitlines() == [f"error: {made['problems'][0]['text']}", f"hint: {made['problems'][0]['hint']}"]
    lines = shown(made).splitlines()
    assert f"tiny/canny    0.5 MB  float32  ControlNet, hub cache {COMMIT[:12]}" in lines
    assert any(line.startswith("bee          full on cpu  float32  1.0 GB  models/flux") for line in lines)


def large(folder, tiny):
    """FLUX.1 [dev] by its headers: the shapes of 12 and 5 thousand million numbers, and none of the numbers."""
    shutil.copytree(tiny("flux"), folder)
    for part, count in {"transformer/diffusion_pytorch_model": 11_900, "text_encoder_2/model": 4_760}.items():
        head = json.dumps({"weight": {"dtype": "BF16", "shape": [count, 1_000_000], "data_offsets": [0, count * 2_000_000]}}).encode()
        (folder / f"{part}.safetensors").write_bytes(struct.pack("<Q", len(head)) + head)


@pytest.mark.parametrize(
    ("devices", "table", "packages", "mode", "notes"),
    [
        ([80], {}, (), "full cuda bfloat16", []),
        ([30], {}, (), "model-offload cuda bfloat16", []),
        ([80], {"memory": 30}, (), "model-offload cuda bfloat16", []),
        ([16], {}, ("bitsandbytes",), "quantised cuda bfloat16", []),
        ([16], {}, (), "group-offload cuda bfloat16", []),
        ([80], {"placement": "sequential"}, (), "sequential cuda bfloat16", []),
        ([80], {"device": "cpu"}, (), "full cpu float32", ["69.6 GB of memory are needed, and there are 60.0 GB: it may run out"]),
        ([], {}, (), "full cpu float32", ["69.6 GB of memory are needed, and there are 60.0 GB: it may run out"]),
    ],
)
def test_the_choice_follows_memory(tmp_path, tiny, devices, table, packages, mode, notes):
    large(tmp_path / "flux", tiny)
    (tmp_path / "assetgen.toml").write_text(local("flux", "1024x1024"))
    cards = [Device(kind="cuda", name="card", total=size * GB, free=size * GB, bfloat16=True) for size in devices]
    there = Machine(devices=(*cards, CPU), ram=60 * GB, packages=frozenset(packages))
    found = Local.of(Settings((), {"providers": {"diffusers": table}}, str(tmp_path)), there)
    with look(tmp_path, environ={}) as survey:
        [made] = found.choices(survey)
    assert f"{made['mode']} {made['device']} {made['precision']}" == mode
    assert [note for note in made["notes"] if "memory" in note] == notes
    assert any("on the cpu a picture takes about" in note for note in made["notes"]) == mode.endswith("cpu float32")


@pytest.mark.parametrize(
    ("lines", "problem", "hint"),
    [
        ("params = { steps = 900 }", '"steps" can\'t be 900', "1 to 200"),
        ('loras = ["acme/none"]', 'the LoRA "acme/none" is not in the hub\'s cache, and nothing is downloaded', None),
        (
            'controls = [{ kind = "pose", image = "p.png" }]',
            'no ControlNet is named for a control of the kind "pose"',
            'controls = { "sd15-pose" = "/path/to/it" } in [providers.diffusers] of the user\'s configuration',
        ),
    ],
)
def test_what_is_refused_is_no_choice(tmp_path, tiny, lines, problem, hint):
    (tmp_path / "models").mkdir()
    shutil.copytree(tiny("sd15"), tmp_path / "models/sd15")
    (tmp_path / "p.png").write_bytes(draw("pose", 64, 64))
    (tmp_path / "assetgen.toml").write_text(local("models/sd15") + lines + "\n")
    there = Machine(devices=(CPU,), ram=60 * GB, packages=frozenset())
    with look(tmp_path, environ={"HF_HOME": str(tmp_path)}) as survey:
        [made] = Local.of(survey.workspace.settings, there).choices(survey)
        assert survey.plan.assets["fox"].reason == f"never generated; diffusers: {problem}"
    assert (made["problem"], made["mode"], made["device"], made["needs"]) == (problem, None, None, None)
    assert hint is None or made["hint"] == hint


def test_wrong_options_of_local_models_are_told():
    there = Machine(devices=(CPU,), ram=GB, packages=frozenset())
    wrong = Local.of(Settings((), {"providers": {"diffusers": {"memory": -1}}}), there)
    assert wrong.troubles == (error("providers.diffusers.memory must be a number of GB above 0, and at most 1000000", "memory = 12"),)
    absent = Local.of(Settings((), {"providers": {"diffusers": {"device": "cuda:0"}}}), there)
    assert absent.troubles == (
        error(
            'providers.diffusers names the device "cuda:0", which torch does not find here',
            'device = "cpu" in [providers.diffusers] of the user\'s configuration',
        ),
    )


def test_a_configured_path_where_nothing_lies(tmp_path):
    assert entry("dev", "user configuration", tmp_path / "none")["problem"] == f'there is nothing at "{tmp_path / "none"}"'


def test_torch_that_cannot_be_loaded(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'OSError: libtorch.so: cannot open' >&2\nexit 1\n")
    broken.chmod(0o755)
    found = machine.torch(str(broken))
    assert found == {"version": None, "cuda": None, "devices": [], "error": "OSError: libtorch.so: cannot open"}
    made = machine.machine(Machine(devices=(CPU,), ram=GB, packages=frozenset()), found, CPU)
    text, hint = "torch is installed and cannot be loaded: OSError: libtorch.so: cannot open", "pip install --force-reinstall torch"
    assert list(machine.troubles(made, local=True)) == [error(text, hint)]
    assert list(machine.troubles(made, local=False)) == [warning(text, hint)]


def test_a_card_that_torch_does_not_see_is_not_drawn_on():
    card = Device(kind="cuda", name="NVIDIA H200", total=140 * GB, free=140 * GB, bfloat16=True)
    there = Machine(devices=(card, CPU), ram=GB, packages=frozenset({"torch"}))
    blind = {"version": "2.13.0+cpu", "cuda": None, "devices": [], "error": None}
    assert machine.usable(there, blind).devices == (CPU,)
    assert machine.usable(there, blind | {"cuda": "13.0", "devices": ["NVIDIA H200"]}) == there
    [found] = machine.troubles(machine.machine(there, blind, CPU), local=True)
    assert found["text"] == "torch 2.13.0+cpu does not see the NVIDIA card: it is built without CUDA"


def test_extras_say_why_they_are_not_installed():
    lines = ["stability-sdk>=0.8.6; (python_version < '3.13') and extra == 'stability'", "openai<2,>=1; extra == 'openai'"]
    lines += ["assetgen-none>=1; extra == 'none'", "click>=8.1", "openai>=2; extra == 'all'"]
    found = {one["name"]: one for one in extras(lines, (3, 13))}
    assert list(found) == ["none", "openai", "stability"]
    assert missing(found["stability"]).endswith("it exists for Python < 3.13 only, and this is 3.13")
    assert missing(found["none"]) == "assetgen-none is not installed"
    assert missing(found["openai"]) == f"openai {package('openai', '')['version']}: <2,>=1 is needed"
    assert not any(one["installed"] for one in found.values())
    [usable] = extras(lines[:1], (3, 12))
    assert usable["packages"][0]["problem"] is None


@pytest.mark.parametrize(
    ("wanted", "fits"), [(">=1", True), ("<4,>=1.0.0", True), ("==0.1", False), ("!=0.1", True), ("<=0.9", False), (">999", False)]
)
def test_versions_of_packages(wanted, fits):
    assert (package("openai", wanted)["problem"] is None) == fits


def test_online_asks_and_ends_of_models_are_told(project):
    project.write("assetgen.toml", "version = 1\n" + OPENAI)
    with serve_openai(ends={"gpt-image-2": 1_935_360_000, "gpt-image-9": "2031-05-02"}) as server:
        made = told(project, "--online", **server.environ)
        assert server.connections == 1
    assert made["problems"] == [warning('openai will shut down "gpt-image-2" on 2031-05-01', "assetgen models gpt-image-2")]
    assert next(one["answer"] for one in made["providers"] if one["name"] == "openai") == "answers"


def service(name, environ, tables=None):
    """One provider as doctor finds it with this environment."""
    settings, http = Settings((environ,), tables or {}), Http()
    try:
        found = services(Providers(settings, http), settings, [])[name]
        return found, asked(found, settings)
    finally:
        http.close()


def test_a_key_that_is_not_taken():
    with serve_openai() as server:
        _, found = service("openai", server.environ | {"OPENAI_API_KEY": "sk-wrong-0123456789"})
    assert (found.answer, found.faults) == ("answers 401", (Fault(text="openai does not take the key", hint=KEY_HINT),))


def test_a_server_that_is_not_there():
    with serve_openai() as server:
        environ = server.environ
    _, found = service("openai", environ)
    hint = "look at the network, ASSETGEN_PROXY and OPENAI_BASE_URL"
    assert found.faults == (Fault(text="openai does not answer (ConnectError)", hint=hint),)


def test_a_comfyui_that_does_not_run():
    with serve_comfyui() as server:
        environ = {"COMFYUI_URL": server.root}
    _, found = service("comfyui", environ)
    hint = "start it, or say where it is: COMFYUI_URL=https://host"
    assert found.faults == (Fault(text="comfyui does not answer (ConnectError)", hint=hint),)


def test_another_server_gets_its_own_key_only():
    with serve_openai() as server:
        environ = {"OPENAI_API_KEY": KEY, "LOCALAI_BASE_URL": server.base_url}
        _, found = service("openai:localai", environ, {"providers": {"openai:localai": {}}})
        assert found.answer == "answers 401"
        _, found = service("openai:localai", environ | {"LOCALAI_API_KEY": KEY}, {"providers": {"openai:localai": {}}})
        assert found.answer == "answers"


@pytest.mark.parametrize(
    ("name", "environ", "expected"),
    [
        ("comfyui", {}, True),
        ("comfyui", {"COMFYUI_URL": "http://localhost:8188"}, True),
        ("comfyui", {"COMFYUI_URL": "http://comfy.example.org"}, False),
        ("openai", {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, False),
        ("sketch", {}, False),
    ],
)
def test_only_free_servers_of_this_machine_are_near(name, environ, expected):
    settings, http = Settings((environ,)), Http()
    try:
        assert near(services(Providers(settings, http), settings, [])[name]) is expected
    finally:
        http.close()


def test_the_older_api_of_stability_needs_its_extra(tmp_path):
    (tmp_path / "assetgen.toml").write_text(
        'version = 1\n[assets.sea]\nprompt = "the sea"\nmodel = "sdxl"\nprovider = "stability"\noutputs = ["sea.png"]\n'
        'params = { api = "grpc" }\n'
    )
    absent = list(extras(["stability-sdk>=0.8.6; (python_version < '3.11') and extra == 'stability'"]))
    [found] = [one for one in lacking(tmp_path, {"STABILITY_API_KEY": KEY}, absent, (3, 12)) if one["severity"] == "error"]
    assert found == error(
        'the gRPC API of "stability" needs the extra "stability", which is not installed; "sea" needs it',
        "pip install 'assetgen-build[stability]'",
    )
    [found] = [one for one in lacking(tmp_path, {"STABILITY_API_KEY": KEY}, absent, (3, 13)) if one["severity"] == "error"]
    assert found == error(
        'the gRPC API of stability needs stability-sdk, which cannot be installed on Python 3.13; "sea" needs it',
        'Python 3.12, or model = "sd3.5-large" without api = "grpc"',
    )


def test_only_extras_that_there_are_and_that_something_imports_are_asked_for():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(EXTRAS.values()) <= set(declared)
    assert declared["all"] == [f"assetgen-build[{','.join(name for name in declared if name != 'all')}]"]
    sources = "\n".join(path.read_text() for path in (ROOT / "assetgen/providers").rglob("*.py"))
    for name in EXTRAS.values():
        package_name = re.match(r"[\w-]+", declared[name][0])[0].replace("-", "_")
        assert re.search(rf"^\s+(import|from) {package_name}\b", sources, re.MULTILINE), name
    assert "fal_client" not in sources


def test_fal_needs_a_key_and_no_package(tmp_path):
    (tmp_path / "assetgen.toml").write_text(
        'version = 1\n[assets.hero]\nprompt = "a red fox"\nmodel = "flux-dev"\nprovider = "fal"\noutputs = ["hero.png"]\n'
    )
    absent = list(extras(["assetgen-none>=1; extra == 'fal'"]))
    assert [one["installed"] for one in absent] == [False]
    assert lacking(tmp_path, {"FAL_KEY": "fal-key-0123456789"}, absent) == []


def test_a_repository_without_its_programs(git, tmp_path):
    git(tmp_path)
    (tmp_path / ".gitattributes").write_text("*.png filter=lfs diff=lfs merge=lfs -text\n")
    bare = {"git": None, "git_lfs": None}
    disk = {"path": str(tmp_path), "writable": True, "free": 10 * GB}
    assert list(repository.troubles(tmp_path, bare, disk)) == [
        error("git is not installed, and the project is in a git repository", "install git"),
        error('".gitattributes" names git LFS, which is not installed', "install git-lfs, then: git lfs pull"),
    ]
    there = {"git": "2.39.5", "git_lfs": "3.3.0"}
    assert list(repository.troubles(tmp_path, there, disk)) == []
    assert [one["hint"] for one in repository.troubles(tmp_path, there, disk | {"free": 1})] == ["assetgen gc"]


def test_a_store_that_cannot_be_written_to(tmp_path):
    (tmp_path / ".assetgen").write_text("a file")
    found = machine.store(tmp_path / ".assetgen")
    assert found["writable"] is False
    [trouble] = repository.troubles(tmp_path, {"git": "2", "git_lfs": "3"}, found)
    assert trouble == error(f'the store "{tmp_path / ".assetgen"}" cannot be written to', f'chmod u+rwx "{tmp_path / ".assetgen"}"')


@pytest.mark.parametrize(
    ("manifest", "config", "text"),
    [
        ("version = 1\n[assets.a]\nprompt = 3\n", "", "assetgen.toml:3: assets.a.prompt: "),
        ("version = 1\n", "[provider]\n", 'config.toml:1: provider: unknown table "provider"'),
    ],
)
def test_faulty_files_are_problems_too(tmp_path, manifest, config, text):
    (tmp_path / "assetgen.toml").write_text(manifest)
    (tmp_path / "config.toml").write_text(config)
    made = examine(tmp_path, {"ASSETGEN_CONFIG": str(tmp_path / "config.toml"), "COMFYUI_URL": "http://comfy.example.org"})
    [found] = made["problems"]
    assert found["severity"] == "error"
    assert text in found["text"]


def test_what_is_chosen_is_what_is_done_and_fresh_assets_need_nothing(project, tiny, tmp_path):
    """Drawn by the real worker, whose own words are in the lock."""
    folder = project.path / "art/models/sd15"
    shutil.copytree(tiny("sd15"), folder)
    (tmp_path / "config.toml").write_text('[providers.diffusers]\ndevice = "cpu"\nplacement = "model-offload"\n')
    project.env["ASSETGEN_CONFIG"] = str(tmp_path / "config.toml")
    project.write("assetgen.toml", local("art/models/sd15") + "params = { steps = 1 }\n")
    project("build")
    done = json.loads(project("diff", "fox", "--json").stdout)["assets"][0]["originals"][0]["effective"]
    with look(project.path, environ=project.env) as survey:
        here = Local.of(survey.workspace.settings, seen())
        [choice] = here.choices(survey)
        assert list(missing_models([choice], survey.plan)) == []
        shutil.rmtree(folder)
        [found] = missing_models(here.choices(survey), survey.plan)
        assert list(needs.troubles(survey, {}, ())) == []
    assert {key: choice[key] for key in ("device", "mode", "precision")} == {key: done[key] for key in ("device", "mode", "precision")}
    assert choice["mode"] == "model-offload"
    assert found["severity"] == "warning"
    assert found["text"] == '"fox" cannot be drawn here again: there is no model "art/models/sd15" in the project'
