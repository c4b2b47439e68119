"""What a watch does not buy by itself, though it is stale: what was changed while it was bought, and what a page without leave touched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assetgen.plan.states import Plan, State
from assetgen.watch import todo
from assetgen.watch.asked import wording

_SETTLED = (State.FRESH, State.FINISH, State.RESTORE)


@dataclass(slots=True, kw_only=True)
class Unasked:
    """Assets that wait for a word of somebody who may spend, each with its wording when it was seen last: a new name is no such word."""

    _touched: dict[str, str] = field(default_factory=dict)
    _changed: dict[str, str] = field(default_factory=dict)
    _bought: dict[str, str | None] = field(default_factory=dict)

    @property
    def touched(self) -> frozenset[str]:
        """Those that a page without leave to spend changed, or that are made from such ones. Not even a draft is paid for them."""
        return frozenset(self._touched)

    def touch(self, names: Iterable[str]) -> None:
        """A page without leave to spend changed these."""
        self._touched = dict.fromkeys(names, "") | self._touched

    def begun(self, bought: Mapping[str, str | None]) -> None:
        """These are being bought, each by this request; None where it is not known yet."""
        self._bought |= bought

    def asked(self, names: Iterable[str]) -> None:
        """Somebody gave the word for these."""
        for name in names:
            self._touched.pop(name, None)
            self._changed.pop(name, None)

    def look(self, plan: Plan, paying: frozenset[str], *, touching: frozenset[str], running: bool) -> None:
        """See what has changed. `touching` are those that a page is changing at this moment; `running`: something is at work."""
        for name, key in self._bought.items():
            planned = plan.assets.get(name)
            if planned is not None and key is not None and planned.gen_key not in (None, key):
                self._changed.setdefault(name, "")
        if not running:
            self._bought = {}
        self._changed = _followed(self._changed, plan, paying)
        self._touched = _followed(self._touched, plan, paying | touching)

    def barred(self, plan: Plan) -> frozenset[str]:
        """The assets that cannot be bought without one of these."""
        return todo.below(plan, (*self._changed, *self._touched))


def _followed(known: Mapping[str, str], plan: Plan, working: frozenset[str]) -> dict[str, str]:
    """Those that go on waiting, under the names that they have now: what is blocked may be bought later, and what is fresh needs no word.

    `working` are those at which something is at work.
    """
    if not known:
        return {}
    gone = {name: words for name, words in known.items() if name not in plan.assets}
    heirs = {name: found for name, one in plan.assets.items() if (found := wording(one.asset)) in gone.values()} if gone else {}
    named = {name for name in (*known, *heirs) if name in plan.assets}
    waiting = todo.below(plan, (name for name in named if name in working or plan.assets[name].state not in _SETTLED))
    kept = {name: wording(plan.assets[name].asset) for name in named & waiting}
    return kept | {name: words for name, words in gone.items() if words not in heirs.values()}
