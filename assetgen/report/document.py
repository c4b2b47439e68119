"""The one JSON document that `--json` prints: its shape as types, its JSON Schema, and how a plan becomes one.

Every document has `version`, `command`, `assets` and `summary`; the other keys belong to single commands. Amounts are USD.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, NotRequired, TypeAlias

from pydantic import Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from assetgen.errors import Fault
from assetgen.model import Json
from assetgen.plan.states import AssetPlan, Plan, Price, Reason, State, total
from assetgen.recipe import Change
from assetgen.report.examination import Examination

VERSION = 1

_exact = with_config({"extra": "forbid"})


Word: TypeAlias = Annotated[str, Field(json_schema_extra={"enum": [state.value for state in State]})]
End: TypeAlias = Annotated[str, Field(json_schema_extra={"enum": ["fresh", "done", "failed", "skipped", "waits", "blocked"]})]


@_exact
class PlaceEntry(TypedDict):
    """A point in a file of the manifest; lines and columns count from 1."""

    file: str
    line: int
    column: int


@_exact
class ChangeEntry(TypedDict):
    """One field that differs; null stands for a field that is absent. `why` tells its place in the manifest."""

    field: str
    old: Any
    new: Any
    place: NotRequired[PlaceEntry]


@_exact
class ReasonEntry(TypedDict):
    """Why an asset has its state. `code` is stable, `text` is for people, `hint` an exact command or value."""

    code: str
    text: str
    hint: NotRequired[str]
    changes: NotRequired[list[ChangeEntry]]


@_exact
class Cost(TypedDict):
    """What making an asset now costs, as a range."""

    low: float
    high: float
    source: NotRequired[str]


@_exact
class OutputEntry(TypedDict):
    """One file. `state` is fresh, restore, finish or blocked, null while the original is not known; `sha256` as it is locked."""

    path: str
    state: str | None
    sha256: str | None


@_exact
class ResultEntry(TypedDict):
    """How an asset ended in a build."""

    status: End
    actions: list[str]
    message: str
    hint: str
    written: list[str]
    cost: float | None


@_exact
class ProblemEntry(TypedDict):
    """Something `verify` found."""

    code: str
    text: str
    path: NotRequired[str]


@_exact
class FindingEntry(TypedDict):
    """Something that `lint` found. `code` and `rule` are stable; `assets` is empty where it is about the project."""

    code: str
    rule: str
    severity: str
    message: str
    assets: list[str]
    hint: NotRequired[str]
    place: NotRequired[PlaceEntry]


@_exact
class FaultEntry(TypedDict):
    """Why a command could not do its work. `subject` is the key of the manifest that is wrong."""

    message: str
    severity: str
    subject: NotRequired[str]
    hint: NotRequired[str]
    place: NotRequired[PlaceEntry]


@_exact
class NoticeEntry(TypedDict):
    """A model in use that is retired or will be. `kind` is "retired" or "ending"."""

    model: str
    kind: str
    message: str
    hint: NotRequired[str]
    assets: list[str]


@_exact
class QuoteEntry(TypedDict):
    """What a provider says that an asset costs at most, or why it says nothing."""

    provider: str
    amount: float | None
    note: NotRequired[str]


@_exact
class OriginalEntry(TypedDict):
    """A picture that a request yielded, and what the provider made of the prompt."""

    sha256: str
    chosen: bool
    provider: str
    model: str | None
    width: int
    height: int
    seed: int | None
    revised_prompt: str | None
    kept: float | None
    dropped: list[str]
    unhonoured: list[str]
    effective: dict[str, Any]
    cost: str | None
    cost_basis: str | None


@_exact
class AssetEntry(TypedDict):
    """One asset. `state` is the word of the plan; `cost` is null where the price is not known."""

    name: str
    state: Word
    reasons: list[ReasonEntry]
    cost: Cost | None
    outputs: list[OutputEntry]
    quote: NotRequired[QuoteEntry]
    notes: NotRequired[list[str]]
    result: NotRequired[ResultEntry]
    problems: NotRequired[list[ProblemEntry]]
    request: NotRequired[dict[str, Any]]
    originals: NotRequired[list[OriginalEntry]]
    references: NotRequired[list[str]]
    prompt: NotRequired[Annotated[str, Field(description="By-hand assets: the prompt to paste.")]]


@_exact
class Document(TypedDict):
    """What `--json` prints. `lines`, of commands that change something, is what they did, for people."""

    version: int
    command: str
    assets: list[AssetEntry]
    summary: dict[str, Any]
    jobs: NotRequired[list[dict[str, Any]]]
    spending: NotRequired[list[dict[str, Any]]]
    models: NotRequired[list[dict[str, Any]]]
    store: NotRequired[dict[str, Any]]
    styles: NotRequired[list[dict[str, Any]]]
    providers: NotRequired[list[dict[str, Any]]]
    doctor: NotRequired[Examination]
    findings: NotRequired[list[FindingEntry]]
    faults: NotRequired[list[FaultEntry]]
    notices: NotRequired[list[NoticeEntry]]
    changes: NotRequired[list[dict[str, Any]]]
    lines: NotRequired[list[str]]


@cache
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_adapter().json_schema(), "title": "assetgen --json"}


def text(document: Document) -> str:
    """The document as it is printed."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def document(command: str, assets: Iterable[AssetEntry] = (), summary: Mapping[str, Json] | None = None) -> Document:
    """A document with the parts that all have."""
    return {"version": VERSION, "command": command, "assets": list(assets), "summary": dict(summary or {})}


