"""Our providers, connected to the servers of this folder the way a user would connect them."""

import contextlib
from dataclasses import dataclass, field

import pytest

from assetgen.net import Http
from assetgen.providers.openai import create
from assetgen.settings import Settings
from tests.servers.openai import KEY


@contextlib.contextmanager
def openai_clients():
    """A function from a base URL to a provider; all are closed at the end. `table` is [providers.openai] of the user's configuration."""
    with contextlib.ExitStack() as opened:

        def connect(url, key=KEY, env=None, **table):
            http = Http(sleep=lambda _: None)
            settings = Settings(({"OPENAI_BASE_URL": url, "OPENAI_API_KEY": key, **(env or {})},), {"providers": {"openai": table}})
            provider = create(settings, http)
            opened.callback(provider.close)
            opened.callback(http.close)
            return provider

        yield connect


@contextlib.contextmanager
def clients(create, **variables):
    """As `openai_clients` for any provider: a function from further variables and the provider's table to a provider."""
    with contextlib.ExitStack() as opened:

        def connect(env=None, **table):
            http = Http(sleep=lambda _: None)
            quick = {"poll_interval": 0.02, "read_timeout": 2, **table}
            settings = Settings(({**variables, **(env or {})},), {"providers": {create.__module__.rpartition(".")[2]: quick}})
            provider = create(settings, http)
            opened.callback(provider.close)
            opened.callback(http.close)
            return provider

        yield connect


@dataclass
class Slip:
    """A job on paper: what was saved, what was told, and after how many questions the user wants to stop."""

    handle: dict | None = None
    saved: list = field(default_factory=list)
    told: list = field(default_factory=list)
    patience: int = 10_000

    def save(self, handle):
        self.saved.append(dict(handle))
        self.handle = dict(handle)

    def progress(self, fraction, text):
        self.told.append((fraction, text))

    def cancelled(self):
        self.patience -= 1
        return self.patience < 0


def failure_of(provider, request, job=None):
    """What `generate` raises, whatever its class: the tests compare it."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever its class
        provider.generate(request, job)
    return caught.value
