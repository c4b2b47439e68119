"""What an asset asks for and whom, without the bytes of its pictures: enough to be refused before anything is paid. Sends nothing."""

from assetgen.catalog import Model
from assetgen.engine.workspace import Workspace
from assetgen.model import Asset, Local, Reference
from assetgen.providers import Blob, Guide, Request


def providers_of(workspace: Workspace, asset: Asset, model: Model | None) -> tuple[str, ...]:
    """The providers that are asked for it, in order."""
    if asset.provider is not None:
        return (asset.provider,)
    if asset.via:
        return asset.via
    known = workspace.catalog.providers_of(model) if model is not None else ()
    # Without `via` only the usual provider is asked: who else may be paid is for the user to say.
    return tuple(name for name in known if name in workspace.providers)[:1]


def probe(asset: Asset) -> Request:
    """The request without the bytes of its pictures; enough for `check`."""
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
        label=asset.name,
    )


def _blank(reference: Reference | None) -> Blob:
    return Blob(data=b"", format="png", name=reference.path if isinstance(reference, Local) else "reference.png")
