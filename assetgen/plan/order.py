"""A plan as a purchase order: what is bought, from whom and for how much at most, as a value and as the JSON that is reviewed. Pure.

The same manifest, lock and catalog give the same text: no clock, host or absolute path is in it.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, FailFast, Field, JsonValue, TypeAdapter, ValidationError, WithJsonSchema

from assetgen import digest
from assetgen.errors import Fault, FaultyFile, Place
from assetgen.lockfile import Block, Original
from assetgen.manifest import words
from assetgen.plan.strictjson import EXCERPT, Text
from assetgen.toml import KeyPath

VERSION = 1
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,40})?", re.ASCII)
_STRICT = ConfigDict(extra="forbid")
_CONFLICT = re.compile(rb"^(?:<<<<<<<|=======|>>>>>>>)[^\n]*", re.MULTILINE)
_TOO_MANY = 1000
_ALWAYS = ("candidates", "assets", "free")
# What pydantic says of a dataclass, in the words that it has for any other table.
_TYPES = {"unexpected_keyword_argument": "extra_forbidden", "missing_argument": "missing", "missing_keyword_only_argument": "missing"}
_ANEW = "assetgen plan --out {file}"


def _amount(text: object) -> Decimal:
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError(f'expected an amount of USD such as "0.211", found {words.quoted(text)}')
    return Decimal(text)


def _sha256(text: str) -> str:
    if not digest.is_sha256(text):
        raise ValueError(f"expected a SHA-256 of 64 hexadecimal digits, found {words.quoted(text)}")
    return text


Sha256 = Annotated[str, AfterValidator(_sha256), Field(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
# One wrong entry of a long list is told, not all of a million.
Texts = Annotated[tuple[str, ...], FailFast()]
Amount = Annotated[
    Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT.pattern}$"}, mode="validation")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the catalog says that a line costs, in USD, and where it says it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    low: Amount
    high: Amount
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One asset that is bought.

    ids: what each provider calls the model. request: what is asked for; where it is made from an asset that is bought or drawn first,
    "@name" stands for that one's picture, and `after` has the name. gen_key: the key of the request, absent where it has an `after`.
    replaces: the pictures that the lock has for it, the chosen one first. maximum: what may be set aside for it, with further tries where
    `policy.rewrite` asks for them. regenerate: bought although nothing about it is stale. known: other pictures that the store had for the
    very request, where it is bought anew.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    state: Literal["generate", "waits"]
    reasons: Texts
    providers: Texts
    ids: Texts
    size: str | None = None
    candidates: int = 1
    price: Cost
    maximum: Amount
    request: dict[str, JsonValue]
    gen_key: Sha256 | None = None
    after: Texts = ()
    replaces: Texts = ()
    regenerate: bool = False
    known: Annotated[tuple[Sha256, ...], FailFast()] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """One asset that is made beside, for nothing. `request` and `after` are there where a free provider draws it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: str
    state: Literal["finish", "restore", "generate", "waits"]
    reasons: Texts
    request: dict[str, JsonValue] | None = None
    after: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is bought and at most paid. `project` is its path in the repository; `ceiling` what `policy.max_cost` said.

    regenerate: edited assets whose protection does not hold for it. `file` is the name that it was read under; it is no part of the order.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    project: str
    maximum: Amount
    ceiling: Amount | None = None
    regenerate: Texts = ()
    assets: Annotated[tuple[Line, ...], FailFast()] = ()
    free: Annotated[tuple[Free, ...], FailFast()] = ()
    file: str = field(default="", compare=False)

    @property
    def lines(self) -> dict[str, Line]:
        """What is bought, by name."""
        return {line.name: line for line in self.assets}

    @property
    def digest(self) -> str:
        """The digest that seals it."""
        return digest.of_dict(_tree(self))

    @property
    def anew(self) -> str:
        """The command that makes a new order in the place of this one."""
        return _ANEW.format(file=self.file or "plan.json")


@cache
def _adapter() -> TypeAdapter[Order]:
    return TypeAdapter(Order)


def pictures(block: Block | None) -> tuple[str, ...]:
    """The pictures of a block, the chosen one first: by digest, and by the provider's id where the same bytes may come twice."""
    if block is None:
        return ()
    every = (block.original, *block.candidates)
    return tuple(dict.fromkeys(_identity(one) for one in every if one is not None))


def digests(found: Iterable[str]) -> frozenset[str]:
    """What `pictures` says, without the providers' ids."""
    return frozenset(one.partition(" ")[0] for one in found)


def dump(order: Order) -> str:
    """The text of an order, sealed with its digest: the same order gives the same bytes."""
    tree = _tree(order)
    return json.dumps({**tree, "digest": order.digest}, indent=2, ensure_ascii=False) + "\n"


