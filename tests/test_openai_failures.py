"""Every fault of the server, through the real SDK: the right failure, one request, and nothing that may have been paid is sent again."""

import os
import socket

import pytest

from assetgen.errors import BadAnswer, Limited, Refused, Unauthorized, Unavailable, Unknown, Unread
from assetgen.model import Size
from assetgen.net import Http
from assetgen.providers import Blob, Request
from assetgen.providers.failures import plain, wait
from assetgen.providers.openai import create
from assetgen.settings import Settings
from tests.faults import OPENAI, shown
from tests.servers import serve_openai
from tests.servers.clients import failure_of, openai_clients
from tests.servers.faults import FAULTS

FOX = Request(model="gpt-image-2", prompt="a fox in the snow", size=Size(1024, 1024), params={"quality": "low"})
LATE = "the connection broke after the request was sent"
KEY_HINT = "OPENAI_API_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"
ACCOUNT = "openai refuses the account or the key"


@pytest.fixture
def server():
    with serve_openai() as running:
        yield running


@pytest.fixture
def connect():
    with openai_clients() as connecting:
        yield connecting


# fault: the class, the message, the hint, and whether the provider charges for it
REFUSED = {
    "429-ms": (Limited, "openai asks to wait: Rate limit reached for images (rate_limit_exceeded)", ""),
    "billing": (
        Unauthorized,
        f"{ACCOUNT}: Billing hard limit has been reached (billing_hard_limit_reached)",
        "see the billing and the model access of the account",
    ),
    "policy": (Refused, "openai refused the request: This request has been blocked by our content filters (content_policy_violation)", ""),
    "422": (Refused, "openai refused the request: The image could not be read (invalid_image)", ""),
}
BROKEN = {
    "nothing": (BadAnswer, 'openai answered with status 200 and "application/json", which is no JSON'),
    "json-error": (BadAnswer, "openai answered with status 200 and an error: The model produced nothing"),
    "json-list": (BadAnswer, "openai answered with status 200 and JSON that is no object"),
    "null": (BadAnswer, "openai answered without a picture"),
    "no-bytes": (BadAnswer, "openai answered with an entry that has neither bytes nor a URL"),
    "bad-base64": (BadAnswer, "openai answered with base64 that cannot be decoded"),
    "one-broken": (BadAnswer, "openai answered with base64 that cannot be decoded"),
    "url-500": (Unread, 'the picture could not be downloaded in 5 attempts: "127.0.0.1" answered with status 500'),
    "url-truncated": (
        Unread,
        'the picture could not be downloaded in 5 attempts: the answer of "127.0.0.1" was cut short (RemoteProtocolError)',
    ),
    "url-loopback": (BadAnswer, 'a result URL at "127.0.0.1" is not https'),
    "url-loop": (BadAnswer, 'the result host "127.0.0.1" redirects more than 3 times'),
}
PASSING = ("text", "wrong-size", "blank", "rewritten", "url", "url-flaky", "url-data")
DROPPED = ("drop-before", "drop-during")


def test_every_fault_of_the_server_is_met_by_a_test():
    assert {*REFUSED, *BROKEN, *PASSING, *DROPPED} | shown(OPENAI) == set(FAULTS)
    assert not {*REFUSED, *BROKEN} & shown(OPENAI)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_request_that_was_not_accepted(server, connect, fault):
    server.fail_next(fault)
    failure = failure_of(connect(server.base_url), FOX)
    assert (type(failure), failure.message, failure.hint) == REFUSED[fault]
    assert str(failure) == failure.message
    assert (len(server.requests), len(server.accepted)) == (1, 0)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_request_whose_answer_is_of_no_use_is_never_sent_again(server, connect, fault):
    server.fail_next(fault)
    failure = failure_of(connect(server.base_url, read_timeout=1), FOX)
    assert (type(failure), failure.message) == BROKEN[fault]
    assert "SIGNED" not in failure.message + failure.hint
    assert (len(server.requests), len(server.accepted)) == (1, 1)


