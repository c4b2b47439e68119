"""Where the boxes of a diagram stand: the arrangement in which the text is largest, so that nothing is clipped."""

from dataclasses import dataclass

from assetgen.providers.sketch.flow import Flow
from assetgen.providers.sketch.lettering import line_height, width_of

MIN_TEXT = 6
_PAD = 0.8
_TILE = 1.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """An arrangement: the cell (column, row; rows may be halves) of every node, how many cells there are, and whether it runs across."""

    cells: tuple[tuple[float, float], ...]
    columns: int
    rows: int
    across: bool
    winding: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A diagram ready to draw: centres of boxes, their common size, the lines of text of each, and the text size (0: no text fits)."""

    grid: Grid
    centres: tuple[tuple[float, float], ...]
    box: tuple[float, float]
    lines: tuple[tuple[str, ...], ...]
    text: int
    icons: bool


def ranks(flow: Flow) -> list[int]:
    """How many arrows lead to each node at most; arrows that close a circle do not count."""
    following: dict[int, list[int]] = {node: [] for node in range(len(flow.nodes))}
    for source, target in flow.edges:
        following[source].append(target)
    order: list[int] = []
    state = [0] * len(flow.nodes)
    forward: set[tuple[int, int]] = set()

    def visit(node: int) -> None:
        state[node] = 1
        for target in following[node]:
            if state[target] != 1:
                forward.add((node, target))
            if state[target] == 0:
                visit(target)
        state[node] = 2
        order.append(node)

    for node in range(len(flow.nodes)):
        if state[node] == 0:
            visit(node)
    rank = [0] * len(flow.nodes)
    for node in reversed(order):
        for target in following[node]:
            if (node, target) in forward:
                rank[target] = max(rank[target], rank[node] + 1)
    return rank


def _layered(flow: Flow, *, across: bool) -> Grid:
    rank = ranks(flow)
    layers: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    for node, level in enumerate(rank):
        layers[level].append(node)
    widest = max(len(layer) for layer in layers)
    place = [0.0] * len(flow.nodes)
    for layer in layers:
        # A node stands near the middle of those that point at it.
        before = {node: [place[s] for s, t in flow.edges if t == node and rank[s] < rank[node]] for node in layer}
        layer.sort(key=lambda node: (sum(before[node]) / len(before[node]) if before[node] else node, node))
        start = (widest - len(layer)) / 2
        for index, node in enumerate(layer):
            place[node] = start + index
    cells = tuple((float(rank[n]), place[n]) if across else (place[n], float(rank[n])) for n in range(len(flow.nodes)))
    size = (len(layers), widest) if across else (widest, len(layers))
    return Grid(cells=cells, columns=size[0], rows=size[1], across=across)


def _winding(flow: Flow, columns: int) -> Grid:
    """A chain in rows that run to and fro."""
    order = sorted(range(len(flow.nodes)), key=ranks(flow).__getitem__)
    cells = [(0.0, 0.0)] * len(order)
    for index, node in enumerate(order):
        row, column = divmod(index, columns)
        cells[node] = (float(column if row % 2 == 0 else columns - 1 - column), float(row))
    return Grid(cells=tuple(cells), columns=columns, rows=-(-len(order) // columns), across=True, winding=True)


def arrange(flow: Flow, width: int, height: int) -> Placed:
    """The arrangement with the largest text; among equals, the one whose cells have the calmest shape."""
    grids = [_layered(flow, across=True), _layered(flow, across=False)]
    rank = ranks(flow)
    if len(set(rank)) == len(rank) and len(rank) > 3:
        grids += [_winding(flow, columns) for columns in range(2, len(rank))]
    placed = [_fit(flow, grid, width, height) for grid in grids]
    readable = max(10, round(min(width, height) * 0.034))
    straight, wide = len(rank) <= 6, width >= height

    def merit(each: Placed) -> tuple[float, ...]:
        # Once the text is readable, a straight line along the picture is worth more than larger text.
        plain = straight and not each.grid.winding
        return min(each.text, readable), plain, each.grid.across == wide, each.text, -_unrest(each.grid, width, height)

    return max(placed, key=merit)


def _unrest(grid: Grid, width: int, height: int) -> float:
    ratio = (width / grid.columns) / (height / grid.rows)
    empty = grid.columns * grid.rows - len(grid.cells)
    return max(ratio / 1.5, 1.5 / ratio) + 0.15 * empty


def _fit(flow: Flow, grid: Grid, width: int, height: int) -> Placed:
    margin = min(width, height) * 0.05
    cell = (width - 2 * margin) / grid.columns, (height - 2 * margin) / grid.rows
    # Arrows need room along the way they run.
    room = (cell[0] * (0.72 if grid.across else 0.88), cell[1] * (0.56 if not grid.across else 0.64 if grid.winding else 0.8))
    centres = tuple((margin + (column + 0.5) * cell[0], margin + (row + 0.5) * cell[1]) for column, row in grid.cells)
    low, high = MIN_TEXT, max(MIN_TEXT, min(40, round(min(width, height) * 0.045) + 2, int(room[1])))
    best: tuple[int, tuple[tuple[str, ...], ...]] = (0, tuple(() for _ in flow.nodes))
    while low <= high:
        size = (low + high) // 2
        lines = _wrapped_all(flow, room, size)
        if lines is None:
            high = size - 1
        else:
            best, low = (size, lines), size + 1
    text, lines = best
    if not text:
        return Placed(grid=grid, centres=centres, box=(room[0] * 0.8, room[1] * 0.6), lines=lines, text=0, icons=False)
    widest = max(width_of(line, text) for each in lines for line in each)
    tallest = max(len(each) for each in lines) * line_height(text)
    box = widest + (2 * _PAD + _TILE + 0.5) * text, max(tallest + 1.3 * text, _TILE * text + 1.1 * text)
    return Placed(grid=grid, centres=centres, box=(min(box[0], room[0]), min(box[1], room[1])), lines=lines, text=text, icons=True)


def _wrapped_all(flow: Flow, room: tuple[float, float], size: int) -> tuple[tuple[str, ...], ...] | None:
    """The text of every node in lines, or None where one of them does not fit."""
    inside = room[0] - (2 * _PAD + _TILE + 0.5) * size
    most = int((room[1] - 1.3 * size) / line_height(size))
    if inside < size or most < 1 or room[1] < (_TILE + 1.1) * size:
        return None
    wrapped = [_wrapped(node, inside, size) for node in flow.nodes]
    if any(lines is None or len(lines) > min(most, 3) for lines in wrapped):
        return None
    return tuple(lines for lines in wrapped if lines is not None)


def _wrapped(text: str, inside: float, size: int) -> tuple[str, ...] | None:
    lines: list[str] = []
    for word in text.split():
        if width_of(word, size) > inside:
            return None
        if lines and width_of(f"{lines[-1]} {word}", size) <= inside:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)
