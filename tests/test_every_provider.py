"""The example with one asset for every provider and model: it is complete, priced without a key, and built against stand-ins.

Hosted providers and ComfyUI are servers on loopback; the local models are real pipelines with tiny random weights.
"""

import json
import os
import re
import shutil
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from assetgen.engine.build import Options, run
from assetgen.engine.survey import look
from assetgen.engine.workspace import catalog
from assetgen.net import Http
from assetgen.plugins import Providers
from assetgen.settings import Settings
from tests.generate import ROOT
from tests.servers import SERVERS, serve
from tests.servers.pictures import draw

EXAMPLE = ROOT / "examples" / "every-provider"
FAMILIES = {
    "flux-dev": "flux",
    "flux-schnell": "flux-schnell",
    "flux-2-": "flux2-klein",
    "sd3.5-": "sd3",
    "sd1.5": "sd15",
    "sdxl": "sdxl",
    "z-image": "z-image",
}
# Made here, or by hand: none of them sends a request to be counted.
AT_HOME = {"sketch", "diffusers", "manual", "file"}


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path_factory):
    for name in ("HOME", "XDG_CONFIG_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.getbasetemp() / "home"))
    for name in [name for name in os.environ if name.endswith(("_KEY", "_TOKEN", "_BASE_URL", "_HOST"))] + ["CI", "ASSETGEN_CONFIG"]:
        monkeypatch.delenv(name, raising=False)


def copied(folder):
    return Path(shutil.copytree(EXAMPLE, folder / "project", ignore=shutil.ignore_patterns(".assetgen", "public", "*.lock")))


def served():
    """Every provider and model of the catalog that can still be asked."""
    return {(provider, model.id) for model in catalog().models.values() if not model.retired for provider in model.services}


def test_it_has_an_asset_for_every_provider_and_model(tmp_path):
    with look(copied(tmp_path)) as seen:
        names = set(seen.workspace.manifest.assets)
        asked = {name: seen.facts.offer(asset).providers for name, asset in seen.workspace.manifest.assets.items() if "/" in name}
    assert {f"{provider}/{model}" for provider, model in served()} - names == set()
    wrong = {name: providers for name, providers in asked.items() if providers and providers[0] != name.partition("/")[0]}
    assert wrong == {}


def test_it_is_priced_without_a_key(tmp_path):
    with look(copied(tmp_path)) as seen:
        plan = seen.plan
    states = {name: planned.state.value for name, planned in plan.assets.items()}
    blocked = {name for name, state in states.items() if state == "blocked"}
    assert {name for name in blocked if not name.startswith("diffusers/")} == set()
    known = {name: planned.price.high for name, planned in plan.assets.items() if planned.buys and planned.price is not None}
    assert (known["replicate/flux-1.1-pro"], known["fal/nano-banana"]) == (Decimal("0.04"), Decimal("0.039"))
    assert len(known) > 30


@pytest.mark.parametrize("path", sorted(EXAMPLE.glob("providers/*.toml")), ids=lambda path: path.stem)
def test_its_comments_name_the_variables_that_are_read(path):
    http = Http()
    providers = Providers(Settings(({},)), http)
    try:
        traits = providers.made(path.stem).traits
    finally:
        providers.close()
        http.close()
    head = path.read_text().partition("\n")[0]
    named = set(re.findall(r"[A-Z]+(?:_[A-Z]+)+", head))
    assert set(traits.keys) <= named <= {*traits.keys, traits.url}


def configured(folder, tiny):
    """The user's configuration: short waits for the servers, and folders for the local models."""
    models = {
        model: str(tiny(next(family for start, family in FAMILIES.items() if model.startswith(start))))
        for provider, model in sorted(served())
        if provider == "diffusers"
    }
    quick = "".join(f'[providers."{name}"]\npoll_interval = 0.02\nrequests_per_minute = 100000\n' for name in SERVERS if "-" not in name)
    path = folder / "config.toml"
    folders = ", ".join(f"{json.dumps(model)} = {json.dumps(folder)}" for model, folder in models.items())
    path.write_text(f"{quick}\n[providers.diffusers]\nmodels = {{ {folders} }}\n")
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory, tiny):
    folder = tmp_path_factory.mktemp("every")
    project = copied(folder)
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serve(name)) for name in SERVERS}
        environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "ASSETGEN_CONFIG": str(configured(folder, tiny))}
        for server in servers.values():
            environ |= server.environ
        told = []
        outcome = run(project, Options(agreed=True), told.append, environ=environ)
        accepted = {name: len(server.accepted) for name, server in servers.items()}
        for name, result in outcome.results.items():
            if result.status.value == "waits":
                (project / "inbox").mkdir(exist_ok=True)
                (project / "inbox" / f"{name.replace('/', '-')}.png").write_bytes(draw(name, 640, 480))
        second = run(project, Options(agreed=True), told.append, environ=environ)
        third = run(project, Options(agreed=True), told.append, environ=environ)
        again = {name: len(server.accepted) for name, server in servers.items()}
        with look(project, environ=environ) as seen:
            yield project, (outcome, second, third), (accepted, again), seen.lock


def test_every_asset_is_built_and_paid_once(built):
    project, (first, second, third), (accepted, again), _ = built
    ended = {name: result.status.value for name, result in first.results.items()}
    assert {name: first.results[name].message for name, status in ended.items() if status not in {"done", "waits"}} == {}
    assert {name for name, status in ended.items() if status == "waits"} == {name for name in ended if name.startswith("manual/")}
    assert {result.status.value for name, result in second.results.items() if name.startswith("manual/")} == {"done"}
    assert {result.status.value for result in third.results.values()} == {"fresh"}
    hosted = [name.partition("/")[0] for name in ended if "/" in name and name.partition("/")[0] not in AT_HOME]
    wanted = {name: hosted.count(name) for name in SERVERS if name != "stability-grpc"}
    wanted["stability-grpc"] = sum(1 for name in ended if name == "stability/sdxl")
    wanted["stability"] -= wanted["stability-grpc"]
    assert accepted == again == wanted
    assert len(list((project / "public").rglob("*.png"))) == len(ended)


def test_the_lock_says_who_made_what(built):
    *_, lock = built
    makers = {name: block.original.provider for name, block in lock.items() if "/" in name}
    assert {name: maker for name, maker in makers.items() if maker != name.partition("/")[0]} == {}
    local = lock["diffusers/flux-schnell"].original
    assert (local.width, local.height, local.effective["device"], local.cost) == (256, 256, "cpu", None)
