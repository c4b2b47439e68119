"""The guarded way to a result URL: https, allowed hosts, checked public addresses, bounded size, no credentials.

Every rule holds again for each redirect. A result URL may carry a signature, so no message and no log ever shows more than its host.
"""

import ipaddress
import socket
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from assetgen.errors import BadAnswer, Gone, Unread

LIMIT = 64 * 2**20
REDIRECTS = 3
WAITS = (0.5, 1.0, 2.0, 4.0)
TIMEOUT = httpx.Timeout(60, connect=5)
WHOLE = 300.0

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _TransientError(Exception):
    """The picture may still be there: a GET costs nothing, so it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A URL that passed every rule, with the addresses that were checked. `inside`: a private address that the user configured."""

    url: httpx.URL
    host: str
    addresses: tuple[str, ...]
    inside: bool


class Http:
    """See `assetgen.providers.Http`. May be shared by threads. `proxy` comes from the user's configuration, never from elsewhere."""

    def __init__(
        self,
        *,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._proxy = proxy
        self._tls = tls
        self._resolve = resolve or _resolve
        self._sleep = sleep
        self._lock = threading.Lock()
        self._transports: dict[bool, httpx.HTTPTransport] = {}

    def close(self) -> None:
        """Close what was opened; the object is of no use afterwards."""
        with self._lock:
            for transport in self._transports.values():
                transport.close()
            self._transports.clear()

    def fetch(self, url: str, *, hosts: tuple[str, ...], trusted: str | None = None) -> bytes:
        """See `assetgen.providers.Http.fetch`. A `data:` URL is decoded under the same bound."""
        if url[:5].lower() == "data:":
            return _inline(url)
        for wait in (*WAITS, None):
            try:
                return self._follow(url, hosts, trusted)
            except _TransientError as failure:
                if wait is None:
                    raise Unread(f"the picture could not be downloaded in {len(WAITS) + 1} attempts: {failure}") from failure
                self._sleep(wait)
        raise AssertionError

    def _follow(self, url: str, hosts: tuple[str, ...], trusted: str | None) -> bytes:
        at = _parsed(url)
        for _ in range(REDIRECTS + 1):
            target = _check(at, hosts, trusted, self._resolve)
            response = self._send(target)
            try:
                if not response.has_redirect_location:
                    return _body(response, target.host)
                at = at.join(response.headers["location"])
            except httpx.InvalidURL as failure:
                raise BadAnswer(f'the result host "{target.host}" redirects to what is no URL') from failure
            except httpx.TransportError as failure:
                raise _TransientError(f'the answer of "{target.host}" was cut short ({type(failure).__name__})') from failure
            finally:
                response.close()
        raise BadAnswer(f'the result host "{target.host}" redirects more than {REDIRECTS} times')

    def _send(self, target: _Target) -> httpx.Response:
        transport = self._transport(proxied=self._proxy is not None and not target.inside)
        headers = {"Host": target.url.netloc.decode(), "Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "assetgen"}
        extensions = {"timeout": TIMEOUT.as_dict(), "sni_hostname": target.host}
        failures: list[str] = []
        for address in target.addresses:
            request = httpx.Request("GET", target.url.copy_with(host=address), headers=headers, extensions=extensions)
            try:
                return transport.handle_request(request)
            except httpx.TransportError as failure:
                failures.append(type(failure).__name__)
        raise _TransientError(f'"{target.host}" could not be reached ({", ".join(dict.fromkeys(failures))})')

    def _transport(self, *, proxied: bool) -> httpx.HTTPTransport:
        # A connection is known to its pool by its address alone. Kept alive, it would serve another host name at the same address
        # without that name's certificate ever being checked: so none is kept. The bare transport, unlike a client, logs no URL.
        with self._lock:
            if proxied not in self._transports:
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
                proxy = self._proxy if proxied else None
                verify = self._tls or httpx.create_ssl_context(trust_env=False)
                self._transports[proxied] = httpx.HTTPTransport(verify=verify, trust_env=False, limits=limits, proxy=proxy)
            return self._transports[proxied]


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as failure:
        raise BadAnswer("the provider's answer holds a result URL that cannot be read") from failure


def _check(url: httpx.URL, hosts: tuple[str, ...], trusted: str | None, resolve: Resolve) -> _Target:
    """Every rule a URL has to pass before a byte is sent."""
    host = _name(url)
    own = trusted is not None and _origin(url) == _origin(_parsed(trusted))
    if url.scheme != "https" and not (own and url.scheme == "http"):
        raise BadAnswer(f'a result URL at "{host}" is not https')
    if url.userinfo:
        raise BadAnswer(f'a result URL at "{host}" carries a user name')
    if not own and not any(host.endswith(allowed) if allowed.startswith(".") else host == allowed for allowed in hosts):
        # The picture may be as good as any: a job with an id is asked for it again, once the user trusts the host.
        raise Unread(
            f'the result host "{host}" is not one this provider is known to use',
            hint=f'add result_hosts = ["{host}"] to the provider in your user configuration, if you trust it',
        )
    try:
        addresses = tuple(resolve(host, _port(url)))
    except (OSError, UnicodeError) as failure:
        raise _TransientError(f'"{host}" could not be resolved') from failure
    private = [address for address in addresses if not public(ipaddress.ip_address(address))]
    if private and not own:
        raise BadAnswer(f'the result host "{host}" has the private address "{private[0]}"')
    return _Target(url=url, host=host, addresses=addresses, inside=bool(private))


def public(address: Address) -> bool:
    """Whether an address is one of the open internet, also where an IPv6 address carries an IPv4 address inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(inner)
    return address.is_global and not address.is_multicast


def _name(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii").lower().rstrip(".")


def _port(url: httpx.URL) -> int:
    return url.port or (80 if url.scheme == "http" else 443)


def _origin(url: httpx.URL) -> tuple[str, int]:
    """Host and port: another port of a trusted machine is another service, which nobody configured."""
    return _name(url), _port(url)


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _body(response: httpx.Response, host: str) -> bytes:
    status = response.status_code
    if status in {403, 404, 410}:
        raise Gone(f'the result URL at "{host}" has expired (status {status})')
    if status == 429 or status >= 500:
        raise _TransientError(f'"{host}" answered with status {status}')
    if status != 200:
        raise BadAnswer(f'the result host "{host}" answered with status {status}')
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BadAnswer(f'the result host "{host}" sent compressed bytes that nobody asked for')
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LIMIT:
        raise _too_large(host)
    ends = time.monotonic() + WHOLE
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LIMIT:
            raise _too_large(host)
        if time.monotonic() > ends:
            raise BadAnswer(f'the result host "{host}" did not finish within {WHOLE:g} seconds')
    if not body:
        raise BadAnswer(f'the result host "{host}" sent no bytes')
    return bytes(body)


def _too_large(host: str) -> BadAnswer:
    return BadAnswer(f'the picture at "{host}" is larger than {LIMIT // 2**20} MiB')


def _inline(url: str) -> bytes:
    head, comma, text = url.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise BadAnswer("the provider's answer holds a data URL that is not base64")
    if len(text) > LIMIT // 3 * 4 + 4:
        raise BadAnswer(f"the picture in the provider's answer is larger than {LIMIT // 2**20} MiB")
    try:
        return b64decode(text, validate=True)
    except ValueError as failure:
        raise BadAnswer("the provider's answer holds a data URL that cannot be decoded") from failure
