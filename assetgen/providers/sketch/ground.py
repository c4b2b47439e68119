"""The periodic sheet that materials are laid on: noise, cells, courses of blocks, light. The materials are in `materials`."""

from dataclasses import dataclass

import numpy as np

from assetgen.providers.sketch.noise import Dice, Field, cloud, enlarge


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The sheet a material is laid on: its size and its chance."""

    dice: Dice
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    def cells(self, count: float, stretch: float = 1.0) -> tuple[int, int]:
        """How many cells go across and down, `count` along the short side; `stretch` above 1 makes them wide."""
        side = min(self.width, self.height) / count
        return max(1, round(self.width / (side * stretch))), max(1, round(self.height / side))

    def cloud(self, count: float, octaves: int = 4, stretch: float = 1.0, decay: float = 0.5) -> Field:
        return cloud(self.dice, self.size, self.cells(count, stretch), octaves=octaves, decay=decay)

    def axes(self) -> tuple[Field, Field]:
        """Coordinates in 0..1 as a row and a column."""
        x = (np.arange(self.width, dtype=np.float32) + np.float32(0.5)) / np.float32(self.width)
        y = (np.arange(self.height, dtype=np.float32) + np.float32(0.5)) / np.float32(self.height)
        return x[None, :], y[:, None]

    def light(self, height: Field, strength: float) -> Field:
        """How a lamp at the upper left lights a height field: about 0.5 where it is flat."""
        return np.float32(0.5) + (height - np.roll(height, (1, 1), axis=(0, 1))) * np.float32(strength * min(self.width, self.height) / 512)


def voronoi(ground: Ground, count: float) -> tuple[Field, Field, Field]:
    """Distance to the nearest point, to the border between cells, and a random level a cell; computed at half size or less."""
    across, down = (max(3, side) for side in ground.cells(count))
    width, height = max(across, min(ground.width, 340)), max(down, min(ground.height, 340))
    points = ground.dice.floats(across * down * 3).reshape(down, across, 3).astype(np.float32)
    x = ((np.arange(width, dtype=np.float32) + np.float32(0.5)) * np.float32(across / width))[None, :]
    y = ((np.arange(height, dtype=np.float32) + np.float32(0.5)) * np.float32(down / height))[:, None]
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    first = np.full((height, width), 9, dtype=np.float32)
    second, level = first.copy(), first.copy()
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            point = points[(row + dy) % down, (column + dx) % across]
            away_x = column + dx + np.float32(0.12) + point[..., 0] * np.float32(0.76) - x
            away_y = row + dy + np.float32(0.12) + point[..., 1] * np.float32(0.76) - y
            far = np.sqrt(away_x * away_x + away_y * away_y)
            closer = far < first
            second = np.where(closer, first, np.minimum(second, far))
            level = np.where(closer, point[..., 2], level)
            first = np.where(closer, far, first)
    return tuple(enlarge(field, ground.size) for field in (first, second - first, level))  # type: ignore[return-value]  # three of three


def courses(ground: Ground, count: float, ratio: float, shift: float) -> tuple[Field, Field, Field]:
    """A bond of blocks: distance to the nearest joint in block heights, as a field; a random level a block; and the row numbers."""
    rows = max(2, round(ground.height / (min(ground.size) / count)) // 2 * 2)
    across = max(1, round(ground.width / (ground.height / rows * ratio)))
    x, y = ground.axes()
    row = np.floor(y * rows)
    along = (x * across + row * np.float32(shift)) % np.float32(across)
    column = np.floor(along)
    edge_x = np.minimum(along - column, column + 1 - along) * np.float32(ground.width / across * rows / ground.height)
    edge_y = np.minimum(y * rows - row, row + 1 - y * rows)
    levels = ground.dice.floats(rows * across).reshape(rows, across).astype(np.float32)
    level = levels[row.astype(np.int64) % rows, column.astype(np.int64) % across]
    return np.minimum(edge_x, edge_y), level, row.astype(np.float32)
