"""Draws what stands in for pictures that would have to be paid for, and what follows from these; which assets that are is said here, too.

Only what changed is drawn. A draft costs nothing, unless `[watch] draft` names a model that does.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path

from assetgen.engine.execute import Build, Notify
from assetgen.engine.hold import hold
from assetgen.engine.outcome import Result, Status
from assetgen.engine.pools import Patience
from assetgen.engine.spend import Authority, authority
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.errors import Busy
from assetgen.events import Planned, Waiting
from assetgen.plan.facts import Choices
from assetgen.plan.graph import upstream
from assetgen.plan.states import DRAFTS, AssetPlan, Offer, State
from assetgen.store import drafts
from assetgen.watch.rough import manifest_of, pencil
from assetgen.watch.shadow import DraftLock, cast
from assetgen.watch.todo import costs
from assetgen.watch.wishes import Draft

_GLANCE = 1.0
_UNDECIDED = {"unknown-outcome", "no-picture", "abandoned"}


def held(seen: Survey, names: frozenset[str]) -> frozenset[str]:
    """The assets of `names` that a build would have to pay for, and those that wait for one of these."""
    plans = seen.plan.assets
    bought = {name for name, planned in plans.items() if costs(planned)}
    return frozenset(_followed(seen, bought) & names)


class Drafts:
    """The drafts of one project at a time. `jobs` are local threads, None for one a processor.

    `spent` is in USD: what all drafts of this watch cost, those that came to nothing among them.
    """

    def __init__(self, *, jobs: int | None = None, patience: Patience | None = None) -> None:
        self.spent = Decimal(0)
        self._jobs = jobs or os.cpu_count() or 1
        self._patience = patience or Patience()
        self._home = self._root = Path()
        self._folder = Path()
        self._lock: DraftLock | None = None

    def refresh(
        self,
        seen: Survey,
        held: frozenset[str],
        notify: Notify,
        stop: threading.Event,
        purse_left: Decimal | None,
        *,
        unpaid: frozenset[str] = frozenset(),
    ) -> dict[str, Draft]:
        """Draw the drafts of `held` that are missing, and return all that there are: also those of assets that are being bought.

        `purse_left` is in USD: None draws no draft that costs something, and `unpaid` are those for which nothing is paid in any case.
        Nothing is told where nothing is drawn. Raises OSError, and AssetgenError where the drafts cannot be written down.
        """
        workspace = seen.workspace
        lock = self._open(workspace.home, workspace.root)
        drawn = held | self._bought_now(seen, held, frozenset(lock.drafts()))
        left = any(row.project == workspace.name + DRAFTS for row in seen.facts.rows)
        if not drawn and not left:
            return {}
        by = pencil(workspace.manifest, workspace.catalog)
        offers = {name: offer for name in drawn if (offer := _offer(seen, name)) is not None}
        made = manifest_of(workspace.manifest, drawn, offers, by, workspace.catalog)
        with self._hold(notify, stop) as mine:
            if not mine:
                return {}
            drafts.claim(self._folder, workspace.root)
            allowed = _authority(seen, purse_left)
            shadow = survey_workspace(cast(workspace, made, lock, seen.lock, drawn), Choices(max_cost=allowed.ceiling))
            refused = _refused(shadow, drawn & unpaid) | _asked_for(seen, shadow, drawn)
            results = refused | self._draw(shadow, drawn - refused.keys(), allowed, notify, stop, left=left)
        found = {name: _draft(seen, shadow, results.get(name), name) for name in sorted(drawn)}
        return {name: draft for name, draft in found.items() if draft is not None}

    def dropped(self, names: Iterable[str]) -> None:
        """Forget drafts: the real pictures are there."""
        gone = frozenset(names)
        if self._lock is None or gone.isdisjoint(self._lock.drafts()):
            return
        with hold(self._home, self._folder, lambda _: None):
            self._lock.keep({name: block for name, block in self._lock.drafts().items() if name not in gone})

    def _open(self, home: Path, root: Path) -> DraftLock:
        folder = drafts.place(home, root)
        if self._lock is None or folder != self._folder:
            self._home, self._root, self._folder, self._lock = home, root, folder, DraftLock(folder)
        return self._lock

    def _draw(
        self, shadow: Survey, drawn: frozenset[str], allowed: Authority, notify: Notify, stop: threading.Event, *, left: bool
    ) -> dict[str, Result]:
        """Build what is stale. Jobs that an earlier watch left are closed on the way."""
        todo = sum(1 for name in drawn if shadow.plan.assets[name].state is not State.FRESH)
        if not todo and not left:
            return {}
        notify(Planned(selected=len(drawn), todo=todo))
        build = Build(survey=shadow, selected=drawn, authority=allowed, notify=notify, jobs=self._jobs, patience=self._patience, stop=stop)
        outcome = build.run()
        self.spent += outcome.spent
        return dict(outcome.results)

    def _bought_now(self, seen: Survey, held: frozenset[str], known: frozenset[str]) -> frozenset[str]:
        """What a build is asking for, and what waits for that: the drafts that there are stay until the pictures come."""
        flying = {name for name, planned in seen.plan.assets.items() if _waits(planned, "in-flight")}
        return frozenset(_followed(seen, flying & known) & known) - held

    @contextmanager
    def _hold(self, notify: Notify, stop: threading.Event) -> Iterator[bool]:
        """Hold the drafts, not the project, which may be built meanwhile. False: the user asked to stop while another watch drew."""
        told = False

        def tell(holder: str) -> None:
            nonlocal told
            if not told:
                notify(Waiting(holder=holder))
            told = True

        with ExitStack() as stack:
            while not stop.is_set():
                try:
                    stack.enter_context(hold(self._home, self._folder, tell, patience=_GLANCE))
                except Busy:
                    continue
                yield True
                return
            yield False


def _followed(seen: Survey, begun: Iterable[str]) -> set[str]:
    """These assets, and all that wait for one of them. A picture that is kept whatever happens upstream waits for nothing."""
    found = set(begun)
    for name, planned in seen.planner.settled.items():
        kept = planned.block is not None and planned.block.original is not None and (planned.asset.freeze or planned.asset.protect)
        if _waits(planned, "upstream") and not kept and not found.isdisjoint(upstream(planned.asset)):
            found.add(name)
    return found


def _refused(shadow: Survey, names: frozenset[str]) -> dict[str, Result]:
    """What becomes of drafts that would cost something and for which nobody who may spend has asked."""
    message, hint = "it was touched on a page that may not spend", "promote it, or start the page with --allow-spend"
    costly = (name for name in names if costs(shadow.plan.assets[name]))
    return {name: Result(asset=name, status=Status.SKIPPED, message=message, hint=hint) for name in costly}


def _asked_for(seen: Survey, shadow: Survey, names: frozenset[str]) -> dict[str, Result]:
    """What becomes of drafts that would be bought by a request that the project itself has: its answer would be a real picture."""
    real = {planned.gen_key for planned in seen.plan.assets.values()} - {None}
    same = (name for name in names if costs(shadow.plan.assets[name]) and shadow.plan.assets[name].gen_key in real)
    message, hint = "it would be the picture of an asset itself", "promote it"
    return {name: Result(asset=name, status=Status.SKIPPED, message=message, hint=hint) for name in same}


def _waits(planned: AssetPlan, code: str) -> bool:
    return planned.state is State.WAITS and planned.reasons[0].code == code


def _offer(seen: Survey, name: str) -> Offer | None:
    """The offer for an asset whose own model is paid; None where it is drawn by the model that it names."""
    asset = seen.plan.assets[name].asset
    offer = seen.facts.offer(asset) if asset.generated else None
    if offer is None or offer.problem is not None or offer.traits.by_hand:
        return None
    return offer if offer.paid else None


def _authority(seen: Survey, purse_left: Decimal | None) -> Authority:
    if purse_left is None:
        return Authority(refusal="this watch has no budget", hint="--max-cost 1.00")
    policy = seen.workspace.manifest.policy.max_cost
    ceiling = purse_left if policy is None else min(purse_left, Decimal(str(policy)))
    return authority(ceiling=ceiling, agreed=False, environ=seen.workspace.environ)


def _draft(seen: Survey, shadow: Survey, result: Result | None, name: str) -> Draft | None:
    """What there is of one draft; None where the user asked to stop before it was begun."""
    planned, block = shadow.planner.settled[name], shadow.lock.get(name)
    if result is not None and result.status is Status.SKIPPED and result.message == "interrupted":
        return None
    original = block.original if block is not None and planned.chosen is not None else None
    original = original if original is not None and original.sha256 == planned.chosen else None
    fresh = planned.state is State.FRESH and block is not None and original is not None
    return Draft(
        asset=name,
        gen_key=seen.plan.assets[name].gen_key or "",
        model=planned.asset.model,
        original=original,
        outputs=block.outputs if fresh and block is not None else (),
        problem="" if fresh else _problem(shadow, planned, result),
        cost=Decimal(original.cost) if original is not None and original.cost is not None else Decimal(0),
    )


def _problem(shadow: Survey, planned: AssetPlan, result: Result | None) -> str:
    """Why there is no draft, and what a person can do about it."""
    message, hint = (result.message, result.hint) if result is not None else (planned.reason, planned.reasons[-1].hint)
    if result is not None and result.status is Status.SKIPPED and planned.state is State.GENERATE and planned.price is not None:
        message = f'a draft by "{planned.asset.model}" costs up to ${planned.price.high:f}: {message}'
    rows = [row for row in shadow.facts.jobs(planned.gen_key or "") if not row.live]
    if planned.reasons and planned.reasons[-1].code in _UNDECIDED and rows:
        # What the hint of a build says would buy the real picture.
        hint = f"assetgen jobs resolve {rows[0].id} --retry"
    return f"{message.splitlines()[-1] if message else 'not drawn'}{f' ({hint})' if hint else ''}"
