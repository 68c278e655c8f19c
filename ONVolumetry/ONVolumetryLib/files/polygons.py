"""Which pixels lie inside closed polygons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pixelsInside(polygons: Sequence[np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """Pixels whose centers lie inside an odd number of polygons, so that a polygon within another one cuts a hole.

    :param polygons: points (n, 2) in pixels; centers of pixels are whole numbers; the last point joins the first.
    :param size: number of pixels along the two axes.
    :return: booleans of that size.
    """
    # Crossings of each line of pixels toggle all pixels beyond them.
    toggles = np.zeros((size[0], size[1] + 1), dtype=np.int32)
    for polygon in polygons:
        _toggle(toggles, np.asarray(polygon, dtype=float))
    return np.cumsum(toggles, axis=1)[:, :-1] % 2 == 1


def _toggle(toggles: np.ndarray, polygon: np.ndarray):
    lines, last = toggles.shape[0], toggles.shape[1] - 1
    start, end = polygon, np.roll(polygon, -1, axis=0)
    # An end on a line counts for one of its two edges only, and an edge along a line for none.
    first = np.clip(np.ceil(np.minimum(start[:, 0], end[:, 0])), 0, lines).astype(int)
    stop = np.clip(np.ceil(np.maximum(start[:, 0], end[:, 0])), 0, lines).astype(int)
    counts = stop - first
    edge = np.repeat(np.arange(len(polygon)), counts)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = (end[edge, 1] - start[edge, 1]) / (end[edge, 0] - start[edge, 0])
    crossings = start[edge, 1] + (line - start[edge, 0]) * slope
    np.add.at(toggles, (line, np.clip(np.ceil(crossings), 0, last).astype(int)), 1)
