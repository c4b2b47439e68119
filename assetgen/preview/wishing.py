"""What the page may wish for: its JSON, read strictly, as a wish of the watch."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assetgen.errors import UsageError
from assetgen.watch.asked import MARK
from assetgen.watch.wishes import Build, Edit, Pick, Promote, Reroll, Wish

_Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
_Names: TypeAlias = Annotated[tuple[_Name, ...], Field(max_length=10_000)]
_Amount: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,12})?$")]

_Mark: TypeAlias = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{MARK}}}$")]


class _Asked(BaseModel):
    """A wish of the page's. A purchase always says what was agreed to, by the marks of the cards: those of a promotion by their names."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Build(_Asked):
    wish: Literal["build"]
    names: _Names = ()

    def meant(self) -> Wish:
        return Build(names=self.names)


class _Promote(_Asked):
    wish: Literal["promote"]
    shown: Annotated[dict[_Name, _Mark], Field(min_length=1, max_length=10_000)]
    most: _Amount

    def meant(self) -> Wish:
        return Promote(names=tuple(self.shown), most=Decimal(self.most), shown=self.shown)


class _Reroll(_Asked):
    wish: Literal["reroll"]
    name: _Name
    seed: Annotated[int, Field(ge=0, le=2**64 - 1)] | None = None
    most: _Amount
    mark: _Mark

    def meant(self) -> Wish:
        return Reroll(name=self.name, seed=self.seed, most=Decimal(self.most), shown={self.name: self.mark})


class _Pick(_Asked):
    wish: Literal["pick"]
    name: _Name
    choice: Annotated[str, Field(min_length=1, max_length=100)]

    def meant(self) -> Wish:
        return Pick(name=self.name, choice=self.choice)


class _EditPrompt(_Asked):
    wish: Literal["edit"]
    field: Literal["prompt"]
    name: _Name
    value: str
    was: str | None

    def meant(self) -> Wish:
        return Edit(name=self.name, field="prompt", value=self.value, was=self.was)


class _EditSeed(_Asked):
    wish: Literal["edit"]
    field: Literal["seed"]
    name: _Name
    value: Annotated[int, Field(ge=0, le=2**64 - 1)] | None
    was: int | None

    def meant(self) -> Wish:
        return Edit(name=self.name, field="seed", value=self.value, was=self.was)


_EditAsked: TypeAlias = Annotated[_EditPrompt | _EditSeed, Field(discriminator="field")]
_AnyAsked: TypeAlias = Annotated[_Build | _Promote | _Reroll | _Pick | _EditAsked, Field(discriminator="wish")]
_ASKED: TypeAdapter[_Build | _Promote | _Reroll | _Pick | _EditPrompt | _EditSeed] = TypeAdapter(_AnyAsked)


def read(body: bytes) -> Wish:
    """The wish. Raises UsageError."""
    try:
        return _ASKED.validate_json(body, strict=True).meant()
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
        raise UsageError(f'this is no wish: "{where}" is not as it must be', hint="reload the page") from error
