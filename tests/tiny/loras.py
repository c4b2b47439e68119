"""LoRA files: pairs of small matrices over the attention of a network."""

import zlib

import torch
from safetensors.torch import save_file

from tests.tiny import flux, stable, zimage

RANK = 4
PARTS = ("to_q", "to_k", "to_v", "to_out.0")


def for_flux(path):
    """Over the transformer of Flux."""
    return _write(path, {"transformer": flux.transformer("flux-transformer", guidance=True)})


def for_sd15(path):
    """Over the network of 1.5."""
    return _write(path, {"unet": stable.unet("sd15-unet")})


def for_sdxl(path):
    """Over the network of XL."""
    return _write(path, {"unet": stable.unet_xl()})


def for_sd3(path):
    """Over the transformer of 3."""
    return _write(path, {"transformer": stable.transformer_sd3()})


def for_zimage(path):
    """Over the transformer of Z-Image."""
    return _write(path, {"transformer": zimage.transformer()})


def for_klein(path):
    """Over the transformer of FLUX.2 klein."""
    return _write(path, {"transformer": flux.transformer_klein()})


def _write(path, networks):
    path = path.with_suffix(".safetensors")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(zlib.crc32(path.stem.encode()))
    pairs = {}
    for prefix, network in networks.items():
        for name, layer in network.named_modules():
            if name.endswith(PARTS):
                pairs[f"{prefix}.{name}.lora_A.weight"] = torch.randn(RANK, layer.in_features)
                pairs[f"{prefix}.{name}.lora_B.weight"] = torch.randn(layer.out_features, RANK)
    save_file(pairs, path, metadata={"format": "pt"})
    return path
