"""From a task to the arguments of a pipeline, and from its answer to values. Runs in the worker only; the pipeline is a parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from assetgen.model import Json, Size
from assetgen.providers.diffusers import picture
from assetgen.providers.diffusers.families import FLUX, SCHEDULERS, SHORT, Family, settings
from assetgen.providers.diffusers.pipelines import takes
from assetgen.providers.diffusers.task import Task

# What ControlNets of several kinds call them; by the published cards of the union models for FLUX.1.
MODES = ("canny", "tile", "depth", "blur", "pose", "gray", "lq")
_NAMES = {"steps": "num_inference_steps", "guidance": "guidance_scale", "true_cfg": "true_cfg_scale", "strength": "strength"}


class Stopped(Exception):
    """The user asked to stop; what is half drawn is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a pipeline gave: an array of height x width x 3 in 0..1, whether a safety checker flagged it, and the steps it took.

    `sound` is false where the latents were no numbers already, before any VAE saw them.
    """

    pixels: Any
    flagged: bool
    steps: int
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The pictures that go in, fitted; `size` is what was asked for (or a reference's), `drawn` what the pipeline is asked for."""

    size: Size | None
    drawn: Size | None
    references: tuple[Image.Image, ...] = ()
    mask: Image.Image | None = None
    controls: tuple[Image.Image, ...] = ()


def inputs(task: Task, family: Family) -> Inputs:
    """Fit every picture to the size that is drawn. Without a size, that of the first reference or of the first control is meant."""
    references = tuple(map(picture.opened, task.references))
    controls = tuple(picture.opened(one.data) for one in task.controls)
    first = next(iter((*(() if family.edits else references), *controls)), None)
    size = task.size or (Size(*first.size) if first is not None else None)
    if size is None:
        return Inputs(size=None, drawn=None, references=references)
    drawn = picture.rounded(size, family.multiple)
    return Inputs(
        size=size,
        drawn=drawn,
        references=references if family.edits else tuple(picture.fitted(one, size, drawn) for one in references),
        mask=None if task.mask is None else picture.fitted(picture.opened(task.mask, "L"), size, drawn),
        controls=tuple(picture.fitted(one, size, drawn) for one in controls),
    )


def run(pipe: Any, task: Task, given: Inputs, family: Family, step: Callable[[int, int], None], *, distilled: bool) -> Drawn:  # noqa: ANN401 - an object of theirs
    """Draw one picture. `step` hears of each that is done and of how many there are, and may raise `Stopped`."""
    import torch

    taken, sound = 0, True

    def after(running: Any, number: int, _moment: Any, values: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - an object of theirs
        nonlocal taken, sound
        taken = number + 1
        sound = bool(torch.isfinite(values["latents"]).all())
        step(taken, running.num_timesteps)
        return values

    arguments = _arguments(pipe, task, given, family, distilled=distilled)
    usual = pipe.scheduler
    try:
        if "scheduler" in task.params:
            pipe.scheduler = _scheduler(str(task.params["scheduler"]), usual)
        # Always a generator of the cpu, and a new one for each picture: its numbers are the same for every device.
        generator = torch.Generator("cpu").manual_seed(task.seed)
        # Some pipelines roll elsewhere too: that of SD 3 encodes the picture of a control without the generator.
        torch.manual_seed(task.seed)
        with torch.inference_mode():
            found = pipe(**arguments, generator=generator, output_type="np", callback_on_step_end=after)
    finally:
        pipe.scheduler = usual
    flags = getattr(found, "nsfw_content_detected", None)
    return Drawn(pixels=found.images[0], flagged=bool(flags and flags[0]), steps=taken, sound=sound)


def held(task: Task, family: Family, *, distilled: bool) -> dict[str, Json]:
    """The parameters that hold for a task."""
    return settings(family, task.hub, task.params, distilled=distilled, references=bool(task.references), mask=task.mask is not None)


def _arguments(pipe: Any, task: Task, given: Inputs, family: Family, *, distilled: bool) -> dict[str, Any]:  # noqa: ANN401 - an object of theirs
    known = takes(pipe)
    found: dict[str, Any] = {_NAMES[name]: value for name, value in held(task, family, distilled=distilled).items() if name in _NAMES}
    found["prompt"] = task.prompt
    if task.negative and "negative_prompt" in known:
        found["negative_prompt"] = task.negative
    if given.drawn is not None and "height" in known:
        found |= {"width": given.drawn.width, "height": given.drawn.height}
    if given.references:
        found["image"] = list(given.references) if family.edits else given.references[0]
    if given.mask is not None:
        found["mask_image"] = given.mask
    if given.controls:
        found |= _controls(pipe, task, given, known)
    if distilled and family is FLUX and "max_sequence_length" in known:
        found["max_sequence_length"] = SHORT
    return found


def _controls(pipe: Any, task: Task, given: Inputs, known: frozenset[str]) -> dict[str, Any]:  # noqa: ANN401 - an object of theirs
    several = len(given.controls) > 1
    scales = [1.0 if one.scale is None else one.scale for one in task.controls]
    found: dict[str, Any] = {
        "control_image" if "control_image" in known else "image": list(given.controls) if several else given.controls[0],
        "controlnet_conditioning_scale": scales if several else scales[0],
    }
    nets = list(pipe.controlnet.nets) if several else [pipe.controlnet]
    modes = [
        MODES.index(one.kind) if getattr(net, "union", False) and one.kind in MODES else None
        for one, net in zip(task.controls, nets, strict=True)
    ]
    if "control_mode" in known and any(mode is not None for mode in modes):
        found["control_mode"] = modes if several else modes[0]
    return found


def _scheduler(name: str, usual: Any) -> Any:  # noqa: ANN401 - an object of theirs
    import diffusers

    cls, options = SCHEDULERS[name]
    return getattr(diffusers, cls).from_config(usual.config, **options)
