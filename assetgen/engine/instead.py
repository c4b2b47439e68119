"""Names a model that can do what another one cannot, for a hint. It is one that would really be taken: its provider was asked to check."""

from dataclasses import replace
from datetime import UTC, datetime

from assetgen.catalog import fitting
from assetgen.engine.addressing import addressed
from assetgen.engine.probing import probe, providers_of
from assetgen.engine.workspace import Workspace
from assetgen.errors import Impossible
from assetgen.manifest.models import MANUAL
from assetgen.model import Asset
from assetgen.providers import Ignores


def instead(workspace: Workspace, asset: Asset, want: fitting.Wanted | None = None, purpose: str = "") -> str:
    """A hint with a model that takes all that is wanted, and has the strength `purpose` if there is one; empty where none is known."""
    asked = providers_of(workspace, asset, workspace.catalog.find(asset.model))
    found = fitting.better(
        workspace.catalog.models.values(),
        asset.model,
        want or fitting.wanted(asset),
        installed=workspace.providers.keys() - {MANUAL},
        beside=next(iter(asked), None),
        today=datetime.now(UTC).date(),
        commercial=workspace.manifest.policy.usage == "commercial",
        purpose=purpose,
    )
    model, provider = next((each for each in found if _takes(workspace, asset, *each)), ("", ""))
    if not model:
        return ""
    named = asset.provider is not None or asset.via
    return f'model = "{model}"' + (f', provider = "{provider}"' if named and provider not in asked else "")


def _takes(workspace: Workspace, asset: Asset, model: str, provider: str) -> bool:
    """Whether the provider would take all of the asset with this model. Parameters belong to the model that is there now."""
    other, asked = replace(asset, model=model, params={}), workspace.providers[provider]
    try:
        request = addressed(workspace.catalog, probe(other), provider, asset.size)
        asked.check(request)
    except Impossible:
        return False
    return not (isinstance(asked, Ignores) and asked.ignored(request))
