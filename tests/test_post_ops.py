"""Every op by what it does to pixels; the laws of geometry; alpha without fringes; parameters that are refused."""

import math
from importlib.metadata import entry_points

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont, ImageStat
from pydantic import ValidationError

from assetgen.post import Op, PostError
from assetgen.post.colours import NAMES, is_colour
from assetgen.post.encode import encode
from assetgen.post.pipeline import apply

OPS: dict[str, Op] = {entry.name: entry.load() for entry in entry_points(group="assetgen.ops")}
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
MODES = ("L", "LA", "RGB", "RGBA")


def run(name, image, *, files=None, **params):
    """As the pipeline does it: the parameters checked, the result in one of the four modes."""
    return apply(OPS[name], image, OPS[name].validate(params), files or {})


def quarters(width=40, height=20):
    """Red, green over blue, white: no two corners alike."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste((255, 255, 255), (width // 2, height // 2, width, height))
    return image


def disc(size=60, colour=(255, 255, 255), hidden=(0, 0, 0)):
    """A disc whose surroundings are transparent and of another, hidden colour."""
    mask = Image.new("L", (size * 4, size * 4), 0)
    ImageDraw.Draw(mask).ellipse((size, size, 3 * size, 3 * size), fill=255)
    mask = mask.resize((size, size), Image.Resampling.BOX)
    image = Image.new("RGB", (size, size), hidden)
    image.paste(colour, mask=mask.point(lambda value: 255 if value else 0))
    image.putalpha(mask)
    return image


def corners(image):
    right, bottom = image.width - 1, image.height - 1
    return [image.convert("RGB").getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))]


WHITE = (255, 255, 255)
SAMPLES = {
    "resize": {"width": 30},
    "fit": {"width": 17, "height": 31},
    "pad": {"width": 70, "height": 80},
    "crop": {"width": 10, "height": 12},
    "trim": {"tolerance": 0},
    "rotate": {"angle": 30},
    "flip": {},
    "grayscale": {},
    "brightness": {"factor": 0.5},
    "contrast": {"factor": 1.5},
    "saturation": {"factor": 0.5},
    "tint": {"colour": "teal"},
    "opacity": {"amount": 0.5},
    "background": {"colour": "#123456"},
    "quantize": {"colours": 4},
    "blur": {"radius": 2},
    "sharpen": {},
    "round_corners": {"radius": 8},
    "border": {"width": 3, "colour": "#f00"},
    "shadow": {},
    "overlay": {"file": "logo.png", "width": 10},
    "text": {"text": "Ab", "size": 12, "margin": 2},
}


def test_the_table_of_entry_points_names_every_op_of_the_package():
    assert set(OPS) == set(SAMPLES)
    assert all(name == op.name for name, op in OPS.items())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_each_op_takes_all_four_modes_gives_one_of_them_and_leaves_its_input_alone(name, mode):
    image = disc(colour=(200, 120, 40), hidden=(10, 20, 30)).convert(mode)
    before = image.tobytes()
    logo = encode(Image.new("RGBA", (20, 10), (0, 0, 255, 128)), "png")
    found = OPS[name].apply(image, OPS[name].validate(SAMPLES[name]), {"logo.png": logo})
    assert found.mode in MODES
    assert found is not image
    assert image.tobytes() == before


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_each_op_works_on_a_single_pixel_or_says_why_not(name, mode):
    image = Image.new("RGB", (1, 1), (9, 99, 199)).convert(mode)
    logo = encode(Image.new("RGBA", (1, 1), (0, 0, 255, 128)), "png")
    if name in {"crop", "overlay", "text", "trim"}:
        with pytest.raises(PostError) as error:
            run(name, image, files={"logo.png": logo}, **SAMPLES[name])
        assert error.value.op == name
        assert error.value.message.startswith(f"{name}.")
    else:
        assert min(run(name, image, **SAMPLES[name]).size) >= 1


sides = st.integers(1, 300)
pictures = st.builds(
    lambda mode, width, height: Image.linear_gradient("L").resize((width, height)).convert(mode), st.sampled_from(MODES), sides, sides
)
gravities = st.sampled_from(["center", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"])
law = settings(max_examples=60, deadline=None)


@law
@given(pictures, sides, sides, gravities)
def test_fit_gives_exactly_the_size(image, width, height, gravity):
    assert run("fit", image, width=width, height=height, gravity=gravity).size == (width, height)


@law
@given(pictures, sides, sides, st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_fit_with_a_focus_gives_exactly_the_size(image, width, height, focus):
    assert run("fit", image, width=width, height=height, focus=focus).size == (width, height)


@law
@given(pictures, st.integers(0, 50), st.integers(0, 50), gravities)
def test_pad_keeps_every_pixel_of_the_picture(image, more, taller, gravity):
    found = run("pad", image, width=image.width + more, height=image.height + taller, gravity=gravity)
    assert found.size == (image.width + more, image.height + taller)
    left = 0 if "left" in gravity else more if "right" in gravity else math.floor(more / 2 + 0.5)
    top = 0 if "top" in gravity else taller if "bottom" in gravity else math.floor(taller / 2 + 0.5)
    inside = found.crop((left, top, left + image.width, top + image.height))
    assert inside.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


@law
@given(pictures, st.one_of(st.none(), sides), st.one_of(st.none(), sides))
def test_resize_keeps_the_proportions_and_stays_in_the_box(image, width, height):
    if width is None and height is None:
        with pytest.raises(PostError) as error:
            run("resize", image)
        assert error.value.message == "resize: expected a width, a height or both"
        return
    wanted = {name: side for name, side in (("width", width), ("height", height)) if side is not None}
    found = run("resize", image, **wanted)
    scale = min(side / getattr(image, name) for name, side in wanted.items())
    assert abs(found.width - max(1, image.width * scale)) <= 0.5
    assert abs(found.height - max(1, image.height * scale)) <= 0.5
    assert all(getattr(found, name) <= side for name, side in wanted.items())


@law
@given(pictures, st.floats(-360, 360))
def test_rotate_grows_the_canvas_to_hold_the_turned_picture(image, angle):
    found = run("rotate", image, angle=angle)
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    assert abs(found.width - (image.width * cosine + image.height * sine)) <= 1.01
    assert abs(found.height - (image.width * sine + image.height * cosine)) <= 1.01


@law
@given(pictures, st.integers(1, 3))
def test_four_quarter_turns_and_two_flips_change_nothing(image, times):
    for angle in (90 * times, -90 * times):
        image_after = run("rotate", run("rotate", image, angle=angle), angle=-angle)
        assert image_after.tobytes() == image.tobytes()
    for direction in ("horizontal", "vertical"):
        assert run("flip", run("flip", image, direction=direction), direction=direction).tobytes() == image.tobytes()


def test_fit_keeps_the_part_that_gravity_or_focus_names():
    image = quarters(40, 20)
    assert corners(run("fit", image, width=10, height=20, gravity="left", filter="nearest")) == [RED, RED, BLUE, BLUE]
    assert corners(run("fit", image, width=10, height=20, gravity="right", filter="nearest")) == [GREEN, GREEN, WHITE, WHITE]
    assert corners(run("fit", image, width=10, height=20, focus=[1.0, 0.5], filter="nearest")) == [GREEN, GREEN, WHITE, WHITE]
    assert corners(run("fit", image, width=20, height=10, filter="nearest")) == [RED, GREEN, BLUE, WHITE]


def test_fit_puts_the_focus_in_the_middle_where_it_can():
    image = Image.new("L", (100, 10), 0)
    image.paste(255, (30, 0, 32, 10))
    box = run("fit", image, width=20, height=10, focus=[0.31, 0.5]).point(lambda v: 255 if v > 128 else 0).getbbox()
    assert box == (9, 0, 11, 10)


def test_pad_fills_with_the_colour_and_refuses_a_canvas_that_is_too_small():
    found = run("pad", quarters(), width=60, colour="#ff8000", gravity="left")
    assert (found.size, found.mode, found.getpixel((59, 0)), found.getpixel((0, 0))) == ((60, 20), "RGB", (255, 128, 0), RED)
    assert run("pad", quarters(), height=30).getpixel((0, 0)) == (0, 0, 0, 0)
    with pytest.raises(PostError) as error:
        run("pad", quarters(), width=39)
    assert (error.value.message, error.value.hint) == ("pad.width: the picture is 40 pixels, more than 39", "width = 40")


def test_crop_cuts_where_it_is_told():
    assert corners(run("crop", quarters(), width=20, height=10, x=20, y=0)) == [GREEN] * 4
    assert corners(run("crop", quarters(), width=20, height=10, gravity="bottom-left")) == [BLUE] * 4
    with pytest.raises(PostError) as error:
        run("crop", quarters(), width=20, height=21)
    assert (error.value.message, error.value.hint) == ("crop.height: the picture is only 20 pixels, less than 21", "height = 20")
    with pytest.raises(PostError) as error:
        run("crop", quarters(), width=20, height=10, x=30)
    assert (error.value.message, error.value.hint) == ("crop.x: the part ends at 50, the picture at 40 pixels", "x = 20")


def test_trim_removes_an_even_border_a_transparent_one_and_a_named_one():
    framed = run("border", quarters(), width=7, colour="#fafafa")
    assert run("trim", framed, tolerance=4).tobytes() == quarters().tobytes()
    assert run("trim", framed, margin=2).size == (44, 24)
    clear = run("pad", quarters(), width=100, height=100)
    assert run("trim", clear).convert("RGB").tobytes() == quarters().tobytes()
    named = run("pad", quarters(), width=60, colour="red", gravity="right")
    assert run("trim", named, colour="red").size == (40, 20)
    assert run("trim", named.crop((40, 0, 60, 20)), colour="lime").size == (20, 10)
    with pytest.raises(PostError) as error:
        run("trim", Image.new("RGB", (9, 9), RED))
    assert error.value.message == "trim.tolerance: nothing would be left of the picture"


def test_rotate_is_clockwise_and_colours_the_corners():
    assert corners(run("rotate", quarters(), angle=90)) == [BLUE, RED, WHITE, GREEN]
    assert corners(run("rotate", quarters(), angle=180)) == [WHITE, BLUE, GREEN, RED]
    turned = run("rotate", quarters(), angle=45, colour="#00ff00")
    assert turned.mode == "RGB"
    assert corners(turned) == [GREEN] * 4
    assert run("rotate", quarters(), angle=45).getpixel((0, 0))[3] == 0


def test_flip_swaps_sides():
    assert corners(run("flip", quarters())) == [GREEN, RED, WHITE, BLUE]
    assert corners(run("flip", quarters(), direction="vertical")) == [BLUE, WHITE, RED, GREEN]


def test_grayscale_leaves_no_colour_and_keeps_alpha():
    found = run("grayscale", disc(colour=RED))
    assert found.mode == "LA"
    assert found.getpixel((30, 30)) == (76, 255)
    assert found.getpixel((0, 0))[1] == 0


def test_brightness_and_contrast_change_colour_and_never_alpha():
    image = Image.new("RGBA", (2, 2), (100, 150, 200, 60))
    assert run("brightness", image, factor=0.5).getpixel((0, 0)) == (50, 75, 100, 60)
    assert run("brightness", image, factor=2).getpixel((0, 0)) == (200, 255, 255, 60)
    assert run("contrast", image, factor=2).getpixel((0, 0)) == (73, 173, 255, 60)
    assert run("contrast", image, factor=0).getpixel((0, 0)) == (128, 128, 128, 60)


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
@pytest.mark.parametrize("mode", MODES)
def test_a_factor_of_one_changes_nothing(name, mode):
    image = disc(colour=(200, 120, 40)).convert(mode)
    assert run(name, image, factor=1).tobytes() == image.tobytes()


def test_saturation_weakens_and_strengthens_colour():
    image = Image.new("RGB", (1, 1), (200, 100, 100))
    grey = run("saturation", image, factor=0).getpixel((0, 0))
    strong = run("saturation", image, factor=2).getpixel((0, 0))
    assert grey[0] == grey[1] == grey[2] == 130
    assert strong == (255, 70, 70)


def test_tint_maps_white_to_the_colour_and_keeps_black():
    image = Image.new("L", (3, 1))
    image.putdata([0, 128, 255])
    found = run("tint", image, colour="#ff0080")
    assert [found.getpixel((x, 0)) for x in range(3)] == [(0, 0, 0), (128, 0, 64), (255, 0, 128)]
    assert run("tint", quarters(), colour="red", amount=0).tobytes() == quarters().tobytes()


def test_opacity_multiplies_alpha():
    assert run("opacity", quarters(), amount=0.5).getpixel((0, 0)) == (255, 0, 0, 128)
    assert run("opacity", Image.new("LA", (1, 1), (7, 100)), amount=0.5).getpixel((0, 0)) == (7, 50)


def test_background_shows_through_by_alpha_and_the_result_is_opaque():
    image = Image.new("RGBA", (2, 1), (255, 255, 255, 128))
    image.putpixel((1, 0), (1, 2, 3, 0))
    found = run("background", image, colour="black")
    assert (found.mode, found.getpixel((0, 0)), found.getpixel((1, 0))) == ("RGB", (128, 128, 128), (0, 0, 0))
    assert run("background", image, colour="#0000").mode == "RGBA"


@pytest.mark.parametrize("dither", [True, False])
def test_quantize_leaves_at_most_that_many_colours(dither):
    image = Image.merge("RGB", [Image.radial_gradient("L"), Image.linear_gradient("L"), Image.linear_gradient("L").transpose(2)])
    found = run("quantize", image, colours=9, dither=dither)
    assert 2 <= len(found.getcolors(256)) <= 9
    image.putalpha(Image.linear_gradient("L"))
    assert 2 <= len(run("quantize", image, colours=9).getcolors(256)) <= 9


def test_blur_spreads_and_keeps_the_sum():
    image = Image.new("L", (61, 61), 0)
    image.paste(255, (25, 25, 36, 36))
    found = run("blur", image, radius=4)
    assert 0 < found.getpixel((20, 30)) < found.getpixel((30, 30)) < 255
    assert abs(ImageStat.Stat(found).sum[0] - ImageStat.Stat(image).sum[0]) < 0.03 * ImageStat.Stat(image).sum[0]


def test_sharpen_widens_an_edge_and_leaves_even_areas():
    image = Image.new("L", (40, 10), 100)
    image.paste(150, (20, 0, 40, 10))
    found = run("sharpen", image)
    assert found.getpixel((19, 5)) < 100
    assert found.getpixel((20, 5)) > 150
    assert (found.getpixel((2, 5)), found.getpixel((37, 5))) == (100, 150)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("resize", {"width": 23}),
        ("resize", {"width": 111}),
        ("fit", {"width": 31, "height": 31}),
        ("rotate", {"angle": 33.0}),
        ("blur", {"radius": 3}),
        ("round_corners", {"radius": 20}),
        ("opacity", {"amount": 0.7}),
    ],
)
def test_the_colour_under_transparency_never_shows(name, params):
    """A white disc over hidden black, shown on white, is white all over: no dark fringe."""
    found = run("background", run(name, disc(colour=WHITE, hidden=(0, 0, 0)), **params), colour="white")
    darkest = min(low for low, _ in found.getextrema())
    assert darkest >= 248


def test_sharpening_knows_no_edge_between_a_colour_and_what_is_hidden():
    found = run("sharpen", disc(colour=(128, 128, 128), hidden=WHITE), amount=3.0, threshold=0)
    shown = run("background", found, colour="#808080")
    assert min(low for low, _ in shown.getextrema()) >= 124
    assert max(high for _, high in shown.getextrema()) <= 132


def test_round_corners_clears_the_corners_smoothly_and_nothing_else():
    found = run("round_corners", Image.new("RGB", (100, 60), RED), radius=20)
    alpha = found.getchannel("A")
    assert [alpha.getpixel(at) for at in ((0, 0), (99, 0), (0, 59), (99, 59))] == [0, 0, 0, 0]
    assert alpha.crop((20, 0, 80, 60)).getextrema() == alpha.crop((0, 20, 100, 40)).getextrema() == (255, 255)
    assert any(0 < value < 255 for _, value in alpha.getcolors(256))
    assert alpha.tobytes() == alpha.transpose(Image.Transpose.ROTATE_180).tobytes()
    area = ImageStat.Stat(alpha).sum[0] / 255
    assert abs(area - (6000 - (4 - math.pi) * 400)) < 6


def test_a_radius_beyond_the_picture_gives_a_circle():
    area = ImageStat.Stat(run("round_corners", Image.new("L", (100, 100), 0), radius=60_000).getchannel("A")).sum[0] / 255
    assert abs(area - math.pi * 2500) < 30


def test_border_surrounds_the_picture():
    found = run("border", quarters(), width=3, colour="#0f0")
    assert (found.size, found.mode) == ((46, 26), "RGB")
    assert corners(found) == [GREEN] * 4
    assert found.crop((3, 3, 43, 23)).tobytes() == quarters().tobytes()


def test_shadow_falls_behind_what_is_visible():
    found = run("shadow", Image.new("RGB", (20, 20), WHITE), blur=0, x=5, y=8, colour="#000000ff")
    assert found.size == (25, 28)
    assert found.getpixel((0, 0)) == (255, 255, 255, 255)
    assert found.getpixel((24, 27)) == (0, 0, 0, 255)
    assert found.getpixel((24, 0))[3] == 0
    soft = run("shadow", disc(), blur=10)
    assert 0 < soft.getpixel((soft.width // 2, soft.height // 2 + 22))[3] < 255


def test_overlay_stands_where_it_is_put_and_blends():
    logo = encode(Image.new("RGB", (10, 5), BLUE), "png")
    image = Image.new("RGB", (40, 20), WHITE)
    found = run("overlay", image, files={"l.png": logo}, file="l.png", gravity="bottom-right", x=-2, y=-3)
    assert ImageChops.difference(found, image).getbbox() == (28, 12, 38, 17)
    assert found.getpixel((30, 14)) == BLUE
    half = run("overlay", image, files={"l.png": logo}, file="l.png", width=20, opacity=0.5)
    assert half.getpixel((20, 10)) == (127, 127, 255)
    assert ImageChops.difference(half, image).getbbox() == (10, 5, 30, 15)


def test_overlay_says_what_is_wrong_with_its_file():
    image = Image.new("RGB", (40, 20), WHITE)
    with pytest.raises(PostError) as error:
        run("overlay", image, files={"l.png": encode(Image.new("L", (80, 80)), "png")}, file="l.png")
    assert error.value.message == 'overlay.width: "l.png" is 80x80, larger than the picture of 40x20'
    assert error.value.hint == "width = 20"
    with pytest.raises(PostError) as error:
        run("overlay", image, files={"l.png": b"<html></html>"}, file="l.png")
    assert error.value.message == 'overlay.file: "l.png": the file is HTML, not a picture'
    with pytest.raises(PostError) as error:
        run("overlay", image, files={"l.png": encode(Image.new("L", (8, 8)), "png")}, file="l.png", x=100)
    assert error.value.message == 'overlay.x: "l.png" would lie outside the picture'


def ink(image):
    return ImageChops.difference(image.convert("RGB"), Image.new("RGB", image.size, WHITE)).getbbox()


def test_text_is_written_in_its_colour_at_its_place():
    page = Image.new("RGB", (400, 200), WHITE)
    found = run("text", page, text="Hello", size=40, colour="#c00", gravity="bottom-right", margin=10)
    left, top, right, bottom = ink(found)
    assert 385 <= right <= 390
    assert 185 <= bottom <= 190
    assert left > 250
    assert 25 <= bottom - top <= 45
    assert (204, 0, 0) in {colour for _, colour in found.getcolors(1 << 16)}


def test_text_breaks_lines_at_spaces_to_stay_inside():
    page = Image.new("RGB", (200, 300), WHITE)
    one = ink(run("text", page, text="Hello", size=24, margin=0))
    many = ink(run("text", page, text="Hello Hello Hello Hello", size=24, max_width=100, margin=0))
    assert many[2] - many[0] <= 100
    assert many[3] - many[1] > 3 * (one[3] - one[1])
    assert ink(run("text", page, text="Hello\nHello", size=24, margin=0))[2] == one[2]


def test_text_over_transparency_has_the_colour_and_no_fringe():
    page = Image.new("RGBA", (100, 40), (0, 0, 0, 0))
    found = run("background", run("text", page, text="Hi", size=30, colour="white", margin=0), colour="white")
    assert found.getextrema() == ((255, 255),) * 3


def test_text_that_does_not_fit_is_an_error_that_names_a_size_that_does():
    page = Image.new("RGB", (120, 60), WHITE)
    with pytest.raises(PostError) as error:
        run("text", page, text="Incomprehensible", size=40, margin=5)
    assert error.value.message.startswith("text.size: the text is ")
    assert error.value.message.endswith(" pixels, and there is room for 110x50")
    size = int(error.value.hint.removeprefix("size = "))
    assert ink(run("text", page, text="Incomprehensible", size=size, margin=5))
    with pytest.raises(PostError):
        run("text", page, text="Incomprehensible", size=size + 1, margin=5)


def test_margins_that_leave_no_room_are_an_error():
    with pytest.raises(PostError) as error:
        run("text", quarters(40, 20), text="a", margin=10)
    assert (error.value.message, error.value.hint) == ("text.margin: leaves no room on a picture of 40x20", "margin = 0")


def test_text_uses_the_given_font_and_names_a_letter_that_it_lacks():
    with pytest.raises(PostError) as error:
        run("text", quarters(200, 200), text="漢")
    assert error.value.message == 'text.font: the built-in font has no "漢"'
    with pytest.raises(PostError) as error:
        run("text", quarters(200, 200), text="a", font="f.ttf", files={"f.ttf": b"no font"})
    assert error.value.message == 'text.font: "f.ttf" is no font that can be read'
    built_in = ImageFont.load_default(32)
    data = built_in.font_bytes
    found = run("text", quarters(200, 200), text="abc", font="f.ttf", files={"f.ttf": data})
    assert found.tobytes() == run("text", quarters(200, 200), text="abc").tobytes()


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("resize", {"width": 65_535}, "resize.width: the picture would be 65535x65535 pixels, more than 64 million"),
        ("fit", {"width": 10_000, "height": 10_000}, "fit.width: the picture would be 10000x10000 pixels, more than 64 million"),
        ("pad", {"width": 10_000, "height": 10_000}, "pad.width: the picture would be 10000x10000 pixels, more than 64 million"),
        ("border", {"width": 30_000}, "border.width: the picture would be 60020x60020 pixels, more than 64 million"),
        ("shadow", {"x": 60_000, "y": 60_000}, "shadow.blur: the picture would be 60020x60020 pixels, more than 64 million"),
    ],
)
def test_nothing_grows_beyond_64_megapixels(name, params, message):
    with pytest.raises(PostError) as error:
        run(name, Image.new("L", (20, 20)), **(params | ({"blur": 0} if name == "shadow" else {})))
    assert error.value.message == message


def test_a_colour_is_hex_or_a_css_name_and_the_message_says_so():
    for good in ("#abc", "#ABCD", "#a1b2c3", "#a1b2c3d4", "RebeccaPurple", "transparent"):
        assert is_colour(good)
        run("background", quarters(2, 2), colour=good)
    with pytest.raises(ValidationError) as error:
        OPS["background"].validate({"colour": "rgb(1,2,3)"})
    assert [fault["msg"] for fault in error.value.errors()] == [
        'expected "#rgb", "#rgba", "#rrggbb", "#rrggbbaa" or a CSS colour name, not "rgb(1,2,3)"'
    ]
    assert {*ImageColor.colormap, "transparent"} == NAMES


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("resize", {"width": 0}),
        ("resize", {"width": 3.5}),
        ("resize", {"widht": 3}),
        ("fit", {"width": 3}),
        ("fit", {"width": 3, "height": 3, "focus": [0.5]}),
        ("fit", {"width": 3, "height": 3, "focus": [0.5, 1.5]}),
        ("fit", {"width": 3, "height": 3, "gravity": "north"}),
        ("blur", {"radius": 0}),
        ("opacity", {"amount": 1.1}),
        ("quantize", {"colours": 1}),
        ("text", {"text": ""}),
        ("overlay", {}),
    ],
)
def test_parameters_out_of_range_are_refused(name, params):
    with pytest.raises(ValidationError):
        OPS[name].validate(params)
