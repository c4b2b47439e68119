"""A watch that runs in a thread of the test, and all that it tells, in the order in which it was told."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Broken, Ended, Happened, Looked, Quit, Refused
from tests.projects import PATIENCE, until


@dataclass
class Look:
    """A look at the project, after it was closed."""

    states: dict
    held: frozenset
    drafts: dict
    paying: frozenset
    purse: object
    changed: tuple


@dataclass
class Diary:
    watch: Watch | None = None
    looks: list = field(default_factory=list)
    broken: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    drawn: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    events: list = field(default_factory=list)
    codes: list = field(default_factory=list)
    crashed: list = field(default_factory=list)

    def hear(self, told):
        match told:
            case Looked():
                states = {name: planned.state.value for name, planned in told.seen.plan.assets.items()}
                self.looks.append(Look(states, told.held, dict(told.drafts), told.paying, told.purse, told.changed))
            case Broken():
                self.broken.append(told.error)
            case Ended(draft=True):
                self.drawn.append(told)
            case Ended():
                self.ended.append(told)
            case Refused():
                self.refused.append(told)
            case Happened():
                self.events.append(told)

    def run(self):
        try:
            self.codes.append(self.watch.run())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread of the test
            self.crashed.append(error)

    @property
    def last(self):
        return self.looks[-1]

    def made(self, number=-1):
        """What one build made, by the names of the assets."""
        return {name for name, result in self.ended[number].outcome.results.items() if result.status == "done"}

    def until(self, condition):
        until(lambda: self.crashed or condition())
        assert self.crashed == []

    def builds(self, count):
        """Wait for the end of so many builds, and for the look behind the last one."""
        self.until(lambda: len(self.ended) >= count)
        looks = len(self.looks)
        self.until(lambda: len(self.looks) > looks or not self.watch.busy)

    def fresh(self, *names):
        """Wait until these are seen to be fresh."""
        self.until(lambda: self.looks and all(self.last.states.get(name) == "fresh" for name in names))

    def ask(self, wish):
        return self.watch.ask(wish).result(20)

    def refusal(self, wish):
        return self.watch.ask(wish).exception(20)


@contextmanager
def watching(path, environ, **options):
    """Watches until the block ends, and must then end well."""
    diary = Diary()
    diary.watch = Watch(path, Options(**options), diary.hear, environ=environ, patience=PATIENCE)
    thread = threading.Thread(target=diary.run)
    thread.start()
    try:
        yield diary
        diary.watch.ask(Quit())
        thread.join(30)
        assert (thread.is_alive(), diary.crashed, diary.codes) == (False, [], [0])
    finally:
        diary.watch.stop()
        thread.join(30)
