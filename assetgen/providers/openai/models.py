"""What each of OpenAI's image models accepts: dated data, read off the SDK's types and the published API description (2026-11-22).

A model that is not here passes through unjudged; what it accepts is between the user and the server.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from assetgen.model import Size

Allowed: TypeAlias = tuple[str, ...] | range | None
"""The words or whole numbers a parameter may be; None for any text."""

NEWEST = "gpt-image-2.6-sunburst"
EDITS = frozenset({"input_fidelity"})
NO_EDITS = frozenset({"moderation", "style"})
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What models of one kind have in common. `sizes` is None where any size within `Free` will do; `references` 0 means no edits."""

    params: Mapping[str, Allowed]
    sizes: tuple[Size, ...] | None
    prompt: int
    count: int
    references: int
    formats: tuple[str, ...] = ("png", "jpeg", "webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """The rule for models without a list of sizes; pixels and edges."""

    step: int = 16
    ratio: int = 3
    edge: int = 3840
    least: int = 655_360
    most: int = 8_294_400

    def holds(self, size: Size) -> bool:
        """Whether a size may be asked for."""
        short, long = sorted((size.width, size.height))
        whole = size.width % self.step == 0 and size.height % self.step == 0
        return whole and short > 0 and long <= min(self.edge, short * self.ratio) and self.least <= short * long <= self.most


FREE = Free()

_WHO: Mapping[str, Allowed] = {"user": None, "safety_identifier": None}
_GPT: Mapping[str, Allowed] = {
    "quality": ("low", "medium", "high", "auto"),
    "background": ("transparent", "opaque", "auto"),
    "output_format": ("png", "jpeg", "webp"),
    "output_compression": range(101),
    "moderation": ("low", "auto"),
    **_WHO,
}
_DALLE: Mapping[str, Allowed] = {"response_format": ("b64_json", "url"), "user": None}


def _sizes(*pairs: tuple[int, int]) -> tuple[Size, ...]:
    return tuple(Size(width, height) for width, height in pairs)


def _gpt(params: Mapping[str, Allowed], sizes: tuple[Size, ...] | None) -> Family:
    return Family(params={**_GPT, **params}, sizes=sizes, prompt=32_000, count=10, references=16)


_THREE = _sizes((1024, 1024), (1536, 1024), (1024, 1536))
_FIRST = _gpt({"input_fidelity": ("low", "high")}, _THREE)
_SECOND = _gpt({"complexity": ("low", "medium", "high")}, None)
_LATER = _gpt({"complexity": ("low", "medium", "high"), "quality": ("low", "medium", "high", "xhigh", "max", "auto")}, None)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "gpt-image-1": _FIRST,
        "gpt-image-1-mini": _gpt({"input_fidelity": ("low",)}, _THREE),
        "gpt-image-1.5": _FIRST,
        "chatgpt-image-latest": _FIRST,
        "gpt-image-2": _SECOND,
        "gpt-image-2.5-sunburst": _LATER,
        "gpt-image-2.5-flare": _LATER,
        "gpt-image-2.6-sunburst": _LATER,
        "gpt-image-2.6-flare": _LATER,
        "dall-e-3": Family(
            params={**_DALLE, "quality": ("standard", "hd"), "style": ("vivid", "natural")},
            sizes=_sizes((1024, 1024), (1792, 1024), (1024, 1792)),
            prompt=4000,
            count=1,
            references=0,
        ),
        "dall-e-2": Family(
            params={**_DALLE, "quality": ("standard",)},
            sizes=_sizes((256, 256), (512, 512), (1024, 1024)),
            prompt=1000,
            count=10,
            references=1,
            formats=("png",),
        ),
    }
)


def base(model: str) -> str:
    """The model's id without the date of a snapshot."""
    return _SNAPSHOT.sub("", model)


def family(model: str) -> Family | None:
    """What is known of a model or of a dated snapshot of it."""
    return FAMILIES.get(base(model))
