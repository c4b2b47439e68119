"""The plug-in of docs/writing-a-provider.md as a package of its own: built and installed by pip, found by its entry point, killed, resumed.

Nothing is fetched: pip builds without isolation and installs without an index. The server is the one that the page shows.
"""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.projects import KILLED
from tests.test_docs import blocks

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/writing-a-provider.md"
KEY = "test-key-1234"
BUDGET = ("build", "--max-cost", "0.5")
GREEN = '[assets.green]\nprompt = "a green dot"\nsize = "64x64"\noutputs = ["green.webp"]\n'


def pip(*words, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def written():
    """The files of the page by name."""
    return {
        name.removeprefix("mirage/"): body
        for language, name, body, _ in blocks(PAGE.read_text())
        if language in {"python", "toml"} and name
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder of installed packages that holds the plug-in and nothing else."""
    source, dist, target = (tmp_path_factory.mktemp(name) for name in ("source", "dist", "site"))
    for name, body in written().items():
        if name in {"mirage.py", "pyproject.toml"}:
            (source / name).write_text(body)
    pip("wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(dist), ".", cwd=source)
    [wheel] = dist.iterdir()
    assert wheel.name == "assetgen_mirage-0.1-py3-none-any.whl"
    pip("install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", str(target), str(wheel), cwd=dist)
    return target


class Mirage:
    """The server of the page, in a process of its own."""

    def __init__(self, folder):
        (folder / "server.py").write_text(written()["server.py"])
        self.process = subprocess.Popen([sys.executable, "server.py"], cwd=folder, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    @property
    def log(self):
        with urllib.request.urlopen(f"{self.url}/log") as got:
            return json.load(got)

    @property
    def bought(self):
        return self.log.count("POST /v1/pictures")


@pytest.fixture
def mirage(tmp_path):
    made = Mirage(tmp_path)
    yield made
    with made.process as process:
        process.kill()


@pytest.fixture
def installed(project, site):
    """A project, and the command in an environment where the plug-in is installed."""
    project.env["PYTHONPATH"] = f"{site}:{ROOT}"
    return project


@pytest.fixture
def connected(installed, mirage):
    installed.env |= {"MIRAGE_BASE_URL": mirage.url, "MIRAGE_API_KEY": KEY}
    installed.write("assetgen.toml", written()["assetgen.toml"])
    return installed


def edit(project, old, new):
    text = (project.path / "assetgen.toml").read_text()
    assert old in text
    project.write("assetgen.toml", text.replace(old, new))


def add(project, name, version, entry, module=None):
    """Another installed package, as an installer leaves it: its metadata, and its one module."""
    folder = project.path.parent / "others"
    made = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    made.mkdir(parents=True)
    (made / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (made / "entry_points.txt").write_text(f"[assetgen.providers]\n{entry}\n")
    if module is not None:
        (folder / f"{entry.partition('= ')[2].partition(':')[0]}.py").write_text(module)
    if str(folder) not in project.env["PYTHONPATH"]:
        project.env["PYTHONPATH"] = f"{folder}:{project.env['PYTHONPATH']}"


def test_it_is_listed_planned_and_built(connected, mirage):
    listed = json.loads(connected("providers", "--json").stdout)["providers"]
    assert [each for each in listed if each["name"] == "mirage"] == [
        {
            "name": "mirage",
            "key": "yes, MIRAGE_API_KEY",
            "base_url": "MIRAGE_BASE_URL of the environment",
            "traits": ["2 requests at once"],
            "error": "",
            "hint": "",
        }
    ]
    [planned] = json.loads(connected("plan", "--json").stdout)["assets"]
    assert (planned["state"], mirage.log) == ("generate", [])
    assert "1 asset: 1 generated" in connected(*BUDGET).stdout
    assert mirage.log == ["POST /v1/pictures", *["GET /v1/pictures/1"] * 3, "GET /files/1"]
    connected("check")
    locked = (connected.path / "assetgen.lock").read_text()
    assert 'provider = "mirage"' in locked
    assert "0.02" in locked


def test_a_build_that_was_killed_is_resumed_by_the_id_that_the_plug_in_saved(connected, mirage):
    died = subprocess.run(
        [sys.executable, "-c", KILLED, "Progressed"],
        cwd=connected.path,
        env=connected.env,
        capture_output=True,
        check=False,
    )
    assert (died.returncode, mirage.bought) == (-signal.SIGKILL, 1)
    assert "mirage" in connected("jobs").stdout
    assert "1 asset: 1 generated" in connected(*BUDGET).stdout
    assert (mirage.bought, connected("jobs").stdout) == (1, "no open jobs\n")


def test_what_it_refuses_blocks_its_asset_and_what_it_lacks_is_named(connected, mirage):
    edit(connected, "a camel before a red dune", "a forbidden camel")
    connected.write("assetgen.toml", (connected.path / "assetgen.toml").read_text() + GREEN)
    refused = connected(*BUDGET, code=1)
    assert "mirage refused the request: we do not draw this" in refused.stdout + refused.stderr
    assert (connected.path / "green.webp").exists()
    edit(connected, "forbidden", "tired")
    keyless = connected(*BUDGET, code=1, MIRAGE_API_KEY="")
    assert 'there is no key for mirage: "MIRAGE_API_KEY" is not set' in keyless.stdout + keyless.stderr
    assert mirage.bought == 1


def test_another_server_of_a_plug_in(connected, mirage):
    edit(connected, 'model   = "dune"', 'model   = "dune-1"\nprovider = "mirage:oasis"')
    connected.env |= {"MIRAGE_BASE_URL": "http://127.0.0.1:9", "OASIS_BASE_URL": mirage.url, "OASIS_API_KEY": "wrong-key-1234"}
    wrong = connected("build", "--yes", code=1)
    assert "mirage:oasis refuses the account or the key: unknown key Bearer [redacted]" in wrong.stdout + wrong.stderr
    assert "hint: OASIS_API_KEY=…" in wrong.stdout + wrong.stderr
    connected("build", "--yes", OASIS_API_KEY=KEY)
    assert 'provider = "mirage:oasis"' in (connected.path / "assetgen.lock").read_text()


def test_two_packages_that_claim_one_name(installed):
    add(installed, "mirage-of-others", "2", "mirage = mirage:create")
    told = installed("providers", code=2)
    assert told.stderr == (
        'error: "assetgen-mirage" and "mirage-of-others" both bring "mirage" for assetgen.providers\nhint: uninstall one of them\n'
    )


LOADED = 'the plug-in "{0}" of "assetgen-{0}" cannot be loaded: '
STARTED = 'the provider "{0}" of "assetgen-{0}" cannot be started: '
MADE = """
class Made:
    name, traits = {}, {}

    def check(self, request):
        [][0]


def create(settings, http):
    return Made()
"""
BROKEN = {
    "import": ("import nothing_at_all\n", LOADED.format("import") + "No module named 'nothing_at_all'"),
    "raise": ('raise OSError("no driver")\n', LOADED.format("raise") + "OSError: no driver"),
    "syntax": ("def create(:\n", LOADED.format("syntax") + "SyntaxError: invalid syntax"),
    "empty": ("", LOADED.format("empty") + "AttributeError: module 'broken_empty' has no attribute 'create'"),
    "factory": ('def create(settings, http):\n    return {}["x"]\n', STARTED.format("factory") + "KeyError: 'x'"),
    "named": (MADE.format("'other'", "None"), STARTED.format("named") + 'it calls itself "other"'),
    "traits": (MADE.format("'traits'", "None"), STARTED.format("traits") + "its traits are no Traits"),
    "check": (
        f"from assetgen.providers import Traits\n{MADE.format(repr('check'), 'Traits()')}",
        'the provider "check" of "assetgen-check" has a bug: IndexError: list index out of range',
    ),
}


def test_plug_ins_that_cannot_be_had_block_the_assets_that_ask_for_them(installed):
    assets = ""
    for how, (module, _) in BROKEN.items():
        add(installed, f"assetgen-{how}", "1", f"{how} = broken_{how}:create", module)
        assets += f'[assets.{how}]\nprompt = "a dot"\nprovider = "{how}"\nmodel = "b"\n'
    installed.write("assetgen.toml", f"version = 1\n\n{assets}{GREEN}")
    built = json.loads(installed("build", "--yes", "--json", code=1).stdout)
    told = {asset["name"]: [asset["state"], *(reason["text"] for reason in asset["reasons"])] for asset in built["assets"]}
    for how, (_, message) in BROKEN.items():
        assert (told[how][0], re.sub(r" \(broken_\w+\.py.*\)$", "", told[how][-1])) == ("blocked", f"{how}: {message}")
    assert (installed.path / "green.webp").exists()


def test_the_list_of_providers_tells_of_a_plug_in_that_cannot_be_had(installed):
    add(installed, "assetgen-import", "1", "import = broken_import:create", BROKEN["import"][0])
    listed = {each["name"]: each for each in json.loads(installed("providers", "--json").stdout)["providers"]}
    assert listed["import"]["error"] == BROKEN["import"][1]
    assert (listed["mirage"]["error"], listed["mirage"]["key"]) == ("", "no, set MIRAGE_API_KEY")


BUGGY = """
from assetgen.providers import Traits


class Buggy:
    name, traits = "buggy", Traits(paid=False)

    def check(self, request):
        pass

    def generate(self, request, job):
        return {}["picture"]


def create(settings, http):
    return Buggy()
"""


def test_a_bug_in_a_plug_in_fails_its_asset_and_the_rest_is_built(installed):
    add(installed, "assetgen-buggy", "1", "buggy = buggy:create", BUGGY)
    installed.write("assetgen.toml", f'version = 1\n\n[assets.bad]\nprompt = "a dot"\nprovider = "buggy"\nmodel = "b"\n{GREEN}')
    told = installed.raw("build", "--yes", "--json")
    results = {asset["name"]: asset["result"] for asset in json.loads(told.stdout)["assets"]}
    assert (results["bad"]["status"], results["green"]["status"]) == ("failed", "done")
    # The traceback names the line of the plug-in.
    assert 'buggy.py", line 12, in generate' in results["bad"]["message"]
    assert results["bad"]["message"].endswith("KeyError: 'picture'\n")
    assert told.returncode == 3
    assert (installed.path / "green.webp").exists()
