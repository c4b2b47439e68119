"""`"openai:localai"`: another server of an installed provider, with a base URL, a key and limits of its own. Sends nothing itself.

The kind stands in the name, so that a manifest means the same on every machine; where the server is, and its key, is the user's to say:
the variables of `openai` with the other name in front (LOCALAI_BASE_URL, LOCALAI_API_KEY), or `[providers."openai:localai"]`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from assetgen.errors import Impossible, ProviderFailure, Unauthorized
from assetgen.model import Json
from assetgen.providers import Job, Picture, Provider, Request, Settings


@dataclass(frozen=True, slots=True)
class Renamed:
    """The settings as the provider `kind` finds them when it is called `name`: it asks for OPENAI_API_KEY, and gets LOCALAI_API_KEY.

    `url` is the variable of the kind's base URL. Until the user has set that of the other server, or has a table for it, there is nothing
    here to find: a manifest comes from other people, and may not choose which of the user's variables are sent away.
    """

    settings: Settings
    kind: str
    name: str
    url: str

    @property
    def declared(self) -> bool:
        """Whether the user knows this server."""
        return bool(self.settings.provider(self.name) or self.settings.get(self.variables(self.url)))

    @property
    def root(self) -> str:
        """See `assetgen.providers.Settings`."""
        return self.settings.root

    def variables(self, text: str) -> str:
        """The text with the names of this server's variables for those of its kind."""
        own = self.name.partition(":")[2]
        return re.sub(rf"\b{_prefix(self.kind)}(?=[A-Z])", _prefix(own), text)

    def get(self, name: str, default: str | None = None) -> str | None:
        """See `assetgen.providers.Settings`."""
        if not name.startswith(_prefix(self.kind)):
            return self.settings.get(name, default)
        return self.settings.get(self.variables(name), default) if self.declared else default

    def provider(self, name: str) -> Mapping[str, Json]:
        """See `assetgen.providers.Settings`."""
        return self.settings.provider(self.name if name == self.kind else name)

    def redact(self, text: str) -> str:
        """See `assetgen.providers.Settings`."""
        return self.settings.redact(text)


class Alias:
    """See `assetgen.providers.Provider`. `inner` was made with `settings`, and is asked for everything but its name."""

    def __init__(self, inner: Provider, settings: Renamed) -> None:
        self.name = settings.name
        self._inner = inner
        self._settings = settings
        own = inner.traits
        self.traits = replace(own, keys=tuple(map(settings.variables, own.keys)), url=settings.variables(settings.url), address=None)
        # What a provider may offer beside the contract (`max_count`, `ignored`, `close` …) is looked for on the object itself.
        for ability in dir(inner):
            if not ability.startswith("_") and not hasattr(self, ability):
                setattr(self, ability, getattr(inner, ability))

    def check(self, request: Request) -> None:
        """See the contract."""
        try:
            self._inner.check(request)
        except Impossible as failure:
            raise Impossible(failure.message, hint=self._settings.variables(failure.hint)) from failure

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract; what goes wrong is told under this server's name, with its variables."""
        if not self._settings.declared:
            raise Unauthorized(f'no base URL is set for "{self.name}"', hint=f"{self._settings.variables(self._settings.url)}=https://host")
        try:
            return self._inner.generate(request, job)
        except ProviderFailure as failure:
            failure.message, failure.hint = self._told(failure.message), self._settings.variables(failure.hint)
            failure.args = (failure.message,)
            raise

    def _told(self, message: str) -> str:
        kind = self._settings.kind
        mine = self._settings.variables(message)
        return f"{self.name}{mine.removeprefix(kind)}" if re.match(rf"{re.escape(kind)}\b", mine) else f"{self.name}: {mine}"


def _prefix(name: str) -> str:
    """How the variables of a provider begin."""
    return name.upper().replace("-", "_") + "_"
