"""How long the sketch provider takes for each kind, PNG encoding included. Run it by hand: `python tests/bench/sketch.py`."""

import time

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


def main() -> None:
    print(f"{'':14}" + "".join(f"{size!s:>22}" for size in SIZES))
    for name, prompt in PROMPTS.items():
        cells = []
        for size in SIZES:
            request = Request(model="sketch", prompt=prompt, size=size, label=name)
            drawn(request, 1, ())
            times = []
            for seed in (1, 2, 3):
                start = time.perf_counter()
                picture = drawn(request, seed, ())
                times.append(time.perf_counter() - start)
            cells.append(f"{min(times) * 1000:10.0f} ms {len(picture.data) // 1024:6} kB")
        print(f"{name:14}" + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()
