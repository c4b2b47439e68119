"""One folder or file of weights as it is told: what it is, how large, in which precision, and why it would not be loaded."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from assetgen.errors import Impossible
from assetgen.providers.diffusers.weights import header, read
from assetgen.report.examination import WeightsEntry

_NAMES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F8_E4M3": "float8", "F8_E5M2": "float8"}
_LARGEST = 3


def entry(name: str, source: str, path: Path, *, revision: str | None = None) -> WeightsEntry:
    """What lies at a path. `kind` is None, without a problem, for what assetgen has no use for."""
    files = _files(path)
    kind, problem = _kind(path, name, files) if files else (None, f'there is nothing at "{path}"')
    return {
        "name": name,
        "source": source,
        "path": str(path),
        "revision": revision,
        "bytes": sum(file.stat().st_size for file in files),
        "kind": kind,
        "precision": _precision(files) if kind or problem else None,
        "problem": problem,
    }


def _files(path: Path) -> list[Path]:
    """Every file, each once: a snapshot is made of links."""
    found = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return list({file.resolve(): file for file in found}.values())


def _kind(path: Path, name: str, files: Iterable[Path]) -> tuple[str | None, str | None]:
    if (path / "model_index.json").is_file():
        try:
            return read(path, name).family.title, None
        except Impossible as why:
            return None, why.message
    config = path / "config.json"
    if config.is_file():
        if "ControlNet" not in _class(config):
            return None, None
        return "ControlNet", None if any(file.suffix == ".safetensors" for file in files) else f'"{name}" has no safetensors'
    return ("LoRA", None) if any(_laid_over(file) for file in files) else (None, None)


def _class(config: Path) -> str:
    try:
        found = json.loads(config.read_bytes())
    except (OSError, ValueError):
        return ""
    return str(found.get("_class_name", "")) if isinstance(found, dict) else ""


def _laid_over(file: Path) -> bool:
    """Whether a file holds pairs of small matrices, as LoRAs do."""
    return file.suffix == ".safetensors" and any("lora" in key.lower() for key in _entries(file))


def _precision(files: Iterable[Path]) -> str | None:
    """The type of most numbers in the largest files."""
    largest = sorted((file for file in files if file.suffix == ".safetensors"), key=lambda file: -file.stat().st_size)[:_LARGEST]
    types = Counter(str(one.get("dtype")) for file in largest for one in _entries(file).values() if isinstance(one, dict))
    return next((_NAMES.get(kind, kind.lower()) for kind, _ in types.most_common(1)), None)


def _entries(file: Path) -> dict[str, object]:
    try:
        return dict(header(file)[1])
    except Impossible:
        return {}
