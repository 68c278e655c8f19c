"""A surface around a center as voxels."""

from __future__ import annotations

import numpy as np

from ..geometry import GridGeometry
from ..mask import Mask
from .headsurface import HeadSurface


def surfaceMask(surface: HeadSurface, grid: GridGeometry, centerRas: np.ndarray, neck: np.ndarray,
                cutDistanceMm: float) -> Mask:
    """Voxels whose centers lie within a surface and before the plane across the neck.

    :param centerRas: of the head's sphere, from which the plane's distance counts.
    :param neck: unit vector across the plane.
    """
    middle, reach = grid.toIjk(surface.centerRas), float(surface.radiiMm.max()) / grid.spacingMm
    size = np.array(grid.sizeIjk)
    low = np.clip(np.floor(middle - reach), 0, size).astype(int)
    high = np.clip(np.ceil(middle + reach) + 1, low, size).astype(int)
    if np.any(high <= low):
        return Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), grid)
    part = grid.cropped(low, high - low)
    k, j, i = np.meshgrid(*(np.arange(count, dtype=float) for count in part.shapeKji), indexing="ij")
    points = part.toRas(np.stack([i, j, k], axis=-1).reshape(-1, 3))
    inside = (points - centerRas) @ neck < cutDistanceMm
    offsets = points[inside] - surface.centerRas
    inside[inside] = np.linalg.norm(offsets, axis=1) < surface.radiusToward(offsets)
    return Mask(inside.reshape(part.shapeKji), tuple(int(start) for start in low), grid)
