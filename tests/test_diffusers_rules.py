"""What is refused, found and remarked upon before any library is loaded: places, folders, families, prompts. Nothing is drawn here."""

import importlib
import json
import shutil
import struct
import subprocess
import sys
from dataclasses import replace

import diffusers
import pytest

from assetgen.engine.workspace import catalog
from assetgen.errors import Impossible, UsageError
from assetgen.model import Lora, Size
from assetgen.providers import Guide, Request
from assetgen.providers.diffusers import create, rules
from assetgen.providers.diffusers.device import Device, Machine, cards, memory
from assetgen.providers.diffusers.families import DISTILLED, FAMILIES, KNOWN, USUAL, drawn_steps
from assetgen.providers.diffusers.options import options
from assetgen.providers.diffusers.placement import demand, ladder
from assetgen.providers.diffusers.places import Spot
from assetgen.providers.diffusers.remarks import duration, remarks, slower, tokens
from assetgen.providers.diffusers.weights import Component, control, read
from assetgen.settings import Settings
from tests.local import ask, cached, left_half, picture, studios

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
ANOTHER = "a folder that `save_pretrained` of diffusers wrote, with safetensors only"
CPU = Device(kind="cpu", name="", total=0, free=0)


@pytest.fixture
def hub(tmp_path):
    return tmp_path / "hub"


@pytest.fixture
def studio(tmp_path, tiny, hub):
    """A project with a model in it."""
    shutil.copytree(tiny("sd15"), tmp_path / "project/models/sd15")
    with studios(tmp_path / "project", {"HF_HUB_CACHE": str(hub)}) as make:
        yield make


def refused(provider, request):
    with pytest.raises(Impossible) as error:
        provider.check(request)
    return error.value.message, error.value.hint


def drawn(provider, request):
    """The label and commit of what would be drawn with."""
    provider.check(request)
    spot = provider._library.spot(request)
    return spot.label, spot.commit


# --- where models lie


def test_a_folder_of_the_project_or_of_the_users_configuration(studio, tiny, tmp_path):
    assert drawn(studio(), ask("models/sd15")) == ("models/sd15", None)
    assert drawn(studio(models={"mine": str(tiny("flux"))}), ask("mine")) == ("mine", None)
    # By the name in the manifest, whatever the catalog's id is.
    own = studio(models={"flux-dev": str(tiny("flux"))})
    assert drawn(own, Request(model="flux-dev", id="black-forest-labs/FLUX.1-dev", prompt="x")) == ("flux-dev", None)
    gone = studio(models={"mine": str(tmp_path / "gone")})
    assert refused(gone, ask("mine"))[0] == f'the model "mine" is not at "{tmp_path}/gone", where providers.diffusers says it is'
    message, hint = refused(studio(models={"mine": "data/flux"}), ask("mine"))
    assert message == 'providers.diffusers must name "mine" by an absolute path, not "data/flux"'
    assert hint.startswith('"mine" = "/')


def test_a_folder_outside_of_the_project_is_for_the_user_to_name(studio, tiny, tmp_path):
    (tmp_path / "project/link").symlink_to(tiny("flux"))
    hint = 'models = { "link" = "/path/to/it" } in [providers.diffusers] of the user\'s configuration'
    assert refused(studio(), ask("link")) == ('the model "link" lies outside of the project', hint)
    assert refused(studio(), ask("../flux"))[0] == 'there is no model "../flux" in the project'
    assert refused(studio(), ask(str(tiny("flux"))))[0] == f'the model "{tiny("flux")}" lies outside of the project'
    assert refused(studio(), ask("models/gone"))[0] == 'there is no model "models/gone" in the project'
    assert refused(studio(), ask("models/gone/too"))[0] == 'there is no model "models/gone/too" in the project'


