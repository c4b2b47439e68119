"""Stable Diffusion 1.5, XL and 3.5, and their ControlNets."""

import torch
from diffusers import (
    ControlNetModel,
    DDIMScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    SD3ControlNetModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)

from tests.tiny import pictures, texts
from tests.tiny.weights import fill, save, seeded

NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


def unet(name, **settings):
    """The network of 1.5; XL's with its settings."""
    shape = {
        "block_out_channels": (16, 32),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "layers_per_block": 1,
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
        "norm_num_groups": 4,
        "sample_size": 64,
    }
    return seeded(name, UNet2DConditionModel, **(shape | settings))


def unet_xl():
    """The network of XL, which also reads sizes."""
    return unet(
        "sdxl-unet",
        cross_attention_dim=64,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 32,
        use_linear_projection=True,
    )


def sd15(folder, *, flags=False, factor=1.0, safe=True):
    """1.5 with its safety checker, which may flag everything; the decoder may be spoiled by a factor."""
    decoder = pictures.vae("sd15-vae", scaling_factor=0.18215)
    made = StableDiffusionPipeline(
        scheduler=DDIMScheduler(**NOISE, clip_sample=False, set_alpha_to_one=False),
        vae=pictures.spoiled(decoder, factor),
        text_encoder=texts.clip("sd15-clip"),
        tokenizer=texts.clip_tokenizer(),
        unet=unet("sd15-unet"),
        safety_checker=pictures.checker("sd15-checker", flags=flags),
        feature_extractor=pictures.eyes(),
    )
    made.save_pretrained(folder, safe_serialization=safe)
    index = folder / "model_index.json"
    # Which of its classes transformers takes depends on what is installed here; published folders have the plain name.
    index.write_text(index.read_text().replace("CLIPImageProcessorPil", "CLIPImageProcessor"))
    return folder


def sdxl(folder):
    """XL, with two encoders of prompts."""
    return save(
        StableDiffusionXLPipeline(
            scheduler=EulerDiscreteScheduler(**NOISE, timestep_spacing="leading"),
            vae=pictures.vae("sdxl-vae", scaling_factor=0.13025, force_upcast=True),
            text_encoder=texts.clip("sdxl-clip"),
            tokenizer=texts.clip_tokenizer(),
            text_encoder_2=texts.clip("sdxl-clip-2", projection=32),
            tokenizer_2=texts.clip_tokenizer(),
            unet=unet_xl(),
            add_watermarker=False,
        ),
        folder,
    )


def sd3(folder):
    """3.5, with three encoders of prompts."""
    return save(
        StableDiffusion3Pipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=pictures.vae("sd3-vae", use_quant_conv=False, use_post_quant_conv=False, scaling_factor=1.5305, shift_factor=0.0609),
            text_encoder=texts.clip("sd3-clip", projection=32),
            tokenizer=texts.clip_tokenizer(),
            text_encoder_2=texts.clip("sd3-clip-2", projection=32),
            tokenizer_2=texts.clip_tokenizer(),
            text_encoder_3=texts.t5("sd3-t5", hidden=64),
            tokenizer_3=texts.t5_tokenizer(),
            transformer=transformer_sd3(),
        ),
        folder,
    )


def transformer_sd3():
    """The transformer of 3.5."""
    return seeded("sd3-transformer", SD3Transformer2DModel, **_sd3(), dual_attention_layers=(0,), qk_norm="rms_norm")


def controlnet(folder):
    """A ControlNet for 1.5."""
    return _controlnet(folder, unet("sd15-unet"))


def controlnet_xl(folder):
    """A ControlNet for XL."""
    return _controlnet(folder, unet_xl())


def controlnet_sd3(folder):
    """A ControlNet for 3.5."""
    fill(seeded("sd3-controlnet", SD3ControlNetModel, **_sd3(), qk_norm="rms_norm")).save_pretrained(folder)
    return folder


def _controlnet(folder, network):
    made = seeded(folder.name, ControlNetModel.from_unet, network, conditioning_embedding_out_channels=(4, 4, 8, 8))
    # Untrained, what it sees would change a picture by less than a step of its colours.
    fill(made.controlnet_cond_embedding, std=1.0)
    with torch.no_grad():
        for parameter in made.controlnet_cond_embedding.parameters():
            parameter.mul_(2.5)
    fill(made).save_pretrained(folder)
    return folder


def _sd3():
    return {
        "sample_size": 32,
        "patch_size": 2,
        "in_channels": 4,
        "out_channels": 4,
        "num_layers": 2,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "caption_projection_dim": 32,
        "joint_attention_dim": 64,
        "pooled_projection_dim": 64,
        "pos_embed_max_size": 32,
    }
