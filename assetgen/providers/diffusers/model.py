"""The one model of a worker: which device, which mode, what follows when memory runs out or a picture has no numbers in it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assetgen.errors import BadAnswer, Refused
from assetgen.model import Json, Size
from assetgen.providers.diffusers import call, device, picture, placement
from assetgen.providers.diffusers.call import Drawn, Inputs, Stopped
from assetgen.providers.diffusers.extras import Extras
from assetgen.providers.diffusers.pipelines import HELD, Pipelines, Setup, freed, text_class
from assetgen.providers.diffusers.placement import USUAL_SIZE, Mode, Precision, Rung
from assetgen.providers.diffusers.task import Task
from assetgen.providers.diffusers.weights import Weights

Tell = Callable[[float | None, str], None]


class Blank(Exception):
    """The picture has values that are no numbers. `decoder`: the latents were sound, so it is the VAE's doing."""

    def __init__(self, *, decoder: bool) -> None:
        super().__init__()
        self.decoder = decoder


class Exhausted(Exception):
    """Memory has run out in a mode. What is left of this process is not to be relied on: the mode `below` is for another one."""

    def __init__(self, mode: Mode, below: Mode | None) -> None:
        super().__init__(mode)
        self.mode = mode
        self.below = below


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The device that draws: torch's name for it, what it has free in bytes (None: it shares the machine's), whether bfloat16 is good."""

    name: str
    memory: int | None
    bfloat16: bool


class Model:
    """Draws one picture at a time. `memory` limits it, in bytes: the GPU's share, or what this process may take beside its libraries."""

    def __init__(self, weights: Weights, wanted: str | None, memory: int | None) -> None:
        self._weights = weights
        text_class(weights)  # before any limit: it is for the model and its pictures, and not for libraries
        self._place = _placed(wanted, memory)
        self._pipelines: Pipelines | None = None

    def draw(self, task: Task, tell: Tell, stopped: Callable[[], bool]) -> tuple[bytes, dict[str, Json]]:
        """The PNG of a task, and what was really done. Raises Refused, BadAnswer, Stopped or Exhausted."""
        family = self._weights.family
        given = call.inputs(task, family)
        precision = task.precision or placement.precision(
            device=self._place.name.partition(":")[0], half=family.half, bfloat16=self._place.bfloat16
        )
        try:
            return self._once(task, given, precision, tell, stopped)
        except Blank as blank:
            if precision == "float32":
                raise self._damaged() from None
            decoder = blank.decoder
        tell(None, f"the picture has values that are no numbers (NaN): once more with {'the VAE in ' if decoder else ''}float32")
        try:
            data, told = self._once(task, given, precision if decoder else "float32", tell, stopped, exact=decoder)
        except Blank:
            raise self._damaged() from None
        finally:
            self._forget()
        return data, {**told, "retried": "vae in float32" if decoder else "float32"}

    def _once(
        self, task: Task, given: Inputs, precision: Precision, tell: Tell, stopped: Callable[[], bool], *, exact: bool = False
    ) -> tuple[bytes, dict[str, Json]]:
        """Draw in the best mode that fits. Raises `Exhausted` where it did not fit."""
        rungs = self._rungs(task, given.drawn or USUAL_SIZE, precision)
        above: dict[str, Json] = {}
        if task.fallen:
            if len(rungs) == 1:
                raise Exhausted(rungs[0].mode, None)
            above, rungs = {"lowered_from": rungs[0].mode}, rungs[1:]
        mode, quantisation = rungs[0].mode, rungs[0].quantisation
        setup = Setup(mode=mode, device=self._place.name, precision=precision, quantisation=quantisation, exact=exact)
        try:
            data, told = self._attempt(task, given, setup, tell, stopped)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            raise Exhausted(mode, rungs[1].mode if len(rungs) > 1 else None) from error
        except Stopped:
            if mode not in HELD:
                self._forget()
            raise
        return data, told | above

    def _rungs(self, task: Task, size: Size, precision: Precision) -> tuple[Rung, ...]:
        packages = device.usable(device.installed(), self._place.name)
        wanted = Extras.of(self._weights.family, task.controls, task.loras).beside(self._weights, precision, size)
        rungs = placement.ladder(wanted, memory=self._place.memory, ram=device.memory()[1], packages=packages, first=task.placement)
        modes = [rung.mode for rung in rungs]
        return rungs[modes.index(task.below) :] if task.below in modes else rungs

    def _attempt(self, task: Task, given: Inputs, setup: Setup, tell: Tell, stopped: Callable[[], bool]) -> tuple[bytes, dict[str, Json]]:
        pipelines = self._ready(setup, task, tell)
        pipelines.lay(task.loras)
        pixels = given.drawn or USUAL_SIZE
        tiles = pixels.width * pixels.height > placement.TILED
        pipelines.tile(tiles=tiles)
        pipe = pipelines.get(task.kind, [one.folder for one in task.controls])

        def step(done: int, total: int) -> None:
            if stopped():
                raise Stopped
            tell(done / total, f"step {done} of {total}")

        drawn = call.run(pipe, task, given, self._weights.family, step, distilled=self._weights.distilled)
        data = _finished(drawn, given)
        own = call.held(task, self._weights.family, distilled=self._weights.distilled)
        return data, {**own, "weights": self._weights.fingerprint} | _told(given, setup, drawn, tiles=tiles or setup.mode == "tiled")

    def _ready(self, setup: Setup, task: Task, tell: Tell) -> Pipelines:
        if self._pipelines is None or not self._pipelines.fits(setup, task.loras):
            self._forget()
            tell(None, f'loading "{task.label}"')
            self._pipelines = Pipelines(self._weights, setup, task.loras)
        return self._pipelines

    def _forget(self) -> None:
        self._pipelines = None
        freed()

    def _damaged(self) -> BadAnswer:
        parts = self._pipelines.unfinished() if self._pipelines is not None else ()
        where = f": the weights of {' and '.join(parts)} are damaged" if parts else ", also in float32"
        return BadAnswer(
            f"the picture has values that are no numbers (NaN){where}", hint="fetch the model again" if parts else "another seed"
        )


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory, of whatever device."""
    import torch
    from accelerate.utils.memory import should_reduce_batch_size

    # The last is all that oneDNN says, which computes convolutions on a cpu.
    said = ("bad_alloc", "annot allocate memory", "can't start new thread", "could not create a primitive")
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(text in str(error) for text in said):
        return True
    return isinstance(error, RuntimeError) and should_reduce_batch_size(error)


def _finished(drawn: Drawn, given: Inputs) -> bytes:
    """The PNG of what was drawn. Raises Refused for a picture that the model's own checker held back, Blank for one without numbers."""
    if drawn.flagged:
        raise Refused("the safety checker of the model held the picture back", hint="change the prompt, or the seed")
    if not picture.finite(drawn.pixels):
        raise Blank(decoder=drawn.sound)
    image = picture.image_of(drawn.pixels)
    if given.mask is not None and given.references:
        image = picture.kept(image, given.references[0], given.mask)
    return picture.png(image, given.size)


