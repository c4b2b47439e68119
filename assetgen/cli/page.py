"""The page of `preview` and `watch --preview`: started, announced, and opened in a browser where somebody sits before one."""

import os
import sys
import traceback
import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from typing import Protocol

from assetgen.cli import bugs
from assetgen.cli.session import Session
from assetgen.errors import MissingExtra
from assetgen.report.text import Painted
from assetgen.watch.wishes import Told, Wish

_NEEDED = frozenset({"starlette", "uvicorn", "h11", "anyio"})
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


class _Page(Protocol):
    """What a command asks of `assetgen.preview.server.Page`."""

    def start(self) -> str: ...
    def once(self) -> str: ...
    def hear(self, told: Told) -> None: ...
    def close(self) -> None: ...


@contextmanager
def opened(
    session: Session,
    ask: Callable[[Wish], "Future[None]"],
    *,
    allow_spend: bool,
    watching: bool,
    port: int = 0,
    browse: bool = True,
    hint: str = "",
) -> Iterator[Callable[[Told], None]]:
    """A listener of a watch, whose page is served from the first thing it hears until the block ends; the address is told then.

    Raises MissingExtra, and the listener UsageError where the port is taken.
    """
    page = _made(session, ask, allow_spend=allow_spend, watching=watching, port=port)
    addresses: list[str] = []

    def hear(told: Told) -> None:
        if not addresses:
            addresses.append(page.start())
            _announce(session, page, addresses[0], hint, browse=browse)
        page.hear(told)

    try:
        yield hear
    finally:
        page.close()


def _announce(session: Session, page: _Page, address: str, hint: str, *, browse: bool) -> None:
    session.terminal.say(Painted(f"{'page':<10}", "accent"), address)
    if hint:
        session.terminal.say(Painted(f"{'':<10}{hint}", "dim"))
    if browse and session.terminal.out.isatty() and _sees():
        # Everybody on this machine can read the arguments of a program: this address works once.
        webbrowser.open(page.once())


def _made(session: Session, ask: Callable[[Wish], "Future[None]"], *, allow_spend: bool, watching: bool, port: int) -> _Page:
    try:
        server = import_module("assetgen.preview.server")
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in _NEEDED:
            raise
        raise MissingExtra("the page", "preview") from missing
    redact = session.terminal.redact
    made: _Page = server.Page(
        ask, allow_spend=allow_spend, watching=watching, port=port, redact=redact, bug=lambda error: _bug(session, error)
    )
    return made


def _bug(session: Session, error: Exception) -> None:
    log = bugs.keep("".join(traceback.format_exception(error)), session.path, session.terminal.redact)
    session.terminal.error(f'a bug in the page ({type(error).__name__}), its log is "{log}"', "report it with that file")


def _sees() -> bool:
    """Whether there is a screen; elsewhere a browser of text would take over the terminal."""
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in _DISPLAYS)