def test_a_hub_id_is_looked_for_in_the_cache_only(studio, hub):
    hint = 'models = { "me/fox" = "/path/to/it" } in [providers.diffusers] of the user\'s configuration'
    absent = 'the model "me/fox" is not in the hub\'s cache, and nothing is downloaded'
    assert refused(studio(), ask("me/fox")) == (absent, f"hf download me/fox, or {hint}")
    message, hint = refused(studio(), ask("me/fox@v1"))
    assert message == 'the model "me/fox" at "v1" is not in the hub\'s cache, and nothing is downloaded'
    assert hint.startswith("hf download me/fox --revision v1, or ")
    studio(download=True).check(ask("me/fox"))
    assert not hub.exists()


def test_a_hub_id_with_and_without_a_revision(studio, hub, tiny):
    cached(hub, "me/fox", tiny("sd15"), COMMIT)
    cached(hub, "me/fox", tiny("sd15"), OTHER, branch="v2")
    assert drawn(studio(), ask("me/fox")) == ("me/fox", COMMIT)
    assert drawn(studio(), ask("huggingface.co/me/fox")) == drawn(studio(), ask("https://huggingface.co/me/fox")) == ("me/fox", COMMIT)
    assert drawn(studio(), ask("me/fox@v2")) == ("me/fox", OTHER)
    assert drawn(studio(), ask(f"me/fox@{OTHER}")) == ("me/fox", OTHER)
    assert drawn(studio(), ask("me/fox@89abcdef")) == ("me/fox", OTHER)
    assert refused(studio(), ask("me/fox@ffffffff"))[0].startswith('the model "me/fox" at "ffffffff" is not in')
    cached(hub, "me/owl", tiny("flux"), COMMIT, branch="")
    assert drawn(studio(), ask("me/owl")) == ("me/owl", COMMIT)


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HF_HUB_CACHE": "{0}/a"}, "a"),
        ({"HUGGINGFACE_HUB_CACHE": "{0}/b"}, "b"),
        ({"HF_HOME": "{0}/c"}, "c/hub"),
        ({"XDG_CACHE_HOME": "{0}/d"}, "d/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_hubs_own_client_has_it(tmp_path, tiny, variables, folder):
    cached(tmp_path / folder, "me/fox", tiny("sd15"), COMMIT)
    with studios(tmp_path, {name: value.format(tmp_path) for name, value in variables.items()}) as make:
        assert drawn(make(), ask("me/fox")) == ("me/fox", COMMIT)


# --- what is not loaded


def test_weights_that_can_hold_code(studio, tiny, tmp_path):
    shutil.copytree(tiny("sd15-pickled"), tmp_path / "project/models/pickled")
    message = '"models/pickled/unet/diffusion_pytorch_model.bin" can hold code, and only safetensors are loaded'
    assert refused(studio(), ask("models/pickled"))[0] == message


def spoil(folder, path, change):
    file = folder / path
    table = json.loads(file.read_text())
    change(table)
    file.write_text(json.dumps(table))


@pytest.mark.parametrize(
    ("path", "change", "message"),
    [
        (
            "model_index.json",
            lambda t: t.update(_class_name=["pipeline", "Own"]),
            '"M" is a pipeline with code of its own, which is not run',
        ),
        ("model_index.json", lambda t: t.update(unet=["own", "Net"]), '"M" needs code of its own for "unet" ("own"), which is not run'),
        ("unet/config.json", lambda t: t.update(auto_map={}), '"M/unet" asks for code of its own ("auto_map"), which is not run'),
        ("model_index.json", lambda t: t.update(_class_name="WanPipeline"), '"M" is a "WanPipeline", which assetgen does not draw with'),
        ("model_index.json", lambda t: t.update(unet=[None, None]), '"M" has no weights in "unet"'),
    ],
)
def test_folders_that_ask_for_more_than_data(studio, tmp_path, path, change, message):
    spoil(tmp_path / "project/models/sd15", path, change)
    assert refused(studio(), ask("models/sd15"))[0] == message.replace("M", "models/sd15", 1)


def test_files_that_are_not_what_they_should_be(studio, tmp_path):
    folder = tmp_path / "project/models/sd15"
    weights = folder / "vae/diffusion_pytorch_model.safetensors"
    weights.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert refused(studio(), ask("models/sd15")) == ('"vae/diffusion_pytorch_model.safetensors" is no safetensors file', "git lfs pull")
    weights.write_bytes(struct.pack("<Q", 10**12))
    assert refused(studio(), ask("models/sd15"))[1] == ANOTHER
    (folder / "model_index.json").write_text("{")
    assert refused(studio(), ask("models/sd15"))[0] == 'the "model_index.json" of "models/sd15" cannot be read'
    (folder / "model_index.json").unlink()
    assert refused(studio(), ask("models/sd15")) == ('"models/sd15" has no "model_index.json", so it is no model of diffusers', ANOTHER)


def test_a_variant_and_shards_are_counted_once(tiny, tmp_path):
    whole = read(tiny("sd15"), "whole")
    shutil.copytree(tiny("sd15"), tmp_path / "m")
    net = tmp_path / "m/unet"
    (net / "diffusion_pytorch_model.safetensors").rename(net / "part-1.safetensors")
    index = {"weight_map": {"a": "part-1.safetensors", "b": "part-1.safetensors"}}
    (net / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    assert read(tmp_path / "m", "m").components == whole.components
    assert read(tmp_path / "m", "m").fingerprint != whole.fingerprint
    vae = tmp_path / "m/vae"
    (vae / "diffusion_pytorch_model.safetensors").rename(vae / "diffusion_pytorch_model.fp16.safetensors")
    assert (read(tmp_path / "m", "m").variant, whole.variant) == ("fp16", None)


def test_bytes_follow_the_precision():
    part = Component(name="unet", floats=10, others=3)
    assert (part.bytes("float32"), part.bytes("bfloat16")) == (43, 23)


# --- what a family can't do

KNOWN_HERE = "known parameters: steps, guidance, strength, scheduler"
NO_NET = 'controls = { "sd15-canny" = "/path/to/it" } in [providers.diffusers] of the user\'s configuration'


def guide(**more):
    return (Guide(kind="canny", image=picture(), **more),)


@pytest.mark.parametrize(
    ("more", "message", "hint"),
    [
        ({"prompt": " "}, 'model "models/sd15" needs a prompt', 'prompt = "…"'),
        ({"mask": left_half()}, "a mask needs a reference to be laid over", 'references = ["…"]'),
        ({"references": (picture(), picture())}, 'model "models/sd15" takes at most 1 references, and 2 are given', ""),
        ({"params": {"strength": 0.5}}, '"strength" needs a reference, which it says how far to leave', 'references = ["…"]'),
        ({"steps": 0}, '"steps" can\'t be 0', "1 to 200"),
        ({"params": {"guidance": 51}}, '"guidance" can\'t be 51', "0 to 50"),
        (
            {"params": {"true_cfg": 2}},
            '"models/sd15" is not known to have a parameter "true_cfg"',
            "known parameters: steps, guidance, strength, scheduler",
        ),
        ({"params": {"scheduler": "eular"}}, '"scheduler" can\'t be "eular"', 'did you mean "euler"?'),
        ({"seed": 2**63}, f'model "models/sd15" takes no seed {2**63}', f"a whole number from 0 to {2**63 - 1}"),
        ({"size": Size(8, 64)}, "8x64 has a side that is not within 16 and 4096 pixels", 'size = "1024x1024", and a step of post'),
        ({"size": Size(64, 5000)}, "64x5000 has a side that is not within 16 and 4096 pixels", 'size = "1024x1024", and a step of post'),
        ({"count": 2}, 'model "models/sd15" makes at most 1 in one request, and 2 are asked for', ""),
        ({"guides": guide()}, 'no ControlNet is named for a control of the kind "canny"', NO_NET),
        (
            {"references": (picture(),), "params": {"strength": 0.1}},
            'there is no step left to draw: {"steps": 2, "strength": 0.1}',
            "strength = 0.5",
        ),
        ({"references": (picture(),), "steps": 1}, 'there is no step left to draw: {"steps": 1, "strength": 0.6}', "strength = 1"),
        (
            {"references": (picture(),), "steps": 3, "params": {"strength": 0.2}},
            'there is no step left to draw: {"steps": 3, "strength": 0.2}',
            "strength = 0.34",
        ),
    ],
)
def test_what_stable_diffusion_is_not_asked_for(studio, more, message, hint):
    assert refused(studio(), ask("models/sd15", **more)) == (message, hint)


def test_what_other_families_are_not_asked_for(studio, tiny):
    names = ("z-image", "flux2-klein", "sd3", "flux")
    own = studio(models={name: str(tiny(name)) for name in names}, controls={"canny": str(tiny("sd15-controlnet"))})
    able = "a model of FLUX.1, Stable Diffusion 1.5, Stable Diffusion 3, Stable Diffusion XL"
    assert refused(own, ask("z-image", guides=guide())) == ("there are no ControlNets for Z-Image", able)
    assert refused(own, ask("flux2-klein", references=(picture(),), mask=left_half()))[0] == 'model "flux2-klein" takes no mask'
    assert refused(own, ask("flux2-klein", references=(picture(),), params={"strength": 0.5}))[0].startswith('"flux2-klein" is not known')
    own.check(ask("flux2-klein", references=(picture(),) * 4))
    assert refused(own, ask("sd3", guides=guide(), references=(picture(),)))[1] == 'remove "references"'
    message = '"canny" is no ControlNet of FLUX.1, but "ControlNetModel"'
    assert refused(own, ask("flux", guides=guide())) == (message, 'a folder whose class is "FluxControlNetModel"')
    both = {"guides": guide(), "references": (picture(),), "params": {"true_cfg": 2}}
    assert refused(own, ask("flux", **both))[0] == '"true_cfg" is not taken together with controls and references'


def test_controls_and_loras_are_found_like_models(studio, tiny, tmp_path, hub):
    shutil.copytree(tiny("sd15-controlnet"), tmp_path / "project/models/canny")
    cached(hub, "me/canny", tiny("sd15-controlnet"), COMMIT)
    for model in ("models/canny", "me/canny"):
        studio().check(ask("models/sd15", guides=guide(model=model)))
    # One kind may have weights for each family.
    nets = {"canny": str(tiny("flux-controlnet")), "sd15-canny": str(tiny("sd15-controlnet"))}
    studio(controls=nets).check(ask("models/sd15", guides=guide()))
    paper = str(tiny("sd15-lora"))
    studio(loras={"paper": paper}).check(ask("models/sd15", loras=(Lora(id="paper"), Lora(file="own.safetensors"))))
    studio().check(ask("models/sd15", loras=(Lora(file="own.safetensors"),)))
    assert refused(studio(), ask("models/sd15", loras=(Lora(id="paper"),)))[0] == 'there is no LoRA "paper" in the project'
    message, hint = refused(studio(loras={"paper": str(tiny("sd15"))}), ask("models/sd15", loras=(Lora(id="paper"),)))
    assert message == 'the LoRA "paper" has no file of safetensors, and one is needed'
    assert hint == 'loras = { "paper" = "/path/to/it" } in [providers.diffusers] of the user\'s configuration'
    assert refused(studio(download=True), ask("models/sd15", loras=(Lora(id="me/fox"),)))[1] == "hf download me/fox"


@pytest.mark.parametrize(
    ("family", "params", "more", "read"),
    [
        ("sd15", {}, {}, True),
        ("sd15", {"guidance": 1}, {}, False),
        ("flux", {}, {}, False),
        ("flux", {"true_cfg": 2}, {}, True),
        ("flux", {"true_cfg": 2}, {"guides": guide(), "references": (picture(),)}, False),
        ("z-image", {}, {}, True),
        ("flux2-klein", {"guidance": 4}, {}, False),
    ],
)
def test_whether_a_negative_prompt_is_read(family, params, more, read):
    assert rules.honours_negative(ask("m", negative="text", params=params, **more), FAMILIES[family]) is read


def test_a_distilled_model_reads_no_negative_prompt():
    assert not rules.honours_negative(ask("z-image"), FAMILIES["z-image"], "Tongyi-MAI/Z-Image-Turbo")


@pytest.mark.parametrize("family", ["sd15", "sdxl", "sd3", "flux", "z-image"])
@pytest.mark.parametrize(("steps", "strength"), [(1, 0.6), (1, 1.0), (2, 0.4), (3, 0.34), (4, 0.9), (50, 0.01), (10, 0.3), (7, 0)])
def test_the_steps_that_are_left_are_those_of_the_pipeline(family, steps, strength):
    """Every pipeline counts for itself, in `get_timesteps`, which asks its scheduler alone."""
    for kind in ("image", "inpaint"):
        pipe = type("Counter", (getattr(diffusers, FAMILIES[family].pipelines[kind]),), {"__init__": lambda _: None})()
        pipe.scheduler = Steps(range(steps))
        left = pipe.get_timesteps(steps, strength, "cpu")[0]
        assert len(left) == drawn_steps(FAMILIES[family], steps, strength)


class Steps:
    """The part of a scheduler that counts."""

    order = 1

    def __init__(self, steps):
        self.timesteps = list(steps)


def test_a_distilled_model_has_no_guidance(studio, tiny, tmp_path):
    names = ("flux-schnell", "flux2-klein", "flux")
    own = studio(models={name: str(tiny(name)) for name in names}, download=True)
    for name in names[:2]:
        told = (f'model "{name}" is distilled, and has no guidance', 'remove "guidance" from params')
        assert refused(own, ask(name, params={"guidance": 3})) == told
        own.check(ask(name))
    own.check(ask("flux", params={"guidance": 3}))
    # By its id alone, where its files are not here yet.
    hub = "black-forest-labs/FLUX.1-schnell"
    assert refused(own, ask(hub, params={"guidance": 3}))[0] == f'model "{hub}" is distilled, and has no guidance'
    # The base of klein is not distilled, and says so in its index alone.
    shutil.copytree(tiny("flux2-klein"), tmp_path / "project/models/base")
    spoil(tmp_path / "project/models/base", "model_index.json", lambda table: table.update(is_distilled=False))
    own.check(ask("models/base", params={"guidance": 3}))
    assert (read(tiny("flux2-klein"), "k").distilled, read(tmp_path / "project/models/base", "k").distilled) == (True, False)


# --- remarks


def said(provider, request):
    return provider.remarks(request)


LONG = "a fox " * 60


def test_a_prompt_that_is_not_read_to_its_end(studio, tiny):
    own = studio(models={"flux": str(tiny("flux")), "schnell": str(tiny("flux-schnell"))}, device="cpu")
    left_out = "Stable Diffusion 1.5 reads 77: the rest is left out"
    assert said(own, ask("models/sd15", LONG)) == (f"the prompt has 122 tokens, and {left_out}",)
    assert said(own, ask("models/sd15", negative=LONG)) == (f"the negative prompt has 122 tokens, and {left_out}",)
    assert said(own, ask("models/sd15")) == ()
    assert "the prompt has 122 tokens, and the short text encoder of FLUX.1 reads 77: the rest is left out" in said(own, ask("flux", LONG))
    longer = [text.rpartition(" reads ")[2] for text in said(own, ask("flux", LONG * 6)) if "long text encoder" in text]
    assert longer == ["512: the rest is left out"]
    longer = [text.rpartition(" reads ")[2] for text in said(own, ask("schnell", LONG * 6)) if "long text encoder" in text]
    assert longer == ["256: the rest is left out"]


def test_nothing_is_said_of_a_tokenizer_that_cannot_be_read(studio, tmp_path):
    file = tmp_path / "project/models/sd15/tokenizer/tokenizer.json"
    assert tokens(file, "a fox") == 4
    file.write_text("{}")
    assert tokens(file, "a fox") is None
    assert said(studio(), ask("models/sd15", LONG)) == ()
    file.unlink()
    assert said(studio(), ask("models/sd15", LONG)) == ()


def test_a_model_that_can_change_or_is_not_here(studio, tiny, hub):
    cached(hub, "me/fox", tiny("sd15"), COMMIT)
    assert said(studio(), ask("me/fox")) == (f'"me/fox" is not pinned, and can change: model = "me/fox@{COMMIT}" is',)
    assert said(studio(), ask(f"me/fox@{COMMIT}")) == ()
    assert said(studio(), ask("me/owl")) == ()
    assert said(studio(download=True), ask("me/owl@v1")) == (
        '"me/owl" is not here yet: the build will download it',
        '"me/owl" is not pinned, and can change: model = "me/owl@COMMIT" is',
    )


def test_a_negative_prompt_that_is_not_read(studio, tiny):
    turbo = "stabilityai/stable-diffusion-3.5-large-turbo"
    own = studio(models={"flux": str(tiny("flux")), "turbo": str(tiny("sd3"))})
    assert own.ignored(ask("flux", negative="text")) == ("negative",)
    assert own.ignored(ask("flux")) == ()
    assert own.ignored(ask("flux", negative="text", params={"true_cfg": 3})) == ()
    assert own.ignored(replace(ask("turbo", negative="text"), id=turbo)) == ("negative",)
    assert own.ignored(replace(ask("turbo", negative="text", params={"guidance": 4}), id=turbo)) == ()


def test_how_long_a_cpu_takes(studio, tiny):
    provider = studio(models={"flux": str(tiny("flux"))})
    request = ask("flux", size=Size(1024, 1024), steps=28)
    spot = provider._library.spot(request)
    small = provider._library.weights(spot)
    assert duration(request, small) < 1
    # As many numbers as FLUX.1 has, on a machine of any number of cores.
    real = type(small)(
        folder=small.folder,
        family=small.family,
        components=(Component(name="transformer", floats=12 * 10**9),),
        variant=None,
        fingerprint="",
    )
    [text] = remarks(request, spot, real, CPU)
    assert text.startswith("there is no GPU: on the cpu a picture takes about ")
    gpu = Device(kind="cuda", name="", total=0, free=0)
    assert list(remarks(request, spot, real, gpu)) == []
    assert duration(ask("flux", size=Size(2048, 1024), steps=28), real) == pytest.approx(2 * duration(request, real))


@pytest.mark.parametrize(
    ("family", "hub", "steps", "passes"),
    [
        ("z-image", "Tongyi-MAI/Z-Image-Turbo", 9, 1),
        ("z-image", None, 50, 2),
        ("sd3", "stabilityai/stable-diffusion-3.5-large-turbo", 4, 1),
        ("sd3", None, 28, 2),
        ("sdxl", None, 50, 2),
        ("flux", None, 28, 1),
    ],
)
def test_a_cpu_takes_as_long_as_the_model_has_steps(tiny, family, hub, steps, passes):
    """Turbo models have defaults of their own, also where the user has named a folder for them."""
    weights, request = read(tiny(family), family), Request(model="m", prompt="x", size=Size(64, 64))
    once = duration(replace(request, params={"steps": 1, "guidance": 0}), weights)
    assert duration(request, weights, hub) == pytest.approx(steps * passes * once)
    half = replace(request, references=(picture(),), params={"strength": 0.5})
    assert duration(half, weights, hub) == pytest.approx(steps * passes * once / 2)


def test_the_remark_knows_a_turbo_model_by_the_folder_that_stands_for_it(tiny):
    small = read(tiny("z-image"), "m")
    real = replace(small, components=(Component(name="transformer", floats=12 * 10**9),))
    spot = Spot(label="z-image", path=small.folder)
    turbo = Request(model="z-image", id="Tongyi-MAI/Z-Image-Turbo", prompt="x", size=Size(256, 256))
    [short], [long] = (list(remarks(one, spot, real, CPU)) for one in (turbo, replace(turbo, id="")))
    assert minutes(short) * 5 < minutes(long)


def minutes(text):
    number, unit = text.rpartition(" about ")[2].split()
    return float(number) * {"minutes": 1, "hours": 60}[unit]


def test_what_is_laid_over_a_model_needs_memory_too(studio, tiny):
    own = studio(models={"m": str(tiny("sd15"))}, controls={"canny": str(tiny("sd15-controlnet"))}, loras={"l": str(tiny("sd15-lora"))})
    model, net, size = read(tiny("sd15"), "m"), control(tiny("sd15-controlnet"), FAMILIES["sd15"], "n"), Size(64, 64)
    alone = own._library.extras(ask("m"), model.family)
    assert alone.beside(model, "float16", size) == demand(model.sizes("float16"), size)
    laid = tiny("sd15-lora").stat().st_size
    # One ControlNet that reads two pictures is loaded once.
    request = ask("m", guides=guide() * 2, loras=(Lora(id="l"), Lora(file="own")), files={"own": b"12345"})
    found = own._library.extras(request, model.family)
    assert (found.controls, found.loras) == ((net,), laid + 5)
    wanted, bare = (one.beside(model, "float16", size) for one in (found, alone))
    assert wanted.total - bare.total == net.bytes("float16") + laid + 5
    assert wanted.largest == max(*model.sizes("float16"), net.bytes("float16")) + laid + 5
    # What just fits without them does not fit with them.
    memory = bare.total + bare.activations
    modes = [ladder(one, memory=memory, ram=10**12)[0].mode for one in (bare, wanted)]
    assert modes == ["full", "model-offload"]


def test_modules_are_not_hidden_by_their_functions():
    package = importlib.import_module("assetgen.providers.diffusers")
    for name in ("remarks", "options", "rules", "places", "weights"):
        assert getattr(package, name) is sys.modules[f"assetgen.providers.diffusers.{name}"]


def test_what_would_help_a_small_gpu(tiny):
    small = read(tiny("flux"), "flux")
    large = type(small)(
        folder=small.folder,
        family=small.family,
        components=(Component(name="transformer", floats=12 * 10**9),),
        variant=None,
        fingerprint="",
    )
    square, none = Size(1024, 1024), 'the mode "quantised" is left out: neither "bitsandbytes" nor "torchao" is installed'

    def noted(free, *packages, **own):
        card = Device(kind="cuda", name="", total=free, free=free, bfloat16=True)
        machine = Machine(devices=(card, CPU), ram=64 * 10**9, packages=frozenset(packages))
        return list(slower(large, square, card, machine, options(own)))

    assert noted(12 * 10**9) == [none]
    assert noted(80 * 10**9, memory=12) == [none]
    assert noted(12 * 10**9, "torchao") == []
    assert noted(12 * 10**9, placement="sequential") == []
    assert noted(80 * 10**9) == []
    asked = 'placement = "quantised" is not possible, and "{}" is taken: '
    assert noted(12 * 10**9, placement="quantised") == [asked.format("group-offload") + none]
    assert noted(12 * 10**9, "torchao", placement="quantised") == []
    nothing = Machine(devices=(CPU,), ram=0, packages=frozenset())
    assert list(slower(large, square, CPU, nothing, options({"placement": "quantised"}))) == [asked.format("full") + none]
    both = Machine(devices=(CPU,), ram=0, packages=frozenset({"torchao"}))
    why = 'no component of "FLUX.1" here has the gigabyte from which on it is quantised'
    assert list(slower(small, square, CPU, both, options({"placement": "quantised"}))) == [asked.format("full") + why]
    assert list(slower(large, square, CPU, Machine(devices=(CPU,), ram=0, packages=frozenset()), options({}))) == []


# --- what the user and the machine say


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ({"modles": {}}, 'providers.diffusers has no key "modles"', 'did you mean "models"?'),
        ({"models": ["a"]}, "providers.diffusers.models must be a table of paths", 'models = { "flux-dev" = "/data/flux" }'),
        ({"device": "gpu"}, 'providers.diffusers.device must be a device of torch, such as "cuda:0" or "cpu"', 'device = "cuda:0"'),
        ({"memory": 0}, "providers.diffusers.memory must be a number of GB above 0, and at most 1000000", "memory = 12"),
        ({"memory": float("inf")}, "providers.diffusers.memory must be a number of GB above 0, and at most 1000000", "memory = 12"),
        ({"memory": float("nan")}, "providers.diffusers.memory must be a number of GB above 0, and at most 1000000", "memory = 12"),
        ({"memory": 10**18}, "providers.diffusers.memory must be a number of GB above 0, and at most 1000000", "memory = 12"),
        (
            {"placement": "best"},
            "providers.diffusers.placement must be one of full, model-offload, quantised, group-offload, sequential",
            'placement = "model-offload"',
        ),
        (
            {"precision": "int8"},
            "providers.diffusers.precision must be one of float32, bfloat16, float16",
            'precision = "bfloat16"',
        ),
        ({"download": 1}, "providers.diffusers.download must be true or false", "download = true"),
        ({"workers": 0}, "providers.diffusers.workers must be a whole number above 0", "workers = 1"),
    ],
)
def test_a_table_that_is_wrong(table, message, hint):
    with pytest.raises(UsageError) as error:
        options(table)
    assert (error.value.message, error.value.hint) == (message, hint)


