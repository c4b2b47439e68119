"""How long the sketch provider takes for each kind, PNG encoding included, and a contact sheet of its kinds.

Run it by hand: `python tests/bench/sketch.py` prints the table, `python tests/bench/sketch.py --sheet FILE` draws the sheet.
"""

import io
import sys
import time
from pathlib import Path

from PIL import Image

from assetgen.model import Size
from assetgen.providers import Request
from assetgen.providers.sketch.draw import drawn

SIZES = (Size(640, 360), Size(1024, 1024), Size(1920, 1080))
PROMPTS = {
    "landscape": "snowy mountains at dawn with a lake and a pine forest",
    "hills": "sunrise over green forest",
    "skyline": "city skyline at night by the river",
    "portrait": "portrait of a woman",
    "product": "coffee mug, product photo",
    "isometric": "isometric city, pastel",
    "icon": "flat icon of a brain circuit",
    "brick": "brick texture, seamless",
    "stone": "cobblestone texture, seamless",
    "wood": "wood texture, seamless",
    "diagram": "client -> gateway -> users, orders, payments -> database",
    "low-poly": "low-poly background",
    "contours": "topographic pattern",
    "gradient": "abstract gradient",
    "sprite": "pixel creature sprite",
    "watercolour": "watercolour of mountains at sunset",
    "blueprint": "blueprint of a city skyline",
    "pixel art": "pixel art forest at night",
    "mesh": "low-poly mountains at dawn",
}

# A row is pictures of one height: width as a share of it, seed, prompt. Every row is made as wide as the sheet.
SHEET = (
    ((1.6, 2, "sunrise over green forest"), (1.6, 3, "alpine lake, snowy mountains at dawn"), (1.6, 1, "desert dunes at sunset")),
    (
        (1.6, 2, "city skyline at sunset by the river"),
        (1.6, 5, "aurora over snowy mountains"),
        (1.6, 9, "sailboat on the sea, synthwave"),
    ),
    (
        (1.0, 6, "portrait of a ginger woman"),
        (1.0, 2, "headshot of a man with a beard, teal"),
        (1.0, 2, "perfume bottle, rose, product"),
        (1.0, 6, "vase with plant, terracotta, product"),
        (1.6, 1, "pixel art forest cabin at dusk"),
        (1.6, 7, "watercolour of mountains at sunset with a lake"),
    ),
    (
        *((1.0, 1, f"icon of a {name}") for name in ("gear", "brain circuit", "rocket", "heart", "shield", "camera")),
        (1.0, 1, "leaf icon, dark background"),
        (1.0, 1, "chart icon, light background"),
        (1.0, 3, "pixel creature sprite, purple"),
        (1.0, 1, "mushroom sprite, red"),
        (1.0, 1, "spaceship sprite, blue"),
    ),
    (
        (2.09, 1, "Diagram: client -> API gateway -> users, orders, payments -> database"),
        (2.09, 3, "blueprint diagram: sensor -> edge router -> cloud -> dashboard -> alert"),
        (1.94, 2, "low-poly background, orange and purple"),
    ),
    (
        (1.0, 1, "brick texture"),
        (1.0, 1, "walnut wood texture"),
        (1.0, 1, "cobblestone texture, slate"),
        (1.0, 1, "water texture"),
        (1.0, 3, "geometric pattern, teal and coral"),
        (1.0, 4, "topographic pattern, forest"),
        (1.0, 2, "isometric city, pastel"),
    ),
)
GAP = 10


def sheet(path: Path) -> None:
    """One picture of many kinds, side by side."""
    wide = 1480
    heights = [int((wide - GAP * (len(row) + 1)) / sum(share for share, _seed, _prompt in row)) for row in SHEET]
    canvas = Image.new("RGB", (wide, sum(heights) + GAP * (len(SHEET) + 1)), (247, 247, 249))
    top = GAP
    for height, row in zip(heights, SHEET, strict=True):
        left = GAP
        for share, seed, prompt in row:
            width = wide - GAP - left if prompt == row[-1][2] else round(height * share)
            request = Request(model="sketch", prompt=prompt, size=Size(width * 2, height * 2))
            image = Image.open(io.BytesIO(drawn(request, seed, ()).data)).convert("RGBA").reduce(2)
            canvas.paste(image, (left, top), image)
            left += width + GAP
        top += height + GAP
    canvas.save(path, optimize=True)


def table() -> None:
    """Milliseconds of processor time and kilobytes for every kind and size."""
    print(f"{'':14}" + "".join(f"{size!s:>22}" for size in SIZES))
    for name, prompt in PROMPTS.items():
        cells = []
        for size in SIZES:
            request = Request(model="sketch", prompt=prompt, size=size, label=name)
            drawn(request, 1, ())
            times = []
            for seed in (1, 2, 3):
                start = time.process_time()
                picture = drawn(request, seed, ())
                times.append(time.process_time() - start)
            cells.append(f"{min(times) * 1000:10.0f} ms {len(picture.data) // 1024:6} kB")
        print(f"{name:14}" + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sheet"]:
        sheet(Path(sys.argv[2]))
    else:
        table()
