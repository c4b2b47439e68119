"""Puts a request into one provider's own terms: its id for the model, its names for parameters, and a size that it offers. Pure."""

from dataclasses import replace

from assetgen.catalog import Catalog, sizing
from assetgen.errors import Impossible
from assetgen.model import Ratio, Size
from assetgen.providers import Provider, Request


def addressed(catalog: Catalog, request: Request, provider: str, wanted: Size | Ratio | None) -> Request:
    """The request as this provider takes it. Raises Impossible for a size it does not offer.

    Where no size is wanted, that of the request (of the picture which an edit changes) stays if the model offers it.
    """
    model = catalog.find(request.model)
    service = model.services.get(provider) if model is not None else None
    names = service.names if service is not None else {}
    if model is not None:
        size = catalog.resolve_size(model, wanted, provider)
        if wanted is None and request.size is not None and sizing.offers(model.sizes_at(provider), request.size):
            size = request.size
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


def taken(provider: Provider, request: Request, wanted: Size | Ratio | None) -> Request:
    """An addressed request without a size that nobody asked for, where the provider would not have it: it follows the reference then."""
    if wanted is not None or request.size is None:
        return request
    try:
        provider.check(request)
    except Impossible:
        return replace(request, size=None)
    return request
