"""The JSON that the page reads, as types. Amounts are USD as decimal text, digests are SHA-256, places count from 1.

Every text in it may have been written by anybody: the page puts it into `textContent`, never into markup.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from assetgen.model import Json


class PriceEntry(TypedDict):
    """What making an asset costs now: equal bounds where it is exact. A price that nobody knows is null in its place.

    In `Actions`, where null says that there is nothing to do, such a price has empty bounds.
    """

    low: str
    high: str
    source: str


class Card(TypedDict):
    """One asset in the gallery. `thumb` is the digest to show, a draft's where `draft` is set; `held`: it waits to be promoted.

    `mark` stands for what buying it would ask for: a purchase names it, and is refused where it is another one by now.
    """

    name: str
    state: str
    reason: str
    draft: bool
    held: bool
    paying: bool
    thumb: str | None
    width: int
    height: int
    alt: str
    tags: list[str]
    model: str
    price: PriceEntry | None
    candidates: int
    mark: str
    revision: str


class PurseEntry(TypedDict):
    """`allowed`: the page may spend; `limit` is null where there is none for the whole session."""

    allowed: bool
    limit: str | None
    spent: str


class FaultEntry(TypedDict):
    """A fault of manifest or lock, as the command line prints it."""

    text: str


class Gallery(TypedDict):
    """The whole gallery. `revision` grows with every change; `static` galleries take no wishes, `watching` ones build by themselves.

    `head` is another one when git's HEAD holds another lock: then what a detail says of it has changed.
    """

    revision: int
    project: str
    static: bool
    watching: bool
    building: bool
    purse: PurseEntry
    faults: list[FaultEntry]
    cards: list[Card]
    head: str


class Update(TypedDict):
    """What changed since an earlier revision: cards anew or changed, names that are gone, and the order of all names if that changed."""

    revision: int
    building: bool
    purse: PurseEntry
    faults: list[FaultEntry]
    cards: list[Card]
    gone: list[str]
    head: str
    order: NotRequired[list[str]]


class ChangeEntry(TypedDict):
    """One field of a request that differs from what is locked; null stands for absent."""

    field: str
    old: Json
    new: Json


class ReasonEntry(TypedDict):
    """Why an asset has its state."""

    code: str
    text: str
    hint: str
    changes: list[ChangeEntry]


class PictureEntry(TypedDict):
    """Bytes that can be shown: `/i/<sha256>` in full, `/t/<sha256>` as a thumbnail. `bytes` is the size of the file itself.

    `width` and `height` are 0 where nobody has looked yet.
    """

    sha256: str
    width: int
    height: int
    bytes: int
    format: str


class OutputEntry(TypedDict):
    """One output: as it is now, as it was before it changed last, at git's HEAD, and as a draft. Null where there is none to show."""

    path: str
    now: PictureEntry | None
    last: PictureEntry | None
    head: PictureEntry | None
    draft: PictureEntry | None


class Span(TypedDict):
    """A piece of a prompt; `dropped` where the revised prompt does not keep it, `added` where only the revised one has it."""

    text: str
    mark: Literal["", "dropped", "added"]


class RevisedEntry(TypedDict):
    """A prompt as it was asked for and as the provider says it used it, in marked pieces. `kept` is a share in 0..1."""

    asked: list[Span]
    revised: list[Span]
    kept: float | None
    dropped: list[str]


class CandidateEntry(TypedDict):
    """One picture to choose from; `choice` is the word that `pick` takes."""

    choice: str
    chosen: bool
    picture: PictureEntry
    seed: int | None
    note: str


class CheckEntry(TypedDict):
    """One expectation and whether it holds."""

    text: str
    ok: bool


class HistoryEntry(TypedDict):
    """Something that happened to the asset: a purchase, or a commit that changed its block. `at` is ISO 8601, UTC."""

    at: str
    text: str
    cost: str | None
    picture: str | None


class FieldEntry(TypedDict):
    """A field that the page may edit: its present value, and why not where it may not. `shared`: other assets that change with it."""

    value: str | int | None
    editable: bool
    why: str
    shared: list[str]


class Actions(TypedDict):
    """What the page may ask for: the price of each, or null for what cannot be done; `seeded` says whether a new seed would be honoured."""

    promote: PriceEntry | None
    reroll: PriceEntry | None
    seeded: bool
    pick: bool


class Detail(TypedDict):
    """Everything about one asset, from one look at the project."""

    revision: str
    card: Card
    place: str
    reasons: list[ReasonEntry]
    notes: list[str]
    prompt: FieldEntry
    seed: FieldEntry
    negative: str
    rendered: str
    revised: RevisedEntry | None
    provider: str
    licence: str
    facts: list[tuple[str, str]]
    outputs: list[OutputEntry]
    candidates: list[CandidateEntry]
    checks: list[CheckEntry]
    history: list[HistoryEntry]
    actions: Actions


class Archive(TypedDict):
    """All that a static gallery is made of. `pictures` has the file of each picture that can be shown in full, by digest."""

    gallery: Gallery
    details: dict[str, Detail]
    pictures: dict[str, str]
