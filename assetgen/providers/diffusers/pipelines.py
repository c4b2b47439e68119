"""One model, loaded and placed in one way: a pipeline for each kind of request over the same components. Runs in the worker only.

What holds on a GPU was read in the source of diffusers 0.42 and accelerate 1.15; the offloading modes also run on the cpu, and are tested
there.
"""

import gc
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from assetgen.errors import Refused
from assetgen.providers.diffusers.families import Kind
from assetgen.providers.diffusers.placement import GB, Mode, Precision
from assetgen.providers.diffusers.task import Layer
from assetgen.providers.diffusers.weights import Weights

HELD: frozenset[Mode] = frozenset({"full", "tiled"})
"""The modes in which all weights stay where they are; under the others a change of LoRAs means loading anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One way to load a model. `exact` has the VAE in float32, whatever the precision of the rest."""

    mode: Mode
    device: str
    precision: Precision
    quantisation: str | None = None
    exact: bool = False


class Pipelines:
    """The pipelines of one model in one setup. `loras` are laid over it from the start."""

    def __init__(self, weights: Weights, setup: Setup, loras: Sequence[Layer] = ()) -> None:
        self.setup = setup
        self._weights = weights
        self._placed: set[int] = set()
        self._made: dict[tuple[Kind, tuple[str, ...]], Any] = {}
        self._controls: dict[str, Any] = {}
        self._laid: tuple[str, ...] = ()
        self._base = self._loaded()
        self.lay(loras)
        self._place(self._base)
        self._made["text", ()] = self._base

    def get(self, kind: Kind, controls: Sequence[str] = ()) -> Any:  # noqa: ANN401 - a pipeline of diffusers, whose types are not read
        """The pipeline for a kind of request, with the ControlNets of these folders."""
        key = (kind, tuple(controls))
        if key not in self._made:
            self._made[key] = self._variant(kind, key[1])
        pipe = self._made[key]
        if self.setup.mode in {"model-offload", "quantised"}:
            # The hooks of one pipeline know the order of its own components only.
            self._place(pipe)
        return pipe

    def fits(self, setup: Setup, loras: Sequence[Layer]) -> bool:
        """Whether a request can be drawn with what is loaded."""
        return setup == self.setup and (setup.mode in HELD or self._laid == _names(loras))

    def lay(self, loras: Sequence[Layer]) -> None:
        """Lay these LoRAs over the model, and no others. Raises Refused for one that is not made for it."""
        names = _names(loras)
        if names != self._laid:
            if self._laid:
                self._base.unload_lora_weights()
                self._laid = ()
            for name, lora in zip(names, loras, strict=True):
                self._lay(name, lora)
            self._laid = names
        if names:
            self._base.set_adapters(list(names), [lora.scale for lora in loras])

    def tile(self, *, tiles: bool) -> None:
        """Decode in tiles, or at once."""
        if tiles or self.setup.mode == "tiled":
            self._base.vae.enable_tiling()
        else:
            self._base.vae.disable_tiling()

    def unfinished(self) -> tuple[str, ...]:
        """The components that hold values which are no numbers."""
        import torch

        parts = {name: part for name, part in self._base.components.items() if isinstance(part, torch.nn.Module)}
        return tuple(name for name, part in parts.items() if any(not torch.isfinite(one).all() for one in part.parameters()))

    def _loaded(self) -> Any:  # noqa: ANN401 - an object of theirs
        import torch

        given: dict[str, Any] = {"use_safetensors": True, "local_files_only": True, "variant": self._weights.variant}
        if self.setup.quantisation is not None:
            given["quantization_config"] = _quantisation(self.setup, self._weights)
        dtype = getattr(torch, self.setup.precision)
        # From its file: what a smaller type could not hold would not come back by turning it to a larger one.
        given["torch_dtype"] = {"default": dtype, "vae": torch.float32} if self.setup.exact else dtype
        pipe = text_class(self._weights).from_pretrained(str(self._weights.folder), **given)
        pipe.set_progress_bar_config(disable=True)
        if self.setup.exact:
            _feed_exact(pipe.vae, dtype)
        return pipe

    def _variant(self, kind: Kind, folders: tuple[str, ...]) -> Any:  # noqa: ANN401 - an object of theirs
        """Another pipeline over the same components. `from_pipe` would do, but it turns them all to float32 unless told otherwise."""
        import diffusers

        cls = getattr(diffusers, self._weights.family.pipelines[kind])
        modules, settings = cls._get_signature_keys(cls)
        given = {name: part for name, part in self._base.components.items() if name in modules}
        given |= {name: self._base.config[name] for name in settings if name in self._base.config}
        if folders:
            nets = [self._control(folder) for folder in folders]
            given["controlnet"] = nets[0] if len(nets) == 1 else nets
        pipe = cls(**given)
        pipe.set_progress_bar_config(disable=True)
        if self.setup.mode not in {"model-offload", "quantised"}:
            self._place(pipe)
        return pipe

    def _control(self, folder: str) -> Any:  # noqa: ANN401 - an object of theirs
        import diffusers
        import torch

        if folder not in self._controls:
            cls = getattr(diffusers, self._weights.family.control or "")
            dtype = getattr(torch, self.setup.precision)
            self._controls[folder] = cls.from_pretrained(folder, torch_dtype=dtype, use_safetensors=True, local_files_only=True)
        return self._controls[folder]

    def _lay(self, name: str, lora: Layer) -> None:
        from safetensors import SafetensorError
        from safetensors.torch import load, load_file

        try:
            state = load(lora.data) if lora.path is None else load_file(lora.path)
            self._base.load_lora_weights(state, adapter_name=name)
        except (SafetensorError, ValueError, KeyError, RuntimeError, TypeError) as wrong:
            raise _no_lora(lora, self._weights, str(wrong)) from wrong
        if not any(name in found for found in self._base.get_list_adapters().values()):
            # Weights of another model are passed over with no more than a line in a log.
            raise _no_lora(lora, self._weights, "")

    def _place(self, pipe: Any) -> None:  # noqa: ANN401 - an object of theirs
        import torch

        device = self.setup.device
        new = {name: part for name, part in pipe.components.items() if isinstance(part, torch.nn.Module) and id(part) not in self._placed}
        match self.setup.mode:
            case "full" | "tiled":
                pipe.to(device)
            case "model-offload" | "quantised":
                pipe.enable_model_cpu_offload(device=device)
            case "group-offload" | "sequential":
                # Leaf by leaf: with a stream the next leaf comes while one computes; without it this is what sequential offloading is,
                # whose own form in accelerate 1.15 does not run with a cpu in the place of the GPU.
                rest = [name for name in pipe.components if name not in new]
                stream = self.setup.mode == "group-offload" and torch.device(device).type == "cuda"
                pipe.enable_group_offload(torch.device(device), offload_type="leaf_level", use_stream=stream, exclude_modules=rest)
        self._placed |= {id(part) for part in new.values()}


