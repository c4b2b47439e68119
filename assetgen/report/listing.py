"""A plan as lines: `status` in short, `plan` and `check` with causes, cures and prices."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from assetgen.plan.states import AssetPlan, Plan, Price, State
from assetgen.report import words
from assetgen.report.terminal import Terminal
from assetgen.report.text import Cell, Painted, Piece

Quoted: TypeAlias = Mapping[str, Decimal | str]
"""What providers say that assets cost, by name, or why they say nothing."""

NONE: Quoted = {}


def short(terminal: Terminal, plans: Sequence[AssetPlan], *, every: bool) -> None:
    """State, name and cause of what is not fresh; the fresh ones as a number, unless all are asked for."""
    shown = [planned for planned in plans if every or planned.state is not State.FRESH]
    terminal.table([[words.state(planned), Painted(planned.name, "strong"), planned.reason] for planned in shown])
    terminal.say(words.states(plans))


def full(terminal: Terminal, plans: Sequence[AssetPlan], prompts: Mapping[str, str], inbox: str, quoted: Quoted = NONE) -> None:
    """What would be done to every asset that is not fresh, why, and for how much. `prompts` are ready to paste, by name of the asset."""
    shown = [planned for planned in plans if planned.state is not State.FRESH]
    priced = any(planned.buys for planned in shown)
    rows: list[list[Cell]] = []
    for planned in shown:
        price: list[Cell] = [_price(planned, quoted) if planned.buys else ""] if priced else []
        rows.append([words.state(planned), Painted(planned.name, "strong"), *price, _cause(planned, prompts, inbox, quoted)])
    terminal.table(rows)


def sums(terminal: Terminal, plans: Sequence[AssetPlan], quoted: Quoted = NONE) -> None:
    """The last lines: how many of which state, what they cost together, and where the prices are from."""
    buying = [planned for planned in plans if planned.buys]
    terminal.say(words.states(plans), f"; {words.prices(buying)}" if buying else "")
    known = [planned.price for planned in buying if planned.price is not None]
    for source in dict.fromkeys(price.source for price in known if price.source and price.high):
        terminal.say(Painted(f"prices: {source}", "dim"))
    amounts = [amount for amount in quoted.values() if isinstance(amount, Decimal)]
    if amounts:
        others = [planned for planned in buying if not isinstance(quoted.get(planned.name), Decimal) and planned.costs]
        whole = f"; {_with(sum(amounts, Decimal(0)), others)} with the rest" if others else ""
        terminal.say(f"quoted: {words.money(sum(amounts, Decimal(0)))} for {words.count(len(amounts), 'asset')}{whole}")


def leftovers(terminal: Terminal, plan: Plan) -> None:
    """What else a person should know: assets that are gone, jobs that are open."""
    if plan.orphans:
        verb = "is" if len(plan.orphans) == 1 else "are"
        terminal.note(f"{words.quoted(plan.orphans)} {verb} in the lock and no longer in the manifest", "assetgen clean")
    if plan.jobs:
        terminal.note(f"{words.count(len(plan.jobs), 'paid job')} {'is' if len(plan.jobs) == 1 else 'are'} open", "assetgen jobs")


def unlike(plans: Iterable[AssetPlan], state: State) -> list[AssetPlan]:
    """The plans of any other state."""
    return [planned for planned in plans if planned.state is not state]


def doable(plans: Iterable[AssetPlan]) -> bool:
    """Whether a build has anything to do."""
    return any(planned.buys or planned.state in (State.GENERATE, State.RESTORE, State.FINISH) for planned in plans)


def _with(amount: Decimal, others: Sequence[AssetPlan]) -> str:
    """What is quoted and the catalog's prices of what is not, in one sum."""
    prices = [planned.price for planned in others if planned.price is not None]
    low, high = amount + sum((price.low for price in prices), Decimal(0)), amount + sum((price.high for price in prices), Decimal(0))
    unknown = len(others) - len(prices)
    return words.price(Price(low=low, high=high)) + (f" and {unknown} of unknown price" if unknown else "")


def _price(planned: AssetPlan, quoted: Quoted) -> str:
    """The catalog's price, and the provider's own beside it."""
    amount = quoted.get(planned.name)
    known = words.price(planned.price)
    return f"{known}, quoted {words.money(amount)}" if isinstance(amount, Decimal) else known


def _cause(planned: AssetPlan, prompts: Mapping[str, str], inbox: str, quoted: Quoted) -> Cell:
    parts: list[Piece] = [planned.reason]
    for hint in dict.fromkeys(reason.hint for reason in planned.reasons if reason.hint):
        parts += ["\n", Painted("hint:", "dim"), f" {hint}"]
    told = quoted.get(planned.name)
    for note in (*planned.notes, *([told] if isinstance(told, str) else [])):
        parts += ["\n", Painted("note:", "accent"), f" {note}"]
    if planned.name in prompts:
        parts += ["\n", Painted(f"or drop the file into {inbox}/, named after the asset; the prompt to paste:", "dim")]
        parts += ["\n", prompts[planned.name]]
    return parts
