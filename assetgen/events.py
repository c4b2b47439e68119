"""What a build tells while it runs. Values only; `assetgen.report` and the preview turn them into lines, bars or JSON."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plan is made, and `todo` of the `selected` assets have work before them. Always the first event of a build."""

    selected: int
    todo: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Work on an asset began; `action` is the plan's word for it (finish, restore, generate)."""

    asset: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """A provider told how far it is; `fraction` is in 0..1 or None where it does not know."""

    asset: str
    fraction: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """A request was surely not accepted and will be sent again after `wait` seconds."""

    asset: str
    attempt: int
    wait: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An asset is as the manifest wants it. `written` are the outputs whose bytes changed; `notes` are worth a person's eye."""

    asset: str
    action: str
    written: tuple[str, ...] = ()
    cost: Decimal | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An asset could not be made. `kind` is one of the six provider failures, or "finish", "expect", "modified", "internal"."""

    asset: str
    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An asset was not tried, because of what `why` says (an upstream asset failed, the budget, an interrupt)."""

    asset: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The project is held by another build; `holder` is what is known of it."""

    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something about the whole build that a person should know."""

    message: str
    hint: str = ""


Event: TypeAlias = Planned | Started | Progressed | Retried | Done | Failed | Skipped | Waiting | Noted
