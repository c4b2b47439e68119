"""Turns what went wrong into one of the six failures. Pure: the SDK's exceptions have been taken apart before.

The question is always the same: can this request have been accepted, and paid? Where the evidence says no, it may be sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from assetgen.errors import Limited, ProviderFailure, Refused, Unauthorized, Unavailable, Unknown
from assetgen.providers.openai.models import NEWEST, base, family

NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"})
"""Names of the HTTP library's errors that are raised before the first byte of a request: httpx and httpx2 share them."""

KEY_HINT = "OPENAI_API_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"
_BILLING = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated"})
_TIMES = frozenset({"ReadTimeout", "WriteTimeout"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An answer with an error status: its headers in lower case, and the provider's error object where there was one."""

    code: int
    headers: Mapping[str, str]
    error: Mapping[str, object] | None
    model: str

    def word(self, key: str) -> str:
        """A text of the error object, or the empty string."""
        value = (self.error or {}).get(key)
        return value if isinstance(value, str) else ""


def of_status(status: Status, now: float) -> ProviderFailure:  # noqa: PLR0911 - a table, one return a row
    """The failure behind an error status. `now` is in seconds since the epoch, for a Retry-After that is a date."""
    said = _said(status)
    match status.code:
        case code if code in {401, 402, 403} or status.word("code") in _BILLING or status.word("type") in _BILLING:
            return Unauthorized(f"openai refuses the account or the key{said}", hint=_account_hint(status))
        case 429:
            return Limited(f"openai asks to wait{said}", after=wait(status.headers, now))
        case 503:
            return Unavailable(f"openai is not available{said}", after=wait(status.headers, now))
        # Answered by the provider itself, in its own words: the request failed there and is not billed. A bare 500 is a gateway's guess.
        case 500 if status.word("type") == "server_error":
            return Unavailable(f"openai failed{said}", after=wait(status.headers, now))
        case 404 if status.word("code") == "model_not_found":
            hint = f'model = "{NEWEST}"' if base(status.model) != NEWEST and family(status.model) else ""
            return Refused(f'openai does not serve the model "{status.model}"{said}', hint=hint)
        case code if 300 <= code < 400:
            return Refused(
                f"the server redirects the request (status {code})", hint="OPENAI_BASE_URL must be the final address, with https"
            )
        case code if code == 408 or code >= 500:
            return Unknown(f"openai may have accepted the request: status {code}{said}")
        case _:
            return Refused(f"openai refused the request{said}")


def of_lost(names: tuple[str, ...], host: str, *, written: bool) -> ProviderFailure:
    """The failure behind a broken connection. `names` are the class names of the HTTP library's error, the most derived first.

    `written` is false only where the request is known not to have left this machine whole, so that no server can have acted on it.
    """
    what = names[0] if names else "no reason given"
    if NOT_SENT.intersection(names):
        return Unavailable(f'openai could not be reached at "{host}" ({what})')
    if not written:
        return Unavailable(f'"{host}" closed the connection before the request was sent ({what})')
    if _TIMES.intersection(names):
        return Unknown("openai did not answer in time; the request was sent")
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


def _said(status: Status) -> str:
    """`: message (code)` in the provider's own words."""
    text = plain(status.word("message"))
    code = plain(status.word("code") or status.word("type"))
    return (f": {text}" if text else "") + (f" ({code})" if code else "")


def _account_hint(status: Status) -> str:
    if status.code == 401:
        return KEY_HINT
    return "see the billing and the model access of the account" if status.code != 403 else "see the model access of the account"
