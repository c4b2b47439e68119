"""Asks providers for one asset's pictures, in the order that loses nothing. Runs on a thread of the provider's pool.

journal intent, submit, job id, bytes, verify, store, journal fetched; lock, outputs and the closing of the row follow elsewhere.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeAlias

from assetgen import digest, rewrite
from assetgen.engine import originals
from assetgen.engine.addressing import addressed, taken
from assetgen.engine.advice import troubles
from assetgen.engine.claim import StoppedError, claimed
from assetgen.engine.offers import unhonoured
from assetgen.engine.pools import Patience, Rate, persist
from assetgen.engine.spend import Budget
from assetgen.engine.workspace import Workspace
from assetgen.errors import AssetgenError, BadAnswer, Limited, ProviderFailure, Unauthorized, Unavailable, Unknown, Unread
from assetgen.events import Event, Noted, Progressed, Retried
from assetgen.ledger import Spent
from assetgen.lockfile import Original
from assetgen.model import Json
from assetgen.plan.generate import best, resolve
from assetgen.plan.states import AssetPlan, JobState, OpenJob, Price
from assetgen.providers import Picture, Provider, Request

Tell: TypeAlias = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking: the originals (all in the store), the rows to close once they are durable elsewhere, and what was spent."""

    originals: tuple[Original, ...] = ()
    rows: tuple[OpenJob, ...] = ()
    spent: tuple[Spent, ...] = ()
    failure: AssetgenError | None = None


@dataclass(kw_only=True)
class Submit:
    """One job, as the provider sees it (`assetgen.providers.Job`)."""

    row: OpenJob
    workspace: Workspace
    tell: Tell
    stop: threading.Event

    @property
    def handle(self) -> Mapping[str, Json] | None:
        """The job id that an earlier run saved."""
        return self.row.handle

    def save(self, handle: Mapping[str, Json]) -> None:
        """Make the job id durable."""
        self.row = self.workspace.journal.submitted(self.row, handle)

    def progress(self, fraction: float | None, text: str) -> None:
        """Tell the user."""
        self.tell(Progressed(asset=self.row.asset, fraction=fraction, text=text))

    def cancelled(self) -> bool:
        """Whether the user asked to stop."""
        return self.stop.is_set()


