"""Models that end, and models that are recommended."""

from datetime import date
from pathlib import Path

from assetgen.catalog import parse

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
# What is said of an order or of all models holds for these three files, whatever else is dropped into the folder.
CORE = parse({name: (FOLDER / name).read_text(encoding="utf-8") for name in ("midjourney.toml", "openai.toml", "sketch.toml")})
TODAY = date(2026, 11, 22)


def notice(name, today=TODAY):
    return CORE.lifecycle(CORE.models[name], today)


def test_a_retired_model_is_a_notice_with_its_replacement():
    found = notice("dall-e-3")
    assert found.kind == "retired"
    assert found.message == '"dall-e-3" was retired on 2026-05-12'
    assert found.hint == 'model = "gpt-image-2.6-sunburst" or "gpt-image-2.6-flare"'
    assert notice("gpt-image-1").message == '"gpt-image-1" was retired on 2026-10-23'


def test_a_model_about_to_end_says_in_how_many_days():
    found = notice("gpt-image-1.5")
    assert (found.kind, found.days) == ("ending", 9)
    assert found.message == '"gpt-image-1.5" is shut down in 9 days, on 2026-12-01'
    assert found.hint == 'model = "gpt-image-2.6-sunburst" or "gpt-image-2.6-flare"'
    assert notice("gpt-image-1.5", date(2026, 11, 30)).message == '"gpt-image-1.5" is shut down tomorrow, on 2026-12-01'
    assert notice("gpt-image-1.5", date(2026, 12, 1)).message == '"gpt-image-1.5" was shut down on 2026-12-01'
    assert notice("gpt-image-1.5", date(2026, 12, 1)).kind == "retired"


def test_a_superseded_model_is_told_and_a_current_one_is_not():
    assert notice("midjourney-v6").message == '"midjourney-v6" is superseded'
    assert notice("midjourney-v6").hint == 'model = "midjourney-v8.1"'
    assert [name for name in CORE.models if notice(name) is None] == [
        "midjourney-v8.1",
        "niji-6",
        "gpt-image-2",
        "gpt-image-2.5-sunburst",
        "gpt-image-2.5-flare",
        "gpt-image-2.6-sunburst",
        "gpt-image-2.6-flare",
        "sketch",
    ]


# --- recommendations


def test_a_recommendation_is_ranked_and_says_why():
    found = [(item.model.id, item.reason) for item in CORE.recommend("text")]
    assert found[0] == ("gpt-image-2.5-flare", "strongest at text, $0.0059 to $0.2107 a picture from openai")
    assert found[2] == ("gpt-image-2.6-flare", "strongest at text, price unknown from openai")
    assert found[-1] == ("chatgpt-image-latest", "strongest at text, price unknown from openai, shut down on 2026-12-01")
    assert CORE.recommend("placeholder")[0].reason == "strongest at placeholder, free from sketch"
    assert CORE.recommend("texture")[0].reason == "good at texture, no price per picture from manual"


def test_what_is_gone_is_never_recommended():
    everything = {item.model.id for purpose in CORE.purposes() for item in CORE.recommend(purpose)}
    assert not everything & {"dall-e-2", "dall-e-3", "gpt-image-1"}
    assert "gpt-image-1.5" in everything
    later = {item.model.id for purpose in CORE.purposes() for item in CORE.recommend(purpose, date(2027, 1, 1))}
    assert "gpt-image-1.5" not in later
    assert CORE.recommend("no such purpose") == []
