"""What a cell of the matrix says: how a fault is switched on, how the asset ends, and what the next build does. Values only."""

from dataclasses import dataclass, field, replace

from assetgen.plan.states import JobState

DECIDE = "look into your account there, then: assetgen jobs resolve hero --adopt ID | --retry | --abandon"
USAGE = "it may have been paid for: see the provider's usage page"
BYTES = "the bytes that came are kept in PATH"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """How an asset ends, and what the next build, which meets no fault, makes of it.

    told: in few words, for the page. kind: of the failure, "" where the asset is done. submits and paid: requests for pictures that the
    server has read, and those it charges for. ledger: its lines. rows: the states of the journal's rows. then: the state in the plan
    after it. end: of the next build, and after: submits and paid when it has ended. hint: what the engine adds where a provider has none.
    """

    told: str
    kind: str
    submits: int = 1
    paid: int = 0
    retries: int = 0
    rows: tuple[JobState, ...] = ()
    ledger: int = 0
    then: str = "generate new"
    end: str = "done"
    after: tuple[int, int] = (2, 1)
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One fault at one provider: the switches of its server, one for each request, the fate, the whole message and the hint."""

    faults: tuple[str, ...]
    fate: Fate
    message: str = ""
    hint: str = ""
    candidates: int = 1
    read_timeout: int = 30


@dataclass(frozen=True, kw_only=True)
class Never:
    """A fault that cannot exist at a provider, and why."""

    why: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A provider, or one of its APIs: a column. `unit` is what becomes of a request that is let in: it is paid, or only run."""

    name: str
    provider: str
    server: str
    asset: str
    cells: dict[str, Cell | Never] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    unit: str = "paid"

    @property
    def id(self) -> str:
        return self.name.replace(" ", "-").lower()


def never(why: str, *rows: str) -> dict[str, Never]:
    """One reason for several rows."""
    return {row: Never(why=why) for row in rows}


def at(fault: str, fate: Fate, message: str = "", hint: str = "", **more: int) -> Cell:
    """A cell with one switch."""
    return Cell(faults=(fault,), fate=fate, message=message, hint=hint, **more)


FINE = Fate(told="1 {unit}", kind="", paid=1, ledger=1, then="fresh", end="fresh", after=(1, 1))
WAITED_OUT = replace(FINE, told="waited out, 1 {unit}")
FRESH_URL = replace(FINE, told="fresh URL, 1 {unit}")
LOADED_AGAIN = replace(FINE, told="loaded again, 1 {unit}")
LOOKED_UP = replace(FINE, told="looked up, 1 {unit}")
RETRIED = replace(FINE, told="retried, 1 {unit}", submits=2, retries=1, after=(2, 1))
RENEWED = replace(FINE, told="new token, 1 {unit}", submits=2, after=(2, 1))

LIMITED = Fate(told="told, 0 {unit}", kind="limited")
UNAUTHORIZED = Fate(told="told, 0 {unit}", kind="unauthorized")
REFUSED = Fate(told="refused, 0 {unit}", kind="refused")
UNBILLED = Fate(told="not billed, asked again", kind="bad-answer")
UNBILLED_REFUSED = replace(UNBILLED, told="refused, not billed", kind="refused")

UNKNOWN = Fate(
    told="unknown, asks you",
    kind="unknown",
    paid=1,
    rows=(JobState.UNKNOWN,),
    then="blocked unknown-outcome",
    end="blocked",
    after=(1, 1),
    hint=DECIDE,
)
UNTAKEN = replace(UNKNOWN, paid=0, after=(1, 0))
UNREAD = replace(UNKNOWN, submits=0, paid=0, after=(0, 0))

HELD = Fate(
    told="held, asks you",
    kind="bad-answer",
    paid=1,
    rows=(JobState.SPOILED,),
    ledger=1,
    then="blocked new no-picture",
    end="blocked",
    after=(1, 1),
)
HELD_REFUSED = replace(HELD, told="refused, held", kind="refused")
RESUMED = Fate(told="resumed, 1 {unit}", kind="unknown", paid=1, rows=(JobState.SUBMITTED,), then="generate resume", after=(1, 1))
TRUSTED = replace(RESUMED, told="resumed, once trusted", kind="bad-answer")
KEPT = Fate(told="the other is kept", kind="bad-answer", submits=2, paid=2, ledger=2, then="finish output-new", after=(2, 2))
