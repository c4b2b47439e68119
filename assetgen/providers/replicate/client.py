"""The one place that imports Replicate's SDK: opens its client with the user's settings. Requests go through `assetgen.providers.http`.

Of the SDK, its client's address, headers and transport are used, not its methods: `run` takes a job that is not done for one without a
result, `create` sends without a time limit, its models refuse the status "aborted", and a file's `read` sends the token to other hosts.
"""

from typing import TYPE_CHECKING

from assetgen.errors import MissingExtra
from assetgen.providers import Settings
from assetgen.providers.http import Wire, configured_url, key, watch

if TYPE_CHECKING:
    import httpx

WHO = "replicate"
KEY = "REPLICATE_API_TOKEN"
URL = "REPLICATE_BASE_URL"
DEFAULT_URL = "https://api.replicate.com"


def configured(settings: Settings) -> str | None:
    """The base URL that the user set, without the version that some write at its end."""
    url = configured_url(settings, WHO, URL)
    return url.removesuffix("/v1") if url else None


class Line(Wire):
    """A wire whose client is the SDK's own."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(WHO, settings)
        self._sdk: httpx.Client | None = None

    def close(self) -> None:
        """Close the SDK's client, if one was opened; the next request opens another."""
        with self._lock:
            if self._sdk is not None:
                self._sdk.close()
            self._sdk = None

    def _opened(self) -> "httpx.Client":
        with self._lock:
            if self._sdk is None:
                self._sdk = _connect(self._settings)
            return self._sdk


def _connect(settings: Settings) -> "httpx.Client":
    token, url = key(settings, WHO, KEY), configured(settings) or DEFAULT_URL
    try:
        import replicate.client
    except ImportError as missing:
        raise MissingExtra('the provider "replicate"', "replicate") from missing
    import httpx

    given = settings.provider(WHO).get("read_timeout", 60)
    seconds = float(given) if isinstance(given, int | float) else 60.0
    # No connection is kept, and no proxy is taken from the environment; see `assetgen.providers.http`.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    sdk = replicate.client.Client(
        api_token=token,
        base_url=url,
        timeout=httpx.Timeout(seconds, connect=5.0),
        transport=httpx.HTTPTransport(trust_env=False, limits=limits, proxy=settings.get("ASSETGEN_PROXY")),
        headers={"Connection": "close"},
        event_hooks={"request": [watch]},
        follow_redirects=False,
    )
    opened = sdk._client  # noqa: SLF001 - the SDK's own methods are of no use here, and there is no other way to it
    # The SDK repeats a GET ten times and sleeps for as long as the server says, deaf to Ctrl-C.
    opened._transport.max_attempts = 1  # type: ignore[attr-defined]  # noqa: SLF001 - the class of the transport is the SDK's
    return opened
