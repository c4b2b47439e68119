"""How the inputs of fal's picture apps are spelled: dated data, read off fal-js' published types (2026-08-02).

An app that is not here passes through with the names that most apps use.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from assetgen.providers.shapes import Shape, words

NAMESPACES = ("workflows", "comfy")
"""First parts of an app's id that belong to no owner; fal's SDK knows them too."""

_KONTEXT_RATIOS = {
    "21:9": (1568, 672),
    "16:9": (1392, 752),
    "4:3": (1184, 880),
    "3:2": (1248, 832),
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:4": (880, 1184),
    "9:16": (752, 1392),
    "9:21": (672, 1568),
}
_BANANA_RATIOS = {
    "21:9": (1536, 672),
    "16:9": (1344, 768),
    "3:2": (1248, 832),
    "4:3": (1184, 864),
    "5:4": (1152, 896),
    "1:1": (1024, 1024),
    "4:5": (896, 1152),
    "3:4": (864, 1184),
    "2:3": (832, 1248),
    "9:16": (768, 1344),
}

_PNG = {"output_format": "png"}
_PLAIN = Shape(sizing="image_size", count="num_images", most=4, fixed=_PNG)
_FROM = replace(_PLAIN, references="image_url", required=("references",))
_FOLLOWS = replace(_FROM, sizing="none", follows=True)
_MASKED = replace(_FROM, mask="mask_url", required=("references", "mask"))
_SINGLE = replace(_PLAIN, count=None, most=1)
_MANY = replace(_FROM, references="image_urls", many=10)
_KONTEXT = replace(_FOLLOWS, sizing="aspect", words=words(_KONTEXT_RATIOS), follows=True)
_BANANA = replace(_PLAIN, sizing="aspect", words=words(_BANANA_RATIOS))
_BANANA_EDIT = replace(_BANANA, references="image_urls", many=14, required=("references",))
_RECRAFT = Shape(sizing="image_size", seed=False)

GENERIC = Shape(sizing="image_size", count="num_images", most=4, negative=True, references="image_url", mask="mask_url")

MODELS: Mapping[str, Shape] = MappingProxyType(
    {
        "fal-ai/flux/schnell": _PLAIN,
        "fal-ai/flux/dev": replace(_PLAIN, edit="fal-ai/flux/dev/image-to-image"),
        "fal-ai/flux/dev/image-to-image": _FOLLOWS,
        "fal-ai/flux-pro/v1.1": replace(_PLAIN, edit="fal-ai/flux-pro/v1.1/redux"),
        "fal-ai/flux-pro/v1.1/redux": _FROM,
        "fal-ai/flux-pro/v1/fill": replace(_FOLLOWS, mask="mask_url", required=("references", "mask")),
        "fal-ai/flux-lora": replace(_PLAIN, edit="fal-ai/flux-lora/image-to-image", inpaint="fal-ai/flux-lora/inpainting"),
        "fal-ai/flux-lora/image-to-image": _FROM,
        "fal-ai/flux-lora/inpainting": _MASKED,
        "fal-ai/flux-lora-fill": _MASKED,
        "fal-ai/flux-general": replace(
            _PLAIN, negative=True, edit="fal-ai/flux-general/image-to-image", inpaint="fal-ai/flux-general/inpainting"
        ),
        "fal-ai/flux-general/image-to-image": replace(_FROM, negative=True),
        "fal-ai/flux-general/inpainting": replace(_MASKED, negative=True),
        "fal-ai/flux-control-lora-canny": replace(_FROM, references="control_lora_image_url"),
        "fal-ai/flux-control-lora-depth": replace(_FROM, references="control_lora_image_url"),
        "fal-ai/flux-pro/kontext": _KONTEXT,
        "fal-ai/flux-pro/kontext/max": _KONTEXT,
        "fal-ai/flux-kontext/dev": replace(_FOLLOWS, fixed={"output_format": "png", "resolution_mode": "match_input"}),
        "fal-ai/flux-2": replace(_PLAIN, edit="fal-ai/flux-2/edit"),
        "fal-ai/flux-2/edit": replace(_MANY, many=4),
        "fal-ai/flux-2/klein/4b": replace(_PLAIN, edit="fal-ai/flux-2/klein/4b/edit"),
        "fal-ai/flux-2/klein/4b/edit": replace(_MANY, many=4),
        "fal-ai/flux-2/klein/9b": replace(_PLAIN, edit="fal-ai/flux-2/klein/9b/edit"),
        "fal-ai/flux-2/klein/9b/edit": replace(_MANY, many=4),
        "fal-ai/flux-2-pro": replace(_SINGLE, edit="fal-ai/flux-2-pro/edit"),
        "fal-ai/flux-2-pro/edit": replace(_MANY, count=None, most=1, many=8),
        "fal-ai/flux-2-max": replace(_SINGLE, edit="fal-ai/flux-2-max/edit"),
        "fal-ai/flux-2-max/edit": replace(_MANY, count=None, most=1, many=8),
        "fal-ai/flux-2-flex": replace(_SINGLE, edit="fal-ai/flux-2-flex/edit"),
        "fal-ai/flux-2-flex/edit": replace(_MANY, count=None, most=1, many=10),
        "fal-ai/stable-diffusion-v35-large": replace(_PLAIN, negative=True),
        "fal-ai/stable-diffusion-v35-medium": replace(_PLAIN, negative=True),
        "fal-ai/nano-banana": replace(_BANANA, edit="fal-ai/nano-banana/edit"),
        "fal-ai/nano-banana/edit": _BANANA_EDIT,
        "fal-ai/nano-banana-2": replace(_BANANA, edit="fal-ai/nano-banana-2/edit"),
        "fal-ai/nano-banana-2/edit": _BANANA_EDIT,
        "fal-ai/nano-banana-pro": replace(_BANANA, edit="fal-ai/nano-banana-pro/edit"),
        "fal-ai/nano-banana-pro/edit": _BANANA_EDIT,
        "fal-ai/recraft/v3/text-to-image": _RECRAFT,
        "fal-ai/recraft/v4/text-to-image": _RECRAFT,
        "fal-ai/recraft/v4/pro/text-to-image": _RECRAFT,
        "fal-ai/recraft/v4.1/text-to-image": _RECRAFT,
        "fal-ai/recraft/v4.1/pro/text-to-image": _RECRAFT,
        "fal-ai/ideogram/v3": Shape(
            sizing="image_size",
            count="num_images",
            most=8,
            negative=True,
            inpaint="fal-ai/ideogram/v3/edit",
            fixed={"expand_prompt": False},
        ),
        "fal-ai/ideogram/v3/edit": Shape(
            references="image_url",
            mask="mask_url",
            required=("references", "mask"),
            follows=True,
            count="num_images",
            most=8,
            fixed={"expand_prompt": False},
        ),
        "fal-ai/qwen-image": replace(_PLAIN, negative=True),
        "fal-ai/qwen-image-2512": replace(_PLAIN, negative=True),
        "fal-ai/qwen-image-edit-plus": replace(_MANY, negative=True, many=3),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What an app's id says: jobs are asked about under `root`, whatever path they were submitted to."""

    id: str
    root: str


def app(name: str) -> App | None:
    """The app of an id such as "fal-ai/flux/dev"; None for what is no id."""
    parts = name.split("/")
    kept = 3 if parts[0] in NAMESPACES else 2
    whole = len(parts) >= kept and all(part and part.strip(".") and part.isascii() and part.isprintable() for part in parts)
    plain = whole and not set(name) & set(" ?#%\\:@")
    return App(id=name, root="/".join(parts[:kept])) if plain else None


def shape(name: str) -> Shape:
    """How an app's input is spelled."""
    return MODELS.get(name, GENERIC)
