"""The guarded downloader against real sockets on loopback; foreign addresses are only looked at, never called."""

import base64
import logging
import socket
import ssl
import subprocess
from ipaddress import ip_address

import pytest

from assetgen.errors import BadAnswer, Gone, Unread
from assetgen.net import LIMIT, Http, public
from tests.servers import serve_openai
from tests.servers.raw import ok, serve_raw, status

HOSTS = ("files.example.com", ".cdn.example.com")


class Waits(list):
    """A clock that only remembers how long it was asked to sleep."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture
def http(waits):
    made = Http(sleep=waits)
    yield made
    made.close()


def here(server):
    return f"http://127.0.0.1:{server.port}"


def fetch(http, server, path="/a.png"):
    return http.fetch(here(server) + path, hosts=(), trusted=here(server) + "/v1")


def refused(http, url, **options):
    with pytest.raises(BadAnswer) as caught:
        http.fetch(url, **{"hosts": HOSTS, **options})
    return caught.value


def test_bytes_come_as_they_are_and_no_credential_goes_out(http):
    with serve_raw(ok(b"picture")) as server:
        assert fetch(http, server, "/a.png?sig=a%2Bb%2F%3D&se=2026-01-01T00%3A00%3A00Z") == b"picture"
    head = server.heads[0].lower()
    assert head.splitlines()[0] == "get /a.png?sig=a%2bb%2f%3d&se=2026-01-01t00%3a00%3a00z http/1.1"
    assert sorted(line.partition(":")[0] for line in head.split("\r\n")[1:] if line) == ["accept", "accept-encoding", "host", "user-agent"]
    assert "accept-encoding: identity" in head


def test_no_url_is_ever_logged(http, caplog):
    caplog.set_level(logging.DEBUG)
    with serve_raw(ok(b"picture")) as server:
        fetch(http, server, "/a.png?sig=SECRET")
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://files.example.com/a.png", 'a result URL at "files.example.com" is not https'),
        ("ftp://files.example.com/a.png", 'a result URL at "files.example.com" is not https'),
        ("file:///etc/passwd", 'a result URL at "" is not https'),
        ("https://user:word@files.example.com/a.png", 'a result URL at "files.example.com" carries a user name'),
        ("https://evil.example.net/a.png", 'the result host "evil.example.net" is not one this provider is known to use'),
        ("https://evilfiles.example.com/a.png", 'the result host "evilfiles.example.com" is not one this provider is known to use'),
        ("https://cdn.example.com/a.png", 'the result host "cdn.example.com" is not one this provider is known to use'),
        ("https://xcdn.example.com/a.png", 'the result host "xcdn.example.com" is not one this provider is known to use'),
        ("https://127.0.0.1/a.png", 'the result host "127.0.0.1" is not one this provider is known to use'),
        ("https://files.example.com:x/a.png", "the provider's answer holds a result URL that cannot be read"),
    ],
)
def test_a_forbidden_url_is_refused_before_its_name_is_looked_up(url, message):
    def resolve(host, port):
        raise AssertionError((host, port))

    assert refused(Http(resolve=resolve), url).message == message


def test_the_hint_names_the_setting_that_allows_a_host(http):
    failure = refused(http, "https://evil.example.net/a.png")
    # A job with an id is asked for its picture again, once the host is trusted.
    assert type(failure) is Unread
    assert failure.hint == 'add result_hosts = ["evil.example.net"] to the provider in your user configuration, if you trust it'


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"], ["fd00::1"], ["93.184.216.34", "192.168.0.1"]],
)
def test_one_private_address_among_those_of_an_allowed_host_is_enough_to_refuse(addresses):
    failure = refused(Http(resolve=lambda *_: addresses), "https://a.cdn.example.com/a.png")
    assert failure.message == f'the result host "a.cdn.example.com" has the private address "{addresses[-1]}"'


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1", False),
        ("::ffff:93.184.216.34", True),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::10.0.0.1", False),
    ],
)
def test_public_addresses(address, answer):
    assert public(ip_address(address)) is answer


def test_the_trusted_host_is_trusted_on_its_own_port_only(http):
    with serve_raw(ok(b"picture")) as server, serve_raw(ok(b"database")) as other:
        failure = refused(http, here(other) + "/a.png", trusted=here(server))
    assert failure.message == 'a result URL at "127.0.0.1" is not https'
    assert other.heads == []


def test_redirects_are_followed_three_times(http):
    moves = [status(302, f"location: /{n}.png") for n in range(3)]
    with serve_raw(*moves, ok(b"picture")) as server:
        assert fetch(http, server) == b"picture"
    assert [head.split()[1] for head in server.heads] == ["/a.png", "/0.png", "/1.png", "/2.png"]


def test_the_fourth_redirect_is_one_too_many(http):
    with serve_raw(status(302, "location: /again.png")) as server, pytest.raises(BadAnswer) as caught:
        fetch(http, server)
    assert caught.value.message == 'the result host "127.0.0.1" redirects more than 3 times'
    assert len(server.heads) == 4


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://169.254.169.254/latest/", 'a result URL at "169.254.169.254" is not https'),
        ("http://127.0.0.1:1/", 'a result URL at "127.0.0.1" is not https'),
        ("https://127.0.0.1:1/", 'the result host "127.0.0.1" is not one this provider is known to use'),
        ("//evil.example.net/", 'a result URL at "evil.example.net" is not https'),
        ("https://files.example.com:x/", 'the result host "127.0.0.1" redirects to what is no URL'),
    ],
)
def test_a_redirect_has_to_pass_the_same_rules(http, location, message):
    with serve_raw(status(302, f"location: {location}")) as server, pytest.raises(BadAnswer) as caught:
        fetch(http, server)
    assert caught.value.message == message
    assert len(server.heads) == 1


@pytest.mark.parametrize("code", [403, 404, 410])
def test_an_expired_url_is_gone_at_once(http, waits, code):
    with serve_raw(status(code)) as server, pytest.raises(Gone) as caught:
        fetch(http, server)
    assert caught.value.message == f'the result URL at "127.0.0.1" has expired (status {code})'
    assert waits == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (status(503), '"127.0.0.1" answered with status 503'),
        (status(429), '"127.0.0.1" answered with status 429'),
        (ok(b"pict", length=7), 'the answer of "127.0.0.1" was cut short (RemoteProtocolError)'),
        (b"", '"127.0.0.1" could not be reached (RemoteProtocolError)'),
    ],
)
def test_what_may_pass_is_tried_five_times(http, waits, broken, reason):
    with serve_raw(broken, broken, ok(b"picture")) as server:
        assert fetch(http, server) == b"picture"
    assert waits == [0.5, 1.0]
    waits.clear()
    with serve_raw(broken) as server, pytest.raises(BadAnswer) as caught:
        fetch(http, server)
    assert caught.value.message == f"the picture could not be downloaded in 5 attempts: {reason}"
    assert len(server.heads) == 5
    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_a_host_that_cannot_be_reached_or_resolved(waits):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    failure = refused(Http(sleep=waits), f"http://127.0.0.1:{port}/a.png", trusted=f"http://127.0.0.1:{port}")
    assert failure.message == 'the picture could not be downloaded in 5 attempts: "127.0.0.1" could not be reached (ConnectError)'

    def resolve(*_):
        raise socket.gaierror(-2, "Name or service not known")

    failure = refused(Http(sleep=waits, resolve=resolve), "https://files.example.com/a.png")
    assert failure.message == 'the picture could not be downloaded in 5 attempts: "files.example.com" could not be resolved'


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(200), 'the result host "127.0.0.1" sent no bytes'),
        (status(204), 'the result host "127.0.0.1" answered with status 204'),
        (status(401), 'the result host "127.0.0.1" answered with status 401'),
        (ok(b"\x1f\x8b", "content-encoding: gzip"), 'the result host "127.0.0.1" sent compressed bytes that nobody asked for'),
        (ok(b"x", length=LIMIT + 1), 'the picture at "127.0.0.1" is larger than 64 MiB'),
    ],
)
def test_an_answer_that_is_no_picture_is_final(http, waits, answer, message):
    with serve_raw(answer) as server, pytest.raises(BadAnswer) as caught:
        fetch(http, server)
    assert caught.value.message == message
    assert (len(server.heads), waits) == (1, [])


def test_a_body_without_a_length_stops_at_the_limit(http):
    endless = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"\0" * 2**20] * 65]
    with serve_raw(endless) as server, pytest.raises(BadAnswer) as caught:
        fetch(http, server)
    assert caught.value.message == 'the picture at "127.0.0.1" is larger than 64 MiB'


def test_no_connection_is_used_for_a_second_url(http):
    """The pool knows a connection by its address only: kept, it would serve another name whose certificate was never checked."""
    with serve_openai() as server:
        server.files["a.png"] = (b"picture", "url")
        assert [fetch(http, server, "/files/a.png") for _ in range(2)] == [b"picture", b"picture"]
        assert (len(server.downloads), server.connections) == (2, 2)


def test_data_urls(http):
    assert http.fetch("data:image/png;base64," + base64.b64encode(b"picture").decode(), hosts=()) == b"picture"
    cases = {
        "data:image/png,abc": "the provider's answer holds a data URL that is not base64",
        "data:image/png;base64": "the provider's answer holds a data URL that is not base64",
        "data:image/png;base64,a*b=": "the provider's answer holds a data URL that cannot be decoded",
        "data:image/png;base64," + "A" * (LIMIT // 3 * 4 + 8): "the picture in the provider's answer is larger than 64 MiB",
    }
    assert [refused(http, url).message for url in cases] == list(cases.values())


def test_https_goes_to_the_checked_address_and_proves_the_name(tmp_path, waits):
    """The URL's name is given to TLS and to the Host header, though the connection is made to the address that was checked."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["-subj", "/CN=pictures.example", "-addext", "subjectAltName=DNS:pictures.example", "-out", certificate, "-keyout", key]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *made], check=True, capture_output=True)
    serving, knowing = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certificate)
    serving.load_cert_chain(certificate, key)
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return ["127.0.0.1"]

    with serve_raw(ok(b"picture"), tls=serving) as server:
        http = Http(tls=knowing, resolve=resolve, sleep=waits)
        base = f"https://pictures.example:{server.port}"
        assert http.fetch(f"{base}/a.png", hosts=(), trusted=base) == b"picture"
        wrong = f"https://other.example:{server.port}"
        failure = refused(http, f"{wrong}/a.png", trusted=wrong)
        http.close()
    assert (asked[0], server.names[0]) == (("pictures.example", server.port), "pictures.example")
    assert f"host: pictures.example:{server.port}" in server.heads[0].lower()
    assert len(server.heads) == 1
    assert failure.message == 'the picture could not be downloaded in 5 attempts: "other.example" could not be reached (ConnectError)'


def test_the_environment_names_no_proxy_but_the_user_may(monkeypatch, waits):
    with serve_raw(status(418)) as proxy, serve_raw(ok(b"picture")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, here(proxy))
        plain, proxied = Http(sleep=waits), Http(sleep=waits, proxy=here(proxy), resolve=lambda *_: ["93.184.216.34"])
        assert fetch(plain, server) == b"picture"
        assert proxy.heads == []
        refused(proxied, "https://files.example.com/a.png")
        assert proxy.heads[0].split("\r\n")[0] == "CONNECT 93.184.216.34:443 HTTP/1.1"
        plain.close()
        proxied.close()
