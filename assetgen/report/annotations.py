"""What a command has to say about lines of the user's files, as one kind of value: faults, findings, assets that are not fresh, problems.

How a service wants to be told is in `github`, `gitlab` and `sarif`, which have the same `render`. Values only.
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from assetgen.digest import of_bytes
from assetgen.errors import Fault, Place
from assetgen.lint import Finding
from assetgen.model import Asset
from assetgen.plan.states import AssetPlan, State
from assetgen.report import differences, words
from assetgen.report.ending import Result

Format: TypeAlias = Literal["text", "json", "github", "gitlab", "sarif"]
Level: TypeAlias = Literal["error", "warning", "notice"]

FAULT = "fault"
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One remark. `code` is stable: a rule of `lint`, a state of the plan, a kind of problem; `subject` is what it is about.

    The file of `place` is relative to the top of the repository; without a place it is about the whole call.
    """

    level: Level
    code: str
    message: str
    subject: str = ""
    hint: str = ""
    place: Place | None = None

    @property
    def text(self) -> str:
        """The message with its cure, on two lines."""
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class Problem(Protocol):
    """Something `verify` found (`assetgen.engine.verify.Problem`)."""

    @property
    def asset(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def path(self) -> str: ...


def of_faults(faults: Iterable[Fault]) -> Iterator[Annotation]:
    """What is wrong with files."""
    for each in faults:
        yield Annotation(level=each.severity, code=FAULT, message=each.message, subject=each.subject, hint=each.hint, place=each.place)


def of_findings(findings: Iterable[Finding]) -> Iterator[Annotation]:
    """What `lint` found."""
    for each in findings:
        yield Annotation(level=each.severity, code=each.code, message=each.message, subject=each.name, hint=each.hint, place=each.place)


def of_plans(plans: Iterable[AssetPlan], levels: Mapping[State, Level]) -> Iterator[Annotation]:
    """The assets whose state has a level, each at the field that changed. What several have in common is said once."""
    found: dict[tuple[State, str, Place | None], list[AssetPlan]] = {}
    for planned in plans:
        if planned.state in levels:
            found.setdefault((planned.state, _why(planned), _where(planned)), []).append(planned)
    for (state, message, place), same in found.items():
        subject = _names([planned.name for planned in same])
        yield Annotation(level=levels[state], code=state.value, message=message, subject=subject, hint=_hint(same[0]), place=place)


def of_problems(problems: Iterable[Problem], assets: Mapping[str, Asset]) -> Iterator[Annotation]:
    """What `verify` found, each at the asset it is about."""
    for each in problems:
        yield Annotation(level="error", code=each.code, message=each.text, subject=each.asset, place=assets[each.asset].place)


def of_results(results: Iterable[Result], assets: Mapping[str, Asset]) -> Iterator[Annotation]:
    """What a build could not make. Waiting for a person is no failure."""
    levels: Mapping[str, Level] = {"failed": "error", "blocked": "error", "skipped": "error", "waits": "warning"}
    for each in results:
        if each.status in levels:
            place = assets[each.asset].place
            yield Annotation(
                level=levels[each.status], code=str(each.status), message=each.message, subject=each.asset, hint=each.hint, place=place
            )


def below(found: Iterable[Annotation], prefix: str) -> list[Annotation]:
    """The same for a project that lies at `prefix` in its repository. A file outside the project has no place there."""
    return [each if each.place is None else replace(each, place=_below(each.place, prefix)) for each in found]


def fingerprints(found: Sequence[Annotation]) -> list[str]:
    """A digest for each, which outlives edits of other lines; of several that are alike, each has its own."""
    seen: dict[str, int] = {}
    made = []
    for each in found:
        file = each.place.file if each.place is not None else ""
        key = f"{each.code}\0{file}\0{each.subject}\0{each.message}"
        seen[key] = seen.get(key, 0) + 1
        made.append(of_bytes(f"{key}\0{seen[key]}".encode()))
    return made


def _below(place: Place, prefix: str) -> Place | None:
    if place.file.startswith("/"):
        return None
    return replace(place, file=f"{prefix}/{place.file}" if prefix not in ("", ".") else place.file)


def _why(planned: AssetPlan) -> str:
    price = f" ({words.price(planned.price)})" if planned.buys else ""
    return f"{planned.reason}{price}"


def _where(planned: AssetPlan) -> Place | None:
    """The first field that changed, or the asset."""
    for reason in planned.reasons:
        for change in reason.changes:
            return differences.place(planned.asset, change.field, reason)
    return planned.asset.place


def _hint(planned: AssetPlan) -> str:
    told = next((reason.hint for reason in planned.reasons if reason.hint), "")
    made = planned.buys or planned.state in (State.GENERATE, State.RESTORE, State.FINISH)
    return told or (f"assetgen build {shlex.quote(planned.name)}" if made else "")


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