def _told(given: Inputs, setup: Setup, drawn: Drawn, *, tiles: bool) -> dict[str, Json]:
    import diffusers
    import torch

    told: dict[str, Json] = {
        "mode": setup.mode,
        "precision": setup.precision,
        "device": setup.device.partition(":")[0],
        "steps": drawn.steps,
        "torch": str(torch.__version__),
        "diffusers": diffusers.__version__,
    }
    if setup.quantisation is not None:
        told["quantisation"] = setup.quantisation
    if tiles:
        told["tiling"] = True
    if given.drawn is not None and given.drawn != given.size:
        told["drawn"] = str(given.drawn)
    return told


def _placed(wanted: str | None, memory: int | None) -> Place:
    """The device that is meant, under the limit that the user has set. Raises Refused for one that is not there."""
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "xpu": torch.xpu.is_available(), "cpu": True}
    name = wanted or next(kind for kind, is_there in there.items() if is_there)
    kind = name.partition(":")[0]
    if not there[kind]:
        raise Refused(f'torch finds no device "{name}" here', hint='device = "cpu" in [providers.diffusers]')
    if kind in {"cpu", "mps"}:
        if memory is not None:
            _limit(memory)
        return Place(name=name, memory=None, bfloat16=kind == "mps")
    backend: Any = getattr(torch, kind)
    try:
        free, total = backend.mem_get_info(name)
    except (AssertionError, RuntimeError) as wrong:
        raise Refused(f'torch finds no device "{name}" here', hint=f'device = "{kind}" in [providers.diffusers]') from wrong
    if memory is not None:
        backend.set_per_process_memory_fraction(min(1.0, memory / total), name)
        free = min(free, memory)
    return Place(name=name, memory=free, bfloat16=bool(backend.is_bf16_supported()))


def _limit(memory: int) -> None:
    """Let this process take so many bytes more than its libraries have by now. Linux counts what can be written; elsewhere nothing does."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/status") as file:  # noqa: PTH123 - one line of a pseudo file
        used = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData:"))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = used + memory
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
