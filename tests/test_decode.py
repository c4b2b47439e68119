"""Bytes of strangers: what is accepted, what is said of the rest, and what becomes of the child processes."""

import io
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from assetgen.decode import container
from assetgen.decode.facts import NotAPicture
from assetgen.decode.pool import Decoder
from assetgen.decode.worker import Died, Limits, Worker
from assetgen.errors import AssetgenError


@pytest.fixture(scope="module")
def decoder():
    with Decoder(2) as found:
        yield found


def photo(size=(64, 48), mode="RGB"):
    bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").transpose(2)]
    return Image.merge("RGB", bands).resize(size).convert(mode)


def saved(image, fmt, **options):
    file = io.BytesIO()
    image.save(file, fmt, **options)
    return file.getvalue()


FORMATS = ("png", "jpeg", "webp", "avif", "gif")
ALL = frozenset(FORMATS)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_header(width, height):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))


def refused(decoder, data, **options):
    with pytest.raises(NotAPicture) as error:
        decoder.inspect(data, **options)
    return error.value.message


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_facts_of_a_good_picture(decoder, fmt):
    data = saved(photo(), fmt)
    facts = decoder.inspect(data, formats=ALL)
    assert (facts.format, facts.width, facts.height) == (fmt, 64, 48)
    assert (facts.alpha, facts.blank, facts.bytes, facts.trailing) == (False, False, len(data), 0)


def test_equal_pixels_have_equal_digests_whatever_the_file(decoder):
    image = photo(mode="RGBA")
    files = [saved(image, "png"), saved(image, "png", compress_level=1), saved(image, "webp", lossless=True)]
    assert len({decoder.inspect(data).pixels for data in files}) == 1
    assert decoder.inspect(saved(photo((48, 64)), "png")).pixels != decoder.inspect(files[0]).pixels


@pytest.mark.parametrize(
    ("image", "alpha"),
    [
        (Image.new("RGBA", (4, 4), (1, 2, 3, 255)), False),
        (Image.new("RGBA", (4, 4), (1, 2, 3, 254)), True),
        (Image.new("LA", (4, 4), (1, 0)), True),
        (Image.new("L", (4, 4)), False),
    ],
)
def test_alpha_means_a_pixel_that_is_not_opaque(decoder, image, alpha):
    assert decoder.inspect(saved(image, "png")).alpha is alpha


def test_a_palette_with_transparency_has_alpha(decoder):
    image = photo().quantize(8)
    assert decoder.inspect(saved(image, "png", transparency=3)).alpha
    assert not decoder.inspect(saved(image, "png")).alpha


