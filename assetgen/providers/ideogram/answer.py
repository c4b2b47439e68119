"""Reads Ideogram's answers: entries with result URLs, the state of a job, a price, an error. Sends nothing."""

import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from assetgen.errors import BadAnswer, Limited, ProviderFailure, Refused, Unauthorized
from assetgen.model import Json
from assetgen.providers import Cost, Picture, Request
from assetgen.providers.failures import of_code, plain, told, wait
from assetgen.providers.http import Answer, key_hint
from assetgen.providers.polling import Judged, Over, Waiting
from assetgen.providers.results import USAGE, collect

WHO = "ideogram"
_ECHOED = ("resolution", "style_type", "upscaled_resolution")
_UNSAFE = ("content", "policy", "safety", "moderat", "unsafe", "copyright")


def failure(answer: Answer) -> ProviderFailure:
    """The failure behind an error status."""
    table = answer.table() or {}
    reason = table.get("reject_reason")
    said = told(table.get("error") or table.get("message") or table.get("detail"), reason)
    after = wait(answer.headers, time.time())
    match answer.status:
        # A plan's daily limit comes as a 402 too: waiting a minute does not help.
        case 402:
            return Unauthorized(f"ideogram refuses the account or the key{said}", hint="see the billing and the access of the account")
        case 422:
            return Refused(f"ideogram refused the request{said}", hint="change the prompt")
        case 429:
            return Limited(f"ideogram asks to wait{said}", after=after)
        case code:
            return of_code(WHO, code, said, after=after, hint=key_hint("IDEOGRAM_API_KEY"), base="IDEOGRAM_BASE_URL")


def judge(table: dict[str, Any]) -> Judged[dict[str, Any]]:
    """Whether a generation is over. Raises Refused or BadAnswer where it is, without pictures."""
    name, reason = table.get("generation_id"), plain(str(table.get("failure_reason") or ""))
    match table.get("status"):
        case "completed":
            return Over(value=table)
        case "failed" if any(word in reason.lower() for word in _UNSAFE):
            raise Refused(f"ideogram refused the pictures: {reason}", hint="change the prompt", paid=False)
        case "failed":
            hint = "a generation that fails is not billed: build again"
            raise BadAnswer(f'job "{name}" failed at ideogram{told(reason)}', hint=hint, paid=False)
        case "pending":
            return Waiting(text="draws")
        case word:
            return Waiting(text=f'reports the unknown status "{plain(str(word))}"')


def entries(table: dict[str, Any]) -> list[dict[str, Any]]:
    """The safe entries of an answer. Raises Refused where a check withheld every picture, BadAnswer where there is none at all."""
    data = table.get("data")
    found = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    safe = [entry for entry in found if entry.get("is_image_safe") is not False and isinstance(entry.get("url"), str) and entry["url"]]
    if safe:
        return safe
    if any(entry.get("is_image_safe") is False for entry in found):
        raise Refused("ideogram withheld the picture: its safety check calls it unsafe", hint="change the prompt", paid=True)
    raise BadAnswer("ideogram answered without a picture", hint=USAGE)


def whole(answer: Answer) -> dict[str, Any]:
    """The JSON object of a 200. Raises BadAnswer: the pictures of an answer that is lost were paid for."""
    if answer.cut:
        raise BadAnswer(f"ideogram's answer was cut short ({answer.cut})", hint=USAGE)
    table = answer.table()
    if table is None:
        raise BadAnswer(f'ideogram answered with status {answer.status} and "{answer.kind}", which is no JSON object', hint=USAGE)
    return table


def pictures(
    table: dict[str, Any], request: Request, fetch: Callable[[str], bytes], again: Callable[[], dict[str, Any]], ignored: Sequence[str]
) -> list[Picture]:
    """The pictures behind an answer's URLs. `again` reads the same answer with fresh ones."""
    found = entries(table)
    data = collect([entry["url"] for entry in found], fetch, lambda: [entry["url"] for entry in entries(again())])
    micros = table.get("usage_cost_usd_micros")
    share = Decimal(micros) / 1_000_000 / len(found) if isinstance(micros, int) and not isinstance(micros, bool) else None
    name = table.get("generation_id")
    return [
        Picture(
            data=bytes_,
            revised_prompt=_revised(entry, request),
            seed=seed if isinstance(seed := entry.get("seed"), int) else None,
            model=request.id or request.model,
            request_id=name if isinstance(name, str) else None,
            effective=_effective(entry, request),
            unhonoured=tuple(ignored),
            cost=None if share is None else Cost(amount=share.normalize() + 0, basis="actual"),
        )
        for entry, bytes_ in zip(found, data, strict=True)
        if bytes_ is not None
    ]


def price(answer: Answer) -> Decimal:
    """The price of a quote in USD: what the request costs at most. Raises BadAnswer where the answer is no quote."""
    table = whole(answer)
    micros = table.get("upper_bound_usd_micros") or table.get("usd_micros")
    if table.get("object") != "price_quote" or not isinstance(micros, int) or isinstance(micros, bool):
        raise BadAnswer("ideogram answered without a price quote")
    return Decimal(micros) / 1_000_000


def _revised(entry: dict[str, Any], request: Request) -> str | None:
    used = entry.get("prompt")
    return used if isinstance(used, str) and used.strip() and used.strip() != request.prompt.strip() else None


def _effective(entry: dict[str, Any], request: Request) -> dict[str, Json]:
    found: dict[str, Json] = {"magic_prompt": request.params.get("magic_prompt", "off")}
    return found | {
        name: value for name in ("resolution", "style_type", "upscaled_resolution") if isinstance(value := entry.get(name), str)
    }
