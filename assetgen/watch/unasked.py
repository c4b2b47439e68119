"""What a watch does not buy by itself, though it is stale: what was changed while it was bought, and what a page without leave touched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assetgen.plan.states import Plan
from assetgen.watch import todo


@dataclass(slots=True, kw_only=True)
class Unasked:
    """Assets that wait for a word of somebody who may spend.

    touched: those that a page without leave to spend changed, or that are made from such ones. Not even a draft is paid for them.
    """

    touched: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _bought: dict[str, str | None] = field(default_factory=dict)

    def begun(self, bought: Mapping[str, str | None]) -> None:
        """These are being bought, each by this request; None where it is not known yet."""
        self._bought |= bought

    def asked(self, names: Iterable[str]) -> None:
        """Somebody gave the word for these."""
        self.touched.difference_update(names)
        self._changed.difference_update(names)

    def look(self, plan: Plan, paying: frozenset[str], *, touching: frozenset[str], running: bool) -> None:
        """See what has changed. `touching` are those that a page is changing at this moment; `running`: something is at work."""
        for name, key in self._bought.items():
            planned = plan.assets.get(name)
            if planned is not None and key is not None and planned.gen_key not in (None, key):
                self._changed.add(name)
        if not running:
            self._bought = {}
        costly = {name for name, planned in plan.assets.items() if todo.costs(planned) or name in paying}
        self._changed &= costly
        self.touched &= costly | touching

    def barred(self, plan: Plan) -> frozenset[str]:
        """The assets that cannot be bought without one of these."""
        return todo.below(plan, self._changed | self.touched)