@pytest.mark.parametrize(
    ("image", "blank"),
    [
        (Image.new("RGB", (50, 50), (7, 7, 7)), True),
        (Image.new("RGBA", (50, 50), (255, 0, 0, 0)), True),
        (Image.linear_gradient("L").point(lambda v: v // 100), True),
        (Image.linear_gradient("L"), False),
        (Image.merge("LA", (Image.new("L", (256, 256)), Image.linear_gradient("L"))), False),
    ],
)
def test_blank_means_that_nothing_can_be_seen(decoder, image, blank):
    assert decoder.inspect(saved(image, "png")).blank is blank


def test_the_size_is_that_of_the_upright_picture(decoder):
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = decoder.inspect(saved(photo((64, 48)), "jpeg", exif=exif))
    assert (facts.width, facts.height) == (48, 64)


@pytest.mark.parametrize(
    "image",
    [photo().convert("CMYK"), photo().convert("L"), Image.new("1", (1, 1))],
    ids=["cmyk", "grey", "one"],
)
def test_other_modes_of_jpeg(decoder, image):
    assert decoder.inspect(saved(image, "jpeg")).width == image.width


def test_sixteen_bits_keep_their_shades(decoder):
    image = Image.new("I;16", (2, 2), 0)
    image.putpixel((0, 0), 65535)
    eight = Image.new("L", (2, 2), 0)
    eight.putpixel((0, 0), 255)
    assert decoder.inspect(saved(image, "png")).pixels == decoder.inspect(saved(eight, "png")).pixels


@pytest.mark.parametrize("size", [(1, 1), (20_000, 10)])
def test_extreme_shapes(decoder, size):
    facts = decoder.inspect(saved(Image.new("L", size), "png"))
    assert (facts.width, facts.height) == size


HTML = b"<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the answer is empty"),
        (HTML, "the answer is HTML, not a picture"),
        (b"\xef\xbb\xbf  <HTML lang=en>", "the answer is HTML, not a picture"),
        (json.dumps({"error": "no credit"}).encode(), "the answer is JSON text, not a picture"),
        (b"[" * 100_000 + b"]" * 100_000, "the answer is text, not a picture"),
        (b"{not json", "the answer is text, not a picture"),
        (b"upstream connect error", "the answer is text, not a picture"),
        (b"<?xml version='1.0'?><Error/>", "the answer is XML, not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "the answer is an SVG drawing, not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "the answer is PostScript, which is not accepted"),
        (b"%PDF-1.7\n", "the answer is a PDF, which is not accepted"),
        (saved(photo(), "tiff"), "the answer is a TIFF, which is not accepted"),
        (saved(photo(), "bmp"), "the answer is a BMP, which is not accepted"),
        (saved(photo(), "gif"), "the answer is a GIF, which is not accepted"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "the answer is a HEIC, which is not accepted"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "the answer is a film, which is not accepted"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00", "the answer is a Git LFS pointer, not a picture"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08\x09", "the answer is no picture of a known format; it starts with 01 02 03 04 05 06 07 08"),
    ],
)
def test_what_is_no_picture_is_named(decoder, data, message):
    assert refused(decoder, data) == message


