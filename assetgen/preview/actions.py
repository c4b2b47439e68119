"""What a page may ask for of one asset, and what it would cost: promotion, another picture, a choice, an edit of the manifest."""

from assetgen.engine.retouch import Field, editable
from assetgen.plan.graph import closure
from assetgen.plan.states import Price, total
from assetgen.preview.cards import price
from assetgen.preview.documents import Actions, FieldEntry, PriceEntry
from assetgen.preview.gallery import Snapshot
from assetgen.preview.shown import Shown

_UNKNOWN: PriceEntry = {"low": "", "high": "", "source": ""}
_COPY = "this gallery is a copy: edit the manifest"


def actions(snapshot: Snapshot, one: Shown) -> Actions:
    """What can be done. Asks the catalog, so that the snapshot's guard must be held."""
    if snapshot.static:
        return {"promote": None, "reroll": None, "seeded": False, "pick": False}
    return {
        "promote": _promote(snapshot, one),
        "reroll": _reroll(snapshot, one),
        "seeded": _seeded(snapshot, one),
        "pick": len(one.candidates) > 1,
    }


def field(snapshot: Snapshot, name: str, key: Field) -> FieldEntry:
    """A field as the manifest has it, and whether it can be edited there."""
    if snapshot.static:
        asset = snapshot.assets[name].planned.asset
        return {"value": asset.subject if key == "prompt" else asset.seed, "editable": False, "why": _COPY, "shared": []}
    found = editable(snapshot.seen.workspace, name, key)
    shared = [other for other in found.shared if other != name]
    return {"value": found.value, "editable": found.editable, "why": found.why, "shared": shared}


def _promote(snapshot: Snapshot, one: Shown) -> PriceEntry | None:
    """What it costs to make a held asset, and all that it is made from."""
    if not one.held or one.paying:
        return None
    assets = snapshot.seen.plan.assets
    names = closure(frozenset({one.planned.name}), {name: planned.asset for name, planned in assets.items()})
    return _entry(total(assets[name] for name in sorted(names)))


def _reroll(snapshot: Snapshot, one: Shown) -> PriceEntry | None:
    """What another picture for the same request costs."""
    asset = one.planned.asset
    if one.held or one.paying or not asset.generated or asset.freeze or one.planned.job is not None or not (one.original or one.candidates):
        return None
    offer = snapshot.seen.facts.offer(asset)
    return None if offer.problem is not None or offer.traits.by_hand else _entry(offer.price)


def _seeded(snapshot: Snapshot, one: Shown) -> bool:
    """Whether the model takes a seed where it is asked; what the catalog does not know may."""
    asset = one.planned.asset
    if not asset.generated:
        return False
    model = snapshot.seen.workspace.catalog.find(asset.model)
    providers = snapshot.seen.facts.offer(asset).providers
    return model is None or model.supports_at(providers[0] if providers else None).seed


def _entry(amount: Price | None) -> PriceEntry:
    return _UNKNOWN if amount is None else price(amount)
