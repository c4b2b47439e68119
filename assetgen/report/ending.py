"""The end of a build in words: what became of how many assets, what was spent, and how to go on."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from assetgen.plan.states import AssetPlan
from assetgen.report import document, words
from assetgen.report.progress import row
from assetgen.report.terminal import Terminal
from assetgen.report.text import Painted

_ORDER = ("generated", "restored", "finished", "failed", "blocked", "skipped", "waiting", "fresh")


class Result(Protocol):
    """How one asset ended (`assetgen.engine.outcome.Result`)."""

    @property
    def asset(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def actions(self) -> Sequence[str]: ...
    @property
    def message(self) -> str: ...
    @property
    def hint(self) -> str: ...
    @property
    def written(self) -> Sequence[str]: ...
    @property
    def cost(self) -> Decimal | None: ...


def resting(terminal: Terminal, results: Collection[Result], prompts: Mapping[str, str], inbox: str) -> None:
    """The assets that wait or are blocked, with their cures; and once each, what would help those that were skipped."""
    for result in results:
        if result.status in ("waits", "blocked"):
            terminal.say(*row(result.status, result.asset, result.message, "warn" if result.status == "waits" else "bad"))
            if result.hint:
                terminal.say(" " * 10, Painted("hint:", "dim"), f" {result.hint}")
            if result.asset in prompts:
                terminal.say(Painted(f"          or drop the file into {inbox}/, named after the asset; the prompt to paste:", "dim"))
                for line in prompts[result.asset].splitlines():
                    terminal.say(" " * 10, line)
    for hint in dict.fromkeys(result.hint for result in results if result.status == "skipped" and result.hint):
        terminal.say(Painted("hint:", "dim"), f" {hint}")


def unpriced(plans: Mapping[str, AssetPlan], results: Collection[Result]) -> int:
    """How many assets were bought at a price that neither the catalog nor the provider's answer told."""
    return sum(1 for result in results if result.cost == 0 and plans[result.asset].price is None)


def line(results: Collection[Result], spent: Decimal, unknown: int = 0) -> str:
    """As in: 12 assets: 3 generated, 1 finished, 8 fresh; $0.12 spent, and 2 of unknown price."""
    kinds = [kind(result) for result in results]
    if not kinds:
        return "nothing to do: there are no assets"
    paid = [f"{words.money(spent)} spent"] if spent else []
    paid += [f"{unknown} of unknown price"] if unknown else []
    money = f"; {', and '.join(paid)}" if paid else ""
    if set(kinds) == {"fresh"}:
        return f"nothing to do: {words.count(len(kinds), 'asset')} {'is' if len(kinds) == 1 else 'are'} fresh{money}"
    parts = ", ".join(f"{kinds.count(each)} {each}" for each in _ORDER if each in kinds)
    return f"{words.count(len(kinds), 'asset')}: {parts}{money}"


def kind(result: Result) -> str:
    """One word for how an asset ended."""
    if result.status == "done":
        words_ = {"generate": "generated", "restore": "restored"}
        return next((words_[action] for action in ("generate", "restore") if action in result.actions), "finished")
    return {"waits": "waiting"}.get(result.status, str(result.status))


def entry(planned: AssetPlan, result: Result) -> document.AssetEntry:
    """The entry of an asset in the document of a build: its plan, and how it ended."""
    made = document.asset(planned)
    made["result"] = {
        "status": str(result.status),
        "actions": list(result.actions),
        "message": result.message,
        "hint": result.hint,
        "written": list(result.written),
        "cost": None if result.cost is None else float(result.cost),
    }
    return made
