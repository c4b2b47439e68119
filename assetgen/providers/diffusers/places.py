"""Where a model, a ControlNet or a LoRA lies: a folder of the project, one that the user's configuration names, or the hub's cache.

The cache is read as it lies on disk; nothing here opens a connection, and none of the hub's code is imported.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assetgen.errors import Impossible
from assetgen.providers import Settings
from assetgen.providers.diffusers.options import TABLE

_HUB = re.compile(r"^(https://)?huggingface\.co/")
HUB_ID = re.compile(r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A folder or file. `label` is what messages and the lock call it (never a path outside of the project).

    `hub` and `revision` say what it is at the hub, and `commit` which state of it lies in the cache. `path` is None where it is not there
    yet, and may be downloaded.
    """

    label: str
    path: Path | None
    hub: str | None = None
    revision: str | None = None
    commit: str | None = None

    @property
    def pinned(self) -> bool:
        """Whether its content cannot change: it is no hub id, or one with a commit."""
        return self.hub is None or bool(self.revision and _COMMIT.fullmatch(self.revision))

    @property
    def folder(self) -> Path:
        """The path of what is there."""
        assert self.path is not None
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The project's root, the hub's cache, and whether what is not there may be fetched."""

    root: Path
    cache: Path
    download: bool = False

    @classmethod
    def of(cls, settings: Settings, *, download: bool) -> "Places":
        """As the settings say, in the order in which the hub's own library looks."""
        home = settings.get("HF_HOME") or f"{settings.get('XDG_CACHE_HOME') or '~/.cache'}/huggingface"
        cache = settings.get("HF_HUB_CACHE") or settings.get("HUGGINGFACE_HUB_CACHE") or f"{home}/hub"
        return cls(root=Path(settings.root or "."), cache=Path(cache).expanduser(), download=download)

    def find(self, name: str, key: str, configured: Mapping[str, str], *, what: str = "model") -> Spot:
        """The place of `name`: what the configuration has under `key` or the name, a path of the project, a hub id.

        Raises Impossible, with the cure, for one that is nowhere, or a path that leaves the project.
        """
        own = configured.get(key) or configured.get(name)
        if own:
            return self._own(key if key in configured else name, own, what)
        inside = self._inside(name, what)
        if inside is not None:
            return Spot(label=name, path=inside)
        found = HUB_ID.fullmatch(_HUB.sub("", name))
        if found is None or ".." in name or (found[2] is None and (self.root / name).parent.is_dir()):
            raise Impossible(f'there is no {what} "{name}" in the project', hint=_name_it(what, key))
        hub, revision = found[1], found[2]
        folder = self.cache / f"models--{hub.replace('/', '--')}"
        commit = _commit(folder, revision)
        if commit is None and not self.download:
            said = f'"{hub}" at "{revision}"' if revision else f'"{hub}"'
            raise Impossible(f"the {what} {said} is not in the hub's cache, and nothing is downloaded", hint=_get_it(what, key, name))
        path = None if commit is None else folder / "snapshots" / commit
        return Spot(label=hub, path=path, hub=hub, revision=revision, commit=commit)

    def _own(self, key: str, text: str, what: str) -> Spot:
        path = Path(text).expanduser()
        if not path.is_absolute():
            raise Impossible(f'{TABLE} must name "{key}" by an absolute path, not "{text}"', hint=f'"{key}" = "{path.absolute()}"')
        if not path.exists():
            raise Impossible(f'the {what} "{key}" is not at "{text}", where {TABLE} says it is', hint=_name_it(what, key))
        return Spot(label=key, path=path)

    def _inside(self, name: str, what: str) -> Path | None:
        """The path of the project by that name, if there is one; a link that leads out of the project is none of its own."""
        path, root = self.root / name, self.root.resolve()
        if not path.exists():
            return None
        if not path.resolve().is_relative_to(root):
            raise Impossible(f'the {what} "{name}" lies outside of the project', hint=_name_it(what, Path(name).name))
        return path


def hub(spot: Spot, name: str) -> str | None:
    """What a model is at the hub: by its place, or else, where the user has named a folder for it, by the provider's id for it."""
    return spot.hub or name.partition("@")[0] or None


def _commit(folder: Path, revision: str | None) -> str | None:
    """The commit that is meant, if its snapshot is there. Without a revision that of "main", or else the latest that was fetched."""
    snapshots = folder / "snapshots"
    if not snapshots.is_dir():
        return None
    there = sorted((path for path in snapshots.iterdir() if path.is_dir()), key=lambda path: (path.stat().st_mtime, path.name))
    names = [path.name for path in there]
    reference = folder / "refs" / (revision or "main")
    if reference.is_file() and (commit := reference.read_text().strip()) in names:
        return commit
    if revision is None:
        return names[-1] if names else None
    matching = [name for name in names if name == revision or (_COMMIT.fullmatch(revision) and name.startswith(revision))]
    return matching[0] if len(matching) == 1 else None


def _name_it(what: str, key: str) -> str:
    table = {"model": "models", "ControlNet": "controls", "LoRA": "loras"}[what]
    return f'{table} = {{ "{key}" = "/path/to/it" }} in [{TABLE}] of the user\'s configuration'


def _get_it(what: str, key: str, name: str) -> str:
    hub, _, revision = name.partition("@")
    fetch = f"hf download {hub}" + (f" --revision {revision}" if revision else "")
    return f"{fetch}, or {_name_it(what, key)}"


def single(path: Path, name: str) -> Path:
    """The one file of safetensors that a LoRA is: itself, or the one in its folder. Raises Impossible for none or several."""
    if path.is_file() and path.suffix == ".safetensors":
        return path
    found = sorted(path.glob("*.safetensors")) if path.is_dir() else []
    usual = [one for one in found if one.name == "pytorch_lora_weights.safetensors"]
    if len(usual or found) != 1:
        said = f"{len(found)} files of safetensors" if found else "no file of safetensors"
        raise Impossible(f'the LoRA "{name}" has {said}, and one is needed', hint=_name_it("LoRA", name))
    return (usual or found)[0]
