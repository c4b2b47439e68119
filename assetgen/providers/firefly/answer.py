"""Reads Firefly's answers: where a job can be asked about, its state, its pictures, an error. Sends nothing."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from assetgen.errors import BadAnswer, Limited, ProviderFailure, Refused, Unauthorized, Unknown
from assetgen.model import Json
from assetgen.providers import Picture, Request
from assetgen.providers.failures import of_code, plain, told, wait
from assetgen.providers.firefly.access import SECRET
from assetgen.providers.firefly.bodies import ignored
from assetgen.providers.http import Answer, key_hint
from assetgen.providers.polling import Judged, Over, Waiting
from assetgen.providers.results import USAGE, collect

WHO = "firefly"
API = ".adobe.io"
_RUNNING = {"pending": "waits for a machine", "running": "draws", "cancel_pending": "is being cancelled"}
_UNSAFE = ("unsafe", "legal", "denied", "policy")


def failure(answer: Answer) -> ProviderFailure:
    """The failure behind an error status."""
    table = answer.table() or {}
    reason = answer.headers.get("x-access-error", "")
    said = told(table.get("message"), table.get("error_code") or reason)
    after = wait(answer.headers, time.time())
    match answer.status:
        case 403 if reason:
            return Unauthorized(f"firefly refuses the account or the key{told(reason)}", hint="see the access and the quota of the account")
        case 429:
            return Limited(f"firefly asks to wait{said}", after=after)
        case 451:
            return Refused(f"firefly refused the request for its content{said}", hint="change the prompt")
        case code:
            return of_code(WHO, code, said, after=after, hint=key_hint(SECRET), base="FIREFLY_BASE_URL")


def handle(answer: Answer, base: str) -> dict[str, Json]:
    """What to keep of an accepted job: its id, the host and path that tell of it, and those that end it. Raises Unknown without an id.

    A host that is neither Adobe's nor the configured one is never asked: the API's own path for jobs takes its place.
    """
    table = answer.table() or {}
    links = table.get("links")
    link = links.get("result") if isinstance(links, dict) else None
    url = table.get("statusUrl") or (link.get("href") if isinstance(link, dict) else None)
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    name = table.get("jobId") or parts.path.rpartition("/")[2]
    if not (isinstance(name, str) and name):
        if answer.cut:
            raise Unknown(f"firefly accepted the request, but its answer was cut short ({answer.cut})")
        if answer.table() is None:
            raise Unknown(f'firefly answered the request with status {answer.status} and "{answer.kind}", which is no JSON object')
        raise Unknown(f"firefly accepted the request without a job id{told(table.get('message'), table.get('error_code'))}")
    found: dict[str, Json] = {"id": name, "host": urlsplit(base).netloc, "path": f"/v3/status/{name}"}
    if parts.path.startswith("/") and allowed(parts.scheme, parts.netloc, base):
        found |= {"host": parts.netloc, "path": parts.path}
    stop = links.get("cancel") if isinstance(links, dict) else None
    given = table.get("cancelUrl") or (stop.get("href") if isinstance(stop, dict) else None)
    ending = urlsplit(given) if isinstance(given, str) else urlsplit("")
    if ending.path.startswith("/") and allowed(ending.scheme, ending.netloc, base):
        found |= {"cancel_host": ending.netloc, "cancel_path": ending.path}
    return found


def allowed(scheme: str, netloc: str, base: str) -> bool:
    """Whether a token may go there: to Adobe over https, or to the very server that the user configured."""
    own = urlsplit(base)
    if (scheme, netloc) == (own.scheme, own.netloc):
        return True
    return scheme == "https" and netloc.endswith(API) and "@" not in netloc and ":" not in netloc


def status_url(handle_: Mapping[str, Json], base: str) -> str:
    """The address that tells of a job, from a handle of this or an earlier run."""
    return _url(handle_.get("host"), handle_.get("path"), base) or f"{base}/v3/status/{handle_.get('id')}"


def cancel_url(handle_: Mapping[str, Json], base: str) -> str:
    """The address that ends a job; for a handle without one, as earlier versions kept it, it follows from that of its status."""
    told = _url(handle_.get("cancel_host"), handle_.get("cancel_path"), base)
    return told or status_url(handle_, base).replace("/v3/status/", "/v3/cancel/")


def _url(host: Json, path: Json, base: str) -> str | None:
    """The address of a saved host and path, where a token may go there."""
    if not (isinstance(host, str) and host and isinstance(path, str) and path.startswith("/")):
        return None
    own = urlsplit(base)
    scheme = own.scheme if host == own.netloc else "https"
    return f"{scheme}://{host}{path}" if allowed(scheme, host, base) else None


def judge(table: dict[str, Any]) -> Judged[dict[str, Any]]:
    """Whether a job is over. Raises Refused or BadAnswer where it is, without pictures."""
    name, code = table.get("jobId"), str(table.get("error_code") or "")
    said = told(table.get("message"), code)
    match table.get("status"):
        case "succeeded":
            return Over(value=table)
        case "failed" if any(word in code.lower() for word in _UNSAFE):
            raise Refused(f"firefly refused the pictures{said}", hint="change the prompt")
        case "failed":
            raise BadAnswer(f'job "{name}" failed at firefly{said}', hint=USAGE)
        case "cancelled" | "canceled":
            raise BadAnswer(f'job "{name}" was cancelled at firefly{said}', hint=USAGE)
        case "timeout":
            raise BadAnswer(f'job "{name}" took too long at firefly, which ended it{said}', hint=USAGE)
        case str(word):
            return Waiting(text=_RUNNING.get(word, f'reports the unknown status "{plain(word)}"'))
        case _:
            return Waiting(text="reports no status")


def outputs(table: dict[str, Any]) -> list[tuple[str, int | None]]:
    """The result URLs of a job, each with its seed. Raises BadAnswer where there is none."""
    result = table.get("result")
    listed = result.get("outputs") if isinstance(result, dict) else None
    found: list[tuple[str, int | None]] = []
    for entry in listed if isinstance(listed, list) else []:
        image, seed = (entry.get("image"), entry.get("seed")) if isinstance(entry, dict) else (None, None)
        url = image.get("url") if isinstance(image, dict) else None
        if isinstance(url, str) and url:
            found.append((url, seed if isinstance(seed, int) else None))
    if not found:
        raise BadAnswer(f'job "{table.get("jobId")}" ended at firefly without a picture', hint=USAGE)
    return found


def pictures(table: dict[str, Any], request: Request, fetch: Callable[[str], bytes], again: Callable[[], dict[str, Any]]) -> list[Picture]:
    """The pictures of a job that has succeeded. `again` reads the job for fresh URLs."""
    found = outputs(table)
    data = collect([url for url, _ in found], fetch, lambda: [url for url, _ in outputs(again())])
    result, name = table.get("result"), table.get("jobId")
    reasoned = result.get("altText") if isinstance(result, dict) else None
    effective: dict[str, Json] = dict(request.params) | ({"altText": reasoned} if isinstance(reasoned, str) else {})
    return [
        Picture(
            data=bytes_,
            seed=seed,
            model=request.id or request.model,
            request_id=name if isinstance(name, str) else None,
            effective=effective,
            unhonoured=ignored(request),
        )
        for (_, seed), bytes_ in zip(found, data, strict=True)
        if bytes_ is not None
    ]
