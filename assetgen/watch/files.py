"""Which files a project is made from and makes: what a watch has to keep an eye on. A pure function of a survey; no disk is read here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assetgen import userconfig
from assetgen.engine.survey import Survey
from assetgen.model import LOCK, MANIFEST, Asset, Local
from assetgen.plan.graph import references
from assetgen.post import Op

_WILD = "*?["


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What matters of the disk. `inputs` and `made` are files, relative to `root` where they are the project's.

    `made` are outputs and the lock, which builds write themselves. Of the folders in `listed` every file matters, and of `globs` every
    file that they match.
    """

    root: Path
    inputs: frozenset[str]
    made: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    globs: tuple[str, ...] = ()


def wanted(seen: Survey) -> Wanted:
    """All that can change what a survey of this project says."""
    workspace = seen.workspace
    manifest = workspace.manifest
    found = {*manifest.files, *_settings(workspace.environ)}
    for asset in manifest.assets.values():
        found.update(inputs(asset, workspace.ops))
    outputs = {output.path for asset in manifest.assets.values() for output in asset.outputs}
    return Wanted(
        root=workspace.root,
        inputs=frozenset(found),
        made=frozenset({LOCK, *outputs}),
        listed=frozenset({manifest.inbox}),
        globs=tuple(dict.fromkeys(pattern for pattern in manifest.includes if any(sign in pattern for sign in _WILD))),
    )


def blind(root: Path, environ: Mapping[str, str]) -> Wanted:
    """What to watch while nothing was read yet."""
    return Wanted(root=root, inputs=frozenset({MANIFEST, *_settings(environ)}), made=frozenset({LOCK}))


def inputs(asset: Asset, ops: Mapping[str, Op]) -> Iterator[str]:
    """The files that an asset is made from."""
    yield from (reference.path for reference in references(asset) if isinstance(reference, Local))
    for output in asset.outputs:
        for step in output.steps:
            yield from (str(step.params[name]) for name in ops[step.op].files & step.params.keys())


def _settings(environ: Mapping[str, str]) -> tuple[str, str]:
    """Where settings come from: keys and base URLs decide who can be asked."""
    return ".env", str(userconfig.place(environ))


def folders(want: Wanted) -> Iterator[Path]:
    """The folders in which something of this can appear, whether they are there or not; those of patterns without their wild parts."""
    yield want.root
    for file in want.inputs | want.made:
        yield (want.root / file).parent
    for folder in want.listed:
        yield want.root / folder
        yield (want.root / folder).parent


def branches(pattern: str) -> Iterator[str]:
    """The folders on the way to what a pattern matches, themselves patterns: `a/*/b.toml` is reached through `a` and `a/*`."""
    parts = PurePosixPath(pattern).parts[:-1]
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count])
