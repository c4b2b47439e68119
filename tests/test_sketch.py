"""The sketch provider: what its pictures show, not how they are drawn."""

import io
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from assetgen.errors import Impossible, Refused
from assetgen.model import Size
from assetgen.providers import Blob, Request
from assetgen.providers.sketch import KINDS, LONGEST, create, glyphs, lettering, materials, palette, png
from assetgen.providers.sketch.flow import parse
from assetgen.providers.sketch.layout import arrange, ranks
from assetgen.providers.sketch.scene import scene_of
from assetgen.providers.sketch.tone import Tone, of_hex, of_rgb
from assetgen.providers.sketch.words import KNOWN, kind_of, read


class Alone:
    """A job that nobody watches."""

    handle = None

    def __init__(self):
        self.seen = []

    def save(self, handle):
        raise AssertionError(handle)

    def progress(self, fraction, text):
        self.seen.append((fraction, text))

    def cancelled(self):
        return False


class Nothing:
    """Neither settings nor network: any use fails."""


@pytest.fixture
def sketch():
    return create(Nothing(), Nothing())


def request(prompt, size="160x120", **fields):
    width, height = map(int, size.split("x"))
    return Request(model="sketch", prompt=prompt, size=Size(width, height), **fields)


def one(sketch, prompt, size="160x120", **fields):
    return sketch.generate(request(prompt, size, **fields), Alone())[0]


def opened(picture):
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def pixels(sketch, prompt, size="160x120", **fields):
    return np.asarray(opened(one(sketch, prompt, size, **fields)))


def mean_tone(array):
    """The tone of an area's mean colour."""
    red, green, blue = (int(value) for value in array[..., :3].reshape(-1, 3).mean(axis=0))
    return of_rgb(red, green, blue)


def apart(first, second):
    gap = abs(first - second) % 360
    return min(gap, 360 - gap)


def png_of(colour, size=(40, 40)):
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return out.getvalue()


# What the provider promises


def test_traits_say_free_repeatable_placeholder(sketch):
    traits = sketch.traits
    assert (traits.repeatable, traits.paid, traits.placeholder, traits.source) == (True, False, True, "algorithmicMedia")


