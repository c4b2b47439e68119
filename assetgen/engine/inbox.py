"""Takes a picture that a person made: dropped into the inbox, or named on the command line. Clears the inbox of what is safe elsewhere."""

from dataclasses import dataclass

from assetgen import digest
from assetgen.engine import originals
from assetgen.engine.workspace import Workspace
from assetgen.errors import AssetgenError, of_system
from assetgen.events import Noted
from assetgen.lockfile import Original
from assetgen.plan.states import AssetPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A person's file is in the store; `path` is removed from the inbox once the lock is durable."""

    asset: str
    original: Original
    path: str


def drop(workspace: Workspace, planned: AssetPlan) -> Dropped:
    """Take the file that lies in the inbox for this asset. Raises UsageError where it is no picture."""
    assert planned.inbox is not None
    data = workspace.project.read(planned.inbox)
    return Dropped(asset=planned.name, original=take(workspace, planned, data), path=planned.inbox)


def clear(workspace: Workspace, dropped: Dropped) -> Noted | None:
    """Remove a file that was taken. What lies there by now may be another picture, which nobody has looked at: that one stays."""
    project, path = workspace.project, dropped.path
    try:
        if digest.of_bytes(project.read(path)) != dropped.original.sha256:
            message = f'"{path}" was replaced while the build ran; the picture that was there is taken, and the new one stays'
            return Noted(message=message, hint=f"assetgen import {dropped.asset} {path}")
        project.remove(path)
    except FileNotFoundError:
        return None
    except (AssetgenError, OSError) as error:
        why = of_system(error) if isinstance(error, OSError) else error.message
        return Noted(message=f'"{path}" was taken and could not be removed: {why}', hint=f'remove "{path}"')
    return None


def take(workspace: Workspace, planned: AssetPlan, data: bytes, *, job: str | None = None) -> Original:
    """Keep a picture as the answer to an asset's request. `job` is the id that the tool gave it, if the person noted it."""
    assert planned.gen_key is not None
    source = planned.offer.traits.source if planned.offer is not None else None
    sha256 = digest.of_bytes(data)
    model = planned.asset.model
    facts, made = originals.found(workspace, data, provider="manual", sha256=sha256, source=source, model=model, request_id=job)
    kept = originals.keep(workspace, data, facts, made, planned.name)
    workspace.store.answer(planned.gen_key, kept)
    return kept
