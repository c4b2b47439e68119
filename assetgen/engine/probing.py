"""What an asset asks for and whom, without the bytes of its pictures: enough to be refused before anything is paid. Sends nothing."""

from collections.abc import Mapping

from assetgen.catalog import Model
from assetgen.engine.workspace import Workspace
from assetgen.errors import UsageError
from assetgen.model import Asset, Local, Reference
from assetgen.providers import Blob, Guide, Request

SMALL = 2**20
"""The bytes up to which a file is read for a plan; weights are larger, and nobody judges them by their bytes."""


def providers_of(workspace: Workspace, asset: Asset, model: Model | None) -> tuple[str, ...]:
    """The providers that are asked for it, in order."""
    if asset.provider is not None:
        return (asset.provider,)
    if asset.via:
        return asset.via
    known = workspace.catalog.providers_of(model) if model is not None else ()
    # Without `via` only the usual provider is asked: who else may be paid is for the user to say.
    return tuple(name for name in known if name in workspace.providers)[:1]


def small_files(workspace: Workspace, asset: Asset) -> dict[str, bytes]:
    """The small files that its parameters name, such as a workflow; those that are large or not there are left out."""
    found: dict[str, bytes] = {}
    for path in asset.param_files:
        try:
            if (workspace.root / path).stat().st_size <= SMALL:
                found[path] = workspace.project.read(path)
        except (OSError, UsageError):
            # What is wrong with a file of the project is told where its content is asked for.
            continue
    return found


def probe(asset: Asset, files: Mapping[str, bytes] | None = None) -> Request:
    """The request without the bytes of its pictures; enough for `check`, which reads `files` where it can."""
    return Request(
        model=asset.model,
        prompt=asset.prompt,
        negative=asset.negative,
        seed=asset.seed,
        params=asset.params,
        references=tuple(map(_blank, asset.references)),
        mask=None if asset.mask is None and asset.expand is None else _blank(asset.mask),
        loras=asset.loras,
        guides=tuple(
            Guide(kind=control.kind, image=_blank(control.image), scale=control.scale, model=control.model) for control in asset.controls
        ),
        files=files or {},
        label=asset.edited or asset.name,
    )


def _blank(reference: Reference | None) -> Blob:
    return Blob(data=b"", format="png", name=reference.path if isinstance(reference, Local) else "reference.png")
