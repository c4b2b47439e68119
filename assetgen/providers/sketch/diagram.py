"""Diagrams: rounded boxes with small icons, soft curves between them, in a light, dark, blueprint or line-art look."""

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw

from assetgen.providers.sketch import glyphs, lettering
from assetgen.providers.sketch.canvas import Point, Stencil, veil
from assetgen.providers.sketch.flow import Flow, parse
from assetgen.providers.sketch.layout import Placed, arrange, ranks
from assetgen.providers.sketch.scene import Scene
from assetgen.providers.sketch.tone import Tone, mix
from assetgen.providers.sketch.words import canon, tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The colours of a diagram; `outlined` draws boxes as lines alone."""

    ground: Tone
    grid: Tone
    box: Tone
    ink: Tone
    line: Tone
    outlined: bool


def look_of(scene: Scene) -> Look:
    """Blueprint and line art have looks of their own; else the theme decides."""
    main, paper, ink = scene.palette.main, scene.palette.paper, scene.palette.ink
    if "blueprint" in scene.styles:
        hue = main.h if 200 < main.h < 290 and main.c > 0.05 else 255.0
        if scene.theme == "light":
            blue = Tone(0.42, 0.15, hue)
            return Look(
                ground=Tone(0.985, 0.006, hue), grid=Tone(0.91, 0.035, hue), box=Tone(0.985, 0.006, hue), ink=blue, line=blue, outlined=True
            )
        white = Tone(0.97, 0.015, hue)
        ground = Tone(0.38, 0.12, hue)
        return Look(ground=ground, grid=Tone(0.45, 0.115, hue), box=ground, ink=white, line=Tone(0.9, 0.04, hue), outlined=True)
    if "lineart" in scene.styles:
        white, black = Tone(0.99, 0.003, main.h), Tone(0.25, 0.01, main.h)
        return Look(ground=white, grid=white, box=white, ink=black, line=black, outlined=True)
    dark = scene.palette.dark
    box = paper.by(l=0.075, c=1.2) if dark else Tone(1, 0, 0)
    return Look(ground=paper, grid=mix(paper, ink, 0.07), box=box, ink=ink, line=mix(paper, ink, 0.5), outlined=False)


def draw(scene: Scene) -> Image.Image:
    """The picture, at the scene's size."""
    flow = parse(scene.prompt, scene.words)
    placed = arrange(flow, scene.width, scene.height)
    look = look_of(scene)
    canvas = Image.new("RGB", scene.size, look.ground.rgb)
    _ground(canvas, scene, look)
    level = ranks(flow)
    stroke = max(1.0, min(4.0, (placed.text or 8) * 0.13))
    for source, target in flow.edges:
        _edge(canvas, placed, (source, target), look, (stroke, level[target] - level[source]))
    turn = scene.dice("order").integer(0, 2)
    for node in range(len(flow.nodes)):
        tone = scene.palette.swatches[(level[node] + turn) % min(4, len(scene.palette.swatches))]
        _box(canvas, flow, placed, node, (look, tone, stroke))
    return canvas


def _ground(canvas: Image.Image, scene: Scene, look: Look) -> None:
    """A grid for blueprints, dots for the rest."""
    pitch = max(8, round(scene.least / 27))
    pen = ImageDraw.Draw(canvas)
    left, top = (scene.width % pitch) // 2, (scene.height % pitch) // 2
    if "blueprint" in scene.styles:
        for step, x in enumerate(range(left, scene.width, pitch)):
            pen.line([(x, 0), (x, scene.height)], fill=mix(look.grid, look.ground, 0 if step % 4 == 0 else 0.5).rgb)
        for step, y in enumerate(range(top, scene.height, pitch)):
            pen.line([(0, y), (scene.width, y)], fill=mix(look.grid, look.ground, 0 if step % 4 == 0 else 0.5).rgb)
        return
    if "lineart" in scene.styles:
        return
    size = max(1, round(pitch * 0.09))
    for y in range(top, scene.height, pitch):
        for x in range(left, scene.width, pitch):
            pen.rectangle((x, y, x + size - 1, y + size - 1), fill=look.grid.rgb)


