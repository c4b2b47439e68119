"""Pixels as everything after this module expects them: upright, L, LA, RGB or RGBA, 8 bits a channel. Needs only Pillow.

The child process imports this module too, so it stays cheap: one Pillow plug-in is loaded, the one of the format at hand.
"""

import importlib
import struct
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageFile, ImageStat

_PLUGINS = {"png": "Png", "jpeg": "Jpeg", "webp": "WebP", "avif": "Avif", "gif": "Gif"}
_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
_ORIENTATION = 0x0112
_LARGEST_WEBP = 16_383
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def opened(data: bytes, fmt: str) -> ImageFile.ImageFile:
    """The file with its header read and no pixel decoded, by the reader of exactly this format and no other.

    `Image.open` would offer the bytes to more readers, and would take a JPEG with an embedded preview for a film.
    """
    plugin = importlib.import_module(f"PIL.{_PLUGINS[fmt]}ImagePlugin")
    file: ImageFile.ImageFile = getattr(plugin, f"{_PLUGINS[fmt]}ImageFile")(BytesIO(data))
    return file


def normal(image: Image.Image) -> Image.Image:
    """The same picture as L, LA, RGB or RGBA without metadata. Never the object that came in."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    grey = image.mode in {"1", "L", "LA", "La"}
    mode = ("L" if grey else "RGB") + ("A" if image.has_transparency_data else "")
    plain = image.copy() if image.mode == mode else image.convert(mode)
    plain.info = {}
    return plain


def is_normal(image: Image.Image) -> bool:
    """Whether the picture is in one of the four modes and carries no transparency outside its alpha channel."""
    return image.mode in _MODES and "transparency" not in image.info


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8, of a loaded file; broken EXIF counts as upright. Pillow's own reader would print warnings."""
    exif = image.info.get("exif")
    if not isinstance(exif, bytes):
        return 1
    tiff = exif.removeprefix(b"Exif\0\0")
    order = ">" if tiff.startswith(b"MM") else "<"
    try:
        (start,) = struct.unpack_from(f"{order}L", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(count):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHLH", tiff, start + 2 + 12 * entry)
            if tag == _ORIENTATION:
                return int(value) if value in _UPRIGHT else 1
    except struct.error:
        return 1
    return 1


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The picture turned or mirrored as an EXIF orientation says."""
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def has_alpha(image: Image.Image) -> bool:
    """Whether some pixel isn't opaque."""
    return "A" in image.getbands() and _extrema(image.getchannel("A"))[0] < 255


def is_blank(image: Image.Image) -> bool:
    """Whether nothing can be seen: fully transparent, or every channel's standard deviation is under 1."""
    if "A" in image.getbands() and _extrema(image.getchannel("A"))[1] == 0:
        return True
    return all(deviation < 1 for deviation in ImageStat.Stat(image).stddev)


def digest(image: Image.Image) -> str:
    """SHA-256 of the size and the RGBA bytes, in strips, so that a large picture isn't copied whole."""
    found = sha256(struct.pack(">II", *image.size))
    for top in range(0, image.height, 256):
        strip = image.crop((0, top, image.width, min(top + 256, image.height)))
        found.update(strip.convert("RGBA").tobytes())
    return found.hexdigest()


def saved(image: Image.Image, *, lossless: bool) -> bytes:
    """The picture as a file with nothing in it but pixels, made quickly: a WebP, or a PNG where it is too large for one."""
    form, options = "WEBP", {"method": 0, "quality": 0, "lossless": True} if lossless else {"method": 2, "quality": 80}
    if max(image.size) > _LARGEST_WEBP:
        form, options = "PNG", {"compress_level": 1}
    importlib.import_module(f"PIL.{_PLUGINS[form.lower()]}ImagePlugin")
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _extrema(band: Image.Image) -> tuple[float, float]:
    low, high = band.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    return low, high
