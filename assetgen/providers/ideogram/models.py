"""What Ideogram's models accept: dated data, read off the published descriptions of its three generations of API (2026-11-22).

A model that is not here is asked for by its id at `/v2/image/generate/ID`, unjudged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from assetgen.catalog.entries import Param
from assetgen.model import Size

Sizing: TypeAlias = Literal["resolution", "size", "aspect_ratio"]

PROMPT = 10_000
LARGEST_SEED = 2_147_483_647
MOST_IMAGES = 8

ASPECTS: Mapping[Size, str] = MappingProxyType(
    {
        Size(1024, 1024): "1x1",
        Size(512, 1536): "1x3",
        Size(1536, 512): "3x1",
        Size(704, 1408): "1x2",
        Size(1408, 704): "2x1",
        Size(736, 1312): "9x16",
        Size(1312, 736): "16x9",
        Size(800, 1280): "10x16",
        Size(1280, 800): "16x10",
        Size(832, 1248): "2x3",
        Size(1248, 832): "3x2",
        Size(864, 1152): "3x4",
        Size(1152, 864): "4x3",
        Size(896, 1120): "4x5",
        Size(1120, 896): "5x4",
    }
)
"""For the few requests that take a ratio and no pixels: the resolution of 3.0 that has this very ratio."""

LEGACY_ASPECTS = frozenset({"10x16", "16x10", "9x16", "16x9", "3x2", "2x3", "4x3", "3x4", "1x1", "1x3", "3x1"})
STYLE_PRESETS = (
    *("80s_illustration", "90s_nostalgia", "abstract_organic", "analog_nostalgia", "art_brut", "art_deco", "art_poster"),
    *("aura", "avant_garde", "bauhaus", "blueprint", "blurry_motion", "bright_art", "c4d_cartoon", "childrens_book"),
    *("collage", "coloring_book_i", "coloring_book_ii", "cubism", "dark_aura", "doodle", "double_exposure"),
    *("dramatic_cinema", "editorial", "emotional_minimal", "ethereal_party", "expired_film", "flat_art", "flat_vector"),
    *("forest_reverie", "geo_minimalist", "glass_prism", "golden_hour", "graffiti_i", "graffiti_ii", "halftone_print"),
    *("high_contrast", "hippie_era", "iconic", "japandi_fusion", "jazzy", "long_exposure", "magazine_editorial"),
    *("minimal_illustration", "mixed_media", "monochrome", "nightlife", "oil_painting", "old_cartoons", "paint_gesture"),
    *("pop_art", "retro_etching", "riviera_pop", "spotlight_80s", "stylized_red", "surreal_collage", "travel_poster"),
    *("vintage_geo", "vintage_poster", "watercolor", "weird", "woodblock_print"),
)
COLOR_PRESETS = ("ember", "fresh", "jungle", "magic", "melon", "mosaic", "pastel", "ultramarine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models of one kind. `legacy` is the name in the first API, `references` how many pictures may go in."""

    params: Mapping[str, Param]
    sizing: Sizing
    negative: bool = False
    references: int = 0
    mask: bool = False
    legacy: str = ""
    quoted: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)


def _words(*choices: str) -> Param:
    return Param(type="string", choices=choices)


_MAGIC = {"magic_prompt": _words("off", "on", "auto")}
_SPEED = {"rendering_speed": _words("turbo", "default", "quality")}
_PALETTE = {"color_palette": Param(type="list"), "color_preset": _words(*COLOR_PRESETS)}
_OLD = {**_MAGIC, "style_type": _words("auto", "general", "realistic", "design", "render_3d", "anime")}
_THREE = {
    **_MAGIC,
    **_SPEED,
    **_PALETTE,
    "api": _words("v2", "v1"),
    "style_type": _words("auto", "general", "realistic", "design", "fiction"),
    "style_preset": _words(*STYLE_PRESETS),
    "style_codes": Param(type="list"),
    "transparent": Param(type="boolean"),
    "image_weight": Param(type="integer", min=1, max=100),
    "reference_as": _words("image", "style"),
}


def _old(name: str, quoted: str, *, exact: bool, turbo: bool) -> Family:
    params = {**_OLD, **_PALETTE} if exact else _OLD
    fixed = {"rendering_speed": "turbo"} if turbo else {}
    sizing: Sizing = "resolution" if exact else "aspect_ratio"
    return Family(params=params, sizing=sizing, negative=exact, legacy=name, quoted=quoted, fixed=fixed)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "V_2": _old("V_2", "ideogram-2", exact=True, turbo=False),
        "V_2_TURBO": _old("V_2_TURBO", "ideogram-2", exact=True, turbo=True),
        "V_2A": _old("V_2A", "ideogram-2a", exact=False, turbo=False),
        "V_2A_TURBO": _old("V_2A_TURBO", "ideogram-2a", exact=False, turbo=True),
        "ideogram-3": Family(
            params={**_THREE, "upscale_factor": _words("x1", "x2", "x4")}, sizing="resolution", negative=True, references=1, mask=True
        ),
        "ideogram-4": Family(params={**_MAGIC, **_SPEED}, sizing="resolution"),
        "ideogram-4-5": Family(
            params={**_MAGIC, "quality": _words("very_low", "low", "medium", "high")}, sizing="size", references=5, mask=True
        ),
    }
)
SEE_THROUGH = frozenset({"api", "transparent", "magic_prompt", "rendering_speed", "upscale_factor"})
"""The parameters that are left where the picture is drawn on nothing."""
