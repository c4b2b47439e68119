"""What a build says of what is no fault, and still worth a word of a careful colleague."""

from collections.abc import Iterator, Mapping

from assetgen.engine.workspace import Workspace
from assetgen.events import Noted
from assetgen.lockfile import Block, Original
from assetgen.model import Json, Policy
from assetgen.store import atomic

SAID = "said-single-copy"
"""The file in the store's folder that says that it was said."""


def single_copy(workspace: Workspace, lock: Mapping[str, Block]) -> Noted | None:
    """Originals that nobody can make again, and that exist on this disk only: said once per store."""
    said = workspace.home / SAID
    # An edited asset has the picture of its last version, which counts once.
    found = {block.original.sha256 for block in lock.values() if block.original is not None and block.original.paid}
    paid = sum(map(workspace.store.has, found))
    if not paid or workspace.manifest.originals != "store" or said.exists():
        return None
    atomic.write(said, b"")
    which = "1 original that cannot be made again exists" if paid == 1 else f"{paid} originals that cannot be made again exist"
    return Noted(
        message=f"{which} on this disk only", hint='commit them with [store] originals = "art/originals", or back up `assetgen store path`'
    )


def told(name: str, block: Block | None, policy: Policy) -> tuple[str, ...]:
    """What a person should know of a new picture."""
    original = block.original if block is not None else None
    return () if original is None else (*troubles(original.effective), *_rewritten(name, original, policy))


def troubles(effective: Mapping[str, Json]) -> Iterator[str]:
    """What came between while it was drawn here, and gave it other pixels: by what the record says was really done."""
    before, mode = effective.get("lowered_from"), effective.get("mode")
    if before is not None:
        yield f'memory ran out in the mode "{before}", so it was drawn in the mode "{mode}"'
    again = effective.get("retried")
    if again is not None:
        yield f"it came with values that are no numbers (NaN), so it was drawn once more with {again}"


def _rewritten(name: str, original: Original, policy: Policy) -> tuple[str, ...]:
    """The terms that the provider dropped from the prompt."""
    if policy.rewrite == "off" or not original.dropped:
        return ()
    terms = ", ".join(f'"{term}"' for term in original.dropped)
    return (f"the provider rewrote the prompt and dropped {terms} (assetgen diff {name})",)
