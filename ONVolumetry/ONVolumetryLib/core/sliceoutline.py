"""Outlines of a segment on one slice along the edges of its voxels, whole or as dashes."""

from __future__ import annotations

import numpy as np

from .mask import Mask

# Directed edges of a pixel with the inside on their left, by the neighbor (row, column) outside; corners (row, column).
EDGES = {(-1, 0): ((0, 1), (0, 0)), (0, -1): ((0, 0), (1, 0)), (1, 0): ((1, 0), (1, 1)), (0, 1): ((1, 1), (0, 1))}


def sliceOutlines(mask: Mask, axis: int, index: int) -> list[np.ndarray]:
    """Closed outlines of a segment on one slice.

    :param axis: 0, 1 or 2 for the I, J or K axis of the grid, across the slices.
    :param index: of the slice, from 0.
    :return: corners (n, 3) of each outline in RAS, mm, in the middle of the slice; the first follows the last again.
    """
    pixels, start = mask.sliceAt(axis, index)
    others = [other for other in (2, 1, 0) if other != axis]
    found = []
    for loop in edgeLoops(pixels):
        corners = np.full((len(loop), 3), float(index))
        corners[:, others] = loop + start
        found.append(mask.grid.toRas(corners))
    return found


def edgeLoops(inside: np.ndarray) -> list[np.ndarray]:
    """Closed outlines of a two-dimensional mask along the edges of its pixels, as they are drawn on a screen.

    :param inside: (rows, columns), true inside.
    :return: corners (n, 2) of each outline as row and column; pixel centers have integer coordinates. Parts that touch
        at a corner only have outlines of their own.
    """
    padded = np.pad(np.asarray(inside, dtype=bool), 1)
    ends: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (down, right), (first, second) in EDGES.items():
        isEdge = padded & ~np.roll(padded, (-down, -right), axis=(0, 1))
        for row, column in np.argwhere(isEdge).tolist():
            start = (row + first[0], column + first[1])
            ends.setdefault(start, []).append((row + second[0], column + second[1]))
    return [_corners(np.array(chain, dtype=float) - 1.5) for chain in _chains(ends)]


def dashes(loop: np.ndarray, dashLength: float, gapLength: float) -> list[np.ndarray]:
    """Pieces of a closed outline, evenly spaced along it.

    :param loop: corners (n, 2) or (n, 3).
    :param dashLength: wanted, in the unit of the corners; it is stretched a little so that a whole number fits.
    :param gapLength: likewise.
    :return: points of each dash.
    """
    closed = np.vstack([loop, loop[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    if along[-1] <= 0:
        return []
    count = max(round(along[-1] / (dashLength + gapLength)), 1)
    period = along[-1] / count
    length = period * dashLength / (dashLength + gapLength)
    return [_piece(closed, along, number * period, number * period + length) for number in range(count)]


def _piece(points: np.ndarray, along: np.ndarray, start: float, end: float) -> np.ndarray:
    places = np.concatenate([[start], along[(along > start) & (along < end)], [end]])
    return np.column_stack([np.interp(places, along, points[:, part]) for part in range(points.shape[1])])


def _chains(ends: dict) -> list[list]:
    chains = []
    while ends:
        start = next(iter(ends))
        chain, before, point = [start], None, start
        while True:
            following = _next(ends, before, point)
            before, point = point, following
            if point == start:
                break
            chain.append(point)
        chains.append(chain)
    return chains


def _next(ends: dict, before, point):
    """Where an outline goes on; where two parts touch at a corner, it turns left, around its own."""
    choices = ends[point]
    chosen = choices[0]
    if len(choices) > 1 and before is not None:
        came = (point[0] - before[0], point[1] - before[1])
        left = (point[0] - came[1], point[1] + came[0])
        chosen = left if left in choices else choices[0]
    choices.remove(chosen)
    if not choices:
        del ends[point]
    return chosen


def _corners(points: np.ndarray) -> np.ndarray:
    """Only the points at which the outline turns."""
    steps = points - np.roll(points, 1, axis=0)
    return points[np.any(steps != np.roll(steps, -1, axis=0), axis=1)]