def _box(canvas: Image.Image, flow: Flow, placed: Placed, node: int, style: tuple[Look, Tone, float]) -> None:
    look, tone, stroke = style
    (x, y), (wide, high) = placed.centres[node], placed.box
    left, top, right, bottom = x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
    radius = min(high * 0.24, wide * 0.2)
    if not look.outlined:
        reach = high * 0.16
        shadow = Stencil((left - reach * 2, top - reach, right + reach * 2, bottom + reach * 3), most=2)
        shadow.rounded((left, top + reach * 0.5, right, bottom + reach * 0.5), radius)
        shadow.stamp(canvas, mix(look.ground, Tone(0.2, 0.03, look.ground.h), 0.6), opacity=0.28, blur=reach * 0.55)
    border = look.line if look.outlined else mix(look.box, tone, 0.45)
    outer = Stencil((left - 1, top - 1, right + 1, bottom + 1))
    outer.rounded((left, top, right, bottom), radius)
    outer.stamp(canvas, border)
    inner = Stencil((left, top, right, bottom))
    inner.rounded((left + stroke, top + stroke, right - stroke, bottom - stroke), max(0.0, radius - stroke))
    inner.stamp(canvas, look.box)
    if placed.text:
        _content(canvas, flow, placed, node, (look, tone, stroke))


def _content(canvas: Image.Image, flow: Flow, placed: Placed, node: int, style: tuple[Look, Tone, float]) -> None:
    """Icon tile and text, together in the middle of the box."""
    look, tone, _stroke = style
    size, lines = placed.text, placed.lines[node]
    x, y = placed.centres[node]
    widest = max(lettering.width_of(line, size) for line in lines)
    name = next((glyphs.NAMES[canon(word)] for word in tokens(flow.nodes[node]) if canon(word) in glyphs.NAMES), None)
    tile = size * 1.9
    gap = size * 0.5
    start = x - (widest + (tile + gap if name else 0)) / 2
    if name:
        _tile(canvas, name, (start, y - tile / 2, tile), (look, tone))
        start += tile + gap
    step = lettering.line_height(size)
    ascent, descent = lettering.font(size).getmetrics()
    pen = ImageDraw.Draw(canvas)
    for index, line in enumerate(lines):
        base = y + (index - (len(lines) - 1) / 2) * step + (ascent - descent) / 2 + descent * 0.18
        indent = 0 if name else (widest - lettering.width_of(line, size)) / 2
        pen.text((round(start + indent), round(base)), line, font=lettering.font(size), fill=look.ink.rgb, anchor="ls")


def _tile(canvas: Image.Image, name: str, place: tuple[float, float, float], style: tuple[Look, Tone]) -> None:
    left, top, side = place
    look, tone = style
    box = left, top, left + side, top + side
    if look.outlined:
        mark = Stencil(box)
        glyphs.trace(mark, name, (left, top, side))
        mark.stamp(canvas, look.ink)
        return
    ground = Stencil(box)
    ground.rounded(box, side * 0.27)
    ground.stamp(canvas, tone.to(l=min(max(tone.l, 0.46), 0.64)))
    mark = Stencil(box)
    glyphs.trace(mark, name, (left + side * 0.19, top + side * 0.19, side * 0.62))
    mark.stamp(canvas, Tone(0.99, 0.004, tone.h))


