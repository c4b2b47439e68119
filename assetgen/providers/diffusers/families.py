"""What each family of pipelines can do, by the class that a model's own `model_index.json` names. Pure tables; no library is imported.

The classes and what they take were read in diffusers 0.42; sides are multiples of the VAE's factor 8 times the patch of the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assetgen.model import Json

Kind: TypeAlias = Literal["text", "image", "inpaint", "control", "control-image", "control-inpaint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One architecture. `pipelines` has a class for each kind of request, and `control` is the class of its ControlNets.

    `denoiser` is the component that draws; `reads` are folders of tokenizers with the tokens their text encoder takes, the longest
    reader first. `half` is whether float16 is safe. `edits`: references go in as they are, up to `references` of them, and have no
    strength. `steps` and `guidance` hold where the user says nothing: the pipelines of a family have defaults that differ. `cell` is how
    many pixels, in each direction, make one position of the denoiser, and `passes` how often it runs in a step with guidance, for estimates
    of time.
    """

    name: str
    title: str
    pipelines: Mapping[Kind, str]
    control: str | None = None
    denoiser: str = "transformer"
    multiple: int = 16
    cell: int = 16
    reads: Mapping[str, int] = field(default_factory=dict)
    half: bool = False
    negative: bool = True
    lora: bool = True
    references: int = 1
    edits: bool = False
    steps: int = 28
    guidance: float = 3.5
    passes: int = 1


def _variants(text: str, stem: str, control: str = "") -> dict[Kind, str]:
    kinds: dict[Kind, str] = {"text": text, "image": f"{stem}Img2ImgPipeline", "inpaint": f"{stem}InpaintPipeline"}
    if control:
        kinds |= {
            "control": f"{control}Pipeline",
            "control-image": f"{control}Img2ImgPipeline",
            "control-inpaint": f"{control}InpaintPipeline",
        }
    return kinds


FLUX = Family(
    name="flux",
    title="FLUX.1",
    pipelines=_variants("FluxPipeline", "Flux", "FluxControlNet"),
    control="FluxControlNetModel",
    reads={"tokenizer_2": 512, "tokenizer": 77},
    negative=False,
)
FLUX_2 = Family(
    name="flux2",
    title="FLUX.2",
    pipelines={"text": "Flux2Pipeline", "image": "Flux2Pipeline"},
    reads={"tokenizer": 512},
    negative=False,
    references=4,
    edits=True,
    steps=50,
    guidance=4.0,
)
FLUX_2_KLEIN = Family(
    name="flux2-klein",
    title="FLUX.2 [klein]",
    pipelines={"text": "Flux2KleinPipeline", "image": "Flux2KleinPipeline"},
    reads={"tokenizer": 512},
    negative=False,
    references=4,
    edits=True,
    steps=50,
    guidance=4.0,
)
SD_3 = Family(
    name="sd3",
    title="Stable Diffusion 3",
    pipelines={
        **_variants("StableDiffusion3Pipeline", "StableDiffusion3"),
        "control": "StableDiffusion3ControlNetPipeline",
    },
    control="SD3ControlNetModel",
    reads={"tokenizer_3": 256, "tokenizer": 77},
    half=True,
    guidance=7.0,
    passes=2,
)
SD_XL = Family(
    name="sdxl",
    title="Stable Diffusion XL",
    pipelines=_variants("StableDiffusionXLPipeline", "StableDiffusionXL", "StableDiffusionXLControlNet"),
    control="ControlNetModel",
    denoiser="unet",
    multiple=8,
    cell=32,
    reads={"tokenizer": 77},
    half=True,
    steps=50,
    guidance=5.0,
    passes=2,
)
SD_15 = Family(
    name="sd15",
    title="Stable Diffusion 1.5",
    pipelines=_variants("StableDiffusionPipeline", "StableDiffusion", "StableDiffusionControlNet"),
    control="ControlNetModel",
    denoiser="unet",
    multiple=8,
    cell=32,
    reads={"tokenizer": 77},
    half=True,
    steps=50,
    guidance=7.5,
    passes=2,
)
Z_IMAGE = Family(
    name="z-image",
    title="Z-Image",
    pipelines=_variants("ZImagePipeline", "ZImage"),
    reads={"tokenizer": 512},
    steps=50,
    guidance=5.0,
    passes=2,
)

