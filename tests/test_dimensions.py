"""Width and height by the header, against what Pillow writes, and against any bytes."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from assetgen.decode import dimensions

WAYS = [
    ("png", {}),
    ("jpeg", {}),
    ("jpeg", {"progressive": True, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ("gif", {}),
    ("webp", {}),
    ("webp", {"lossless": True}),
    ("webp", {"xmp": b"x"}),
    ("avif", {}),
]


def encoded(fmt, size, options):
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, fmt, **options)
    return stream.getvalue()


@pytest.mark.parametrize("size", [(1, 1), (37, 300), (1025, 16)])
@pytest.mark.parametrize(("fmt", "options"), WAYS)
def test_what_pillow_writes(fmt, options, size):
    data = encoded(fmt, size, options)
    assert dimensions.of(fmt, data) == size
    for cut in range(0, len(data), 7):
        assert dimensions.of(fmt, data[:cut]) in (None, size)


@given(st.sampled_from(["png", "jpeg", "gif", "webp", "avif", "ico"]), st.binary(max_size=80))
def test_any_bytes(fmt, data):
    found = dimensions.of(fmt, data)
    assert found is None or all(found)
