"""Requests to a provider's API over httpx, each sent once: no redirects, no retries, no kept connections, a bounded body.

Result URLs are not fetched here but by `assetgen.net`, under its rules; what an answer means is the provider's own knowledge.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assetgen.errors import BadAnswer, ProviderFailure, Refused, Unauthorized
from assetgen.providers import Settings
from assetgen.providers.failures import of_lost, plain

if TYPE_CHECKING:
    import httpx

LARGEST = 128 * 2**20
_UNWRITTEN = "assetgen.unwritten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: headers in lower case, the body, and in `cut` why the body is not whole ("" where it is)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: str = ""

    @property
    def kind(self) -> str:
        """The content type, fit for a message."""
        return plain(self.headers.get("content-type", "")) or "no type"

    def table(self) -> dict[str, Any] | None:
        """The body as a JSON object, None where it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Wire:
    """One client for all threads, opened by the first request. `who` is the provider's name, for messages and settings."""

    def __init__(self, who: str, settings: Settings) -> None:
        self.who = who
        self._settings = settings
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def send(self, method: str, url: str, *, headers: Mapping[str, str], largest: int = LARGEST, **body: Any) -> Answer:  # noqa: ANN401 - httpx's own: json, data, files, content, params
        """Send one request once. Raises one of the six failures where no answer came; any status is an answer."""
        import httpx

        client = self._opened()
        try:
            request = client.build_request(method, url, headers=dict(headers), **body)
        except httpx.InvalidURL:
            raise BadAnswer(f"{self.who} answered with an address that cannot be read") from None
        try:
            response = client.send(request, stream=True)
        except httpx.HTTPError as lost:
            raise of_lost(self.who, _names(lost), request.url.host, written=written(request)) from None
        try:
            found = {name.lower(): value for name, value in response.headers.items()}
            try:
                return Answer(status=response.status_code, headers=found, body=self._read(response, largest))
            except httpx.HTTPError as broken:
                return Answer(status=response.status_code, headers=found, body=b"", cut=type(broken).__name__)
        finally:
            response.close()

    def close(self) -> None:
        """Close the client, if one was opened; the next request opens another."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _opened(self) -> "httpx.Client":
        import httpx

        with self._lock:
            if self._client is None:
                timeout = self._settings.provider(self.who).get("read_timeout", 600)
                seconds = float(timeout) if isinstance(timeout, int | float) else 600.0
                # No redirect is followed: a POST must not go where the user did not send it. And no connection is kept: one that the
                # server has just given up fails after the request went out, and nobody can tell that from a request lost and paid.
                self._client = httpx.Client(
                    timeout=httpx.Timeout(seconds, connect=5.0),
                    follow_redirects=False,
                    trust_env=False,
                    proxy=self._settings.get("ASSETGEN_PROXY"),
                    headers={"Connection": "close", "User-Agent": "assetgen"},
                    event_hooks={"request": [watch]},
                )
            return self._client

    def _read(self, response: "httpx.Response", largest: int) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > largest:
                raise BadAnswer(f"{self.who}'s answer is larger than {largest // 2**20} MiB")
        return bytes(body)


def watch(request: Any) -> None:  # noqa: ANN401 - the class is httpx's or httpx2's
    """Note on a request that writing it failed. The HTTP library hides that, and goes on to read an answer that cannot come."""

    def trace(event: str, _info: Mapping[str, object]) -> None:
        if event.endswith(("send_request_headers.failed", "send_request_body.failed")):
            request.extensions[_UNWRITTEN] = True

    request.extensions["trace"] = trace


def written(request: Any) -> bool:  # noqa: ANN401 - as above
    """Whether a request that was watched has left this machine whole, as far as is known."""
    return _UNWRITTEN not in request.extensions


def configured_url(settings: Settings, who: str, variable: str) -> str | None:
    """The base URL the user set: the variable, or `base_url` of his configuration. Raises Refused for what is no http address."""
    given = settings.get(variable) or settings.provider(who).get("base_url")
    url = str(given).strip().rstrip("/") if given else ""
    if url and not (url.startswith(("http://", "https://")) and urlsplit(url).hostname):
        raise Refused(f"the base URL for {who} is no http address", hint=f"{variable}=https://host")
    return url or None


def key(settings: Settings, who: str, variable: str) -> str:
    """The key in a variable. Raises Unauthorized where there is none, or none that could be sent."""
    found = (settings.get(variable) or "").strip()
    if not found:
        raise Unauthorized(f'there is no key for {who}: "{variable}" is not set', hint=key_hint(variable))
    if not (found.isascii() and found.isprintable()):
        raise Unauthorized(f'"{variable}" holds characters that no key has', hint=key_hint(variable))
    return found


def key_hint(variable: str) -> str:
    """Where a key belongs."""
    return f"{variable}=… in the environment, or in a git-ignored .env beside assetgen.toml"


def result_hosts(settings: Settings, who: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The hosts that results may come from: those the provider is known to use, and those that the user trusts."""
    own = settings.provider(who).get("result_hosts")
    return (*known, *(str(host) for host in own)) if isinstance(own, list) else known


@contextmanager
def redacted(settings: Settings) -> Iterator[None]:
    """A server may repeat a key in its own words: no failure that leaves this block has one in its message."""
    try:
        yield
    except ProviderFailure as failure:
        failure.message = settings.redact(failure.message)
        failure.args = (failure.message,)
        raise


def _names(failure: BaseException) -> tuple[str, ...]:
    return tuple(kind.__name__ for kind in type(failure).__mro__)
