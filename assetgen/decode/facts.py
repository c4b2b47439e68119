"""What is known of a verified picture, and the failure for bytes that are none. Values only."""

from dataclasses import dataclass

from assetgen.errors import AssetgenError


class NotAPicture(AssetgenError):
    """The bytes are no picture of an accepted format, or one that must not be decoded. The message says what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A picture that was decoded to its last pixel.

    format: "png", "jpeg", "webp", "avif" or "gif". width, height: as it is meant to be seen (EXIF orientation applied).
    alpha: some pixel isn't opaque. blank: one even area, or nothing visible. pixels: SHA-256 of the size and the RGBA bytes.
    bytes: length of the file. trailing: bytes after the end of the picture, which only an encode of our own drops.
    """

    format: str
    width: int
    height: int
    alpha: bool
    blank: bool
    pixels: str
    bytes: int
    trailing: int
