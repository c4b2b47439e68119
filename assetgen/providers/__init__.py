"""The contract between the engine and a back end that makes pictures. Pure: values and protocols, no provider lives here.

A provider is built by a factory `(settings, http) -> Provider` that is found under the entry-point group `assetgen.providers`. It is
synchronous; threads, rates, retries and money belong to the engine. A provider's module imports no SDK at its top.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from assetgen.model import Json, Lora, Ratio, Size

SERVER = re.compile(r"(?P<kind>[^:]+):(?P<own>[a-z0-9][a-z0-9_-]*)")
"""The name of another server of a provider: "openai:localai"."""


def kind_of(name: str) -> str:
    """The provider that a name stands for: "openai" for "openai:localai", and any other name for itself."""
    found = SERVER.fullmatch(name)
    return found["kind"] if found else name


def owner_of(word: str, providers: Iterable[str]) -> str | None:
    """The provider whose variables a server of this name would be given, if there is one: "stability" for "openai:stability"."""
    return next((name for name in providers if name.replace("-", "_") == word.replace("-", "_")), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A picture that goes in: its bytes, its format ("png", "jpeg", "webp", "avif") and a name fit for a form field."""

    data: bytes
    format: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """A picture whose pose, edges or depth is followed; the fields of `assetgen.model.Control`, with the bytes."""

    kind: str
    image: Blob
    scale: float | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a provider is asked for, in its own terms: `id` is its name for the model, and `params` have its names.

    `model` is the name in the manifest. `size` is in pixels and already one the model offers; None leaves it to the provider.

    `ratio` is set where the user asked for a ratio and `size` was worked out from it.

    `subject` is the prompt before its styles, and `label` a name that may be drawn into the picture: both are for placeholders only and
    are never part of a key.

    `mask` is a picture of one channel, white where the first reference is painted anew and black where it is kept.

    `files` maps the paths of project files that stand in `params` and `loras` to their bytes; a plan has none of them.
    """

    model: str
    prompt: str
    id: str = ""
    negative: str = ""
    size: Size | None = None
    ratio: Ratio | None = None
    seed: int | None = None
    params: Mapping[str, Json] = field(default_factory=dict)
    references: tuple[Blob, ...] = ()
    mask: Blob | None = None
    loras: tuple[Lora, ...] = ()
    guides: tuple[Guide, ...] = ()
    count: int = 1
    subject: str = ""
    label: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money in USD. "actual" was reported by the provider or follows from its usage figures; "estimated" comes from the catalog."""

    amount: Decimal
    basis: Literal["actual", "estimated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What came back: the bytes as the provider sent them, and what it said it had really done.

    `effective` holds parameters the provider reports as used; `unhonoured` names fields of the request that it ignored.
    `cost` is this picture's share of what the provider says the request cost; where it reports tokens instead, `usage` counts them by
    kind (text_in, image_in, image_out, text_out), whole with the first picture of an answer, and the catalog has their price.
    """

    data: bytes
    revised_prompt: str | None = None
    seed: int | None = None
    model: str | None = None
    request_id: str | None = None
    effective: Mapping[str, Json] = field(default_factory=dict)
    unhonoured: tuple[str, ...] = ()
    cost: Cost | None = None
    usage: Mapping[str, int] | None = None


class Job(Protocol):
    """One submit. `handle` is what an earlier, interrupted submit saved; `save` is durable when it returns."""

    @property
    def handle(self) -> Mapping[str, Json] | None:
        """What `save` stored for this request in an earlier run: resume it instead of submitting."""
        ...

    def save(self, handle: Mapping[str, Json]) -> None:
        """Keep the provider's job id (never a URL that grants access); durable when it returns."""
        ...

    def progress(self, fraction: float | None, text: str) -> None:
        """Tell the user how far the job is; `fraction` in 0..1 or None."""
        ...

    def cancelled(self) -> bool:
        """Whether the user asked to stop: poll no more, leave the remote job running."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What the engine must know of a provider before it calls it.

    repeatable: the same request gives the same pixels for free, so a lost original may be made again.
    by_hand: a person makes the picture; the engine waits for a file.
    concurrency / per_minute: requests in flight and requests per minute that the provider allows by default.
    resumable: it gives job ids by which a lost answer can be asked for again.
    loads: it loads a model for its requests, so that those for one model had better come one after the other.
    placeholder: its pictures are refused by `check --release`.
    source: IPTC digital source type of its pictures, or None for pictures made by people.
    keys: the variables that have to be set before it is asked, such as FAL_KEY. url: the variable of its base URL, None where it has none.
    address: the base URL that is asked where the user has set none.
    """

    repeatable: bool = False
    by_hand: bool = False
    paid: bool = True
    resumable: bool = False
    loads: bool = False
    placeholder: bool = False
    concurrency: int = 4
    per_minute: int | None = None
    source: str | None = "trainedAlgorithmicMedia"
    keys: tuple[str, ...] = ()
    url: str | None = None
    address: str | None = None

    @property
    def journalled(self) -> bool:
        """Whether a request is written down before it is sent: it costs money, or its answer can be asked for again."""
        return self.paid or self.resumable


class Provider(Protocol):
    """A back end. `generate` raises only the six failures of `assetgen.errors`; `check` raises `Impossible` and sends nothing."""

    name: str
    traits: Traits

    def check(self, request: Request) -> None:
        """Refuse what this provider can't serve, before anything is paid. Pure, offline, keyless."""
        ...

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """Ask for `request.count` pictures and return their bytes."""
        ...


@runtime_checkable
class Remarks(Protocol):
    """A provider that has something to say about a request which it takes all the same: it is told in the plan and by `lint`."""

    def remarks(self, request: Request) -> tuple[str, ...]:
        """Short texts in our style, such as a prompt longer than what is read of it. Pure, offline, keyless."""
        ...


@runtime_checkable
class Ignores(Protocol):
    """A provider that takes some requests with a field that reaches no picture, where only it can know: `policy.unhonoured` asks it."""

    def ignored(self, request: Request) -> tuple[str, ...]:
        """The fields that are left out of account, such as "negative". Pure, offline; for a request that `check` lets through."""
        ...


@runtime_checkable
class Variants(Protocol):
    """A provider that serves some requests for a model by another of its models, which has a price of its own."""

    def asked(self, request: Request) -> str:
        """The provider's name of the model that the request really goes to. Pure, offline; for a request that `check` lets through."""
        ...


@runtime_checkable
class Quotes(Protocol):
    """A provider that names the exact price of a request; it is asked by `plan --quote` only."""

    def quote(self, request: Request) -> Decimal:
        """What the request would cost at most, in USD, for `request.count` pictures; nothing is generated. Raises the six failures."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A provider whose jobs can be stopped."""

    def cancel(self, handle: Mapping[str, Json]) -> bool:
        """Ask for the job of a saved handle to be stopped; whether the order was taken. Raises the failures of `assetgen.errors`."""
        ...


class Settings(Protocol):
    """The environment, a `.env` beside the manifest and the user's configuration, in this order. Secrets come from here only."""

    @property
    def root(self) -> str:
        """The folder of the project, for a provider that reads what lies there; empty where there is none."""
        ...

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of a variable such as OPENAI_API_KEY, or the default; an empty value counts as unset."""
        ...

    def provider(self, name: str) -> Mapping[str, Json]:
        """The table `[providers.NAME]` of the user's configuration (base_url, concurrency, result_hosts); empty where there is none."""
        ...

    def redact(self, text: str) -> str:
        """The text without any secret of these settings, for every text that comes from a provider."""
        ...


class Http(Protocol):
    """The guarded way to a result URL: https, allowed hosts, public addresses, bounded size, no credentials."""

    def fetch(self, url: str, *, hosts: tuple[str, ...], trusted: str | None = None) -> bytes:
        """The bytes behind a result URL.

        `hosts` are the allowed host names; ".example.com" allows every host below it. `trusted` is the base URL that the user
        configured: its host may be plain http and a loopback or private address. Raises `Gone` where the URL has expired (403, 404,
        410) and `BadAnswer` where a rule forbids the URL, the body is cut short or too large, or nothing could be read.
        """
        ...


Factory: TypeAlias = Callable[[Settings, Http], Provider]
