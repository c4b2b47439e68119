"""The user's `[models]` laid over the catalog."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assetgen.catalog import Price, Rule, parse
from assetgen.errors import FaultyFile
from assetgen.model import Ratio, Size

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
CATALOG = parse({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})


def test_a_price_of_the_user_replaces_the_list():
    own = CATALOG.with_overrides({"gpt-image-2.6-flare": {"price": 0.1}})
    found = own.price(own.models["gpt-image-2.6-flare"], "openai", Size(4096, 4096), {"quality": "max"}, 3)
    basis = "[models] of the manifest (input tokens come on top)"
    assert found == Price(low=Decimal("0.3"), high=Decimal("0.3"), basis=basis, exact=False)
    unchanged = CATALOG.models["gpt-image-2.6-flare"]
    assert CATALOG.price(unchanged, "openai", None, {}) is None


def test_a_model_the_catalog_does_not_know_gets_an_entry():
    own = CATALOG.with_overrides(
        {
            "our-lora": {
                "price": {"replicate": "0.02"},
                "id": {"replicate": "acme/lora:1"},
                "usage": "commercial",
                "licence": "ours",
                "sizes": ["512x512"],
                "supports": {"seed": True, "references": 2},
                "strengths": ["icon"],
                "shutdown": "2027-01-01",
                "replaced_by": ["gpt-image-2"],
                "notes": "trained on our icons",
            }
        }
    )
    model = own.find("our-lora")
    service = model.services["replicate"]
    assert (service.id, service.usage, service.licence) == ("acme/lora:1", "commercial", "ours")
    assert own.price(model, "replicate", None, {}).high == Decimal("0.02")
    assert own.resolve_size(model, Ratio(16, 9)) == Size(512, 512)
    assert own.unhonoured(model, "replicate", seed=True, negative=True) == ("negative",)
    assert own.lifecycle(model, date(2026, 12, 2)).days == 30
    assert "our-lora" in {item.model.id for item in own.recommend("icon")}
    assert model.notes == "trained on our icons"


def test_what_an_alias_says_of_a_price_holds_for_the_model_it_uses():
    own = CATALOG.with_overrides({"hero": {"use": "gpt-image-2", "params": {"quality": "high"}, "price": 1, "sizes": {"max_side": 512}}})
    assert "hero" not in own.models
    assert own.models["gpt-image-2"].sizes == Rule(max_side=512)
    assert own.price(own.models["gpt-image-2"], "openai", None, {}).high == 1


def test_a_mere_alias_changes_nothing():
    assert CATALOG.with_overrides({"hero": {"use": "gpt-image-2", "via": ["openai"], "params": {}}}) == CATALOG
    assert CATALOG.with_overrides({}) is CATALOG


def test_all_faults_of_the_tables_are_told_at_once():
    with pytest.raises(FaultyFile) as caught:
        CATALOG.with_overrides(
            {
                "sketch": {"prize": 1, "price": "cheap", "usage": "mine", "sizes": ["big"], "strengths": "text", "shutdown": "soon"},
                "new": {"price": 1},
                "dall-e-3": {"price": -1, "licence": 3, "supports": {"seeds": True}, "notes": 1, "replaced_by": [1], "id": "x"},
                "dall-e-2": {"price": True, "supports": {"seed": "yes"}},
            }
        )
    known = "known keys: use, provider, via, params, id, price, sizes, supports, licence, usage, strengths, shutdown, replaced_by, notes"
    a_price = ("not a price in USD, or a table of one for each provider", "price = { openai = 0.04 }")
    takes = ("not a table of what the model takes", "supports = { seed = true, references = 4 }")
    assert [(fault.subject, fault.message, fault.hint) for fault in caught.value.faults] == [
        ("models.sketch.prize", "unknown key", known),
        ("models.sketch.price", *a_price),
        ("models.sketch.sizes", "not a list of sizes, or a rule", 'sizes = ["1024x1024", "1536x1024"]'),
        ("models.sketch.usage", "not a usage", 'usage = "commercial" or "non-commercial"'),
        ("models.sketch.strengths", "not a list of words", 'strengths = ["photo"]'),
        ("models.sketch.shutdown", "not a date", "shutdown = 2027-06-30"),
        ("models.new.price", *a_price),
        ("models.dall-e-3.id", "not a table of one id for each provider", 'id = { replicate = "owner/name" }'),
        ("models.dall-e-3.price", *a_price),
        ("models.dall-e-3.supports", *takes),
        ("models.dall-e-3.licence", "not a text", 'licence = "our contract with the provider"'),
        ("models.dall-e-3.replaced_by", "not a list of models", 'replaced_by = ["gpt-image-2"]'),
        ("models.dall-e-3.notes", "not a text", 'notes = "…"'),
        ("models.dall-e-2.price", *a_price),
        ("models.dall-e-2.supports", *takes),
    ]
