"""Executes a plan. One thread owns lock, plan and results; workers take values and return values.

An asset goes through its states one after the other: what a step yields is put into the lock's blocks and the asset is settled again, until
nothing is left to do. Dependents are settled when their upstream assets have ended.
"""

import queue
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeAlias

from assetgen.engine.acquire import Acquisition, Answer
from assetgen.engine.advice import told
from assetgen.engine.claim import Awaited, awaited
from assetgen.engine.finish import Finished, finish
from assetgen.engine.inbox import Dropped, drop
from assetgen.engine.materials import Materials
from assetgen.engine.outcome import Outcome, Status
from assetgen.engine.pools import Patience, Pool, Pools
from assetgen.engine.record import Record
from assetgen.engine.select import in_order
from assetgen.engine.spend import Authority, Budget
from assetgen.engine.survey import Survey
from assetgen.engine.tally import Tally
from assetgen.errors import AssetgenError, Changed, ProviderFailure, Unexpected, of_system
from assetgen.events import Done, Event, Failed, Noted, Skipped, Started
from assetgen.plan.generate import rewritten
from assetgen.plan.graph import downstream, upstream
from assetgen.plan.states import DRAFTS, AssetPlan, JobState, State

Notify: TypeAlias = Callable[[Event], None]
_ROUNDS = 8
_KINDS: Mapping[type[AssetgenError], str] = {Unexpected: "expect", Changed: "modified"}
Yield: TypeAlias = Answer | Finished | Dropped | Awaited


