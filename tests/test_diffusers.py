"""Pictures by real pipelines with tiny random weights, each model in a process of its own; and what becomes of a build when one dies."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psutil
import pytest
from PIL import ImageChops

from assetgen.engine.build import Options, run
from assetgen.errors import BadAnswer, Refused, Unavailable
from assetgen.events import Failed, Progressed, Retried, Skipped
from assetgen.model import Lora, Size
from assetgen.providers import Guide
from assetgen.report.progress import lines
from assetgen.report.text import plain
from tests.local import Sheet, ask, left_half, picture, pixels, studios
from tests.projects import results

MODELS = ("sd15", "sdxl", "sd3", "flux", "flux2-klein", "z-image")
CHILD = "assetgen.providers.diffusers.child"


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with studios(tmp_path_factory.mktemp("project")) as make:
        yield make


@pytest.fixture(scope="module")
def models(studio, tiny):
    """One provider for all models; each keeps its process over all tests of this file."""
    nets = {"canny": tiny("sd15-controlnet"), "flux-canny": tiny("flux-controlnet"), "sd3-canny": tiny("sd3-controlnet")}
    nets["sdxl-canny"] = tiny("sdxl-controlnet")
    table = {name: str(tiny(name)) for name in MODELS}
    provider = studio(device="cpu", workers=len(MODELS), models=table, controls={kind: str(path) for kind, path in nets.items()})
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda name: draw(provider, ask(name)), MODELS))
    return provider


def draw(provider, request, job=None):
    [made] = provider.generate(request, job or Sheet())
    return made


def failure(provider, request, kind=BadAnswer, job=None):
    with pytest.raises(kind) as error:
        provider.generate(request, job or Sheet())
    return error.value.message, error.value.hint


def guide(scale=None):
    return (Guide(kind="canny", image=picture(), scale=scale),)


def differs(one, other):
    return ImageChops.difference(pixels(one), pixels(other)).getbbox()


# --- what every family draws


@pytest.mark.parametrize("name", MODELS)
def test_the_seed_decides_the_bytes(models, name):
    one, same, other = (draw(models, ask(name, seed=seed)) for seed in (7, 7, 8))
    assert one.data == same.data
    assert differs(one.data, other.data)
    assert (pixels(one.data).size, one.seed, one.model, one.unhonoured) == ((64, 64), 7, name, ())
    told = one.effective
    assert (told["mode"], told["precision"], told["device"], told["steps"]) == ("full", "float32", "cpu", 2)
    assert {"weights", "torch", "diffusers"} <= told.keys()
    # The tiny klein is distilled, as the published one is: there is no guidance that could hold.
    assert ("guidance" in told) is (name != "flux2-klein")
    assert "drawn" not in told
    assert differs(one.data, draw(models, ask(name, "a blue boat")).data)


@pytest.mark.parametrize("name", MODELS)
def test_a_size_that_would_be_rounded_is_drawn_larger_and_cut(models, name):
    made = draw(models, ask(name, size=Size(70, 50)))
    assert pixels(made.data).size == (70, 50)
    assert made.effective["drawn"] == ("72x56" if name in {"sd15", "sdxl"} else "80x64")


@pytest.mark.parametrize("name", MODELS)
def test_a_reference_is_where_the_drawing_starts(models, name):
    plain, from_it = draw(models, ask(name)), draw(models, ask(name, references=(picture(),)))
    assert differs(plain.data, from_it.data)
    assert from_it.data == draw(models, ask(name, references=(picture(),))).data
    if name == "flux2-klein":
        assert draw(models, ask(name, references=(picture(), picture(96, 64)))).data != from_it.data
    else:
        assert from_it.effective["strength"] == 0.6
        # Without a size the picture gets that of its reference.
        assert pixels(draw(models, ask(name, size=None, references=(picture(72, 40),))).data).size == (72, 40)


@pytest.mark.parametrize("name", ["sd15", "sdxl", "flux", "z-image"])
def test_a_mask_says_what_is_painted_anew(models, name):
    before = picture(70, 50)
    made = draw(models, ask(name, size=Size(70, 50), references=(before,), mask=left_half(70, 50)))
    changed = ImageChops.difference(pixels(made.data), pixels(before.data))
    assert changed.crop((35, 0, 70, 50)).getbbox() is None
    assert changed.crop((0, 0, 35, 50)).getbbox() is not None


@pytest.mark.parametrize("name", ["sd15", "sdxl", "sd3", "flux"])
def test_a_control_is_followed_as_closely_as_its_scale_says(models, name):
    plain = draw(models, ask(name)).data
    whole, half, none = (draw(models, ask(name, guides=guide(scale))).data for scale in (None, 0.5, 0.0))
    assert len({plain, whole, half}) == 3
    # FLUX.1 rolls for the control's picture first, so that even a control of no weight begins with other noise.
    assert (none == plain) is (name != "flux")
    assert draw(models, ask(name, guides=guide(1.0))).data == whole
    assert draw(models, ask(name, guides=guide() * 2)).data not in {plain, whole}


@pytest.mark.parametrize("name", ["sd15", "flux"])
def test_controls_with_a_reference_and_a_mask(models, name):
    with_both = draw(models, ask(name, guides=guide(), references=(picture(),))).data
    assert with_both != draw(models, ask(name, references=(picture(),))).data
    masked = draw(models, ask(name, guides=guide(), references=(picture(),), mask=left_half())).data
    assert masked not in {with_both, draw(models, ask(name, references=(picture(),), mask=left_half())).data}


@pytest.mark.parametrize("name", ["sd15", "sd3", "flux", "flux2-klein", "z-image"])
def test_loras_are_weighted_and_leave_nothing_behind(models, tiny, name):
    plain = draw(models, ask(name)).data
    files = {"a": tiny(f"{name}-lora").read_bytes(), "b": tiny(f"{name}-lora-2").read_bytes()}

    def laid(**scales):
        return draw(models, ask(name, loras=tuple(Lora(file=file, scale=scale) for file, scale in scales.items()), files=files)).data

    whole, half, none = (laid(a=scale) for scale in (1.0, 0.5, 0.0))
    assert len({plain, whole, half}) == 3
    assert none == plain
    assert laid(a=1.0, b=1.0) not in {plain, whole, laid(b=1.0)}
    assert laid(a=1.0, b=0.0) == whole
    assert draw(models, ask(name)).data == plain


def test_a_lora_of_another_model_is_refused(models, tiny):
    request = ask("sd15", loras=(Lora(file="l"),), files={"l": tiny("flux-lora").read_bytes()})
    message, hint = failure(models, request, Refused)
    assert (message, hint) == ('"l" is no LoRA for Stable Diffusion 1.5', 'remove it from "loras"')
    message, _ = failure(models, ask("sd15", loras=(Lora(file="l"),), files={"l": b"none"}), Refused)
    assert message.startswith('"l" is no LoRA for Stable Diffusion 1.5: ')
    assert draw(models, ask("sd15")).effective["mode"] == "full"


def test_negative_prompt_scheduler_and_guidance(models):
    plain = draw(models, ask("sd15"))
    others = [
        draw(models, ask("sd15", negative="a dark forest")),
        draw(models, ask("sd15", params={"scheduler": "euler-a"})),
        draw(models, ask("sd15", params={"guidance": 3})),
        draw(models, ask("sd15", steps=3)),
    ]
    assert len({plain.data, *(one.data for one in others)}) == 5
    # The scheduler of one request is not that of the next.
    assert draw(models, ask("sd15")).data == plain.data
    flux = draw(models, ask("flux", negative="a dark forest"))
    assert (flux.unhonoured, flux.data) == (("negative",), draw(models, ask("flux")).data)
    true = draw(models, ask("flux", negative="a dark forest", params={"true_cfg": 4}))
    assert (true.unhonoured, differs(true.data, flux.data) is None) == ((), False)


def test_without_a_seed_one_is_rolled_and_told(models):
    one, other = draw(models, ask("sd15", seed=None)), draw(models, ask("sd15", seed=None))
    assert one.seed != other.seed
    assert draw(models, ask("sd15", seed=one.seed)).data == one.data


def test_steps_are_told_and_a_stop_throws_the_picture_away(models):
    job = Sheet()
    plain = draw(models, ask("sd15"), job).data
    assert job.told == ["step 1 of 2", "step 2 of 2"]
    stopped = Sheet(patience=1)
    assert failure(models, ask("sd15", steps=200), Unavailable, stopped)[0] == "stopped before the picture was done"
    assert len(stopped.told) < 200
    assert draw(models, ask("sd15")).data == plain


# --- what does not become a picture


def test_a_moderated_picture_is_no_broken_one(studio, tiny):
    provider = studio(device="cpu", models={"m": str(tiny("sd15-flags"))})
    message, hint = failure(provider, ask("m"), Refused)
    assert (message, hint) == ("the safety checker of the model held the picture back", "change the prompt, or the seed")


def test_weights_that_are_no_numbers(studio, tiny):
    provider = studio(device="cpu", models={"m": str(tiny("sd15-nan"))})
    message, hint = failure(provider, ask("m"))
    assert message == "the picture has values that are no numbers (NaN): the weights of vae are damaged"
    assert hint == "fetch the model again"


def test_values_that_sixteen_bits_cannot_hold_are_drawn_in_float32(studio, tiny):
    provider = studio(device="cpu", precision="float16", models={"m": str(tiny("sd15-overflow"))})
    job = Sheet()
    made = draw(provider, ask("m"), job)
    assert (made.effective["precision"], made.effective["retried"]) == ("float16", "vae in float32")
    assert "the picture has values that are no numbers (NaN): once more with the VAE in float32" in job.told
    assert draw(provider, ask("m", references=(picture(),))).effective["retried"] == "vae in float32"


def test_the_report_says_that_a_picture_was_drawn_again(shop, tiny):
    """In the asset's own line; or, where that waits for a pick, for each of the pictures to pick from."""
    shutil.copytree(tiny("sd15-overflow"), shop.path / "models/m")
    config = shop.path.parent / "config.toml"
    config.write_text('[providers.diffusers]\ndevice = "cpu"\nprecision = "float16"\n')
    fields = 'prompt = "a red fox"\nprovider = "diffusers"\nmodel = "models/m"\nsize = "64x64"\nseed = 7\nparams = { steps = 2 }\n'
    text = f'version = 1\n[assets.fox]\n{fields}outputs = ["fox.png"]\n[assets.owl]\n{fields}candidates = 2\nnegative = "fog"\n'
    outcome = shop.write(text, head="").build(environ={"ASSETGEN_CONFIG": str(config)})
    assert results(outcome) == {"fox": "done", "owl": "waits"}
    said = [plain(line) for event in shop.told for line in lines(event)]
    again = "it came with values that are no numbers (NaN), so it was drawn once more with vae in float32"
    at = said.index("generated fox  fox.png")
    assert said[at + 1] == f"          note: {again}"
    assert said.count(f'note: "owl": {again}') == 2


