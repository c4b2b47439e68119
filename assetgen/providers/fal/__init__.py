"""fal: its picture apps, and any other by its id. Jobs lie in a queue with ids, and are resumed by them.

The queue is four requests, and all four are sent by ourselves: fal's SDK repeats the one that costs money up to ten times and sends it to
a second domain besides, and it can be pointed at another server only by writing over its constants. The tests run the SDK against the
same server, so that both agree on the protocol.
"""

import time
from collections.abc import Mapping
from typing import Any

from assetgen.errors import Impossible, ProviderFailure, Refused
from assetgen.model import Json
from assetgen.providers import Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.failures import of_code, told, wait
from assetgen.providers.fal import answer
from assetgen.providers.fal.arguments import Call, call
from assetgen.providers.fal.models import app, shape
from assetgen.providers.http import Answer, Wire, configured_url, key, key_hint, redacted, result_hosts
from assetgen.providers.polling import Over, Pace, Remote, follow
from assetgen.providers.results import accepted, collect

WHO = "fal"
KEY = "FAL_KEY"
URL = "FAL_QUEUE_URL"
DEFAULT_URL = "https://queue.fal.run"
HOSTS = ("fal.media", ".fal.media")


class Fal:
    """See `assetgen.providers.Provider`."""

    name = WHO
    traits = Traits(resumable=True, concurrency=8, keys=(KEY,), url=URL, address=DEFAULT_URL)

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._wire = Wire(WHO, settings)

    def check(self, request: Request) -> None:
        """See the contract; what each app takes is in `models`."""
        call(request)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return call(request).ignored()

    def asked(self, request: Request) -> str:
        """The app that the request really goes to: edits, masks, LoRAs and guiding pictures have apps of their own."""
        return call(request).app.id

    def max_count(self, model: str) -> int:
        """How many pictures one request may ask for."""
        return shape(model).most

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract."""
        with redacted(self._settings):
            made = _called(request)
            handle = job.handle or self._submit(made, job)
            result = self._result(handle, made, job)
            return self._pictures(handle, result, made, job)

    def cancel(self, handle: Mapping[str, Json]) -> bool:
        """Ask fal to take a job from its queue; whether it took the order. A job that has begun is drawn to its end."""
        with redacted(self._settings):
            root = f"/{handle['app']}/requests/{handle['id']}/cancel"
            return self._send("PUT", root).status in {200, 202}

    def close(self) -> None:
        """Close the client, if one was opened."""
        self._wire.close()

    def _submit(self, made: Call, job: Job) -> Mapping[str, Json]:
        got = self._send("POST", f"/{made.app.id}", json=made.input(), headers={"x-fal-no-retry": "1"})
        if not 200 <= got.status < 300:
            raise _refused(got, made.app.id)
        handle: dict[str, Json] = {"id": accepted(WHO, got, "request_id"), "app": made.app.root}
        job.save(handle)
        return handle

    def _result(self, handle: Mapping[str, Json], made: Call, job: Job) -> dict[str, Any]:
        # A job that a user adopted has no app with its id: it is the one that would be asked now.
        root = f"/{handle.get('app', made.app.root)}/requests/{handle['id']}"
        remote, pace = Remote(who=WHO, id=str(handle["id"])), Pace.of(self._settings, WHO, first=0.5)
        follow(remote, lambda: self._send("GET", f"{root}/status?logs=0"), answer.judge, job, pace)
        return follow(remote, lambda: self._final(root), lambda table: Over(value=table), job, pace)

    def _final(self, root: str) -> Answer:
        got = self._send("GET", root)
        failure = answer.failed(got)
        if failure is not None:
            raise failure
        return got

    def _pictures(self, handle: Mapping[str, Json], result: dict[str, Any], made: Call, job: Job) -> list[Picture]:
        entries = answer.pictures(result)
        hosts, trusted = result_hosts(self._settings, WHO, HOSTS), configured_url(self._settings, WHO, URL)
        found = collect(
            [entry["url"] for entry in entries],
            lambda url: self._http.fetch(url, hosts=hosts, trusted=trusted),
            lambda: [entry["url"] for entry in answer.pictures(self._result(handle, made, job))],
        )
        return [
            Picture(
                data=data,
                revised_prompt=answer.revised(result, made.request.prompt),
                seed=answer.seed(result),
                model=made.app.id,
                request_id=str(handle["id"]),
                effective=answer.effective(result, entry),
                unhonoured=made.ignored(),
            )
            for data, entry in zip(found, entries, strict=True)
            if data is not None
        ]

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> Answer:  # noqa: ANN401 - httpx
        base = configured_url(self._settings, WHO, URL) or DEFAULT_URL
        sent = {"Authorization": f"Key {key(self._settings, WHO, KEY)}", **(headers or {})}
        return self._wire.send(method, base + path, headers=sent, **body)


def create(settings: Settings, http: Http) -> Fal:
    """The factory behind the entry point."""
    return Fal(settings, http)


def _called(request: Request) -> Call:
    try:
        return call(request)
    except Impossible as wrong:
        raise Refused(wrong.message, hint=wrong.hint) from None


def _refused(got: Answer, name: str) -> ProviderFailure:
    """The failure behind an error status of a submit."""
    said, after = told(*answer.detail(got.table() or {})), wait(got.headers, time.time())
    if got.status == 404 and app(name) is not None:
        return Refused(f'{WHO} does not serve the app "{name}"{said}')
    return of_code(WHO, got.status, said, after=after, hint=key_hint(KEY), base=URL)
