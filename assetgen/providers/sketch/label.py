"""The discreet label "name WxH" at the lower left of a placeholder, where it fits."""

from PIL import Image, ImageDraw

from assetgen.providers.sketch import lettering
from assetgen.providers.sketch.canvas import Stencil
from assetgen.providers.sketch.tone import Tone

_KINDS = frozenset({"landscape", "skyline", "portrait", "product", "isometric", "pattern", "diagram"})


def text_of(name: str, kind: str, size: tuple[int, int]) -> str | None:
    """The text that a picture of this final size would carry, before it is known whether it fits."""
    if kind not in _KINDS or min(size) < 120:
        return None
    told = lettering.legible(name)
    return f"{told} {size[0]}x{size[1]}" if told else None


def draw(canvas: Image.Image, text: str) -> bool:
    """Draw the label; False where it does not fit, and then nothing is drawn."""
    least = min(canvas.size)
    size = max(10, min(22, round(least * 0.019)))
    pad = round(size * 0.55)
    told, _space, measures = text.rpartition(" ")
    gap = round(size * 0.55)
    wide = lettering.width_of(told, size) + gap + lettering.width_of(measures, size) + 2 * pad
    high = round(size * 1.75)
    margin = max(6, round(least * 0.02))
    if wide > canvas.width - 2 * margin or high > canvas.height - 2 * margin:
        return False
    left, bottom = margin, canvas.height - margin
    pill = Stencil((left, bottom - high, left + wide, bottom))
    pill.rounded((left, bottom - high, left + wide, bottom), size * 0.42)
    pill.stamp(canvas, Tone(0.18, 0.01, 260), opacity=0.42)
    ascent, descent = lettering.font(size).getmetrics()
    base = bottom - high / 2 + (ascent - descent) / 2 + descent * 0.18
    pen = ImageDraw.Draw(canvas)
    at = left + pad
    for part, shade in ((told, (248, 249, 251)), (measures, (212, 216, 222))):
        pen.text((at, round(base)), part, font=lettering.font(size), fill=shade, anchor="ls")
        at += lettering.width_of(part, size) + gap
    return True
