"""The REST API of SD 3.5 ("v2beta"): one multipart request, the picture itself as the answer. There are no job ids to resume."""

import time
from collections.abc import Mapping
from typing import TypeAlias

from assetgen.errors import BadAnswer, Limited, ProviderFailure, Refused, Unavailable
from assetgen.model import Json, Ratio
from assetgen.providers import Picture, Request
from assetgen.providers.failures import of_code, told, wait
from assetgen.providers.http import Answer, Wire, key_hint
from assetgen.providers.stability.models import ASPECTS, STRENGTH
from assetgen.providers.stability.rules import ignored

Part: TypeAlias = tuple[None, str] | tuple[str, bytes, str]

DEFAULT_URL = "https://api.stability.ai"
PATH = "/v2beta/stable-image/generate/sd3"
ECHOED = ("mode", "aspect_ratio", "output_format", "strength")
LOCKED_OUT = 60.0
"""Seconds without service after too many requests; the answer does not say so in a header."""


def ask(wire: Wire, base: str, key: str, request: Request) -> Picture:
    """Send the request once; the picture, or one of the six failures."""
    headers = {"Authorization": f"Bearer {key}", "Accept": "image/*"}
    answer = wire.send("POST", f"{base}{PATH}", headers=headers, files=form(request))
    if answer.status != 200:
        raise failure(answer)
    return _picture(answer, request)


def fields(request: Request) -> dict[str, str]:
    """The text fields of the form, as the API names them."""
    found = {name: _text(value) for name, value in request.params.items() if name != "api"}
    found |= {"prompt": request.prompt, "model": request.id or request.model}
    found.setdefault("output_format", "png")
    if request.negative:
        found["negative_prompt"] = request.negative
    # A seed of 0 is the API's word for any seed.
    if request.seed:
        found["seed"] = str(request.seed)
    if request.references:
        found |= {"mode": "image-to-image", "strength": found.get("strength", _text(STRENGTH))}
    else:
        found |= {"mode": "text-to-image", **_aspect(request)}
    return found


def form(request: Request) -> list[tuple[str, Part]]:
    """The whole form. Text goes as parts without a file name, or the body would not be multipart."""
    parts: list[tuple[str, Part]] = [(name, (None, value)) for name, value in fields(request).items()]
    return parts + [("image", (blob.name, blob.data, f"image/{blob.format}")) for blob in request.references[:1]]


def failure(answer: Answer) -> ProviderFailure:
    """The failure behind an error status."""
    table = answer.table() or {}
    errors, name = table.get("errors"), table.get("name")
    said = told("; ".join(str(error) for error in errors) if isinstance(errors, list) else None, name)
    after = wait(answer.headers, time.time())
    match answer.status:
        case 403 if name == "content_moderation":
            return Refused(f"stability refused the request{said}")
        case 429:
            return Limited(f"stability asks to wait{said}", after=LOCKED_OUT if after is None else after)
        # Told by the provider itself: a failed generation is not charged. A bare 500 is a gateway's guess.
        case 500 if name == "internal_error":
            return Unavailable(f"stability failed{said}", after=after)
        case code:
            return of_code("stability", code, said, after=after, hint=key_hint("STABILITY_API_KEY"), base="STABILITY_BASE_URL")


def _picture(answer: Answer, request: Request) -> Picture:
    if answer.cut:
        raise BadAnswer(f"stability's answer was cut short ({answer.cut})")
    if not answer.kind.startswith("image/"):
        raise BadAnswer(f'stability answered with status 200 and "{answer.kind}", which is no picture')
    # The bytes are a blurred picture, and are thrown away.
    if answer.headers.get("finish-reason") == "CONTENT_FILTERED":
        raise Refused("stability filtered the picture (CONTENT_FILTERED)", hint="change the prompt", paid=True)
    if not answer.body:
        raise BadAnswer("stability answered with an empty picture", hint="it may have been paid for: see the provider's usage page")
    seed = answer.headers.get("seed", "")
    sent = fields(request)
    effective: dict[str, Json] = {name: sent[name] for name in ECHOED if name in sent}
    return Picture(
        data=answer.body,
        seed=int(seed) if seed.isdecimal() else None,
        model=sent["model"],
        request_id=answer.headers.get("x-request-id"),
        effective=effective,
        unhonoured=ignored(request),
    )


def _aspect(request: Request) -> Mapping[str, str]:
    if "aspect_ratio" in request.params or request.size is None:
        return {}
    named = ASPECTS.get(request.size)
    if named is None and isinstance(request.ratio, Ratio):
        named = f"{request.ratio.width}:{request.ratio.height}"
    return {"aspect_ratio": named} if named else {}


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
