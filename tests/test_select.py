"""Which assets a word means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.engine.select import in_order, select
from assetgen.errors import UsageError
from assetgen.model import Asset
from assetgen.plan.states import AssetPlan, Offer, State
from assetgen.providers import Traits

NAMES = ["hero", "icon[theme=light]", "icon[theme=dark]", "icons"]
ASSETS = {name: Asset(name=name, base=name.partition("[")[0], tags=("docs",) if name == "hero" else ()) for name in NAMES}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("hero", ["hero"]),
        ("icon", ["icon[theme=light]", "icon[theme=dark]"]),
        ("icon*", ["icon[theme=light]", "icon[theme=dark]", "icons"]),
        ("icon[theme=l*]", ["icon[theme=light]"]),
        ("icon[theme=dark]", ["icon[theme=dark]"]),
        ("icon[*]", ["icon[theme=light]", "icon[theme=dark]"]),
        ("*=dar?]", ["icon[theme=dark]"]),
        ("her?", ["hero"]),
        ("tag:docs", ["hero"]),
    ],
)
def test_what_a_word_selects(word, found):
    assert select([word], ASSETS) == frozenset(found)


@pytest.mark.parametrize(
    ("word", "hint"), [("[h]ero", "did you mean hero"), ("hero[!x]", "did you mean hero"), ("tag:doc", "did you mean tag:docs")]
)
def test_what_selects_nothing(word, hint):
    with pytest.raises(UsageError) as caught:
        select([word], ASSETS)
    assert (caught.value.message, caught.value.hint) == (f'no asset is selected by "{word}"', hint)


@given(st.text("ab[]!-^", min_size=1, max_size=8), st.integers(0, 7))
def test_a_name_is_found_by_any_part_of_it_and_stars(name, cut):
    asset = Asset(name=name, base="other")
    assert select([f"{name[:cut]}*"], {name: asset}) == {name}
    assert select([f"*{name[cut:]}"], {name: asset}) == {name}


def test_assets_for_one_loaded_model_come_one_after_the_other():
    def planned(name, model, *, loads):
        asset = Asset(name=name, base=name, model=model)
        return AssetPlan(asset=asset, state=State.GENERATE, offer=Offer(traits=Traits(loads=loads)))

    rows = [("a", "sdxl", True), ("b", "gpt-image-2", False), ("c", "flux-dev", True), ("d", "dall-e-3", False), ("e", "sdxl", True)]
    plans = {name: planned(name, model, loads=loads) for name, model, loads in rows}
    assert in_order(plans) == ["b", "d", "c", "a", "e"]
