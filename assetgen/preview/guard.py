"""What stands before the page's server: who may ask, from where, for what. A request that is refused here reaches nothing else.

Other pages of the same browser, other programs and other names that lead to this machine are strangers. A cookie is sent to every port of a
host, so it lets nobody do more than see a picture whose digest he knows: the rest needs a header that no foreign page can set.
"""

import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

SECURITY: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}
PROOF = "x-assetgen-csrf"
OPEN = frozenset({"/", "/page.js", "/page.css", "/icon.png"})
SESSION = "/session"
METHODS = {"GET": "GET", "HEAD": "GET", "POST": "POST"}

_SEGMENT = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_PATH = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*)?", re.ASCII)
# One word and its value, percent-encoded: nothing that any reader of URLs could take for more.
_QUERY = re.compile(r"(?:(?:since|name)=(?:[A-Za-z0-9_.~*!'()-]|%[0-9A-Fa-f]{2}){1,2000})?", re.ASCII)
_LONGEST = 16 * 1024
_TRIES = 10
_WINDOW = 60.0


class Keys:
    """The token of the address, and the cookie and the proof that it is exchanged for: 256 bits of chance each, for one run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.token, self.cookie, self.proof = (secrets.token_urlsafe(32) for _ in range(3))
        self._clock = clock
        self._once: set[str] = set()
        self._wrong: deque[float] = deque(maxlen=_TRIES)

    def once(self) -> str:
        """Another token, which is worth nothing after its first use: it has been where others may have read it."""
        token = secrets.token_urlsafe(32)
        self._once.add(token)
        return token

    def admits(self, token: str) -> bool | None:
        """Whether this is the token; None while too many wrong ones were tried."""
        now = self._clock()
        if len(self._wrong) == _TRIES and now - self._wrong[0] < _WINDOW:
            return None
        for once in self._once:
            if same(token, once):
                self._once.discard(once)
                return True
        if same(token, self.token):
            return True
        self._wrong.append(now)
        return False


def same(given: str, known: str) -> bool:
    """Compare in a time that tells nothing."""
    return secrets.compare_digest(given.encode(), known.encode())


def refusal(status: int, error: str, hint: str, **more: object) -> JSONResponse:
    """An answer that says what is wrong, in the form of every other message."""
    return JSONResponse({"error": error, "hint": hint} | more, status, {"cache-control": "no-store"})


class Guard:
    """The outermost layer of the server. `port` is where it listens."""

    def __init__(self, app: ASGIApp, *, keys: Keys, port: int) -> None:
        self.app, self.keys, self.port = app, keys, port
        self.cookie = f"assetgen-{port}"
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        refused = self._refused(scope)
        await (refused or self.app)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        return self._misaddressed(scope, headers) or self._foreign(scope["method"], headers) or self._unknown(scope["path"], headers)

    def _misaddressed(self, scope: Scope, headers: Headers) -> Response | None:
        """Another host, a method or a path that there is not. `path` is left as it came: what would need decoding is refused."""
        if sum(len(name) + len(value) for name, value in headers.raw) > _LONGEST:
            return refusal(431, "the head of the request is too long", "reload the page")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return refusal(421, "this server answers to its own address only", f"http://127.0.0.1:{self.port}/")
        if scope["method"] not in METHODS:
            answer = refusal(405, f'there is no method "{scope["method"][:20]}" here', "GET or POST")
            answer.headers["allow"] = ", ".join(METHODS)
            return answer
        raw: bytes = scope["raw_path"]
        if not _PATH.fullmatch(raw.decode("latin-1")) or not _QUERY.fullmatch(scope["query_string"].decode("latin-1")):
            return refusal(400, "this is no address of the page", f"http://127.0.0.1:{self.port}/")
        return None

    def _foreign(self, method: str, headers: Headers) -> Response | None:
        """Sent by a page of somebody else. A browser that tells nothing of the kind still lacks cookie and proof."""
        hint = f"open http://127.0.0.1:{self.port}/ from the address bar"
        if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return refusal(403, "another site asked for this", hint)
        origins = headers.getlist("origin")
        if any(origin != f"http://{headers['host']}" for origin in origins):
            return refusal(403, "another origin asked for this", hint)
        if METHODS[method] == "POST" and len(origins) != 1:
            return refusal(403, "a change must say where it comes from", hint)
        return None

    def _unknown(self, path: str, headers: Headers) -> Response | None:
        """Without the cookie, or without the proof where more than a picture is asked for."""
        if path in OPEN or path == SESSION:
            return None
        hint = "open the address that assetgen printed, with all behind the #"
        if not same(_cookie(headers, self.cookie), self.keys.cookie):
            return refusal(401, "this browser has not been let in", hint)
        if path.startswith("/api/") and not same(headers.get(PROOF, ""), self.keys.proof):
            return refusal(403, "the request does not come from the page", hint)
        return None


def _cookie(headers: Headers, name: str) -> str:
    """The cookie of this server. Two of one name are none: one of them was set by somebody else."""
    pairs = [pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";")]
    found = [value for key, _, value in pairs if key == name]
    return found[0] if len(found) == 1 else ""
