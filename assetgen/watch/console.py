"""The terminal of a watch: says what happened, line by line. Lives in the thread of the watch, which tells it everything."""

from collections.abc import Callable, Iterable

from assetgen.engine.outcome import Status
from assetgen.errors import AssetgenError, FaultyFile
from assetgen.events import Done, Event, Failed, Noted, Retried, Started, Waiting
from assetgen.plan.states import AssetPlan, State
from assetgen.report import watching, words
from assetgen.report.faults import render_all
from assetgen.report.progress import lines, row
from assetgen.report.terminal import Terminal
from assetgen.watch import todo
from assetgen.watch.talk import Ask, Talk
from assetgen.watch.wishes import Broken, Ended, Happened, Looked, Refused, Told, Typed

_SHOWN = 20


class Console:
    """Says each thing once: what is held or blocked only where that is new. `logged` turns a bug in one asset into what is said of it."""

    def __init__(self, terminal: Terminal, ask: Ask, *, keys: bool, logged: Callable[[Event], Event] = lambda event: event) -> None:
        self._terminal = terminal
        self._logged = logged
        self._talk = Talk(terminal=terminal, ask=ask, keys=keys)
        self._keys = keys
        self._begun = False
        self._broken = False
        self._said: dict[str, str] = {}
        self._requests: dict[str, str | None] = {}
        self._waiting = ""
        self._hinted: set[str] = set()

    def hear(self, told: Told) -> None:
        """Take what the watch tells."""
        if isinstance(told, Typed):
            self._talk.hear(told.text)
            return
        said = self._lines(told)
        if said:
            self._talk.pause()
            for say in said:
                say()
            self._talk.resume()

    def _lines(self, told: Told) -> list[Callable[[], None]]:
        match told:
            case Looked():
                return self._looked(told)
            case Broken():
                return [lambda: self._break(told.error)]
            case Happened():
                return self._happened(self._logged(told.event), draft=told.draft)
            case Refused():
                return [lambda: self._terminal.error(told.error.message, told.error.hint)]
            case Ended():
                return self._ended(told)
            case Typed():
                return []

    def _ended(self, told: Ended) -> list[Callable[[], None]]:
        outcome, held = told.outcome, self._talk.held
        # What is held was said to be.
        results = [result for result in outcome.results.values() if result.status is not Status.SKIPPED or result.asset not in held]
        if told.draft:
            return self._say(watching.drafted(results, told.seconds))
        # Until the next look shows it: nobody is asked to buy what is there.
        self._talk.held -= {result.asset for result in results if result.status is Status.DONE}
        said = self._say(watching.built(results, told.changed, told.seconds, outcome.spent))
        if outcome.interrupted and outcome.resumable:
            count = words.count(outcome.resumable, "paid job")
            message = f"{count} {'goes' if outcome.resumable == 1 else 'go'} on at the provider, and the next build takes what comes"
            said.append(lambda: self._terminal.note(message, "assetgen build"))
        if outcome.unknown:
            lost = words.count(outcome.unknown, "paid job")
            said.append(lambda: self._terminal.note(f"of {lost} nobody knows the outcome", "assetgen jobs"))
        return said

    def _looked(self, told: Looked) -> list[Callable[[], None]]:
        if told.building and self._begun and not told.changed:
            # What is half built is nobody's news: the look at the end says what has become of it.
            return []
        plan, talk = told.seen.plan, self._talk
        talk.plan, talk.names, talk.held = plan, told.names, told.held
        said: list[Callable[[], None]] = []
        plans = [planned for name, planned in plan.assets.items() if name in told.names]
        waiting = [planned for planned in plans if planned.name in told.held]
        if not self._begun:
            said += self._say([watching.begun(told.names, waiting, keys=self._keys, limit=told.purse.limit)])
        elif self._broken:
            said += self._say([row("read", watching.saved(told.changed), "no faults any more", "good")])
        problems = {name: draft.problem for name, draft in told.drafts.items() if draft.problem}
        new = self._new(waiting, lambda planned: f"{planned.reason}{planned.price}{problems.get(planned.name)}")
        said += self._say(watching.held(new, problems, keys=self._keys))
        # The price and the cause are the same, and still it is another picture that would be bought.
        said += self._say(watching.changed([planned for planned in waiting if planned not in new and self._other(planned)]))
        self._requests = {planned.name: planned.gen_key for planned in waiting}
        resting = [planned for planned in plans if planned.name not in told.held and _rests(planned) and not told.building]
        fresh = self._new(resting, lambda planned: planned.reason)
        said += self._say(watching.resting(fresh[:_SHOWN]))
        if told.changed and not said and not todo.free(plan, told.names) and not told.paying:
            said += self._say([row("saved", watching.saved(told.changed), "nothing to build", "dim")])
        if not told.building:
            self._forget({planned.name for planned in (*waiting, *resting)})
        self._begun, self._broken = True, False
        return said

    def _new(self, plans: list[AssetPlan], text: Callable[[AssetPlan], str]) -> list[AssetPlan]:
        """Those of which something else is to be said than before."""
        found = [planned for planned in plans if self._said.get(planned.name) != text(planned)]
        self._said |= {planned.name: text(planned) for planned in found}
        return found

    def _other(self, planned: AssetPlan) -> bool:
        """Whether another request is held than was before. One that is not settled yet is no other."""
        return None not in (planned.gen_key, before := self._requests.get(planned.name)) and planned.gen_key != before

    def _forget(self, names: set[str]) -> None:
        self._said = {name: said for name, said in self._said.items() if name in names}

    def _break(self, error: AssetgenError) -> None:
        if isinstance(error, FaultyFile):
            self._terminal.complain(render_all(error.faults))
        else:
            self._terminal.error(error.message, error.hint)
        self._terminal.note("everything stays as it was until this is mended")
        self._broken = True

    def _happened(self, event: Event, *, draft: bool) -> list[Callable[[], None]]:
        """What is said while something is at work; the rest is in one line at its end."""
        said: list[watching.Line] = []
        match event:
            case Waiting() if event.holder != self._waiting:
                self._waiting, said = event.holder, lines(event)
            case Noted() if event.hint not in self._hinted:
                # What is told of each build again is said once.
                self._hinted |= {event.hint} - {""}
                said = lines(event)
            case Retried():
                said = lines(event)
            case Started() if event.action == "generate" and not draft:
                planned = self._talk.plan.assets.get(event.asset)
                paid = planned is not None and todo.costs(planned)
                said = [row("asking", event.asset, words.price(planned.price), "dim")] if paid and planned is not None else []
            case Done() if not draft:
                said = lines(event)[1:]
            case Failed() if not draft:
                said = lines(event)
        return self._say(said)

    def _say(self, found: Iterable[watching.Line]) -> list[Callable[[], None]]:
        shown = list(found)
        return [lambda line=line: self._terminal.say(*line) for line in shown]  # type: ignore[misc] # mypy knows no defaults of a lambda


def _rests(planned: AssetPlan) -> bool:
    """Whether it waits for a person, or for one thing that only a person can mend."""
    waits = planned.state is State.WAITS and planned.reasons[0].code not in ("upstream", "in-flight")
    return waits or (planned.state is State.BLOCKED and planned.reasons[0].code != "upstream-blocked")
