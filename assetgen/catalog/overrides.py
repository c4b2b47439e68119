"""The user's `[models.NAME]` laid over the catalog. The keys of an alias (ALIAS_KEYS) are the manifest's."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from assetgen.catalog import reading
from assetgen.catalog.entries import Model, Rate, Rule, Service, Supports
from assetgen.errors import Fault, FaultyFile
from assetgen.model import Json

SOURCE = "[models] of the manifest"
ALIAS_KEYS = ("use", "provider", "via", "params")
ANYTHING = Rule(max_side=16384)


def overridden(models: Mapping[str, Model], tables: Mapping[str, Mapping[str, Json]]) -> dict[str, Model]:
    """The models with the tables laid over. An unknown name becomes a new entry. Raises FaultyFile with every fault at once."""
    result = dict(models)
    faults: list[Fault] = []
    for name, table in tables.items():
        own = {key: value for key, value in table.items() if key not in ALIAS_KEYS}
        if not own:
            continue
        for key in (key for key in own if key not in _FIELDS):
            hint = f"known keys: {', '.join([*ALIAS_KEYS, *_FIELDS])}"
            faults.append(Fault(subject=f"models.{name}.{key}", message="unknown key", hint=hint))
        # What an alias says of price or licence holds for the model it uses, since that is the one an asset asks for.
        target = str(table.get("use", name))
        model = result.get(target) or Model(id=target, title=target, sizes=ANYTHING)
        # In the order of `_FIELDS`: an id makes the service that a price is put on.
        for key in (key for key in _FIELDS if key in own):
            try:
                model = _FIELDS[key](model, own[key])
            except (ValueError, TypeError, AttributeError, InvalidOperation):
                faults.append(Fault(subject=f"models.{name}.{key}", message=f"not {_SHAPES[key]}", hint=f"{key} = {_EXAMPLES[key]}"))
        result[target] = model
    if faults:
        raise FaultyFile(faults)
    return result


def _price(model: Model, value: Any) -> Model:  # noqa: ANN401 - a value as TOML gave it
    """A number is the price of a picture wherever it is made, a table gives it for each provider."""
    amounts = value if isinstance(value, dict) else dict.fromkeys(model.services, value)
    if not amounts:
        raise ValueError(value)
    services = dict(model.services)
    for provider, amount in amounts.items():
        rate = Rate(amount=_amount(amount))
        old = services.get(provider, Service(id=model.id))
        services[provider] = replace(old, rates=(rate,), priced=None, source=SOURCE)
    return replace(model, services=services)


def _amount(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    amount = reading.money(value)
    if not (amount.is_finite() and amount >= 0):
        raise ValueError(value)
    return amount


def _sizes(model: Model, value: Any) -> Model:  # noqa: ANN401 - as above
    return replace(model, sizes=reading.sizes(value), services={name: replace(own, sizes=None) for name, own in model.services.items()})


def _supports(model: Model, value: Any) -> Model:  # noqa: ANN401 - as above
    if not all(isinstance(flag, bool | int) for name, flag in value.items() if name != "kinds"):
        raise TypeError(value)
    value = {**value, "kinds": _names(value["kinds"])} if "kinds" in value else value
    own = {name: replace(entry, supports=None) for name, entry in model.services.items()}
    known = {field: getattr(model.supports, field) for field in Supports.__dataclass_fields__}
    return replace(model, supports=Supports(**{**known, **value}), services=own)


def _usage(model: Model, value: Any) -> Model:  # noqa: ANN401 - as above
    if value not in ("commercial", "non-commercial", "unknown"):
        raise ValueError(value)
    return replace(model, services={name: replace(own, usage=value) for name, own in model.services.items()})


def _licence(model: Model, value: Any) -> Model:  # noqa: ANN401 - as above
    return replace(model, services={name: replace(own, licence=_text(value)) for name, own in model.services.items()})


def _id(model: Model, value: Any) -> Model:  # noqa: ANN401 - as above
    """The provider's name for the model: a table by provider, so that a model the catalog does not know gets its services."""
    services = dict(model.services)
    for provider, own in value.items():
        services[provider] = replace(services.get(provider, Service(id=model.id)), id=_text(own))
    return replace(model, services=services)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _names(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(_text(item) for item in value)


_FIELDS: dict[str, Callable[[Model, Any], Model]] = {
    "id": _id,
    "price": _price,
    "sizes": _sizes,
    "supports": _supports,
    "licence": _licence,
    "usage": _usage,
    "strengths": lambda model, value: replace(model, strengths=_names(value)),
    "shutdown": lambda model, value: replace(model, shutdown=reading.day(value)),
    "replaced_by": lambda model, value: replace(model, replaced_by=_names(value)),
    "notes": lambda model, value: replace(model, notes=_text(value)),
}
_SHAPES = {
    "id": "a table of one id for each provider",
    "price": "a price in USD, or a table of one for each provider",
    "sizes": "a list of sizes, or a rule",
    "supports": "a table of what the model takes",
    "licence": "a text",
    "usage": "a usage",
    "strengths": "a list of words",
    "shutdown": "a date",
    "replaced_by": "a list of models",
    "notes": "a text",
}
_EXAMPLES = {
    "id": '{ replicate = "owner/name" }',
    "price": "{ openai = 0.04 }",
    "sizes": '["1024x1024", "1536x1024"]',
    "supports": "{ seed = true, references = 4 }",
    "licence": '"our contract with the provider"',
    "usage": '"commercial" or "non-commercial"',
    "strengths": '["photo"]',
    "shutdown": "2027-06-30",
    "replaced_by": '["gpt-image-2"]',
    "notes": '"…"',
}
