"""How much of a sphere's surface a set of points covers."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

DIRECTION_COUNT = 500
CLICKED_DIRECTION_COUNT = 4000
NEIGHBORHOOD_DEGREES = 10.0


def equalAreaDirections(count: int) -> np.ndarray:
    """Unit vectors spread evenly over the sphere (Fibonacci lattice), shape (count, 3)."""
    index = np.arange(count) + 0.5
    height = 1.0 - 2.0 * index / count
    azimuth = np.pi * (1.0 + np.sqrt(5.0)) * index
    ring = np.sqrt(1.0 - height * height)
    return np.column_stack([ring * np.cos(azimuth), ring * np.sin(azimuth), height])


def surfaceCoverage(offsets: np.ndarray) -> float:
    """Share of 500 equal-area directions that have a point within 10 degrees.

    :param offsets: points relative to the center (n, 3), mm.
    """
    chord = 2.0 * np.sin(np.radians(NEIGHBORHOOD_DEGREES) / 2.0)
    # An unbalanced tree is built several times faster, and 500 look-ups do not repay a balanced one.
    tree = cKDTree(_unit(offsets), balanced_tree=False, compact_nodes=False)
    distances, _ = tree.query(equalAreaDirections(DIRECTION_COUNT), distance_upper_bound=chord)
    return float(np.mean(np.isfinite(distances)))


def clickedCoverage(offsets: np.ndarray) -> float:
    """1 minus the area fraction of the largest spherical cap that is free of points.

    :param offsets: points relative to the center (n, 3), mm.
    """
    distances, _ = cKDTree(_unit(offsets)).query(equalAreaDirections(CLICKED_DIRECTION_COUNT))
    # A cap of half-angle a has the area fraction (1 - cos a) / 2 = chord^2 / 4.
    return float(1.0 - min(np.max(distances) ** 2 / 4.0, 1.0))


def _unit(offsets: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(offsets, axis=1, keepdims=True)
    return offsets / np.maximum(lengths, 1e-12)
