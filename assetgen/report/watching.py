"""What a watch says, as lines: builds, what is held for how much, why, and the help. No stream is touched here."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from assetgen.lockfile import Original
from assetgen.plan.states import AssetPlan, State, total
from assetgen.report import words
from assetgen.report.ending import Result, kind
from assetgen.report.progress import row
from assetgen.report.text import Painted, Piece

Line: TypeAlias = tuple[Piece, ...]

_NAMED = 3
_SHOWN = 20
_KEYS: Mapping[str, str] = {
    "b": "build: do what is free once more, also where it failed before",
    "p": "promote: buy what is held, after you saw its price",
    "k": "pick: choose among candidates",
    "w": "why: what made each asset stale",
    "?": "these lines",
    "q": "quit; paid jobs that have an id are resumed by the next build",
}
_COMMANDS: Mapping[str, str] = {
    "build [NAMES]": "do what is free once more",
    "promote NAME... | --all": "buy what is held, within --max-cost",
    "pick NAME N": "choose a candidate",
    "why NAME": "what made it stale",
    "quit": "end",
}


def help_lines(*, keys: bool) -> Iterator[Line]:
    """What one can type."""
    shown = _KEYS if keys else _COMMANDS
    width = max(map(len, shown))
    for word, meaning in shown.items():
        yield ("  ", Painted(f"{word:<{width}}", "strong"), f"  {meaning}")


def begun(names: Collection[str], held: Sequence[AssetPlan], *, keys: bool, limit: Decimal | None) -> Line:
    """The first line."""
    parts = [words.count(len(names), "asset")]
    parts += [f"{len(held)} held"] if held else []
    parts += [f"{words.money(limit)} to spend"] if limit is not None else []
    parts += ["? for help" if keys else "quit ends it"]
    return row("watching", parts[0], ", ".join(parts[1:]), "accent")


def built(results: Sequence[Result], changed: Sequence[str], seconds: float, spent: Decimal) -> Iterator[Line]:
    """One line for a build: what came of it, how long it took, and which file was saved before."""
    made = [result for result in results if result.status == "done"]
    # Who ends a watch knows that what it was at is interrupted.
    rest = [result for result in results if result.status == "skipped" and result.message != "interrupted"]
    if made:
        files = [path for result in made for path in result.written]
        kinds = ", ".join(f"{count} {each}" for each in ("generated", "restored", "finished") if (count := _count(made, each)))
        what = files[0] if len(files) == 1 else kinds
        money = f"{words.money(spent)} spent" if spent else ""
        parts = (what, f"{seconds:.2f} s", money, saved(changed))
        yield row("built", named([result.asset for result in made]), "  ".join(part for part in parts if part), "good")
    elif results and all(result.status == "fresh" for result in results):
        yield row("fresh", named([result.asset for result in results]), "nothing to do", "dim")
    for result in rest:
        yield row("skipped", result.asset, result.message, "warn")
        if result.hint:
            yield (" " * 10, Painted("hint:", "dim"), f" {result.hint}")


def drafted(results: Sequence[Result], seconds: float) -> Iterator[Line]:
    """One line for all drafts of one go."""
    made = [result.asset for result in results if result.status == "done"]
    if made:
        yield row("drafted", named(made), f"{seconds:.2f} s", "dim")


def held(plans: Sequence[AssetPlan], problems: Mapping[str, str], *, keys: bool) -> Iterator[Line]:
    """What waits for a word about money, each with its price and cause, and the sum. `problems` say why one has no draft."""
    for planned in plans[:_SHOWN]:
        price = f"{words.price(planned.price)}, " if planned.buys else ""
        yield row("held", planned.name, f"{price}{planned.reason}", "warn")
        if planned.name in problems:
            yield (" " * 10, Painted("note:", "accent"), f" no draft: {problems[planned.name]}")
    if len(plans) > _SHOWN:
        yield (" " * 10, f"and {len(plans) - _SHOWN} more")
    if plans:
        how = "p promotes" if keys else "promote NAME, or promote --all"
        yield (" " * 10, Painted(f"{words.prices(plans)} for all that is held; {how}", "dim"))


def changed(plans: Sequence[AssetPlan]) -> Iterator[Line]:
    """What was said to be held, and is to be another picture by now."""
    for planned in plans[:_SHOWN]:
        price = f"{words.price(planned.price)}, " if planned.buys else ""
        yield row("held", planned.name, f"{price}changed", "warn")
    if len(plans) > _SHOWN:
        yield (" " * 10, f"and {len(plans) - _SHOWN} more")


def resting(plans: Iterable[AssetPlan]) -> Iterator[Line]:
    """What waits for a person or is blocked, with its cure."""
    for planned in plans:
        yield row(planned.state.value, planned.name, planned.reason, "warn" if planned.state is State.WAITS else "bad")
        if planned.reasons and planned.reasons[-1].hint:
            yield (" " * 10, Painted("hint:", "dim"), f" {planned.reasons[-1].hint}")


def numbered(plans: Sequence[AssetPlan]) -> Iterator[Line]:
    """A list to choose from."""
    for number, planned in enumerate(plans, 1):
        price = words.price(planned.price) if planned.buys else "follows"
        yield (f"{number:>4}  ", Painted(planned.name, "strong"), f"  {price}")


def candidates(found: Sequence[Original], chosen: str | None) -> Iterator[Line]:
    """The candidates of an asset, to choose from."""
    for number, one in enumerate(found, 1):
        seed = f", seed {one.seed}" if one.seed is not None else ""
        yield (f"{'*' if one.sha256 == chosen else ' '}{number:>3}  {one.sha256[:12]}  {one.width}x{one.height} {one.format}{seed}",)


def question(plans: Sequence[AssetPlan], asked: Collection[str]) -> str:
    """What is asked before money is spent. Others that have to be bought first are named as well."""
    more = [planned.name for planned in plans if planned.name not in asked]
    first = f", with {named(more)} that {'it is' if len(asked) == 1 else 'they are'} made from," if more else ""
    price = total(plans)
    # The price is that of a list: what a bill by tokens says of the input is known afterwards.
    about = "" if price is None or price.high == 0 else "about "
    return f"promote {named([*asked])}{first} for {about}{words.price(price)}? [y/N] "


def saved(files: Sequence[str]) -> str:
    """The files that were saved, or the first of many."""
    return f"{', '.join(files[:_NAMED])}{', ...' if len(files) > _NAMED else ''}"


def named(names: Sequence[str]) -> str:
    """A few names, always in the same order, or how many there are."""
    return ", ".join(sorted(names)) if len(names) <= _NAMED else words.count(len(names), "asset")


def _count(results: Iterable[Result], word: str) -> int:
    return sum(1 for result in results if kind(result) == word)