def _edge(canvas: Image.Image, placed: Placed, ends: tuple[int, int], look: Look, style: tuple[float, int]) -> None:
    stroke, leap = style
    points = _path(placed, ends, leap)
    head = min(max(stroke * 3.4, min(placed.box) * 0.13), math.dist(points[0], points[-1]) * 0.45)
    (x1, y1), (x0, y0) = points[-1], points[-2]
    angle = math.atan2(y1 - y0, x1 - x0)
    back = x1 - math.cos(angle) * head * 0.8, y1 - math.sin(angle) * head * 0.8
    xs, ys = [x for x, _ in points], [y for _, y in points]
    stencil = Stencil((min(xs) - head, min(ys) - head, max(xs) + head, max(ys) + head))
    stencil.line([*[p for p in points[:-1] if math.dist(p, (x1, y1)) > head * 0.8], back], stroke)
    wings = [
        (
            back[0] - math.cos(angle) * head * 0.2 + math.cos(angle + s) * head * 0.52,
            back[1] - math.sin(angle) * head * 0.2 + math.sin(angle + s) * head * 0.52,
        )
        for s in (math.pi / 2, -math.pi / 2)
    ]
    stencil.polygon([(x1, y1), wings[0], back, wings[1]])
    veil(canvas, look.line, stencil.mask(), (stencil.left, stencil.top))


def _path(placed: Placed, ends: tuple[int, int], leap: int) -> list[Point]:
    """The way of an arrow, as points."""
    (x0, y0), (x1, y1) = placed.centres[ends[0]], placed.centres[ends[1]]
    half_w, half_h = placed.box[0] / 2, placed.box[1] / 2
    gap = min(placed.box) * 0.07
    grid = placed.grid
    if grid.winding and leap == 1 and abs(y1 - y0) < 1:
        side = 1 if x1 > x0 else -1
        return [(x0 + side * (half_w + gap * 0.4), y0), (x1 - side * (half_w + gap), y1)]
    if grid.winding and abs(x1 - x0) < 1 and y1 < y0:
        return [(x0, y0 - half_h), (x1, y1 + half_h + gap)]
    if leap <= 0 or (leap > 1 and (abs(x1 - x0) < 1 or abs(y1 - y0) < 1)):
        return _around(placed, ends, 1 if leap <= 0 else -1)
    if grid.across and not grid.winding:
        start, end = (x0 + half_w + gap * 0.4, y0), (x1 - half_w - gap, y1)
        bend = (end[0] - start[0]) * 0.5
        return _curve(start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end)
    start, end = (x0, y0 + half_h + gap * 0.4), (x1, y1 - half_h - gap)
    bend = (end[1] - start[1]) * 0.5
    return _curve(start, (start[0], start[1] + bend), (end[0], end[1] - bend), end)


def _around(placed: Placed, ends: tuple[int, int], side: int) -> list[Point]:
    """A bow beside the boxes: on one side for arrows that go back, on the other for those that skip a rank."""
    (x0, y0), (x1, y1) = placed.centres[ends[0]], placed.centres[ends[1]]
    half_w, half_h = placed.box[0] / 2, placed.box[1] / 2
    gap = min(placed.box) * 0.07
    if placed.grid.across:
        start, end = (x0, y0 + side * half_h), (x1, y1 + side * (half_h + gap))
        bow = half_h * 1.1 + abs(x1 - x0) * 0.06
        return _curve(start, (start[0], start[1] + side * bow), (end[0], end[1] + side * bow), end)
    start, end = (x0 + side * half_w, y0), (x1 + side * (half_w + gap), y1)
    bow = half_w * 0.7 + abs(y1 - y0) * 0.06
    return _curve(start, (start[0] + side * bow, start[1]), (end[0] + side * bow, end[1]), end)


def _curve(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    if a[0] == d[0] == b[0] == c[0] or a[1] == d[1] == b[1] == c[1]:
        return [a, d]
    steps = 28
    points = []
    for step in range(steps + 1):
        t = step / steps
        u = 1 - t
        w = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        points.append((w[0] * a[0] + w[1] * b[0] + w[2] * c[0] + w[3] * d[0], w[0] * a[1] + w[1] * b[1] + w[2] * c[1] + w[3] * d[1]))
    return points
