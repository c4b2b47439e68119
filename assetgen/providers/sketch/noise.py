"""Chance and noise that are the same on every machine: raw PCG64 words, plain arithmetic, no library distributions."""

import hashlib
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

Field: TypeAlias = npt.NDArray[np.float32]
Line: TypeAlias = npt.NDArray[np.float64]
T = TypeVar("T")


def entropy(*parts: object) -> int:
    """A 128-bit number that depends on nothing but the text of the parts."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).digest()[:16], "big")


class Dice:
    """A stream of chance from a few words. NumPy promises the raw words of PCG64, not its distributions, so those are made here."""

    __slots__ = ("_bits",)

    def __init__(self, *parts: object) -> None:
        self._bits = np.random.PCG64(entropy(*parts))

    def floats(self, count: int) -> Line:
        """`count` numbers in [0, 1)."""
        raw = self._bits.random_raw(count)
        return (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * float(self.floats(1)[0])

    def integer(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.floats(1)[0] * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.integer(0, len(choices) - 1)]

    def chance(self, share: float) -> bool:
        return float(self.floats(1)[0]) < share


def profile(dice: Dice, at: Line, *, octaves: int, decay: float = 0.5, smooth: bool = True) -> Line:
    """One-dimensional noise in about -1..1 at rising positions; a unit is the width of the broadest bump."""
    total = np.zeros_like(at)
    weight, reach = 1.0, 0.0
    for octave in range(octaves):
        where = at * 2.0**octave
        floor = np.floor(where).astype(np.int64)
        base = int(floor[0])
        knots = dice.floats(int(floor[-1]) - base + 2) * 2 - 1
        part = where - floor
        if smooth:
            part = part * part * (3 - 2 * part)
        left = knots[floor - base]
        total += (left + (knots[floor - base + 1] - left) * part) * weight
        reach += weight
        weight *= decay
    return total / reach * 1.4


def cloud(dice: Dice, size: tuple[int, int], cells: tuple[int, int], *, octaves: int = 4, decay: float = 0.5) -> Field:
    """Noise in 0..1 of shape (height, width) that repeats at every border; `cells` are the broadest bumps across and down."""
    width, height = size
    total = np.zeros((height, width), dtype=np.float32)
    weight, reach = 1.0, 0.0
    for octave in range(octaves):
        across, down = (max(1, min(count << octave, side)) for count, side in zip(cells, size, strict=True))
        knots = dice.floats(across * down).reshape(down, across).astype(np.float32)
        total += enlarge(knots, size) * np.float32(weight)
        reach += weight
        weight *= decay
    spread = np.float32(0.62 if octaves == 1 else 1.0)
    level: Field = np.clip((total / np.float32(reach) - np.float32(0.5)) * spread * np.float32(1.5) + np.float32(0.5), 0, 1)
    return level


def enlarge(field: Field, size: tuple[int, int]) -> Field:
    """A periodic field resampled to another size, still periodic."""
    rim = 4
    down, across = field.shape
    padded = np.pad(field, rim, mode="wrap")
    image = Image.fromarray(padded).resize(size, Image.Resampling.BICUBIC, box=(rim, rim, rim + across, rim + down))
    return np.asarray(image, dtype=np.float32)


def smoothstep(values: Field, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, an S between."""
    part: Field = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return part * part * (3 - 2 * part)


def turn(values: Field) -> Field:
    """A sine wave of period 1 from parabolas: no library sine, so no CPU differs in the last bit."""
    part = values - np.floor(values)
    bow = np.where(part < 0.5, 16 * part * (0.5 - part), -16 * (part - 0.5) * (1 - part))
    wave: Field = (bow * (np.float32(0.775) + np.float32(0.225) * np.abs(bow))).astype(np.float32)
    return wave
