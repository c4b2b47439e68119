"""What a person wants of a running watch, by key, pipe or page, and what the watch tells back. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import EllipsisType
from typing import Literal, TypeAlias

from assetgen.engine.outcome import Outcome
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError
from assetgen.events import Event
from assetgen.lockfile import Original, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Do what is free, whether or not something was saved. No names mean all that the watch is about."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote:
    """Make assets for real that are held as drafts. `most` is the sum in USD that was agreed to: refused where it costs more by now.

    `shown` has the mark (`asked.marks`) of each asset when its price was shown: refused where it is another one by now, unless it is None.
    """

    names: tuple[str, ...]
    most: Decimal | None = None
    shown: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reroll:
    """Buy another picture of an asset: with `seed` written into the manifest, or by the same request once more.

    `most` and `shown` as in `Promote`.
    """

    name: str
    seed: int | None = None
    most: Decimal | None = None
    shown: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Choose among candidates; `choice` as in `assetgen pick`."""

    name: str
    choice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Write a prompt or a seed back into the manifest, with everything around it as it was. A seed of None takes the key away.

    `was` is the value that somebody saw when the edit began: it is refused where the manifest has another one by now. With ... it is not
    looked at.
    """

    name: str
    field: Literal["prompt", "seed"]
    value: str | int | None
    was: str | int | EllipsisType | None = ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quit:
    """Begin nothing new, wait for what cannot be taken up again, and end."""


Wish: TypeAlias = Build | Promote | Reroll | Pick | Edit | Quit


class Clash(AssetgenError):
    """An edit began with another value than the manifest has by now, which is `now`. Nothing was written."""

    def __init__(self, edit: Edit, now: str | int | None) -> None:
        super().__init__(f'the {edit.field} of "{edit.name}" was changed meanwhile', hint="look at the new one, then save again")
        self.now = now


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in for the picture of an asset until it is promoted. Its bytes are in the store, and in no lock that is committed.

    gen_key: of the request it stands for. original: None where it could not be drawn, which `problem` tells. cost: USD, of a draft that a
    paid model drew. `outputs` have the paths that the real ones will have.
    """

    asset: str
    gen_key: str
    model: str
    original: Original | None = None
    outputs: tuple[Written, ...] = ()
    problem: str = ""
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """Money of one watch in USD. `limit` is None where each purchase is asked for; `allowed` says whether the page may spend.

    `spent` counts what is reserved as well: what runs, what stands in line, and what was sent and whose outcome is not known.
    """

    limit: Decimal | None = None
    spent: Decimal = Decimal(0)
    allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class Looked:
    """The project as it is now. `seen` is open only while the listener runs; `paying` are the assets that are being bought.

    `names` are the assets that the watch is about, `held` those of them that wait for a word about money (or for one that does), and
    `changed` the files whose saving made the watch look. `building`: somebody builds the project at this moment, so that what is on disk
    of an asset may be ahead of the lock.
    """

    seen: Survey
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    paying: frozenset[str] = frozenset()
    changed: tuple[str, ...] = ()
    purse: Purse = field(default_factory=Purse)
    building: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The manifest or the lock cannot be read. What was seen last stays as it is."""

    error: AssetgenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of a build; `draft` where it draws drafts."""

    event: Event
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A build of the watch is over. `changed` are the files whose saving led to it, "" for a wish."""

    outcome: Outcome
    changed: tuple[str, ...] = ()
    seconds: float = 0.0
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A wish that was not granted, and why."""

    wish: Wish
    error: AssetgenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A key or a line of the person at the terminal, on its way to whoever understands it; it comes in its turn, like everything else."""

    text: str


Told: TypeAlias = Looked | Broken | Happened | Ended | Refused | Typed
