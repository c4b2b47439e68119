"""What a job shows of itself when it is over, in Markdown: a table of what is not fresh, with prices and small pictures. Values only.

Names and texts come from anybody: nothing in them is a link, a tag, a mention or an end of a cell.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assetgen.errors import Place
from assetgen.plan.states import AssetPlan, State
from assetgen.report import ending, words
from assetgen.report.annotations import Annotation
from assetgen.report.text import safe

LIMIT = 1024 * 1024
"""GitHub refuses a whole summary that is larger; bytes."""

_LONGEST = 500
_PICTURES = 200
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A headline, a table, and what stands below it. All of it is Markdown already."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    below: tuple[str, ...] = ()

    def text(self, room: int = LIMIT) -> str:
        """The Markdown in at most so many bytes: rows that do not fit are counted, and nothing is cut in two."""
        head = [f"### {self.title}", ""]
        if self.rows:
            head += [f"| {' | '.join(self.columns)} |", f"|{' --- |' * len(self.columns)}"]
        lines = [f"| {' | '.join(row)} |" for row in self.rows]
        end = [""] if self.rows else []
        for below in (self.below, self.below[:1], ()):
            fixed = _size([*head, *end, *_tail(below, len(lines))])
            if fixed <= room:
                kept = _fitting(lines, room - fixed)
                return "\n".join([*head, *lines[:kept], *end, *_tail(below, len(lines) - kept)]) + "\n"
        return ""


def of_plans(title: str, plans: Sequence[AssetPlan], pictures: Mapping[str, str]) -> Summary:
    """What `check` and `plan` found. `pictures` are the addresses of committed outputs, by their paths."""
    stale = [planned for planned in plans if planned.state is not State.FRESH]
    rows = tuple(
        (_thumb(planned, pictures), _name(planned.name), planned.state.value, _cause(planned), _price(planned)) for planned in stale
    )
    buying = [planned for planned in stale if planned.buys]
    below = [markdown(words.states(plans)) + (f"; **{markdown(words.prices(buying))}**" if buying else "")]
    fresh = [planned for planned in plans if planned.state is State.FRESH]
    return Summary(
        title=f"assetgen {title}",
        columns=("", "asset", "state", "why", "price"),
        rows=rows,
        below=(*below, *_gallery(fresh, pictures)),
    )


def of_results(
    title: str, plans: Mapping[str, AssetPlan], results: Sequence[ending.Result], spent: Decimal, pictures: Mapping[str, str]
) -> Summary:
    """How a build ended. A file that was written is not yet at its address, so that the picture there would be an old one."""
    order = {name: number for number, name in enumerate(plans)}
    ended = sorted((result for result in results if result.status != "fresh"), key=lambda result: order[result.asset])
    rows = tuple(
        (
            "" if result.written else _thumb(plans[result.asset], pictures),
            _name(result.asset),
            ending.kind(result),
            "<br>".join([*map(_name, result.written), *([_told(result.message, result.hint)] if result.message else [])]),
            words.money(result.cost).replace("$", "&#36;") if result.cost else "",
        )
        for result in ended
    )
    fresh = [plans[result.asset] for result in results if result.status == "fresh"]
    return Summary(
        title=f"assetgen {title}",
        columns=("", "asset", "result", "files", "cost"),
        rows=rows,
        below=(markdown(ending.line(results, spent, ending.unpriced(plans, results))), *_gallery(fresh, pictures)),
    )


def of_faults(title: str, faults: Sequence[Annotation]) -> Summary:
    """Why a command could not do its work."""
    rows = tuple((_where(each.place), _name(each.subject) if each.subject else "", _told(each.message, each.hint)) for each in faults)
    return Summary(title=f"assetgen {title}", columns=("where", "what", "why"), rows=rows, below=(words.count(len(faults), "fault"),))


def markdown(text: str) -> str:
    """The text as it is, on one line, wherever it stands."""
    flat = " ".join(safe(text).split())
    cut = flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
    # Services look for mentions and addresses in what is shown, after the entities are gone.
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", cut).replace("&#64;", "&#64;<wbr>")


def _name(text: str) -> str:
    return f"<code>{markdown(text)}</code>"


def _cause(planned: AssetPlan) -> str:
    hint = next((reason.hint for reason in planned.reasons if reason.hint), "")
    return "<br>".join([_told(planned.reason, hint), *(f"note: {markdown(note)}" for note in planned.notes)])


def _told(message: str, hint: str) -> str:
    return f"{markdown(message)}<br>hint: {_name(hint)}" if hint else markdown(message)


def _price(planned: AssetPlan) -> str:
    return markdown(words.price(planned.price)) if planned.buys else ""


def _where(place: Place | None) -> str:
    return _name(f"{place.file}:{place.line}") if place is not None else ""


def _thumb(planned: AssetPlan, pictures: Mapping[str, str]) -> str:
    address = next((pictures[output.path] for output in planned.asset.outputs if output.path in pictures), None)
    if address is None:
        return ""
    shown = markdown(planned.asset.alt or planned.name)
    return f'<a href="{address}"><img src="{address}" width="96" alt="{shown.replace("<wbr>", "")}"></a>'


def _gallery(plans: Iterable[AssetPlan], pictures: Mapping[str, str]) -> list[str]:
    """The fresh ones, folded away."""
    shown = [thumb for planned in plans if (thumb := _thumb(planned, pictures))][:_PICTURES]
    return [f"<details><summary>{words.count(len(shown), 'fresh picture')}</summary>\n\n{' '.join(shown)}\n\n</details>"] if shown else []


def _tail(below: Sequence[str], left_out: int) -> list[str]:
    more = [f"and {words.count(left_out, 'row')} more that do not fit here"] if left_out else []
    return [line for part in (*more, *below) for line in (part, "")]


def _fitting(lines: Sequence[str], room: int) -> int:
    for number, line in enumerate(lines):
        room -= _size([line])
        if room < 0:
            return number
    return len(lines)


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
