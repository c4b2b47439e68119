"""Every pipeline by its name."""

from functools import partial

from tests.tiny import flux, loras, stable, zimage

KINDS = {
    "flux": flux.flux,
    "flux-schnell": partial(flux.flux, guidance=False),
    "flux-controlnet": flux.controlnet,
    "flux-lora": loras.for_flux,
    "flux-lora-2": loras.for_flux,
    "flux2-klein": flux.klein,
    "flux2-klein-lora": loras.for_klein,
    "flux2-klein-lora-2": loras.for_klein,
    "sd15": stable.sd15,
    "sd15-flags": partial(stable.sd15, flags=True),
    "sd15-nan": partial(stable.sd15, factor=float("nan")),
    "sd15-overflow": partial(stable.sd15, factor=1e6),
    "sd15-pickled": partial(stable.sd15, safe=False),
    "sd15-controlnet": stable.controlnet,
    "sd15-lora": loras.for_sd15,
    "sd15-lora-2": loras.for_sd15,
    "sdxl": stable.sdxl,
    "sdxl-controlnet": stable.controlnet_xl,
    "sdxl-lora": loras.for_sdxl,
    "sd3": stable.sd3,
    "sd3-lora": loras.for_sd3,
    "sd3-lora-2": loras.for_sd3,
    "sd3-controlnet": stable.controlnet_sd3,
    "z-image": zimage.zimage,
    "z-image-lora": loras.for_zimage,
    "z-image-lora-2": loras.for_zimage,
}