def test_a_table_that_is_right():
    found = options({"memory": 1.5, "concurrency": 2, "models": {"a": "/b"}, "device": "cuda:1", "download": True})
    assert (found.memory, dict(found.models), found.device, found.download, found.workers) == (
        1_500_000_000,
        {"a": "/b"},
        "cuda:1",
        True,
        1,
    )


def test_cards_as_the_driver_tells_of_them(tmp_path):
    program = tmp_path / "smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA H200, 143771, 143050, 9.0'\necho 'Tesla T4, 15360, 14000, 7.5'\necho nonsense\n")
    program.chmod(0o755)
    new, old = cards(str(program))
    assert new == Device(kind="cuda", name="NVIDIA H200", total=143771 << 20, free=143050 << 20, bfloat16=True)
    assert (old.name, old.bfloat16) == ("Tesla T4", False)
    program.write_text("#!/bin/sh\nexit 9\n")
    assert cards(str(program)) == []
    assert cards(str(tmp_path / "absent")) == []
    there = Machine(devices=(new, CPU), ram=1, packages=frozenset({"torch"}))
    assert (there.device().kind, there.device("cuda:1").kind, there.device("cpu").kind, there.device("xpu").kind) == (
        "cuda",
        "cuda",
        "cpu",
        "cpu",
    )
    assert there.missing == ("diffusers", "transformers", "accelerate", "safetensors")


