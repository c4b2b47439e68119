"""The catalog's models as rows and as a sheet: licence, strengths, sizes, price, what is taken, and how long it lasts."""

from collections.abc import Iterator
from datetime import date

from assetgen.catalog import Catalog, Listed, Model, Service, Sizes
from assetgen.model import Json
from assetgen.report import words
from assetgen.report.text import Cell, Painted

HEADER = ("MODEL", "PROVIDER", "USAGE", "PRICE", "SIZES", "STRENGTHS")


def row(catalog: Catalog, model: Model, today: date) -> list[Cell]:
    """One model in a line, with its end if that is known."""
    found = catalog.lifecycle(model, today)
    strengths: Cell = ", ".join(model.strengths)
    if found is not None and found.kind != "superseded":
        strengths = [Painted(f"{_end(model, today)}; ", "bad"), str(strengths)]
    usage = ", ".join(dict.fromkeys(service.usage for service in model.services.values()))
    return [Painted(model.id, "strong"), ", ".join(model.services), usage, _price(catalog, model), _sizes(model.sizes), strengths]


def sheet(catalog: Catalog, model: Model, today: date) -> Iterator[tuple[str, str]]:
    """Everything about one model, as labels and texts."""
    yield "model", f"{model.id}: {model.title}"
    if model.aliases:
        yield "also", ", ".join(model.aliases)
    yield "strengths", ", ".join(model.strengths)
    yield "sizes", _sizes(model.sizes) + (f", {model.default_size} by default" if model.default_size else "")
    yield "takes", ", ".join(_takes(model))
    if model.prompt_limit:
        yield "prompt", f"up to {model.prompt_limit} characters"
    for name, param in model.params.items():
        limits = f"{param.min:g} to {param.max:g}" if param.min is not None and param.max is not None else param.type
        choices = ", ".join(map(words.value, param.choices)) or limits
        yield f"params.{name}", choices + (f" (default {param.default})" if param.default else "")
    for provider, service in model.services.items():
        yield provider, _service(catalog, model, provider, service)
    found = catalog.lifecycle(model, today)
    yield "lifecycle", (f"{found.message}; {found.hint}" if found.hint else found.message) if found else "no end is announced"
    if model.notes:
        yield "notes", model.notes


def entry(catalog: Catalog, model: Model, today: date) -> dict[str, Json]:
    """One model in a document."""
    found = catalog.lifecycle(model, today)
    return {
        "id": model.id,
        "title": model.title,
        "strengths": list(model.strengths),
        "sizes": _sizes(model.sizes),
        "takes": list(_takes(model)),
        "replaced_by": list(model.replaced_by),
        "lifecycle": found.message if found else None,
        "notes": model.notes,
        "providers": [_offer(catalog, model, provider, service) for provider, service in model.services.items()],
    }


def _offer(catalog: Catalog, model: Model, provider: str, service: Service) -> dict[str, Json]:
    price = catalog.price(model, provider, None, {})
    return {
        "name": provider,
        "id": service.id,
        "licence": service.licence,
        "usage": service.usage,
        "price": None if price is None else {"low": float(price.low), "high": float(price.high), "source": price.basis},
    }


def _price(catalog: Catalog, model: Model) -> str:
    provider = catalog.default_provider(model)
    return _amount(catalog, model, provider) if provider else "unknown"


def _amount(catalog: Catalog, model: Model, provider: str) -> str:
    found = catalog.price(model, provider, None, {})
    if found is None:
        return "unknown"
    if found.high == 0:
        return "free"
    return words.money(found.high) if found.low == found.high else f"{words.money(found.low)} to {words.money(found.high)}"


def _service(catalog: Catalog, model: Model, provider: str, service: Service) -> str:
    price = catalog.price(model, provider, None, {})
    dated = f" ({price.basis})" if price is not None and price.basis else ""
    return (
        f'as "{service.id}", {_amount(catalog, model, provider)} a picture{dated}; {service.usage}: {service.licence or "licence unknown"}'
    )


def _sizes(sizes: Sizes) -> str:
    if isinstance(sizes, Listed):
        return ", ".join(map(str, sizes.sizes))
    text = f"up to {sizes.max_side} a side"
    return text if sizes.multiple == 1 else f"{text}, multiples of {sizes.multiple}"


def _takes(model: Model) -> Iterator[str]:
    takes = model.supports
    flags = {"seed": takes.seed, "negative": takes.negative, "transparency": takes.alpha, "mask": takes.mask, "lora": takes.lora}
    yield "prompt"
    yield from (name for name, given in flags.items() if given)
    if takes.control:
        yield "control"
    if takes.references:
        yield f"up to {words.count(takes.references, 'reference')}"


def _end(model: Model, today: date) -> str:
    end = model.retired or model.shutdown
    over = end is not None and end <= today
    return f"{'retired' if over else 'ends'} {end}"