def of_plan(command: str, plan: Plan, names: Sequence[str]) -> Document:
    """The document of a plan: the named assets, and sums over them."""
    plans = [plan.assets[name] for name in names]
    cost = total(plans)
    summary: dict[str, Json] = {"total": len(plans)}
    summary |= {state.value: sum(1 for planned in plans if planned.state is state) for state in State}
    summary |= {"cost": None if cost is None else _range(cost), "orphans": list(plan.orphans), "jobs": len(plan.jobs)}
    return document(command, map(asset, plans), summary)


def asset(planned: AssetPlan) -> AssetEntry:
    """One line of a plan."""
    states = {decided.output.path: decided.state.value for decided in planned.outputs}
    locked = {written.path: written.sha256 for written in (planned.block.outputs if planned.block else ()) if not written.removed}
    made: AssetEntry = {
        "name": planned.name,
        "state": planned.state.value,
        "reasons": [reason(each) for each in planned.reasons],
        "cost": cost_of(planned),
        "outputs": [
            {"path": output.path, "state": states.get(output.path), "sha256": locked.get(output.path)} for output in planned.asset.outputs
        ],
    }
    if planned.notes:
        made["notes"] = list(planned.notes)
    return made


def reason(given: Reason) -> ReasonEntry:
    """A reason of the plan."""
    made: ReasonEntry = {"code": given.code, "text": given.text}
    if given.hint:
        made["hint"] = given.hint
    if given.changes:
        made["changes"] = [change(each) for each in given.changes]
    return made


def fault(given: Fault) -> FaultEntry:
    """A fault of a file, or of the call."""
    made: FaultEntry = {"message": given.message, "severity": given.severity}
    if given.subject:
        made["subject"] = given.subject
    if given.hint:
        made["hint"] = given.hint
    if given.place is not None:
        made["place"] = {"file": given.place.file, "line": given.place.line, "column": given.place.column}
    return made


def change(given: Change) -> ChangeEntry:
    """A difference of two dicts."""
    return {"field": given.field, "old": given.old, "new": given.new}


def cost_of(planned: AssetPlan) -> Cost | None:
    """What the build pays for this asset; nothing where no provider is asked, and null where nobody knows what asking would cost."""
    if not planned.buys:
        return None if _unpriced(planned) else {"low": 0.0, "high": 0.0}
    if planned.price is None:
        return None
    made: Cost = {"low": float(planned.price.low), "high": float(planned.price.high)}
    if planned.price.source:
        made["source"] = planned.price.source
    return made


def _unpriced(planned: AssetPlan) -> bool:
    """Whether an asset is blocked that would be bought, at a price that nobody knows."""
    return planned.state is State.BLOCKED and planned.offer is not None and planned.offer.price is None


def _range(price: Price) -> dict[str, Json]:
    return {"low": float(price.low), "high": float(price.high)}
