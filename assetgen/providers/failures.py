"""Turns what went wrong with a request into one of the six failures, for every provider that speaks HTTP. Pure.

The question is always the same: can this request have been accepted, and paid? Where the evidence says no, it may be sent again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from assetgen.errors import Limited, ProviderFailure, Refused, Unauthorized, Unavailable, Unknown

NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"})
"""Names of the HTTP library's errors that are raised before the first byte of a request: httpx and httpx2 share them."""

_TIMES = frozenset({"ReadTimeout", "WriteTimeout"})


def of_code(who: str, code: int, said: str, *, after: float | None = None, hint: str = "", base: str = "") -> ProviderFailure:
    """The failure behind an error status that says no more than its number.

    `said` is the provider's own words (see `told`), `hint` what helps against a refused key, `base` the variable of the base URL.
    """
    match code:
        case 401 | 402 | 403:
            cure = hint if code == 401 else "see the billing and the access of the account"
            return Unauthorized(f"{who} refuses the account or the key{said}", hint=cure)
        case 429:
            return Limited(f"{who} asks to wait{said}", after=after)
        case 503:
            return Unavailable(f"{who} is not available{said}", after=after)
        case _ if 300 <= code < 400:
            return Refused(f"the server redirects the request (status {code})", hint=f"{base} must be the final address, with https")
        case _ if code == 408 or code >= 500:
            return Unknown(f"{who} may have accepted the request: status {code}{said}")
        case _:
            return Refused(f"{who} refused the request{said}")


def of_lost(who: str, names: tuple[str, ...], host: str, *, written: bool) -> ProviderFailure:
    """The failure behind a broken connection. `names` are the class names of the HTTP library's error, the most derived first.

    `written` is false only where the request is known not to have left this machine whole, so that no server can have acted on it.
    """
    what = names[0] if names else "no reason given"
    if NOT_SENT.intersection(names):
        return Unavailable(f'{who} could not be reached at "{host}" ({what})')
    if not written:
        return Unavailable(f'"{host}" closed the connection before the request was sent ({what})')
    if _TIMES.intersection(names):
        return Unknown(f"{who} did not answer in time; the request was sent")
    return Unknown(f"the connection broke after the request was sent ({what})")


def wait(headers: Mapping[str, str], now: float) -> float | None:
    """The wait in seconds that a server asks for: retry-after-ms, or retry-after in seconds or as a date; as it stands, without a cap."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / scale)
        except (KeyError, ValueError):
            continue
    try:
        moment = datetime.strptime(headers.get("retry-after", ""), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - now)


def plain(text: str) -> str:
    """A foreign text fit for a message: one line, no control characters, at most 500 characters, no full stop."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return (line if len(line) <= 500 else f"{line[:499]}…").rstrip(".")


def told(message: object, code: object = None) -> str:
    """`: message (code)` in the provider's own words, as far as there are any."""
    words = plain(message) if isinstance(message, str) else ""
    short = plain(code) if isinstance(code, str) else ""
    return (f": {words}" if words else "") + (f" ({short})" if short else "")
