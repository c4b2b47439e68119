"""The catalog's files, checked strictly, and every question that is asked of them."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assetgen.catalog import check_params, parse
from assetgen.model import Ratio, Size

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
FILES = sorted(FOLDER.glob("*.toml"))
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in FILES}
CATALOG = parse(SOURCES)
IDS = list(CATALOG.models)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


SizeText = Annotated[str, Field(pattern=r"^[1-9]\d{1,4}x[1-9]\d{1,4}$")]
Scalar = bool | int | float | str
Amount = Annotated[float, Field(ge=0, lt=10)]


class RuleTable(Strict):
    multiple: int = 1
    step: int = 8
    min_side: int = 1
    max_side: Annotated[int, Field(ge=64, le=16384)]
    min_pixels: int = 1
    max_pixels: int | None = None
    max_ratio: float | None = None


class SupportsTable(Strict):
    seed: bool = False
    negative: bool = False
    alpha: bool = False
    references: Annotated[int, Field(ge=0, le=64)] = 0
    mask: bool = False
    lora: bool = False
    control: bool = False
    kinds: list[str] = []


class ParamTable(Strict):
    type: Literal["string", "integer", "number", "boolean", "list"]
    choices: list[Scalar] = []
    min: float | None = None
    max: float | None = None
    default: Annotated[str, Field(min_length=1)]


class RateTable(Strict):
    amount: Amount
    unit: Literal["image", "megapixel"] = "image"
    id: str = ""
    size: SizeText | None = None
    when: dict[str, Scalar] = {}


class TokensTable(Strict):
    text_in: float
    image_in: float
    image_out: float
    text_out: float | None = None


Sizing = list[SizeText] | RuleTable


class ServiceTable(Strict):
    id: str
    max_count: Annotated[int, Field(ge=1, le=64)] = 1
    licence: str = ""
    usage: Literal["commercial", "non-commercial", "unknown"] = "unknown"
    rates: list[RateTable] = []
    tokens: TokensTable | dict[str, float] = {}
    priced: date | None = None
    source: str = ""
    names: dict[str, str] = {}
    sizes: Sizing | None = None
    params: dict[str, ParamTable] | None = None
    supports: SupportsTable | None = None


class ModelTable(Strict):
    like: str | None = None
    title: Annotated[str, Field(min_length=3)]
    strengths: list[Annotated[str, Field(pattern=r"^[a-z]+$")]] = []
    sizes: Sizing | None = None
    default_size: SizeText | None = None
    supports: SupportsTable = SupportsTable()
    prompt_limit: int | None = None
    prompt_tokens: int | None = None
    params: dict[str, ParamTable] = {}
    free_params: bool = False
    retired: date | None = None
    shutdown: date | None = None
    replaced_by: list[str] = []
    notes: str = ""
    aliases: list[str] = []
    services: Annotated[dict[str, ServiceTable], Field(min_length=1)]


class FileTable(Strict):
    models: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")], ModelTable] = {}
    services: dict[str, dict[str, ServiceTable]] = {}


# --- the files


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_fits_the_strict_grammar(path):
    TypeAdapter(FileTable).validate_python(tomllib.loads(path.read_text(encoding="utf-8")))


def test_an_unknown_key_does_not_fit_the_strict_grammar():
    with pytest.raises(ValueError, match=r"models\.x\.titel"):
        TypeAdapter(FileTable).validate_python({"models": {"x": {"titel": "X", "title": "XYZ", "services": {"openai": {"id": "x"}}}}})


def test_the_fast_reader_agrees_with_tomllib():
    assert parse(SOURCES) == parse(SOURCES, tomllib.loads)


def test_bytes_are_read_like_text():
    assert parse({name: text.encode() for name, text in SOURCES.items()}) == CATALOG


def test_no_two_files_describe_one_model():
    names = [name for text in SOURCES.values() for name in tomllib.loads(text).get("models", {})]
    assert sorted(names) == sorted(set(names))


def test_services_that_a_file_adds_are_for_models_of_another_and_replace_none():
    files = [tomllib.loads(text) for text in SOURCES.values()]
    own = {(name, provider) for file in files for name, model in file.get("models", {}).items() for provider in model["services"]}
    added = [(name, provider) for file in files for name, offers in file.get("services", {}).items() for provider in offers]
    assert [name for name, _ in added if name not in CATALOG.models] == []
    assert sorted(added) == sorted(set(added) - own)


@pytest.mark.parametrize("name", IDS)
def test_every_entry_is_whole(name):
    model = CATALOG.models[name]
    assert not (model.retired and model.shutdown)
    for other in model.replaced_by:
        assert CATALOG.models[other].retired is None
        assert CATALOG.models[other].shutdown is None
    for provider, service in model.services.items():
        params = model.params_at(provider)
        assert service.licence
        # What a workflow loads is known to its author alone.
        assert service.usage != "unknown" or provider == "comfyui"
        assert not service.rates or (service.priced and service.source)
        assert "://" not in service.source
        assert set(service.names) <= set(params)
        for rate in service.rates:
            assert rate.amount.as_tuple().exponent >= -6, "an amount was read through a binary float"
            for param, value in rate.when.items():
                assert value in params[param].choices
    if model.default_size:
        assert CATALOG.resolve_size(model, model.default_size) == model.default_size


@pytest.mark.parametrize("name", [name for name in IDS if "openai" in CATALOG.models[name].services])
def test_a_copied_entry_did_not_keep_the_id_of_its_base(name):
    assert CATALOG.models[name].services["openai"].id == name


# --- reading


def test_like_copies_all_but_the_end_and_merges_tables():
    catalog = parse({"x.toml": FAMILY})
    old, new = catalog.models["old"], catalog.models["new"]
    assert new.shutdown is None
    assert new.aliases == ()
    assert new.replaced_by == ()
    assert new.supports == old.supports
    assert new.sizes == old.sizes
    assert {name: param.choices for name, param in new.params.items()} == {"quality": ("a", "b", "c"), "style": ()}
    assert new.services["p"].id == "new-id"
    assert new.services["p"].max_count == 4
    assert new.services["p"].rates == ()


FAMILY = """
[models.new]
like = "old"
title = "New"
params.quality = { type = "string", choices = ["a", "b", "c"] }
services.p = { id = "new-id", rates = [] }

