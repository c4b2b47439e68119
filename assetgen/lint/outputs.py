"""Rules about what becomes of a picture: how far it is scaled up, and how much of it is cut away."""

from collections.abc import Iterator
from math import gcd

from assetgen.catalog.fitting import bent
from assetgen.errors import Place
from assetgen.lint import Finding, View, rule
from assetgen.lint.where import at
from assetgen.model import Asset, Output, Ratio, Size, Step

MOST = 2.0
LEAST = 0.5


@rule("AG301", "upscaled")
def upscaled(asset: Asset, view: View) -> Iterator[Finding]:
    """An output is more than twice as large as the picture that is drawn: it will look soft, and the model could draw more."""
    size = view.offer(asset).size
    if size is None:
        return
    for index, output in enumerate(asset.outputs):
        scale, made, _ = _followed(size, output)
        if scale > MOST:
            message = f'"{output.path}" is {made}, {scale:.1f} times the size of the picture that is drawn ({size})'
            yield Finding(message=message, place=_place(asset, index), hint=f'size = "{_larger(size, scale)}", or a smaller output')


@rule("AG302", "cropped")
def cropped(asset: Asset, view: View) -> Iterator[Finding]:
    """Steps cut away more than half of the picture: a size of the right shape wastes nothing."""
    size = view.offer(asset).size
    if size is None:
        return
    for index, output in enumerate(asset.outputs):
        _, made, kept = _followed(size, output)
        if kept < LEAST:
            message = f'"{output.path}" keeps {kept:.0%} of the picture that is drawn ({size})'
            yield Finding(message=message, place=_place(asset, index), hint=f'size = "{_shape(made, asset, view)}"')


RULES = (upscaled, cropped)


def _followed(size: Size, output: Output) -> tuple[float, Size, float]:
    """The scale, the size and the share of the picture that is kept, after all steps whose effect is known beforehand."""
    scale, width, height, kept = 1.0, float(size.width), float(size.height), 1.0
    for step in output.steps:
        wide, high = _side(step, "width"), _side(step, "height")
        if step.op == "fit" and wide and high:
            grown = max(wide / width, high / height)
            kept *= (wide / width) * (high / height) / grown**2
            scale, width, height = scale * grown, wide, high
        elif step.op == "crop" and wide and high and wide <= width and high <= height:
            kept *= wide * high / (width * height)
            width, height = wide, high
        elif step.op == "resize" and (wide or high):
            grown = min(wanted / have for wanted, have in ((wide, width), (high, height)) if wanted)
            # What is enlarged without smoothing is pixel art, and meant.
            scale *= 1.0 if step.params.get("filter") == "nearest" else grown
            width, height = width * grown, height * grown
        elif step.op in {"pad", "border", "shadow", "trim", "rotate"}:
            break
    else:
        if output.width is not None:
            scale, width, height = scale * output.width / width, float(output.width), height * output.width / width
    return scale, Size(round(width), round(height)), kept


def _shape(made: Size, asset: Asset, view: View) -> Ratio | Size:
    """The ratio that wastes nothing, or the size nearest to it of a model that has no such ratio."""
    common = gcd(made.width, made.height)
    ratio, model = Ratio(made.width // common, made.height // common), view.model(asset)
    return (bent(model, view.provider(asset), ratio) if model is not None else None) or ratio


def _side(step: Step, name: str) -> float:
    value = step.params.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _larger(size: Size, scale: float) -> Size:
    return Size(round(size.width * scale), round(size.height * scale))


def _place(asset: Asset, index: int) -> Place | None:
    return at(asset, f"outputs.{index}", "outputs", "post")
