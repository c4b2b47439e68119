"""The grammar of the manifest as it stands in TOML: which tables there are, which keys, types and ranges. Meaning is given elsewhere.

Tables are typed dicts: a valid document is used as it was read, so that 10,000 assets cost one pass and no copies that we keep.
"""

from functools import cache
from typing import Annotated, Any, Literal, Required, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, Tag, TypeAdapter, with_config
from typing_extensions import TypedDict

MAX_SIDE = 16384
MAX_CANDIDATES = 32


def _shape(value: object) -> str | None:
    """The branch of a union that a value belongs to; the angle brackets keep it apart from keys in an error's location."""
    return (
        "<string>" if isinstance(value, str) else "<array>" if isinstance(value, list) else "<table>" if isinstance(value, dict) else None
    )


def _either(message: str) -> Discriminator:
    return Discriminator(_shape, custom_error_type="expected", custom_error_message=message)


_strict = with_config(ConfigDict(extra="forbid", strict=True))

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Side: TypeAlias = Annotated[int, Field(ge=1, le=MAX_SIDE)]
Params: TypeAlias = dict[str, Any]
Post: TypeAlias = list[dict[str, Any]]
Texts: TypeAlias = Annotated[
    Annotated[Text, Tag("<string>")] | Annotated[list[Text], Tag("<array>")],
    _either("a string or an array of strings"),
]
AnySize: TypeAlias = Annotated[
    Annotated[str, Tag("<string>")] | Annotated[list[Side], Field(min_length=2, max_length=2), Tag("<array>")],
    _either('a size such as "1024x1024", "16:9" or [1024, 1024]'),
]


@_strict
class OutputTable(TypedDict, total=False):
    """One file, or one for each width and format."""

    path: Annotated[
        Text, Field(description="Where to write, below project.outputs. Knows {name}, {width}, {height}, {format} and every variable.")
    ]
    format: Annotated[Text, Field(description="The format; without it the suffix of the path decides.")]
    formats: Annotated[list[Text], Field(min_length=1, max_length=16, description="Several formats; {format} stands in the path.")]
    width: Annotated[Side, Field(description="Resize to this width after all steps, in pixels; the height follows.")]
    widths: Annotated[list[Side], Field(min_length=1, max_length=64, description="Several widths; {width} stands in the path.")]
    quality: Annotated[int, Field(ge=1, le=100, description="jpeg, webp, avif: 1 is smallest, 100 is best.")]
    effort: Annotated[int, Field(ge=0, le=9, description="png, webp, avif: 0 is fastest, 9 is smallest.")]
    lossless: Annotated[bool, Field(description="webp: keep every pixel as it is.")]
    background: Annotated[Text, Field(description='jpeg: the colour under transparent pixels, "#rrggbb" or a CSS name.')]
    subsampling: Annotated[
        Literal["4:4:4", "4:2:2", "4:2:0"], Field(description="jpeg, avif: resolution of colour; 4:4:4 keeps text crisp.")
    ]
    sizes: Annotated[
        list[Annotated[int, Field(ge=8, le=256)]], Field(min_length=1, max_length=16, description="ico: the sizes inside, in pixels.")
    ]
    post: Annotated[Post, Field(description="Steps for this output only, after those of the asset.")]


Outputs: TypeAlias = Annotated[
    list[Annotated[Annotated[Text, Tag("<string>")] | Annotated[OutputTable, Tag("<table>")], _either("a path or a table with a path")]],
    Field(min_length=1),
]


@_strict
class ExpectTable(TypedDict, total=False):
    """What a finished output must be; a breach fails the asset before anything is written."""

    alpha: Annotated[bool, Field(description="true: some pixel is transparent; false: none is.")]
    max_bytes: Annotated[int, Field(ge=1, description="The largest size of an output in bytes.")]
    width: Annotated[Side, Field(description="The exact width of every output in pixels.")]
    height: Annotated[Side, Field(description="The exact height of every output in pixels.")]


