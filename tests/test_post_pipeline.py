"""Renderings: decoded once, shared steps done once, each output independent of its siblings; the reference page."""

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import entry_points

import pytest
from PIL import Image

from assetgen.decode.facts import NotAPicture
from assetgen.post import Op, PostError, op
from assetgen.post.encode import encode
from assetgen.post.pipeline import Rendering, render
from assetgen.post.reference import formats, reference

OPS: Mapping[str, Op] = {entry.name: entry.load() for entry in entry_points(group="assetgen.ops")}


def picture(size=(200, 100), mode="RGB"):
    bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").transpose(2), Image.radial_gradient("L")]
    return Image.merge("RGBA", bands).resize(size).convert(mode)


def step(name, **params):
    return (OPS[name], OPS[name].validate(params))


def test_each_rendering_gets_its_own_size_format_and_place():
    wanted = [
        Rendering(format="webp"),
        Rendering(format="png", width=50),
        Rendering(format="jpeg", steps=(step("fit", width=30, height=40),)),
        Rendering(format="avif", steps=(step("fit", width=30, height=40), step("flip")), width=15, encode={"quality": 30}),
    ]
    found = render(encode(picture(mode="RGBA"), "png"), wanted, {})
    assert [(one.format, one.width, one.height, one.alpha) for one in found] == [
        ("webp", 200, 100, True),
        ("png", 50, 25, True),
        ("jpeg", 30, 40, False),
        ("avif", 15, 20, True),
    ]
    for one in found:
        with Image.open(io.BytesIO(one.data)) as image:
            assert (image.format.lower(), image.size) == (one.format, (one.width, one.height))


def test_alpha_is_that_of_the_pixels_not_of_the_mode():
    opaque = encode(picture(), "png")
    found = render(opaque, [Rendering(format="png", steps=(step("opacity", amount=1.0),)), Rendering(format="png")], {})
    assert [one.alpha for one in found] == [False, False]


def test_the_bytes_of_an_output_do_not_depend_on_its_siblings():
    original = encode(picture(), "png")
    fit, blur = step("fit", width=120, height=90), step("blur", radius=2)
    wanted = [
        Rendering(format=fmt, steps=steps, width=width, source="trainedAlgorithmicMedia")
        for fmt in ("png", "webp")
        for steps in ((), (fit,), (fit, blur), (blur,))
        for width in (None, 100, 50, 25)
    ]
    together = render(original, wanted, {})
    assert together == [render(original, [one], {})[0] for one in wanted]
    with ThreadPoolExecutor(4) as pool:
        assert render(original, wanted, {}, spread=pool.map) == together


def test_shared_steps_are_done_once():
    calls = []

    @op(version=1)
    def counted(image: Image.Image, *, name: str) -> Image.Image:
        """Count."""
        calls.append(name)
        return image

    first, second, other = ((counted, {"name": name}) for name in ("first", "second", "other"))
    wanted = [
        Rendering(format="png", steps=(first, second)),
        Rendering(format="png", steps=(other,)),
        Rendering(format="webp", steps=(first, second), width=10),
        Rendering(format="png", steps=(first,)),
        Rendering(format="png", steps=(second, first)),
    ]
    assert len(render(encode(picture(), "png"), wanted, {})) == 5
    assert sorted(calls) == ["first", "first", "other", "second", "second"]


def test_an_op_that_draws_on_its_input_spoils_no_other_output():
    @op(version=1)
    def rude(image: Image.Image) -> Image.Image:
        """Paint it black."""
        image.paste(0, (0, 0, *image.size))
        return image

    original = encode(picture(), "png")
    wanted = [Rendering(format="png", steps=((rude, {}),)), Rendering(format="png", steps=(step("flip"),))]
    assert render(original, wanted, {})[1] == render(original, wanted[1:], {})[0]


def test_an_op_may_give_any_mode():
    @op(version=1)
    def sixteen(image: Image.Image) -> Image.Image:
        """Give two colours."""
        return image.convert("1")

    found = render(encode(picture(), "png"), [Rendering(format="webp", steps=((sixteen, {}), step("blur", radius=1)))], {})
    assert found[0].width == 200


def test_a_width_beyond_the_picture_is_an_error_that_names_the_largest():
    with pytest.raises(PostError) as error:
        render(encode(picture(), "png"), [Rendering(format="png", width=201)], {})
    assert (error.value.message, error.value.hint) == ("width: 201 is more than the 200 pixels of the picture", "width = 200")
    with pytest.raises(PostError) as error:
        render(encode(picture(), "png"), [Rendering(format="png", width=60, steps=(step("resize", width=50),))], {})
    assert error.value.hint == "width = 50"


def test_a_failing_step_is_named_with_its_parameter():
    with pytest.raises(PostError) as error:
        render(encode(picture(), "png"), [Rendering(format="png", steps=(step("crop", width=300, height=10),))], {})
    assert (error.value.op, error.value.parameter) == ("crop", "width")
    assert error.value.message == "crop.width: the picture is only 200 pixels, less than 300"


def test_a_plug_in_cannot_grow_a_picture_without_bound():
    @op(version=1)
    def huge(image: Image.Image) -> Image.Image:
        """Grow."""
        return image.resize((8001, 8001), Image.Resampling.NEAREST)

    with pytest.raises(PostError) as error:
        render(encode(picture(), "png"), [Rendering(format="png", steps=((huge, {}),))], {})
    assert error.value.message == "huge: the picture would be 8001x8001 pixels, more than 64 million"


def test_files_reach_the_steps_that_name_them():
    logo = encode(Image.new("RGB", (10, 10), "red"), "png")
    wanted = [Rendering(format="png", steps=(step("overlay", file="art/logo.png", gravity="top-left"),))]
    (found,) = render(encode(picture(), "png"), wanted, {"art/logo.png": logo})
    with Image.open(io.BytesIO(found.data)) as image:
        assert image.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_an_original_that_is_no_picture_is_refused():
    with pytest.raises(NotAPicture):
        render(b"<html>", [Rendering(format="png")], {})
    assert render(encode(picture(), "png"), [], {}) == []


def test_the_reference_names_each_op_and_parameter_with_range_and_default():
    page = reference(OPS.values())
    assert [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")] == sorted(OPS)
    for name, one in OPS.items():
        section = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert one.summary
        assert one.summary in section
        for parameter, field in one.model.model_fields.items():
            assert f"| `{parameter}` |" in section
            assert field.description, (name, parameter)
    assert "| `width` | whole number from 1 to 65535 | required | the exact width in pixels |" in page
    assert '| `colour` | colour | `"transparent"` | what shows in the corners |' in page
    assert "| `radius` | number over 0 to 500 | required | pixels (standard deviation) |" in page
    assert "| `file` | path of a file | required | the picture to put on top, such as a logo |" in page
    assert "| `focus` | list of 2: number from 0 to 1 |  | the point to keep near the middle" in page
    assert '| `direction` | `"horizontal"`, `"vertical"` | `"horizontal"` |' in page
    assert "## grayscale\n\nTake the colours out.\n\nNo parameters.\n" in page


def test_the_table_of_formats_names_each_setting():
    assert "| webp | `lossless` | true or false | `false` |" in formats()
    assert "| ico | `sizes` | a list of whole numbers from 8 to 256 | `[16, 32, 48, 256]` |" in formats()
