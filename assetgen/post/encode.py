"""The encoders: pixels and settings to the bytes of an output, the same bytes each time on one version of Pillow.

Every save works on a copy: two threads that save one Image mix their settings without a word. Nothing of the machine may enter the
bytes, so AVIF gets one thread and no tiles of its own choice.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from assetgen.decode import pixels
from assetgen.model import Json
from assetgen.post import PostError
from assetgen.post.canvas import filled, over, placed, rgba, same_size
from assetgen.post.formats import FORMATS, problem
from assetgen.post.lean import lean
from assetgen.post.marks import PNG_PLACEHOLDER, PNG_XMP, Marks, marks, xmp

_LARGEST = {"jpeg": 65_500, "webp": 16_383, "avif": 65_536, "gif": 65_535}


def encode(
    image: Image.Image, fmt: str, settings: Mapping[str, Json] | None = None, *, source: str | None = None, placeholder: bool = False
) -> bytes:
    """The picture (L, LA, RGB or RGBA) as a file of this format, with its marks. Raises PostError.

    `source` is an IPTC digital source type; GIF and ICO have no place for it and for `placeholder`.
    """
    known = FORMATS[fmt]
    for name, value in (settings or {}).items():
        wrong = problem(name, value) if name in known.settings else f'"{fmt}" has no such setting'
        if wrong:
            raise PostError(wrong, op=fmt, parameter=name)
    limit = _LARGEST.get(fmt, 2**31 - 1)
    if max(image.size) > limit:
        side = "width" if image.width > limit else "height"
        raise PostError(f"a picture of {image.width}x{image.height} is too large for this format", op=fmt, hint=f"{side} = {limit}")
    # Whatever else an op left in `info` (a profile, a comment) would be written by some formats and not by others.
    image = image.copy()
    image.info = {}
    data = _ENCODERS[fmt](image, {**known.defaults, **(settings or {})}, xmp(source, placeholder=placeholder))
    # An output that should say where it comes from and does not is worse than none.
    wanted = Marks(source=source, placeholder=placeholder)
    if known.xmp and (found := marks(data)) != wanted:
        raise PostError(f"the marks of origin were not written: {found} instead of {wanted}", op=fmt)
    return data


def _png(image: Image.Image, settings: Mapping[str, Any], packet: str) -> bytes:
    effort: int = settings["effort"]
    info = PngInfo()
    if packet:
        info.add_itxt(PNG_XMP, packet)
        if "assetgen:Placeholder" in packet:
            info.add_text(PNG_PLACEHOLDER, "1")
    small = lean(image, palette=effort > 1) if effort else image
    # Strategy 0 is three times as fast as Pillow's own choice for 5 % more bytes; from 7 on each strategy is tried.
    strategies = (0, 1, 3) if effort >= 7 else (0,)
    tries = [_saved(small, "PNG", compress_level=effort, compress_type=strategy, pnginfo=info) for strategy in strategies]
    return min(tries, key=len)


def _jpeg(image: Image.Image, settings: Mapping[str, Any], packet: str) -> bytes:
    if "A" in image.getbands():
        image = over(image, filled(image.size, (*rgba(settings["background"])[:3], 255), alpha=False))
    grey = image.mode == "L"
    options = {"quality": settings["quality"], "subsampling": settings["subsampling"], "optimize": True, "progressive": True}
    return _saved(image if grey else image.convert("RGB"), "JPEG", xmp=packet.encode(), **options)


def _webp(image: Image.Image, settings: Mapping[str, Any], packet: str) -> bytes:
    options = {"quality": settings["quality"], "method": min(settings["effort"], 6), "lossless": settings["lossless"]}
    return _saved(_opaque_if_so(image), "WEBP", xmp=packet.encode(), **options)


def _avif(image: Image.Image, settings: Mapping[str, Any], packet: str) -> bytes:
    image = _opaque_if_so(image)
    options = {"quality": settings["quality"], "speed": 10 - settings["effort"], "max_threads": 1, "autotiling": False}
    subsampling = "4:0:0" if image.mode == "L" else settings["subsampling"]
    return _saved(image, "AVIF", xmp=packet.encode(), subsampling=subsampling, **options)


def _gif(image: Image.Image, _settings: Mapping[str, Any], _packet: str) -> bytes:
    flat = image.convert("RGB")
    if not pixels.has_alpha(image):
        return _saved(flat.quantize(256, Image.Quantize.MEDIANCUT), "GIF")
    # A pixel of a GIF is there or not; the last colour of the palette means that it is not.
    found = flat.quantize(255, Image.Quantize.MEDIANCUT)
    colours = (found.getpalette() or [])[: 255 * 3]
    found.putpalette(colours + [0] * (256 * 3 - len(colours)))
    found.paste(255, mask=image.getchannel("A").point(lambda value: 255 if value < 128 else 0))
    return _saved(found, "GIF", transparency=255, optimize=False)


def _ico(image: Image.Image, settings: Mapping[str, Any], _packet: str) -> bytes:
    sizes = sorted(set(settings["sizes"]), reverse=True)
    side = max(image.size)
    fitting = [size for size in sizes if size <= side]
    if not fitting or (fitting != sizes and settings["sizes"] != FORMATS["ico"].defaults["sizes"]):
        raise PostError(
            f"the picture is {image.width}x{image.height}, too small for an icon of {sizes[0]} pixels",
            op="ico",
            parameter="sizes",
            hint=f"sizes = [{', '.join(str(size) for size in sorted(fitting)) or side}]",
        )
    frames = [_icon(image, size) for size in fitting]
    return _saved(frames[0], "ICO", sizes=[frame.size for frame in frames], append_images=frames[1:])


def largest_icon(data: bytes) -> tuple[int, int]:
    """The size of the largest picture in an ICO file: its directory has a byte for each side, 0 for 256."""
    entries = [data[at : at + 2] for at in range(6, 6 + 16 * int.from_bytes(data[4:6], "little"), 16)]
    width, height = max((entry[0] or 256, entry[1] or 256) for entry in entries)
    return width, height


def _icon(image: Image.Image, size: int) -> Image.Image:
    scale = size / max(image.size)
    inner = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return same_size(image.convert("RGBA").resize(inner, Image.Resampling.LANCZOS), (size, size), placed((size, size), inner, "center"))


def _opaque_if_so(image: Image.Image) -> Image.Image:
    return image if pixels.has_alpha(image) or "A" not in image.getbands() else image.convert(image.mode[:-1])


def _saved(image: Image.Image, fmt: str, **options: Any) -> bytes:  # noqa: ANN401 - the options of Pillow's writers
    file = BytesIO()
    try:
        image.copy().save(file, fmt, **options)
    except (OSError, ValueError, MemoryError) as error:
        raise PostError(f"a picture of {image.width}x{image.height} can't be written: {error}", op=fmt.lower()) from error
    return file.getvalue()


_ENCODERS: Mapping[str, Callable[[Image.Image, Mapping[str, Any], str], bytes]] = {
    "png": _png,
    "jpeg": _jpeg,
    "webp": _webp,
    "avif": _avif,
    "gif": _gif,
    "ico": _ico,
}