def test_weights_that_can_hold_code_are_refused(studio, tiny):
    provider = studio(models={"m": str(tiny("sd15-pickled"))})
    message = '"m/unet/diffusion_pytorch_model.bin" can hold code, and only safetensors are loaded'
    assert failure(provider, ask("m"), Refused)[0] == message
    assert provider.pids == {}


def test_nothing_is_drawn_after_the_end(studio, tiny):
    provider = studio(models={"m": str(tiny("sd15"))})
    provider.close()
    assert failure(provider, ask("m"), Unavailable)[0] == "the build ends"


def test_what_a_library_raises_is_an_answer(models):
    # The tiny one has 4 channels where the pipeline wants 16 or 33.
    message, _ = failure(models, ask("sd3", references=(picture(),), mask=left_half()))
    assert message.startswith("ValueError: The transformer ")
    assert draw(models, ask("sd3")).seed == 7


def test_a_device_that_is_not_there(studio, tiny):
    provider = studio(device="cuda:7", models={"m": str(tiny("sd15"))})
    hint = 'device = "cpu" in [providers.diffusers]'
    assert failure(provider, ask("m"), Refused) == ('torch finds no device "cuda:7" here', hint)


# --- memory


@pytest.mark.parametrize("mode", ["model-offload", "group-offload"])
def test_offloading_draws_the_same_on_a_cpu(studio, models, tiny, mode):
    provider = studio(device="cpu", placement=mode, models={"sd15": str(tiny("sd15"))}, controls={"canny": str(tiny("sd15-controlnet"))})
    lora = {"loras": (Lora(file="l"),), "files": {"l": tiny("sd15-lora").read_bytes()}}
    for request in (ask("sd15"), ask("sd15", references=(picture(),)), ask("sd15", guides=guide()), ask("sd15", **lora), ask("sd15")):
        made = draw(provider, request)
        assert made.effective["mode"] == mode
        assert made.data == draw(models, request).data


