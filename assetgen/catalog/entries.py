"""The values a catalog is made of. What is worked out from them (sizes, prices, endings) lives beside this file; no reading here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from assetgen.model import Json, Size

Usage: TypeAlias = Literal["commercial", "non-commercial", "unknown"]
ParamType: TypeAlias = Literal["string", "integer", "number", "boolean", "list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A model that offers these sizes and no other."""

    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A model that offers every size within limits. Sides are multiples of `multiple`; a size worked out from a ratio, of `step`."""

    multiple: int = 1
    step: int = 8
    min_side: int = 1
    max_side: int
    min_pixels: int = 1
    max_pixels: int | None = None
    max_ratio: float | None = None


Sizes: TypeAlias = Listed | Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Supports:
    """What a model takes beside a prompt. `references` is the greatest number of pictures that may go in.

    `seed` is true where a seed is taken, which need not make the picture repeatable (see the model's notes). `kinds` are the kinds of
    control it follows ("pose", "canny", "depth"), where it does not follow any.
    """

    seed: bool = False
    negative: bool = False
    alpha: bool = False
    references: int = 0
    mask: bool = False
    lora: bool = False
    control: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One entry of `params`. `choices` is empty where any value of the type will do; `default` describes what happens without it."""

    type: ParamType
    choices: tuple[Json, ...] = ()
    min: float | None = None
    max: float | None = None
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One line of a price list, in USD. `when` are the parameters it holds for; a line without `size` holds for all sizes.

    `id` is the provider's name of a variant that takes over for edits, masks, LoRAs or guiding pictures; "" is the model itself.
    """

    amount: Decimal
    unit: Literal["image", "megapixel"] = "image"
    id: str = ""
    size: Size | None = None
    when: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRates:
    """USD for a million tokens, for a provider that bills by tokens and reports how many it used."""

    text_in: Decimal
    image_in: Decimal
    image_out: Decimal
    text_out: Decimal | None = None

    def cost(self, usage: Mapping[str, int]) -> Decimal | None:
        """The cost of a request in USD from the usage that the provider reported, by kind of token; None for a kind without a rate.

        Cached tokens count as fresh ones.
        """
        rates = {"text_in": self.text_in, "image_in": self.image_in, "image_out": self.image_out, "text_out": self.text_out}
        total = Decimal(0)
        for kind, count in usage.items():
            rate = rates.get(kind)
            if count and rate is None:
                return None
            total += count * (rate or 0)
        return total / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A model as one provider serves it. `sizes`, `params` and `supports` are what differs here from the model, if anything does.

    `id` is the provider's own name for the model, `names` maps our parameter names to the provider's. No `rates` means that the price
    is not known. `priced` and `source` are the day and the text the rates were read from.
    """

    id: str
    max_count: int = 1
    licence: str = ""
    usage: Usage = "unknown"
    rates: tuple[Rate, ...] = ()
    tokens: TokenRates | None = None
    priced: date | None = None
    source: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    sizes: Sizes | None = None
    params: Mapping[str, Param] | None = None
    supports: Supports | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One entry of the catalog. `strengths` has the best first. Asked for no size it draws `default_size`; None: it chooses.

    `retired` is the day from which requests fail, `shutdown` the day announced for it. `aliases` are dated ids of the same model.
    `prompt_limit` is the most characters that are taken, `prompt_tokens` the most that its text encoder reads: what follows is cut off.
    `free_params`: parameters are the user's own names, and its provider judges them; those in `params` are judged here as well.
    """

    id: str
    title: str
    strengths: tuple[str, ...] = ()
    sizes: Sizes
    default_size: Size | None = None
    supports: Supports = field(default_factory=Supports)
    prompt_limit: int | None = None
    prompt_tokens: int | None = None
    params: Mapping[str, Param] = field(default_factory=dict)
    free_params: bool = False
    retired: date | None = None
    shutdown: date | None = None
    replaced_by: tuple[str, ...] = ()
    notes: str = ""
    aliases: tuple[str, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict)

    def supports_at(self, provider: str | None) -> Supports:
        """What the model takes at this provider; the model's own word where the provider says nothing else."""
        service = self.services.get(provider) if provider else None
        return service.supports if service and service.supports else self.supports

    def sizes_at(self, provider: str | None) -> Sizes:
        """The sizes the model offers at this provider."""
        service = self.services.get(provider) if provider else None
        return service.sizes if service and service.sizes else self.sizes

    def params_at(self, provider: str | None) -> Mapping[str, Param]:
        """The parameters the model takes at this provider."""
        service = self.services.get(provider) if provider else None
        return service.params if service and service.params is not None else self.params
