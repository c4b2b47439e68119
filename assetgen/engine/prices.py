"""What an asset costs at a provider, and by whose word: the list's, the manifest's or the user's own. Sends nothing.

A manifest comes from other people. Its price may raise what the list says, and not lower it; nothing is free since a manifest says so; and
where nobody sits who could doubt it, it is no price at all.
"""

from dataclasses import dataclass
from decimal import Decimal

from assetgen.catalog import Price as Known
from assetgen.engine.workspace import Workspace
from assetgen.model import Asset, Size
from assetgen.plan.states import FREE, Price
from assetgen.providers import Provider
from assetgen.toml import bare

OWN = "the user's configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A price, None where it is not known, and whether anything is paid at all; `cure` says where to name one, `note` what is odd."""

    price: Price | None
    paid: bool = True
    note: str = ""
    cure: str = ""


def priced(workspace: Workspace, asset: Asset, provider: Provider, *, asked: str, size: Size | None) -> Priced:
    """What an asset costs there. `asked` is the provider's name of the model that serves it, where that is a variant."""
    if not provider.traits.paid:
        return Priced(price=FREE, paid=False)
    name = asked or workspace.catalog.id_at(asset.model, provider.name)
    own = own_price(workspace, provider.name, name)
    if own is not None:
        amount = own * asset.candidates
        return Priced(price=Price(low=amount, high=amount, source=OWN), paid=True) if own else Priced(price=FREE, paid=False)
    listed, said = _listed(workspace, asset, provider.name, asked, size), _said(workspace, asset, provider.name, asked, size)
    cure = f'[providers.{bare(provider.name)}] price = {{ "{name}" = 0.05 }} in your own configuration'
    if listed is None and said is not None and (said.high == 0 or workspace.unattended):
        why = "makes nothing free" if said.high == 0 else "does not count where nobody sits"
        return Priced(price=None, cure=cure, note=f"the price that the manifest names {why}; your own configuration may name it")
    found = _dearer(listed, said)
    if found is None:
        return Priced(price=None, cure=cure if workspace.unattended else "")
    lower = listed is not None and said is not None and said.high < listed.high
    note = f"the list has ${found.high:f}, which counts; only your own configuration may name less" if lower else ""
    return Priced(price=Price(low=found.low, high=found.high, source=found.basis), note=note)


def own_price(workspace: Workspace, provider: str, name: str) -> Decimal | None:
    """What the user says that one picture costs there; nobody's word counts for a stranger's work, whose files may be the configuration."""
    return None if workspace.stranger else workspace.settings.price(provider, name)


def dearest(prices: list[Priced]) -> Priced:
    """What has to be set aside where any of several may be asked in the end."""
    paid, cure = any(each.paid for each in prices), next((each.cure for each in prices if each.cure), "")
    known = [each.price for each in prices if each.price is not None]
    most = max(known, key=lambda price: price.high) if len(known) == len(prices) else None
    return Priced(price=most, paid=paid, cure=cure if most is None else "")


def _listed(workspace: Workspace, asset: Asset, provider: str, asked: str, size: Size | None) -> Known | None:
    """What the catalog that came with assetgen says of what is really asked for, whatever the manifest calls it."""
    shipped, model = workspace.shipped, workspace.shipped.find(asset.model)
    name = workspace.catalog.id_at(asset.model, provider)
    if model is not None and provider in model.services and shipped.id_at(asset.model, provider) == name:
        return shipped.price(model, provider, size or _inherited(workspace, asset), asset.params, asset.candidates, asked=asked)
    return shipped.dearest(provider, asked or name, size or _inherited(workspace, asset), asset.candidates)


def _said(workspace: Workspace, asset: Asset, provider: str, asked: str, size: Size | None) -> Known | None:
    """The same with the manifest's own `[models]` over it."""
    model = workspace.catalog.find(asset.model)
    if model is None:
        return None
    return workspace.catalog.price(model, provider, size or _inherited(workspace, asset), asset.params, asset.candidates, asked=asked)


def _dearer(one: Known | None, other: Known | None) -> Known | None:
    if one is None or other is None:
        return one or other
    return other if other.high > one.high else one


def _inherited(workspace: Workspace, asset: Asset) -> Size | None:
    """The size that an edit without one will have, as far as the manifest tells: that of the versions before it, and what they add."""
    assets = workspace.manifest.assets
    size: Size | None = None
    for name in assets[asset.edited].versions if asset.edited else ():
        version = assets[name]
        size = version.size if isinstance(version.size, Size) else size
        if size is not None and version.expand is not None:
            more = version.expand
            size = Size(size.width + more.left + more.right, size.height + more.top + more.bottom)
        if name == asset.name:
            return size
    return None
