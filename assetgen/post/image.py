"""From the bytes of a verified picture to pixels in sRGB, upright, 8 bits a channel, with nothing else attached.

Bytes of strangers go through `assetgen.decode.pool` first; this runs in our own process.
"""

import struct
from collections.abc import Collection
from io import BytesIO

from PIL import Image, ImageCms

from assetgen.decode import container, pixels
from assetgen.decode.facts import NotAPicture
from assetgen.decode.impostors import described
from assetgen.post import MAX_PIXELS
from assetgen.post.canvas import joined, split

READABLE = frozenset({"png", "jpeg", "webp", "avif", "gif"})
_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}


def open_image(data: bytes, *, formats: Collection[str] = READABLE) -> Image.Image:
    """The picture as L, LA, RGB or RGBA. Raises `NotAPicture` for bytes that can't be read."""
    fmt = container.sniff(data)
    if fmt is None or fmt not in formats:
        raise described(data, "the file") if fmt is None else NotAPicture(f"a {fmt.upper()} is not accepted here")
    try:
        file = pixels.opened(data, fmt)
        if file.width * file.height > MAX_PIXELS:
            raise NotAPicture(f"the picture has {file.width}x{file.height} pixels, more than 64 million")
        file.load()
        orientation = pixels.orientation(file)
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, struct.error) as error:
        raise NotAPicture(f"the {fmt.upper()} can't be decoded: {error}") from error
    profile = file.info.get("icc_profile")
    image = pixels.normal(_in_srgb(file, profile)) if file.mode == "CMYK" else _in_srgb(pixels.normal(file), profile)
    image = pixels.turned(image, orientation)
    image.info = {}
    return image


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    if not isinstance(profile, bytes) or not profile:
        return image
    colour, alpha = split(image)
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        # A profile for other channels than the picture's says nothing about it; readers everywhere ignore such a one.
        if source.profile.xcolor_space != _SPACES.get(colour.mode):
            return image
        target = ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(
            source, target, colour.mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        )
        if colour.mode == "RGB" and _changes_nothing(transform):
            return image
        converted = ImageCms.applyTransform(colour, transform)
    except (ImageCms.PyCMSError, OSError):
        return image
    assert converted is not None
    return joined(converted.convert("L") if colour.mode == "L" else converted, alpha)


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Most profiles are sRGB under some name; converting those would only shift values by rounding."""
    steps = range(0, 256, 17)
    probe = Image.new("RGB", (16, 256))
    probe.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    after = ImageCms.applyTransform(probe, transform)
    assert after is not None
    return all(abs(a - b) <= 1 for a, b in zip(probe.tobytes(), after.tobytes(), strict=True))
