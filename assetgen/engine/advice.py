"""What a build says once about the project as a whole: not a fault, but something that a careful colleague would mention."""

from collections.abc import Mapping

from assetgen.engine.workspace import Workspace
from assetgen.events import Noted
from assetgen.lockfile import Block
from assetgen.store import atomic

_SAID = "said-single-copy"


def single_copy(workspace: Workspace, lock: Mapping[str, Block]) -> Noted | None:
    """Paid originals that exist on this disk only: said once per store."""
    said = workspace.home / _SAID
    paid = sum(1 for block in lock.values() if block.original is not None and block.original.paid)
    if not paid or workspace.manifest.originals != "store" or said.exists():
        return None
    atomic.write(said, b"")
    which = "1 paid original exists" if paid == 1 else f"{paid} paid originals exist"
    return Noted(
        message=f"{which} on this disk only", hint='commit them with [store] originals = "art/originals", or back up `assetgen store path`'
    )
