"""What Adobe's Firefly models accept: dated data, read off the published API description of 2026-05-27.

A model that is not here is asked for over version 3 of the API, unjudged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assetgen.catalog.entries import Param
from assetgen.model import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models of one kind. `version` is the API's, `custom` means that the model was trained by the user."""

    version: int
    params: Mapping[str, Param]
    sizes: tuple[Size, ...]
    prompt: int = 1024
    count: int = 4
    references: int = 1
    guided: bool = True
    negative: bool = True
    custom: bool = False


def _sizes(*pairs: tuple[int, int]) -> tuple[Size, ...]:
    return tuple(Size(width, height) for width, height in pairs)


LARGEST_SEED = 2**31 - 1
LARGEST_REFERENCE = {3: 15, 4: 10}
"""In MiB, by the version of the API."""

FOUR = _sizes((2048, 2048), (2304, 1792), (1792, 2304), (2688, 1536), (1440, 2560))
THREE = _sizes(
    *((2048, 2048), (1024, 1024), (2304, 1792), (1792, 2304), (2688, 1536), (2688, 1512)),
    *((1344, 768), (1344, 756), (1152, 896), (896, 1152)),
)
FIVE: Mapping[Size, tuple[str, str]] = MappingProxyType(
    {
        Size(2048, 2048): ("1:1", "4MP"),
        Size(2304, 1792): ("4:3", "4MP"),
        Size(1792, 2304): ("3:4", "4MP"),
        Size(2688, 1536): ("16:9", "4MP"),
        Size(1536, 2688): ("9:16", "4MP"),
        Size(1024, 1024): ("1:1", "1MP"),
        Size(1152, 896): ("4:3", "1MP"),
        Size(896, 1152): ("3:4", "1MP"),
        Size(1344, 768): ("16:9", "1MP"),
        Size(768, 1344): ("9:16", "1MP"),
    }
)
"""Image 5 takes a ratio and a level; the pixels are those of Image 3 and 4 at the same ratio."""

_PERCENT = Param(type="integer", min=1, max=100)
_PARAMS: Mapping[str, Param] = {
    "contentClass": Param(type="string", choices=("photo", "art")),
    "visualIntensity": Param(type="integer", min=2, max=10),
    "promptBiasingLocaleCode": Param(type="string"),
    "style_presets": Param(type="list"),
    "style_strength": _PERCENT,
}
_TRAINED = {**_PARAMS, "customModelId": Param(type="string")}
_FOURS = Family(version=3, params=_PARAMS, sizes=FOUR)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "image3": Family(version=3, params=_PARAMS, sizes=THREE),
        "image3_custom": Family(version=3, params=_TRAINED, sizes=THREE, negative=False, custom=True),
        "image4_standard": _FOURS,
        "image4_ultra": _FOURS,
        "image4_custom": Family(
            version=3,
            params={
                **{name: param for name, param in _TRAINED.items() if name != "visualIntensity"},
                "upsamplerType": Param(type="string", choices=("default", "low_creativity")),
            },
            sizes=FOUR,
            negative=False,
            custom=True,
        ),
        "image5": Family(
            version=4,
            params={
                "resolutionLevel": Param(type="string", choices=("1MP", "2.4MP", "4MP")),
                "localeCode": Param(type="string"),
                "prompt_reasoner": Param(type="string", choices=("quality", "speed")),
            },
            sizes=tuple(FIVE),
            prompt=1500,
            count=1,
            guided=False,
            negative=False,
        ),
    }
)
