"""`assetgen watch`."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, nullcontext
from types import FrameType

import click

from assetgen.cli import bugs, options, page
from assetgen.cli.session import Session, pass_session
from assetgen.engine.spend import dollars
from assetgen.errors import UsageError
from assetgen.events import Event, Failed
from assetgen.watch.console import Console
from assetgen.watch.keys import Keys
from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Told, Typed, Wish


@options.command("watch", "assetgen watch --preview --max-cost 2.00")
@options.names
@click.option("--preview", is_flag=True, help="Show all pictures on a page as well.")
@click.option("--draft/--final", "draft", default=True, help="Hold what costs money, and draw drafts; or buy it at once.")
@click.option("--max-cost", metavar="USD", help="Spend no more than this in the whole watch.")
@click.option("--allow-spend", is_flag=True, help="Let the page buy pictures; it shows each price and asks.")
@click.option("--no-open", is_flag=True, help="Open no browser.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Local threads; by default one for each processor.")
@pass_session
def command(
    session: Session,
    /,
    *,
    names: tuple[str, ...],
    preview: bool,
    draft: bool,
    max_cost: str | None,
    allow_spend: bool,
    no_open: bool,
    jobs: int | None,
) -> int:
    """Build what every save touches. What costs money is held, and drawn as a draft, until you promote it."""
    if not preview and (allow_spend or no_open):
        raise UsageError("without --preview there is no page", hint=session.again("watch", "--preview"))
    given = Options(
        names=names,
        mode="draft" if draft else "final",
        max_cost=None if max_cost is None else dollars(max_cost),
        allow_spend=allow_spend,
        jobs=jobs,
    )

    def typed(wish: Wish) -> Future[None]:
        return watch.ask(wish)

    def clicked(wish: Wish) -> Future[None]:
        return watch.ask(wish, page=True)

    with ExitStack() as stack:
        shown = page.opened(session, clicked, allow_spend=allow_spend, watching=True, browse=not no_open) if preview else nullcontext(None)
        show = stack.enter_context(shown)
        single = sys.stdin is not None and sys.stdin.isatty()
        console = Console(session.terminal, typed, keys=single, logged=lambda event: _logged(session, event))
        watch = Watch(session.path, given, lambda told: _hear(console, show, told), environ=os.environ)
        keys = stack.enter_context(Keys(sys.stdin.fileno(), watch.say)) if sys.stdin is not None else None
        stack.enter_context(_signals(watch, keys))
        return watch.run()


def _hear(console: Console, show: Callable[[Told], None] | None, told: Told) -> None:
    """The page is not told what is typed."""
    console.hear(told)
    if show is not None and not isinstance(told, Typed):
        show(told)


def _logged(session: Session, event: Event) -> Event:
    """A bug in one asset is told by the file that holds its traceback."""
    if not isinstance(event, Failed) or event.kind != "internal":
        return event
    log = bugs.keep(event.message, session.path, session.terminal.redact)
    return Failed(asset=event.asset, kind=event.kind, message=f'a bug in assetgen, its log is "{log}"', hint="report it with that file")


@contextmanager
def _signals(watch: Watch, keys: Keys | None) -> Iterator[None]:
    """Ctrl-C ends the watch in order, a second one at once; Ctrl-Z gives the terminal back for as long as it lasts.

    What ends the process by itself does so, with the terminal as it was. A signal that is ignored (nohup) stays so.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        if watch.leaving:
            raise KeyboardInterrupt
        watch.stop()

    def leave(number: int, _frame: FrameType | None) -> None:
        if keys is not None:
            keys.give_back()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def pause(number: int, frame: FrameType | None) -> None:
        leave(number, frame)
        signal.signal(number, pause)

    def go_on(_number: int, _frame: FrameType | None) -> None:
        if keys is not None:
            keys.take()

    found = {signal.SIGINT: end, signal.SIGTERM: end, signal.SIGTSTP: pause, signal.SIGCONT: go_on}
    found |= {number: leave for number in (signal.SIGHUP, signal.SIGQUIT) if signal.getsignal(number) is not signal.SIG_IGN}
    before = {number: signal.signal(number, handler) for number, handler in found.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
