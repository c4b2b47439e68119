"""Which size a model is asked for. A ratio becomes a size the model offers; an explicit size is offered or it is refused, never bent."""

from math import ceil, floor, inf, log, sqrt

from assetgen.catalog.entries import Listed, Rule, Sizes
from assetgen.errors import Impossible
from assetgen.model import Ratio, Size

MEGAPIXEL = 1024 * 1024
# A size may fall this far short of the budget if that brings it nearer to the ratio: 16:9 becomes 1280x720 rather than 1360x768.
SLACK = 0.75


def resolve(name: str, sizes: Sizes, wanted: Size | Ratio | None) -> Size | None:
    """The size to ask the model called `name` for; None leaves it to the model. Raises Impossible, with the nearest offers as the hint."""
    match wanted:
        case None:
            return None
        case Ratio():
            return nearest_to(sizes, wanted)
        case Size():
            if offers(sizes, wanted):
                return wanted
            choices = " or ".join(f'"{size}"' for size in near(sizes, wanted))
            raise Impossible(f'"{name}" does not offer the size "{wanted}"', hint=f"size = {choices}")


def offers(sizes: Sizes, size: Size) -> bool:
    """Whether the model takes exactly this size."""
    if isinstance(sizes, Listed):
        return size in sizes.sizes
    short, long = sorted((size.width, size.height))
    pixels = size.width * size.height
    return (
        size.width % sizes.multiple == 0
        and size.height % sizes.multiple == 0
        and sizes.min_side <= short
        and long <= sizes.max_side
        and sizes.min_pixels <= pixels <= (sizes.max_pixels or inf)
        and long <= short * (sizes.max_ratio or inf)
    )


def near(sizes: Sizes, wanted: Size) -> tuple[Size, ...]:
    """Up to three offered sizes, the nearest first, at least one."""
    if isinstance(sizes, Listed):
        return tuple(sorted(sizes.sizes, key=lambda size: _distance(size, wanted.width / wanted.height, wanted.width * wanted.height))[:3])
    rounded = {
        Size(width, height)
        for width in _multiples_beside(wanted.width, sizes.multiple)
        for height in _multiples_beside(wanted.height, sizes.multiple)
    }
    offered = sorted(
        (size for size in rounded if offers(sizes, size)),
        key=lambda size: abs(size.width - wanted.width) + abs(size.height - wanted.height),
    )
    return tuple(offered[:2]) or (_by_rule(sizes, wanted.width / wanted.height, wanted.width * wanted.height),)


def nearest_to(sizes: Sizes, ratio: Ratio) -> Size:
    """The offered size nearest to the ratio, then to the budget of pixels."""
    shape, budget = ratio.width / ratio.height, ratio.megapixels * MEGAPIXEL
    if isinstance(sizes, Listed):
        return min(sizes.sizes, key=lambda size: _distance(size, shape, budget))
    return _by_rule(sizes, shape, budget)


def _by_rule(rule: Rule, shape: float, budget: float) -> Size:
    if shape < 1:
        turned = _by_rule(rule, 1 / shape, budget)
        return Size(turned.height, turned.width)
    shape = min(shape, rule.max_ratio or inf, rule.max_side / _up(rule.min_side, rule.step))
    low, high = _budget(rule, shape, budget)
    first = max(_down(sqrt(low / shape), rule.step), _up(rule.min_side, rule.step))
    last = max(_up(sqrt(high / shape), rule.step), first)
    found: Size | None = None
    best = (inf, inf, inf)
    for height in range(first, last + 1, rule.step):
        for width in {_down(height * shape, rule.step), _up(height * shape, rule.step)}:
            size = Size(width, height)
            if not (width and offers(rule, size)):
                continue
            outside = 0.0 if low <= width * height <= high else abs(log(width * height / high))
            rank = (outside, *_distance(size, shape, budget))
            if rank < best:
                found, best = size, rank
    # A rule so narrow that no multiple fits is a mistake in the catalog; a square of the smallest side is what is left.
    return found or Size(_up(rule.min_side, rule.step), _up(rule.min_side, rule.step))


def _budget(rule: Rule, shape: float, budget: float) -> tuple[float, float]:
    """The least and the most pixels to look for: within the budget, unless the model's own limits forbid it."""
    most = min(rule.max_pixels or inf, rule.max_side**2 / shape)
    high = min(max(budget, rule.min_pixels), most)
    low = max(high * SLACK, rule.min_pixels)
    return low, min(max(high, low / SLACK), most) if low > high * SLACK else high


def _distance(size: Size, shape: float, budget: float) -> tuple[float, float]:
    # Rounded, so that two spellings of one ratio are a tie and the pixels decide.
    off = round(abs(log(size.width / size.height / shape)), 9)
    return off, abs(log(size.width * size.height / budget))


def _multiples_beside(side: int, multiple: int) -> tuple[int, int]:
    return max(_down(side, multiple), multiple), max(_up(side, multiple), multiple)


def _down(value: float, step: int) -> int:
    return floor(value / step + 1e-9) * step


def _up(value: float, step: int) -> int:
    return ceil(value / step - 1e-9) * step
