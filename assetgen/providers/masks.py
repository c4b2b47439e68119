"""What an API wants a mask to look like. In: one channel, white where the picture is painted anew. Pillow is imported when it is needed."""

from io import BytesIO
from typing import TYPE_CHECKING

from assetgen.providers import Blob

if TYPE_CHECKING:
    from PIL.Image import Image


def inverted(mask: Blob) -> Blob:
    """A PNG of one channel, black where the picture is painted anew (Ideogram, Stability's gRPC engine)."""
    from PIL import ImageChops

    return _png(ImageChops.invert(_grey(mask)), mask)


def transparent_where_painted(mask: Blob) -> Blob:
    """A PNG in RGBA that is transparent where the picture is painted anew (OpenAI).

    Its colour is that of the mask, so that a reader which takes a mask from a colour channel finds white where it paints (ComfyUI).
    """
    from PIL import Image, ImageChops

    grey = _grey(mask)
    return _png(Image.merge("RGBA", (grey, grey, grey, ImageChops.invert(grey))), mask)


def _grey(mask: Blob) -> "Image":
    from PIL import Image

    with Image.open(BytesIO(mask.data), formats=(mask.format,)) as image:
        return image.convert("L")


def _png(image: "Image", mask: Blob) -> Blob:
    file = BytesIO()
    image.save(file, "PNG")
    return Blob(data=file.getvalue(), format="png", name=f"{mask.name.rpartition('.')[0] or mask.name}.png")
