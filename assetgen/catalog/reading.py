"""From the tables of a catalog file to entries. The files are checked strictly by the tests, so a fault here is a bug, not a message."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from assetgen.catalog.entries import Listed, Model, Param, Rate, Rule, Service, Sizes, Supports, TokenRates
from assetgen.model import Size

Table: TypeAlias = dict[str, Any]

OWN = ("aliases", "retired", "shutdown", "replaced_by")


def models(tables: Mapping[str, Table]) -> dict[str, Model]:
    """The entries of the `[models]` table of one file, in its order."""
    return {name: model(name, resolved(tables, name)) for name in tables}


def joined(models: Mapping[str, Model], tables: Mapping[str, Mapping[str, Table]]) -> dict[str, Model]:
    """The models with the services that other files bring for them: `[services.MODEL.PROVIDER]`, after the model's own."""
    result = dict(models)
    for name, offers in tables.items():
        if name in result:
            added = {provider: service(table) for provider, table in offers.items()}
            result[name] = replace(result[name], services={**result[name].services, **added})
    return result


def resolved(tables: Mapping[str, Table], name: str) -> Table:
    """The table with what it is `like` merged in. A model's aliases and its end are never copied: they are facts about one model."""
    table = dict(tables[name])
    base = table.pop("like", None)
    if base is None:
        return table
    copied = {key: value for key, value in resolved(tables, base).items() if key not in OWN}
    return merged(copied, table)


def merged(under: Table, over: Table) -> Table:
    """Tables are merged key by key, everything else is replaced; an empty table replaces, so that it can clear."""
    result = dict(under)
    for key, value in over.items():
        old = under.get(key)
        # An entry of `params` is one value: half of an old range under a new type would be neither.
        whole = isinstance(value, dict) and "type" in value
        result[key] = merged(old, value) if isinstance(value, dict) and value and isinstance(old, dict) and not whole else value
    return result


def model(name: str, table: Table) -> Model:
    """One entry from its resolved table."""
    fields = dict(table)
    return Model(
        id=name,
        title=fields.pop("title", name),
        strengths=tuple(fields.pop("strengths", ())),
        sizes=sizes(fields.pop("sizes")),
        default_size=_size(fields.pop("default_size", None)),
        supports=supports(fields.pop("supports", {})),
        params=params(fields.pop("params", {})),
        replaced_by=tuple(fields.pop("replaced_by", ())),
        aliases=tuple(fields.pop("aliases", ())),
        services={provider: service(entry) for provider, entry in fields.pop("services", {}).items()},
        **fields,
    )


def service(table: Table) -> Service:
    """One provider's way to serve a model."""
    fields = dict(table)
    tokens = fields.pop("tokens", None)
    own = fields.pop("supports", None)
    own_sizes = fields.pop("sizes", None)
    own_params = fields.pop("params", None)
    return Service(
        tokens=TokenRates(**{key: money(value) for key, value in tokens.items()}) if tokens else None,
        rates=tuple(rate(line) for line in fields.pop("rates", ())),
        supports=supports(own) if own is not None else None,
        sizes=sizes(own_sizes) if own_sizes is not None else None,
        params=params(own_params) if own_params is not None else None,
        **fields,
    )


def sizes(value: list[str] | Table) -> Sizes:
    """`["1024x1024", …]` or the table of a rule."""
    if isinstance(value, list):
        return Listed(sizes=tuple(parse_size(text) for text in value))
    return Rule(**value)


def supports(table: Table) -> Supports:
    """The `supports` table of a model or a service."""
    return Supports(**{**table, "kinds": tuple(table.get("kinds", ()))})


def params(table: Mapping[str, Table]) -> dict[str, Param]:
    """The `params` table of a model or a service."""
    return {name: Param(**{**entry, "choices": tuple(entry.get("choices", ()))}) for name, entry in table.items()}


def rate(line: Table) -> Rate:
    """One line of a price list."""
    return Rate(
        amount=money(line["amount"]),
        unit=line.get("unit", "image"),
        id=line.get("id", ""),
        size=_size(line.get("size")),
        when=line.get("when", {}),
    )


def money(value: float | str) -> Decimal:
    """A price as it is written: 0.1 is a tenth, not the binary number next to it."""
    return Decimal(str(value))


def parse_size(text: str) -> Size:
    """`"1024x768"` as a size; ValueError for anything else."""
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ValueError(text)
    return Size(int(width), int(height))


def day(value: object) -> date:
    """A TOML date, or its text; ValueError for anything else."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _size(text: str | None) -> Size | None:
    return None if text is None else parse_size(text)
