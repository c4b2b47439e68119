"""What a person types, understood: single keys with their questions, or whole lines. Makes wishes of it; grants none."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assetgen.engine.select import select
from assetgen.errors import AssetgenError, UsageError
from assetgen.plan.states import AssetPlan, Plan, State, total
from assetgen.report import watching
from assetgen.report.terminal import Terminal
from assetgen.report.text import safe
from assetgen.report.why import explained
from assetgen.watch import todo
from assetgen.watch.asked import marks
from assetgen.watch.wishes import Build, Pick, Promote, Quit, Wish

_YES = {"y", "Y"}
_MOST = 10
_BACK = {"\x7f", "\x08"}
_LEAVE = {"\x04", "\x1b"}
_HINT = "build [NAMES], promote NAME, promote --all, pick NAME N, why NAME, or quit"


class Ask(Protocol):
    """Sends a wish to the watch."""

    def __call__(self, wish: Wish, /) -> object:
        """What came of it is told by the watch."""
        ...


@dataclass(kw_only=True)
class Talk:
    """One conversation. `plan`, `names` and `held` are what the watch saw last; `keys` says that single keys come."""

    terminal: Terminal
    ask: Ask
    keys: bool
    plan: Plan = field(default_factory=lambda: Plan(assets={}))
    names: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    _prompt: str = ""
    _typed: str = ""
    _then: Callable[[str], None] | None = None
    _single: bool = False

    @property
    def asking(self) -> bool:
        """Whether a question is open, which other lines would tear apart."""
        return self._then is not None

    def hear(self, text: str) -> None:
        """A key or a line."""
        if not self.keys:
            self._line(text)
        elif self._then is not None:
            self._answer(text)
        else:
            self._key(text)

    def pause(self) -> None:
        """Something else is going to be said: leave the line of an open question."""
        if self.asking:
            self._write("\n")

    def resume(self) -> None:
        """Show an open question again."""
        if self.asking:
            self._write(self._prompt + self._typed)

    def _key(self, key: str) -> None:
        match key:
            case "b":
                self.ask(Build())
            case "p":
                self._promote()
            case "k":
                self._pick()
            case "w":
                self._why(self._some(lambda planned: planned.state is not State.FRESH))
            case "?" | "h":
                self._say(watching.help_lines(keys=True))
            case "q" | "\x04":
                self.ask(Quit())
            case _:
                pass  # a key without a meaning, as in every such program

    def _answer(self, key: str) -> None:
        """One more key for the open question."""
        then = self._then
        assert then is not None
        if key in _LEAVE or key in "\r\n" or self._single:
            text = "" if key in _LEAVE else key if self._single else self._typed
            self._write(f"{safe(text.strip()) if self._single else ''}\n")
            self._then, self._typed = None, ""
            then(text.strip())
        elif key in _BACK:
            if self._typed:
                self._typed = self._typed[:-1]
                self._write("\b \b")
        elif key.isprintable():
            self._typed += key
            self._write(key)

    def _line(self, line: str) -> None:
        """A line of a pipe. What is wrong with it is said, and nothing else happens."""
        try:
            command, *words = shlex.split(line) or [""]
            self._command(command, words)
        except (AssetgenError, ValueError) as error:
            hint = error.hint if isinstance(error, AssetgenError) else ""
            self.terminal.error(str(error).lower() if not isinstance(error, AssetgenError) else error.message, hint)

    def _command(self, command: str, words: list[str]) -> None:
        strange = [word for word in words if word.startswith("-")]
        match command, words:
            case "", []:
                pass
            case _ if strange and (command, words) != ("promote", ["--all"]):
                raise UsageError(f'"{strange[0]}" is not understood here', hint=_HINT)
            case "build", _:
                self.ask(Build(names=tuple(words)))
            case "promote", ["--all"]:
                self._promote_all()
            case "promote", [_, *_]:
                self.ask(Promote(names=tuple(words)))
            case "pick", [name, choice]:
                self.ask(Pick(name=name, choice=choice))
            case "why", [_, *_]:
                assets = {name: planned.asset for name, planned in self.plan.assets.items()}
                found = select(words, assets)
                self._why([planned for name, planned in self.plan.assets.items() if name in found])
            case "quit", []:
                self.ask(Quit())
            case (("help" | "?"), []):
                self._say(watching.help_lines(keys=False))
            case _:
                raise UsageError(f'"{command}" is not understood here', hint=_HINT)

    def _promote_all(self) -> None:
        if not self.held:
            raise UsageError("nothing is held")
        self.ask(Promote(names=tuple(planned.name for planned in self._held())))

    def _promote(self) -> None:
        found = self._held()
        if not found:
            self.terminal.say("nothing is held")
        elif len(found) == 1:
            self._confirm([found[0].name])
        else:
            self._say(watching.numbered(found))
            self._open("which? a number, a name, or a for all: ", lambda text: self._chosen(found, text))

    def _chosen(self, found: Sequence[AssetPlan], text: str) -> None:
        if text in ("a", "all"):
            self._confirm([planned.name for planned in found])
        elif text:
            name = _one(text, [planned.name for planned in found])
            if name is None:
                self.terminal.error(f'"{text}" is not held', f"1 to {len(found)}, a name, or a")
            else:
                self._confirm([name])

    def _confirm(self, names: list[str]) -> None:
        plans = todo.buying(self.plan, names)
        price = total(plans)
        if price is None:
            # Refused with the reason, before anybody says yes to something without a price.
            self.ask(Promote(names=tuple(names)))
            return
        wish = Promote(names=tuple(names), most=price.high, shown=marks(self.plan, names))
        self._open(watching.question(plans, names), lambda text: self.ask(wish) if text in _YES else None, single=True)

    def _pick(self) -> None:
        found = self._some(lambda planned: planned.block is not None and len(planned.block.candidates) > 1)
        waiting = [planned for planned in found if planned.chosen is None]
        if not found:
            self.terminal.say("nothing has candidates to pick from")
        elif len(found) == 1 or len(waiting) == 1:
            self._candidates((waiting or found)[0])
        else:
            names = [planned.name for planned in found]
            for number, name in enumerate(names, 1):
                self.terminal.say(f"{number:>4}  {name}")
            self._open("of which? a number or a name: ", lambda text: self._of(found, text))

    def _of(self, found: Sequence[AssetPlan], text: str) -> None:
        name = _one(text, [planned.name for planned in found])
        if name is not None:
            self._candidates(self.plan.assets[name])
        elif text:
            self.terminal.error(f'"{text}" has no candidates to pick from', f"1 to {len(found)}, or a name")

    def _candidates(self, planned: AssetPlan) -> None:
        assert planned.block is not None
        self.terminal.say(f"{planned.name}:")
        self._say(watching.candidates(planned.block.candidates, planned.chosen))
        self._open("which? a number: ", lambda text: self.ask(Pick(name=planned.name, choice=text)) if text else None)

    def _why(self, plans: Sequence[AssetPlan]) -> None:
        if not plans:
            self.terminal.say("everything is fresh")
        for planned in plans[:_MOST]:
            self._say(explained(planned, colour=self.terminal.coloured))
        if len(plans) > _MOST:
            self.terminal.say(f"and {len(plans) - _MOST} more; for one of them: assetgen why NAME")

    def _held(self) -> list[AssetPlan]:
        """Those that can be bought; what only follows from them comes by itself."""
        return self._some(lambda planned: planned.name in self.held and todo.costs(planned))

    def _some(self, wanted: Callable[[AssetPlan], bool]) -> list[AssetPlan]:
        return [planned for name, planned in self.plan.assets.items() if name in self.names and wanted(planned)]

    def _open(self, prompt: str, then: Callable[[str], object], *, single: bool = False) -> None:
        self._prompt, self._single = safe(prompt), single
        self._then = lambda text: (then(text), None)[1]
        self._write(self._prompt)

    def _say(self, found: Iterable[watching.Line]) -> None:
        for line in found:
            self.terminal.say(*line)

    def _write(self, text: str) -> None:
        self.terminal.prompt(text)


def _one(text: str, names: Sequence[str]) -> str | None:
    """What a number or a name means."""
    if text.isdecimal() and 1 <= int(text) <= len(names):
        return names[int(text) - 1]
    return text if text in names else None
