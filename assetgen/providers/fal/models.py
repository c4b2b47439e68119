"""How the inputs of fal's picture apps are spelled: dated data, read off fal-js' published types (2026-08-02).

An app that is not here passes through with the names that most apps use.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from assetgen.providers.guides import Nets, Single
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

_IMAGEN_RATIOS = {"16:9": (1408, 768), "4:3": (1280, 896), "1:1": (1024, 1024), "3:4": (896, 1280), "9:16": (768, 1408)}

# The weights that fal's own examples read several kinds with; the kinds are those of their model card.
_UNION = Nets(
    several="controlnets",
    unions="controlnet_unions",
    usual="Shakker-Labs/FLUX.1-dev-ControlNet-Union-Pro",
    modes=("canny", "tile", "depth", "blur", "pose", "gray", "low-quality"),
)
_STABLE = Nets(
    single="controlnet",
    known={kind: f"stabilityai/stable-diffusion-3.5-large-controlnet-{kind}" for kind in ("canny", "depth", "blur")},
)

_PNG = {"output_format": "png"}
_PLAIN = Shape(sizing="image_size", count="num_images", most=4, fixed=_PNG)
_LORAS = replace(_PLAIN, loras="list")
_FROM = replace(_PLAIN, references="image_url", required=("references",))
_FOLLOWS = replace(_FROM, sizing="none", follows=True)
_MASKED = replace(_FROM, mask="mask_url", required=("references", "mask"))
_SINGLE = replace(_PLAIN, count=None, most=1)
_MANY = replace(_FROM, references="image_urls", many=10)
_STRENGTH, _SPEED, _HIGH = frozenset({"strength"}), frozenset({"acceleration"}), frozenset({"acceleration=high"})
_GENERAL = replace(_LORAS, negative=True, guided=_UNION, without=_STRENGTH | _SPEED)
_KONTEXT = replace(_FOLLOWS, sizing="aspect", words=words(_KONTEXT_RATIOS), follows=True)
_ASPECT = replace(_PLAIN, sizing="aspect", words=words(_KONTEXT_RATIOS))
_BANANA = replace(_PLAIN, sizing="aspect", words=words(_BANANA_RATIOS))
_BANANA_EDIT = replace(_BANANA, references="image_urls", many=14, required=("references",))
_RECRAFT = Shape(sizing="image_size", seed=False)


def _control(kind: str, name: str) -> Shape:
    guided = Single(field="control_lora_image_url", kinds=(kind,), scale="control_lora_strength")
    return replace(_LORAS, guided=guided, required=("controls",), edit=f"{name}/image-to-image")


def _klein(name: str) -> dict[str, Shape]:
    """[klein] in one size: its app for LoRAs, and theirs for edits, lie below it."""
    return {
        name: replace(_PLAIN, edit=f"{name}/edit", with_loras=f"{name}/lora"),
        f"{name}/edit": replace(_MANY, many=4),
        f"{name}/lora": replace(_LORAS, edit=f"{name}/edit/lora"),
        f"{name}/edit/lora": replace(_MANY, many=4, loras="list"),
    }


GENERIC = Shape(sizing="image_size", count="num_images", most=4, negative=True, references="image_url", mask="mask_url", loras="list")
_MATCHING = {**_PNG, "resolution_mode": "match_input"}
_CANNY, _DEPTH = "fal-ai/flux-control-lora-canny", "fal-ai/flux-control-lora-depth"

MODELS: Mapping[str, Shape] = MappingProxyType(
    {
        "fal-ai/flux/schnell": _PLAIN,
        "fal-ai/flux/dev": replace(
            _PLAIN,
            without=_STRENGTH,
            edit="fal-ai/flux/dev/image-to-image",
            inpaint="fal-ai/flux-lora-fill",
            with_loras="fal-ai/flux-lora",
            with_guides={"": "fal-ai/flux-general"},
        ),
        "fal-ai/flux/dev/image-to-image": _FOLLOWS,
        "fal-ai/flux-pro/v1.1": replace(_PLAIN, edit="fal-ai/flux-pro/v1.1/redux", inpaint="fal-ai/flux-pro/v1/fill"),
        "fal-ai/flux-pro/v1.1/redux": _FROM,
        "fal-ai/flux-pro/v1/fill": replace(_FOLLOWS, mask="mask_url", required=("references", "mask")),
        "fal-ai/flux-lora": replace(
            _LORAS,
            without=_STRENGTH | _HIGH,
            edit="fal-ai/flux-lora/image-to-image",
            inpaint="fal-ai/flux-lora/inpainting",
            with_guides={"": "fal-ai/flux-general"},
        ),
        "fal-ai/flux-lora/image-to-image": replace(_FROM, loras="list", without=_HIGH),
        "fal-ai/flux-lora/inpainting": replace(_MASKED, loras="list", without=_HIGH),
        "fal-ai/flux-lora-fill": replace(_MASKED, loras="list", without=_STRENGTH | _HIGH),
        "fal-ai/flux-general": replace(_GENERAL, edit="fal-ai/flux-general/image-to-image", inpaint="fal-ai/flux-general/inpainting"),
        "fal-ai/flux-general/image-to-image": replace(_GENERAL, references="image_url", required=("references",), without=_SPEED),
        "fal-ai/flux-general/inpainting": replace(
            _GENERAL, references="image_url", mask="mask_url", required=("references", "mask"), without=_SPEED
        ),
        _CANNY: _control("canny", _CANNY),
        f"{_CANNY}/image-to-image": replace(_control("canny", _CANNY), references="image_url", edit=None),
        _DEPTH: _control("depth", _DEPTH),
        f"{_DEPTH}/image-to-image": replace(_control("depth", _DEPTH), references="image_url", edit=None),
        "fal-ai/flux-pro/kontext": replace(_KONTEXT, bare="fal-ai/flux-pro/kontext/text-to-image"),
        "fal-ai/flux-pro/kontext/text-to-image": _ASPECT,
        "fal-ai/flux-pro/kontext/max": replace(_KONTEXT, bare="fal-ai/flux-pro/kontext/max/text-to-image"),
        "fal-ai/flux-pro/kontext/max/text-to-image": _ASPECT,
        "fal-ai/flux-kontext/dev": replace(
            _FOLLOWS,
            bare="fal-ai/flux-kontext-lora/text-to-image",
            with_loras="fal-ai/flux-kontext-lora",
            fixed=_MATCHING,
        ),
        "fal-ai/flux-kontext-lora": replace(_FOLLOWS, loras="list", bare="fal-ai/flux-kontext-lora/text-to-image", fixed=_MATCHING),
        "fal-ai/flux-kontext-lora/text-to-image": _LORAS,
        "fal-ai/flux-2": replace(_PLAIN, edit="fal-ai/flux-2/edit", with_loras="fal-ai/flux-2/lora"),
        "fal-ai/flux-2/edit": replace(_MANY, many=4),
        "fal-ai/flux-2/lora": replace(_LORAS, edit="fal-ai/flux-2/lora/edit"),
        "fal-ai/flux-2/lora/edit": replace(_MANY, many=4, loras="list"),
        **_klein("fal-ai/flux-2/klein/4b"),
        **_klein("fal-ai/flux-2/klein/9b"),
        "fal-ai/flux-2-pro": replace(_SINGLE, edit="fal-ai/flux-2-pro/edit"),
        "fal-ai/flux-2-pro/edit": replace(_MANY, count=None, most=1, many=8),
        "fal-ai/flux-2-max": replace(_SINGLE, edit="fal-ai/flux-2-max/edit"),
        "fal-ai/flux-2-max/edit": replace(_MANY, count=None, most=1, many=8),
        "fal-ai/flux-2-flex": replace(_SINGLE, edit="fal-ai/flux-2-flex/edit"),
        "fal-ai/flux-2-flex/edit": replace(_MANY, count=None, most=1, many=10),
        "fal-ai/stable-diffusion-v35-large": replace(_LORAS, negative=True, guided=_STABLE),
        "fal-ai/stable-diffusion-v35-medium": replace(_PLAIN, negative=True),
        "fal-ai/nano-banana": replace(_BANANA, edit="fal-ai/nano-banana/edit"),
        "fal-ai/nano-banana/edit": _BANANA_EDIT,
        "fal-ai/nano-banana-2": replace(_BANANA, edit="fal-ai/nano-banana-2/edit"),
        "fal-ai/nano-banana-2/edit": _BANANA_EDIT,
        "fal-ai/nano-banana-pro": replace(_BANANA, edit="fal-ai/nano-banana-pro/edit"),
        "fal-ai/nano-banana-pro/edit": _BANANA_EDIT,
        "google/nano-banana-2.1": replace(_BANANA, count=None, most=1, seed=False, edit="google/nano-banana-2.1/edit"),
        "google/nano-banana-2.1/edit": replace(_BANANA_EDIT, count=None, most=1, seed=False),
        "fal-ai/imagen4/preview": Shape(sizing="aspect", words=words(_IMAGEN_RATIOS), seed=False),
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
            without=frozenset({"style"}),
            references="image_url",
            mask="mask_url",
            required=("references", "mask"),
            follows=True,
            count="num_images",
            most=8,
            fixed={"expand_prompt": False},
        ),
        "fal-ai/qwen-image": replace(_LORAS, negative=True),
        "fal-ai/qwen-image-2512": replace(_PLAIN, negative=True, with_loras="fal-ai/qwen-image-2512/lora"),
        "fal-ai/qwen-image-2512/lora": replace(_LORAS, negative=True),
        "fal-ai/qwen-image-edit-plus": replace(_MANY, negative=True, many=3, with_loras="fal-ai/qwen-image-edit-plus-lora"),
        "fal-ai/qwen-image-edit-plus-lora": replace(_MANY, negative=True, many=3, loras="list"),
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
