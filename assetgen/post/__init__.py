"""The contract of a post-processing step. Pure: the ops themselves live in the modules beside this one.

An op is a function `(image, *, keyword-only parameters) -> image`. Its signature is the single source of the TOML keys, their
validation, their JSON Schema and the reference page.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, GetPydanticSchema, create_model
from pydantic_core import core_schema

from assetgen.errors import AssetgenError
from assetgen.model import Json

if TYPE_CHECKING:
    from PIL.Image import Image


MAX_PIXELS = 64_000_000
"""The largest picture that can be finished. No step takes or makes a larger one."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the project that an op reads: its path in the manifest and, when the op runs, its bytes."""

    path: str
    data: bytes = b""


ProjectFile = Annotated[File, GetPydanticSchema(lambda _source, _handler: core_schema.str_schema(min_length=1, strict=True))]
"""The annotation of such a parameter: a path in TOML, a `File` in the op. Its content, not its path, enters the key of the output."""


class PostError(AssetgenError):
    """What an op, an encoder or a rendering can't do with this picture. An op names the parameter; the pipeline adds the op."""

    def __init__(self, reason: str, *, op: str = "", parameter: str = "", hint: str = "") -> None:
        super().__init__(": ".join(filter(None, (".".join(filter(None, (op, parameter))), reason))), hint=hint)
        self.reason = reason
        self.op = op
        self.parameter = parameter


@dataclass(frozen=True)
class Op:
    """An op with its contract. `version` rises whenever the pixels for the same parameters change."""

    name: str
    version: int
    function: Callable[..., "Image"]

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @cached_property
    def model(self) -> type[BaseModel]:
        """The parameters as a pydantic model made from the signature; unknown keys and loose types are refused."""
        hints = get_type_hints(self.function, include_extras=True)
        fields: dict[str, Any] = {
            name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        return create_model(self.name, __config__=ConfigDict(extra="forbid", strict=True), **fields)

    @cached_property
    def files(self) -> frozenset[str]:
        """The names of the parameters that are files of the project."""
        hints = get_type_hints(self.function)
        return frozenset(name for name, hint in hints.items() if File in (hint, *get_args(hint)))

    def validate(self, params: Mapping[str, Json]) -> dict[str, Json]:
        """The given parameters, checked; defaults stay out, so a key never depends on them. Raises pydantic's ValidationError."""
        return self.model.model_validate(params).model_dump(mode="json", exclude_unset=True)

    def apply(self, image: "Image", params: Mapping[str, Json], files: Mapping[str, bytes]) -> "Image":
        """Run the op. `files` maps project paths to bytes for the parameters that are files."""
        given: dict[str, Any] = dict(params)
        for name in self.files & given.keys():
            given[name] = File(given[name], files[given[name]])
        return self.function(image, **given)


def op(*, version: int) -> Callable[[Callable[..., "Image"]], Op]:
    """Make a function an op under its own name (a trailing underscore is dropped)."""
    return lambda function: Op(function.__name__.rstrip("_"), version, function)
