"""What reference pictures give a sketch: their dominant colours, and, with a mask, the parts that stay as they were."""

import io
from collections.abc import Sequence

from PIL import Image, ImageChops, UnidentifiedImageError

from assetgen.errors import Refused
from assetgen.providers import Blob
from assetgen.providers.sketch.tone import Tone, of_rgb


def opened(blob: Blob) -> Image.Image:
    """The picture in a blob, as RGBA."""
    try:
        with Image.open(io.BytesIO(blob.data)) as image:
            return image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(f'reference "{blob.name}" is not a readable picture', hint="use a png, jpeg, webp or avif file") from error


def dominant(pictures: Sequence[Image.Image], count: int = 5) -> tuple[Tone, ...]:
    """The dominant tones of some pictures, the most frequent colourful ones first."""
    found: list[tuple[float, Tone]] = []
    for picture in pictures:
        small = picture.resize((48, 48), Image.Resampling.BOX)
        ground = Image.new("RGBA", small.size, (255, 255, 255, 255))
        ground.alpha_composite(small)
        reduced = ground.convert("RGB").quantize(8, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
        for share, colour in reduced.getcolors(48 * 48) or []:
            if isinstance(colour, tuple):
                tone = of_rgb(int(colour[0]), int(colour[1]), int(colour[2]))
                found.append((share * (0.35 + 5 * tone.c), tone))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return tuple(tone for _weight, tone in found[:count])


def composed(drawn: Image.Image, original: Image.Image, mask: Image.Image) -> Image.Image:
    """The drawing where the mask is white, the original elsewhere; both are brought to the size of the drawing."""
    size = drawn.size
    below = original.resize(size, Image.Resampling.BICUBIC)
    kept = ImageChops.invert(mask.convert("L"))
    whole = Image.composite(below, drawn.convert("RGBA"), kept.resize(size, Image.Resampling.BICUBIC))
    return whole if drawn.mode == "RGBA" or below.getchannel("A").getextrema() != (255, 255) else whole.convert("RGB")
