"""The page's server: one thread with uvicorn on the loopback address. What it shows comes from the watch, what it is asked goes there."""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future

import h11
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from assetgen.errors import UsageError
from assetgen.preview.guard import SECURITY, Keys
from assetgen.preview.routes import Routes
from assetgen.preview.scene import Scene
from assetgen.watch.wishes import Told, Wish

_HOST = "127.0.0.1"
_CONNECTIONS = 256
_LONGEST_HEADERS = 16 * 1024


class Page:
    """One page for one watch. `hear` is called in the watch's thread, `ask` in the server's; `redact` takes secrets out of a text."""

    def __init__(
        self,
        ask: Callable[[Wish], Future[None]],
        *,
        allow_spend: bool,
        watching: bool,
        port: int = 0,
        redact: Callable[[str], str] = str,
        bug: Callable[[Exception], None] | None = None,
    ) -> None:
        self.keys = Keys()
        self.scene = Scene(watching=watching, redact=redact)
        self._routes = Routes(shown=self.scene, keys=self.keys, ask=ask, allow_spend=allow_spend, bug=bug or _tell)
        self._wanted, self._root = port, ""
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Listen, and return the address to open: it lets in whoever has it. Raises UsageError where the port is taken."""
        listener = _listen(self._wanted)
        port: int = listener.getsockname()[1]
        config = Config(
            self._routes.app(port),
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            h11_max_incomplete_event_size=_LONGEST_HEADERS,
            timeout_graceful_shutdown=1,
            headers=list(SECURITY.items()),
        )
        self._server = Server(config)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._server, listener, ready), name="assetgen-page", daemon=True)
        self._thread.start()
        ready.wait()
        self._root = f"http://{_HOST}:{port}/"
        return f"{self._root}#token={self.keys.token}"

    def once(self) -> str:
        """An address that lets in whoever opens it first."""
        return f"{self._root}#token={self.keys.once()}"

    def hear(self, told: Told) -> None:
        """Take what the watch tells; a look at the project is read while it is open."""
        self.scene.hear(told)

    def close(self) -> None:
        """Let the tabs go and end."""
        if self._server is None or self._thread is None:
            return
        self.scene.close()
        self._server.should_exit = True
        self._thread.join(5)

    def _run(self, server: Server, listener: socket.socket, ready: threading.Event) -> None:
        async def serve() -> None:
            self.scene.feed.open(asyncio.get_running_loop())
            ready.set()
            await server.serve([listener])

        asyncio.run(serve())


class _Protocol(H11Protocol):
    """As uvicorn's, with our headers also on the answer to what is no HTTP."""

    def send_400_response(self, msg: str) -> None:
        headers = [*SECURITY.items(), ("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=msg.encode()), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _listen(port: int) -> socket.socket:
    """A socket on the loopback address only. A port that was just given up may be taken again at once."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(f'port "{port}" is taken by another program', hint="leave out --port, and a free one is chosen") from error
    return listener


def _tell(error: Exception) -> None:
    sys.excepthook(type(error), error, error.__traceback__)