@dataclass(kw_only=True)
class Build:
    """One run over the selected assets of a surveyed project, which the caller holds."""

    survey: Survey
    selected: frozenset[str]
    authority: Authority
    notify: Notify
    jobs: int
    patience: Patience = field(default_factory=Patience)
    fail_fast: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Prepare pools, budget and record."""
        workspace = self.survey.workspace
        self._planner = self.survey.planner
        self._record = Record(workspace=workspace, lock=self.survey.lock, notify=self.notify, halt=self.stop.set)
        self._materials = Materials(workspace=workspace, facts=self.survey.facts, settled=self._planner.settled)
        self._budget = Budget(self.authority.ceiling, self.authority.maxima, self.authority.order)
        self._queue: queue.SimpleQueue[tuple[str, Future[Yield]] | Event] = queue.SimpleQueue()
        self._pools = Pools(workspace.providers, workspace.settings, local=self.jobs)
        self._ready: deque[str] = deque()
        self._running = 0
        self._tally = Tally()
        self._bug = False
        self._halted = threading.Event()
        self._below = downstream(workspace.manifest.assets)

    def run(self) -> Outcome:
        """Do everything that can be done. A second interrupt leaves as KeyboardInterrupt, after the lock is written."""
        try:
            self._materials.secure()
            self._record.rename(self.survey.plan)
            # The others are begun when the last of what they are made from has ended.
            self._ready.extend(name for name in in_order(self._planner.settled) if name in self.selected and not self._not_yet(name))
            while self._ready or self._running:
                while self._ready:
                    self._consider(self._ready.popleft())
                self._take()
            self._close_books()
        finally:
            self._pools.close()
            self._record.flush(force=True)
        return self._outcome()

    def _take(self) -> None:
        """Wait for the next word of a worker."""
        if not self._running and self._queue.empty():
            return
        try:
            item = self._queue.get(timeout=0.5)
        except queue.Empty:
            self._record.flush()
            return
        if isinstance(item, tuple):
            name, future = item
            self._running -= 1
            self._apply(name, future)
            self._record.flush()
        else:
            self.notify(item)

    def _consider(self, name: str) -> None:
        """Start the next step of an asset, or end it."""
        planned = self._planner.settled[name]
        if name in self._tally.ended or self._not_yet(name):
            return
        actions = self._tally.so_far(name).actions
        if len(actions) > _ROUNDS:
            raise AssertionError(f"{name} does not come to rest: {actions}")
        if self.stop.is_set() and planned.state is not State.FRESH:
            failed = "not tried, because another asset failed and --fail-fast was given"
            self._end(name, Status.SKIPPED, failed if self._halted.is_set() else "interrupted")
            return
        match planned.state:
            case State.FRESH:
                self._end(name, Status.DONE if actions else Status.FRESH)
            case State.FINISH:
                self._start(planned, self._pools.local, lambda: finish(self._materials, planned))
            case State.RESTORE:
                self._restore(planned)
            case State.GENERATE:
                self._generate(planned)
            case State.WAITS if planned.reasons[0].code == "in-flight":
                self._await(planned)
            case State.WAITS if planned.reasons[0].code == "upstream" and not self._patient(name):
                self._end(name, Status.SKIPPED, planned.reason)
            case State.WAITS:
                self._end(name, Status.WAITS, planned.reason, planned.reasons[-1].hint)
            case State.BLOCKED:
                self._end(name, Status.BLOCKED, planned.reason, planned.reasons[-1].hint)

    def _not_yet(self, name: str) -> bool:
        """Whether an upstream asset of this run is still at work."""
        assets = self.survey.workspace.manifest.assets
        return any(above in self.selected and above not in self._tally.ended for above in upstream(assets[name]))

    def _patient(self, name: str) -> bool:
        """Whether every upstream asset that is not done waits for a person, which is no failure."""
        above = upstream(self.survey.workspace.manifest.assets[name])
        return all(self._tally.settled(one) for one in above if one in self._tally.ended)

    def _restore(self, planned: AssetPlan) -> None:
        if planned.inbox is not None:
            self._start(planned, self._pools.local, lambda: drop(self.survey.workspace, planned))
        elif planned.picks:
            self._begin(planned)
            # What an earlier build bought and could not lock is the picture that --regenerate asked for.
            self._anew(planned.name)
            self._record.originals(planned, planned.picks)
            self._again(planned.name)
        else:
            self._start(planned, self._pools.local, lambda: finish(self._materials, planned))

    def _generate(self, planned: AssetPlan) -> None:
        if planned.costs and self.authority.refusal is not None:
            self._end(planned.name, Status.SKIPPED, self.authority.refusal, self.authority.hint)
            return
        if not self._budget.reserve(planned.price, planned.name):
            self._end(planned.name, Status.SKIPPED, self._budget.refusal(planned.price), self._budget.hint)
            return
        offer = planned.offer or self.survey.facts.offer(planned.asset)
        planned = replace(planned, offer=offer)
        names = offer.providers if planned.job is None else (planned.job.provider,)
        pools = {name: self._pools[name] for name in names}
        acquisition = Acquisition(
            workspace=self.survey.workspace,
            planned=planned,
            request=lambda: self._materials.request(planned),
            budget=self._budget,
            tell=self._queue.put,
            stop=self.stop,
            rates={name: pool.rate for name, pool in pools.items()},
            patience=self.patience,
            halted=self._halted if self.fail_fast else None,
        )
        self._start(planned, pools[names[0]], acquisition.run)

    def _await(self, planned: AssetPlan) -> None:
        """Another build asks for the very same: take what it gets rather than pay for it again."""
        assert planned.job is not None
        journal, gen_key = self.survey.workspace.journal, planned.job.gen_key
        self.notify(Noted(message=f'"{planned.name}": {planned.reason}, and this one waits for the answer'))
        self._submit(planned.name, self._pools[planned.job.provider], lambda: awaited(journal, gen_key, self.stop))

    def _begin(self, planned: AssetPlan) -> None:
        self._tally.began(planned.name, planned.state.value)
        self.notify(Started(asset=planned.name, action=planned.state.value))

    def _start(self, planned: AssetPlan, pool: Pool, work: Callable[[], Yield]) -> None:
        self._begin(planned)
        self._submit(planned.name, pool, work)

    def _submit(self, name: str, pool: Pool, work: Callable[[], Yield]) -> None:
        self._running += 1
        pool.submit(work).add_done_callback(lambda done: self._queue.put((name, done)))

    def _apply(self, name: str, future: "Future[Yield]") -> None:
        """The worker boundary: what a step yielded goes into the record, what it raised ends the asset."""
        planned = self._planner.settled[name]
        try:
            match future.result():
                case Answer() as answer:
                    self._answered(planned, answer)
                case Dropped() as dropped:
                    self._record.dropped(planned, dropped)
                    self._again(name)
                case Awaited():
                    self.survey.facts.reread(planned.gen_key or "")
                    self._again(name)
                case Finished() as done:
                    self._record.finished(planned, done)
                    self._tally.wrote(name, done.changed)
                    self._again(name)
        except ProviderFailure as failure:
            self._fail(name, failure.kind, failure.message, failure.hint)
        except AssetgenError as error:
            self._fail(name, _KINDS.get(type(error), "finish"), error.message, error.hint)
        except OSError as error:
            self._fail(name, "finish", of_system(error))
        except Exception:  # noqa: BLE001 - one of the two catch-alls: a bug in one asset must not lose the work of the others
            self._bug = True
            self._fail(name, "internal", traceback.format_exc())

    def _answered(self, planned: AssetPlan, answer: Answer) -> None:
        name = planned.name
        self._record.answered(answer)
        for spent in answer.spent:
            self._tally.paid(name, spent.amount or Decimal(0))
        if planned.job is not None and (answer.originals or answer.failure is None):
            self.survey.facts.done(planned.job)
        if answer.originals:
            self._record.superseded(self.survey.facts.jobs(planned.gen_key or ""))
            self._anew(name)
            refused = rewritten(answer.originals, self.survey.workspace.manifest.policy, name)
            if refused is not None:
                self._fail(name, "rewritten", refused.text, refused.hint)
                return
            self._record.originals(planned, answer.originals)
        if answer.failure is not None:
            kind = answer.failure.kind if isinstance(answer.failure, ProviderFailure) else "failed"
            self._fail(name, kind, answer.failure.message, answer.failure.hint)
            return
        self._again(name)

    def _anew(self, name: str) -> None:
        """The new picture of an asset is there."""
        choices = self._planner.choices
        self._planner.choices = replace(choices, regenerate=choices.regenerate - {name})

    def _again(self, name: str) -> None:
        """Settle an asset anew after its blocks changed, and go on with it."""
        self._planner.settle(self.survey.workspace.manifest.assets[name])
        self._ready.append(name)

    def _fail(self, name: str, kind: str, message: str, hint: str = "") -> None:
        message, hint = (self.survey.workspace.settings.redact(text) for text in (message, hint))
        self.notify(Failed(asset=name, kind=kind, message=message, hint=hint))
        if self.fail_fast and not self.stop.is_set():
            self._halted.set()
            self.stop.set()
        self._end(name, Status.FAILED, message, hint)

    def _end(self, name: str, status: Status, message: str = "", hint: str = "") -> None:
        """An asset has come to rest: tell it, and let its dependents go on."""
        result = self._tally.end(name, status, message, hint)
        if status is Status.DONE:
            notes = self._planner.settled[name].notes
            if State.GENERATE.value in result.actions:
                notes += told(name, self.survey.lock.get(name), self.survey.workspace.manifest.policy)
            self.notify(Done(asset=name, action=result.actions[0], written=result.written, cost=result.cost, notes=notes))
        elif status is Status.SKIPPED:
            self.notify(Skipped(asset=name, why=message))
        for below in self._below[name]:
            if below in self.selected and not self._not_yet(below):
                self._planner.settle(self.survey.workspace.manifest.assets[below])
                self._ready.append(below)

    def _close_books(self) -> None:
        """Mark what the manifest no longer names, and deal with rows that earlier builds left."""
        for name in self.survey.plan.orphans:
            if name in self.survey.lock:
                self._record.orphan(name)
        for row in self.survey.facts.rows:
            if row.live or row.project not in (self.survey.workspace.name, self.survey.workspace.name + DRAFTS):
                continue
            gone = row.asset not in self.survey.workspace.manifest.assets
            if row.state is JobState.SPOILED:
                self._record.counted(row)
            elif row.state is JobState.FETCHED and (gone or self._tally.settled(row.asset)):
                self._record.replayed(row)
        self._record.flush(force=True)

    def _outcome(self) -> Outcome:
        rows = [row for row in self.survey.workspace.journal.rows() if row.project == self.survey.workspace.name]
        interrupted = self.stop.is_set() and not self._halted.is_set()
        return self._tally.outcome(self.survey.plan, rows, spent=self._budget.spent, interrupted=interrupted, bug=self._bug)
