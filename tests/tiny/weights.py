"""How random weights are drawn and stored, so that the same name is the same bytes and a picture is not flat."""

import warnings
import zlib

import diffusers
import torch
import transformers


def quiet():
    """Say nothing of what tiny models lack."""
    warnings.simplefilter("ignore")
    diffusers.utils.logging.set_verbosity_error()
    transformers.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.logging.disable_progress_bar()


def seeded(name, make, *words, **settings):
    """A component whose weights follow from its name alone."""
    torch.manual_seed(zlib.crc32(name.encode()))
    return make(*words, **settings).eval()


def fill(module, std=0.1):
    """Draw what a constructor leaves at zero or undefined, where the effect of a component is to be seen."""
    with torch.no_grad():
        for parameter in module.parameters():
            if not parameter.isfinite().all() or not parameter.any():
                parameter.normal_(std=std)
    return module


def save(pipeline, folder):
    """Write safetensors in diffusers' layout."""
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder
