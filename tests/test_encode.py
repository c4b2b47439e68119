"""Outputs: decodable, right in colour and alpha, the same each time, with their marks of origin; and pixels read back in sRGB."""

import hashlib
import io
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from assetgen.decode import container, pixels
from assetgen.decode.facts import NotAPicture
from assetgen.decode.pool import Decoder
from assetgen.post import PostError
from assetgen.post.encode import encode
from assetgen.post.formats import FORMATS, SETTINGS, SUFFIXES, problem
from assetgen.post.image import open_image
from assetgen.post.lean import lean
from assetgen.post.marks import Marks, marks

LOSSY = ("jpeg", "webp", "avif")
MARKED = ("png", "jpeg", "webp", "avif")


def photo(size=(64, 48), mode="RGB"):
    bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").transpose(2)]
    image = Image.merge("RGBA", [*bands, Image.radial_gradient("L")]) if "A" in mode else Image.merge("RGB", bands)
    return image.resize(size).convert(mode)


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def distance(one, other):
    difference = ImageChops.difference(one.convert("RGBA"), other.convert("RGBA"))
    return max(ImageStat.Stat(difference).mean)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("fmt", sorted(FORMATS))
def test_every_mode_can_be_written_in_every_format_and_looks_the_same(fmt, mode):
    image = photo(mode=mode)
    data = encode(image, fmt, {"sizes": [48]} if fmt == "ico" else {})
    back = opened(data)
    assert back.format.lower() == fmt
    if fmt == "ico":
        assert back.size == (48, 48)
    elif fmt == "gif":
        assert distance(back.convert("RGB"), image.convert("RGB")) < 12 or "A" in mode
    else:
        shown = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")) if fmt == "jpeg" else image
        seen = [Image.alpha_composite(Image.new("RGBA", image.size, "white"), one.convert("RGBA")) for one in (back, shown)]
        assert distance(*seen) < (0.01 if fmt == "png" else 4)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("effort", range(10))
def test_a_png_keeps_every_bit_at_every_effort(mode, effort):
    for image in (photo(mode=mode), photo().quantize(9).convert(mode), Image.new("RGB", (5, 5), "teal").convert(mode)):
        assert opened(encode(image, "png", {"effort": effort})).convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_more_effort_makes_smaller_files():
    image = photo((256, 256))
    for fmt in ("png", "webp", "avif"):
        assert len(encode(image, fmt, {"effort": 9})) < len(encode(image, fmt, {"effort": 0}))


def test_less_quality_makes_smaller_files():
    for fmt in LOSSY:
        sizes = [len(encode(photo((256, 256)), fmt, {"quality": quality})) for quality in (20, 60, 95)]
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[2]


def test_lossless_webp_keeps_every_bit():
    assert opened(encode(photo(), "webp", {"lossless": True})).tobytes() == photo().tobytes()


def test_subsampling_keeps_the_edges_of_colours():
    image = Image.new("RGB", (64, 64), "red")
    for x in range(1, 64, 2):
        image.paste("blue", (x, 0, x + 1, 64))
    for fmt in ("jpeg", "avif"):
        fine, coarse = (opened(encode(image, fmt, {"quality": 95, "subsampling": ratio})) for ratio in ("4:4:4", "4:2:0"))
        assert distance(fine, image) < distance(coarse, image) / 2


def test_a_jpeg_stands_on_its_background():
    clear = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    assert opened(encode(clear, "jpeg")).convert("RGB").getpixel((8, 8)) == (255, 255, 255)
    red = opened(encode(clear, "jpeg", {"background": "#f00"})).convert("RGB").getpixel((8, 8))
    assert red[0] > 250
    assert max(red[1:]) < 5
    assert opened(encode(Image.new("L", (16, 16), 7), "jpeg")).mode == "L"


def test_a_gif_is_transparent_where_the_picture_is():
    image = photo(mode="RGB")
    image.putalpha(Image.new("L", image.size, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    back = opened(encode(image, "gif")).convert("RGBA")
    assert back.getpixel((5, 5))[3] == 0
    assert back.getpixel((40, 30))[3] == 255
    assert ImageStat.Stat(back.getchannel("A")).sum[0] == (64 * 48 - 400) * 255


def test_an_icon_holds_its_sizes_and_never_enlarges():
    ico = opened(encode(photo((300, 150), "RGB"), "ico"))
    assert ico.info["sizes"] == {(16, 16), (32, 32), (48, 48), (256, 256)}
    assert ico.getpixel((128, 10))[3] == 0
    assert ico.getpixel((128, 128))[3] == 255
    assert opened(encode(photo((40, 40)), "ico")).info["sizes"] == {(16, 16), (32, 32)}
    with pytest.raises(PostError) as error:
        encode(photo((40, 40)), "ico", {"sizes": [16, 64]})
    assert error.value.message == "ico.sizes: the picture is 40x40, too small for an icon of 64 pixels"
    assert error.value.hint == "sizes = [16]"


@pytest.mark.parametrize(
    ("fmt", "setting", "value", "message"),
    [
        ("png", "quality", 80, 'png.quality: "png" has no such setting'),
        ("jpeg", "quality", 0, "jpeg.quality: expected a whole number from 1 to 100, not 0"),
        ("webp", "quality", True, "webp.quality: expected a whole number from 1 to 100, not true"),
        ("webp", "effort", 10, "webp.effort: expected a whole number from 0 (fast) to 9 (small), not 10"),
        ("webp", "lossless", "yes", 'webp.lossless: expected true or false, not "yes"'),
        ("avif", "subsampling", "4:1:1", 'avif.subsampling: expected "4:2:0" or "4:2:2" or "4:4:4", not "4:1:1"'),
        (
            "jpeg",
            "background",
            "rde",
            'jpeg.background: expected "#rgb", "#rgba", "#rrggbb", "#rrggbbaa" or a CSS colour name, not "rde"',
        ),
        ("ico", "sizes", [16, 512], "ico.sizes: expected a list of whole numbers from 8 to 256, not [16, 512]"),
    ],
)
def test_a_wrong_setting_is_named(fmt, setting, value, message):
    with pytest.raises(PostError) as error:
        encode(photo(), fmt, {setting: value})
    assert error.value.message == message


def test_the_table_of_formats_agrees_with_itself():
    assert {name for known in FORMATS.values() for name in known.settings} == set(SETTINGS)
    assert all(problem(name, value) is None for known in FORMATS.values() for name, value in known.defaults.items())
    assert SUFFIXES == {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp", "avif": "avif", "gif": "gif", "ico": "ico"}


def test_a_picture_too_large_for_its_format_is_an_error():
    with pytest.raises(PostError) as error:
        encode(Image.new("L", (16_384, 1)), "webp")
    assert error.value.message == "webp: a picture of 16384x1 is too large for this format"
    assert error.value.hint == "width = 16383"


# Smallest modes


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        (photo(), "RGB"),
        (photo(mode="RGBA"), "RGBA"),
        (Image.merge("RGBA", (*photo().split(), Image.new("L", (64, 48), 255))), "RGB"),
        (photo().convert("L").convert("RGB"), "L"),
        (photo((64, 48)).quantize(200).convert("RGB"), "P"),
        (Image.new("RGBA", (9, 9), (1, 2, 3, 4)), "P"),
        (photo().convert("L").point(lambda v: v & 0xC0), "P"),
    ],
)
def test_the_smallest_mode_shows_the_same_pixels(image, mode):
    found = lean(image)
    assert found.mode == mode
    assert found.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_few_colours_with_many_opacities_become_a_palette():
    image = photo((64, 64)).quantize(20).convert("RGB")
    image.putalpha(photo((64, 64)).convert("L").point(lambda value: value // 32 * 32))
    assert 20 < len(image.getcolors(256)) < 257
    found = lean(image)
    assert found.mode == "P"
    assert found.convert("RGBA").tobytes() == image.tobytes()
    assert opened(encode(image, "png")).convert("RGBA").tobytes() == image.tobytes()


# Determinism

SCRIPT = """
import hashlib
from PIL import Image
from assetgen.post.encode import encode
from assetgen.post.formats import FORMATS
bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").transpose(2), Image.radial_gradient("L")]
image = Image.merge("RGBA", bands).resize((600, 400))
for fmt in sorted(FORMATS):
    print(fmt, hashlib.sha256(encode(image, fmt, source="trainedAlgorithmicMedia")).hexdigest())
"""


def test_two_processes_write_the_same_bytes():
    outs = [subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert outs[0] == outs[1]
    assert len(outs[0].splitlines()) == len(FORMATS)


def test_threads_that_write_one_picture_at_once_do_not_mix_their_settings():
    image = photo((200, 150), "RGBA")
    work = [(fmt, {"quality": quality}) for fmt in LOSSY for quality in (10, 50, 90)] + [("png", {"effort": 4}), ("gif", {})]
    alone = [encode(image, fmt, chosen) for fmt, chosen in work]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            assert list(pool.map(lambda item: encode(image, *item), work)) == alone


def test_avif_bytes_do_not_depend_on_the_number_of_processors():
    code = "import hashlib, os\n{0}from PIL import Image\nfrom assetgen.post.encode import encode\n"
    code += "print(hashlib.sha256(encode(Image.radial_gradient('L').resize((1500, 1200)).convert('RGB'), 'avif')).hexdigest())"
    pin = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n" if sys.platform == "linux" else ""
    outs = {
        subprocess.run([sys.executable, "-c", code.format(line)], capture_output=True, text=True, check=True).stdout for line in ("", pin)
    }
    assert len(outs) == 1


# Marks of origin


@pytest.mark.parametrize("placeholder", [False, True])
@pytest.mark.parametrize("source", [None, "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"])
@pytest.mark.parametrize("mode", ["L", "RGBA"])
@pytest.mark.parametrize("fmt", MARKED)
def test_marks_are_read_back_and_change_no_pixel(fmt, mode, source, placeholder):
    plain = encode(photo(mode=mode), fmt)
    data = encode(photo(mode=mode), fmt, source=source, placeholder=placeholder)
    assert marks(data) == Marks(source=source, placeholder=placeholder, c2pa=False)
    assert marks(plain) == Marks()
    assert opened(data).convert("RGBA").tobytes() == opened(plain).convert("RGBA").tobytes()
    assert (data == plain) is (not source and not placeholder)


def test_pillow_finds_the_packet_where_readers_look_for_it():
    for fmt in MARKED:
        packet = opened(encode(photo(), fmt, source="trainedAlgorithmicMedia")).info["xmp"]
        text = packet if isinstance(packet, str) else packet.decode()
        assert 'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"' in text


def test_gif_and_ico_carry_no_mark():
    assert [marks(encode(photo(), fmt, source="trainedAlgorithmicMedia")) for fmt in ("gif", "ico")] == [Marks(), Marks()]


@pytest.mark.parametrize(
    "packet",
    [
        '<x Iptc4xmpExt:DigitalSourceType="https://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/>',
        "<x Iptc4xmpExt:DigitalSourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture'/>",
        "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture</Iptc4xmpExt:DigitalSourceType>",
        '<Iptc4xmpExt:DigitalSourceType rdf:resource="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/>',
    ],
)
def test_other_ways_to_write_the_source_are_understood(packet):
    file = io.BytesIO()
    photo().save(file, "jpeg", xmp=packet.encode())
    assert marks(file.getvalue()).source == "digitalCapture"


def png_with(kind, content):
    data = encode(photo(), "png")
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return data[:33] + chunk + data[33:]


def test_a_compressed_packet_is_read_and_a_bomb_in_it_is_not():
    packet = b'<x Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"/>'
    head = b"XML:com.adobe.xmp\0\1\0\0\0"
    assert marks(png_with(b"iTXt", head + zlib.compress(packet))).source == "digitalCapture"
    assert marks(png_with(b"iTXt", head + zlib.compress(b" " * (1 << 27) + packet))).source is None
    assert marks(png_with(b"iTXt", head + b"no zlib data")).source is None


def test_a_signed_manifest_is_noticed_in_each_format():
    jpeg, webp, avif = (encode(photo(), fmt) for fmt in ("jpeg", "webp", "avif"))
    jumbf = b"JP\0\1\0\0\0\1\0\0\0\x20jumb\0\0\0\x18jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71"
    signed = [
        png_with(b"caBX", jumbf),
        jpeg[:2] + b"\xff\xeb" + struct.pack(">H", len(jumbf) + 2) + jumbf + jpeg[2:],
        b"RIFF" + struct.pack("<I", len(webp) - 8 + 12) + webp[8:] + b"C2PA" + struct.pack("<I", 4) + b"jumb",
        avif + struct.pack(">I", 28) + b"uuid" + bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + b"jumb",
    ]
    assert [marks(data).c2pa for data in signed] == [True] * 4
    assert not any(marks(data).c2pa for data in (jpeg, webp, avif))


def test_marks_of_anything_are_read_without_harm():
    data = encode(photo(), "jpeg", source="trainedAlgorithmicMedia")
    assert marks(b"") == marks(b"<html>") == Marks()
    for fmt in MARKED:
        data = encode(photo(), fmt, source="trainedAlgorithmicMedia")
        for length in range(0, len(data), 7):
            assert marks(data[:length]).source in {None, "trainedAlgorithmicMedia"}


# Reading


def saved(image, fmt, **options):
    file = io.BytesIO()
    image.save(file, fmt, **options)
    return file.getvalue()


def test_a_picture_is_read_upright_for_every_orientation():
    upright = photo((40, 20))
    upright.paste("red", (0, 0, 10, 10))
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    for orientation, turn in back.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = upright if turn is None else upright.transpose(turn)
        for fmt in ("png", "webp"):
            found = open_image(saved(stored, fmt, exif=exif, **({"lossless": True} if fmt == "webp" else {})))
            assert found.tobytes() == upright.tobytes(), (fmt, orientation)
            assert "exif" not in found.info


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"MM\0*\0\0\xff\xff", b"II*\0\x08\0\0\0\xff\xff\0\0", b"XX\0*\0\0\0\x08"])
def test_broken_exif_counts_as_upright(exif):
    assert open_image(saved(photo(), "png", exif=exif)).size == (64, 48)


def test_what_an_op_leaves_in_info_is_not_written():
    image = photo()
    image.info = {"icc_profile": b"x" * 300, "comment": b"secret", "transparency": 3, "dpi": (300, 300)}
    for fmt in FORMATS:
        assert encode(image, fmt) == encode(photo(), fmt)


@pytest.mark.parametrize(
    ("image", "options", "mode", "pixel"),
    [
        (Image.new("1", (2, 2), 1), {}, "L", 255),
        (Image.new("I;16", (2, 2), 32896), {}, "L", 128),
        (Image.new("L", (2, 2), 9), {"transparency": 9}, "LA", (9, 0)),
        (Image.new("RGB", (2, 2), (1, 2, 3)), {"transparency": (1, 2, 3)}, "RGBA", (1, 2, 3, 0)),
        (Image.new("RGB", (2, 2), (9, 8, 7)).quantize(2), {}, "RGB", (9, 8, 7)),
        (Image.new("RGB", (2, 2), (9, 8, 7)).quantize(2), {"transparency": 0}, "RGBA", (9, 8, 7, 0)),
        (Image.new("LA", (2, 2), (5, 6)), {}, "LA", (5, 6)),
    ],
)
def test_every_kind_of_png_becomes_one_of_four_modes(image, options, mode, pixel):
    found = open_image(saved(image, "png", **options))
    assert (found.mode, found.getpixel((0, 0)), found.info) == (mode, pixel, {})
    assert pixels.is_normal(found)


def test_a_cmyk_jpeg_comes_out_in_its_colours():
    found = open_image(saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "jpeg", quality=95))
    assert found.mode == "RGB"
    assert distance(found, Image.new("RGB", (16, 16), "red")) < 4


def profile(primaries, gamma=2.2):
    """A matrix profile with these primaries, built by hand."""

    def xyz(x, y, z):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in (x, y, z))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": description + bytes(-len(description) % 4), b"wtpt": xyz(0.9642, 1.0, 0.8249), b"cprt": b"text\0\0\0\0none\0\0\0\0"}
    tags |= {name: xyz(*value) for name, value in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp" + bytes(28)
    return header + struct.pack(">iii", 63190, 65536, 54061) + bytes(128 - len(header) - 12) + table + body


P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))


def test_a_wide_gamut_is_converted_to_srgb_and_the_profile_dropped():
    image = Image.new("RGBA", (4, 4), (200, 100, 50, 77))
    found = open_image(saved(image, "png", icc_profile=profile(P3)))
    red, green, blue, alpha = found.getpixel((0, 0))
    assert (red > 208, green < 99, blue < 45, alpha) == (True, True, True, 77)
    assert found.info == {}
    assert "icc_profile" not in opened(encode(found, "png")).info


def test_srgb_under_another_name_moves_no_value():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert open_image(saved(photo(), "png", icc_profile=srgb)).tobytes() == photo().tobytes()


@pytest.mark.parametrize("icc", [b"no profile at all", profile(P3)[:200]])
def test_a_profile_that_makes_no_sense_is_ignored(icc):
    assert open_image(saved(photo(), "png", icc_profile=icc)).tobytes() == photo().tobytes()


def test_a_colour_profile_on_a_grey_picture_is_ignored():
    grey = photo(mode="L")
    assert open_image(saved(grey, "png", icc_profile=profile(P3))).tobytes() == grey.tobytes()


def test_what_cannot_be_read_is_refused():
    for data, message in (
        (b"<html>", "the file is HTML, not a picture"),
        (saved(photo(), "bmp"), "the file is a BMP, which is not accepted"),
        (saved(photo(), "png")[:60], "the PNG can't be decoded: image file is truncated"),
    ):
        with pytest.raises(NotAPicture) as error:
            open_image(data)
        assert error.value.message == message
    with pytest.raises(NotAPicture) as error:
        open_image(saved(photo(), "gif"), formats={"png"})
    assert error.value.message == "a GIF is not accepted here"


def test_every_encoded_output_passes_the_gate_for_strangers():
    with Decoder(1) as decoder:
        for fmt in ("png", "jpeg", "webp", "avif", "gif"):
            data = encode(photo(mode="RGBA"), fmt, source="trainedAlgorithmicMedia")
            facts = decoder.inspect(data, formats=FORMATS)
            assert (facts.format, facts.width, facts.height, facts.trailing) == (fmt, 64, 48, 0)
            assert container.end(fmt, data) == len(data)
            if fmt == "png":
                assert facts.pixels == pixels.digest(open_image(data))
                assert facts.pixels != hashlib.sha256(data).hexdigest()
