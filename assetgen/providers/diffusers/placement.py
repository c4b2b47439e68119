"""How a pipeline is placed in the memory there is: the modes from the best that fits down to the last resort. Pure: numbers in, rungs out.

The lower a mode the slower, and each draws slightly other pixels; so the mode is chosen by size, and a step down is always told.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assetgen.model import Size

Mode: TypeAlias = Literal["full", "tiled", "model-offload", "quantised", "group-offload", "sequential"]
Precision: TypeAlias = Literal["float32", "bfloat16", "float16"]

GB = 10**9
MODES: tuple[Mode, ...] = ("full", "model-offload", "quantised", "group-offload", "sequential")
# The part of a 16-bit weight that is left: nf4 with its scales, int8 with a scale per channel.
QUANTISATIONS = (("bitsandbytes", "nf4", 0.28), ("torchao", "int8", 0.52))
WIDTH: dict[Precision, int] = {"float32": 4, "bfloat16": 2, "float16": 2}
# Above this many pixels the VAE decodes in tiles: its memory grows with the picture, and nothing else does as fast.
TILED = 1_500_000
USUAL_SIZE = Size(1024, 1024)
_LEAF = 1 * GB


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a request needs in bytes: all weights, the largest component, what is left on the GPU if the large ones are quantised.

    `activations` is what drawing needs beside the weights.
    """

    total: int
    largest: int
    activations: int
    rest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One way to place a pipeline. `needs` is memory of the GPU and `ram` of the machine, in bytes; `quantisation` is nf4 or int8."""

    mode: Mode
    needs: int
    ram: int = 0
    quantisation: str | None = None


def demand(components: Iterable[int], size: Size, *, laid: int = 0) -> Demand:
    """What a picture of this size needs of a model whose components have so many bytes, at the precision they will be loaded in.

    `laid` are the bytes of LoRAs, which stay beside the weights they change: nearly all of those are in the largest component.

    3 GB for a megapixel are what diffusers' own size-aware offloading keeps free; a small picture still needs a third of it.
    """
    weights = sorted(components, reverse=True)
    small = [one for one in weights if one < _LEAF]
    megapixels = size.width * size.height / 1024**2
    return Demand(
        total=sum(weights) + laid,
        largest=weights[0] + laid if weights else laid,
        activations=int(3 * GB * max(megapixels, 1 / 3)),
        rest=(small[0] if small else 0) + laid,
    )


def ladder(wanted: Demand, *, memory: int | None, ram: int, packages: Collection[str] = (), first: Mode | None = None) -> tuple[Rung, ...]:
    """The rungs to try in turn, the best that fits first. `memory` is what the GPU has free in bytes; None: there is none.

    `packages` are the installed ones that can quantise, and `first` is a mode that the user insists on. Never empty: the last resort is
    tried even where the numbers say that it does not fit, since they are estimates.
    """
    if memory is None:
        start = Rung(mode="full", needs=0, ram=wanted.total + wanted.activations)
        asked = _rung(first, wanted, packages) if first is not None else None
        return (asked or start, Rung(mode="tiled", needs=0, ram=start.ram))
    rungs = tuple(rung for mode in MODES if (rung := _rung(mode, wanted, packages)) is not None)
    if first is not None:
        return tuple(rung for rung in rungs if MODES.index(rung.mode) >= MODES.index(first))
    fitting = [number for number, rung in enumerate(rungs) if fits(rung, memory=memory, ram=ram)]
    return rungs[fitting[0] :] if fitting else rungs[-1:]


def fits(rung: Rung, *, memory: int, ram: int) -> bool:
    """Whether both memories are enough for it."""
    return rung.needs <= memory and rung.ram <= ram


def left_out(packages: Collection[str]) -> str | None:
    """What to say of quantisation where no package can do it."""
    if any(package in packages for package, _, _ in QUANTISATIONS):
        return None
    return 'the mode "quantised" is left out: neither "bitsandbytes" nor "torchao" is installed'


def precision(*, device: str, half: bool, bfloat16: bool) -> Precision:
    """The type of the weights. float16 overflows in FLUX and Z-Image, so `half` says whether a family bears it."""
    if device == "cpu":
        return "float32"
    if bfloat16:
        return "bfloat16"
    return "float16" if half else "float32"


def _rung(mode: Mode, wanted: Demand, packages: Collection[str]) -> Rung | None:
    drawing = wanted.activations
    match mode:
        case "full":
            return Rung(mode=mode, needs=wanted.total + drawing)
        case "model-offload":
            return Rung(mode=mode, needs=wanted.largest + drawing, ram=wanted.total)
        case "quantised":
            return _quantised(wanted, packages)
        case _:
            # A layer is never more than a part of its component, so that these two need less than all above them.
            layers = min(wanted.largest // 4, _LEAF if mode == "group-offload" else _LEAF // 4)
            return Rung(mode=mode, needs=drawing + layers, ram=wanted.total)


def _quantised(wanted: Demand, packages: Collection[str]) -> Rung | None:
    found = next(((name, part) for package, name, part in QUANTISATIONS if package in packages), None)
    if found is None or wanted.largest < _LEAF:
        return None
    name, part = found
    largest = max(int(wanted.largest * part), wanted.rest)
    return Rung(mode="quantised", needs=largest + wanted.activations, ram=int(wanted.total * part) + wanted.rest, quantisation=name)
