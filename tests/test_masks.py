"""Masks: what a user's file means, what each API is told, and the canvas on which a picture is continued."""

import contextlib
import io
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from assetgen.decode.facts import NotAPicture
from assetgen.post import PostError
from assetgen.post.mask import normal, widened
from assetgen.providers import Blob, Request, masks
from assetgen.providers.comfyui import names
from assetgen.providers.fal.arguments import call
from assetgen.providers.ideogram.routes import route
from assetgen.providers.openai.client import arguments
from assetgen.providers.replicate.models import shape
from assetgen.providers.shapes import arguments as written
from assetgen.providers.stability import engine
from tests.servers.pictures import draw

SIDES = st.integers(1, 24)


def saved(image, form="PNG", **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data))


@st.composite
def greys(draw_):
    width, height = draw_(SIDES), draw_(SIDES)
    return Image.frombytes("L", (width, height), draw_(st.binary(min_size=width * height, max_size=width * height)))


def painting(grey):
    """Whether a mask says more than a JPEG makes of black."""
    return max(grey.tobytes()) >= 8


def half(width=8, height=4):
    """Black, and white on its right."""
    image = Image.new("L", (width, height), 0)
    image.paste(255, (width // 2, 0, width, height))
    return image


MASK = Blob(data=saved(half()), format="png", name="sky.png")
PHOTO = Blob(data=draw("fox", 8, 4), format="png", name="fox.png")


# --- what a user's file means


@settings(max_examples=60, deadline=None)
@given(greys().filter(painting), st.integers(1, 4))
def test_a_mask_becomes_one_channel_in_the_size_of_its_picture(grey, times):
    size = (grey.width * times, grey.height * times)
    like = saved(Image.new("RGB", size))
    made = opened(normal(saved(grey), like))
    assert (made.mode, made.size) == ("L", size)
    assert set(made.tobytes()) == set(grey.tobytes())
    assert normal(saved(made), like) == saved(made)
    if times == 1:
        assert made.tobytes() == grey.tobytes()


@settings(max_examples=60, deadline=None)
@given(greys(), SIDES, SIDES)
def test_a_mask_is_refused_or_has_the_size_of_its_picture_and_something_to_paint(grey, width, height):
    like = saved(Image.new("RGB", (width, height)))
    if grey.width * height == width * grey.height and (painting(grey) or grey.size == (width, height)):
        with contextlib.nullcontext() if painting(grey) else pytest.raises(PostError, match="has nothing to paint"):
            normal(saved(grey), like)
    with contextlib.suppress(PostError):
        made = opened(normal(saved(grey), like))
        assert (made.size, painting(made)) == ((width, height), True)


@settings(max_examples=60, deadline=None)
@given(greys(), st.sampled_from(["L", "RGB"]), st.integers(0, 255))
def test_transparency_says_where_it_is_painted_and_else_brightness_does(grey, mode, shade):
    like = saved(Image.new("RGB", grey.size))
    coloured = Image.new(mode, grey.size, shade if mode == "L" else (shade, 0, 0))
    coloured.putalpha(grey)
    seen = grey.getextrema() != (255, 255)
    expected = ImageChops.invert(grey) if seen else coloured.convert("RGB").convert("L")
    if painting(expected):
        assert opened(normal(saved(coloured), like)).tobytes() == expected.tobytes()
    else:
        with pytest.raises(PostError, match="has nothing to paint"):
            normal(saved(coloured), like)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
@pytest.mark.parametrize("form", ["png", "webp", "jpeg"])
def test_every_kind_of_file_is_a_mask(mode, form):
    image = half(32, 16)
    if form == "png":
        image = (
            Image.frombytes("I;16", image.size, bytes(value for pixel in image.tobytes() for value in (pixel, pixel)))
            if mode == "I;16"
            else image.convert(mode)
        )
    made = opened(normal(saved(image, form, **({} if form == "png" else {"quality": 100})), PHOTO.data))
    assert [value > 127 for value in made.tobytes()] == [value > 127 for value in half().tobytes()]


def test_a_picture_that_lies_on_its_side_gets_an_upright_mask():
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = saved(Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    assert opened(normal(saved(half(4, 8)), photo)).size == (20, 40)


@pytest.mark.parametrize("size", [(1000, 1000), (512, 512), (97, 100), (103, 100), (50, 49)])
def test_a_mask_may_have_any_size_of_about_the_same_shape(size):
    assert opened(normal(saved(half(*size)), saved(Image.new("RGB", (1024, 1024))))).size == (1024, 1024)


@pytest.mark.parametrize(("size", "other"), [((10, 30), (512, 256)), ((94, 100), (100, 100)), ((512, 256), (256, 512)), ((9, 16), (16, 9))])
def test_a_mask_of_another_shape_is_refused(size, other):
    with pytest.raises(PostError) as caught:
        normal(saved(half(*size)), saved(Image.new("RGB", other)))
    assert caught.value.message == f"has {size[0]}x{size[1]} pixels, which is another shape than {other[0]}x{other[1]}"
    assert caught.value.hint == f"a mask of {other[0]}x{other[1]} pixels, or of that shape"


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_black_mask_is_refused(form):
    with pytest.raises(PostError) as caught:
        normal(saved(Image.new("L", (8, 4)), form), PHOTO.data)
    assert (caught.value.message, caught.value.hint) == (
        "has nothing to paint",
        "white, or transparent, where the picture is to be painted anew",
    )


def test_what_is_no_picture_is_no_mask():
    with pytest.raises(NotAPicture):
        normal(b"white", PHOTO.data)


# --- what each API is told


@settings(max_examples=60, deadline=None)
@given(greys())
def test_a_mask_turned_over_twice_is_the_same(grey):
    blob = Blob(data=saved(grey), format="png", name="m.webp")
    turned = masks.inverted(blob)
    assert opened(turned.data).tobytes() == bytes(255 - value for value in grey.tobytes())
    assert opened(masks.inverted(turned).data).tobytes() == grey.tobytes()
    assert (turned.name, turned.format) == ("m.png", "png")


@settings(max_examples=60, deadline=None)
@given(greys().filter(painting))
def test_where_it_is_painted_it_is_transparent_and_white(grey):
    made = opened(masks.transparent_where_painted(Blob(data=saved(grey), format="png", name="m")).data)
    assert (made.mode, made.size) == ("RGBA", grey.size)
    assert made.getchannel("A").tobytes() == bytes(255 - value for value in grey.tobytes())
    assert all(made.getchannel(band).tobytes() == grey.tobytes() for band in "RGB")
    # What it says to one who reads it as a user's file is what was meant.
    assert opened(normal(saved(made), saved(grey))).tobytes() == grey.tobytes()


def asking(name, **params):
    return Request(model="m", id=name, prompt="a fox", references=(PHOTO,), mask=MASK, params=params)


def sent_by(provider):
    """The mask that goes out, as a picture."""
    kept = {}

    def keep(blob):
        kept[blob.name] = blob
        return f"kept:{blob.name}"

    match provider:
        case "openai":
            return opened(arguments(asking("gpt-image-2"))["mask"][1])
        case "ideogram-3" | "ideogram-4-5":
            return opened(dict(route(asking(provider)).files)["mask"].data)
        case "ideogram-v1":
            return opened(dict(route(asking("ideogram-3", api="v1")).files)["mask"].data)
        case "comfyui":
            return opened(names.pictures(asking("comfyui"))["mask"].data)
        case "fal":
            made = call(asking("fal-ai/flux-lora"))
            field = written(made.shape, made.request, keep)["mask_url"]
        case _:
            field = written(shape(provider), asking(provider), keep)["mask"]
    return opened(kept[field.removeprefix("kept:")].data)


@pytest.mark.parametrize("provider", ["fal", "black-forest-labs/flux-fill-dev", "black-forest-labs/flux-fill-pro", "me/painter"])
def test_white_is_painted_at(provider):
    assert sent_by(provider).tobytes() == half().tobytes()


@pytest.mark.parametrize("provider", ["ideogram-3", "ideogram-4-5", "ideogram-v1", "ideogram-ai/ideogram-v3-turbo"])
def test_black_is_painted_at(provider):
    assert sent_by(provider).tobytes() == ImageChops.invert(half()).tobytes()


@pytest.mark.parametrize("provider", ["openai", "comfyui"])
def test_what_is_transparent_is_painted_at(provider):
    assert sent_by(provider).getchannel("A").tobytes() == ImageChops.invert(half()).tobytes()


def test_the_grpc_engine_keeps_what_is_white():
    with warnings.catch_warnings():
        # The SDK is of 2024 and warns of what has changed since; it cannot be installed for every Python.
        warnings.simplefilter("ignore")
        sdk = pytest.importorskip("stability_sdk.client")
    request = asking("stable-diffusion-xl-1024-v1-0")
    made = engine._arguments(sdk, request)
    assert made["mask_image"].tobytes() == ImageChops.invert(half()).tobytes()
    assert made["init_image"].size == made["mask_image"].size


def test_the_same_words_for_a_mask_at_comfyui():
    """LoadImageMask takes a channel, or what is not opaque; LoadImage what is not opaque: all three find white where it is painted."""
    picture = sent_by("comfyui")
    by_channel = [picture.getchannel(band).tobytes() for band in "RGB"]
    by_alpha = ImageChops.invert(picture.getchannel("A")).tobytes()
    assert {*by_channel, by_alpha} == {half().tobytes()}


# --- the canvas on which a picture is continued


MARGINS = st.tuples(*[st.integers(0, 40)] * 4).filter(any)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["L", "LA", "RGB", "RGBA"]), MARGINS, st.randoms(use_true_random=False))
def test_the_picture_stays_and_the_mask_says_what_is_new(width, height, mode, margins, chance):
    left, top, right, bottom = margins
    image = Image.frombytes(mode, (width, height), chance.randbytes(width * height * len(mode)))
    wide, mask = map(opened, widened(saved(image), *margins))
    assert wide.size == mask.size == (width + left + right, height + top + bottom)
    assert mask.mode == "L"
    assert set(mask.tobytes()) <= {0, 255}
    inside = (left, top, left + width, top + height)
    assert wide.convert(mode).crop(inside).tobytes() == image.tobytes()
    # Everything new is painted, something of the picture is kept, and no more than a seam of it is painted.
    outside = mask.copy()
    outside.paste(255, inside)
    assert outside.getextrema() == (255, 255)
    kept = ImageChops.invert(mask).getbbox()
    assert kept is not None
    seam = [kept[0] - left, kept[1] - top, left + width - kept[2], top + height - kept[3]]
    assert all(0 <= depth <= 8 and (margin > 0 or depth == 0) for depth, margin in zip(seam, margins, strict=True))
    assert widened(saved(image), *margins) == (saved(wide), saved(mask))


def test_the_border_continues_the_edge_it_lies_at():
    image = Image.new("RGB", (60, 40), (200, 30, 30))
    image.paste((30, 30, 200), (30, 0, 60, 40))
    wide, _ = widened(saved(image), 50, 0, 50, 20)
    found = opened(wide)
    assert found.getpixel((2, 10)) == (200, 30, 30)
    assert found.getpixel((157, 10)) == (30, 30, 200)
    assert found.getpixel((2, 58)) == (200, 30, 30)
    middle = found.getpixel((80, 55))
    assert all(30 <= channel <= 200 for channel in middle)


@pytest.mark.parametrize("margins", [(0, 0, 0, 0), (-1, 0, 5, 0)])
def test_a_canvas_that_is_not_larger_is_refused(margins):
    with pytest.raises(PostError) as caught:
        widened(PHOTO.data, *margins)
    assert caught.value.message == "a picture is continued on at least one side, by 1 pixel or more"
    assert caught.value.hint == "expand = { right = 256 }"


def test_a_canvas_that_is_too_large_is_refused():
    with pytest.raises(PostError) as caught:
        widened(PHOTO.data, 10_000, 0, 0, 10_000)
    assert caught.value.message == "10008x10004 are more than 64 million pixels, which cannot be finished"
