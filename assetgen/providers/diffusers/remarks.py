"""What is worth a word before a local model draws: words that it won't read, weights that may change, a cpu that takes long."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from assetgen.model import Json, Size
from assetgen.providers import Request
from assetgen.providers.diffusers import placement
from assetgen.providers.diffusers.device import Device, Machine, usable
from assetgen.providers.diffusers.extras import Extras
from assetgen.providers.diffusers.families import read_of
from assetgen.providers.diffusers.options import Options
from assetgen.providers.diffusers.places import Spot, hub
from assetgen.providers.diffusers.rules import held
from assetgen.providers.diffusers.weights import Weights

# Multiplications and additions that one core does in a second in float32, with all that is lost on the way.
_CORE = 3e10
_WORTH_A_WORD = 60.0


def remarks(request: Request, spot: Spot, weights: Weights | None, device: Device) -> Iterator[str]:
    """The remarks in the order of their weight."""
    if spot.path is None:
        yield f'"{spot.label}" is not here yet: the build will download it'
    if not spot.pinned:
        commit = f"@{spot.commit}" if spot.commit else "@COMMIT"
        yield f'"{spot.label}" is not pinned, and can change: model = "{spot.label}{commit}" is'
    if weights is None:
        return
    yield from unread(request, weights)
    if device.kind == "cpu" and (seconds := duration(request, weights, hub(spot, request.id))) > _WORTH_A_WORD:
        yield f"there is no GPU: on the cpu a picture takes about {_span(seconds)}"


def slower(weights: Weights, size: Size, device: Device, machine: Machine, own: Options, extras: Extras | None = None) -> Iterator[str]:
    """Where quantising a model is asked for, or would help on so small a GPU, and it cannot be done."""
    if own.placement not in {None, "quantised"} or (own.placement is None and device.kind in {"cpu", "mps"}):
        return
    width = own.precision or placement.precision(device=device.kind, half=weights.family.half, bfloat16=device.bfloat16)
    packages = usable(machine.packages, device.kind)
    free = None if device.kind in {"cpu", "mps"} else min(device.free, own.memory or device.free)
    wanted = (extras or Extras()).beside(weights, width, size)
    first = placement.ladder(wanted, memory=free, ram=machine.ram, packages=packages, first=own.placement)[0]
    note = placement.left_out(packages)
    if own.placement == "quantised":
        if first.mode != "quantised":
            why = note or f'no component of "{weights.family.title}" here has the gigabyte from which on it is quantised'
            yield f'placement = "quantised" is not possible, and "{first.mode}" is taken: {why}'
    elif note is not None and first.mode in {"group-offload", "sequential"}:
        yield note


def unread(request: Request, weights: Weights) -> Iterator[str]:
    """Where a prompt is longer than what is read of it. Says nothing of a tokenizer that cannot be read quickly."""
    for name, limit in weights.family.reads.items():
        longest = read_of(weights.family, limit, distilled=weights.distilled)
        for what, text in (("prompt", request.prompt), ("negative prompt", request.negative)):
            count = tokens(weights.folder / name / "tokenizer.json", text) if len(text) > longest else None
            if count is not None and count > longest:
                yield f"the {what} has {count} tokens, and {_reader(name, weights)} reads {longest}: the rest is left out"


def tokens(path: Path, text: str) -> int | None:
    """How many tokens a text is for a model's own tokenizer; None where there is none to be had."""
    tokenizer = _tokenizer(path, path.stat().st_mtime_ns if path.is_file() else 0)
    return None if tokenizer is None else len(tokenizer.encode(text).ids)  # type: ignore[attr-defined]  # no types


def duration(request: Request, weights: Weights, hub_id: str | None = None) -> float:
    """The seconds that a picture may take on this machine's cpu, to within a few times: it is two operations a weight and position.

    `hub_id` is what the model is at the hub: some have defaults of their own.
    """
    family = weights.family
    size = request.size or Size(1024, 1024)
    positions = size.width * size.height / family.cell**2
    own = held(request, family, hub_id, distilled=weights.distilled)
    steps, strength, guidance = (_number(own.get(name), usual) for name, usual in (("steps", 1), ("strength", 1), ("guidance", 0)))
    passes = family.passes if guidance > 1 else 1
    return 2 * weights.floats(family.denoiser) * positions * steps * strength * passes / (_CORE * (os.cpu_count() or 1))


def _number(value: Json, usual: float) -> float:
    return float(value) if isinstance(value, int | float) else usual


@lru_cache(maxsize=8)
def _tokenizer(path: Path, stamp: int) -> object | None:
    """The tokenizer in a file as it is now; None where there is no file, or no library to read it."""
    if not stamp:
        return None
    try:
        from tokenizers import Tokenizer

        found = Tokenizer.from_file(str(path))
    except Exception:  # noqa: BLE001 - the library raises nothing narrower; a remark is not worth a failure
        return None
    found.no_truncation()
    found.no_padding()
    return found


def _reader(name: str, weights: Weights) -> str:
    longest = next(iter(weights.family.reads))
    if len(weights.family.reads) == 1:
        return weights.family.title
    return f"the {'long' if name == longest else 'short'} text encoder of {weights.family.title}"


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.1g} hours" if seconds > 5400 else f"{round(seconds / 60)} minutes"
