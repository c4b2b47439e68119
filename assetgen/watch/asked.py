"""What is asked for when something is bought, as short texts: where one is another by now, something else would be bought. Pure."""

import json
from collections.abc import Iterable

from assetgen import digest, recipe
from assetgen.model import Asset, Upstream
from assetgen.plan.graph import closure, ordered, references, upstream
from assetgen.plan.states import AssetPlan, Plan

MARK = 12


def wording(asset: Asset) -> str:
    """What an asset asks for as the manifest words it, whatever is in the files and the assets that it names."""
    content = {found: f"@{found.name}" if isinstance(found, Upstream) else found.path for found in references(asset)}
    return recipe.gen_key(recipe.request(asset, content))


def marks(plan: Plan, names: Iterable[str]) -> dict[str, str]:
    """For each asset a mark of what buying it would ask for and replace, of all that it is made from as well."""
    assets = {name: planned.asset for name, planned in plan.assets.items()}
    wanted = frozenset(names)
    needed = closure(wanted, assets)
    found: dict[str, str] = {}
    for asset in ordered({name: asset for name, asset in assets.items() if name in needed}):
        facts = (_own(plan.assets[asset.name]), [found[above] for above in upstream(asset)])
        found[asset.name] = digest.of_bytes(json.dumps(facts).encode())[:MARK]
    return {name: mark for name, mark in found.items() if name in wanted}


def _own(planned: AssetPlan) -> tuple[object, ...]:
    replaced = planned.block.original if planned.block is not None else None
    return (
        planned.name,
        planned.gen_key or wording(planned.asset),
        planned.chosen,
        replaced.sha256 if replaced is not None else None,
        planned.asset.candidates,
        planned.offer.providers if planned.offer is not None else (),
    )
