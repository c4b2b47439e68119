"""Flux, FLUX.2 klein, and what is laid over Flux."""

from diffusers import (
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    FluxControlNetModel,
    FluxPipeline,
    FluxTransformer2DModel,
)

from tests.tiny import pictures, texts
from tests.tiny.weights import fill, save, seeded

DYNAMIC = {
    "shift": 3.0,
    "use_dynamic_shifting": True,
    "base_shift": 0.5,
    "max_shift": 1.15,
    "base_image_seq_len": 256,
    "max_image_seq_len": 4096,
}


def transformer(name, *, guidance):
    """The transformer of Flux; [dev] embeds its guidance, [schnell] has none."""
    return seeded(name, FluxTransformer2DModel, **_shape(), guidance_embeds=guidance)


def flux(folder, *, guidance=True):
    """Flux, as [dev] unless without guidance."""
    return save(
        FluxPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(**DYNAMIC if guidance else {"shift": 1.0}),
            vae=pictures.vae("flux-vae", use_quant_conv=False, use_post_quant_conv=False, scaling_factor=0.3611, shift_factor=0.1159),
            text_encoder=texts.clip("flux-clip"),
            tokenizer=texts.clip_tokenizer(),
            text_encoder_2=texts.t5("flux-t5"),
            tokenizer_2=texts.t5_tokenizer(),
            transformer=transformer("flux-transformer", guidance=guidance),
        ),
        folder,
    )


def transformer_klein():
    """The transformer of FLUX.2 klein, which embeds no guidance."""
    shape = _shape() | {"joint_attention_dim": 48, "axes_dims_rope": (4, 4, 4, 4), "timestep_guidance_channels": 16}
    del shape["pooled_projection_dim"]
    return seeded("klein-transformer", Flux2Transformer2DModel, **shape, guidance_embeds=False)


def controlnet(folder):
    """A ControlNet for Flux."""
    made = fill(seeded("flux-controlnet", FluxControlNetModel, **_shape(), guidance_embeds=True))
    made.save_pretrained(folder)
    return folder


def klein(folder):
    """FLUX.2 klein, which reads the layers 9, 18 and 27 of a language model."""
    return save(
        Flux2KleinPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(**DYNAMIC),
            vae=pictures.vae_flux2("klein-vae"),
            text_encoder=texts.qwen("klein-qwen", layers=30, head=True),
            tokenizer=texts.qwen_tokenizer(),
            transformer=transformer_klein(),
            is_distilled=True,
        ),
        folder,
    )


def _shape():
    return {
        "patch_size": 1,
        "in_channels": 16,
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": 32,
        "pooled_projection_dim": 32,
        "axes_dims_rope": (4, 4, 8),
    }