def test_what_names_the_bytes(decoder):
    assert refused(decoder, b"", what='"art/logo.png"') == '"art/logo.png" is empty'


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_cut_anywhere_is_refused(decoder, fmt):
    data = saved(photo((40, 30)), fmt)
    lengths = {len(data) - 1, len(data) - 2, len(data) - 5, len(data) - 12, *range(16, len(data) - 12, max(1, len(data) // 40))}
    messages = {refused(decoder, data[:length], formats=ALL) for length in lengths}
    assert f"the {fmt.upper()} is cut short" in messages
    assert all(message.startswith((f"the {fmt.upper()} is cut short", f"the {fmt.upper()} can't be decoded")) for message in messages)


@pytest.mark.parametrize("fmt", FORMATS)
def test_damage_never_ends_in_anything_but_facts_or_a_refusal(decoder, fmt):
    data = saved(photo((40, 30)), fmt)
    for at in range(0, len(data), max(1, len(data) // 60)):
        broken = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        try:
            said = decoder.inspect(broken, formats=ALL).format
        except NotAPicture as error:
            said = error.message
        assert said


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\3\4" + bytes(60), b"\0"])
def test_bytes_after_the_end_are_counted(decoder, fmt, tail):
    data = saved(photo(), fmt)
    assert decoder.inspect(data + tail, formats=ALL).trailing == len(tail)


def test_a_checksum_that_is_wrong_is_noticed(decoder):
    data = bytearray(saved(photo(), "png"))
    data[-14] ^= 1  # of the checksum before the last chunk
    assert refused(decoder, bytes(data)).startswith("the PNG can't be decoded: ")


def zeros(side):
    """A small file that takes much time and memory: a PNG of 1 bit a pixel, all black."""
    rows = bytes(1 + side // 8) * side
    return png_header(side, side) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_by_its_header(decoder):
    bomb = zeros(13_000)
    started = time.monotonic()
    assert refused(decoder, bomb) == "the picture has 169 million pixels, more than 33.5 million"
    assert time.monotonic() - started < 5
    assert decoder.inspect(bomb, max_pixels=170_000_000).width == 13_000


def test_a_film_is_not_one_picture(decoder):
    frames = [photo().transpose(turn) for turn in (0, 1, 3)]
    for fmt in ("png", "webp", "avif", "gif"):
        data = saved(frames[0], fmt, save_all=True, append_images=frames[1:])
        assert refused(decoder, data, formats=ALL) == f"the {fmt.upper()} has 3 frames, not one"


def test_a_jpeg_with_a_second_picture_inside_is_its_first_picture(decoder):
    data = saved(photo(), "mpo", save_all=True, append_images=[photo((8, 8))])
    facts = decoder.inspect(data)
    assert (facts.format, facts.width) == ("jpeg", 64)


def test_memory_beyond_the_limit_is_an_answer_and_the_next_picture_is_fine():
    big = saved(Image.new("RGB", (8000, 8000)), "png")
    with Decoder(1, limits=Limits(memory=256 << 20)) as small:
        assert refused(small, big, max_pixels=10**9) == "the worker ran out of memory"
        assert small.inspect(saved(photo(), "png")).width == 64


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of processor time")
def test_processor_time_beyond_the_limit_ends_the_child_and_the_next_picture_is_fine():
    big = zeros(20_000)
    with Decoder(1, limits=Limits(cpu=1)) as quick:
        assert refused(quick, big, max_pixels=10**9) == "decoding took more than 1 seconds of processor time"
        assert quick.inspect(saved(photo(), "png")).width == 64


def test_a_child_that_hangs_is_ended_by_the_clock():
    with Decoder(1, limits=Limits(wall=2)) as hasty:
        hasty.inspect(saved(photo(), "png"))
        pid = hasty._workers[0].pid
        os.kill(pid, signal.SIGSTOP)
        assert refused(hasty, saved(photo(), "png")) == "decoding took longer than 2 seconds"
        assert hasty.inspect(saved(photo(), "png")).width == 64
        assert hasty._workers[0].pid != pid


def test_a_child_that_somebody_killed_costs_no_picture():
    with Decoder(1) as decoder:
        decoder.inspect(saved(photo(), "png"))
        for _ in range(3):
            os.kill(decoder._workers[0].pid, signal.SIGKILL)
            assert decoder.inspect(saved(photo(), "png")).width == 64


@pytest.fixture
def worker():
    found = Worker(Limits())
    yield found
    found.close()


GOOD = {"format": "png", "max_pixels": 10**6}


def test_a_child_that_ends_instead_of_answering_is_told_apart_from_a_broken_picture(worker):
    worker.ask(GOOD, saved(photo(), "png"))
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(worker.ask, GOOD, saved(photo(), "png"))
        time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Died) as error:
            waiting.result(timeout=10)
    assert (error.value.message, error.value.again) == ("decoding ended with signal 9", True)
    assert worker.ask(GOOD, saved(photo(), "png"))["width"] == 64


def test_a_child_that_cannot_start_is_no_fault_of_the_picture(worker, monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(AssetgenError) as error:
        worker.ask(GOOD, saved(photo(), "png"))
    assert (error.value.message, error.value.hint) == ("the decoding process does not start", "python -c 'import PIL.Image'")
    assert not isinstance(error.value, Died)


def test_a_picture_larger_than_the_memory_of_the_child_is_an_answer():
    with Decoder(1, limits=Limits(memory=128 << 20)) as small:
        padded = saved(photo(), "png") + bytes(200 << 20)
        assert refused(small, padded) == "the worker ran out of memory"


def test_threads_share_a_decoder():
    pictures = {saved(photo((20 + n, 30)), "png"): 20 + n for n in range(12)}
    with Decoder(3) as decoder, ThreadPoolExecutor(8) as pool:
        work = list(pictures) * 4
        assert [facts.width for facts in pool.map(decoder.inspect, work)] == [pictures[data] for data in work]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_children_start_when_needed_and_close_ends_them():
    decoder = Decoder(4)
    assert [worker.pid for worker in decoder._workers] == [None] * 4
    decoder.inspect(saved(photo(), "png"))
    decoder.inspect(saved(photo(), "png"))
    pids = [worker.pid for worker in decoder._workers if worker.pid]
    assert len(pids) == 1
    assert alive(pids[0])
    decoder.close()
    assert not alive(pids[0])
    assert [worker.pid for worker in decoder._workers] == [None] * 4


def test_close_ends_a_child_at_work():
    big = zeros(20_000)
    decoder = Decoder(1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(decoder.inspect, big, max_pixels=10**9)
        while not (pid := decoder._workers[0].pid):
            time.sleep(0.01)
        decoder.close()
        with pytest.raises(AssetgenError) as error:
            waiting.result(timeout=10)
    assert error.value.message == "the decoder was closed"
    assert not isinstance(error.value, NotAPicture)
    assert not alive(pid)


PARENT = """
import sys
from assetgen.decode.pool import Decoder
decoder = Decoder(1)
decoder.inspect(open(sys.argv[1], "rb").read())
print(decoder._workers[0].pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_dies_with_its_parent_and_sees_none_of_its_secrets(tmp_path):
    (tmp_path / "a.png").write_bytes(saved(photo(), "png"))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "a.png")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OPENAI_API_KEY": "sk-canary"},
    )
    with parent:
        child = int(parent.stdout.readline())
        assert b"canary" not in Path(f"/proc/{child}/environ").read_bytes()
        os.kill(child, signal.SIGINT)
        time.sleep(0.05)
        assert alive(child)
        parent.kill()
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)


def test_the_child_loads_neither_pydantic_nor_any_other_part_of_the_tool():
    code = "import sys, assetgen.decode.child; print(*(name for name in sorted(sys.modules) if name[:8] in ('assetgen', 'pydantic')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "assetgen assetgen.decode assetgen.decode.child assetgen.decode.pixels"


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_walk_over_segments_covers_the_file_without_gaps(fmt):
    data = saved(photo(), fmt)
    segments = list(container.segments(fmt, data))
    assert segments[-1].next == len(data)
    assert all(one.start <= one.stop <= one.next for one in segments)
    assert all(one.next <= other.start for one, other in pairwise(segments))


def test_a_webp_without_its_last_padding_byte_is_whole():
    data = next(data for quality in range(50, 99) if (data := saved(photo((33, 33)), "webp", quality=quality))[-1:] == b"\0")
    size = int.from_bytes(data[16:20], "little")
    assert container.end("webp", data) == len(data)
    if size & 1:
        assert container.end("webp", data[:-1]) == len(data) - 1


# --- drawn anew


def drawn(data):
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_picture_drawn_anew_has_the_same_pixels_and_nothing_that_hung_on_it(decoder, fmt):
    data = saved(photo(), fmt)
    with Image.open(io.BytesIO(data)) as before:
        pixels = before.convert("RGB").tobytes()
    made = decoder.draw(data + b"<script>")
    assert (container.sniff(made), b"<script>" in made, drawn(made).convert("RGB").tobytes()) == ("webp", False, pixels)


@pytest.mark.parametrize(("size", "small"), [((1000, 500), (100, 50)), ((500, 1000), (50, 100)), ((30, 20), (30, 20))])
def test_a_picture_drawn_small_keeps_its_shape_and_is_never_made_larger(decoder, size, small):
    assert drawn(decoder.draw(saved(photo(size), "jpeg"), side=100)).size == small


def test_a_picture_is_drawn_upright(decoder):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert drawn(decoder.draw(saved(photo((64, 48)), "jpeg", exif=exif))).size == (48, 64)


def test_what_is_too_large_for_a_webp_is_drawn_as_png(decoder):
    made = decoder.draw(saved(Image.linear_gradient("L").resize((17_000, 2)), "png"))
    assert (container.sniff(made), drawn(made).size) == ("png", (17_000, 2))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<svg/>", "the file is an SVG drawing, not a picture"),
        (
            png_header(20_000, 20_000) + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
            "the picture has 400 million pixels, more than 33.5 million",
        ),
    ],
)
def test_what_must_not_be_decoded_is_not_drawn(decoder, data, message):
    with pytest.raises(NotAPicture) as error:
        decoder.draw(data)
    assert error.value.message == message
