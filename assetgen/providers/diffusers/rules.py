"""What local pipelines refuse before anything is loaded, by the family that a model's folder names. Imports no library."""

import json
from collections.abc import Mapping

from assetgen.catalog.entries import Param
from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Request, rules
from assetgen.providers.diffusers.families import FAMILIES, SCHEDULERS, Family, kind_of, settings

LONGEST_SIDE = 4096
SHORTEST_SIDE = 16
_LONGEST_PROMPT = 20_000
_SEEDS = 2**63 - 1
_HEAVIEST = 64 * rules.MIB

_STEPS = Param(type="integer", min=1, max=200)
_GUIDANCE = Param(type="number", min=0, max=50)
_STRENGTH = Param(type="number", min=0, max=1)


def params_of(family: Family) -> Mapping[str, Param]:
    """The parameters that a family takes."""
    found = {"steps": _STEPS, "guidance": _GUIDANCE}
    if not family.edits:
        found["strength"] = _STRENGTH
    if family.name == "flux":
        found["true_cfg"] = _GUIDANCE
    if family.denoiser == "unet":
        found["scheduler"] = Param(type="string", choices=tuple(SCHEDULERS))
    return found


def check_any(request: Request) -> None:
    """What holds for every model."""
    rules.check_prompt(request, _LONGEST_PROMPT)
    rules.check_count(request, 1)
    rules.check_seed(request, _SEEDS)
    size = request.size
    if size is not None and not (min(size.width, size.height) >= SHORTEST_SIDE and max(size.width, size.height) <= LONGEST_SIDE):
        text = f"{size} has a side that is not within {SHORTEST_SIDE} and {LONGEST_SIDE} pixels"
        raise Impossible(text, hint='size = "1024x1024", and a step of post')


def check(request: Request, family: Family) -> None:
    """What a family can't do. Raises Impossible."""
    rules.check_params(request, params_of(family))
    rules.check_references(request, family.references, formats=("png", "jpeg", "webp", "avif"), largest=_HEAVIEST)
    rules.check_mask(request, takes="inpaint" in family.pipelines)
    if "strength" in request.params and not request.references:
        raise Impossible('"strength" needs a reference, which it says how far to leave', hint='references = ["…"]')
    if request.loras and not family.lora:
        raise Impossible(f"{family.title} takes no LoRA here", hint='remove "loras"')
    if "true_cfg" in request.params and request.guides and request.references:
        raise Impossible('"true_cfg" is not taken together with controls and references', hint='remove "true_cfg" from params')
    _check_controls(request, family)
    _check_steps(request, family)


def honours_negative(request: Request, family: Family, hub: str | None = None) -> bool:
    """Whether a negative prompt changes anything: it is what guidance leads away from, and FLUX.1 needs one of a second kind for it."""
    if family.name == "flux":
        return _number(request.params.get("true_cfg")) > 1 and not (request.guides and request.references)
    held = settings(family, hub, request.params, distilled=False, references=bool(request.references), mask=request.mask is not None)
    return family.negative and _number(held["guidance"]) > 1


def _check_controls(request: Request, family: Family) -> None:
    if not request.guides:
        return
    if family.control is None:
        able = ", ".join(sorted(one.title for one in FAMILIES.values() if one.control))
        raise Impossible(f"there are no ControlNets for {family.title}", hint=f"a model of {able}")
    kind = kind_of(image=bool(request.references), mask=request.mask is not None, control=True)
    if kind not in family.pipelines:
        raise Impossible(f"{family.title} takes either controls or references, not both", hint='remove "references"')


def _check_steps(request: Request, family: Family) -> None:
    """Image-to-image takes only a part of the steps, and no step at all draws nothing."""
    strength, steps = request.params.get("strength"), request.params.get("steps", family.steps)
    if isinstance(strength, int | float) and isinstance(steps, int) and int(steps * strength) < 1:
        given = json.dumps({"steps": steps, "strength": strength})
        raise Impossible(f"there is no step left to draw: {given}", hint=f"strength = {1 / steps:.2g}")


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
