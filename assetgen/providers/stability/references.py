"""What the bytes of a reference tell, which a plan has not read: judged just before a request is sent. Pillow reads the header alone."""

import io

from assetgen.errors import Impossible
from assetgen.providers import Blob, Request, rules
from assetgen.providers.stability.rules import by_grpc

SHORTEST = 64
"""The shortest side of a picture, in pixels, that the REST API takes."""
LARGEST = 10 * rules.MIB - 2**17
"""The bytes that pictures may have: a body of 10 MiB, without what the longest prompts take of it."""


def check(request: Request) -> None:
    """Raise Impossible for a reference or a mask that the server would send back."""
    pictures = (*request.references, *((request.mask,) if request.mask is not None else ()))
    weight = sum(len(blob.data) for blob in pictures)
    if weight > LARGEST:
        names = " and ".join(f'"{blob.name}"' for blob in pictures)
        verb = "has" if len(pictures) == 1 else "have"
        raise Impossible(f"{names} {verb} {weight / rules.MIB:.1f} MiB, and stability takes 10 MiB with the prompt", hint="a smaller file")
    if by_grpc(request):
        return
    for blob in pictures:
        width, height = _size(blob)
        if min(width, height) < SHORTEST:
            raise Impossible(
                f'"{blob.name}" is {width}x{height}, and stability takes no side below {SHORTEST} pixels', hint="a larger picture"
            )


def _size(blob: Blob) -> tuple[int, int]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(blob.data), formats=(blob.format,)) as image:
            return image.size
    except OSError:
        raise Impossible(f'"{blob.name}" cannot be read as a picture', hint="a PNG, JPEG or WebP file") from None