def text_class(weights: Weights) -> Any:  # noqa: ANN401 - an object of theirs
    """The pipeline that a model is loaded with; the first time it imports much."""
    import diffusers

    return getattr(diffusers, weights.family.pipelines["text"])


def freed() -> None:
    """Give back what nothing refers to any more."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def takes(pipe: Any) -> frozenset[str]:  # noqa: ANN401 - an object of theirs
    """The names of what a pipeline can be called with."""
    return frozenset(inspect.signature(type(pipe).__call__).parameters)


def _names(loras: Sequence[Layer]) -> tuple[str, ...]:
    """A name for each by its content, or by its file and the time of it."""
    return tuple(f"lora{nth}_{sha256(_mark(lora)).hexdigest()[:16]}" for nth, lora in enumerate(loras))


def _mark(lora: Layer) -> bytes:
    return lora.data if lora.path is None else f"{lora.path}:{Path(lora.path).stat().st_mtime_ns}".encode()


def _no_lora(lora: Layer, weights: Weights, said: str) -> Refused:
    text = f'"{lora.name}" is no LoRA for {weights.family.title}'
    return Refused(f"{text}: {said.splitlines()[0]}" if said else text, hint='remove it from "loras"')


def _feed_exact(vae: Any, dtype: Any) -> None:  # noqa: ANN401 - an object of theirs
    """Let a VAE in float32 live among components of another type."""
    import torch

    decode, encode = vae.decode, vae.encode

    def decoded(latents: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - an object of theirs
        return decode(latents.to(torch.float32), *rest, **more)

    def encoded(image: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401 - an object of theirs
        found = encode(image.to(torch.float32), *rest, **more)
        found.latent_dist = type(found.latent_dist)(found.latent_dist.parameters.to(dtype))
        return found

    vae.decode, vae.encode = decoded, encoded


def _quantisation(setup: Setup, weights: Weights) -> Any:  # noqa: ANN401 - an object of theirs
    """Which components are quantised while they are loaded: those of a gigabyte and more that are no VAE."""
    import diffusers
    import torch
    import transformers

    large = [one.name for one in weights.components if one.bytes(setup.precision) >= GB and one.name != "vae"]
    mapping: dict[str, Any] = {}
    for name in large:
        library = diffusers if name == weights.family.denoiser else transformers
        if setup.quantisation == "nf4":
            dtype = getattr(torch, setup.precision)
            mapping[name] = library.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
        else:
            from torchao.quantization import Int8WeightOnlyConfig

            mapping[name] = library.TorchAoConfig(Int8WeightOnlyConfig())
    return diffusers.PipelineQuantizationConfig(quant_mapping=mapping)
