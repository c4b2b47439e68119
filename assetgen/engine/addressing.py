"""Puts a request into one provider's own terms: its id for the model, its names for parameters, and a size that it offers. Pure."""

from dataclasses import replace

from assetgen.catalog import Catalog
from assetgen.errors import Impossible
from assetgen.model import Ratio, Size
from assetgen.providers import Request


def addressed(catalog: Catalog, request: Request, provider: str, wanted: Size | Ratio | None) -> Request:
    """The request as this provider takes it. Raises Impossible for a size it does not offer."""
    model = catalog.find(request.model)
    service = model.services.get(provider) if model is not None else None
    names = service.names if service is not None else {}
    if model is not None:
        size = catalog.resolve_size(model, wanted, provider)
    elif isinstance(wanted, Ratio):
        message = f'the model "{request.model}" is not in the catalog, so the ratio "{wanted}" cannot be turned into pixels'
        raise Impossible(message, hint='size = "1024x1024"')
    else:
        size = wanted
    return replace(
        request,
        id=catalog.id_at(request.model, provider),
        size=size,
        ratio=wanted if isinstance(wanted, Ratio) else None,
        params={names.get(name, name): value for name, value in request.params.items()},
    )