def test_loading_the_provider_loads_no_drawing_library():
    program = (
        "import sys; from assetgen.providers.sketch import create; from assetgen.providers import Request;"
        "create(None, None).check(Request(model='sketch', prompt='x', params={'palette': ['#0af']}));"
        "print(sorted({'numpy', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_every_picture_is_marked_as_a_placeholder(sketch):
    assert opened(one(sketch, "gear icon")).text == {"assetgen:placeholder": "1"}


def test_effective_tells_what_was_drawn(sketch):
    picture = one(sketch, "sunset over the sea", "320x200", seed=7, label="hero")
    assert picture.effective == {"kind": "landscape", "size": "320x200", "algorithm": 1, "label": "hero"}
    assert (picture.seed, picture.model, picture.cost, picture.unhonoured) == (7, "sketch", None, ())


def test_default_size_and_seed(sketch):
    picture = sketch.generate(Request(model="sketch", prompt="pixel creature sprite"), Alone())[0]
    assert (opened(picture).size, picture.seed) == ((1024, 1024), 0)


def test_candidates_have_seeds_of_their_own_and_the_first_has_the_given_one(sketch):
    job = Alone()
    pictures = sketch.generate(request("hills", seed=5, count=3), job)
    assert pictures[0].seed == 5
    assert len({picture.seed for picture in pictures}) == len({picture.data for picture in pictures}) == 3
    assert job.seen == [(1 / 3, "drawn"), (2 / 3, "drawn"), (1.0, "drawn")]
    again = one(sketch, "hills", seed=pictures[2].seed)
    assert again.data == pictures[2].data


def test_what_a_sketch_cannot_use_is_named(sketch):
    picture = one(sketch, "hills", params={"steps": 4, "label": False}, mask=Blob(data=b"", format="png", name="m.png"))
    assert picture.unhonoured == ("mask", "params.steps")


# Faults


@pytest.mark.parametrize(
    ("params", "message", "hint"),
    [
        ({"kind": "portrit"}, 'params.kind "portrit" is unknown', 'kind = "portrait"'),
        ({"kind": "%"}, 'params.kind "%" is unknown', "kind is one of " + ", ".join(KINDS)),
        ({"palette": "red"}, "params.palette is not a list of colours", 'palette = ["#0af", "navy"]'),
        ({"palette": []}, "params.palette is not a list of colours", 'palette = ["#0af", "navy"]'),
        ({"palette": ["#0af", "tael"]}, 'params.palette holds "tael", which is no colour', '"teal"'),
        ({"palette": ["#12"]}, 'params.palette holds "#12", which is no colour', 'a colour is "#0af", "#00aaff" or a CSS name'),
        ({"label": "no"}, "params.label is neither true nor false", "label = false"),
    ],
)
def test_check_refuses_wrong_parameters(sketch, params, message, hint):
    with pytest.raises(Impossible) as caught:
        sketch.check(request("x", params=params))
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize("size", ["0x10", "10x16385"])
def test_check_refuses_sizes_out_of_bounds(sketch, size):
    with pytest.raises(Impossible) as caught:
        sketch.check(request("x", size))
    assert caught.value.message == f'size "{size}" is outside 1x1 to 16384x16384'


def test_a_broken_reference_is_refused(sketch):
    with pytest.raises(Refused) as caught:
        one(sketch, "hills", references=(Blob(data=b"GIF89a", format="png", name="plate.png"),))
    assert caught.value.message == 'reference "plate.png" is not a readable picture'


# The same on every machine, and different where it should be


def test_pixels_do_not_depend_on_the_process():
    program = (
        "import hashlib, io; from PIL import Image; from assetgen.model import Size; from assetgen.providers import Request;"
        "from assetgen.providers.sketch import draw\n"
        "for prompt in ('forest at dawn', 'brick texture', 'gear icon', 'a -> b', 'watercolour city', 'slime sprite', 'zorp'):\n"
        "    data = draw.drawn(Request(model='sketch', prompt=prompt, size=Size(150, 130), label='n'), 3, ()).data\n"
        "    print(hashlib.sha256(Image.open(io.BytesIO(data)).tobytes()).hexdigest())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
        ).stdout
        for seed, threads in (("1", "1"), ("2", "4"))
    }
    assert len(outputs) == 1
    assert len(set(outputs.pop().splitlines())) == 7


@pytest.mark.parametrize(
    "prompt", ["forest hills", "city skyline", "portrait", "product", "low-poly background", "brick texture", "monster sprite"]
)
def test_another_seed_is_another_composition(sketch, prompt):
    assert (pixels(sketch, prompt, seed=1) != pixels(sketch, prompt, seed=2)).any()


@given(seeds=st.tuples(st.integers(), st.integers()))
@settings(max_examples=30, deadline=None)
def test_the_seed_turns_hues_by_at_most_six_degrees(seeds):
    words = read("teal and coral portrait", "")
    shifts = []
    for seed in seeds:
        from_seed = png_free_palette(words, seed)
        shifts.append(from_seed.main.h)
    assert apart(*shifts) <= 12.01


def png_free_palette(words, seed):
    shift = palette.Dice("hue", seed).uniform(-6, 6)
    return palette.palette_of(words, shift=shift, theme=None)


def test_words_without_meaning_still_have_a_colour_of_their_own():
    hues = [palette.palette_of(read(word, ""), shift=0, theme=None).main.h for word in ("zorp", "blick", "zorp")]
    assert hues[0] == hues[2] != hues[1]


# Colour


def test_a_sunrise_over_a_forest_has_a_warm_sky_and_green_land(sketch):
    picture = pixels(sketch, "sunrise over green forest", "320x180", seed=1)
    sky, land = mean_tone(picture[80:95]), mean_tone(picture[160:])
    assert apart(sky.h, 65) < 35
    assert apart(land.h, 145) < 35
    assert sky.l > land.l + 0.2