@pytest.mark.parametrize("fault", PASSING)
def test_bytes_are_handed_on_as_they_came(server, connect, fault):
    server.fail_next(fault)
    [picture] = connect(server.base_url).generate(FOX, None)
    assert len(server.requests) == 1
    assert (picture.data == b"Sorry, I cannot draw that.") is (fault == "text")
    assert picture.revised_prompt == ("a fox in the" if fault == "rewritten" else None)
    assert picture.effective["size"] == ("512x512" if fault == "wrong-size" else "1024x1024")
    assert "SIGNED" not in repr(picture)


@pytest.mark.parametrize(("fault", "after"), [("429", 7.0), ("429-ms", 1.5), ("429-long", 86400.0), ("429-bare", None), ("503", 3.0)])
def test_the_wait_that_the_provider_asks_for(server, connect, fault, after):
    server.fail_next(fault)
    assert failure_of(connect(server.base_url), FOX).after == after


def test_a_wait_until_a_date(server, connect):
    server.fail_next("429-date")
    assert 50 < failure_of(connect(server.base_url), FOX).after <= 60
    now = 1_795_000_000.0
    assert wait({"retry-after": "Wed, 18 Nov 2026 11:06:43 GMT"}, now) == 3.0
    assert wait({"retry-after": "Wed, 18 Nov 2020 11:06:43 GMT"}, now) == 0.0
    assert wait({"retry-after": "soon", "retry-after-ms": "x"}, now) is None


def test_a_connection_that_closes_is_sent_again_only_if_the_request_did_not_leave(server, connect):
    server.fail_next("drop-before", "drop-during")
    provider = connect(server.base_url)
    failure = failure_of(provider, FOX)
    assert (type(failure), failure.message) == (Unknown, f"{LATE} (ReadError)")
    large = Blob(data=os.urandom(40 * 2**20), format="png", name="large.png")
    failure = failure_of(provider, Request(model="gpt-image-2", prompt="a fox", references=(large,)))
    assert type(failure) is Unavailable
    assert failure.message.startswith('"127.0.0.1" closed the connection before the request was sent')
    assert (server.connections, server.requests) == (2, [])


def test_what_cannot_be_reached_was_not_sent(server, connect):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for base_url, host in [
        (f"http://127.0.0.1:{port}/v1", "127.0.0.1"),
        (server.base_url.replace("http:", "https:"), "127.0.0.1"),
        ("http://nowhere.invalid/v1", "nowhere.invalid"),
    ]:
        failure = failure_of(connect(base_url), FOX)
        assert (type(failure), failure.message) == (Unavailable, f'openai could not be reached at "{host}" (ConnectError)')
    assert server.requests == []


def test_a_retired_model_is_refused_with_the_one_to_use(server, connect):
    failure = failure_of(connect(server.base_url), Request(model="dall-e-3", prompt="a fox"))
    said = "The model 'dall-e-3' does not exist or you do not have access to it (model_not_found)"
    assert (type(failure), failure.message) == (Refused, f'openai does not serve the model "dall-e-3": {said}')
    assert failure.hint == 'model = "gpt-image-2.6-sunburst"'


def test_foreign_text_is_made_fit_for_a_terminal():
    assert plain("one\x1b[31m\n two.") == "one [31m two"
    assert plain("x" * 600) == "x" * 499 + "…"


def test_keys():
    failure = failure_of(create(Settings(), Http()), FOX)
    assert (type(failure), failure.message) == (Unauthorized, 'there is no key for openai: "OPENAI_API_KEY" is not set')
    assert failure.hint == KEY_HINT
    failure = failure_of(create(Settings(({"OPENAI_API_KEY": "sk-köy"},)), Http()), FOX)
    assert (type(failure), failure.message) == (Unauthorized, '"OPENAI_API_KEY" holds characters that no key has')
    failure = failure_of(create(Settings(({"OPENAI_BASE_URL": "127.0.0.1:8080"},)), Http()), FOX)
    assert (type(failure), failure.message) == (Refused, "the base URL for openai is no http address")


def test_one_good_picture_of_several_is_kept(server, connect):
    server.fail_next("one-broken")
    pictures = connect(server.base_url).generate(Request(model="gpt-image-2", prompt="a fox", count=3), None)
    assert len(pictures) == 2
    assert pictures[0].usage["image_out"] == 3 * 4160
