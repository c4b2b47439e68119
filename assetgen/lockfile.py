"""The lock as a value, its text, and its reading. One block per asset, sorted by name; no clock, host, tool version or absolute path.

Reading and writing the file itself belongs to the engine.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from assetgen import digest, toml
from assetgen.errors import Fault, FaultyFile, Place
from assetgen.manifest import paths, words
from assetgen.model import LOCK

VERSION = 1
UPGRADE = "pip install --upgrade assetgen-build"
MEND = "assetgen lock merge, and in what it leaves keep one of the two blocks and delete the marker lines"
_STRICT = ConfigDict(extra="forbid")
_FINITE = ConfigDict(allow_inf_nan=False)
_HEADER = "# Written by assetgen. Commit this file, do not edit it.\n"


def _output(path: str) -> str:
    """A path that an output may have. A lock may come from anybody, and files that it names are read, compared and cleaned away."""
    try:
        plain = paths.check(path)
        paths.check_writable(plain)
    except words.Wrong as wrong:
        raise ValueError(wrong.message) from wrong
    if plain != path:
        raise ValueError(f'"{path}" is not the plain form of "{plain}"')
    return path


def _sha256(text: str) -> str:
    """Digests name files of the store."""
    if not digest.is_sha256(text):
        raise ValueError(f"expected a SHA-256 of 64 hexadecimal digits, found {words.quoted(text)}")
    return text


Sha256 = Annotated[str, AfterValidator(_sha256), Field(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Bytes that a request once yielded, and what is known of them. The store keeps the same record beside the bytes.

    `pixels` is the digest of the decoded picture; `kept` the share of the prompt's terms that `revised_prompt` kept and `dropped` the
    others; `effective` what the provider says it used; `unhonoured` the fields of the request it ignored; `cost` is in USD.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    sha256: Sha256
    pixels: Sha256
    format: str
    width: int
    height: int
    bytes: int
    provider: str
    model: str | None = None
    placeholder: bool = False
    source: str | None = None
    revised_prompt: str | None = None
    kept: float | None = None
    dropped: tuple[str, ...] = ()
    seed: int | None = None
    unhonoured: tuple[str, ...] = ()
    effective: dict[str, JsonValue] = field(default_factory=dict)
    request_id: str | None = None
    cost: str | None = None
    cost_basis: str | None = None

    @property
    def paid(self) -> bool:
        """Whether money or a person's work made it, so that it can't simply be made again."""
        return self.provider not in ("file", "sketch") and not self.placeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An output as it was last written.

    `edited`: a person changed the file and it was accepted as it is. `removed`: the manifest no longer asks for it, and `clean` has not
    yet deleted the file.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    path: Annotated[str, AfterValidator(_output)]
    sha256: Sha256
    bytes: int
    width: int
    height: int
    finish: dict[str, JsonValue] = field(default_factory=dict)
    edited: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """All that is locked of one asset. `original` is the chosen one, None while candidates wait for a pick."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    request: dict[str, JsonValue]
    original: Original | None = None
    candidates: tuple[Original, ...] = ()
    outputs: tuple[Written, ...] = ()
    removed: bool = False

    def output(self, path: str) -> Written | None:
        """The output of this path, if it is locked and not removed."""
        return next((written for written in self.outputs if written.path == path and not written.removed), None)


Lock = Mapping[str, Block]


@cache
def _adapter() -> TypeAdapter[dict[str, Block]]:
    return TypeAdapter(dict[str, Block], config=_FINITE)


@cache
def _originals() -> TypeAdapter[Original]:
    return TypeAdapter(Original)


def parse(data: bytes, file: str = LOCK) -> dict[str, Block]:
    """Read a lock. Raises FaultyFile for merge conflicts, a newer version, or anything that is not a lock."""
    _refuse_conflicts(data, file)
    tree = toml.parse(data, file)
    version = tree.pop("version", None)
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        what = f"is of version {version}, and this assetgen reads version {VERSION}" if newer else "has no version this assetgen knows"
        raise FaultyFile([_fault(data, file, ("version",), f"the lock {what}", UPGRADE if newer else "")])
    assets = tree.pop("assets", {})
    if tree:
        name = next(iter(tree))
        raise FaultyFile([_fault(data, file, (name,), f'unknown key "{name}"', "")])
    try:
        return _adapter().validate_python(assets)
    except ValidationError as error:
        hint = f"git checkout -- {file}"
        wrongs = words.of_errors(error.errors(), assets, lambda _: ())
        raise FaultyFile([_fault(data, file, ("assets", *wrong.below), wrong.message, hint) for wrong in wrongs]) from None


def dump(lock: Lock) -> str:
    """The text of a lock: the same blocks give the same bytes."""
    parts = [_HEADER, f"version = {VERSION}\n"]
    parts += [_block(name, lock[name]) for name in sorted(lock)]
    return "".join(parts)


def schema() -> dict[str, Any]:
    """The JSON Schema of the lock."""
    blocks = _adapter().json_schema()
    definitions = blocks.pop("$defs", {})
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": LOCK,
        "type": "object",
        "additionalProperties": False,
        "required": ["version"],
        "properties": {"version": {"const": VERSION}, "assets": blocks},
        "$defs": definitions,
    }


def record(original: Original) -> dict[str, Any]:
    """An original as a plain dict without the fields that are at their default."""
    return _slim(original)


def original(fields_: Mapping[str, Any]) -> Original:
    """The inverse of `record`. Raises ValidationError for anything else."""
    return _originals().validate_python(dict(fields_))


def _block(name: str, block: Block) -> str:
    table = f"assets.{_key(name)}"
    parts = [f"\n[{table}]\nremoved = true\n"] if block.removed else []
    parts.append(_table(f"[{table}.request]", block.request))
    if block.original is not None:
        parts.append(_table(f"[{table}.original]", _slim(block.original)))
    parts += [_table(f"[[{table}.candidates]]", _slim(candidate)) for candidate in block.candidates]
    parts += [_table(f"[[{table}.outputs]]", _slim(written)) for written in sorted(block.outputs, key=lambda output: output.path)]
    return "".join(parts)


def _table(header: str, fields_: Mapping[str, Any]) -> str:
    return f"\n{header}\n" + "".join(f"{_key(key)} = {_inline(value)}\n" for key, value in fields_.items())


def _slim(value: Original | Written) -> dict[str, Any]:
    every = asdict(value)
    return {
        f.name: every[f.name] for f in fields(value) if not (every[f.name] is None or every[f.name] is False or every[f.name] in ((), {}))
    }


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _inline(name)


def _inline(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            inner = ", ".join(f"{_key(key)} = {_inline(value[key])}" for key in sorted(value))
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return "[" + ", ".join(_inline(item) for item in value) + "]"
        case _:
            raise TypeError(type(value).__name__)


def _refuse_conflicts(data: bytes, file: str) -> None:
    found = re.search(rb"^(<<<<<<<|=======|>>>>>>>)[^\n]*", data, re.MULTILINE)
    if found:
        place = Place(
            file=file, line=data.count(b"\n", 0, found.start()) + 1, column=1, length=7, text=found.group().decode(errors="replace")
        )
        raise FaultyFile([Fault(message="the lock holds a merge conflict", place=place, hint=MEND)])


def _fault(data: bytes, file: str, path: tuple[str | int, ...], message: str, hint: str) -> Fault:
    place = toml.Locator(data.decode(), file).place(path)
    return Fault(message=message, subject=".".join(map(str, path)), place=place, hint=hint)
