"""What Stability's models accept: dated data, read off the published API description and the SDK (2026-11-22).

A model that is not here passes through unjudged; what it accepts is between the user and the server.
"""

from collections.abc import Mapping
from types import MappingProxyType

from assetgen.catalog.entries import Param
from assetgen.model import Size

PROMPT = 10_000
LARGEST_SEED = 4_294_967_294
STRENGTH = 0.65
"""How far an image-to-image picture may leave its reference where nothing was asked for; the API has no default of its own."""

ASPECTS: Mapping[Size, str] = MappingProxyType(
    {
        Size(1024, 1024): "1:1",
        Size(1344, 768): "16:9",
        Size(768, 1344): "9:16",
        Size(1536, 640): "21:9",
        Size(640, 1536): "9:21",
        Size(1216, 832): "3:2",
        Size(832, 1216): "2:3",
        Size(1088, 896): "5:4",
        Size(896, 1088): "4:5",
    }
)

PRESETS = (
    *("enhance", "anime", "photographic", "digital-art", "comic-book", "fantasy-art", "line-art", "analog-film", "neon-punk"),
    *("isometric", "low-poly", "origami", "modeling-compound", "cinematic", "3d-model", "pixel-art", "tile-texture"),
)
SAMPLERS = (
    *("ddim", "plms", "k_euler", "k_euler_ancestral", "k_heun", "k_dpm_2", "k_dpm_2_ancestral", "k_lms", "k_dpmpp_2m"),
    "k_dpmpp_2s_ancestral",
)

_PRESET = Param(type="string", choices=PRESETS)
_STRENGTH = Param(type="number", min=0, max=1)
REST: Mapping[str, Param] = MappingProxyType(
    {
        "api": Param(type="string", choices=("rest", "grpc")),
        "style_preset": _PRESET,
        "cfg_scale": Param(type="number", min=1, max=10),
        "output_format": Param(type="string", choices=("png", "jpeg", "webp")),
        "strength": _STRENGTH,
    }
)
GRPC: Mapping[str, Param] = MappingProxyType(
    {
        "api": Param(type="string", choices=("rest", "grpc")),
        "style_preset": _PRESET,
        "cfg_scale": Param(type="number", min=0, max=35),
        "steps": Param(type="integer", min=10, max=150),
        "sampler": Param(type="string", choices=SAMPLERS),
        "strength": _STRENGTH,
    }
)
KNOWN = ("sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash")
ENGINES: Mapping[str, tuple[Size, ...]] = MappingProxyType(
    {
        "stable-diffusion-xl-1024-v1-0": (
            *(Size(1024, 1024), Size(1152, 896), Size(896, 1152), Size(1216, 832), Size(832, 1216)),
            *(Size(1344, 768), Size(768, 1344), Size(1536, 640), Size(640, 1536)),
        )
    }
)
"""Engines of the gRPC API, with their sizes."""
MOST_SAMPLES = 10
