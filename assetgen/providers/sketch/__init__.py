"""The embedded provider: procedural pictures from prompt, seed and size, offline and free. The drawing is in the modules beside this one.

Nothing heavy is imported here, because every plan asks for `traits` and `check`.
"""

import importlib
import os
from difflib import get_close_matches
from typing import TYPE_CHECKING

from assetgen.errors import Impossible
from assetgen.providers import Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.sketch.colours import CSS, explicit

if TYPE_CHECKING:
    from types import ModuleType

KINDS = ("photo", "landscape", "skyline", "portrait", "product", "isometric", "icon", "texture", "diagram", "pattern", "sprite")
LONGEST = 16384
_PARAMS = frozenset({"kind", "palette", "label"})


class Sketch:
    """Draws every request at once; the same request gives the same pixels on every machine."""

    name = "sketch"
    traits = Traits(
        repeatable=True,
        paid=False,
        placeholder=True,
        concurrency=max(2, os.cpu_count() or 2),
        source="algorithmicMedia",
    )

    def check(self, request: Request) -> None:
        """Refuse an unknown kind, a palette that is no list of colours, and sides beyond 16384 pixels."""
        size = request.size
        if size is not None and not (1 <= size.width <= LONGEST and 1 <= size.height <= LONGEST):
            raise Impossible(f'size "{size}" is outside 1x1 to {LONGEST}x{LONGEST}', hint=f'size = "{LONGEST}x{LONGEST}" is the largest')
        kind = request.params.get("kind")
        if kind is not None and kind not in KINDS:
            near = get_close_matches(str(kind), KINDS, n=1)
            hint = f'kind = "{near[0]}"' if near else f"kind is one of {', '.join(KINDS)}"
            raise Impossible(f'params.kind "{kind}" is unknown', hint=hint)
        if not isinstance(request.params.get("label", True), bool):
            raise Impossible("params.label is neither true nor false", hint="label = false")
        _check_palette(request)

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """Draw `request.count` pictures; the first has the seed that was asked for."""
        self.check(request)
        draw: ModuleType = importlib.import_module("assetgen.providers.sketch.draw")
        ignored = tuple(f"params.{name}" for name in sorted(request.params) if name not in _PARAMS)
        lost = {"mask": request.mask is not None and not request.references, "loras": request.loras, "controls": request.guides}
        ignored = (*(name for name, given in lost.items() if given), *ignored)
        pictures: list[Picture] = []
        for seed in draw.seeds(request.seed, request.count):
            pictures.append(draw.drawn(request, seed, ignored))
            job.progress(len(pictures) / request.count, "drawn")
        return pictures


def _check_palette(request: Request) -> None:
    palette = request.params.get("palette")
    if palette is None:
        return
    if not isinstance(palette, list) or not palette:
        raise Impossible("params.palette is not a list of colours", hint='palette = ["#0af", "navy"]')
    for colour in palette:
        if not isinstance(colour, str) or explicit(colour) is None:
            near = get_close_matches(str(colour).casefold(), CSS, n=1)
            hint = f'"{near[0]}"' if near else 'a colour is "#0af", "#00aaff" or a CSS name'
            raise Impossible(f'params.palette holds "{colour}", which is no colour', hint=hint)


def create(settings: Settings, http: Http) -> Sketch:
    """The factory under the entry point `assetgen.providers`; needs neither settings nor the network."""
    del settings, http
    return Sketch()
