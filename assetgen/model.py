"""The nouns of assetgen as frozen values. No behaviour beyond what a value knows of itself; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assetgen.errors import Place

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MANIFEST = "assetgen.toml"
LOCK = "assetgen.lock"


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Ratio:
    """An aspect ratio with a budget of pixels in millions; a model turns it into a `Size` of its own."""

    width: int
    height: int
    megapixels: float = 1.0

    def __str__(self) -> str:
        ratio = f"{self.width}:{self.height}"
        return ratio if self.megapixels == 1.0 else f"{ratio}@{self.megapixels:g}MP"


@dataclass(frozen=True, slots=True)
class Upstream:
    """A reference to the chosen original of another asset (`"@name"`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Local:
    """A reference to a file of the project; the path is relative to the root manifest, with forward slashes."""

    path: str


Reference: TypeAlias = Upstream | Local


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of `post`: the op's name and the parameters the user gave (validated, defaults left out)."""

    op: str
    params: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file to write. `path` is relative to the project and holds no placeholder any more; `width` is a resize after all steps."""

    path: str
    format: str
    width: int | None = None
    encode: Mapping[str, Json] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a finished output must be; a breach fails the asset before anything is written."""

    alpha: bool | None = None
    max_bytes: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """Weights that are laid over those of a model: a project file of safetensors, or the provider's own name or address of some."""

    id: str = ""
    file: str | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A picture whose pose, edges or depth the generated one follows.

    `kind` says how the picture is to be read ("pose", "canny", "depth"), `scale` how closely it is followed (None: as the provider
    usually does), and `model` names the weights that read it, where the provider has no usual ones.
    """

    kind: str
    image: Reference
    scale: float | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """How far a picture is to be continued beyond its edges, in pixels."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


def param_file(value: Json) -> str | None:
    """The path in a parameter of the form `{ file = "path" }`."""
    path = value["file"] if isinstance(value, dict) and value.keys() == {"file"} else None
    return path if isinstance(path, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One picture the project needs, with styles, defaults, aliases, variables and matrix already applied.

    `versions` are set for an asset with edits: the names of the assets that make its picture, the unedited one first, then one for each
    edit. It asks for nothing itself; its original is that of the last version, or of the one that was picked. `edited` is the name of the
    asset that this one is a version of.

    `subject` is the prompt before its styles; only `prompt` is asked for and enters a key. `where` gives the place of each field in the
    user's files, for messages and `why`: "size", "outputs.0", "" for itself.
    Places are computed when they are asked for.
    """

    name: str
    base: str
    variant: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""
    prompt: str = ""
    negative: str = ""
    model: str = "sketch"
    provider: str | None = None
    via: tuple[str, ...] = ()
    params: Mapping[str, Json] = field(default_factory=dict)
    size: Size | Ratio | None = None
    seed: int | None = None
    references: tuple[Reference, ...] = ()
    mask: Reference | None = None
    loras: tuple[Lora, ...] = ()
    controls: tuple[Control, ...] = ()
    expand: Margins | None = None
    candidates: int = 1
    file: str | None = None
    versions: tuple[str, ...] = ()
    edited: str = ""
    outputs: tuple[Output, ...] = ()
    expect: Expect = field(default_factory=Expect)
    alt: str = ""
    tags: tuple[str, ...] = ()
    protect: bool = False
    freeze: bool = False
    where: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    @property
    def param_files(self) -> tuple[str, ...]:
        """The project files that parameters and LoRAs name as `{ file = "path" }`; their content, not their path, is asked for."""
        weights = (lora.file for lora in self.loras)
        return tuple(path for path in (*map(param_file, self.params.values()), *weights) if path is not None)

    @property
    def table(self) -> str:
        """The name of its table in the manifest, which a version of an edited asset shares with it."""
        return self.base.partition("~")[0]

    @property
    def generated(self) -> bool:
        """Whether its picture is asked for, and neither a file nor that of other assets."""
        return self.file is None and not self.versions

    @property
    def place(self) -> Place | None:
        """Where the asset is declared."""
        return self.where.get("")


RewritePolicy: TypeAlias = Literal["off", "warn", "error", "retry"]
UnhonouredPolicy: TypeAlias = Literal["warn", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`[policy]`. `max_cost` is in USD for one build; None means no ceiling.

    `unhonoured` decides on what a model would leave out of account (a seed, a negative prompt, transparency, a ratio): it is recorded,
    or it blocks the asset before anything is paid.
    """

    usage: Literal["any", "commercial"] = "any"
    unhonoured: UnhonouredPolicy = "warn"
    rewrite: RewritePolicy = "warn"
    min_kept: float = 0.8
    rewrite_retries: int = 2
    max_cost: float | None = None
    provenance: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """`[watch]`. `draft` is a model or an alias; `max_cost` is in USD for one whole watch, None means that each purchase is asked for."""

    draft: str = "sketch"
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The whole manifest, resolved. `files` are the project-relative paths that were read, root first, and `includes` the patterns."""

    assets: Mapping[str, Asset]
    policy: Policy = field(default_factory=Policy)
    watch: Watching = field(default_factory=Watching)
    outputs: str = "."
    commit_outputs: bool = True
    originals: str = "store"
    inbox: str = "inbox"
    files: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    models: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