FAMILIES: Mapping[str, Family] = {one.name: one for one in (FLUX, FLUX_2, FLUX_2_KLEIN, SD_3, SD_XL, SD_15, Z_IMAGE)}
BY_CLASS: Mapping[str, Family] = {one.pipelines["text"]: one for one in FAMILIES.values()}

# Models that were trained for few steps need other values than their pipeline's own defaults; by the hub id, in small letters.
USUAL: Mapping[str, Mapping[str, Json]] = {
    "stabilityai/stable-diffusion-3.5-large-turbo": {"steps": 4, "guidance": 0.0},
    "tongyi-mai/z-image-turbo": {"steps": 9, "guidance": 0.0},
}

# Models without any guidance, before their files are here to say so; by the hub id, in small letters.
DISTILLED = frozenset(
    {"black-forest-labs/flux.1-schnell", "black-forest-labs/flux.2-klein-4b", "black-forest-labs/flux.2-klein-9b"},
)

# The tokens that FLUX.1 [schnell] reads.
SHORT = 256

# How far from what goes in, where the user says nothing.
STRENGTHS: Mapping[str, float] = {"image": 0.6, "inpaint": 1.0}

# What a model is before its files are here; by the hub id, in small letters.
KNOWN: Mapping[str, Family] = {
    "black-forest-labs/flux.1-schnell": FLUX,
    "black-forest-labs/flux.1-dev": FLUX,
    "black-forest-labs/flux.2-dev": FLUX_2,
    "black-forest-labs/flux.2-klein-4b": FLUX_2_KLEIN,
    "black-forest-labs/flux.2-klein-9b": FLUX_2_KLEIN,
    "stabilityai/stable-diffusion-3.5-large": SD_3,
    "stabilityai/stable-diffusion-3.5-large-turbo": SD_3,
    "stabilityai/stable-diffusion-3.5-medium": SD_3,
    "stabilityai/stable-diffusion-xl-base-1.0": SD_XL,
    "stable-diffusion-v1-5/stable-diffusion-v1-5": SD_15,
    "tongyi-mai/z-image-turbo": Z_IMAGE,
}

# Names that people know, for the families with a choice: the class in diffusers, and what it is made with.
SCHEDULERS: Mapping[str, tuple[str, Mapping[str, Json]]] = {
    "ddim": ("DDIMScheduler", {}),
    "dpm++": ("DPMSolverMultistepScheduler", {}),
    "dpm++-karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
}


def settings(
    family: Family, hub: str | None, params: Mapping[str, Json], *, distilled: bool, references: bool, mask: bool
) -> dict[str, Json]:
    """The parameters that hold: the user's, over those of the model with that hub id, over those of its family.

    `distilled`: it has no guidance, whatever anybody asks for.
    """
    usual: dict[str, Json] = {"steps": 4} if distilled else {"steps": family.steps, "guidance": family.guidance}
    if references and not family.edits:
        usual["strength"] = STRENGTHS["inpaint" if mask else "image"]
    return {**usual, **USUAL.get((hub or "").lower(), {}), **params}


def read_of(family: Family, limit: int, *, distilled: bool) -> int:
    """How many tokens are read by a text encoder that takes `limit`: FLUX.1 [schnell] was made for half of what [dev] reads."""
    return min(limit, SHORT) if distilled and family is FLUX else limit


def drawn_steps(family: Family, steps: int, strength: float) -> int:
    """How many of the steps image-to-image takes; the pipelines over a UNet and those over a transformer round differently."""
    begun = min(steps * strength, steps)
    return int(begun) if family.denoiser == "unet" else steps - int(steps - begun)


def kind_of(*, image: bool, mask: bool, control: bool) -> Kind:
    """The kind of a request by what goes in."""
    start: Kind = "inpaint" if mask else "image" if image else "text"
    if not control:
        return start
    return {"text": "control", "image": "control-image", "inpaint": "control-inpaint"}[start]  # type: ignore[return-value]  # a Kind each