def test_explicit_colours_are_taken_as_they_are():
    exact = palette.palette_of(read("icon #0af", ""), shift=5, theme=None).main
    assert exact == of_hex("0af")


def test_a_colour_word_outranks_the_colour_of_a_thing():
    main = palette.palette_of(read("rocket icon, purple", ""), shift=0, theme=None).main
    assert apart(main.h, 300) < 15


@pytest.mark.parametrize("kind", ["pattern", "icon", "diagram", "landscape", "sprite"])
def test_params_palette_overrides_the_words(sketch, kind):
    picture = pixels(sketch, "green forest", "240x240", params={"kind": kind, "palette": ["#d81b60", "#ff80ab"]}, seed=3)
    seen = picture[picture[..., 3] > 0] if picture.shape[2] == 4 else picture.reshape(-1, 3)
    tones = [of_rgb(*map(int, colour[:3])) for colour in seen[:: max(1, len(seen) // 300)]]
    coloured = [tone for tone in tones if tone.c > 0.06]
    assert coloured
    assert np.median([apart(tone.h, of_hex("d81b60").h) for tone in coloured]) < 30


def test_a_dark_theme_is_dark(sketch):
    dark = mean_tone(pixels(sketch, "a -> b, dark background"))
    light = mean_tone(pixels(sketch, "a -> b, light background"))
    assert dark.l < 0.35
    assert light.l > 0.9


def test_references_lend_their_colours(sketch):
    lent = Blob(data=png_of((220, 30, 30)), format="png", name="red.png")
    plain = mean_tone(pixels(sketch, "abstract gradient, blue", seed=2))
    tinted = mean_tone(pixels(sketch, "abstract gradient, blue", seed=2, references=(lent,)))
    red = of_rgb(220, 30, 30)
    assert apart(tinted.h, red.h) < apart(plain.h, red.h) - 20


def test_a_mask_keeps_the_reference_where_it_is_black(sketch):
    mask = Image.new("L", (100, 80), 0)
    mask.paste(255, (50, 0, 100, 80))
    out = io.BytesIO()
    mask.save(out, "PNG")
    picture = pixels(
        sketch,
        "sunset over the sea",
        "100x80",
        references=(Blob(data=png_of((10, 200, 30)), format="png", name="r.png"),),
        mask=Blob(data=out.getvalue(), format="png", name="m.png"),
    )
    assert (picture[:, :45] == (10, 200, 30)).all()
    assert not (picture[:, 55:] == (10, 200, 30)).all(axis=2).any()


@given(st.tuples(*[st.integers(0, 255)] * 3))
@settings(max_examples=200)
def test_a_colour_survives_the_way_through_oklch(colour):
    assert max(abs(a - b) for a, b in zip(of_rgb(*colour).rgb, colour, strict=True)) <= 1


@given(st.floats(0, 1), st.floats(0, 0.4), st.floats(0, 360))
def test_every_tone_has_a_colour(lightness, chroma, hue):
    assert all(0 <= channel <= 255 for channel in Tone(lightness, chroma, hue).rgb)


# Words


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("A serene mountain lake at dawn", "landscape"),
        ("hero banner of mountains at sunset", "landscape"),
        ("city skyline at night", "skyline"),
        ("headshot of Anna", "portrait"),
        ("a coffee mug, product photo", "product"),
        ("flat icon of a brain circuit, dark background", "icon"),
        ("seamless brick texture", "texture"),
        ("oak planks", "texture"),
        ("A clean diagram of a RAG pipeline", "diagram"),
        ("client -> server", "diagram"),
        ("low-poly background", "pattern"),
        ("low-poly mountains", "landscape"),
        ("geometric pattern, forest colours", "pattern"),
        ("pixel creature, sprite", "sprite"),
        ("isometric city", "isometric"),
        ("", "landscape"),
    ],
)
def test_words_decide_the_kind(prompt, kind):
    assert kind_of(read(prompt, ""), prompt, None) == kind


def test_params_kind_overrides_the_words(sketch):
    assert one(sketch, "brick texture", params={"kind": "sprite"}).effective["kind"] == "sprite"
    assert one(sketch, "icon of a city", params={"kind": "photo"}).effective["kind"] == "skyline"


def test_negative_words_take_elements_away(sketch):
    words = read("sun and clouds over the sea, no birds", "clouds, sun")
    assert not any(words.shows(element) for element in ("sun", "clouds", "birds"))
    assert words.shows("water")
    skies = (
        pixels(sketch, "sun over blue hills", "320x180", seed=1, negative=barred) for barred in ("clouds, birds", "clouds, birds, sun")
    )
    warm = [((sky[:60, :, 0] > 240) & (sky[:60, :, 2] < 230)).sum() for sky in skies]
    assert warm[0] > 60
    assert warm[1] == 0


def test_negative_words_take_colours_away():
    asked, taken = (palette.palette_of(read("red rose portrait", negative), shift=0, theme=None) for negative in ("", "red, rose"))
    assert apart(asked.main.h, 25) < 15
    assert apart(taken.main.h, 25) > 15 or taken.guessed


@pytest.mark.parametrize("style", ["blueprint", "watercolour", "pixel art", "line art", "low-poly", "isometric"])
def test_a_style_changes_the_picture(sketch, style):
    plain = pixels(sketch, "hills, photo", seed=1, params={"kind": "landscape"} if style != "isometric" else {})
    styled = pixels(sketch, f"{style} hills, photo", seed=1, params={"kind": "landscape"} if style != "isometric" else {})
    assert np.abs(plain.astype(int) - styled).mean() > 6


def test_a_blueprint_is_white_on_blue_or_blue_on_white(sketch):
    blue = pixels(sketch, "blueprint of a -> b")
    white = pixels(sketch, "blueprint of a -> b, white background")
    assert apart(mean_tone(blue).h, 255) < 25
    assert mean_tone(blue).l < 0.5
    assert mean_tone(white).l > 0.9


def test_pixel_art_is_made_of_blocks(sketch):
    picture = pixels(sketch, "pixel art sunset", "352x352")
    blocks = picture.reshape(88, 4, 88, 4, 3)
    assert (blocks == blocks[:, :1, :, :1]).all()


# Icons and sprites


@pytest.mark.parametrize("prompt", ["gear icon", "icon of zorp blick", "outline heart icon, dark", "slime sprite", "sword sprite"])
@pytest.mark.parametrize("size", ["64x64", "200x90", "16x16"])
def test_icons_and_sprites_stand_on_nothing(sketch, prompt, size):
    image = opened(one(sketch, prompt, size))
    assert image.mode == "RGBA"
    alpha = np.asarray(image)[..., 3]
    assert alpha[0, 0] == alpha[-1, -1] == 0
    assert 0.01 < (alpha > 128).mean() < 0.97


def test_every_glyph_differs_from_every_other(sketch):
    assert len(glyphs.STROKES) >= 30
    drawn = {name: one(sketch, f"plain {name} icon", "48x48", params={"palette": ["#333"]}).data for name in glyphs.STROKES}
    assert len(set(drawn.values())) == len(drawn)


def test_a_monogram_stands_where_no_glyph_is_known(sketch):
    first, second = (pixels(sketch, f"{name} icon", "64x64", params={"palette": ["#246"]}) for name in ("zorp", "quib"))
    assert (first != second).any()


def test_sprites_are_mirrored_and_scaled_by_a_whole_factor(sketch):
    picture = pixels(sketch, "pixel creature sprite", "300x300", seed=4)
    solid = np.argwhere(picture[..., 3] > 0)
    (top, left), (bottom, right) = solid.min(axis=0), solid.max(axis=0) + 1
    body = picture[top:bottom, left:right]
    assert (body == body[:, ::-1]).all()
    runs = np.flatnonzero(np.diff(body[..., 3].astype(int), axis=0).any(axis=1)) + 1
    factor = int(np.gcd.reduce(runs))
    assert factor >= 10
    assert set(np.unique(picture[..., 3])) == {0, 255}


# Textures


@pytest.mark.parametrize(
    "name", ["brick", "wood", "marble", "fabric", "metal", "grass", "stone", "granite", "concrete", "water", "sand", "paper"]
)
@pytest.mark.parametrize("size", ["128x128", "200x120"])
def test_textures_are_seamless(sketch, name, size):
    assert any(name in material.names for material in materials.MATERIALS)
    picture = pixels(sketch, f"{name} texture", size, seed=2).astype(int)
    for axis in (0, 1):
        inside = np.abs(np.diff(picture, axis=axis)).mean(axis=(1 - axis, 2))
        across = np.abs(picture.take(0, axis) - picture.take(-1, axis)).mean()
        assert across <= inside.max() * 1.1 + 1


def test_a_texture_stays_seamless_when_it_is_enlarged(sketch):
    picture = pixels(sketch, "sand texture", "1500x1100").astype(int)
    inside = np.abs(np.diff(picture, axis=1)).mean(axis=(0, 2))
    assert np.abs(picture[:, 0] - picture[:, -1]).mean() <= inside.max() * 1.1 + 1


# Diagrams


def flow(prompt):
    return parse(prompt, read(prompt, ""))


def named(prompt):
    found = flow(prompt)
    return [(found.nodes[source], found.nodes[target]) for source, target in found.edges]


@pytest.mark.parametrize(
    ("prompt", "edges"),
    [
        ("browser -> gateway -> database", [("browser", "gateway"), ("gateway", "database")]),
        ("a → b; b => c\nc --> a", [("a", "b"), ("b", "c"), ("c", "a")]),
        ("client -> users, orders -> db", [("client", "users"), ("client", "orders"), ("users", "db"), ("orders", "db")]),
        ("Architecture diagram: API -> queue, blueprint style, white background, labelled components", [("API", "queue")]),
        ("a clean diagram of web app -> cache in flat style", [("web app", "cache")]),
        (
            "A clean diagram of a RAG pipeline",
            [("Question", "Embed"), ("Embed", "Vector search"), ("Vector search", "Context"), ("Context", "LLM"), ("LLM", "Answer")],
        ),
        ("a -> b, vector database, clean flat style", [("a", "b"), ("a", "vector database")]),
        ("diagram of photosynthesis and sunlight", [("Photosynthesis", "Sunlight")]),
        ("steps, a diagram: plant, water, harvest", [("plant", "water"), ("water", "harvest")]),
        ("diagram", [("Input", "Process"), ("Process", "Output")]),
    ],
)
def test_arrows_and_nouns_become_boxes(prompt, edges):
    assert named(prompt) == edges


@given(
    st.lists(st.text("abcdefgh ", min_size=1, max_size=24), min_size=1, max_size=12),
    st.integers(64, 1600),
    st.integers(64, 1600),
)
@settings(max_examples=60, deadline=None)
def test_no_text_of_a_diagram_is_clipped(names, width, height):
    found = flow(" -> ".join(names) + " -> end")
    placed = arrange(found, width, height)
    for (x, y), lines in zip(placed.centres, placed.lines, strict=True):
        assert x - placed.box[0] / 2 >= 0
        assert x + placed.box[0] / 2 <= width
        assert y - placed.box[1] / 2 >= 0
        assert y + placed.box[1] / 2 <= height
        for line in lines:
            assert lettering.width_of(line, placed.text) <= placed.box[0]
        assert len(lines) * lettering.line_height(max(1, placed.text)) <= placed.box[1] + 1
    if placed.text:
        assert [" ".join(lines) for lines in placed.lines] == list(found.nodes)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=20))
