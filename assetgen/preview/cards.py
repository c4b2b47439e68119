"""The card of one asset in the gallery: its state in short, and the one picture that stands for it."""

import json
from collections.abc import Callable, Iterator

from assetgen import digest
from assetgen.model import Asset
from assetgen.plan.states import AssetPlan, Price, State
from assetgen.preview.documents import Card, PictureEntry, PriceEntry
from assetgen.preview.shown import Shown, entry, entry_of

_REVISION = 16


def card(one: Shown, at_hand: Callable[[str], bool]) -> Card:
    """The card. `at_hand` tells whether a picture that does not lie in the project can be had."""
    planned = one.planned
    picture = next(_pictures(one, at_hand), None)
    made: Card = {
        "name": planned.name,
        "state": planned.state.value,
        "reason": planned.reason,
        "draft": one.draft is not None and (one.draft.original is not None or bool(one.draft.outputs)),
        "held": one.held,
        "paying": one.paying,
        "thumb": picture["sha256"] if picture is not None else None,
        "width": picture["width"] if picture is not None else 0,
        "height": picture["height"] if picture is not None else 0,
        "alt": planned.asset.alt,
        "tags": list(planned.asset.tags),
        "model": model(planned.asset),
        "price": cost(planned),
        "candidates": len(one.candidates),
        "mark": one.mark,
        "revision": "",
    }
    made["revision"] = _revision(made, one)
    return made


def cost(planned: AssetPlan) -> PriceEntry | None:
    """What the next build pays for an asset: nothing where no provider is asked, null where nobody knows."""
    if not planned.buys:
        unpriced = planned.state is State.BLOCKED and planned.offer is not None and planned.offer.price is None
        return None if unpriced else {"low": "0", "high": "0", "source": ""}
    return None if planned.price is None else price(planned.price)


def price(amount: Price) -> PriceEntry:
    """A price as text."""
    return {"low": f"{amount.low:f}", "high": f"{amount.high:f}", "source": amount.source}


def model(asset: Asset) -> str:
    """What makes its picture."""
    return "file" if asset.file is not None else "edits" if asset.versions else asset.model


def _pictures(one: Shown, at_hand: Callable[[str], bool]) -> Iterator[PictureEntry]:
    """The pictures that can stand for an asset, the best first: its draft, its outputs, what they were made from."""
    if one.draft is not None:
        yield from map(entry, one.draft.outputs)
        yield from () if one.draft.original is None else (entry_of(one.draft.original),)
    yield from (entry(output.now) for output in one.outputs if output.now is not None)
    yield from (entry(output.locked) for output in one.outputs if output.locked is not None and at_hand(output.locked.sha256))
    in_project = one.planned.asset.file is not None
    every = (*((one.original,) if one.original is not None else ()), *one.candidates, *one.planned.picks)
    yield from (entry_of(original) for original in every if in_project or at_hand(original.sha256))


def _revision(made: Card, one: Shown) -> str:
    """Changes with the card, and with everything that the details show of one look; git's part has a revision of its own."""
    planned, asset = one.planned, one.planned.asset
    more = (
        [(reason.code, reason.hint, [(change.field, change.old, change.new) for change in reason.changes]) for reason in planned.reasons],
        planned.notes,
        planned.gen_key,
        planned.chosen,
        [(original.sha256, original.request_id) for original in (one.original, *one.candidates) if original is not None],
        [[written and written.sha256 for written in (out.now, out.last, out.locked, out.draft)] for out in one.outputs],
        [out.path for out in one.outputs],
        (asset.subject, asset.prompt, asset.negative, asset.seed, repr(asset.expect)),
        (one.draft.problem, one.draft.original and one.draft.original.sha256) if one.draft is not None else None,
    )
    return digest.of_bytes(json.dumps((made, more)).encode())[:_REVISION]
