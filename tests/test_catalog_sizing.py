"""A ratio becomes a size the model offers; an explicit size is taken as it is or refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import parse
from assetgen.errors import Impossible
from assetgen.model import Ratio, Size

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
CATALOG = parse({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})
IDS = list(CATALOG.models)


def resolved(name, wanted):
    return str(CATALOG.resolve_size(CATALOG.models[name], wanted))


def test_no_size_leaves_it_to_the_model():
    assert CATALOG.resolve_size(CATALOG.models["gpt-image-2"], None) is None


@pytest.mark.parametrize(
    ("name", "ratio", "size"),
    [
        ("sketch", Ratio(1, 1), "1024x1024"),
        ("sketch", Ratio(16, 9), "1280x720"),
        ("sketch", Ratio(9, 16), "720x1280"),
        ("sketch", Ratio(3, 2), "1248x832"),
        ("sketch", Ratio(1, 1, 4.0), "2048x2048"),
        ("sketch", Ratio(1, 1, 0.01), "96x96"),
        ("sketch", Ratio(16384, 1), "16384x8"),
        ("gpt-image-2", Ratio(16, 9), "1280x720"),
        ("gpt-image-2", Ratio(16, 9, 8.0), "3840x2160"),
        ("gpt-image-2", Ratio(4, 1), "1728x576"),
        ("gpt-image-2", Ratio(1, 1, 0.1), "816x816"),
        ("gpt-image-2", Ratio(1, 1, 64.0), "2880x2880"),
        ("gpt-image-1.5", Ratio(16, 9), "1536x1024"),
        ("gpt-image-1.5", Ratio(1, 1), "1024x1024"),
        ("dall-e-3", Ratio(16, 9), "1792x1024"),
        ("dall-e-3", Ratio(2, 3), "1024x1792"),
        ("dall-e-2", Ratio(1, 1, 0.25), "512x512"),
        ("dall-e-2", Ratio(16, 9, 0.0625), "256x256"),
    ],
)
def test_a_ratio_becomes_the_offered_size_nearest_in_shape_then_in_pixels(name, ratio, size):
    assert resolved(name, ratio) == size


@pytest.mark.parametrize(
    ("name", "size"),
    [("sketch", "1x1"), ("sketch", "16384x16384"), ("gpt-image-2", "1536x864"), ("gpt-image-2", "3840x2160"), ("dall-e-3", "1792x1024")],
)
def test_an_offered_size_is_taken_as_it_is(name, size):
    width, height = map(int, size.split("x"))
    assert resolved(name, Size(width, height)) == size


@pytest.mark.parametrize(
    ("name", "size", "hint"),
    [
        ("dall-e-3", Size(1440, 1440), 'size = "1024x1024" or "1792x1024" or "1024x1792"'),
        ("dall-e-2", Size(300, 300), 'size = "256x256" or "512x512" or "1024x1024"'),
        ("gpt-image-2", Size(1200, 630), 'size = "1200x624" or "1200x640"'),
        ("gpt-image-2", Size(256, 256), 'size = "816x816"'),
        ("gpt-image-2", Size(3000, 500), 'size = "2112x704"'),
        ("gpt-image-2", Size(5000, 5000), 'size = "2880x2880"'),
        ("sketch", Size(20000, 10), 'size = "16000x8"'),
    ],
)
def test_a_size_that_is_not_offered_is_refused_with_the_nearest_ones(name, size, hint):
    with pytest.raises(Impossible) as caught:
        CATALOG.resolve_size(CATALOG.models[name], size)
    assert caught.value.message == f'"{name}" does not offer the size "{size}"'
    assert caught.value.hint == hint


@given(
    name=st.sampled_from(IDS),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    megapixels=st.floats(0.01, 50, allow_nan=False),
)
def test_every_ratio_gets_a_size_that_the_model_offers(name, width, height, megapixels):
    model = CATALOG.models[name]
    size = CATALOG.resolve_size(model, Ratio(width, height, megapixels))
    assert CATALOG.resolve_size(model, size) == size


@given(width=st.integers(1, 20), height=st.integers(1, 20), megapixels=st.floats(0.1, 16))
def test_a_size_of_the_sketch_is_in_multiples_of_8_within_the_budget(width, height, megapixels):
    size = CATALOG.resolve_size(CATALOG.models["sketch"], Ratio(width, height, megapixels))
    assert size.width % 8 == 0
    assert size.height % 8 == 0
    assert size.width * size.height <= megapixels * 1024 * 1024
    assert size.width * size.height >= megapixels * 1024 * 1024 * 0.6


@given(name=st.sampled_from(IDS), width=st.integers(1, 20000), height=st.integers(1, 20000))
def test_every_size_a_hint_names_is_offered(name, width, height):
    model = CATALOG.models[name]
    try:
        assert CATALOG.resolve_size(model, Size(width, height)) == Size(width, height)
    except Impossible as refusal:
        for text in refusal.hint.removeprefix("size = ").replace('"', "").split(" or "):
            side, other = map(int, text.split("x"))
            assert CATALOG.resolve_size(model, Size(side, other)) == Size(side, other)