def test_ranks_rise_along_arrows_unless_they_close_a_circle(pairs):
    found = flow("; ".join(f"n{a} -> n{b}" for a, b in pairs) + "; n0 -> end")
    level = ranks(found)
    assert min(level) == 0
    if all(a < b for a, b in pairs):
        assert all(level[source] < level[target] for source, target in found.edges)


# Labels


def test_the_label_is_drawn_where_it_may_be(sketch):
    with_label = one(sketch, "hills", "320x200", label="hero")
    without = one(sketch, "hills", "320x200", label="hero", params={"label": False})
    assert with_label.effective["label"] == "hero"
    assert "label" not in without.effective
    changed = np.argwhere((np.asarray(opened(with_label)) != np.asarray(opened(without))).any(axis=2))
    assert changed[:, 0].min() > 150
    assert changed[:, 1].max() < 160


@pytest.mark.parametrize(
    ("prompt", "size", "label"),
    [
        ("gear icon", "320x320", "hero"),
        ("brick texture", "320x320", "hero"),
        ("slime sprite", "320x320", "hero"),
        ("hills", "320x119", "hero"),
        ("hills", "320x200", ""),
        ("hills", "120x400", "a very long name of an asset"),
        ("hills", "320x200", "\u6f22\u5b57"),
    ],
)
def test_the_label_is_absent_where_it_may_not_be(sketch, prompt, size, label):
    assert "label" not in one(sketch, prompt, size, label=label).effective


