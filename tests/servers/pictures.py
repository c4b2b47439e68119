"""Small deterministic pictures, drawn from a text: eight by eight coloured fields. The standard library for PNG, Pillow for the others."""

import hashlib
import io
import struct
import zlib

from PIL import Image


def draw(text, width, height, *, form="png", alpha=False, blank=False, weight=0):
    """The bytes of a picture. `weight` pads a PNG with a private chunk to about as many bytes as real pictures have."""
    png = _png(_rows(text, width, height, alpha=alpha, blank=blank), width, height, alpha=alpha, weight=weight)
    if form == "png":
        return png
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB" if form == "jpeg" else image.mode).save(out, form.upper())
    return out.getvalue()


def _rows(text, width, height, *, alpha, blank):
    noise = b"\xff" * 256 if blank else hashlib.shake_256(text.encode()).digest(256)
    depth = 4 if alpha else 3
    rows = []
    for y in range(8):
        fields = [noise[(y * 8 + x) * depth : (y * 8 + x + 1) * depth] for x in range(8)]
        line = b"".join(field * (((x + 1) * width // 8) - x * width // 8) for x, field in enumerate(fields))
        rows += [b"\0" + line] * (((y + 1) * height // 8) - y * height // 8)
    return rows


def _png(rows, width, height, *, alpha, weight):
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 1)), (b"IEND", b"")]
    if weight:
        chunks.insert(1, (b"asGn", hashlib.shake_128(rows[0]).digest(weight)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
