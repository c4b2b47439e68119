"""The one place that imports OpenAI's SDK: opens a client with the user's settings and sends one request, once.

The SDK's own retries are off: a second request after a lost answer could be a second bill.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assetgen.errors import BadAnswer, MissingExtra, ProviderFailure, Refused, Unauthorized
from assetgen.providers import Request, Settings, masks
from assetgen.providers.failures import of_lost
from assetgen.providers.http import key_hint, watch, written
from assetgen.providers.openai.failures import Status, error_of, of_status
from assetgen.providers.openai.models import base

if TYPE_CHECKING:
    import openai

KEY = "OPENAI_API_KEY"
URL = "OPENAI_BASE_URL"
DEFAULT_URL = "https://api.openai.com/v1"
_LARGEST = 128 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the server is reached. `configured` is the base URL that the user set, or None for the provider's own; `headers` are his too."""

    key: str
    configured: str | None
    organization: str | None
    project: str | None
    headers: Mapping[str, str]
    proxy: str | None
    read_timeout: float


def configured_url(settings: Settings) -> str | None:
    """The base URL the user set: OPENAI_BASE_URL, or `base_url` of his configuration."""
    given = settings.get(URL) or settings.provider("openai").get("base_url")
    return str(given).strip().rstrip("/") or None if given else None


def needed(settings: Settings) -> tuple[str, ...]:
    """The variable of the key; none where the user's own server is asked without one, as LocalAI lets everybody in."""
    return () if configured_url(settings) and not settings.get(KEY) else (KEY,)


def access(settings: Settings) -> Access:
    """Everything needed to open a client. Raises `Unauthorized` where a key is needed and there is none."""
    url = configured_url(settings)
    key = (settings.get(KEY) or "").strip()
    if not key and url is None:
        raise Unauthorized(f'there is no key for openai: "{KEY}" is not set', hint=key_hint(KEY))
    if not (key.isascii() and key.isprintable()):
        raise Unauthorized(f'"{KEY}" holds characters that no key has', hint=key_hint(KEY))
    if url is not None and not url.startswith(("http://", "https://")):
        raise Refused("the base URL for openai is no http address", hint=f"{URL}=https://host/v1")
    timeout = settings.provider("openai").get("read_timeout", 600)
    seconds = float(timeout) if isinstance(timeout, int | float) else 600.0
    return Access(
        key=key or "none",
        configured=url,
        organization=settings.get("OPENAI_ORG_ID"),
        project=settings.get("OPENAI_PROJECT_ID"),
        headers=_headers(settings.get("OPENAI_CUSTOM_HEADERS") or ""),
        proxy=settings.get("ASSETGEN_PROXY"),
        read_timeout=seconds,
    )


def connect(way: Access) -> "openai.OpenAI":
    """Open a client. Raises `MissingExtra`."""
    try:
        import openai
    except ImportError as missing:
        raise MissingExtra('the provider "openai"', "openai") from missing
    timeout = openai.Timeout(way.read_timeout, connect=5.0)
    # No redirect is followed: a POST must not go where the user did not send it. And no connection is kept: one that the server
    # has just given up fails after the request went out, and nobody can tell that from a request that was lost and paid.
    transport = openai.DefaultHttpxClient(timeout=timeout, follow_redirects=False, proxy=way.proxy, event_hooks={"request": [watch]})
    url = way.configured or DEFAULT_URL
    made = openai.OpenAI(api_key=way.key, base_url=url, max_retries=0, timeout=timeout, http_client=transport)
    # The SDK takes these from the environment, and would send those of the account at OpenAI to every other server.
    made.organization, made.project = way.organization, way.project
    made._custom_headers = {**way.headers, "Connection": "close"}  # noqa: SLF001 - the constructor mixes the environment's in
    return made


def post(client: "openai.OpenAI", request: Request) -> tuple[bytes, Mapping[str, str]]:
    """Send a request once; the body and the headers (lower case) of a 200. Raises the six failures only."""
    import openai

    failure: ProviderFailure
    call = client.images.with_streaming_response.edit if request.references else client.images.with_streaming_response.generate
    try:
        with call(**arguments(request)) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                return _read(response, request.count), headers
            except _transport_errors() as broken:
                raise BadAnswer(f"openai's answer was cut short ({type(broken).__name__})") from None
    except openai.APIStatusError as told:
        failure = of_status(_status(told, request.id or request.model), time.time())
    except openai.APIConnectionError as lost:
        failure = of_lost("openai", _names(lost.__cause__), client.base_url.host, written=written(lost.request))
    except _transport_errors() as lost:
        failure = of_lost("openai", _names(lost), client.base_url.host, written=True)
    raise failure from None


def arguments(request: Request) -> dict[str, Any]:
    """The keyword arguments of the SDK's method. Parameters go beside it, so that an older SDK takes the newest of them."""
    model = request.id or request.model
    found: dict[str, Any] = {"model": model, "prompt": request.prompt, "n": request.count}
    if request.size is not None:
        found["size"] = str(request.size)
    extra = dict(request.params)
    if base(model).startswith("dall-e-"):
        extra.setdefault("response_format", "b64_json")
    if extra:
        found["extra_body"] = extra
    if request.references:
        found["image"] = [(blob.name, blob.data, f"image/{blob.format}") for blob in request.references]
    if request.mask is not None:
        mask = masks.transparent_where_painted(request.mask)
        found["mask"] = (mask.name, mask.data, "image/png")
    return found


def _headers(lines: str) -> dict[str, str]:
    """Headers as OpenAI's SDK takes them from its variable: one "name: value" in a line."""
    pairs = (line.partition(":") for line in lines.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _read(response: Any, count: int) -> bytes:  # noqa: ANN401 - the SDK's class for streams has no public name
    chunks, length = [], 0
    for chunk in response.iter_bytes():
        chunks.append(chunk)
        length += len(chunk)
        if length > _LARGEST * count:
            raise BadAnswer(f"openai's answer is larger than {_LARGEST * count // 2**20} MiB")
    return b"".join(chunks)


def _transport_errors() -> tuple[type[Exception], ...]:
    """The HTTP library's errors that the SDK lets through: httpx for its version 2, httpx2 from version 3 on."""
    import httpx

    try:
        import httpx2
    except ImportError:
        return (httpx.HTTPError,)
    return (httpx.HTTPError, httpx2.HTTPError)


def _names(failure: BaseException | None) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in type(failure).__mro__) if failure is not None else ()


def _status(told: "openai.APIStatusError", model: str) -> Status:
    headers = {name.lower(): value for name, value in told.response.headers.items()}
    # The SDK hands on the value of "error", or the whole body where there is none; a page of HTML says nothing to anybody.
    words = None if "html" in headers.get("content-type", "") else told.body
    return Status(code=told.status_code, headers=headers, error=error_of(words), model=model)
