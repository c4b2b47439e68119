"""The tools every composition draws with: gradients, glows, and smooth-edged shapes through a supersampled mask."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from assetgen.providers.sketch.noise import Field
from assetgen.providers.sketch.tone import Tone, ramp

Fill: TypeAlias = "Tone | Image.Image"
Box: TypeAlias = tuple[float, float, float, float]
Point: TypeAlias = tuple[float, float]


def vertical(stops: Sequence[tuple[float, Tone]], width: int, height: int) -> Image.Image:
    """A gradient from top to bottom."""
    return Image.fromarray(np.ascontiguousarray(ramp(stops, height)[:, None, :])).resize((width, height), Image.Resampling.NEAREST)


def horizontal(stops: Sequence[tuple[float, Tone]], width: int, height: int) -> Image.Image:
    """A gradient from left to right."""
    return Image.fromarray(np.ascontiguousarray(ramp(stops, width)[None, :, :])).resize((width, height), Image.Resampling.NEAREST)


def mask_of(field: Field) -> Image.Image:
    """A mask from shares in 0..1."""
    return Image.fromarray((np.clip(field, 0, 1) * 255 + 0.5).astype(np.uint8))


def glow(canvas: Image.Image, centre: Point, radius: float, tone: Tone, strength: float) -> None:
    """A round light that fades out softly; drawn small and enlarged, because it has no edges."""
    width, height = canvas.size
    small = max(1, width // 8), max(1, height // 8)
    x = (np.arange(small[0], dtype=np.float32) + 0.5) * np.float32(width / small[0]) - np.float32(centre[0])
    y = (np.arange(small[1], dtype=np.float32) + 0.5) * np.float32(height / small[1]) - np.float32(centre[1])
    far = (x * x)[None, :] + (y * y)[:, None]
    share = np.float32(strength) / (1 + far / np.float32(max(radius, 1.0) ** 2)) ** 2
    mask = mask_of(np.clip(share - np.float32(0.004), 0, 1)).resize(canvas.size, Image.Resampling.BICUBIC)
    canvas.paste(tone.rgb, (0, 0), mask)


def veil(canvas: Image.Image, fill: Fill, mask: Image.Image, at: tuple[int, int] = (0, 0)) -> None:
    """Lay a colour or picture over the canvas through a mask; what hangs over a border is cut off."""
    if isinstance(fill, Tone):
        canvas.paste(fill.rgb, at, mask)
    else:
        canvas.paste(fill, at, mask)


class Stencil:
    """A mask for one box of the canvas, drawn larger than it is and reduced by a whole factor, so that edges are smooth everywhere alike.

    All coordinates are those of the canvas.
    """

    def __init__(self, box: Box, *, most: int = 4) -> None:
        self.left, self.top = int(np.floor(box[0])), int(np.floor(box[1]))
        self.width = max(1, int(np.ceil(box[2])) - self.left)
        self.height = max(1, int(np.ceil(box[3])) - self.top)
        area = self.width * self.height
        self.scale = next((scale for scale in range(most, 1, -1) if area * scale * scale <= 6_000_000), 1)
        self._large = Image.new("L", (self.width * self.scale, self.height * self.scale))
        self._draw = ImageDraw.Draw(self._large)

    def _to(self, x: float, y: float) -> Point:
        return (x - self.left) * self.scale, (y - self.top) * self.scale

    def polygon(self, points: Sequence[Point], value: int = 255) -> None:
        self._draw.polygon([self._to(*point) for point in points], fill=value)

    def ellipse(self, box: Box, value: int = 255) -> None:
        corners = self._corners(box)
        if corners:
            self._draw.ellipse(corners, fill=value)

    def disc(self, x: float, y: float, radius: float, value: int = 255) -> None:
        self.ellipse((x - radius, y - radius, x + radius, y + radius), value)

    def rounded(self, box: Box, radius: float, value: int = 255) -> None:
        corners = self._corners(box)
        if corners:
            self._draw.rounded_rectangle(corners, radius * self.scale, fill=value)

    def line(self, points: Sequence[Point], width: float, value: int = 255) -> None:
        """A line with round ends and joints."""
        thick = max(1, round(width * self.scale))
        moved = [self._to(*point) for point in points]
        self._draw.line(moved, fill=value, width=thick)
        if thick > 2:
            reach = thick / 2
            for x, y in moved:
                self._draw.ellipse((x - reach, y - reach, x + reach - 1, y + reach - 1), fill=value)

    def pie(self, box: Box, start: float, end: float, value: int = 255) -> None:
        corners = self._corners(box)
        if corners:
            self._draw.pieslice(corners, start, end, fill=value)

    def _corners(self, box: Box) -> Box | None:
        # Pillow counts the last pixel in and refuses boxes turned inside out.
        (left, top), (right, bottom) = self._to(box[0], box[1]), self._to(box[2], box[3])
        return (left, top, right - 1, bottom - 1) if right - 1 >= left and bottom - 1 >= top else None

    def mask(self, *, opacity: float = 1.0, blur: float = 0.0) -> Image.Image:
        """The mask at the size of the canvas."""
        mask = self._large.reduce(self.scale) if self.scale > 1 else self._large
        if blur > 0:
            mask = mask.filter(ImageFilter.BoxBlur(blur)).filter(ImageFilter.BoxBlur(blur * 0.7))
        if opacity < 1:
            mask = mask.point([round(level * opacity) for level in range(256)])
        return mask

    def stamp(self, canvas: Image.Image, fill: Fill, *, opacity: float = 1.0, blur: float = 0.0) -> None:
        """Lay a colour, or a picture of the box's size, over the canvas where the mask is set."""
        veil(canvas, fill, self.mask(opacity=opacity, blur=blur), (self.left, self.top))