@_strict
class LoraTable(TypedDict, total=False):
    """Weights that are laid over those of the model."""

    id: Annotated[Text, Field(description="The provider's own name for the weights, or an address of some.")]
    file: Annotated[Text, Field(description="A file of the project, safetensors, for models that run on this machine.")]
    scale: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False, description="How strongly they act; without it 1.")]


Loras: TypeAlias = list[
    Annotated[Annotated[Text, Tag("<string>")] | Annotated[LoraTable, Tag("<table>")], _either("a name or a table with an id or a file")]
]


@_strict
class ControlTable(TypedDict, total=False):
    """A picture whose pose, edges or depth the generated one follows."""

    kind: Required[Annotated[Text, Field(description='How the picture is to be read: "pose", "canny", "depth" and the like.')]]
    image: Required[Annotated[Text, Field(description='"@asset" or a file of the project.')]]
    scale: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False, description="How closely it is followed; without it as usual there.")]
    model: Annotated[Text, Field(description="The weights that read it, where the provider has no usual ones.")]


@_strict
class ExpandTable(TypedDict, total=False):
    """How far the first reference is continued beyond its edges, in pixels."""

    left: Annotated[int, Field(ge=0, le=4096, description="Pixels left of the picture.")]
    top: Annotated[int, Field(ge=0, le=4096, description="Pixels above the picture.")]
    right: Annotated[int, Field(ge=0, le=4096, description="Pixels right of the picture.")]
    bottom: Annotated[int, Field(ge=0, le=4096, description="Pixels below the picture.")]


@_strict
class EditTable(TypedDict, total=False):
    """A change of the picture that is there. What is not said here is as for the asset: its model, parameters and seed."""

    prompt: Required[Annotated[Text, Field(description="What is to change.")]]
    negative: Annotated[str, Field(description="What it must not show, for models that take this.")]
    model: Annotated[Text, Field(description="Another model than that of the asset.")]
    provider: Annotated[Text, Field(description="Ask this provider, also for a model that the catalog does not know.")]
    via: Annotated[list[Text], Field(min_length=1, description="Providers that may serve the model, in order of preference.")]
    params: Annotated[Params, Field(description="Parameters of the model, such as strength.")]
    size: Annotated[AnySize, Field(description="Size of the edited picture; without it that of the picture before, or the model's own.")]
    megapixels: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, description="With a ratio as size: how many million pixels.")]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="Another seed than that of the asset.")]
    mask: Annotated[Text, Field(description='White where the picture may change: "@asset" or a file of the project.')]
    references: Annotated[list[Text], Field(description='More pictures to go by: "@asset" or a file of the project.')]
    loras: Annotated[Loras, Field(description="Weights that are laid over those of the model.")]
    controls: Annotated[list[ControlTable], Field(description="Pictures whose pose, edges or depth is followed.")]
    expand: Annotated[ExpandTable, Field(description="Continue the picture beyond its edges, in pixels.")]
    candidates: Annotated[int, Field(ge=1, le=MAX_CANDIDATES, description="Make several and choose one with `assetgen pick`.")]


Edits: TypeAlias = Annotated[
    list[Annotated[Annotated[Text, Tag("<string>")] | Annotated[EditTable, Tag("<table>")], _either("a prompt or a table with one")]],
    Field(max_length=64),
]


