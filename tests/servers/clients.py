"""Our providers, connected to the servers of this folder the way a user would connect them."""

import contextlib

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


def failure_of(provider, request):
    """What `generate` raises, whatever its class: the tests compare it."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        provider.generate(request, None)
    return caught.value
