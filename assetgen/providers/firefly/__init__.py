"""Adobe Firefly Services: Image 3 and 4 over version 3 of the API, Image 5 over version 4. Jobs have ids and are resumed by them."""

from collections.abc import Mapping
from typing import Any

from assetgen.errors import ProviderFailure, Unavailable, Unknown
from assetgen.model import Json
from assetgen.providers import Blob, Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.firefly import answer, bodies
from assetgen.providers.firefly.access import ID, SECRET, Tokens
from assetgen.providers.firefly.models import FAMILIES
from assetgen.providers.http import Answer, Wire, configured_url, key, redacted, result_hosts
from assetgen.providers.polling import Pace, Remote, follow

DEFAULT_URL = "https://firefly-api.adobe.io"
HOSTS = (".amazonaws.com", ".blob.core.windows.net", ".adobe.io")


class Firefly:
    """See `assetgen.providers.Provider`."""

    name = answer.WHO
    # What an organisation gets by default: 4 requests a minute, 9000 a day.
    traits = Traits(resumable=True, concurrency=4, per_minute=4, keys=(ID, SECRET), url="FIREFLY_BASE_URL", address=DEFAULT_URL)

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._wire = Wire(self.name, settings)
        self._tokens = Tokens(settings, self._wire)

    def check(self, request: Request) -> None:
        """See the contract; the rules are in `bodies`."""
        bodies.check(request)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return bodies.ignored(request)

    def max_count(self, model: str) -> int:
        """How many pictures one request may ask for."""
        known = FAMILIES.get(model)
        return known.count if known is not None else 1

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract."""
        with redacted(self._settings):
            try:
                saved = job.handle if (job.handle or {}).get("id") else None
                return self._collected(saved or self._submitted(request, job), request, job)
            except ProviderFailure as failure:
                self._tokens.hide(failure)
                raise

    def cancel(self, handle: Mapping[str, Json]) -> bool:
        """Ask Firefly to stop a job; whether it took the order. A job that is over cannot be stopped."""
        with redacted(self._settings):
            return self._send("PUT", answer.cancel_url(handle, self._base())).status in {200, 202, 204}

    def close(self) -> None:
        """Close the client, if one was opened; the next request opens another."""
        self._wire.close()

    def _submitted(self, request: Request, job: Job) -> Mapping[str, Json]:
        asked = bodies.submit(request, [self._uploaded(blob) for blob in bodies.pictures(request)])
        got = self._send("POST", f"{self._base()}{asked.path}", {"x-model-version": asked.model}, json=asked.body)
        if got.status not in {200, 202}:
            raise answer.failure(got)
        saved = answer.handle(got, self._base())
        job.save(saved)
        return saved

    def _collected(self, saved: Mapping[str, Json], request: Request, job: Job) -> list[Picture]:
        remote, pace = Remote(who=self.name, id=str(saved["id"])), Pace.of(self._settings, self.name)
        url = answer.status_url(saved, self._base())

        def read() -> dict[str, object]:
            return follow(remote, lambda: self._send("GET", url), answer.judge, job, pace)

        return answer.pictures(read(), request, self._fetch, read)

    def _uploaded(self, blob: Blob) -> str:
        """The id of a reference that Firefly keeps for seven days. Nothing is bought by this, so every loss may be repeated."""
        try:
            got = self._send("POST", f"{self._base()}/v2/storage/image", {"Content-Type": f"image/{blob.format}"}, content=blob.data)
        except Unknown as lost:
            raise Unavailable(f'the reference "{blob.name}" could not be uploaded: {lost.message}') from lost
        if got.status != 200:
            failure = answer.failure(got)
            raise Unavailable(failure.message) if isinstance(failure, Unknown) else failure
        images = (got.table() or {}).get("images")
        name = images[0].get("id") if isinstance(images, list) and images and isinstance(images[0], dict) else None
        if not isinstance(name, str) or not name:
            raise Unavailable(f'firefly gave no id for the reference "{blob.name}"')
        return name

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None = None, **body: Any) -> Answer:  # noqa: ANN401 - httpx's own
        """Send with a token; a refused one is renewed once, since a 401 was surely not accepted."""
        for again in (True, False):
            token = self._tokens.get()
            sent = {"Authorization": f"Bearer {token}", "x-api-key": key(self._settings, self.name, ID), "Accept": "application/json"}
            got = self._wire.send(method, url, headers={**sent, **(headers or {})}, **body)
            if got.status != 401 or not again:
                return got
            self._tokens.forget(token)
        raise AssertionError

    def _base(self) -> str:
        return configured_url(self._settings, self.name, "FIREFLY_BASE_URL") or DEFAULT_URL

    def _fetch(self, url: str) -> bytes:
        base = configured_url(self._settings, self.name, "FIREFLY_BASE_URL")
        return self._http.fetch(url, hosts=result_hosts(self._settings, self.name, HOSTS), trusted=base)


def create(settings: Settings, http: Http) -> Firefly:
    """The factory behind the entry point."""
    return Firefly(settings, http)
