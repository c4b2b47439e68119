"""What a watch has at work, what stands in line, what is held and what was spent. The thread of the watch owns it, and alone calls it."""

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from assetgen.engine.outcome import Outcome, Result, Status
from assetgen.engine.survey import Survey, look
from assetgen.errors import AssetgenError, Busy, FaultyFile, Moved
from assetgen.events import Done, Failed, Noted
from assetgen.plan.states import JobState, Plan
from assetgen.report import words
from assetgen.watch import purse as purses
from assetgen.watch import todo
from assetgen.watch.drafts import Drafts, held
from assetgen.watch.grant import Grants
from assetgen.watch.todo import Print
from assetgen.watch.wishes import Draft, Ended, Happened, Looked, Pick, Promote, Purse, Refused, Told, Wish
from assetgen.watch.work import Heard, Notify, Over, Stop, Work, Yield, begin

Tell: TypeAlias = Callable[[Told], None]
_MADE = (Status.DONE, Status.FRESH)
_OPEN = (JobState.INTENT, JobState.UNKNOWN, JobState.SUBMITTED)


@dataclass(kw_only=True)
class Bench:
    """One project. `tell` hears what happens, `send` takes what works have to say back to the thread of the watch.

    `final` buys what is stale by itself, `building` begins what is free by itself.
    """

    grants: Grants
    tell: Tell
    send: Callable[[Heard | Over], None]
    final: bool
    building: bool
    purse: Purse = field(default_factory=Purse)
    _drafts: Drafts = field(init=False)
    _drawn: Mapping[str, Draft] = field(default_factory=dict)
    _draws: dict[str, Result] = field(default_factory=dict)
    _running: Work | None = None
    _drawing: Work | None = None
    _line: deque[Work] = field(default_factory=deque)
    _plan: Plan | None = None
    _free: dict[str, Print] = field(default_factory=dict)
    _held: frozenset[str] = frozenset()
    _asked_for: dict[str, Print] | None = field(default_factory=dict)
    _tried: dict[str, Print] = field(default_factory=dict)
    _saved: tuple[str, ...] = ()
    _spent: Decimal = Decimal(0)
    _open: Decimal = Decimal(0)
    _ours: set[str] = field(default_factory=set)
    _keys: dict[str, str | None] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)
    _gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Drafts are drawn with the same patience."""
        self._drafts = Drafts(jobs=self.grants.jobs, patience=self.grants.patience)

    @property
    def idle(self) -> bool:
        """Whether nothing is at work."""
        return self._running is None and self._drawing is None

    @property
    def busy(self) -> bool:
        """Whether a work of the project itself is at it, which writes outputs and the lock."""
        return self._running is not None

    def look(self, seen: Survey, names: frozenset[str], saved: tuple[str, ...]) -> Looked:
        """Decide what is to be done with the project as it is now, and what is told of it."""
        plan, self._plan = seen.plan, seen.plan
        self._saved = tuple(dict.fromkeys((*self._saved, *saved)))
        left = (row for row in plan.jobs if row.asset in self._ours and row.state in _OPEN and not row.live)
        self._open = sum((row.reserved or Decimal(0) for row in left), Decimal(0))
        waiting = held(seen, names)
        paying = frozenset(name for work in self._works() for name in work.bought)
        self._keep(plan, paying)
        if self.building:
            prints = todo.prints(plan, todo.free(plan, names))
            self._free = {name: found for name, found in prints.items() if self._tried.get(name) != found}
            if self.final:
                paying |= self._final(seen, waiting - paying)
        self._held = waiting - paying
        self._account()
        return Looked(seen=seen, drafts=self._drawn, names=names, held=self._held, paying=paying, purse=self.purse, changed=saved)

    def go_on(self) -> None:
        """Begin what can be begun."""
        if self._running is None and self._line:
            self._begin(self._line.popleft())
        elif self._running is None and self._free:
            self._tried |= self._free
            work = self.grants.free(frozenset(self._free), changed=self._saved)
            self._free, self._saved = {}, ()
            self._begin(work)
        elif self._running is None:
            self._saved = ()
        if self.building:
            self._draw()

    def ask(self, wish: Wish, future: "Future[None]") -> None:
        """Put what fulfils a wish in line. Raises AssetgenError for one that is refused."""
        work = self.grants.grant(wish, self.purse)
        if work is None:
            future.set_result(None)
            return
        if isinstance(wish, Pick):
            work.future = future
        self._stand(work)
        if work.future is None:
            future.set_result(None)
        self.go_on()

    def heard(self, heard: Heard) -> None:
        """A work has something to tell."""
        event, draft = heard.event, heard.work.draft
        if draft and isinstance(event, Done):
            self._draws[event.asset] = Result(asset=event.asset, status=Status.DONE, actions=(event.action,), cost=event.cost)
        elif draft and isinstance(event, Failed):
            self._draws[event.asset] = Result(asset=event.asset, status=Status.FAILED, message=event.message, hint=event.hint)
        self.tell(Happened(event=event, draft=draft))

    def over(self, over: Over) -> bool:
        """A work has ended. Returns whether it found the project held by another build, so that it has to be tried again."""
        if over.work is self._drawing:
            self._drawing = None
            self._drafted(over)
            return False
        self._running = None
        self._account()
        if over.error is not None:
            return self._failed(over.work, over.error)
        if isinstance(over.found, Outcome):
            self._spent += over.found.spent
            self._gone |= {name for name in over.found.results.keys() & self._drawn.keys() if over.found.results[name].status in _MADE}
            self._account()
            changed = over.work.changed if over.work.by_save else ("",)
            self.tell(Ended(outcome=over.found, changed=changed, seconds=over.seconds))
        if over.work.future is not None:
            over.work.future.set_result(None)
        return False

    def stop(self) -> bool:
        """Begin nothing new, and have what is at work end soon. Returns whether a purchase is at work."""
        for work in self._line:
            if work.future is not None:
                work.future.set_exception(AssetgenError("the watch has ended"))
        self._line.clear()
        for one in (self._running, self._drawing):
            if one is not None:
                one.stop.set()
        return self._running is not None and bool(self._running.bought)

    def _works(self) -> list[Work]:
        return [work for work in (self._running, *self._line) if work is not None]

    def _account(self) -> None:
        """Count what is spent and what is set aside."""
        reserved = sum((work.reserved for work in self._works()), Decimal(0))
        self.purse = Purse(limit=self.purse.limit, spent=self._spent + self._open + reserved, allowed=self.purse.allowed)

    def _stand(self, work: Work) -> None:
        """Wait for its turn."""
        self._line.append(work)
        self._ours |= work.bought.keys()
        self._kept -= work.bought.keys()
        self._account()

    def _begin(self, work: Work) -> None:
        self._running = work
        self._keys |= work.bought
        begin(work, self.send)

    def _keep(self, plan: Plan, paying: frozenset[str]) -> None:
        """Hold for a word what was changed while it was being bought: nobody has asked for a second picture."""
        for name, key in self._keys.items():
            planned = plan.assets.get(name)
            if planned is not None and key is not None and planned.gen_key not in (None, key):
                self._kept.add(name)
        if self._running is None:
            self._keys = {}
        self._kept = {name for name in self._kept if name in plan.assets and (todo.costs(plan.assets[name]) or name in paying)}

    def _final(self, seen: Survey, waiting: frozenset[str]) -> frozenset[str]:
        """Buy what became stale, as far as the purse reaches. Returns what is bought."""
        prints = todo.prints(seen.plan, waiting)
        new = {name for name in waiting if self._tried.get(name) != prints[name]}
        new = {name for name in new if self._kept.isdisjoint(planned.name for planned in todo.buying(seen.plan, [name]))}
        if not new:
            return frozenset()
        self._tried |= {name: prints[name] for name in new}
        names = self.grants.affordable(seen, frozenset(new), self.purse)
        before = len(self._line)
        for wish in (Promote(names=tuple(names)), Promote(names=tuple(sorted(new.difference(names))))):
            try:
                if wish.names:
                    self._stand(self.grants.promote(seen, wish, self.purse))
            except AssetgenError as error:
                self.tell(Refused(wish=wish, error=error))
        return frozenset(name for work in list(self._line)[before:] for name in work.bought)

    def _failed(self, work: Work, error: Exception) -> bool:
        """A work could not be done at all."""
        if not isinstance(error, AssetgenError):
            raise error
        if work.future is not None:
            work.future.set_exception(error)
        busy = isinstance(error, Busy) and work.by_save
        if busy:
            self._tried = {}
            self._saved = work.changed
        elif isinstance(error, Moved):
            message = f"{words.quoted(sorted(work.bought))} changed since the price was shown, and nothing was bought"
            self.tell(Refused(wish=work.wish, error=AssetgenError(message, hint="look at the price and promote again")))
        elif not (work.by_save and isinstance(error, FaultyFile)):
            self.tell(Refused(wish=work.wish, error=error))
        return busy

    def _draw(self) -> None:
        """Have the drafts drawn of what is held, unless they are."""
        assert self._plan is not None
        wanted = todo.prints(self._plan, self._held)
        if wanted == self._asked_for and not self._gone:
            return
        if self._drawing is not None:
            self._drawing.stop.set()
            return
        self._asked_for, gone, self._gone = wanted, frozenset(self._gone), set()
        left = purses.left(self.purse)
        work = Work(wish=Promote(names=()), call=partial(self._refresh, frozenset(wanted), gone, left), draft=True)
        self._drawing, self._draws = work, {}
        begin(work, self.send)

    def _refresh(self, wanted: frozenset[str], gone: frozenset[str], left: Decimal | None, notify: Notify, stop: Stop) -> Yield:
        """In the thread of the work."""
        self._drafts.dropped(gone)
        with look(self.grants.root, environ=self.grants.environ) as seen:
            names = todo.scope(self.grants.words, seen.workspace.manifest.assets)
            return self._drafts.refresh(seen, held(seen, names) & wanted, notify, stop, left)

    def _drafted(self, over: Over) -> None:
        """The drafts are there, as many as were drawn before anybody asked to stop."""
        if isinstance(over.error, AssetgenError):
            if not isinstance(over.error, FaultyFile):
                self.tell(Happened(event=Noted(message=over.error.message, hint=over.error.hint), draft=True))
        elif over.error is not None:
            raise over.error
        elif isinstance(over.found, Mapping):
            self._drawn = {**self._drawn, **over.found} if over.work.stop.is_set() else over.found
        if self._draws:
            spent = sum((result.cost or Decimal(0) for result in self._draws.values()), Decimal(0))
            self._spent += spent
            assert self._plan is not None
            self.tell(Ended(outcome=Outcome(plan=self._plan, results=self._draws, spent=spent), seconds=over.seconds, draft=True))
        if over.work.stop.is_set():
            self._asked_for = None
        self._account()