@_strict
class AssetTable(TypedDict, total=False):
    """A picture the project needs."""

    prompt: Annotated[
        Text, Field(description="What the picture shows. {name} of a matrix or a variable is filled in; {{ and }} are braces.")
    ]
    negative: Annotated[str, Field(description="What it must not show, for models that take this.")]
    style: Annotated[Texts, Field(description="A style of [styles] or a built-in one, or several, applied in this order.")]
    model: Annotated[Text, Field(description='A model of the catalog or of [models]; without it "sketch", a free placeholder.')]
    provider: Annotated[Text, Field(description="Ask this provider, also for a model that the catalog does not know.")]
    via: Annotated[list[Text], Field(min_length=1, description="Providers that may serve the model, in order of preference.")]
    params: Annotated[
        Params,
        Field(
            description='Parameters of the model, such as steps or guidance; { file = "path" } means the content of a file of the project.'
        ),
    ]
    size: Annotated[AnySize, Field(description='Size of the generated picture: "1024x1024", [1024, 1024] or a ratio "16:9".')]
    megapixels: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, description="With a ratio as size: how many million pixels.")]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1, description="A seed, for models that take one.")]
    references: Annotated[list[Text], Field(description='Pictures to go by: "@asset" or a file of the project.')]
    mask: Annotated[Text, Field(description='White where the first reference may change: "@asset" or a file of the project.')]
    loras: Annotated[Loras, Field(description="Weights that are laid over those of the model: names, or tables with a scale.")]
    controls: Annotated[list[ControlTable], Field(description="Pictures whose pose, edges or depth is followed.")]
    expand: Annotated[ExpandTable, Field(description="Continue the first reference beyond its edges, in pixels.")]
    edits: Annotated[Edits, Field(description="Changes of the picture, one after the other; each is asked for once.")]
    candidates: Annotated[int, Field(ge=1, le=MAX_CANDIDATES, description="Make several and choose one with `assetgen pick`.")]
    file: Annotated[Text, Field(description="A file of the project is the original; nothing is generated.")]
    post: Annotated[Post, Field(description="Steps from the original to every output, in this order; they cost nothing.")]
    outputs: Annotated[Outputs, Field(description='Files to write; without it "<name>.png".')]
    expect: Annotated[ExpectTable, Field(description="What a finished output must be.")]
    alt: Annotated[str, Field(description="Text for those who do not see the picture.")]
    tags: Annotated[list[Text], Field(description="Words to select assets by.")]
    protect: Annotated[bool, Field(description="Never replaced without --regenerate and its exact name.")]
    freeze: Annotated[bool, Field(description="Keep the original there is, whatever changes in the request.")]
    matrix: Annotated[
        dict[str, Annotated[list[Text], Field(min_length=1)]],
        Field(description="One asset for each combination of values: name -> list of strings."),
    ]
    variables: Annotated[dict[str, str], Field(description="Variables of this asset; they go before those of [variables].")]


@_strict
class ProjectTable(TypedDict, total=False):
    """The project as a whole."""

    outputs: Annotated[Text, Field(description="The folder of all outputs; without it the one of the manifest.")]
    commit_outputs: Annotated[bool, Field(description="false: outputs are build results and not committed.")]
    inbox: Annotated[Text, Field(description="The folder where pictures made by hand are dropped, named as their asset.")]


@_strict
class PolicyTable(TypedDict, total=False):
    """Rules for every build."""

    usage: Annotated[
        Literal["any", "commercial"], Field(description='"commercial" refuses models whose licence forbids it or is not known.')
    ]
    unhonoured: Annotated[
        Literal["warn", "error"],
        Field(description="What to do where a model would leave a seed, a negative prompt, transparency or a ratio out of account."),
    ]
    rewrite: Annotated[Literal["off", "warn", "error", "retry"], Field(description="What to do when a provider rewrote the prompt.")]
    min_kept: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="Share of the prompt's terms a rewritten one must keep.")]
    rewrite_retries: Annotated[int, Field(ge=0, le=10, description='With rewrite = "retry": how many more times to ask.')]
    max_cost: Annotated[float, Field(ge=0, allow_inf_nan=False, description="Ceiling of one build in USD; an unknown price is over it.")]
    provenance: Annotated[bool, Field(description="Write the IPTC DigitalSourceType into every output.")]


