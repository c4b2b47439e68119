"""The watch: one thread that owns everything, and one queue into which the disk, the keys, the page and the works put what they know."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeAlias

from assetgen.engine.pools import Patience
from assetgen.engine.spend import authority, in_ci
from assetgen.engine.survey import look
from assetgen.engine.workspace import locate
from assetgen.errors import AssetgenError, FaultyFile, UsageError, of_system
from assetgen.events import Noted
from assetgen.model import LOCK, MANIFEST
from assetgen.watch import purse, todo
from assetgen.watch.bench import Bench
from assetgen.watch.debounce import Debounce
from assetgen.watch.grant import Grants
from assetgen.watch.knocks import Knock
from assetgen.watch.sight import Change, Sight
from assetgen.watch.wishes import Broken, Clash, Happened, Promote, Purse, Quit, Refused, Reroll, Told, Typed, Wish
from assetgen.watch.work import Heard, Over

Listen: TypeAlias = Callable[[Told], None]
INTERRUPTED = 130
_GRACE = 1.0
_AGAIN = 0.1
_BUSY = 1.0
# While the project is built, a look at it takes this share of the time at most, and happens no more often than every so many seconds.
_SHARE = 0.2
_BETWEEN = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a watch is about.

    mode: whether money is asked for ("draft") or spent at once ("final"). max_cost: USD for the whole watch. building: False only looks,
    and grants wishes. allow_spend: the page may spend. jobs: local threads, None for one a processor.
    """

    names: tuple[str, ...] = ()
    mode: Literal["draft", "final"] = "draft"
    max_cost: Decimal | None = None
    building: bool = True
    allow_spend: bool = False
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    wish: Wish
    future: "Future[None]"
    page: bool = False


_Item: TypeAlias = Knock | Heard | Over | Typed | _Asked


