"""What a build says of what is no fault, and still worth a word of a careful colleague."""

from collections.abc import Mapping

from assetgen.engine.workspace import Workspace
from assetgen.events import Noted
from assetgen.lockfile import Block
from assetgen.model import Policy
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


def rewrites(name: str, block: Block | None, policy: Policy) -> tuple[str, ...]:
    """The terms that the provider dropped from the prompt of a new picture."""
    original = block.original if block is not None else None
    if policy.rewrite == "off" or original is None or not original.dropped:
        return ()
    terms = ", ".join(f'"{term}"' for term in original.dropped)
    return (f"the provider rewrote the prompt and dropped {terms} (assetgen diff {name})",)