@dataclass(kw_only=True)
class Acquisition:
    """All requests for one asset in one build. Its price was reserved by the caller and is settled here.

    `halted` is set, with `stop`, by the first failure of a build that is to stop there.
    """

    workspace: Workspace
    planned: AssetPlan
    request: Callable[[], Request]
    budget: Budget
    tell: Tell
    stop: threading.Event
    rates: Mapping[str, Rate]
    patience: Patience
    halted: threading.Event | None = None
    _rows: list[OpenJob] = field(default_factory=list)
    _spent: list[Spent] = field(default_factory=list)
    _originals: list[Original] = field(default_factory=list)
    _extra: Decimal = Decimal(0)
    _lives: bool = False

    def run(self) -> Answer:
        """Ask until there are as many pictures as candidates are wanted."""
        planned = self.planned
        assert planned.gen_key is not None
        failure: AssetgenError | None = None
        try:
            with self._claim(planned.gen_key):
                others = self._meanwhile(planned.gen_key)
                if others:
                    return Answer(originals=others)
                self._ask_all()
        except StoppedError:
            pass  # what came before it is kept, and nothing else has happened
        except AssetgenError as error:
            failure = error
            if self.halted is not None and not self.stop.is_set():
                # Here and not when the answer is read: this thread would have begun with the next asset by then.
                self.halted.set()
                self.stop.set()
        finally:
            reserved = (planned.price.high if planned.price else Decimal(0)) + self._extra
            self.budget.settle(reserved, sum((spent.amount or Decimal(0) for spent in self._spent), Decimal(0)))
        return Answer(originals=tuple(self._originals), rows=tuple(self._rows), spent=tuple(self._spent), failure=failure)

    def _claim(self, gen_key: str) -> AbstractContextManager[object]:
        """Nobody else who shares the store asks for the same thing at the same time; what is free may be made twice."""
        offer = self.planned.offer
        free = offer is not None and not offer.traits.journalled
        return nullcontext() if free else claimed(self.workspace.journal, gen_key, self.stop)

    def _meanwhile(self, gen_key: str) -> tuple[Original, ...]:
        """What another build got for the same request while this one waited for the claim."""
        if self.planned.job is not None or any(reason.code == "regenerate" for reason in self.planned.reasons):
            return ()
        store = self.workspace.store
        return tuple(one for one in store.yielded(gen_key) if store.has(one.sha256) and one not in self.planned.picks)

    def _ask_all(self) -> None:
        request = self.request()
        if self.planned.job is not None:
            provider = self.workspace.providers[self.planned.job.provider]
            # What was paid for is fetched, and nothing more is asked for: this build was allowed a resume, which is free.
            self._submit(provider, request, request.prompt, self.planned.job)
            return
        while len(self._originals) < self.planned.asset.candidates and not self.stop.is_set():
            # Further candidates of a model without seeds are further rolls; with a seed each needs one of its own.
            nth = len(self._originals)
            seed = None if request.seed is None else request.seed + nth
            self._ask(replace(request, seed=seed), request.prompt)
        if self.workspace.manifest.policy.rewrite == "retry" and self._originals:
            self._insist(request)

    def _insist(self, request: Request) -> None:
        """The provider rewrote the prompt and dropped too much of it: ask again in firmer words, while budget and patience last."""
        policy = self.workspace.manifest.policy
        for attempt in range(1, policy.rewrite_retries + 1):
            chosen = best(tuple(self._originals))
            if chosen.kept is None or chosen.kept >= policy.min_kept or self.stop.is_set():
                return
            unit = self._unit()
            if not self.budget.reserve(unit, self.planned.name):
                self.tell(Noted(message=f'"{self.planned.name}": no further try for the dropped terms, the budget does not allow it'))
                return
            self._extra += unit.high if unit else Decimal(0)
            terms = ", ".join(chosen.dropped)
            self.tell(Retried(asset=self.planned.name, attempt=attempt, wait=0.0, why=f"the provider dropped {terms} from the prompt"))
            self._ask(replace(request, prompt=rewrite.firmer(request.prompt, chosen.dropped, attempt)), request.prompt)

    def _estimate(self, row: OpenJob) -> Price | None:
        """What the pictures of a job are taken to cost where the provider does not say: for a resumed job, what was reserved then."""
        if self.planned.job is None:
            return self._unit()
        return None if row.reserved is None else Price(low=row.reserved, high=row.reserved)

    def _unit(self) -> Price | None:
        price, count = self.planned.price, self.planned.asset.candidates
        return None if price is None else Price(low=price.low / count, high=price.high / count)

    def _ask(self, request: Request, prompt: str) -> None:
        """Ask the providers of `via` in turn; the next one only after a failure that surely cost nothing."""
        offer = self.planned.offer
        assert offer is not None
        for name in offer.providers[:-1]:
            try:
                self._submit(self.workspace.providers[name], request, prompt, None)
            except (Unavailable, Unauthorized) as failure:
                if self._lives:
                    raise
                self.tell(Noted(message=f'"{self.planned.name}": {name} is passed over, {failure.message}', hint=failure.hint))
            else:
                return
        self._submit(self.workspace.providers[offer.providers[-1]], request, prompt, None)

    def _submit(self, provider: Provider, request: Request, prompt: str, row: OpenJob | None) -> None:
        wanted = self.planned.asset.size
        request = taken(provider, addressed(self.workspace.catalog, request, provider.name, wanted), wanted)
        job = Submit(row=row or self._row(provider, request), workspace=self.workspace, tell=self.tell, stop=self.stop)
        rate = self.rates.get(provider.name)
        try:
            pictures = persist(
                lambda: self._generate(provider, request, job, rate),
                patience=self.patience,
                stop=self.stop,
                told=lambda attempt, wait, why: self.tell(Retried(asset=self.planned.name, attempt=attempt, wait=wait, why=why)),
            )
            self._receive(pictures, provider, request, prompt, job.row)
        except StoppedError:
            if job.row.state is JobState.INTENT:
                self.workspace.journal.close(job.row)
            raise
        except ProviderFailure as failure:
            self._failed(failure, provider, job)
            raise

    def _generate(self, provider: Provider, request: Request, job: Submit, rate: Rate | None) -> list[Picture]:
        if rate is not None and self.stop.wait(rate.delay()):
            raise StoppedError
        pictures = provider.generate(request, job)
        if not pictures:
            raise BadAnswer("the answer holds no picture")
        return pictures

    def _row(self, provider: Provider, request: Request) -> OpenJob:
        planned = self.planned
        assert planned.gen_key is not None
        unit = self._unit()
        row = OpenJob(
            id="",
            asset=planned.name,
            project=self.workspace.name,
            gen_key=planned.gen_key,
            provider=provider.name,
            model=request.model,
            state=JobState.INTENT,
            request=dict(planned.request or {}),
            reserved=unit.high if unit else None,
            order=self.budget.order,
        )
        return self.workspace.journal.intend(row) if provider.traits.journalled else row

    def _receive(self, pictures: list[Picture], provider: Provider, request: Request, prompt: str, row: OpenJob) -> None:
        """Verify and keep every picture; what is paid is written down even where none of them is usable."""
        good: list[Original] = []
        bad: BadAnswer | None = None
        for picture in pictures:
            try:
                facts = originals.verify(self.workspace, picture.data, request)
            except BadAnswer as failure:
                bad = failure
                continue
            made = originals.answered(
                self.workspace,
                digest.of_bytes(picture.data),
                facts,
                picture,
                replace(request, prompt=prompt),
                provider,
                self._estimate(row),
            )
            made = replace(made, unhonoured=unhonoured(self.workspace, self.planned.asset, provider.name, picture))
            originals.keep(self.workspace, picture.data, facts, made, self.planned.name)
            good.append(made)
            if self.planned.asset.candidates > 1:  # the asset waits for a pick, and has no line of its own that could say so
                for trouble in troubles(made.effective):
                    self.tell(Noted(message=f'"{self.planned.name}": {trouble}'))
        if not good:
            assert bad is not None
            raise bad
        self._originals += good
        if provider.traits.journalled:
            # First of all: until this row is durable, a crash makes the outcome unknown although the bytes are in the store.
            self._rows.append(self.workspace.journal.fetched(row, tuple(good)))
            amounts = [one.cost for one in good if one.cost is not None]
            self._spent.append(Spent.of(row, amounts, actual=all(one.cost_basis == "actual" for one in good)))
        for made in good:
            self.workspace.store.answer(row.gen_key, made)

    def _failed(self, failure: ProviderFailure, provider: Provider, job: Submit) -> None:
        if not provider.traits.journalled:
            return
        resumable = job.row.state is JobState.SUBMITTED
        match failure:
            case Unknown() if not resumable:
                self.workspace.journal.unknown(job.row, failure.message)
                failure.hint = failure.hint or resolve(self.planned.name)
            case Unknown() | Limited() | Unavailable() | Unread() if resumable:
                self._lives = True  # the job goes on at the provider, and its id is in the journal
            case Unauthorized() if resumable and provider.traits.paid:
                self._lives = True
            case _ if not (provider.traits.paid and _paid(failure, resumable=resumable)):
                self.workspace.journal.close(job.row)
            case _:
                # Answered, so nothing is unknown about it; it may have been paid for, and is counted at its estimate.
                # A job that a person named may have been counted before.
                if all(spent.job != job.row.id for spent in self.workspace.ledger.entries()):
                    self._spent.append(Spent.of(job.row, (), actual=False))
                if self._originals:
                    self._rows.append(self.workspace.journal.fetched(job.row, ()))
                else:
                    former = f" (before: {job.row.detail})" if job.row.detail else ""
                    self.workspace.journal.spoiled(job.row, failure.message + former)


def _paid(failure: ProviderFailure, *, resumable: bool) -> bool:
    """Whether a request may have been paid for: by the provider's own word, or else because an answer came, or a job was made of it."""
    if failure.paid is not None:
        return failure.paid
    return resumable or isinstance(failure, BadAnswer)
