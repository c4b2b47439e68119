"""Whether a model takes what an asset asks for, what it would quietly leave out, and which other model could do it. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from assetgen.catalog.entries import Model, Param, Supports
from assetgen.catalog.lifecycle import notice
from assetgen.catalog.pricing import price
from assetgen.catalog.sizing import nearest_to, offers
from assetgen.model import Asset, Json, Ratio, Size

BENT = 1.05
"""A ratio that comes out further off than by this factor is not the one that was asked for."""

_OPAQUE = frozenset(
    {
        *("resize", "fit", "crop", "trim", "flip", "overlay", "text", "quantize", "blur", "sharpen"),
        *("grayscale", "brightness", "contrast", "saturation", "tint", "background"),
    }
)
"""Ops that leave a picture without transparency as it is. Any other one, a plug-in's too, may make some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an asset asks of a model beside its prompt. `controls` are the kinds of pictures to follow."""

    references: int = 0
    mask: bool = False
    loras: bool = False
    controls: tuple[str, ...] = ()
    seed: bool = False
    negative: bool = False
    alpha: bool = False
    size: Size | Ratio | None = None

    @property
    def purpose(self) -> str:
        """The strength that a model for it should have."""
        if self.mask:
            return "inpainting"
        return "control" if self.controls else "editing" if self.references else ""


def wanted(asset: Asset) -> Wanted:
    """What an asset asks for."""
    return Wanted(
        references=len(asset.references),
        mask=asset.mask is not None or asset.expand is not None,
        loras=bool(asset.loras),
        controls=tuple(dict.fromkeys(control.kind for control in asset.controls)),
        seed=asset.seed is not None,
        negative=bool(asset.negative),
        alpha=see_through(asset),
        size=asset.size,
    )


def see_through(asset: Asset) -> bool:
    """Whether the picture that comes back has to be transparent somewhere: by its parameters, or since no step makes an output so."""
    if asks_alpha(asset.params.items()):
        return True
    return asset.expect.alpha is True and any(all(step.op in _OPAQUE for step in output.steps) for output in asset.outputs)


def asks_alpha(params: Iterable[tuple[str, Json]]) -> bool:
    """Whether parameters ask for a transparent background."""
    return any((name, value) == ("background", "transparent") or (name == "transparent" and value is True) for name, value in params)


def alpha_param(known: Collection[tuple[str, Param]]) -> tuple[str, Json] | None:
    """The parameter and its value by which a model is asked for transparency; None where it needs none."""
    for name, param in known:
        if name == "background" and "transparent" in param.choices:
            return name, "transparent"
        if name == "transparent" and param.type == "boolean":
            return name, True
    return None


def refused(takes: Supports, want: Wanted) -> Iterator[str]:
    """What a model cannot do at all, as the ends of sentences: "takes no mask"."""
    if want.references > takes.references:
        most = f"at most {takes.references} reference{'' if takes.references == 1 else 's'}, and {want.references} are given"
        yield f"takes {most}" if takes.references else "takes no references"
    if want.mask and not takes.mask:
        yield "takes no mask"
    if want.loras and not takes.lora:
        yield "takes no LoRA"
    if want.controls and not takes.control:
        yield "takes no controls"
    elif takes.kinds:
        yield from (f'takes no control of the kind "{kind}"' for kind in want.controls if kind not in takes.kinds)


def unhonoured(model: Model, provider: str | None, want: Wanted) -> tuple[str, ...]:
    """What a model takes in and leaves out of account: "negative", "seed", "alpha", and a "ratio" that it has no size for."""
    takes = model.supports_at(provider)
    lost = {
        "negative": want.negative and not takes.negative,
        "seed": want.seed and not takes.seed,
        "alpha": want.alpha and not takes.alpha,
        "ratio": bent(model, provider, want.size) is not None,
    }
    return tuple(field for field, given in lost.items() if given)


def bent(model: Model, provider: str | None, size: Size | Ratio | None) -> Size | None:
    """The size that a ratio becomes, where its shape is another one."""
    if not isinstance(size, Ratio):
        return None
    found = nearest_to(model.sizes_at(provider), size)
    off = (found.width / found.height) / (size.width / size.height)
    return found if max(off, 1 / off) > BENT else None


def better(
    models: Iterable[Model],
    instead_of: str,
    want: Wanted,
    *,
    installed: Collection[str],
    beside: str | None = None,
    today: date,
    commercial: bool = False,
    purpose: str = "",
) -> list[tuple[str, str]]:
    """The models that take all of it, each with an installed provider that serves it, the best first.

    First those that do not end, then those at the provider `beside`, where the user has an account, then the same family, then by
    strength at the purpose (or at what the other model is best at), then by price. `purpose` overrides that of what is wanted; a model
    without that strength is then left out.
    """
    known = {model.id: model for model in models}
    best = known[instead_of].strengths[:1] if instead_of in known else ()
    aim = purpose or want.purpose or "".join(best)
    family = instead_of.partition("-")[0]
    ranked: list[tuple[tuple[bool, bool, bool, int, bool, float], tuple[str, str]]] = []
    for model in known.values():
        found = notice(model, today)
        offered = [name for name in model.services if name in installed]
        if not offered or model.id == instead_of or (found is not None and found.kind == "retired"):
            continue
        provider = beside if beside in offered else offered[0]
        # A placeholder and a workflow without strengths of its own take much, and are no better model.
        if not model.strengths or "placeholder" in model.strengths:
            continue
        if any(refused(model.supports_at(provider), want)) or unhonoured(model, provider, want):
            continue
        if not _sized(model, provider, want.size) or (commercial and model.services[provider].usage != "commercial"):
            continue
        if purpose and purpose not in model.strengths:
            continue
        cost = price(model, provider, size=None, params={}, count=1)
        place = model.strengths.index(aim) if aim in model.strengths else len(model.strengths)
        rank = (
            found is not None,
            provider != beside,
            model.id.partition("-")[0] != family,
            place,
            cost is None,
            float(cost.high) if cost else 0.0,
        )
        ranked.append((rank, (model.id, provider)))
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


def _sized(model: Model, provider: str, size: Size | Ratio | None) -> bool:
    return not isinstance(size, Size) or offers(model.sizes_at(provider), size)
