"""OpenAI's image models, and every server that speaks their API (`OPENAI_BASE_URL`). Synchronous: there are no job ids to resume."""

import threading
from typing import TYPE_CHECKING

from assetgen.errors import ProviderFailure
from assetgen.providers import Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.openai import answer, client, rules
from assetgen.providers.openai.models import family

if TYPE_CHECKING:
    import openai

HOSTS = (".blob.core.windows.net", ".openai.com")


class OpenAI:
    """See `assetgen.providers.Provider`. One client serves all threads; it is opened by the first request."""

    name = "openai"

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._lock = threading.Lock()
        self._client: openai.OpenAI | None = None
        table = settings.provider(self.name)
        concurrency, per_minute = table.get("concurrency"), table.get("requests_per_minute")
        self.traits = Traits(
            paid=True,
            concurrency=concurrency if isinstance(concurrency, int) else 4,
            per_minute=per_minute if isinstance(per_minute, int) else None,
            keys=client.needed(settings),
            url=client.URL,
            address=client.DEFAULT_URL,
        )

    def check(self, request: Request) -> None:
        """See the contract; the rules are in `rules`."""
        rules.check(request)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return answer.ignored(request)

    def max_count(self, model: str) -> int:
        """How many pictures one request may ask for; an unknown model is asked for one at a time."""
        known = family(model)
        return known.count if known else 1

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract. `job` is not needed: an answer is the result itself, and there is no id to save."""
        del job
        try:
            body, headers = client.post(self._opened(), request)
            return answer.pictures(body, headers, request, self._fetch)
        except ProviderFailure as failure:
            # A server may repeat the key in its own words.
            failure.message = self._settings.redact(failure.message)
            failure.args = (failure.message,)
            raise

    def close(self) -> None:
        """Close the client, if one was opened; the next request opens another."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _opened(self) -> "openai.OpenAI":
        with self._lock:
            if self._client is None:
                self._client = client.connect(client.access(self._settings))
            return self._client

    def _fetch(self, url: str) -> bytes:
        own = self._settings.provider(self.name).get("result_hosts")
        hosts = (*HOSTS, *(str(host) for host in own)) if isinstance(own, list) else HOSTS
        return self._http.fetch(url, hosts=hosts, trusted=client.configured_url(self._settings))


def create(settings: Settings, http: Http) -> OpenAI:
    """The factory behind the entry point."""
    return OpenAI(settings, http)
