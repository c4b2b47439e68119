"""Where in the files a finding is: the field of an asset, or words inside it. No rule lives here."""

from dataclasses import replace

from assetgen.errors import Place
from assetgen.model import Asset


def at(asset: Asset, *fields: str) -> Place | None:
    """The first of these fields that the manifest has, or else the asset itself."""
    return next((place for field in (*fields, "") if (place := asset.where.get(field)) is not None), None)


def within(place: Place | None, text: str) -> Place | None:
    """The place of a text inside the line of a field, if it stands there as it is; the whole field otherwise."""
    if place is None or not text:
        return place
    start = place.text.find(text, place.column - 1)
    return place if start < 0 else replace(place, column=start + 1, length=len(text))
