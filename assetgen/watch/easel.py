"""The drafts of a watch at work: begun anew when what they are drawn from changes, one go at a time. The thread of the watch owns it."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from assetgen.engine.outcome import Outcome, Result, Status
from assetgen.engine.survey import look
from assetgen.errors import AssetgenError, FaultyFile
from assetgen.events import Done, Event, Failed, Noted
from assetgen.plan.states import Plan
from assetgen.watch import todo
from assetgen.watch.drafts import Drafts, held
from assetgen.watch.grant import Grants
from assetgen.watch.paper import Paper
from assetgen.watch.wishes import Draft, Ended, Happened, Promote, Told
from assetgen.watch.work import Heard, Notify, Over, Work, Yield, begin


@dataclass(kw_only=True)
class Easel:
    """`drawn` are the drafts that there are. `tell` and `send` as those of the bench."""

    grants: Grants
    tell: Callable[[Told], None]
    send: Callable[[Heard | Over], None]
    drawn: Mapping[str, Draft] = field(default_factory=dict)
    _drafts: Drafts = field(init=False)
    _work: Work | None = None
    _results: dict[str, Result] = field(default_factory=dict)
    _on: Paper | None = None
    _gone: set[str] = field(default_factory=set)
    _costly: bool = False

    def __post_init__(self) -> None:
        """Drafts are drawn with the same patience."""
        self._drafts = Drafts(jobs=self.grants.jobs, patience=self.grants.patience)

    @property
    def idle(self) -> bool:
        """Whether nothing is drawn."""
        return self._work is None

    @property
    def costly(self) -> bool:
        """Whether drafts are drawn that may cost something."""
        return self._work is not None and self._costly

    @property
    def spent(self) -> Decimal:
        """USD that drafts cost, those that came to nothing among them."""
        return self._drafts.spent

    def draw(self, on: Paper, left: Decimal | None) -> None:
        """Have the drafts drawn, unless they are. `left` is what they may cost in USD, None for nothing."""
        if on == self._on and not self._gone:
            return
        if not (on.prints or self.drawn or self._gone):
            self._on = on
            return
        if self._work is not None:
            self._work.stop.set()
            return
        gone, self._gone = frozenset(self._gone), set()
        self._on, self._results, self._costly = on, {}, on.costly and left is not None
        self._work = Work(wish=Promote(names=()), call=partial(self._refresh, on, gone, left), draft=True)
        begin(self._work, self.send)

    def again(self) -> None:
        """Draw once more what could not be drawn, although nothing has changed."""
        self._on = None

    def dropped(self, names: Iterable[str]) -> None:
        """The pictures of these are there."""
        self._gone |= self.drawn.keys() & set(names)

    def owns(self, work: Work) -> bool:
        """Whether this is what is drawn now."""
        return work is self._work

    def heard(self, event: Event) -> None:
        """One draft is there, or could not be drawn."""
        if isinstance(event, Done):
            self._results[event.asset] = Result(asset=event.asset, status=Status.DONE, actions=(event.action,), cost=event.cost)
        elif isinstance(event, Failed):
            self._results[event.asset] = Result(asset=event.asset, status=Status.FAILED, message=event.message, hint=event.hint)

    def stop(self) -> None:
        """Begin no other draft."""
        if self._work is not None:
            self._work.stop.set()

    def over(self, over: Over, plan: Plan) -> None:
        """The drafts are there, as many as were drawn before anybody asked to stop."""
        self._work = None
        if isinstance(over.error, AssetgenError):
            if not isinstance(over.error, FaultyFile):
                self.tell(Happened(event=Noted(message=over.error.message, hint=over.error.hint), draft=True))
        elif over.error is not None:
            raise over.error
        elif isinstance(over.found, Mapping):
            self.drawn = {**self.drawn, **over.found} if over.work.stop.is_set() else over.found
        if self._results:
            spent = sum((result.cost or Decimal(0) for result in self._results.values()), Decimal(0))
            self.tell(Ended(outcome=Outcome(plan=plan, results=self._results, spent=spent), seconds=over.seconds, draft=True))
        if over.work.stop.is_set():
            self._on = None

    def _refresh(self, on: Paper, gone: frozenset[str], left: Decimal | None, notify: Notify, stop: threading.Event) -> Yield:
        """In the thread of the work."""
        self._drafts.dropped(gone)
        with look(self.grants.root, environ=self.grants.environ) as seen:
            names = todo.scope(self.grants.words, seen.workspace.manifest.assets)
            return self._drafts.refresh(seen, held(seen, names) & on.prints.keys(), notify, stop, left, unpaid=on.unpaid)
