"""The same pixels in the smallest mode that a PNG knows: no alpha where all is opaque, grey where there is no colour, a palette."""

from PIL import Image, ImageChops

from assetgen.decode import pixels


def lean(image: Image.Image, *, palette: bool = True) -> Image.Image:
    """A picture that looks the same to the last bit, in mode P, L, LA, RGB or RGBA."""
    if "A" in image.getbands() and not pixels.has_alpha(image):
        image = image.convert(image.mode[:-1])
    if image.mode in {"RGB", "RGBA"} and _is_grey(image):
        image = image.convert("LA" if image.mode == "RGBA" else "L")
    # 16 colours or fewer take 4 bits; a grey picture with more is no smaller with a palette.
    few = image.getcolors(16 if image.mode == "L" else 256) if palette else None
    return (few and _indexed(image)) or image


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()[:3]
    return not (ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox())


def _indexed(image: Image.Image) -> Image.Image | None:
    """Mode P with exactly the picture's colours, or None where Pillow's median cut would lose one."""
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    index, colours = _palette(image.convert("RGB"))
    opacity = b""
    if alpha:
        # Median cut knows three channels: the index of the colour and the opacity make two of them.
        pairs = Image.merge("RGB", (index, alpha, Image.new("L", image.size)))
        index, couples = _palette(pairs)
        opacity = bytes(couple[1] for couple in couples)
        colours = [colours[min(couple[0], len(colours) - 1)] for couple in couples]
    found = Image.frombytes("P", image.size, index.tobytes())
    found.putpalette(bytes(value for colour in colours for value in colour))
    if opacity:
        found.info["transparency"] = opacity
    mode = "RGBA" if alpha else "RGB"
    after, before = found.convert(mode), image.convert(mode)
    return found if after.tobytes() == before.tobytes() else None


def _palette(image: Image.Image) -> tuple[Image.Image, list[bytes]]:
    cut = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat = bytes(cut.getpalette() or ())
    return Image.frombytes("L", cut.size, cut.tobytes()), [flat[at : at + 3] for at in range(0, len(flat), 3)]
