"""Names for bytes that are no picture, so that a message can say what came instead. Pure."""

import json

from assetgen.decode.facts import NotAPicture

_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"\0\0\1\0", "an icon"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\3\4", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
)


def described(data: bytes, what: str) -> NotAPicture:
    """The failure for bytes in no format that is known."""
    if not data:
        return NotAPicture(f"{what} is empty")
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        return NotAPicture(f"{what} is a Git LFS pointer, not a picture", hint="git lfs pull")
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if data[4:8] == b"ftyp":
        kind = "a HEIC" if data[8:10] in {b"he", b"mi"} else "a film"
    if kind:
        return NotAPicture(f"{what} is {kind}, which is not accepted")
    if (text := _text(data)) is not None:
        return NotAPicture(f"{what} is {text}, not a picture")
    return NotAPicture(f"{what} is no picture of a known format; it starts with {data[:8].hex(' ')}")


def _text(data: bytes) -> str | None:
    try:
        start = data[:4096].decode("utf-8", errors="strict" if len(data) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return None
    start = start.removeprefix("\ufeff").lstrip().lower()
    if any(not (character.isprintable() or character.isspace()) for character in start):
        return None
    if start.startswith("<svg") or (start.startswith("<?xml") and "<svg" in start):
        return "an SVG drawing"
    if start.startswith(("<!doctype html", "<html")) or "<html" in start:
        return "HTML"
    if start.startswith(("{", "[")) and _is_json(data):
        return "JSON text"
    return "XML" if start.startswith("<?xml") else "text"


def _is_json(data: bytes) -> bool:
    if len(data) > 1 << 20:
        return True
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
