"""The formats an output can have and the settings each one takes. Pure: the encoders themselves are in `assetgen.post.encode`.

`version` rises whenever the bytes for the same pixels and settings change on purpose; it is part of an output's key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assetgen.model import Json
from assetgen.post.colours import EXPECTED, is_colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """An output format: its name, the suffixes that mean it, the settings it takes, and whether it can hold transparency.

    `defaults` has a value for every setting. `xmp`: whether it can say that a model made the picture.
    """

    name: str
    version: int
    suffixes: tuple[str, ...]
    defaults: Mapping[str, Json]
    alpha: bool
    xmp: bool = True

    @property
    def settings(self) -> frozenset[str]:
        """The names of the settings it takes."""
        return frozenset(self.defaults)


# There is no `lossless` for AVIF: the library always converts to YCbCr, which moves values by up to 2 even at quality 100.
_ALL = (
    Format(name="png", version=1, suffixes=("png",), defaults={"effort": 4}, alpha=True),
    Format(
        name="jpeg",
        version=1,
        suffixes=("jpg", "jpeg"),
        defaults={"quality": 80, "subsampling": "4:2:0", "background": "white"},
        alpha=False,
    ),
    Format(name="webp", version=1, suffixes=("webp",), defaults={"quality": 80, "effort": 4, "lossless": False}, alpha=True),
    Format(name="avif", version=1, suffixes=("avif",), defaults={"quality": 50, "effort": 4, "subsampling": "4:2:0"}, alpha=True),
    Format(name="gif", version=1, suffixes=("gif",), defaults={}, alpha=True, xmp=False),
    Format(name="ico", version=1, suffixes=("ico",), defaults={"sizes": [16, 32, 48, 256]}, alpha=True, xmp=False),
)

FORMATS: Mapping[str, Format] = MappingProxyType({known.name: known for known in _ALL})
SUFFIXES: Mapping[str, str] = MappingProxyType({suffix: known.name for known in _ALL for suffix in known.suffixes})

SUBSAMPLING = ("4:2:0", "4:2:2", "4:4:4")
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "quality": "a whole number from 1 to 100",
        "effort": "a whole number from 0 (fast) to 9 (small)",
        "lossless": "true or false",
        "subsampling": " or ".join(f'"{ratio}"' for ratio in SUBSAMPLING),
        "background": EXPECTED,
        "sizes": "a list of whole numbers from 8 to 256",
    }
)
"""What each setting's value must be, in the words of a message."""


def problem(setting: str, value: Json) -> str | None:
    """What is wrong with the value of a setting, or None. The setting must be a known one."""
    if _FITS[setting](value):
        return None
    shown = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"expected {SETTINGS[setting]}, not {shown}"


def _whole(value: Json, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


_FITS: Mapping[str, Callable[[Json], bool]] = {
    "quality": lambda value: _whole(value, 1, 100),
    "effort": lambda value: _whole(value, 0, 9),
    "lossless": lambda value: isinstance(value, bool),
    "subsampling": lambda value: value in SUBSAMPLING,
    "background": lambda value: isinstance(value, str) and is_colour(value),
    "sizes": lambda value: isinstance(value, list) and bool(value) and all(_whole(size, 8, 256) for size in value),
}
