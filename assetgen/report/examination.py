"""What `assetgen doctor` tells, as types: the key `doctor` of its document, and what the lines on a terminal are made from.

Sizes are bytes. A `hint` is an exact command or value.
"""

from typing import Annotated, NotRequired, TypeAlias

from pydantic import Field, with_config
from typing_extensions import TypedDict

_exact = with_config({"extra": "forbid"})

Severity: TypeAlias = Annotated[str, Field(json_schema_extra={"enum": ["error", "warning"]})]


@_exact
class Trouble(TypedDict):
    """Something that is wrong. An error is in the way of what a build of the project would do now; doctor then exits with 1."""

    severity: Severity
    text: str
    hint: str


@_exact
class PackageEntry(TypedDict):
    """A package of an extra: the installed version or null, the versions that are taken, and why it is of no use."""

    name: str
    version: str | None
    wanted: str
    problem: str | None


@_exact
class ExtraEntry(TypedDict):
    """An extra of assetgen. `installed`: all its packages are there, in versions that are taken."""

    name: str
    installed: bool
    packages: list[PackageEntry]


@_exact
class PluginEntry(TypedDict):
    """A provider or an op that another package brings."""

    kind: str
    name: str
    package: str
    version: str


@_exact
class SoftwareEntry(TypedDict):
    """What runs; `git` and `git_lfs` are their versions, null where they are not installed."""

    assetgen: str
    python: str
    system: str
    git: str | None
    git_lfs: str | None
    extras: list[ExtraEntry]
    plugins: list[PluginEntry]


@_exact
class KeyEntry(TypedDict):
    """A variable that holds a key; never the key."""

    variable: str
    set: bool


@_exact
class ServiceEntry(TypedDict):
    """A provider. `base_url` tells where its base URL is from; `assets` use it; `answer` is what came of asking it, if it was asked."""

    name: str
    keys: list[KeyEntry]
    base_url: str
    assets: list[str]
    answer: str | None
    error: str | None


@_exact
class DeviceEntry(TypedDict):
    """A processor that could draw. `chosen`: local models are drawn on this one."""

    kind: str
    name: str
    memory: int
    free: int
    chosen: bool


@_exact
class TorchEntry(TypedDict):
    """What torch itself says, asked in a process of its own. `cuda` is the version it was built for; `error`: why it cannot be loaded."""

    version: str | None
    cuda: str | None
    devices: list[str]
    error: str | None


@_exact
class MachineEntry(TypedDict):
    """Memory and devices; `torch` is null where it is not installed."""

    memory: int
    free: int
    devices: list[DeviceEntry]
    torch: TorchEntry | None


@_exact
class StoreEntry(TypedDict):
    """Where originals are kept. `free` is what the disk has left."""

    path: str
    writable: bool
    free: int


@_exact
class WeightsEntry(TypedDict):
    """A local model. `source` is "hub cache", "user configuration" or "project"; `problem` says why it is not loaded."""

    name: str
    source: str
    path: str
    revision: str | None
    bytes: int
    kind: str | None
    precision: str | None
    problem: str | None


@_exact
class ChoiceEntry(TypedDict):
    """How a local asset would be drawn: on what, in which mode and precision; `needs` is the memory that this mode takes.

    `problem` says why it cannot be drawn.
    """

    asset: str
    model: str
    device: str | None
    mode: str | None
    precision: str | None
    needs: int | None
    notes: list[str]
    problem: str | None
    hint: NotRequired[str]


@_exact
class Examination(TypedDict):
    """Everything that doctor found. `project` and `store` are null outside of a project; `problems` are in order, the errors first."""

    problems: list[Trouble]
    project: str | None
    software: SoftwareEntry
    machine: MachineEntry
    store: StoreEntry | None
    providers: list[ServiceEntry]
    models: list[WeightsEntry]
    choices: list[ChoiceEntry]


def error(text: str, hint: str) -> Trouble:
    """Something that a build would fail for."""
    return {"severity": "error", "text": text, "hint": hint}


def warning(text: str, hint: str) -> Trouble:
    """Something worth mending, that nothing needs now."""
    return {"severity": "warning", "text": text, "hint": hint}
