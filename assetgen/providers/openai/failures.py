"""What OpenAI's own words add to the failures behind error statuses. Pure: the SDK's exceptions have been taken apart before."""

from collections.abc import Mapping
from dataclasses import dataclass

from assetgen.errors import ProviderFailure, Refused, Unauthorized, Unavailable
from assetgen.providers.failures import of_code, told, wait
from assetgen.providers.http import key_hint
from assetgen.providers.openai.models import NEWEST, base, family

KEY_HINT = key_hint("OPENAI_API_KEY")
_BILLING = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated"})


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


def error_of(body: object) -> Mapping[str, object] | None:
    """The error object in the forms that compatible servers give it: OpenAI's own, a bare text, or FastAPI's `detail`."""
    if isinstance(body, str):
        return {"message": body}
    if not isinstance(body, Mapping):
        return None
    given = body.get("detail")
    match given:
        case str():
            return {**body, "message": given}
        case Mapping():
            return given
        case list():
            return {**body, "message": "; ".join(_entry(entry) for entry in given)}
        case _:
            return body


def of_status(status: Status, now: float) -> ProviderFailure:
    """The failure behind an error status. `now` is in seconds since the epoch, for a Retry-After that is a date."""
    said = told(status.word("message"), status.word("code") or status.word("type"))
    after = wait(status.headers, now)
    match status.code:
        case code if code in {401, 402, 403} or status.word("code") in _BILLING or status.word("type") in _BILLING:
            return Unauthorized(f"openai refuses the account or the key{said}", hint=_account_hint(status))
        # Answered by the provider itself, in its own words: the request failed there and is not billed. A bare 500 is a gateway's guess.
        case 500 if status.word("type") == "server_error":
            return Unavailable(f"openai failed{said}", after=after)
        case 404 if status.word("code") == "model_not_found":
            hint = f'model = "{NEWEST}"' if base(status.model) != NEWEST and family(status.model) else ""
            return Refused(f'openai does not serve the model "{status.model}"{said}', hint=hint)
        case code:
            return of_code("openai", code, said, after=after, base="OPENAI_BASE_URL")


def _entry(entry: object) -> str:
    """One entry of FastAPI's list: which field, and what is wrong with it."""
    if not isinstance(entry, Mapping):
        return str(entry)
    place = entry.get("loc")
    where = ".".join(str(part) for part in place if part != "body") if isinstance(place, list) else ""
    return f"{where}: {entry.get('msg')}" if where else str(entry.get("msg"))


def _account_hint(status: Status) -> str:
    if status.code == 401:
        return KEY_HINT
    return "see the billing and the model access of the account" if status.code != 403 else "see the model access of the account"
