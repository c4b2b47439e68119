"""docs/images/demo.png: what `make demo` makes, on one sheet. Rows of equal height, each as wide as the sheet."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, GAP, MARGIN, LINE = 1280, 14, 26, 26
PAPER, INK = "#f6f4f0", "#5b554d"

ROWS = (
    (("hero-1280.webp", "hero"), ("og.jpg", "hero, cut and lettered for links")),
    (("valley.webp", "valley"), ("founder.webp", "founder"), ("mug-800.webp", "mug"), ("tin-800.webp", "tin")),
    (("newsletter.webp", "newsletter, in the colours of @mug"), ("how-we-roast.png", "how-we-roast")),
    (
        ("wood.webp", "wood"),
        ("logo-light.png", "logo[theme=light]"),
        ("logo-dark.png", "logo[theme=dark]"),
        ("icons/leaf.webp", "icon[thing=leaf]"),
        ("icons/cart.webp", "icon[thing=cart]"),
        ("icons/pin.webp", "icon[thing=pin]"),
        ("icons/calendar.webp", "icon[thing=calendar]"),
    ),
)


def compose(folder: Path) -> Image.Image:
    """The sheet of the outputs in a folder."""
    laid, bottom = [], MARGIN
    for row in ROWS:
        pictures = [(Image.open(folder / name).convert("RGBA"), label) for name, label in row]
        room = WIDTH - 2 * MARGIN - GAP * (len(pictures) - 1)
        height = round(room / sum(picture.width / picture.height for picture, _ in pictures))
        left = MARGIN
        for picture, label in pictures:
            width = min(round(height * picture.width / picture.height), WIDTH - MARGIN - left)
            laid.append((picture.resize((width, height), Image.Resampling.LANCZOS), label, (left, bottom)))
            left += width + GAP
        bottom += height + LINE + GAP
    sheet = Image.new("RGB", (WIDTH, bottom - GAP + MARGIN // 2), PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for picture, label, (left, top) in laid:
        sheet.paste(picture, (left, top), picture)
        pen.text((left + 2, top + picture.height + 5), label, fill=INK, font=font)
    return sheet


def save(sheet: Image.Image, path: Path) -> None:
    """Few colours, and dithering where there are many shades, make a PNG of a size fit for a repository."""
    path.parent.mkdir(parents=True, exist_ok=True)
    palette = sheet.quantize(256, Image.Quantize.MEDIANCUT)
    sheet.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