@pytest.mark.skipif(sys.platform != "linux", reason="only there the limit holds")
def test_out_of_memory_means_one_mode_lower(studio, tiny):
    """90 MB are enough for the model and for decoding a picture of 512x512 in tiles, but not for decoding it at once."""
    provider = studio(device="cpu", memory=0.09, models={"m": str(tiny("sd15"))})
    request, job = ask("m", size=Size(512, 512), steps=1), Sheet()
    made = draw(provider, request, job)
    assert {name: made.effective[name] for name in ("mode", "lowered_from", "tiling")} == {
        "mode": "tiled",
        "lowered_from": "full",
        "tiling": True,
    }
    assert 'out of memory in the mode "full": once more in the mode "tiled"' in job.told
    # What was learned is kept: the next picture of that size begins there.
    job = Sheet()
    assert draw(provider, request, job).data == made.data
    assert job.told == ["step 1 of 1"]


# --- processes


def children():
    mine = psutil.Process().children()
    return [one for one in mine if CHILD in " ".join(one.cmdline())]


def test_a_killed_process_fails_one_asset_and_the_rest_is_built(shop, models, tiny):
    shutil.copytree(tiny("sd15"), shop.path / "models/sd15")
    line = 'provider = "diffusers"\nmodel = "models/sd15"\nsize = "64x64"\nseed = 7\nparams = {{ steps = {} }}\noutputs = ["{}.png"]\n'
    text = "version = 1\n" + "".join(
        f'[assets.{name}]\nprompt = "a red fox"\n{line.format(steps, name)}' for name, steps in (("fox", 200), ("owl", 2))
    )
    shop.write(text, head="")
    events, killed = [], set()

    def notify(event):
        events.append(event)
        if isinstance(event, Progressed) and event.asset == "fox" and event.text.startswith("step "):
            for pid in {child.pid for child in children()} - others - killed:
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)

    others = {child.pid for child in children()}
    outcome = run(shop.path, Options(max_cost=Decimal(0)), notify, environ=shop.env())
    assert results(outcome) == {"fox": "failed", "owl": "done"}
    # Once more in a lower mode, and no third time.
    assert len(killed) == 2
    [failed] = [event for event in events if isinstance(event, Failed)]
    text = 'out of memory: the system ended the process that draws with "models/sd15" (signal 9)'
    assert (failed.asset, failed.kind, failed.message) == ("fox", "bad-answer", text)
    assert failed.hint == "a smaller size, or assetgen doctor"
    # The owl was drawn by a new process, and any other draws the same.
    assert shop.store.get(shop.locked()["owl"].original.sha256) == draw(models, ask("sd15")).data
    assert {child.pid for child in children()} == others