def parse(data: bytes, file: str) -> Order:
    """Read an order. Raises FaultyFile for what is none, is of another version, or was changed by hand."""
    anew = _ANEW.format(file=file)
    _refuse_conflicts(data, file, anew)
    text = Text(data, file, "name a file that `assetgen plan --out` wrote")
    tree = text.value
    if not isinstance(tree, dict) or "version" not in tree:
        raise FaultyFile([text.fault((), "this is not a plan of assetgen", anew)])
    found = dict(tree)
    version, sealed = found.pop("version"), found.pop("digest", None)
    if isinstance(version, bool) or version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        what = (
            f"of version {words.quoted(version)}, and this assetgen reads version {VERSION}"
            if newer
            else "of no version that this assetgen knows"
        )
        raise FaultyFile([text.fault(("version",), f"the plan is {what}", "pip install --upgrade assetgen-build" if newer else anew)])
    order = _validated(found, text, file)
    if sealed != digest.of_dict({"version": VERSION, **found}):
        message = "the plan was changed by hand" if sealed else "the plan has no digest"
        raise FaultyFile([text.fault(("digest",), f"{message}: only what assetgen wrote is carried out", anew)])
    return order


def is_order(data: bytes) -> bool:
    """Whether this is a plan of any version, changed by hand or by a merge or not. Raises FaultyFile for what is no JSON."""
    if _CONFLICT.search(data) and b'"digest": "' in data:
        return True
    tree = Text(data, "", "").value
    return isinstance(tree, dict) and {"version", "maximum", "assets", "digest"} <= tree.keys()


def schema() -> dict[str, Any]:
    """The JSON Schema of an order."""
    made = _adapter().json_schema()
    definitions = made.pop("$defs", {})
    properties = {name: part for name, part in made["properties"].items() if name != "file"}
    seal = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of all the rest; a plan that was changed by hand is refused."}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "assetgen plan --out",
        "description": made["description"].partition("\n")[0],
        "type": "object",
        "additionalProperties": False,
        "required": ["version", *made["required"], "digest"],
        "properties": {"version": {"const": VERSION}, **properties, "digest": seal},
        "$defs": definitions,
    }


def _refuse_conflicts(data: bytes, file: str, hint: str) -> None:
    found = _CONFLICT.search(data)
    if found:
        line, text = data.count(b"\n", 0, found.start()) + 1, found.group()[:EXCERPT].decode(errors="replace")
        place = Place(file=file, line=line, column=1, length=7, text=text)
        raise FaultyFile([Fault(message="the plan holds a merge conflict", place=place, hint=hint)])


def _validated(tree: dict[str, Any], text: Text, file: str) -> Order:
    if "file" in tree:
        raise FaultyFile([text.fault(("file",), 'unknown key "file"', _ANEW.format(file=file))])
    try:
        order = _adapter().validate_json(json.dumps(tree), strict=True)
    except ValidationError as error:
        if error.error_count() > _TOO_MANY:
            raise FaultyFile(
                [text.fault((), f"this is not a plan of assetgen: {error.error_count()} faults", _ANEW.format(file=file))]
            ) from None
        wrongs = words.of_errors(({**each, "type": _TYPES.get(each["type"], each["type"])} for each in error.errors()), tree, lambda _: ())
        raise FaultyFile(text.faults([(wrong.below, wrong.message, wrong.hint or _ANEW.format(file=file)) for wrong in wrongs])) from None
    faults = _contradictions(order, text, _ANEW.format(file=file))
    if faults:
        raise FaultyFile(faults)
    return replace(order, file=file)


def _contradictions(order: Order, text: Text, hint: str) -> list[Fault]:
    """What no order says that assetgen wrote, whatever its digest."""
    places = [("assets", at, line.name) for at, line in enumerate(order.assets)]
    places += [("free", at, line.name) for at, line in enumerate(order.free)]
    first: dict[str, int] = {}
    twice = [(key, at, name) for nth, (key, at, name) in enumerate(places) if first.setdefault(name, nth) != nth]
    wrongs: list[tuple[KeyPath, str, str]] = [
        ((key, at, "name"), f"{words.quoted(name)} stands here twice", hint) for key, at, name in twice
    ]
    if sum((line.maximum for line in order.assets), Decimal(0)) != order.maximum:
        wrongs.append((("maximum",), "the maximum is not the sum of the assets' maxima", hint))
    return text.faults(wrongs) if wrongs else []


def _identity(original: Original) -> str:
    return original.sha256 if original.request_id is None else f"{original.sha256} {original.request_id}"


def _tree(order: Order) -> dict[str, Any]:
    """The order as plain JSON."""
    tree = {"version": VERSION, **_slim(order)}
    tree.pop("file", None)
    return tree


def _slim(value: Order | Line | Free | Cost) -> dict[str, Any]:
    """A part as plain JSON, without the fields that are at their default."""
    given = ((each.name, getattr(value, each.name), each.default) for each in fields(value))
    return {name: _plain(found) for name, found, default in given if found != default or name in _ALWAYS}


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    match value:
        case Decimal():
            return f"{value:f}"
        case Line() | Free() | Cost():
            return _slim(value)
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value
