"""What a request is made of: pictures that are none and masks that do not fit are refused before anything is paid, by name."""

import io

import pytest
from PIL import Image

from tests.projects import results
from tests.servers.pictures import draw

MASKED = '[assets.hero]\nprompt = "a darker sky"\nreferences = ["art/photo.png"]\nmask = "{}"\n'
EDITED = '[assets.hero]\nprompt = "a lake"\nedits = [{ prompt = "a darker sky", mask = "art/sky.png" }]\n'
LAYERED = MASKED.format("@sky") + '\n[assets.sky]\nfile = "art/sky.png"\n'
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"
WHITE = "white, or transparent, where the picture is to be painted anew"


def grey(width, height, shade, form="PNG"):
    file = io.BytesIO()
    Image.new("L", (width, height), shade).save(file, form)
    return file.getvalue()


@pytest.fixture
def put(shop):
    """Writes a picture of the project; there is a photo of 512x256."""

    def put(path, data):
        full = shop.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data)

    put("art/photo.png", draw("fox", 512, 256))
    return put


@pytest.mark.parametrize(
    ("text", "name"), [(MASKED.format("art/sky.png"), "art/sky.png"), (LAYERED, "@sky")], ids=["of a file", "of an asset"]
)
@pytest.mark.parametrize(
    ("mask", "message", "hint"),
    [
        ((512, 256, 0), "has nothing to paint", WHITE),
        ((512, 256, 0, "JPEG"), "has nothing to paint", WHITE),
        (
            (10, 30, 255),
            "has 10x30 pixels, which is another shape than 512x256",
            "a mask of 512x256 pixels, or of that shape",
        ),
    ],
)
def test_a_mask_that_says_nothing_or_does_not_fit_is_refused_before_paying(shop, put, text, name, mask, message, hint):
    put("art/sky.png", grey(*mask))
    result = shop.write(text).build().results["hero"]
    assert (result.status.value, result.message, result.hint) == ("failed", f'"{name}", the mask of "hero", {message}', hint)
    assert (shop.asked, shop.rows, shop.ledger) == (0, (), [])


def test_a_mask_of_the_pictures_shape_is_laid_over_it(shop, put):
    put("art/sky.png", grey(256, 128, 255))
    assert results(shop.write(MASKED.format("art/sky.png")).build()) == {"hero": "done"}
    assert shop.asked == 1


def test_a_mask_that_is_cut_short_is_named(shop, put):
    put("art/sky.png", grey(512, 256, 255)[:60])
    result = shop.write(MASKED.format("art/sky.png")).build().results["hero"]
    assert (result.status.value, shop.asked) == ("failed", 0)
    assert result.message.startswith('"art/sky.png", the mask of "hero", cannot be laid over its picture: the PNG can\'t be decoded: ')


@pytest.mark.parametrize(
    ("text", "path"),
    [(MASKED.format("art/sky.png"), "art/photo.png"), (MASKED.format("art/sky.png"), "art/sky.png"), (EDITED, "art/sky.png")],
    ids=["a reference", "a mask", "the mask of an edit"],
)
@pytest.mark.parametrize(
    ("data", "hint"), [(b"white", "a PNG, JPEG, WebP or AVIF file"), (b"", "a PNG, JPEG, WebP or AVIF file"), (POINTER, "git lfs pull")]
)
def test_the_plan_says_that_a_file_is_no_picture(shop, put, text, path, data, hint):
    put("art/sky.png", grey(512, 256, 255))
    put(path, data)
    shop.write(text)
    planned = shop.plan().assets["hero~1" if text is EDITED else "hero"]
    assert (planned.state.value, planned.reasons[-1].code) == ("blocked", "not-a-picture")
    assert (planned.reasons[-1].text, planned.reasons[-1].hint) == (f'"{path}" is not a picture', hint)
    shop.build()
    assert shop.asked == 0


def test_a_guiding_picture_that_is_none_blocks_the_plan(shop, put):
    controls = 'controls = [{ kind = "canny", image = "art/edges.png" }]'
    shop.write(f'[assets.hero]\nprompt = "a fox"\nmodel = "flux-dev"\nvia = ["fal"]\n{controls}\n', head="version = 1\n")
    put("art/edges.png", draw("edges", 64, 64))
    assert shop.state() == "generate new"
    put("art/edges.png", b"edges")
    assert shop.state() == "blocked new not-a-picture"


def test_what_is_built_stays_fresh_whatever_its_reference_was(shop, put):
    """Pictures are looked at only where somebody is going to be asked: what is locked needs none."""
    shop.write('[assets.hero]\nprompt = "a fox"\nreferences = ["art/photo.png"]\n').build()
    assert shop.state() == "fresh"
    put("art/photo.png", b"no picture")
    assert shop.state() == "blocked request-changed not-a-picture"
    put("art/photo.png", draw("fox", 512, 256))
    assert shop.state() == "fresh"
