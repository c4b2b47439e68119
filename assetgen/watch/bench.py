"""What a watch has at work, what stands in line, what is held and what was spent. The thread of the watch owns it, and alone calls it."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from assetgen.engine.outcome import Outcome, Status
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError, Busy, FaultyFile, Moved
from assetgen.events import Noted
from assetgen.plan.states import JobState, Plan
from assetgen.report import words
from assetgen.watch import purse as purses
from assetgen.watch import todo
from assetgen.watch.drafts import held
from assetgen.watch.easel import Easel
from assetgen.watch.grant import Grants
from assetgen.watch.paper import Paper, paper
from assetgen.watch.todo import Print
from assetgen.watch.unasked import Unasked
from assetgen.watch.wishes import Build, Ended, Happened, Looked, Pick, Promote, Purse, Refused, Told, Wish
from assetgen.watch.work import Heard, Over, Work, begin

Tell: TypeAlias = Callable[[Told], None]
_MADE = (Status.DONE, Status.FRESH)
_OPEN = (JobState.INTENT, JobState.UNKNOWN, JobState.SUBMITTED)


@dataclass(kw_only=True)
class Bench:
    """One project. `tell` hears what happens, `send` takes what works have to say back to the thread of the watch.

    `final` buys what is stale by itself, `building` begins what is free by itself. `held_off`: something is not bought by itself for the
    time being, since git is in the midst of something.
    """

    grants: Grants
    tell: Tell
    send: Callable[[Heard | Over], None]
    final: bool
    building: bool
    held_off: bool = False
    purse: Purse = field(default_factory=Purse)
    _easel: Easel = field(init=False)
    _running: Work | None = None
    _line: deque[Work] = field(default_factory=deque)
    _plan: Plan | None = None
    _free: dict[str, Print] = field(default_factory=dict)
    _paper: Paper | None = None
    _tried: dict[str, Print] = field(default_factory=dict)
    _saved: tuple[str, ...] = ()
    _spent: Decimal = Decimal(0)
    _open: Decimal = Decimal(0)
    _ours: set[str] = field(default_factory=set)
    _unasked: Unasked = field(default_factory=Unasked)

    def __post_init__(self) -> None:
        """Drafts are drawn beside everything else."""
        self._easel = Easel(grants=self.grants, tell=self.tell, send=self.send)

    @property
    def idle(self) -> bool:
        """Whether nothing is at work."""
        return self._running is None and self._easel.idle

    @property
    def busy(self) -> bool:
        """Whether a work of the project itself is at it, which writes outputs and the lock."""
        return self._running is not None

    def look(self, seen: Survey, names: frozenset[str], saved: tuple[str, ...], *, halfway: str = "") -> Looked:
        """Decide what is to be done with the project as it is now, and what is told of it.

        `halfway`: what git is in the midst of. Until it is over, what lies there is nobody's word to buy anything.
        """
        plan, self._plan = seen.plan, seen.plan
        self._saved = tuple(dict.fromkeys((*self._saved, *saved)))
        left = (row for row in plan.jobs if row.asset in self._ours and row.state in _OPEN and not row.live)
        self._open = sum((row.reserved or Decimal(0) for row in left), Decimal(0))
        works = self._works()
        waiting, paying = held(seen, names), self._paying
        touching = frozenset(name for work in works for name in work.touched)
        self._unasked.look(plan, paying, touching=touching, running=self._running is not None)
        if self.building:
            prints = todo.prints(plan, todo.free(plan, names))
            self._free = {name: found for name, found in prints.items() if self._tried.get(name) != found}
            stale = self._stale(seen, waiting, paying)
            if not halfway:
                paying |= self._final(seen, stale)
            self._paper = self._drawn_on(paper(seen, waiting - paying, self._unasked.touched), halfway, stale)
        self._account()
        return self._looked(seen, names, waiting - paying, paying, saved)

    def glance(self, seen: Survey, names: frozenset[str]) -> Looked:
        """Tell of the project while it is being built. Nothing is decided by what is half there."""
        return self._looked(seen, names, held(seen, names) - self._paying, self._paying, ())

    def go_on(self) -> None:
        """Begin what can be begun."""
        while self._running is None and self._line and self._may_begin(self._line[0]):
            self._next(self._line.popleft())
        if self._running is None and self._free:
            self._tried |= self._free
            work = self.grants.free(frozenset(self._free), changed=self._saved)
            self._free, self._saved = {}, ()
            self._begin(work)
        elif self._running is None:
            self._saved = ()
        if self.building and self._paper is not None:
            self._easel.draw(self._paper, purses.left(self.purse))

    def ask(self, wish: Wish, future: "Future[None]", *, free_only: bool = False) -> None:
        """Put what fulfils a wish in line. Raises AssetgenError for one that is refused.

        `free_only`: whoever asks may not spend, and neither may what follows from it.
        """
        granted = self.grants.grant(wish, self.purse, self._paying)
        if free_only:
            self._unasked.touch(granted.touched)
        work = granted.work
        if isinstance(wish, Build):
            # It asks for what failed before, drafts as well.
            self._easel.again()
        if work is not None:
            work.touched = granted.touched if free_only else frozenset()
            if isinstance(wish, Pick):
                work.future = future
            self._stand(work)
        if work is None or work.future is None:
            future.set_result(None)
        self.go_on()

    def heard(self, heard: Heard) -> None:
        """A work has something to tell."""
        if heard.work.draft:
            self._easel.heard(heard.event)
        self.tell(Happened(event=heard.event, draft=heard.work.draft))

    def over(self, over: Over) -> bool:
        """A work has ended. Returns whether it found the project held by another build, so that it has to be tried again."""
        if self._easel.owns(over.work):
            assert self._plan is not None
            self._easel.over(over, self._plan)
            self._account()
            return False
        self._running = None
        self._account()
        if over.error is not None:
            return self._failed(over.work, over.error)
        if isinstance(over.found, Outcome):
            self._spent += over.found.spent
            self._easel.dropped(name for name, result in over.found.results.items() if result.status in _MADE)
            self._account()
            changed = over.work.changed if over.work.by_save else ("",)
            self.tell(Ended(outcome=over.found, changed=changed, seconds=over.seconds))
            self._in_vain(over.work, over.found)
        if over.work.future is not None:
            over.work.future.set_result(None)
        return False

    def stop(self) -> bool:
        """Begin nothing new, and have what is at work end soon. Returns whether a purchase is at work."""
        for work in self._line:
            if work.future is not None:
                work.future.set_exception(AssetgenError("the watch has ended"))
        self._line.clear()
        self._easel.stop()
        if self._running is not None:
            self._running.stop.set()
        return self._running is not None and bool(self._running.bought)

    def _works(self) -> list[Work]:
        return [work for work in (self._running, *self._line) if work is not None]

    @property
    def _paying(self) -> frozenset[str]:
        """What is being bought, or stands in line for it."""
        return frozenset(name for work in self._works() for name in work.bought)

    def _looked(self, seen: Survey, names: frozenset[str], held: frozenset[str], paying: frozenset[str], saved: tuple[str, ...]) -> Looked:
        return Looked(
            seen=seen,
            drafts=self._easel.drawn,
            names=names,
            held=held,
            paying=paying,
            purse=self.purse,
            changed=saved,
            building=self.busy,
        )

    def _account(self) -> None:
        """Count what is spent and what is set aside."""
        reserved = sum((work.reserved for work in self._works()), Decimal(0))
        spent = self._spent + self._easel.spent + self._open + reserved
        self.purse = Purse(limit=self.purse.limit, spent=spent, allowed=self.purse.allowed)

    def _stand(self, work: Work) -> None:
        """Wait for its turn."""
        self._line.append(work)
        self._ours |= work.bought.keys()
        self._unasked.asked(work.bought)
        self._account()

    def _may_begin(self, work: Work) -> bool:
        """A purchase waits for drafts that may cost something, so that the purse reaches for both."""
        return not (work.bought and self._easel.costly)

    def _next(self, work: Work) -> None:
        """It is its turn, unless what it was to cost was spent on drafts meanwhile."""
        self._running = work
        self._account()
        limit, needed = self.purse.limit, self.purse.spent
        if not work.bought or limit is None or needed <= limit:
            self._begin(work)
            return
        self._running = None
        self._account()
        names, price = words.quoted(sorted(work.bought)), words.money(work.reserved)
        message = f"{price} for {names} do not fit any more, since drafts were paid"
        self.tell(Refused(wish=work.wish, error=AssetgenError(message, hint=f"assetgen watch --max-cost {needed:f}")))

    def _begin(self, work: Work) -> None:
        self._running = work
        self._unasked.begun(work.bought)
        begin(work, self.send)

    def _stale(self, seen: Survey, waiting: frozenset[str], paying: frozenset[str]) -> frozenset[str]:
        """What became stale and may be bought by itself. What is made from something that is being bought comes after that."""
        if not self.final:
            return frozenset()
        found = waiting - paying - self._unasked.barred(seen.plan) - todo.below(seen.plan, paying)
        prints = todo.prints(seen.plan, found)
        return frozenset(name for name in found if self._tried.get(name) != prints[name])

    def _drawn_on(self, found: Paper, halfway: str, stale: frozenset[str]) -> Paper | None:
        """What drafts are drawn from; None where they would be paid for while git is in the midst of something, which is said once."""
        paid = bool(halfway and found.costly and found.prints and self.purse.limit is not None)
        off = bool(halfway and stale) or paid
        if off and not self.held_off:
            message = f"git is in the midst of {halfway}, and nothing is bought by itself until that is over"
            self.tell(Happened(event=Noted(message=message)))
        self.held_off = off
        return None if paid else found

    def _final(self, seen: Survey, new: frozenset[str]) -> frozenset[str]:
        """Buy what became stale, as far as the purse reaches. Returns what is bought."""
        if not new:
            return frozenset()
        self._tried |= todo.prints(seen.plan, new)
        room = purses.room(self.purse, seen.workspace.manifest.policy.max_cost)
        names = todo.affordable(seen.plan, new, Decimal("Infinity") if room is None else room)
        before = len(self._line)
        for wish in (Promote(names=tuple(names)), Promote(names=tuple(sorted(new.difference(names))))):
            try:
                if wish.names:
                    self._stand(self.grants.promote(seen, wish, self.purse))
            except AssetgenError as error:
                self.tell(Refused(wish=wish, error=error))
        return frozenset(name for work in list(self._line)[before:] for name in work.bought)

    def _in_vain(self, work: Work, outcome: Outcome) -> None:
        """Tell where nothing came of a purchase, since another one was quicker."""
        results = [outcome.results.get(name) for name in work.bought]
        if results and all(result is not None and result.status is Status.FRESH for result in results):
            message = f"nothing was bought: {words.quoted(sorted(work.bought))} came by another purchase meanwhile"
            self.tell(Refused(wish=work.wish, error=AssetgenError(message, hint="look at it and ask again")))

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
            self.tell(Refused(wish=work.wish, error=purses.moved(work.bought)))
        elif not (work.by_save and isinstance(error, FaultyFile)):
            self.tell(Refused(wish=work.wish, error=error))
        return busy
