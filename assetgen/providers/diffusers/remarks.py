"""What is worth a word before a local model draws: words that it won't read, weights that may change, a cpu that takes long."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from assetgen.model import Size
from assetgen.providers import Request
from assetgen.providers.diffusers import placement
from assetgen.providers.diffusers.device import Device, Machine, usable
from assetgen.providers.diffusers.options import Options
from assetgen.providers.diffusers.places import Spot
from assetgen.providers.diffusers.rules import honours_negative
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
    if request.negative and not honours_negative(request, weights.family, spot.hub):
        yield f'{weights.family.title} does not read "negative" with these params'
    if device.kind == "cpu" and (seconds := duration(request, weights)) > _WORTH_A_WORD:
        yield f"there is no GPU: on the cpu a picture takes about {_span(seconds)}"


def slower(weights: Weights, size: Size, device: Device, machine: Machine, own: Options) -> Iterator[str]:
    """Where a GPU is so small for a model that quantising it would help, and no package is there that could."""
    if device.kind in {"cpu", "mps"} or own.placement is not None:
        return
    width = own.precision or placement.precision(device=device.kind, half=weights.family.half, bfloat16=device.bfloat16)
    packages, free = usable(machine.packages, device.kind), min(device.free, own.memory or device.free)
    rungs = placement.ladder(placement.demand(weights.sizes(width), size), memory=free, ram=machine.ram, packages=packages)
    note = placement.left_out(packages)
    if note is not None and rungs[0].mode in {"group-offload", "sequential"}:
        yield note


def unread(request: Request, weights: Weights) -> Iterator[str]:
    """Where a prompt is longer than what is read of it. Says nothing of a tokenizer that cannot be read quickly."""
    for name, limit in weights.family.reads.items():
        longest = 256 if weights.distilled and limit == 512 else limit
        for what, text in (("prompt", request.prompt), ("negative prompt", request.negative)):
            count = tokens(weights.folder / name / "tokenizer.json", text) if len(text) > longest else None
            if count is not None and count > longest:
                yield f"the {what} has {count} tokens, and {_reader(name, weights)} reads {longest}: the rest is left out"


def tokens(path: Path, text: str) -> int | None:
    """How many tokens a text is for a model's own tokenizer; None where there is none to be had."""
    tokenizer = _tokenizer(path, path.stat().st_mtime_ns if path.is_file() else 0)
    return None if tokenizer is None else len(tokenizer.encode(text).ids)  # type: ignore[attr-defined]


def duration(request: Request, weights: Weights) -> float:
    """The seconds that a picture may take on this machine's cpu, to within a few times: it is two operations a weight and position."""
    family = weights.family
    size = request.size or Size(1024, 1024)
    positions = size.width * size.height / family.cell**2
    given = request.params.get("steps")
    steps = given if isinstance(given, int) else 4 if weights.distilled else family.steps
    return 2 * weights.floats(family.denoiser) * positions * steps * family.passes / (_CORE * (os.cpu_count() or 1))


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
