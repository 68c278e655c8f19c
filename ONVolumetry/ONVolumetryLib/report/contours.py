"""Outline of a binary mask on one slice."""

from __future__ import annotations

import numpy as np

# Segments of marching squares by the cell's corners (bits: top left 1, top right 2, bottom right 4, bottom left 8),
# each from one edge of the cell to another with the inside on its left; a saddle's two corners are kept apart.
SEGMENTS = {
    1: ("lt",), 2: ("tr",), 3: ("lr",), 4: ("rb",), 5: ("lt", "rb"), 6: ("tb",), 7: ("lb",), 8: ("bl",),
    9: ("bt",), 10: ("tr", "bl"), 11: ("br",), 12: ("rl",), 13: ("rt",), 14: ("tl",),
}
# Twice the (row, column) of each edge's midpoint, from the cell's top left corner.
EDGES = {"t": (0, 1), "r": (1, 2), "b": (2, 1), "l": (1, 0)}


def maskOutlines(mask: np.ndarray) -> list[np.ndarray]:
    """Closed outlines of a two-dimensional mask, through the midpoints between pixels inside and outside.

    Marching squares: the enclosed area is that of the pixels less half a pixel for each part, plus half a pixel for
    each hole.

    :param mask: (rows, columns), true inside.
    :return: one array (n, 2) of column and row for each outline, in pixels; pixel centers have integer coordinates.
        Holes run the other way round than outer outlines.
    """
    padded = np.pad(np.asarray(mask, dtype=bool), 1).astype(np.uint8)
    cells = padded[:-1, :-1] + 2 * padded[:-1, 1:] + 4 * padded[1:, 1:] + 8 * padded[1:, :-1]
    nextPoint = {}
    for row, column in np.argwhere((cells > 0) & (cells < 15)).tolist():
        for start, end in SEGMENTS[int(cells[row, column])]:
            nextPoint[_midpoint(row, column, start)] = _midpoint(row, column, end)
    # The padding moved every pixel by one, and points are kept doubled to be whole numbers.
    return [np.array(chain, dtype=float)[:, ::-1] / 2.0 - 1.0 for chain in _chains(nextPoint)]


def enclosedArea(outlines: list[np.ndarray]) -> float:
    """Area within outlines less that of their holes, in the square of their unit."""
    total = 0.0
    for points in outlines:
        x, y = points[:, 0], points[:, 1]
        total += float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0
    return abs(total)


def _midpoint(row: int, column: int, edge: str) -> tuple[int, int]:
    return 2 * row + EDGES[edge][0], 2 * column + EDGES[edge][1]


def _chains(nextPoint: dict) -> list[list]:
    chains = []
    while nextPoint:
        start, point = nextPoint.popitem()
        chain = [start]
        while point != start:
            chain.append(point)
            point = nextPoint.pop(point)
        chains.append(chain)
    return chains
