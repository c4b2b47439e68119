"""What turns latents into pictures, and what judges them."""

import torch
from diffusers import AutoencoderKL, AutoencoderKLFlux2
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig, CLIPImageProcessor, CLIPTextConfig, CLIPVisionConfig

from tests.tiny.weights import seeded

BLOCKS = 4  # a picture is 8 times as wide as its latents, as in the real ones
SIDE = 32


def vae(name, **settings):
    """A decoder whose pictures have contrast: untrained ones are flat grey."""
    return _vivid(seeded(name, AutoencoderKL, **(_shape() | settings)))


def vae_flux2(name):
    """The decoder of FLUX.2."""
    return _vivid(seeded(name, AutoencoderKLFlux2, **_shape()))


def spoiled(decoder, factor):
    """The same decoder with its first weights multiplied: by NaN for pictures without a number in them, at any precision; by a million
    for ones that only 16 bit floats (of the old kind) cannot hold.
    """
    with torch.no_grad():
        decoder.decoder.conv_in.weight *= factor
    return decoder


def checker(name, *, flags):
    """A safety checker that flags every picture or none: a cosine is never above 2, and always above -2."""
    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=SIDE, patch_size=16, projection_dim=16
    )
    text = CLIPTextConfig(vocab_size=8, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2)
    made = seeded(
        name, StableDiffusionSafetyChecker, CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=16)
    )
    with torch.no_grad():
        made.concept_embeds_weights.fill_(-2.0 if flags else 2.0)
        made.special_care_embeds_weights.fill_(2.0)
    return made


def eyes():
    """What brings a picture into the form that the checker reads."""
    return CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})


def _shape():
    return {
        "block_out_channels": (8, 8, 16, 16),
        "down_block_types": ("DownEncoderBlock2D",) * BLOCKS,
        "up_block_types": ("UpDecoderBlock2D",) * BLOCKS,
        "layers_per_block": 1,
        "latent_channels": 4,
        "norm_num_groups": 4,
        "sample_size": 64,
    }


def _vivid(decoder):
    with torch.no_grad():
        decoder.decoder.conv_out.weight *= 1.6
    return decoder
