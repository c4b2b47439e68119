"""From bytes that came in to a record of an original: verified in a child process, kept in the store, and only then spoken of."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from assetgen import rewrite
from assetgen.decode.facts import Facts, NotAPicture
from assetgen.decode.pool import ACCEPTED, MAX_PIXELS
from assetgen.engine.facts import slug
from assetgen.engine.prices import own_price
from assetgen.engine.workspace import Workspace
from assetgen.errors import BadAnswer, UsageError
from assetgen.lockfile import Original
from assetgen.plan.states import Price
from assetgen.providers import Cost, Picture, Provider, Request


def verify(workspace: Workspace, data: bytes, request: Request) -> Facts:
    """Decode the answer of a provider. Raises BadAnswer, and keeps the bytes where a person can look at them.

    The size must be the one the user asked for; where only a ratio was asked for, pixels are the model's own affair.
    """
    wanted = request.size
    limit = max(MAX_PIXELS, wanted.width * wanted.height if wanted else 0)
    try:
        facts = workspace.decoder.inspect(data, max_pixels=limit)
    except NotAPicture as error:
        raise _bad(workspace, data, error.message) from error
    if wanted is not None and request.ratio is None and (facts.width, facts.height) != (wanted.width, wanted.height):
        raise _bad(workspace, data, f"the picture is {facts.width}x{facts.height}, and {wanted} was asked for")
    if facts.blank:
        raise _bad(workspace, data, "the picture is blank")
    return facts


def keep(workspace: Workspace, data: bytes, facts: Facts, made: Original, asset: str) -> Original:
    """Put the bytes into the store (and the originals folder); the record that comes back has their digest."""
    workspace.store.put(data)
    folder = workspace.manifest.originals
    if folder != "store" and made.paid:
        workspace.project.write(f"{folder}/{slug(asset)}-{made.sha256[:16]}.{facts.format}", data)
    return made


def answered(
    workspace: Workspace, sha256: str, facts: Facts, picture: Picture, request: Request, provider: Provider, price: Price | None
) -> Original:
    """The record of a picture that a provider made."""
    compared = rewrite.compare(request.prompt, picture.revised_prompt) if picture.revised_prompt else None
    cost = picture.cost or _priced(workspace, picture, request, provider)
    estimate = price.high if price is not None and price.high else None
    amount: Decimal | None = cost.amount if cost is not None else estimate
    return replace(
        _measured(sha256, facts, provider.name),
        model=picture.model,
        placeholder=provider.traits.placeholder,
        source=provider.traits.source,
        revised_prompt=picture.revised_prompt if compared is not None and compared.changed else None,
        kept=round(compared.kept, 4) if compared is not None and compared.changed else None,
        dropped=compared.dropped if compared is not None else (),
        seed=picture.seed,
        unhonoured=tuple(picture.unhonoured),
        effective=dict(picture.effective),
        request_id=picture.request_id,
        cost=None if amount is None else str(amount),
        cost_basis=None if amount is None else (cost.basis if cost is not None else "estimated"),
    )


def _priced(workspace: Workspace, picture: Picture, request: Request, provider: Provider) -> Cost | None:
    """What the reported usage costs by the catalog's rates, if both are known and the user names no price."""
    if own_price(workspace, provider.name, request.id or request.model) is not None:
        return None
    model = workspace.catalog.find(request.model)
    service = model.services.get(provider.name) if model is not None else None
    if picture.usage is None or service is None or service.tokens is None:
        return None
    amount = service.tokens.cost(picture.usage)
    return None if amount is None else Cost(amount=amount.normalize() + 0, basis="actual")


def found(
    workspace: Workspace, data: bytes, *, provider: str, sha256: str, formats: Collection[str] = ACCEPTED, **known: str | None
) -> tuple[Facts, Original]:
    """The record of a picture that a person made or chose. Raises UsageError where it is none."""
    try:
        facts = workspace.decoder.inspect(data, formats=formats, what="the file")
    except NotAPicture as error:
        raise UsageError(error.message, hint=error.hint or "a PNG, JPEG, WebP or AVIF file") from error
    record = _measured(sha256, facts, provider)
    return facts, replace(record, source=known.get("source"), model=known.get("model"), request_id=known.get("request_id"))


def _measured(sha256: str, facts: Facts, provider: str) -> Original:
    """What is known of any picture once it is decoded."""
    return Original(
        sha256=sha256,
        pixels=facts.pixels,
        format=facts.format,
        width=facts.width,
        height=facts.height,
        bytes=facts.bytes,
        provider=provider,
    )


def _bad(workspace: Workspace, data: bytes, message: str) -> BadAnswer:
    path = workspace.store.reject(data)
    return BadAnswer(message, hint=f"the bytes that came are kept in {path}")
