"""`assetgen preview`: the page, and the same gallery as plain files."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from assetgen.cli import options, page
from assetgen.cli.session import Session, pass_session
from assetgen.engine.spend import dollars
from assetgen.engine.survey import look
from assetgen.errors import UsageError
from assetgen.preview import static
from assetgen.report.progress import Lines
from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Broken, Happened, Looked, Told, Wish

_FIRST_FREE = 1024


@options.command("preview", "assetgen preview --allow-spend --max-cost 2.00")
@options.names
@click.option("--port", type=click.IntRange(_FIRST_FREE, 65535), metavar="N", help="Serve on this port; by default on a free one.")
@click.option("--allow-spend", is_flag=True, help="Let the page buy pictures; it shows each price and asks.")
@click.option("--max-cost", metavar="USD", help="Spend no more than this while the page is open.")
@click.option("--no-open", is_flag=True, help="Open no browser.")
@click.option("--static", "folder", metavar="DIR", help="Write the gallery as plain files, and end.")
@pass_session
def command(
    session: Session,
    names: tuple[str, ...],
    port: int | None,
    max_cost: str | None,
    folder: str | None,
    *,
    allow_spend: bool,
    no_open: bool,
) -> int:
    """Show all pictures on a page: as they are, as they were, and what they would cost. Only this machine can open it."""
    if folder is not None:
        if port is not None or allow_spend or max_cost is not None:
            raise UsageError("plain files are not served and buy nothing", hint=session.again("preview", *names, "--static", folder))
        _write(session, names, Path(folder))
        return 0
    spent = None if max_cost is None else dollars(max_cost)
    given = Options(names=names, max_cost=spent, building=False, allow_spend=allow_spend)

    def ask(wish: Wish) -> Future[None]:
        return watch.ask(wish, page=True)

    with page.opened(
        session, ask, allow_spend=allow_spend, watching=False, port=port or 0, browse=not no_open, hint="Ctrl-C ends it"
    ) as show:
        watch = Watch(session.path, given, lambda told: _hear(session, show, told), environ=os.environ)
        with _ending(watch):
            return watch.run()


def _hear(session: Session, show: Callable[[Told], None], told: Told) -> None:
    """The page hears everything; the terminal what was made, and that something is wrong."""
    show(told)
    if isinstance(told, Happened):
        Lines(session.terminal.to(session.terminal.out), quiet=session.quiet).tell(told.event)
    elif isinstance(told, Broken):
        session.terminal.error("the manifest or the lock cannot be read; the page says why", session.again("status"))


def _write(session: Session, names: tuple[str, ...], folder: Path) -> None:
    with look(session.path) as seen:
        chosen = options.chosen(names, seen.workspace.manifest.assets) if names else ()
        for line in static.write(Looked(seen=seen, names=frozenset(chosen)), folder):
            session.terminal.say(line)


@contextmanager
def _ending(watch: Watch) -> Iterator[None]:
    """The first Ctrl-C ends the watch in order, the second one at once."""

    def first(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, known[number])
        watch.stop()

    known = {int(number): signal.signal(number, first) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, before in known.items():
            signal.signal(number, before)