class Watch:
    """Looks at the project at `path` or above it, and builds what a save touches. `listen` hears everything in the thread of `run`."""

    def __init__(
        self, path: Path | str, options: Options, listen: Listen, *, environ: Mapping[str, str], patience: Patience | None = None
    ) -> None:
        self.root = locate(Path(path))
        self._options = options
        self._listen = listen
        self._environ = environ
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._debounce = Debounce()
        grants = Grants(root=self.root, words=options.names, environ=environ, patience=patience, jobs=options.jobs)
        self._bench = Bench(grants=grants, final=options.mode == "final", building=options.building, tell=listen, send=self._queue.put)
        self._waiting: float | None = None
        self._again = False
        self._others = False
        self._rests = 0.0
        self.leaving = False
        self._code = 0
        self._ended = threading.Event()

    def run(self) -> int:
        """Watch until a wish to quit, or `stop`. Returns the exit code. Raises AssetgenError where it cannot even begin."""
        sight = Sight(self.root, self._environ, self._queue.put)
        try:
            self._begin(sight)
            while not (self.leaving and self._bench.idle):
                self._take(sight)
            return self._code
        finally:
            self._ended.set()
            self._bench.stop()
            sight.close()
            self._turn_away()

    @property
    def busy(self) -> bool:
        """Whether anything is at work."""
        return not self._bench.idle

    def ask(self, wish: Wish, *, page: bool = False) -> "Future[None]":
        """From any thread. The future fails with AssetgenError where the wish is refused.

        It ends when a build or a purchase has begun or stands in line, and when anything else is done. `page`: it comes from the page, and
        nothing that follows from it is bought unless the page may spend.
        """
        future: Future[None] = Future()
        self._queue.put(_Asked(wish, future, page))
        if self._ended.is_set():
            self._turn_away()
        return future

    def say(self, text: str) -> None:
        """From any thread: what was typed, for the listener."""
        self._queue.put(Typed(text=text))

    def stop(self) -> None:
        """From any thread, and from a signal: begin nothing new, wait for what cannot be taken up again, and end as interrupted."""
        self._code = INTERRUPTED
        self._queue.put(_Asked(Quit(), Future()))

    def _begin(self, sight: Sight) -> None:
        """The first look. Names that select nothing are an error, and so is --final without a limit; a faulty manifest is only told."""
        limit: Decimal | None = None
        sight.change()
        try:
            with look(self.root, environ=self._environ) as seen:
                todo.scope(self._options.names, seen.workspace.manifest.assets)
                found = seen.workspace.manifest.watch.max_cost
                limit = None if found is None else Decimal(str(found))
        except FaultyFile:
            pass  # told by the look that follows
        # Who changes a manifest in a pull request is not who says what CI may spend.
        limit = self._options.max_cost if self._options.max_cost is not None or in_ci(self._environ) else limit
        if self._options.mode == "final":
            _may_spend(limit, self._environ)
        self._bench.purse = Purse(limit=limit, allowed=self._options.allow_spend)
        self._look(sight, Change())

    def _take(self, sight: Sight) -> None:
        """Wait for the next thing that somebody knows, or for the time to look."""
        try:
            item = self._queue.get(timeout=self._debounce.left(time.monotonic()))
        except queue.Empty:
            self._debounce.looked()
            self._peek(sight)
            return
        match item:
            case Knock():
                if item.gone is not None:
                    sight.lost(item.gone)
                self._debounce.knock(time.monotonic())
            case Heard():
                self._bench.heard(item)
            case Over():
                self._over(sight, item)
            case Typed():
                self._listen(item)
            case _Asked():
                self._asked(item)

    def _peek(self, sight: Sight) -> None:
        """Something was touched, and it is quiet by now: see whether that means anything."""
        change = sight.change()
        over = self._bench.held_off and not sight.halfway
        if not self.leaving and (change.saved or self._again or over):
            self._look(sight, change)
        elif self._bench.busy or ((change.made or self._others) and sight.held):
            self._watch_build(sight, change)
        elif not self.leaving and (change.made or self._others):
            self._look(sight, change)
        elif self._bench.held_off:
            self._debounce.wait(time.monotonic(), _BUSY)

    def _watch_build(self, sight: Sight, change: Change) -> None:
        """The project is being built. What is made counts once it is in the lock; everything is looked at when the build has ended."""
        # The end of a build of our own is told; whether another one has ended has to be asked.
        self._others = not self._bench.busy
        wait = self._rests - time.monotonic()
        if LOCK in change.made and wait <= 0:
            began = time.monotonic()
            self._glance(sight)
            now = time.monotonic()
            self._rests = now + max(_BETWEEN, (now - began) * (1 / _SHARE - 1))
        if self._others or (LOCK in change.made and wait > 0):
            self._debounce.wait(time.monotonic(), max(wait, _BETWEEN))

    def _glance(self, sight: Sight) -> None:
        """Tell what a build has brought so far. What cannot be read now is told by the look at its end."""
        with suppress(AssetgenError, OSError), look(self.root, environ=self._environ) as seen:
            names = todo.scope(self._options.names, seen.workspace.manifest.assets)
            sight.taken(seen)
            self._listen(replace(self._bench.glance(seen, names), building=True))

    def _look(self, sight: Sight, change: Change) -> None:
        """Read the project, tell, and begin what follows. What is only half there is looked at again before anybody hears of it."""
        if sight.unsettled() and self._patient():
            return
        with ExitStack() as stack:
            try:
                seen = stack.enter_context(look(self.root, environ=self._environ))
                if seen.workspace.root != self.root:
                    raise UsageError(f'there is no "{MANIFEST}" in "{self.root}" any more', hint="assetgen init")
                names = todo.scope(self._options.names, seen.workspace.manifest.assets)
                sight.taken(seen)
            except (AssetgenError, OSError) as error:
                if change.gone and self._patient():
                    return
                told = error if isinstance(error, AssetgenError) else AssetgenError(of_system(error))
                sight.refused(told)
                self._waiting, self._again, self._bench.held_off = None, False, False
                self._listen(Broken(error=told))
                return
            self._waiting, self._again = None, False
            looked = self._bench.look(seen, names, change.saved, halfway=sight.halfway)
            self._others = not looked.building and sight.held
            self._listen(replace(looked, building=looked.building or self._others))
        if self._others or self._bench.held_off:
            # Nor need the end of what git does touch a file that is watched.
            self._debounce.wait(time.monotonic(), _BETWEEN if self._others else _BUSY)
        self._bench.go_on()

    def _patient(self) -> bool:
        """Whether what is only half there may still become whole. Then it is looked at again soon, whether or not anything knocks."""
        now = time.monotonic()
        self._waiting = now if self._waiting is None else self._waiting
        if now - self._waiting > _GRACE:
            return False
        self._later(_AGAIN)
        return True

    def _later(self, seconds: float) -> None:
        self._again = True
        self._debounce.wait(time.monotonic(), seconds)

    def _over(self, sight: Sight, over: Over) -> None:
        """A work has ended: look at what it made."""
        if self._bench.over(over):
            self._later(_BUSY)
            return
        change = sight.change()
        if change.saved and self._debounce.due is not None:
            # Something is being saved at this moment: looking in the midst of it would lead to a build of every save.
            self._again = True
        elif not self.leaving:
            self._look(sight, replace(change, made=()))

    def _asked(self, asked: _Asked) -> None:
        """Grant a wish, or refuse it."""
        if not asked.future.set_running_or_notify_cancel():
            return
        if isinstance(asked.wish, Quit):
            asked.future.set_result(None)
            self._leave()
            return
        if self.leaving:
            asked.future.set_exception(AssetgenError("the watch has ended"))
            return
        barred = asked.page and not self._options.allow_spend
        try:
            if barred and isinstance(asked.wish, Promote | Reroll):
                raise UsageError("this page may not spend money", hint="start again with --allow-spend")
            self._bench.ask(asked.wish, asked.future, free_only=barred)
        except (AssetgenError, OSError) as error:
            told = error if isinstance(error, AssetgenError) else AssetgenError(of_system(error))
            asked.future.set_exception(told)
            # A clash is between the two who edit, and who asked hears of it.
            if not isinstance(error, Clash):
                self._listen(Refused(wish=asked.wish, error=told))

    def _leave(self) -> None:
        if self.leaving:
            return
        self.leaving = True
        if self._bench.stop():
            message = "stopping: nothing new is sent; requests without a job id are waited for"
            self._listen(Happened(event=Noted(message=message, hint="Ctrl-C leaves at once")))

    def _turn_away(self) -> None:
        """Nobody is left to grant a wish."""
        while not self._queue.empty():
            item = self._queue.get()
            if isinstance(item, _Asked) and item.future.set_running_or_notify_cancel():
                item.future.set_exception(AssetgenError("the watch has ended"))


def _may_spend(limit: Decimal | None, environ: Mapping[str, str]) -> None:
    """A watch that buys by itself needs a limit, and somebody's leave. Raises UsageError."""
    if limit is None:
        raise UsageError("--final buys what becomes stale by itself, and needs a limit for that", hint="--max-cost 2.00")
    allowed = authority(ceiling=limit, agreed=False, environ=environ)
    if allowed.refusal is not None:
        raise UsageError(allowed.refusal, hint=purse.cure(limit, environ=environ, final=True))
