"""Ideogram: 2.x over its first API, 3.0 and later over version 2, whose jobs have ids and are resumed by them."""

import re
from decimal import Decimal
from typing import Any

from assetgen.providers import Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.http import Answer, Wire, configured_url, key, redacted, result_hosts
from assetgen.providers.ideogram import answer, rules
from assetgen.providers.ideogram.models import FAMILIES
from assetgen.providers.ideogram.routes import Route, quoting, route
from assetgen.providers.polling import Pace, Remote, follow
from assetgen.providers.results import accepted

DEFAULT_URL = "https://api.ideogram.ai"
HOSTS = ("ideogram.ai", ".ideogram.ai")
_ID = re.compile(r"[\w=-]+")


class Ideogram:
    """See `assetgen.providers.Provider`."""

    name = answer.WHO
    # Ten pictures may be in the making at once; a request for several counts as several.
    traits = Traits(resumable=True, concurrency=8, keys=("IDEOGRAM_API_KEY",), url="IDEOGRAM_BASE_URL", address=DEFAULT_URL)

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._wire = Wire(self.name, settings)

    def check(self, request: Request) -> None:
        """See the contract; the rules are in `rules`."""
        rules.check(request)

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract."""
        with redacted(self._settings):
            asked = route(request)
            saved = (job.handle or {}).get("id")
            if not (isinstance(saved, str) and saved):
                got = self._send("POST", asked)
                if got.status not in {200, 202}:
                    raise answer.failure(got)
                if not asked.job:
                    table = answer.whole(got)
                    return answer.pictures(table, request, self._fetch, lambda: table, _ignored(request))
                saved = accepted(self.name, got, "generation_id")
                job.save({"id": saved})
            return self._collected(saved, request, job)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return _ignored(request)

    def quote(self, request: Request) -> Decimal:
        """What the request would cost at most, in USD, by the provider's own word; nothing is generated. Raises the six failures."""
        with redacted(self._settings):
            got = self._send("POST", quoting(request))
            if got.status != 200:
                raise answer.failure(got)
            return answer.price(got)

    def close(self) -> None:
        """Close the client, if one was opened; the next request opens another."""
        self._wire.close()

    def _collected(self, name: str, request: Request, job: Job) -> list[Picture]:
        def read() -> dict[str, Any]:
            asking = Route(path=f"/v2/generations/{name if _ID.fullmatch(name) else ''}", fields={})
            return follow(Remote(who=self.name, id=name), lambda: self._send("GET", asking), answer.judge, job, pace)

        pace = Pace.of(self._settings, self.name)
        return answer.pictures(read(), request, self._fetch, read, _ignored(request))

    def _send(self, method: str, asked: Route) -> Answer:
        base = configured_url(self._settings, self.name, "IDEOGRAM_BASE_URL") or DEFAULT_URL
        headers = {"Api-Key": key(self._settings, self.name, "IDEOGRAM_API_KEY"), "Accept": "application/json"}
        body = asked.body() if method == "POST" else {}
        return self._wire.send(method, f"{base}{asked.path}", headers=headers, params=dict(asked.query), **body)

    def _fetch(self, url: str) -> bytes:
        base = configured_url(self._settings, self.name, "IDEOGRAM_BASE_URL")
        return self._http.fetch(url, hosts=result_hosts(self._settings, self.name, HOSTS), trusted=base)


def _ignored(request: Request) -> tuple[str, ...]:
    known = FAMILIES.get(request.id)
    takes = known is None or (known.negative and request.mask is None)
    return ("negative",) if request.negative and not takes else ()


def create(settings: Settings, http: Http) -> Ideogram:
    """The factory behind the entry point."""
    return Ideogram(settings, http)
