"""The wire that every provider without an SDK sends with: what it bounds, and what it never does."""

import pytest

from assetgen.errors import BadAnswer, Refused, Unauthorized
from assetgen.providers.http import Wire, configured_url, key, redacted, result_hosts
from assetgen.settings import Settings
from tests.servers.raw import ok, serve_raw, status


@pytest.fixture
def wire():
    made = Wire("somebody", Settings((), {"providers": {"somebody": {"read_timeout": 2}}}))
    yield made
    made.close()


def test_an_answer_larger_than_the_bound_is_not_read(wire):
    with serve_raw(ok(b"x" * 3 * 2**20)) as server, pytest.raises(BadAnswer) as caught:
        wire.send("GET", f"http://127.0.0.1:{server.port}/", headers={}, largest=2**20)
    assert caught.value.message == "somebody's answer is larger than 1 MiB"


def test_a_redirect_is_an_answer_and_is_not_followed(wire):
    with serve_raw(status(302, "location: http://127.0.0.1:1/")) as server:
        answer = wire.send("POST", f"http://127.0.0.1:{server.port}/", headers={"X-Own": "1"}, json={"a": 1})
        assert (answer.status, answer.table(), answer.kind, len(server.heads)) == (302, None, "no type", 1)
        assert "X-Own: 1" in server.heads[0]
        assert "connection: close" in server.heads[0].lower()


def test_a_body_that_is_cut_is_told_apart_from_one_that_is_empty(wire):
    with serve_raw(ok(b"half", length=8), ok(b"")) as server:
        url = f"http://127.0.0.1:{server.port}/"
        assert wire.send("GET", url, headers={}).cut == "RemoteProtocolError"
        assert (wire.send("GET", url, headers={}).cut, wire.send("GET", url, headers={}).body) == ("", b"")


def test_an_address_that_cannot_be_read(wire):
    with pytest.raises(BadAnswer) as caught:
        wire.send("GET", "http://[::1", headers={})
    assert caught.value.message == "somebody answered with an address that cannot be read"


def test_settings():
    settings = Settings(({"A_KEY": "0123456789abc", "A_URL": "https://host/base/"},), {"providers": {"a": {"result_hosts": ["x.example"]}}})
    assert (configured_url(settings, "a", "A_URL"), configured_url(settings, "a", "B_URL")) == ("https://host/base", None)
    assert (key(settings, "a", "A_KEY"), result_hosts(settings, "a", (".a",))) == ("0123456789abc", (".a", "x.example"))
    with pytest.raises(Refused) as caught:
        configured_url(Settings(({"A_URL": "https://"},)), "a", "A_URL")
    assert caught.value.message == "the base URL for a is no http address"
    with pytest.raises(Unauthorized) as caught, redacted(settings):
        raise Unauthorized("the key 0123456789abc is wrong")
    assert caught.value.message == str(caught.value) == "the key [redacted] is wrong"
