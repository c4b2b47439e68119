"""What becomes of parameters and sizes when an asset goes from one model to another. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assetgen.catalog.checking import problems
from assetgen.catalog.entries import Model, Param
from assetgen.catalog.sizing import near, offers
from assetgen.model import Json, Ratio, Size

_SAME = (
    ("guidance", "guidance_scale", "cfg_scale"),
    ("steps", "num_inference_steps"),
    ("strength", "prompt_strength", "image_strength"),
    ("magic_prompt", "magic_prompt_option"),
    ("prompt_upsampling", "enhance_prompt", "expand_prompt"),
    ("style_preset", "style_presets"),
)
"""Names of one thing. A value is taken over only where the other model allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One parameter that must change: `new_name` is None where it is dropped; `why` is the end of a sentence."""

    name: str
    new_name: str | None
    old: Json
    new: Json
    why: str


def params(old: Model | None, new: Model, provider: str | None, given: Mapping[str, Json]) -> Iterator[Moved]:
    """The parameters that the new model does not take as they are, in their order."""
    known = new.params_at(provider)
    for name, value in given.items():
        if name in known:
            if problems(new.id, {name: known[name]}, {name: value}):
                yield _valued(new, known[name], name, name, value)
            continue
        other = _renamed(name, known, given)
        if other is not None:
            yield _valued(new, known[other], name, other, value)
        elif old is None or name in old.params or any(name in (service.params or {}) for service in old.services.values()):
            yield Moved(name=name, new_name=None, old=value, new=None, why=f'"{new.id}" has no such parameter')


def size(new: Model, provider: str | None, wanted: Size | Ratio | None) -> Size | None:
    """The nearest size that the new model offers, where it does not offer the one that is asked for."""
    sizes = new.sizes_at(provider)
    if not isinstance(wanted, Size) or offers(sizes, wanted):
        return None
    return near(sizes, wanted)[0]


def _renamed(name: str, known: Mapping[str, Param], given: Mapping[str, Json]) -> str | None:
    """What the new model calls it, unless that is given as well."""
    group = next((group for group in _SAME if name in group), ())
    return next((other for other in group if other in known and other not in given), None)


def _valued(new: Model, param: Param, name: str, new_name: str, value: Json) -> Moved:
    """The value as it is, brought into its range, or spelled in the other model's letters; dropped where it has no like."""
    renamed = f'"{new.id}" calls it {new_name}' if new_name != name else ""
    if not problems(new.id, {new_name: param}, {new_name: value}):
        return Moved(name=name, new_name=new_name, old=value, new=value, why=renamed)
    found = _nearest(param, value)
    if found is None:
        return Moved(name=name, new_name=None, old=value, new=None, why=f'"{new.id}" takes another kind of value for {new_name}')
    return Moved(name=name, new_name=new_name, old=value, new=found, why=renamed or f'"{new.id}" takes {_told(param)}')


def _nearest(param: Param, value: Json) -> Json:
    if isinstance(value, str):
        return next((choice for choice in param.choices if isinstance(choice, str) and choice.lower() == value.lower()), None)
    if isinstance(value, bool) or not isinstance(value, int | float) or param.type not in {"integer", "number"} or param.choices:
        return None
    bounded = min(max(value, param.min if param.min is not None else value), param.max if param.max is not None else value)
    return round(bounded) if param.type == "integer" or bounded == int(bounded) else bounded


def _told(param: Param) -> str:
    if param.choices:
        return ", ".join(map(str, param.choices))
    return " to ".join(f"{bound:g}" for bound in (param.min, param.max) if bound is not None)
