"""What the page's server answers. Who may ask was decided before, by the guard."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from assetgen.errors import AssetgenError, UsageError
from assetgen.preview.guard import SESSION, Guard, Keys, refusal
from assetgen.preview.stream import Feed, Timing
from assetgen.preview.wishing import read
from assetgen.watch.wishes import Clash, Promote, Reroll, Wish

LARGEST_BODY = 64 * 1024
BODY_PATIENCE = 10.0
# A wish that takes longer is under way: what becomes of it is told by the stream.
WISH_PATIENCE = 20.0
_PARTS = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/icon.png": ("icon.png", "image/png"),
}
_MEDIA = frozenset({"image/png", "image/jpeg", "image/webp", "image/avif"})
_ANYTHING_ELSE = Exception


class Shown(Protocol):
    """What there is to show; texts are JSON, without secrets. Called from several threads."""

    feed: Feed

    def gallery(self) -> str: ...
    def detail(self, name: str) -> str | None: ...
    def thumb(self, sha256: str) -> bytes | None: ...
    def full(self, sha256: str) -> tuple[bytes, str] | None: ...


class _Token(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    token: str


@dataclass(frozen=True, kw_only=True)
class Routes:
    """The answers. `ask` hands a wish to the watch; `bug` hears of what should not happen."""

    shown: Shown
    keys: Keys
    ask: Callable[[Wish], Future[None]]
    allow_spend: bool
    bug: Callable[[Exception], None]
    timing: Timing = field(default_factory=Timing)

    def app(self, port: int) -> Guard:
        """All of them, behind the guard."""
        routes = [Route(path, _part(*part)) for path, part in _PARTS.items()]
        routes += [
            Route(SESSION, self._session(f"assetgen-{port}"), methods=["POST"]),
            Route("/api/gallery", self._gallery),
            Route("/api/asset", self._asset),
            Route("/api/events", _Stream(self.shown.feed, self.timing)),
            Route("/api/wish", self._wish, methods=["POST"]),
            Route("/t/{sha256}", self._thumb),
            Route("/i/{sha256}", self._full),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _refused, _ANYTHING_ELSE: self._bug})
        app.router.redirect_slashes = False
        return Guard(app, keys=self.keys, port=port)

    def _session(self, cookie: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                token = _Token.model_validate_json(await _body(request)).token
            except ValidationError:
                token = ""
            admitted = self.keys.admits(token)
            if admitted is None:
                return refusal(429, "too many wrong tokens", "wait a minute")
            if not admitted:
                return refusal(401, "this is not the token of this server", "open the address that assetgen printed last")
            response = JSONResponse({"csrf": self.keys.proof}, headers={"cache-control": "no-store"})
            response.set_cookie(cookie, self.keys.cookie, httponly=True, samesite="strict", path="/")
            return response

        return answer

    def _gallery(self, _request: Request) -> Response:
        return _document(self.shown.gallery())

    def _asset(self, request: Request) -> Response:
        name = request.query_params.get("name", "")
        found = self.shown.detail(name)
        return refusal(404, f'there is no asset "{name}"', "reload the page") if found is None else _document(found)

    def _thumb(self, request: Request) -> Response:
        sha256 = _digest(request)
        return _picture(request, sha256, lambda: (found, "image/webp") if (found := self.shown.thumb(sha256)) is not None else None)

    def _full(self, request: Request) -> Response:
        sha256 = _digest(request)
        return _picture(request, sha256, lambda: self.shown.full(sha256))

    async def _wish(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return refusal(415, "a wish is JSON", "content-type: application/json")
        try:
            wish = read(await _body(request))
            if isinstance(wish, Promote | Reroll) and not self.allow_spend:
                return refusal(403, "this page may not spend money", "start again with --allow-spend")
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self.ask(wish))), WISH_PATIENCE)
        except TimeoutError:
            return JSONResponse({"done": False}, 202, {"cache-control": "no-store"})
        except Clash as clash:
            return refusal(409, clash.message, clash.hint, now=clash.now)
        except AssetgenError as error:
            return refusal(400 if isinstance(error, UsageError) else 409, error.message, error.hint)
        return JSONResponse({"done": True}, headers={"cache-control": "no-store"})

    async def _bug(self, _request: Request, error: Exception) -> Response:
        self.bug(error)
        return refusal(500, "a bug in assetgen", "see what its terminal says")


class _Stream:
    """The event stream, as an application of its own: it has to see that a tab has gone."""

    def __init__(self, feed: Feed, timing: Timing) -> None:
        self.feed, self.timing = feed, timing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        last = request.headers.get("last-event-id") or request.query_params.get("since", "")
        if not (last.isascii() and last.isdigit() and len(last) <= 18):
            await refusal(400, "the stream begins behind a number", "since=0")(scope, receive, send)
            return
        await self.feed.tell(int(last), receive, send, self.timing)


def _part(name: str, media: str) -> Callable[[Request], Response]:
    data = (files("assetgen.preview") / "page" / name).read_bytes()

    def answer(_request: Request) -> Response:
        return Response(data, media_type=media, headers={"cache-control": "no-cache"})

    return answer


def _document(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"cache-control": "no-store"})


def _digest(request: Request) -> str:
    sha256: str = request.path_params["sha256"]
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise HTTPException(404)
    return sha256


def _picture(request: Request, sha256: str, find: Callable[[], tuple[bytes, str] | None]) -> Response:
    """A picture that is its own name: it never changes, and only the four formats that a browser decodes and never runs."""
    headers = {"etag": f'"{sha256}"', "cache-control": "private, max-age=31536000, immutable"}
    found = find()
    if found is None:
        return refusal(404, "these bytes are not to be had", "assetgen store verify")
    data, media = found
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    assert media in _MEDIA
    return Response(data, media_type=media, headers=headers)


async def _body(request: Request) -> bytes:
    """The body, whole and small; what is longer or does not come is refused."""
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            async for part in request.stream():
                parts += part
                if len(parts) > LARGEST_BODY:
                    raise HTTPException(413)
    except TimeoutError as error:
        raise HTTPException(408) from error
    return bytes(parts)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "there is nothing here", 405: "not in this way", 408: "the request did not come whole", 413: "the request is too long"}
    return refusal(error.status_code, words.get(error.status_code, "this cannot be answered"), "reload the page")
