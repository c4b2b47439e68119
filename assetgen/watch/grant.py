"""Wishes become works, or are refused before anything is done: what a person may have of a watch, and for how much."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from assetgen.engine.build import Options, run
from assetgen.engine.order import order
from assetgen.engine.outcome import Outcome
from assetgen.engine.pick import pick
from assetgen.engine.pools import Patience
from assetgen.engine.retouch import editable, write
from assetgen.engine.select import select
from assetgen.engine.survey import Survey, look, survey_workspace
from assetgen.errors import AssetgenError, UsageError
from assetgen.events import Noted
from assetgen.plan.facts import Choices
from assetgen.plan.graph import closure
from assetgen.plan.order import Order
from assetgen.plan.states import AssetPlan, State
from assetgen.report import words
from assetgen.watch import purse as purses
from assetgen.watch import todo
from assetgen.watch.asked import marks
from assetgen.watch.wishes import Build, Clash, Edit, Pick, Promote, Purse, Reroll, Wish
from assetgen.watch.work import Granted, Notify, Work, Yield

# Somebody at a terminal would rather hear that another build holds the project than wait without a word.
_PATIENCE = 10.0
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """Makes works for the project at `root`. `words` select the assets that the watch is about."""

    root: Path
    words: tuple[str, ...]
    environ: Mapping[str, str]
    patience: Patience | None = None
    jobs: int | None = None

    def grant(self, wish: Wish, purse: Purse, paying: frozenset[str] = frozenset()) -> Granted:
        """What fulfils a wish, while `paying` are being bought. Raises AssetgenError for one that cannot be granted."""
        with look(self.root, environ=self.environ) as seen:
            match wish:
                case Build():
                    names = todo.scope(wish.names or self.words, seen.workspace.manifest.assets)
                    return Granted(work=self.free(names, wish), touched=todo.below(seen.plan, todo.free(seen.plan, names)))
                case Promote():
                    return Granted(work=self.promote(seen, wish, purse, paying))
                case Reroll():
                    return Granted(work=self._reroll(wish, seen, purse, paying))
                case Pick():
                    work = Work(wish=wish, call=lambda notify, _: self._pick(wish, notify))
                    return Granted(work=work, touched=todo.below(seen.plan, [wish.name]))
                case Edit():
                    return Granted(touched=todo.below(seen.plan, _edit(wish, seen)))
        return Granted()

    def free(self, names: frozenset[str], wish: Wish | None = None, *, changed: tuple[str, ...] = ()) -> Work:
        """A build that spends nothing: of a wish, or of what was saved."""
        given = Options(names=tuple(sorted(names)), free_only=True, jobs=self.jobs, lock_patience=_PATIENCE)
        wanted = wish or Build(names=given.names)
        return Work(wish=wanted, call=lambda notify, stop: self._run(given, notify, stop), by_save=wish is None, changed=changed)

    def promote(self, seen: Survey, wish: Promote, purse: Purse, paying: frozenset[str] = frozenset()) -> Work:
        """As `grant`, for a survey that is open."""
        names = select(wish.names, seen.workspace.manifest.assets)
        plans = todo.buying(seen.plan, names)
        _check_idle((*names, *(planned.name for planned in plans)), paying)
        _check_shown(seen, names, wish.shown)
        if not any(todo.costs(planned) for planned in plans):
            raise _nothing([seen.plan.assets[name] for name in sorted(names)])
        self._ceiling(seen, plans, purse, wish.most)
        return self._buy(wish, seen, names)

    def _reroll(self, wish: Reroll, seen: Survey, purse: Purse, paying: frozenset[str]) -> Work:
        again = survey_workspace(seen.workspace, Choices(regenerate=frozenset({wish.name}), max_cost=seen.planner.choices.max_cost))
        if wish.name not in again.plan.assets:
            raise UsageError(f'there is no asset "{wish.name}"', hint="assetgen status")
        plans = todo.buying(again.plan, [wish.name])
        _check_idle((wish.name, *(planned.name for planned in plans)), paying)
        _check_shown(seen, frozenset({wish.name}), wish.shown)
        if wish.name not in {planned.name for planned in plans}:
            raise _nothing([again.plan.assets[wish.name]])
        self._ceiling(again, plans, purse, wish.most)
        names = frozenset({wish.name})
        if wish.seed is None:
            return self._buy(wish, again, names, again=names)
        _check_seed(seen, again.plan.assets[wish.name])
        write(seen.workspace, wish.name, "seed", wish.seed)
        with look(self.root, environ=self.environ) as seeded:
            plans = todo.buying(seeded.plan, names)
            if not plans:
                raise _nothing([seeded.plan.assets[wish.name]])
            self._ceiling(seeded, plans, purse, wish.most)
            return self._buy(wish, seeded, names)

    def _ceiling(self, seen: Survey, plans: list[AssetPlan], purse: Purse, most: Decimal | None = None) -> Decimal:
        policy = seen.workspace.manifest.policy.max_cost
        return purses.ceiling(plans, most=most, purse=purse, policy=policy, environ=self.environ)

    def _buy(self, wish: Wish, seen: Survey, names: frozenset[str], *, again: frozenset[str] = frozenset()) -> Work:
        """A build that buys exactly what somebody has seen the price of. What moves before it begins is not bought."""
        ordered = _tried_once(order(seen, closure(names, seen.workspace.manifest.assets), regenerate=again))
        given = Options(order=ordered, max_cost=ordered.maximum, agreed=True, jobs=self.jobs, lock_patience=_PATIENCE)
        keys = {line.name: seen.plan.assets[line.name].gen_key for line in ordered.assets}
        return Work(wish=wish, call=lambda notify, stop: self._run(given, notify, stop), bought=keys, reserved=ordered.maximum)

    def _run(self, options: Options, notify: Notify, stop: threading.Event) -> Outcome:
        return run(self.root, options, notify, environ=self.environ, patience=self.patience, stop=stop)

    def _pick(self, wish: Pick, notify: Notify) -> Yield:
        for line in pick(self.root, wish.name, wish.choice):
            notify(Noted(message=line))
        return None


def _tried_once(ordered: Order) -> Order:
    """The order without what a policy of retries would set aside beyond the price that somebody agreed to."""
    lines = tuple(replace(line, maximum=line.price.high) for line in ordered.assets)
    return replace(ordered, assets=lines, maximum=sum((line.maximum for line in lines), Decimal(0)))


def _edit(wish: Edit, seen: Survey) -> tuple[str, ...]:
    """Write it down, and return the assets that it changes."""
    found = editable(seen.workspace, wish.name, wish.field)
    if found.editable and wish.was not in (..., found.value):
        raise Clash(wish, found.value)
    write(seen.workspace, wish.name, wish.field, wish.value)
    return found.shared


def _nothing(plans: list[AssetPlan]) -> AssetgenError:
    """Why there is nothing to buy."""
    first = plans[0]
    if first.state is State.FRESH:
        return AssetgenError(f'"{first.name}" is fresh', hint=f"for another picture: assetgen build --regenerate {first.name}")
    hint = first.reasons[-1].hint if first.reasons else ""
    return AssetgenError(f'nothing of "{first.name}" can be bought now: {first.reason}', hint=hint)


def _check_idle(names: Iterable[str], paying: frozenset[str]) -> None:
    """Nothing is bought a second time before its first picture is there. Raises AssetgenError."""
    found = sorted(paying.intersection(names))
    if found:
        raise AssetgenError(
            f"{words.quoted(found)} {'is' if len(found) == 1 else 'are'} being bought", hint="ask again when the picture is there"
        )


def _check_shown(seen: Survey, names: frozenset[str], shown: Mapping[str, str] | None) -> None:
    """Exactly what somebody has seen is bought. Raises AssetgenError."""
    if shown is not None:
        found = [name for name, mark in marks(seen.plan, names).items() if shown.get(name) != mark]
        if found:
            raise purses.moved(found)


def _check_seed(seen: Survey, planned: AssetPlan) -> None:
    """Raise UsageError where another seed would change nothing, or more than this asset, before it is written down."""
    model = seen.workspace.catalog.find(planned.asset.model)
    names = planned.offer.providers if planned.offer is not None else ()
    if model is not None and names and not model.supports_at(names[0]).seed:
        message = f'"{planned.asset.model}" takes no seed'
        raise UsageError(message, hint=f"for another picture: assetgen build --regenerate {planned.name}")
    others = [name for name in editable(seen.workspace, planned.name, "seed").shared if name != planned.name]
    if others:
        # Each of them would be stale as well, and under --final bought as well.
        message = f'the seed of "{planned.name}" would be that of {_some(others)} too'
        raise UsageError(message, hint=f"for another picture of it alone: assetgen build --regenerate {planned.name}")


def _some(names: list[str]) -> str:
    """The first of many names."""
    if len(names) <= _NAMED:
        return words.quoted(names)
    shown = ", ".join(f'"{name}"' for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more"
