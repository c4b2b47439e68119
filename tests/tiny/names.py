"""What there is to be made, without anything that makes it: pipelines by their family, ControlNets by their pipeline, LoRA files."""

PIPELINES = {
    "flux": "flux",
    "flux-schnell": "flux",
    "flux2-klein": "flux2-klein",
    "sd15": "sd15",
    "sd15-flags": "sd15",
    "sd15-nan": "sd15",
    "sd15-overflow": "sd15",
    "sdxl": "sdxl",
    "sd3": "sd3",
    "z-image": "z-image",
}
CONTROLNETS = {"flux-controlnet": "flux", "sd15-controlnet": "sd15", "sdxl-controlnet": "sdxl", "sd3-controlnet": "sd3"}
FILES = (
    *("flux-lora", "flux-lora-2", "sd15-lora", "sd15-lora-2", "sdxl-lora", "sd3-lora", "sd3-lora-2"),
    *("flux2-klein-lora", "flux2-klein-lora-2", "z-image-lora", "z-image-lora-2"),
)
