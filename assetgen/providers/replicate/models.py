"""How the inputs of Replicate's picture models are spelled: dated data, read off their published schemas and cog-flux (2026-11-22).

A model that is not here passes through with the names that most models there use.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from assetgen.providers.guides import Single
from assetgen.providers.shapes import Shape, words

ID = re.compile(r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)(?::(?P<version>[0-9a-f]{64}))?|(?P<bare>[0-9a-f]{64})")

_FLUX_RATIOS = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
_KONTEXT_RATIOS = {
    "1:1": (1024, 1024),
    "16:9": (1392, 752),
    "9:16": (752, 1392),
    "4:3": (1184, 880),
    "3:4": (880, 1184),
    "3:2": (1248, 832),
    "2:3": (832, 1248),
    "21:9": (1568, 672),
    "9:21": (672, 1568),
}
_BANANA_RATIOS = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}

_DEV_TOOLS = {"canny": "black-forest-labs/flux-canny-dev", "depth": "black-forest-labs/flux-depth-dev"}
_FLUX = Shape(sizing="aspect", words=words(_FLUX_RATIOS), count="num_outputs", most=4, fast=True, fixed={"output_format": "png"})
_DEV = replace(_FLUX, references="image", follows=True)
_DEV_WHOLE = replace(_DEV, inpaint="black-forest-labs/flux-fill-dev", with_guides=_DEV_TOOLS)
# A tool of [pro] keeps the size of what it is given; one of [dev] makes a megapixel unless it is told to.
_TOOL = Shape(references="image", required=("references",), follows=True, fixed={"output_format": "png"})
_DEV_TOOL = replace(_TOOL, count="num_outputs", most=4, fixed={"output_format": "png", "megapixels": "match_input"})


def _control(base: Shape, kind: str) -> Shape:
    return replace(base, references=None, required=("controls",), guided=Single(field="control_image", kinds=(kind,)))


_PRO = Shape(sizing="custom", fixed={"output_format": "png"})
_KONTEXT = Shape(sizing="aspect", words=words(_KONTEXT_RATIOS), references="input_image", follows=True, fixed={"output_format": "png"})
_FLUX2 = Shape(sizing="custom", references="input_images", many=8, fixed={"output_format": "png"})
_BANANA = Shape(sizing="aspect", words=words(_BANANA_RATIOS), seed=False, references="image_input", many=14, fixed={"output_format": "png"})
_IDEOGRAM = Shape(
    sizing="text",
    size_field="resolution",
    references="image",
    mask="mask",
    paired=True,
    follows=True,
    black=True,
    fixed={"magic_prompt_option": "Off"},
)
GENERIC = Shape(sizing="pixels", count="num_outputs", most=4, negative=True, references="image", mask="mask", loras="one")

MODELS: Mapping[str, Shape] = MappingProxyType(
    {
        "black-forest-labs/flux-schnell": replace(_FLUX, with_loras="black-forest-labs/flux-schnell-lora"),
        "black-forest-labs/flux-schnell-lora": replace(_FLUX, loras="one"),
        "black-forest-labs/flux-dev": replace(_DEV_WHOLE, with_loras="black-forest-labs/flux-dev-lora"),
        "black-forest-labs/flux-dev-lora": replace(_DEV_WHOLE, loras="two"),
        "black-forest-labs/flux-krea-dev": _DEV,
        "black-forest-labs/flux-canny-dev": _control(_DEV_TOOL, "canny"),
        "black-forest-labs/flux-depth-dev": _control(_DEV_TOOL, "depth"),
        "black-forest-labs/flux-canny-pro": _control(_TOOL, "canny"),
        "black-forest-labs/flux-depth-pro": _control(_TOOL, "depth"),
        "black-forest-labs/flux-fill-dev": replace(_DEV_TOOL, mask="mask", required=("references", "mask"), loras="one"),
        "black-forest-labs/flux-fill-pro": replace(_TOOL, mask="mask", required=("references", "mask")),
        "black-forest-labs/flux-1.1-pro": replace(_PRO, references="image_prompt", inpaint="black-forest-labs/flux-fill-pro"),
        "black-forest-labs/flux-kontext-dev": _KONTEXT,
        "black-forest-labs/flux-kontext-pro": _KONTEXT,
        "black-forest-labs/flux-kontext-max": _KONTEXT,
        "black-forest-labs/flux-2-pro": _FLUX2,
        "black-forest-labs/flux-2-max": _FLUX2,
        "black-forest-labs/flux-2-flex": replace(_FLUX2, many=10),
        "black-forest-labs/flux-2-dev": replace(_FLUX2, many=4, fast=True),
        "google/nano-banana": _BANANA,
        "google/nano-banana-2": _BANANA,
        "google/nano-banana-pro": _BANANA,
        "qwen/qwen-image-2512": Shape(
            sizing="custom", negative=True, references="image", follows=True, fast=True, fixed={"output_format": "png"}
        ),
        "ideogram-ai/ideogram-v3-turbo": _IDEOGRAM,
        "ideogram-ai/ideogram-v3-balanced": _IDEOGRAM,
        "ideogram-ai/ideogram-v3-quality": _IDEOGRAM,
        "recraft-ai/recraft-v3": Shape(sizing="text", seed=False),
    }
)


def shape(model: str) -> Shape:
    """How a model's input is spelled, whatever version of it is asked for. Nothing takes over for a version that somebody chose."""
    name, colon, _version = model.partition(":")
    found = MODELS.get(name, GENERIC)
    return replace(found, with_loras=None, with_guides={}, edit=None, inpaint=None, bare=None) if colon else found
