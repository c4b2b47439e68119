"""What a plan must know of the world, as questions. Pure: the engine answers them from disk, store and journal; tests answer from dicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from assetgen.lockfile import Original
from assetgen.model import Asset
from assetgen.plan.states import Offer, OpenJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A file in the inbox. `rivals` are other assets that its name means just as well; only a file without any is taken."""

    path: str
    rivals: tuple[str, ...] = ()


class Facts(Protocol):
    """The state of the world at one moment. Every answer is a value and stays the same for one plan."""

    def content(self, path: str) -> str | None:
        """SHA-256 of a file of the project; the oid of a git LFS pointer; None where there is no file."""
        ...

    def obstacle(self, path: str) -> str | None:
        """Why what lies at a path is no file that can be read or replaced; None for a file, and where there is nothing."""
        ...

    def find(self, sha256: str) -> bool:
        """Whether bytes of this digest can be had without a provider."""
        ...

    def yielded(self, gen_key: str) -> tuple[Original, ...]:
        """What this request yielded before, oldest first."""
        ...

    def jobs(self, gen_key: str) -> tuple[OpenJob, ...]:
        """Open rows of the journal for this request."""
        ...

    def inbox(self, asset: str) -> Drop | None:
        """The file that a person dropped for this asset."""
        ...

    def offer(self, asset: Asset) -> Offer:
        """Who could generate it, for how much."""
        ...

    def repeatable(self, provider: str) -> bool:
        """Whether this provider makes the same pixels again for free."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user decided for this run.

    regenerate: exact names to buy anew. overwrite: replace files that somebody edited. max_cost: USD for this build, None for no ceiling.
    known: for some of `regenerate`, the digests of what was there when it was asked for; another answer is what was wanted.
    outputs: False leaves missing output files out of account (`check` where outputs are not committed).
    """

    regenerate: frozenset[str] = frozenset()
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    overwrite: bool = False
    max_cost: Decimal | None = None
    outputs: bool = True
