"""The token that Adobe's identity service gives for the client's id and secret: asked for once, kept, renewed before it ends."""

import threading
import time
from collections.abc import Callable

from assetgen.errors import ProviderFailure, Unauthorized, Unavailable, Unknown
from assetgen.providers import Settings
from assetgen.providers.failures import told
from assetgen.providers.http import Wire, key, key_hint

ID = "FIREFLY_SERVICES_CLIENT_ID"
SECRET = "FIREFLY_SERVICES_CLIENT_SECRET"  # noqa: S105 - the name of a variable
DEFAULT_URL = "https://ims-na1.adobelogin.com"
SCOPE = "openid,AdobeID,session,additional_info,read_organizations,firefly_api,ff_apis"
EARLY = 300.0
"""Seconds before its end at which a token is renewed: longer than any request takes."""


class Tokens:
    """One token for all threads. `clock` is in seconds."""

    def __init__(self, settings: Settings, wire: Wire, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._wire = wire
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0

    def get(self) -> str:
        """A token that holds for a while yet. Raises Unauthorized or Unavailable: nothing is bought by asking for one."""
        with self._lock:
            if not self._token or self._clock() > self._ends - EARLY:
                self._token, lasts = self._asked()
                self._ends = self._clock() + max(lasts, 2 * EARLY)
            return self._token

    def forget(self, token: str) -> None:
        """The API refused this token; unless another thread has a new one already, the next `get` asks for one."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def hide(self, failure: ProviderFailure) -> None:
        """Take the token out of a message: a server may repeat it in its own words."""
        if self._token:
            failure.message = failure.message.replace(self._token, "[redacted]")
            failure.args = (failure.message,)

    def _asked(self) -> tuple[str, float]:
        url = self._settings.get("FIREFLY_IMS_URL") or DEFAULT_URL
        form = {
            "grant_type": "client_credentials",
            "client_id": key(self._settings, "firefly", ID),
            "client_secret": key(self._settings, "firefly", SECRET),
            "scope": SCOPE,
        }
        try:
            answer = self._wire.send("POST", f"{url.rstrip('/')}/ims/token/v3", headers={"Accept": "application/json"}, data=form)
        except Unknown as lost:
            raise Unavailable(f"Adobe's identity service did not answer: {lost.message}") from lost
        table = answer.table() or {}
        token, lasts = table.get("access_token"), table.get("expires_in", 3600)
        said = told(table.get("error_description") or table.get("message"), table.get("error"))
        if answer.status in {400, 401, 403}:
            raise Unauthorized(f"Adobe's identity service refuses the client's id or secret{said}", hint=key_hint(SECRET))
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise Unavailable(f"Adobe's identity service gave no token: status {answer.status}{said}")
        return token, float(lasts) if isinstance(lasts, int | float) else 3600.0