[models.old]
title = "Old"
sizes = ["512x512"]
supports = { seed = true }
shutdown = 2030-01-01
replaced_by = ["new"]
aliases = ["old-2029"]
params.quality = { type = "string", choices = ["a"], default = "a" }
params.style = { type = "string" }
services.p = { id = "old-id", max_count = 4, rates = [{ amount = 1 }] }
"""


def test_a_service_may_differ_from_its_model():
    catalog = parse(
        {
            "x.toml": """
            [models.m]
            title = "M"
            sizes = { max_side = 100 }
            supports = { seed = true }
            params.steps = { type = "integer" }
            [models.m.services.a]
            id = "a"
            [models.m.services.b]
            id = "b"
            sizes = ["64x64"]
            supports = { negative = true }
            params.guidance = { type = "number" }
            """
        }
    )
    model = catalog.models["m"]
    assert catalog.providers_of(model) == ("a", "b")
    assert catalog.default_provider(model) == "a"
    assert catalog.resolve_size(model, Size(50, 51), "a") == Size(50, 51)
    assert catalog.resolve_size(model, Ratio(1, 2), "b") == Size(64, 64)
    assert catalog.unhonoured(model, "a", seed=True, negative=True) == ("negative",)
    assert catalog.unhonoured(model, "b", seed=True, negative=True) == ("seed",)
    assert [problem.severity for problem in check_params(model, {"guidance": 3.5}, "a")] == ["warning"]
    assert check_params(model, {"guidance": 3.5}, "b") == []


def test_a_file_may_add_its_services_to_the_model_of_another():
    catalog = parse(
        {
            "z.toml": '[models.m]\ntitle = "M"\nsizes = ["64x64"]\nservices.a = { id = "a" }',
            "b.toml": '[services.m.b]\nid = "x/m"\nnames = { steps = "n" }\n[services.nobody.b]\nid = "?"',
        }
    )
    assert list(catalog.models) == ["m"]
    assert catalog.providers_of(catalog.models["m"]) == ("a", "b")
    assert catalog.id_at("m", "b") == "x/m"
    assert catalog.models["m"].services["b"].names == {"steps": "n"}


# --- names


def test_a_dated_id_finds_its_model_and_is_sent_as_it_is():
    model = CATALOG.find("gpt-image-2-2026-04-21")
    assert model is CATALOG.models["gpt-image-2"]
    assert CATALOG.id_at("gpt-image-2-2026-04-21", "openai") == "gpt-image-2-2026-04-21"
    assert CATALOG.id_at("gpt-image-2", "openai") == "gpt-image-2"
    assert CATALOG.id_at("midjourney-v6", "manual") == "--v 6"
    assert CATALOG.id_at("owner/name:version", "replicate") == "owner/name:version"
    assert CATALOG.id_at("gpt-image-2", "someone-else") == "gpt-image-2"


def test_an_unknown_id_is_not_found_and_the_likely_one_is_suggested():
    assert CATALOG.find("gpt-image2") is None
    assert CATALOG.suggest("gpt-image2") == "gpt-image-2"
    assert CATALOG.suggest("DALL-E 3") == "dall-e-3"
    assert CATALOG.suggest("Midjourney_v7") == "midjourney-v7"
    assert CATALOG.suggest("qqqq") is None
