"""The words of a plan. `State` values are what `--json` prints; `Reason.code` is stable and meant for programs, its text for people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from assetgen.lockfile import Block, Original
from assetgen.model import Asset, Json, Output, Size
from assetgen.providers import Traits
from assetgen.recipe import Change


class State(StrEnum):
    """What has to happen to an asset."""

    FRESH = "fresh"
    FINISH = "finish"
    RESTORE = "restore"
    GENERATE = "generate"
    WAITS = "waits"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an asset has its state. `changes` is the dict difference behind it, `hint` an exact command or value."""

    code: str
    text: str
    changes: tuple[Change, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """USD for one asset, as a range; `low` equals `high` where the price is exact. `source` says where it is from and its date."""

    low: Decimal
    high: Decimal
    source: str = ""


FREE = Price(low=Decimal(0), high=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """How an asset can be generated: the providers in the order of `via`, and what is known before anything is paid.

    `size` is the one in pixels that will be asked for; `problem` says why none can serve it; `price` is the dearest, None if unknown, and
    `cure` says then where it can be named. `ids` is what each provider calls the model. `paid` says whether any of them takes money, which
    no price decides.
    """

    providers: tuple[str, ...] = ()
    traits: Traits = field(default_factory=Traits)
    size: Size | None = None
    price: Price | None = None
    paid: bool = True
    cure: str = ""
    ids: tuple[str, ...] = ()
    problem: Reason | None = None
    notes: tuple[str, ...] = ()
    unhonoured: tuple[str, ...] = ()


class JobState(StrEnum):
    """How far a paid job is known to have come."""

    INTENT = "intent"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    FETCHED = "fetched"
    SPOILED = "spoiled"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJob:
    """A row of the journal: a job that was about to be sent, was sent, or whose pictures the lock does not hold yet.

    `live` says that the process that wrote it still runs; `order` is the digest of the purchase order that it was sent for, if any.
    """

    id: str
    asset: str
    project: str
    gen_key: str
    provider: str
    model: str
    state: JobState
    request: Mapping[str, Json] = field(default_factory=dict)
    handle: Mapping[str, Json] | None = None
    reserved: Decimal | None = None
    detail: str = ""
    originals: tuple[Original, ...] = ()
    order: str = ""
    live: bool = False


DRAFTS = " (drafts)"
"""Stands behind the name of the project in a job that was sent for a draft: the same money, and no build takes its picture for its own."""


class OutputState(StrEnum):
    """What has to happen to one output."""

    FRESH = "fresh"
    RESTORE = "restore"
    FINISH = "finish"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPlan:
    """One output of an asset: what is wanted, and what its key will be. `sha256` is the locked digest where it is restored as it was."""

    output: Output
    state: OutputState
    finish: Mapping[str, Json]
    reason: Reason | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPlan:
    """One line of the plan.

    request/gen_key: None while an upstream asset is not settled; offer and price are then what
    is to be expected if that one is settled by the same build. chosen: digest of the original the outputs are made from, once known.
    block: what is locked for it now (under another name where `renamed_from` is set). picks: originals already in the store that answer
    the request. job: an earlier submit to resume. redraw: the original is nowhere, but its provider repeats it for free.
    """

    asset: Asset
    state: State
    reasons: tuple[Reason, ...] = ()
    notes: tuple[str, ...] = ()
    request: Mapping[str, Json] | None = None
    gen_key: str | None = None
    block: Block | None = None
    renamed_from: str | None = None
    chosen: str | None = None
    picks: tuple[Original, ...] = ()
    inbox: str | None = None
    outputs: tuple[OutputPlan, ...] = ()
    offer: Offer | None = None
    price: Price | None = None
    job: OpenJob | None = None
    redraw: bool = False

    @property
    def name(self) -> str:
        """The asset's name."""
        return self.asset.name

    @property
    def reason(self) -> str:
        """All reasons in one line."""
        return "; ".join(reason.text for reason in self.reasons)

    @property
    def buys(self) -> bool:
        """Whether a build may ask a provider for it: now, or once its upstream assets are done."""
        later = self.state is State.WAITS and self.reasons[0].code == "upstream" and self.offer is not None
        return self.state is State.GENERATE or later

    @property
    def costs(self) -> bool:
        """Whether a build may have to pay for it. The provider decides that, not a price; what is resumed was paid before."""
        return self.buys and self.job is None and (self.offer is None or self.offer.paid)


Assets: TypeAlias = Mapping[str, AssetPlan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a build would do. `orphans` are locked assets that the manifest no longer names, `jobs` the open rows of the journal."""

    assets: Assets
    orphans: tuple[str, ...] = ()
    jobs: tuple[OpenJob, ...] = ()

    def count(self, state: State) -> int:
        """How many assets have this state."""
        return sum(1 for planned in self.assets.values() if planned.state is state)

    @property
    def fresh(self) -> bool:
        """Whether there is nothing to do."""
        return all(planned.state is State.FRESH for planned in self.assets.values())

    @property
    def price(self) -> Price | None:
        """What a build of all assets costs; None if one of them has no known price."""
        return total(self.assets.values())


def total(plans: Iterable[AssetPlan]) -> Price | None:
    """What the assets that a build buys cost together, with every source once; None if one of them has no known price."""
    prices = [planned.price for planned in plans if planned.buys]
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return None
    sources = "; ".join(dict.fromkeys(price.source for price in known if price.source))
    return Price(low=sum((p.low for p in known), Decimal(0)), high=sum((p.high for p in known), Decimal(0)), source=sources)
