"""Z-Image."""

from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline, ZImageTransformer2DModel

from tests.tiny import pictures, texts
from tests.tiny.weights import fill, save, seeded


def transformer():
    """The transformer of Z-Image, whose padding tokens a constructor leaves undefined."""
    made = seeded(
        "z-image-transformer",
        ZImageTransformer2DModel,
        in_channels=4,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[4, 6, 6],
        axes_lens=[512, 64, 64],
    )
    made.x_pad_token.data.normal_()
    made.cap_pad_token.data.normal_()
    return fill(made)


def zimage(folder):
    """Z-Image."""
    return save(
        ZImagePipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=pictures.vae("z-image-vae", use_quant_conv=False, use_post_quant_conv=False, scaling_factor=0.3611, shift_factor=0.1159),
            text_encoder=texts.qwen("z-image-qwen", layers=3),
            tokenizer=texts.qwen_tokenizer(),
            transformer=transformer(),
        ),
        folder,
    )
