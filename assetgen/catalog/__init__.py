"""What is known of image models: dated data in the `*.toml` files beside this one, and the questions that are asked of it.

Pure: nothing here opens a file. Whoever starts the program passes the texts to `parse`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any

import rtoml

from assetgen.catalog import pricing, reading, recommending, sizing
from assetgen.catalog.checking import Problem, check_params
from assetgen.catalog.entries import Listed, Model, Param, Rate, Rule, Service, Sizes, Supports, TokenRates, Usage
from assetgen.catalog.lifecycle import Notice, notice
from assetgen.catalog.overrides import overridden
from assetgen.catalog.pricing import NOTHING, Price, total
from assetgen.catalog.recommending import Recommendation
from assetgen.model import Json, Ratio, Size

__all__ = [
    "NOTHING",
    "Catalog",
    "Listed",
    "Model",
    "Notice",
    "Param",
    "Price",
    "Problem",
    "Rate",
    "Recommendation",
    "Rule",
    "Service",
    "Sizes",
    "Supports",
    "TokenRates",
    "Usage",
    "check_params",
    "parse",
    "total",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All models by id, in the order of the files; `aliases` maps dated ids such as "gpt-image-2-2026-04-21" to their model's."""

    models: Mapping[str, Model]
    aliases: Mapping[str, str]

    def find(self, name: str) -> Model | None:
        """The model of that id or dated id, None for one the catalog does not know (it is still allowed with an explicit provider)."""
        return self.models.get(self.aliases.get(name, name))

    def suggest(self, name: str) -> str | None:
        """The known id that was probably meant."""
        folded = {known.lower(): known for known in (*self.models, *self.aliases)}
        close = get_close_matches(name.lower().replace(" ", "-").replace("_", "-"), folded, n=1, cutoff=0.6)
        return folded[close[0]] if close else None

    def id_at(self, name: str, provider: str) -> str:
        """The id to send to the provider: a dated id stays as it is, and so does one the catalog does not know."""
        model = self.models.get(name)
        service = model.services.get(provider) if model else None
        return service.id if service else name

    def providers_of(self, model: Model) -> tuple[str, ...]:
        """The providers that serve it, the usual one first."""
        return tuple(model.services)

    def default_provider(self, model: Model) -> str | None:
        """The provider that is asked where the manifest names none."""
        return next(iter(model.services), None)

    def purposes(self) -> tuple[str, ...]:
        """Every strength that some model has, for `recommend`."""
        return tuple(sorted({strength for model in self.models.values() for strength in model.strengths}))

    def recommend(self, purpose: str, today: date | None = None) -> list[Recommendation]:
        """Models for a purpose, the best first, each with its reason; empty for a purpose that is no model's strength."""
        return recommending.recommend(self.models.values(), purpose, today)

    def resolve_size(self, model: Model, wanted: Size | Ratio | None, provider: str | None = None) -> Size | None:
        """The size to ask for; None leaves it to the model. Raises Impossible for an explicit size that is not offered."""
        return sizing.resolve(model.id, model.sizes_at(provider), wanted)

    def price(
        self, model: Model, provider: str, size: Size | None, params: Mapping[str, Json], count: int = 1, asked: str = ""
    ) -> Price | None:
        """What `count` pictures cost, as a range; None is an unknown price.

        `asked` is the provider's name of the model that serves the request, where that is a variant: it costs what is listed under that
        name, here or with a model of its own.
        """
        service = model.services.get(provider)
        if service is None or asked in {"", service.id}:
            return pricing.price(model, provider, size=size, params=params, count=count)
        if not any(rate.id == asked for rate in service.rates):
            own = (other for other in self.models.values() if provider in other.services and other.services[provider].id == asked)
            found = next(own, None)
            return pricing.price(found, provider, size=size, params=params, count=count) if found is not None else None
        return pricing.price(model, provider, size=size, params=params, count=count, variant=asked)

    def dearest(self, provider: str, name: str, size: Size | None, count: int = 1) -> Price | None:
        """What `count` pictures cost at most by whatever the provider calls `name`; None where that is in no list."""
        return pricing.dearest(self.models.values(), provider, name, size=size, count=count)

    def lifecycle(self, model: Model, today: date) -> Notice | None:
        """What a user should know of the model's end on that day."""
        return notice(model, today)

    def unhonoured(self, model: Model, provider: str | None, *, seed: bool, negative: bool) -> tuple[str, ...]:
        """The fields that were given and that the model does not take: recorded, never silently dropped."""
        takes = model.supports_at(provider)
        given = {"negative": negative and not takes.negative, "seed": seed and not takes.seed}
        return tuple(field for field, lost in given.items() if lost)

    def with_overrides(self, tables: Mapping[str, Mapping[str, Json]]) -> "Catalog":
        """The catalog with the user's `[models]` laid over; raises FaultyFile with every fault of the tables."""
        return replace(self, models=overridden(self.models, tables)) if tables else self


def parse(sources: Mapping[str, str | bytes], loads: Callable[[str], dict[str, Any]] = rtoml.loads) -> Catalog:
    """The catalog from the texts of its files, in the order of their names. Of two entries with one id the later wins.

    `[services."MODEL".PROVIDER]` adds a way to get a model that another file describes; the model's own services come first.
    """
    models: dict[str, Model] = {}
    added: list[tuple[str, dict[str, Any]]] = []
    for name in sorted(sources):
        source = sources[name]
        tables = loads(source.decode() if isinstance(source, bytes) else source)
        models |= reading.models(tables.get("models", {}))
        added += tables.get("services", {}).items()
    for name, services in added:
        models = reading.joined(models, {name: services})
    aliases = {alias: model.id for model in models.values() for alias in model.aliases}
    return Catalog(models=models, aliases=aliases)