@_strict
class StoreTable(TypedDict, total=False):
    """Where originals are kept."""

    originals: Annotated[Text, Field(description='"store", or a folder of the repository where originals are committed.')]


@_strict
class WatchTable(TypedDict, total=False):
    """What `assetgen watch` may do."""

    draft: Annotated[Text, Field(description="The model, or an alias of [models], that draws what stands in for paid pictures.")]
    max_cost: Annotated[float, Field(ge=0, allow_inf_nan=False, description="Ceiling of one whole watch in USD.")]


@_strict
class StyleTable(TypedDict, total=False):
    """A reusable part of prompts."""

    prompt: Annotated[Text, Field(description="{prompt} is the asset's prompt; without it the text is appended.")]
    negative: Annotated[Text, Field(description="Joined to the asset's negative prompt.")]


@_strict
class ModelTable(TypedDict, total=False):
    """An alias with parameters, or another entry for a model of the catalog."""

    use: Annotated[Text, Field(description="The model of the catalog that is meant.")]
    provider: Annotated[Text, Field(description="Ask this provider, also for a model that the catalog does not know.")]
    via: Annotated[list[Text], Field(min_length=1, description="Providers that may serve it, in order of preference.")]
    params: Annotated[Params, Field(description="Parameters; an asset's own go before them.")]
    id: Annotated[dict[str, Text], Field(description="The model's name at each provider; this makes a model the catalog does not have.")]
    price: Annotated[Any, Field(description="USD for a picture, or a table of one for each provider; a list's counts where it is higher.")]
    sizes: Annotated[Any, Field(description="The sizes it makes, or a rule for them.")]
    supports: Annotated[dict[str, Any], Field(description="What it takes: seed, negative, references and so on.")]
    licence: Annotated[Text, Field(description="The licence that holds for you.")]
    usage: Annotated[Literal["commercial", "non-commercial", "unknown"], Field(description="What that licence allows.")]
    strengths: Annotated[list[Text], Field(description="What it is good at.")]
    shutdown: Annotated[Any, Field(description="The day it is switched off.")]
    replaced_by: Annotated[list[Text], Field(description="The models to use instead.")]
    notes: Annotated[str, Field(description="Anything to remember.")]


@_strict
class Document(TypedDict, total=False):
    """A manifest of assetgen."""

    version: Annotated[Literal[1], Field(description="The version of this grammar: 1.")]
    include: Annotated[list[Text], Field(description="More manifests: paths or globs, relative to the root manifest.")]
    project: Annotated[ProjectTable, Field(description="The project as a whole; only in the root manifest.")]
    defaults: Annotated[AssetTable, Field(description="Any field of an asset, for all assets of this file.")]
    policy: Annotated[PolicyTable, Field(description="Rules for every build; only in the root manifest.")]
    store: Annotated[StoreTable, Field(description="Where originals are kept; only in the root manifest.")]
    watch: Annotated[WatchTable, Field(description="What `assetgen watch` may do; only in the root manifest.")]
    variables: Annotated[dict[str, str], Field(description="Text that {name} stands for, everywhere.")]
    styles: Annotated[dict[str, StyleTable], Field(description="Reusable parts of prompts.")]
    models: Annotated[dict[str, ModelTable], Field(description="Aliases for models, with parameters.")]
    assets: Annotated[dict[str, AssetTable], Field(description="The pictures.")]


TABLES: dict[str, type] = {
    "project": ProjectTable,
    "defaults": AssetTable,
    "policy": PolicyTable,
    "store": StoreTable,
    "watch": WatchTable,
    "styles": StyleTable,
    "models": ModelTable,
    "assets": AssetTable,
}

INNER: dict[str, type] = {"loras": LoraTable, "controls": ControlTable, "expand": ExpandTable, "edits": EditTable}
"""Tables that stand inside an asset."""


@cache
def document() -> TypeAdapter[Document]:
    """The validator, built at its first use."""
    return TypeAdapter(Document)
