"""Replicate: its official models, and every other `owner/name[:version]` that draws pictures. Jobs have ids and are resumed by them."""

import base64
import time
from collections.abc import Mapping
from typing import Any

from assetgen.errors import Impossible, ProviderFailure, Unavailable, Unknown
from assetgen.model import Json
from assetgen.providers import Blob, Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.http import Answer, redacted, result_hosts
from assetgen.providers.polling import Pace, Remote, follow
from assetgen.providers.replicate import answer, failures
from assetgen.providers.replicate.client import DEFAULT_URL, KEY, URL, WHO, Line, configured
from assetgen.providers.replicate.models import ID, shape
from assetgen.providers.results import accepted, collect
from assetgen.providers.shapes import arguments, check, ignored, served

HOSTS = ("replicate.delivery", ".replicate.delivery")
# What a data URL may hold by Replicate's own description; anything larger is uploaded first, which costs nothing.
INLINE = 256 * 1024


class Replicate:
    """See `assetgen.providers.Provider`."""

    name = WHO
    traits = Traits(resumable=True, concurrency=8, per_minute=600, keys=(KEY,), url=URL, address=DEFAULT_URL)

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._line = Line(settings)

    def check(self, request: Request) -> None:
        """See the contract; what each model takes is in `models`."""
        if ID.fullmatch(_model(request)) is None:
            hint = 'model = "owner/name", or "owner/name:" and the 64 letters of a version'
            raise Impossible(f'"{_model(request)}" is no model of replicate', hint=hint)
        _, found = served(_model(request), shape, request)
        check(found, request)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return ignored(served(_model(request), shape, request)[1], request)

    def asked(self, request: Request) -> str:
        """The model that the request really goes to: one with LoRAs or a mask is served by another of the family."""
        return served(_model(request), shape, request)[0]

    def max_count(self, model: str) -> int:
        """How many pictures one request may ask for."""
        return shape(model).most

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract."""
        with redacted(self._settings):
            saved = (job.handle or {}).get("id")
            name = saved if isinstance(saved, str) and saved else self._submit(request, job)
            return self._pictures(name, self._done(name, job), request, job)

    def cancel(self, handle: Mapping[str, Json]) -> bool:
        """Ask Replicate to stop a job; whether it took the order."""
        with redacted(self._settings):
            return self._line.send("POST", f"/v1/predictions/{handle['id']}/cancel", headers={}).status < 300

    def close(self) -> None:
        """Close the client, if one was opened."""
        self._line.close()

    def _submit(self, request: Request, job: Job) -> str:
        model, found = served(_model(request), shape, request)
        given = arguments(found, request, self._encoded)
        match = ID.fullmatch(model)
        assert match is not None
        version = match["version"] or match["bare"]
        path = "/v1/predictions" if version else f"/v1/models/{match['owner']}/{match['name']}/predictions"
        body = {"version": version, "input": given} if version else {"input": given}
        got = self._line.send("POST", path, headers={}, json=body)
        if not 200 <= got.status < 300:
            raise failures.of_submit(got, model, time.time())
        name = accepted(WHO, got, "id")
        job.save({"id": name})
        return name

    def _done(self, name: str, job: Job) -> dict[str, Any]:
        def ask() -> Answer:
            return self._line.send("GET", f"/v1/predictions/{name}", headers={})

        return follow(Remote(who=WHO, id=name), ask, answer.judge, job, Pace.of(self._settings, WHO, first=0.5))

    def _pictures(self, name: str, done: dict[str, Any], request: Request, job: Job) -> list[Picture]:
        hosts, trusted = result_hosts(self._settings, WHO, HOSTS), configured(self._settings)
        unhonoured = self.ignored(request)
        found = collect(
            answer.urls(done),
            lambda url: self._http.fetch(url, hosts=hosts, trusted=trusted),
            lambda: answer.urls(self._done(name, job)),
        )
        return [
            Picture(
                data=data,
                seed=answer.seed(done),
                model=answer.model(done),
                request_id=name,
                effective=answer.effective(done),
                unhonoured=unhonoured,
            )
            for data in found
            if data is not None
        ]

    def _encoded(self, blob: Blob) -> str:
        if len(blob.data) <= INLINE:
            return f"data:image/{blob.format};base64,{base64.b64encode(blob.data).decode()}"
        try:
            part = (blob.name, blob.data, f"image/{blob.format}")
            got = self._line.send("POST", "/v1/files", headers={}, files={"content": part})
        except Unknown as lost:
            raise Unavailable(lost.message) from None
        place = (got.table() or {}).get("urls")
        if 200 <= got.status < 300 and isinstance(place, dict) and isinstance(place.get("get"), str):
            return str(place["get"])
        raise _upload(failures.of_submit(got, "", time.time()) if got.status >= 300 else None, blob)


def create(settings: Settings, http: Http) -> Replicate:
    """The factory behind the entry point."""
    return Replicate(settings, http)


def _model(request: Request) -> str:
    return request.id or request.model


def _upload(failure: ProviderFailure | None, blob: Blob) -> ProviderFailure:
    """An upload is no submit: whatever became of it, nothing has been bought."""
    if failure is None or isinstance(failure, Unknown):
        return Unavailable(f'replicate did not take the reference "{blob.name}"')
    return failure