def test_letters_the_font_lacks_are_dropped():
    assert lettering.legible("caf\u00e9 3\u00d74 \u6f22\u5b57 ok\n") == "cafe 3x4 ok"


# Sizes


@pytest.mark.parametrize("size", ["1x1", "2x3", "20x10000", "16384x1", "3000x2200"])
@pytest.mark.parametrize("kind", ["landscape", "icon", "texture", "sprite"])
def test_extreme_sizes(sketch, size, kind):
    assert "{}x{}".format(*opened(one(sketch, "sunny forest gear brick", size, params={"kind": kind})).size) == size


def test_a_poster_is_written_in_strips():
    small = Image.linear_gradient("L").convert("RGB")
    large = Image.open(io.BytesIO(png.encode(small, (LONGEST, 300))))
    assert large.size == (LONGEST, 300)
    whole = np.asarray(small.resize((LONGEST, 300), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(np.asarray(large).astype(int) - whole).max() <= 1


@given(
    prompt=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(["->", ",", ";", "no", "pixel art", "line art", "low-poly", *sorted(KNOWN)]),
            max_size=8,
        ).map(" ".join),
    ),
    negative=st.text(max_size=20),
    width=st.integers(1, 260),
    height=st.integers(1, 260),
    seed=st.one_of(st.none(), st.integers()),
    kind=st.sampled_from((None, *KINDS)),
    label=st.text(max_size=12),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_request_fails(prompt, negative, width, height, seed, kind, label):
    provider = create(Nothing(), Nothing())
    params = {} if kind is None else {"kind": kind}
    asked = Request(model="sketch", prompt=prompt, negative=negative, size=Size(width, height), seed=seed, params=params, label=label)
    picture = provider.generate(asked, Alone())[0]
    assert opened(picture).size == (width, height)


def test_the_words_of_a_style_change_the_manner_not_the_subject():
    plain = Request(model="sketch", prompt="Mountain lake at sunrise", size=Size(96, 64))
    styled = replace(plain, subject=plain.prompt, prompt=f"{plain.prompt}, calm colours, generous empty space")
    assert scene_of(styled, size=(96, 64), seed=0, lent=()).words == scene_of(plain, size=(96, 64), seed=0, lent=()).words
    icon = replace(plain, subject="a paper plane", prompt="a paper plane, app icon, one centred symbol")
    assert scene_of(icon, size=(96, 64), seed=0, lent=()).kind == "icon"
    info = replace(plain, subject="how rain forms", prompt="how rain forms, infographic, simple icons")
    assert scene_of(info, size=(96, 64), seed=0, lent=()).kind == "diagram"
    flow = replace(plain, subject="a -> b", prompt="a -> b, technical diagram, clean vector lines")
    assert scene_of(flow, size=(96, 64), seed=0, lent=()).prompt == "a -> b"
