"""What local pipelines refuse before anything is loaded, by the family that a model's folder names. Imports no library."""

import json
import math
from collections.abc import Mapping

from assetgen.catalog.entries import Param
from assetgen.errors import Impossible
from assetgen.model import Json
from assetgen.providers import Request, rules
from assetgen.providers.diffusers.families import FAMILIES, SCHEDULERS, Family, drawn_steps, kind_of, settings

LONGEST_SIDE = 4096
SHORTEST_SIDE = 16
_LONGEST_PROMPT = 20_000
_SEEDS = 2**63 - 1
_HEAVIEST = 64 * rules.MIB

_STEPS = Param(type="integer", min=1, max=200)
_GUIDANCE = Param(type="number", min=0, max=50)
_STRENGTH = Param(type="number", min=0, max=1)


def params_of(family: Family, *, distilled: bool = False) -> Mapping[str, Param]:
    """The parameters that a family takes, or a distilled model of it, which has no guidance."""
    found = {"steps": _STEPS} if distilled else {"steps": _STEPS, "guidance": _GUIDANCE}
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


def check(request: Request, family: Family, hub: str | None = None, *, distilled: bool = False) -> None:
    """What a family can't do, or the model with that hub id. Raises Impossible."""
    if distilled and "guidance" in request.params:
        text = f'model "{request.model}" is distilled, and has no guidance'
        raise Impossible(text, hint='remove "guidance" from params')
    rules.check_params(request, params_of(family, distilled=distilled))
    rules.check_references(request, family.references, formats=("png", "jpeg", "webp", "avif"), largest=_HEAVIEST)
    rules.check_mask(request, takes="inpaint" in family.pipelines)
    if "strength" in request.params and not request.references:
        raise Impossible('"strength" needs a reference, which it says how far to leave', hint='references = ["…"]')
    if request.loras and not family.lora:
        raise Impossible(f"{family.title} takes no LoRA here", hint='remove "loras"')
    if "true_cfg" in request.params and request.guides and request.references:
        raise Impossible('"true_cfg" is not taken together with controls and references', hint='remove "true_cfg" from params')
    _check_controls(request, family)
    _check_steps(family, held(request, family, hub, distilled=distilled))


def honours_negative(request: Request, family: Family, hub: str | None = None) -> bool:
    """Whether a negative prompt changes anything: it is what guidance leads away from, and FLUX.1 needs one of a second kind for it."""
    if family.name == "flux":
        return _number(request.params.get("true_cfg")) > 1 and not (request.guides and request.references)
    return family.negative and _number(held(request, family, hub).get("guidance")) > 1


def held(request: Request, family: Family, hub: str | None, *, distilled: bool = False) -> dict[str, Json]:
    """The parameters that hold for a request."""
    given = {"references": bool(request.references), "mask": request.mask is not None}
    return settings(family, hub, request.params, distilled=distilled, **given)


def _check_controls(request: Request, family: Family) -> None:
    if not request.guides:
        return
    if family.control is None:
        able = ", ".join(sorted(one.title for one in FAMILIES.values() if one.control))
        raise Impossible(f"there are no ControlNets for {family.title}", hint=f"a model of {able}")
    kind = kind_of(image=bool(request.references), mask=request.mask is not None, control=True)
    if kind not in family.pipelines:
        raise Impossible(f"{family.title} takes either controls or references, not both", hint='remove "references"')


def _check_steps(family: Family, held: Mapping[str, Json]) -> None:
    """Image-to-image takes only a part of the steps, and no step at all draws nothing."""
    strength, steps = held.get("strength"), held["steps"]
    if isinstance(strength, int | float) and isinstance(steps, int) and drawn_steps(family, steps, strength) < 1:
        given = json.dumps({"steps": steps, "strength": strength})
        raise Impossible(f"there is no step left to draw: {given}", hint=f"strength = {math.ceil(100 / steps) / 100:g}")


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
