"""A model's folder, read without loading anything: which pipeline it is, its components and their bytes, and whether it is safe to load.

A folder is safe when all weights are safetensors and no part of it asks for code of its own.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

from assetgen.errors import Impossible
from assetgen.providers.diffusers.families import BY_CLASS, FLUX, FLUX_2_KLEIN, Family
from assetgen.providers.diffusers.placement import WIDTH, Precision

LIBRARIES = frozenset({"diffusers", "transformers", "stable_diffusion"})
STEMS = ("diffusion_pytorch_model", "model")
UNSAFE = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack", ".h5")
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
_BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2}
_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of a pipeline that has weights: `floats` numbers that are loaded at the chosen precision, and `others` bytes that stay."""

    name: str
    floats: int
    others: int = 0

    def bytes(self, precision: Precision) -> int:
        """Its size in memory."""
        return self.floats * WIDTH[precision] + self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A model's folder. `variant` is the part of its file names such as "fp16"; `fingerprint` covers names, sizes and headers of files.

    `distilled`: the model has no guidance (FLUX.1 [schnell], FLUX.2 [klein] but not its base).
    """

    folder: Path
    family: Family
    components: tuple[Component, ...]
    variant: str | None
    fingerprint: str
    distilled: bool = False

    def sizes(self, precision: Precision) -> tuple[int, ...]:
        """The bytes of each component, for `placement.demand`."""
        return tuple(component.bytes(precision) for component in self.components)

    def floats(self, name: str) -> int:
        """How many numbers a component has; 0 where there is no such one."""
        return next((component.floats for component in self.components if component.name == name), 0)


def read(folder: Path, name: str) -> Weights:
    """The weights in a folder of diffusers' layout. `name` is what messages call it. Raises Impossible for one that is not to be loaded."""
    index = _table(folder / "model_index.json", name)
    family = _family(index, name)
    parts = {key: value for key, value in index.items() if isinstance(value, list) and len(value) == 2 and value[1] is not None}
    for part, (library, _) in parts.items():
        if library not in LIBRARIES:
            raise Impossible(f'"{name}" needs code of its own for "{part}" ("{library}"), which is not run', hint=_ANOTHER)
    files = {part: _files(folder / part, f"{name}/{part}") for part in parts if (folder / part).is_dir()}
    seal = sha256(json.dumps(index, sort_keys=True).encode())
    components = tuple(component(part, paths, seal.update) for part, (paths, _) in sorted(files.items()) if paths)
    if not any(one.name == family.denoiser for one in components):
        raise Impossible(f'"{name}" has no weights in "{family.denoiser}"', hint=_ANOTHER)
    # Where one part has the plain files, the variant is asked for all the same: diffusers takes the plain one for that part.
    variants = {variant for _, variant in files.values() if variant}
    return Weights(
        folder=folder,
        family=family,
        components=components,
        variant=min(variants, default=None),
        fingerprint=seal.hexdigest()[:16],
        distilled=_distilled(family, index, _table(folder / family.denoiser / "config.json", name)),
    )


def control(folder: Path, family: Family, name: str) -> Component:
    """The ControlNet in a folder. Raises Impossible where it is none of this family's."""
    found = _table(folder / "config.json", name).get("_class_name")
    if found != family.control:
        raise Impossible(f'"{name}" is no ControlNet of {family.title}, but "{found}"', hint=f'a folder whose class is "{family.control}"')
    paths, variant = _files(folder, name)
    if not paths or variant:
        raise Impossible(f'"{name}" has no file "diffusion_pytorch_model.safetensors"', hint=_ANOTHER)
    return component("controlnet", paths)


def component(name: str, paths: tuple[Path, ...], seal: Any = lambda _: None) -> Component:  # noqa: ANN401 - a hash's `update`
    """The numbers in safetensors files, by their headers. Raises Impossible for a file that is none."""
    floats = others = 0
    for path in paths:
        raw, entries = header(path)
        seal(f"{name}/{path.name}:{path.stat().st_size}".encode() + raw)
        for entry in entries.values():
            if not (isinstance(entry, dict) and isinstance(entry.get("shape"), list)):
                continue
            count, kind = prod(entry["shape"]), entry.get("dtype")
            if kind in _FLOATS:
                floats += count
            else:
                others += count * _BYTES.get(str(kind), 1)
    return Component(name=name, floats=floats, others=others)


def header(path: Path) -> tuple[bytes, Mapping[str, Any]]:
    """The header of a safetensors file, raw and parsed. Raises Impossible for a file that is none, or a git LFS pointer."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            raw = file.read(length) if 2 <= length <= _LONGEST_HEADER else b""
        found = json.loads(raw)
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        lfs = path.is_file() and path.read_bytes()[:30].startswith(b"version https://git-lfs")
        raise Impossible(f'"{path.parent.name}/{path.name}" is no safetensors file', hint="git lfs pull" if lfs else _ANOTHER)
    return raw, {key: value for key, value in found.items() if key != "__metadata__"}


_ANOTHER = "a folder that `save_pretrained` of diffusers wrote, with safetensors only"


def _family(index: Mapping[str, Any], name: str) -> Family:
    given = index.get("_class_name")
    if not isinstance(given, str):
        raise Impossible(f'"{name}" is a pipeline with code of its own, which is not run', hint=_ANOTHER)
    family = BY_CLASS.get(given)
    if family is None:
        known = ", ".join(sorted({one.title for one in BY_CLASS.values()}))
        raise Impossible(f'"{name}" is a "{given}", which assetgen does not draw with', hint=f"a model of {known}")
    return family


def _distilled(family: Family, index: Mapping[str, Any], denoiser: Mapping[str, Any]) -> bool:
    """Whether the model has no guidance. FLUX.1 says so by its transformer, FLUX.2 [klein], which embeds none at all, by its index."""
    if family is FLUX_2_KLEIN:
        return index.get("is_distilled") is True
    return family is FLUX and denoiser.get("guidance_embeds") is False


def _files(folder: Path, name: str) -> tuple[tuple[Path, ...], str | None]:
    """The safetensors files that would be loaded from a component's folder, and their variant; none for one without weights."""
    if (folder / "config.json").is_file() and "auto_map" in _table(folder / "config.json", name):
        raise Impossible(f'"{name}" asks for code of its own ("auto_map"), which is not run', hint=_ANOTHER)
    names = {path.name for path in folder.iterdir()}
    for variant in (None, "fp16", "bf16"):
        for stem in STEMS:
            ending = f".{variant}" if variant else ""
            shards = folder / f"{stem}.safetensors.index{ending}.json"
            if shards.name in names:
                listed = _table(shards, name).get("weight_map")
                chosen = sorted(set(listed.values())) if isinstance(listed, dict) else []
                return tuple(folder / Path(str(one)).name for one in chosen), variant
            if f"{stem}{ending}.safetensors" in names:
                return (folder / f"{stem}{ending}.safetensors",), variant
    unsafe = sorted(one for one in names if one.endswith(UNSAFE))
    if unsafe:
        raise Impossible(f'"{name}/{unsafe[0]}" can hold code, and only safetensors are loaded', hint=_ANOTHER)
    return (), None


def _table(path: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Impossible(f'"{name}" has no "{path.name}", so it is no model of diffusers', hint=_ANOTHER) from None
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise Impossible(f'the "{path.name}" of "{name}" cannot be read', hint=_ANOTHER)
    return found
