"""Stability AI: SD 3.5 over REST, and with `api = "grpc"` the older engine through its SDK. Both answer with the picture: no job ids."""

from assetgen.errors import Impossible, Refused
from assetgen.providers import Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.http import Wire, configured_url, key, redacted
from assetgen.providers.stability import engine, references, rest, rules


class Stability:
    """See `assetgen.providers.Provider`."""

    name = "stability"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wire = Wire(self.name, settings)
        # 150 requests in 10 seconds are allowed; one more locks out for a minute.
        self.traits = Traits(
            paid=True,
            concurrency=8,
            per_minute=600,
            keys=("STABILITY_API_KEY",),
            url="STABILITY_BASE_URL",
            address=rest.DEFAULT_URL,
        )

    def check(self, request: Request) -> None:
        """See the contract; the rules are in `rules`."""
        rules.check(request)

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        return rules.ignored(request)

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract. `job` is not needed: an answer is the result itself, and there is no id to save."""
        del job
        with redacted(self._settings):
            try:
                rules.check(request)
                references.check(request)
            except Impossible as wrong:
                raise Refused(wrong.message, hint=wrong.hint, paid=False) from wrong
            if rules.by_grpc(request):
                return engine.ask(self._settings, request)
            base = configured_url(self._settings, self.name, "STABILITY_BASE_URL") or rest.DEFAULT_URL
            return [rest.ask(self._wire, base, key(self._settings, self.name, "STABILITY_API_KEY"), request)]

    def close(self) -> None:
        """Close the client, if one was opened; the next request opens another."""
        self._wire.close()


def create(settings: Settings, http: Http) -> Stability:
    """The factory behind the entry point. There are no result URLs to fetch."""
    del http
    return Stability(settings)