def test_memory_of_a_machine_and_of_a_container(tmp_path):
    (tmp_path / "proc").mkdir()
    group = tmp_path / "sys/fs/cgroup"
    group.mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemTotal:  8000 kB\nMemFree:  1 kB\nMemAvailable:  6000 kB\n")
    assert memory(tmp_path) == (8_192_000, 6_144_000)
    (group / "memory.max").write_text("max\n")
    assert memory(tmp_path) == (8_192_000, 6_144_000)
    (group / "memory.max").write_text("4096000\n")
    (group / "memory.current").write_text("96000\n")
    assert memory(tmp_path) == (4_096_000, 4_000_000)


def test_the_catalog_and_the_families_agree():
    """What the catalog promises of each model is what its family does, and every known id is the catalog's."""
    served = {model.services["diffusers"].id.lower(): model for model in catalog().models.values() if "diffusers" in model.services}
    assert set(served) == set(KNOWN)
    assert set(USUAL) | DISTILLED <= set(KNOWN)
    for name, model in served.items():
        family, takes = KNOWN[name], model.supports_at("diffusers")
        assert model.params_at("diffusers").keys() == rules.params_of(family, distilled=name in DISTILLED).keys()
        assert (takes.references, takes.lora, takes.control) == (family.references, family.lora, family.control is not None)
        assert takes.mask is ("inpaint" in family.pipelines)
        assert takes.negative is (family.negative or family.name == "flux")


def test_a_plan_loads_no_library(tmp_path, tiny):
    script = (
        "import sys\nfrom assetgen.providers import Request\nfrom assetgen.providers.diffusers import create\n"
        "from assetgen.settings import Settings\n"
        f"provider = create(Settings((), {{'providers': {{'diffusers': {{'models': {{'m': {str(tiny('sd15'))!r}}}}}}}}}), None)\n"
        "request = Request(model='m', id='m', prompt='a red fox ' * 40)\nprovider.check(request)\nassert provider.remarks(request)\n"
        "print(sorted({'torch', 'diffusers', 'transformers', 'huggingface_hub', 'PIL', 'numpy'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "[]\n"


def test_the_factory_takes_settings():
    assert create(Settings(), None).name == "diffusers"