def test_a_process_that_the_system_ended_is_followed_by_one_in_a_lower_mode(studio, models, tiny):
    provider = studio(device="cpu", models={"m": str(tiny("sd15"))})
    job = Killer(provider)
    made = draw(provider, ask("m"), job)
    assert (made.effective["mode"], made.effective["lowered_from"]) == ("tiled", "full")
    killed = 'out of memory: the system ended the process that draws with "m" (signal 9)'
    assert f"{killed}: once more, one mode lower" in job.told
    # The next picture begins there, in the process that is left.
    again = Sheet()
    assert draw(provider, ask("m"), again).data == made.data
    assert again.told == ["step 1 of 2", "step 2 of 2"]


class Killer(Sheet):
    """A job on paper in whose first step the system ends the process that draws."""

    def __init__(self, provider):
        super().__init__()
        self.provider = provider
        self.pid = None

    def progress(self, fraction, text):
        super().progress(fraction, text)
        if text.startswith("step ") and self.pid is None:
            [self.pid] = self.provider.pids.values()
            os.kill(self.pid, signal.SIGKILL)


def test_an_interrupt_of_a_local_model_is_no_failure(shop, models, tiny):
    """Ctrl-C in the middle of a picture: it is skipped, nothing is called a retry, and the line of the report says why."""
    shutil.copytree(tiny("sd15"), shop.path / "models/sd15")
    line = 'provider = "diffusers"\nmodel = "models/sd15"\nsize = "64x64"\nseed = 7\nparams = { steps = 200 }\n'
    shop.write(f'version = 1\n[assets.fox]\nprompt = "a red fox"\n{line}', head="")
    events = []

    def notify(event):
        events.append(event)
        if isinstance(event, Progressed) and event.text.startswith("step 1 "):
            os.kill(os.getpid(), signal.SIGINT)

    outcome = run(shop.path, Options(max_cost=Decimal(0)), notify, environ=shop.env())
    assert (results(outcome), outcome.results["fox"].message, outcome.exit_code) == ({"fox": "skipped"}, "interrupted", 130)
    assert not [event for event in events if isinstance(event, Failed | Retried)]
    assert [event.why for event in events if isinstance(event, Skipped)] == ["interrupted"]


def test_a_worker_ends_with_its_parent(tiny, tmp_path):
    script = (
        "import os, signal\nfrom tests.local import ask, studios, Sheet\n"
        "class Last(Sheet):\n"
        "    def progress(self, fraction, text):\n"
        "        if text.startswith('step 1 '):\n"
        "            print(next(iter(provider.pids.values())), flush=True)\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        f"with studios({str(tmp_path)!r}) as make:\n"
        f"    provider = make(device='cpu', models={{'m': {str(tiny('sd15'))!r}}})\n"
        "    provider.generate(ask('m', steps=200), Last())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    if psutil.pid_exists(pid):
        psutil.Process(pid).wait(timeout=30)
    assert not psutil.pid_exists(pid)
