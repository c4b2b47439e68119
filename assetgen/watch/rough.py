"""The manifest of the drafts: what would be paid for is asked of the draft model, as far as that takes it. Pure; nothing is drawn here."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from assetgen.catalog import Catalog, Model, sizing
from assetgen.catalog.entries import Supports
from assetgen.manifest.models import Choice
from assetgen.model import Asset, Expect, Json, Manifest, Ratio, Size
from assetgen.plan.graph import closure
from assetgen.plan.states import Offer
from assetgen.watch.asked import wording

_MOST = 1.0
"""Million pixels of a draft whose model does not offer the size that the real picture has."""


_PLACEHOLDER = Choice(model="sketch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pencil:
    """The model that draws the drafts, and how it is asked. `model` is None where the catalog does not know it."""

    choice: Choice
    model: Model | None
    takes: Supports

    @property
    def placeholder(self) -> bool:
        """Whether it draws the words alone."""
        return self.model is not None and "placeholder" in self.model.strengths


def pencil(manifest: Manifest, catalog: Catalog) -> Pencil:
    """The model, or the alias, that `[watch] draft` names."""
    named = manifest.watch.draft
    alias = manifest.models.get(named, {})
    choice = Choice(
        model=str(alias.get("use", named)),
        provider=_text(alias.get("provider")),
        via=_texts(alias.get("via")),
        params=_table(alias.get("params")),
    )
    return _pencil(choice, catalog)


def _pencil(choice: Choice, catalog: Catalog) -> Pencil:
    model = catalog.find(choice.model)
    return Pencil(choice=choice, model=model, takes=model.supports_at(_server(choice, model)) if model is not None else Supports())


def manifest_of(real: Manifest, drawn: Collection[str], offers: Mapping[str, Offer], by: Pencil, catalog: Catalog) -> Manifest:
    """The assets in `drawn`, and those they are made from, which write nothing. `offers` has those of `drawn` that would be paid for."""
    # What a version is of tells the size of an edit, so that it belongs to it.
    needed = closure(frozenset(drawn), real.assets)
    needed = closure(needed | {real.assets[name].edited for name in needed} - {""}, real.assets)
    assets: dict[str, Asset] = {}
    for name, asset in real.assets.items():
        if name not in needed:
            continue
        if name not in drawn:
            assets[name] = replace(asset, outputs=())
        elif name in offers:
            made = _rough(real, asset, offers[name], by, catalog)
            # What a build asks for itself would be its picture, bought without a word: the words alone are drawn then.
            assets[name] = _rough(real, asset, offers[name], _pencil(_PLACEHOLDER, catalog), catalog) if _same(made, asset) else made
        else:
            assets[name] = _free(asset)
    # Nobody is asked twice for a draft, and none fails since a field of the real model does not reach it.
    policy = replace(real.policy, unhonoured="warn", rewrite="off", max_cost=None)
    return replace(real, assets=assets, policy=policy)


def _free(asset: Asset) -> Asset:
    """As it is, without what guards the real picture."""
    return replace(asset, protect=False, freeze=False, candidates=1, expect=Expect())


def _rough(real: Manifest, asset: Asset, offer: Offer, by: Pencil, catalog: Catalog) -> Asset:
    """The asset as the draft model is asked for it. Parameters and LoRAs belong to the model that is there now."""
    takes, references = by.takes, asset.references[: by.takes.references]
    follows = asset.size is None and asset.edited and references
    masked = takes.mask and bool(references)
    guided = takes.control and not by.placeholder
    words = _words(real, asset) if by.placeholder else asset.prompt
    return replace(
        _free(asset),
        prompt=words,
        subject=words if asset.edited else asset.subject,
        negative=asset.negative if takes.negative else "",
        model=by.choice.model,
        provider=by.choice.provider,
        via=by.choice.via,
        params=by.choice.params,
        size=None if follows else _offered(by, offer.size or asset.size or _usual(asset, catalog)),
        seed=asset.seed if takes.seed else None,
        references=references,
        mask=asset.mask if masked else None,
        expand=asset.expand if masked else None,
        loras=(),
        controls=tuple(control for control in asset.controls if not takes.kinds or control.kind in takes.kinds) if guided else (),
    )


def _same(made: Asset, real: Asset) -> bool:
    """Whether a draft asks for just what the asset asks for; its size may be said in other words."""
    return wording(replace(made, size=None)) == wording(replace(real, size=None))


def _words(real: Manifest, asset: Asset) -> str:
    """What a placeholder is told of an edit: all that the picture shows by then, since it changes nothing that it is shown."""
    if not asset.edited:
        return asset.prompt
    versions = real.assets[asset.edited].versions
    prompts = (real.assets[name].prompt for name in versions[: versions.index(asset.name) + 1])
    return ", ".join(prompt for prompt in prompts if prompt)


def _usual(asset: Asset, catalog: Catalog) -> Size | None:
    """The size that the real model draws where nobody asks for one."""
    model = catalog.find(asset.model)
    return model.default_size if model is not None else None


def _offered(by: Pencil, size: Size | Ratio | None) -> Size | Ratio | None:
    """The size itself where the draft model has it, or else its shape."""
    sizes = by.model.sizes_at(_server(by.choice, by.model)) if by.model is not None else None
    if not isinstance(size, Size) or sizes is None or sizing.offers(sizes, size):
        return size
    common = math.gcd(size.width, size.height)
    megapixels = min(_MOST, size.width * size.height / sizing.MEGAPIXEL)
    return Ratio(size.width // common, size.height // common, megapixels)


def _server(choice: Choice, model: Model | None) -> str | None:
    asked = (choice.provider, *choice.via, *(model.services if model is not None else ()))
    return next((name for name in asked if name), None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _table(value: object) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
