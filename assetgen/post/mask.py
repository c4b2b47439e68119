"""Masks as the rest of the program means them, and pictures on a larger canvas with the mask of what is to be continued.

What an API wants a mask to look like is written beside the providers, in `assetgen.providers.masks`.
"""

from io import BytesIO

from PIL import Image, ImageChops, ImageFilter

from assetgen.decode import pixels
from assetgen.post import MAX_PIXELS, PostError
from assetgen.post.image import open_image

_OVERLAP = 8
_DEPTH = 8
_SOFTEST, _ROUGHEST = 2, 48
# What a JPEG makes of black stays below this, and is nothing that anybody painted.
_FAINTEST = 8
# How much the proportions of a mask and its picture may differ: models round sides to multiples of their own.
_BEND = 0.05


def normal(mask: bytes, like: bytes) -> bytes:
    """A PNG of one channel, white where the picture `like` is painted anew, in its size; a grey stays a grey.

    Where some pixel of the mask is not opaque, its transparent parts are painted; otherwise its bright ones. Raises `NotAPicture`, and
    `PostError` (what is so of the mask, without its name) for one of another shape than the picture, or with nothing to paint.
    """
    given, size = open_image(mask), open_image(like).size
    if not _alike(given.size, size):
        cure = f"a mask of {size[0]}x{size[1]} pixels, or of that shape"
        raise PostError(f"has {given.width}x{given.height} pixels, which is another shape than {size[0]}x{size[1]}", hint=cure)
    painted = ImageChops.invert(given.getchannel("A")) if pixels.has_alpha(given) else given.convert("L")
    fitted = painted if painted.size == size else painted.resize(size, Image.Resampling.NEAREST)
    if not any(fitted.histogram()[_FAINTEST:]):
        raise PostError("has nothing to paint", hint="white, or transparent, where the picture is to be painted anew")
    return _png(fitted)


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two sizes have the same proportions, up to a few percent or one pixel."""
    wide, high = one[0] * other[1], one[1] * other[0]
    return abs(wide - high) <= max(_BEND * max(wide, high), *one, *other)


def widened(picture: bytes, left: int, top: int, right: int, bottom: int) -> tuple[bytes, bytes]:
    """The picture on a canvas that is larger by so many pixels on each side, and the mask of what is to be painted there: two PNGs.

    The border holds the colours of the picture's edges, drawn out and blurred, since a model continues colours better than a void.
    The mask is white there and some pixels into the picture, so that no seam is kept. Raises `NotAPicture`, and `PostError` for margins
    that add nothing, that are negative, or that make a picture too large to finish.
    """
    margins = (left, top, right, bottom)
    if min(margins) < 0 or max(margins) == 0:
        raise PostError("a picture is continued on at least one side, by 1 pixel or more", hint="expand = { right = 256 }")
    image = open_image(picture)
    width, height = image.width + left + right, image.height + top + bottom
    if width * height > MAX_PIXELS:
        raise PostError(f"{width}x{height} are more than {MAX_PIXELS // 1_000_000} million pixels, which cannot be finished")
    canvas = _drawn_out(image, *margins).filter(ImageFilter.GaussianBlur(min(max(max(margins) // 8, _SOFTEST), _ROUGHEST)))
    canvas.paste(image, (left, top))
    return _png(canvas), _png(_border(image.size, *margins))


def _drawn_out(image: Image.Image, left: int, top: int, right: int, bottom: int) -> Image.Image:
    """The picture with each side's colours stretched over its margin; one pixel of noise makes no streak, for a strip is averaged."""
    box = Image.Resampling.BOX
    deep, high = min(_DEPTH, image.width), min(_DEPTH, image.height)
    middle = Image.new(image.mode, (image.width + left + right, image.height))
    middle.paste(image, (left, 0))
    for strip, at, wide in (((0, 0, deep, image.height), 0, left), ((image.width - deep, 0, *image.size), left + image.width, right)):
        if wide:
            middle.paste(image.crop(strip).resize((1, image.height), box).resize((wide, image.height)), (at, 0))
    whole = Image.new(image.mode, (middle.width, image.height + top + bottom))
    whole.paste(middle, (0, top))
    for strip, at, tall in (((0, 0, middle.width, high), 0, top), ((0, image.height - high, *middle.size), top + image.height, bottom)):
        if tall:
            whole.paste(middle.crop(strip).resize((middle.width, 1), box).resize((middle.width, tall)), (0, at))
    return whole


def _border(inner: tuple[int, int], left: int, top: int, right: int, bottom: int) -> Image.Image:
    """White with a black hole where the picture is kept."""
    width, height = inner
    across, down = min(_OVERLAP, (width - 1) // 3), min(_OVERLAP, (height - 1) // 3)
    mask = Image.new("L", (width + left + right, height + top + bottom), 255)
    begin = (left + (across if left else 0), top + (down if top else 0))
    end = (left + width - (across if right else 0), top + height - (down if bottom else 0))
    mask.paste(0, (*begin, *end))
    return mask


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
