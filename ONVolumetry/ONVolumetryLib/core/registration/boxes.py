"""Cubic boxes of equal voxels around a head, and solids on them."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..geometry import GridGeometry
from ..mask import Mask


def boxAround(centerRas, halfWidthMm: float, stepMm: float) -> GridGeometry:
    """Grid along the patient's axes whose middle voxel lies at the center."""
    count = int(np.ceil(halfWidthMm / stepMm))
    matrix = np.diag([stepMm, stepMm, stepMm, 1.0])
    matrix[:3, 3] = np.asarray(centerRas, dtype=float) - count * stepMm
    return GridGeometry((2 * count + 1,) * 3, matrix)


def voxelCentersRas(grid: GridGeometry) -> np.ndarray:
    """Voxel centers in RAS, array (K, J, I, 3)."""
    k, j, i = np.meshgrid(*(np.arange(size, dtype=float) for size in grid.shapeKji), indexing="ij")
    return grid.toRas(np.stack([i, j, k], axis=-1))


def distanceTo(mask: Mask, pointsRas: np.ndarray, reachMm: float) -> np.ndarray:
    """Distance in mm from points (n, 3) to the nearest voxel of a segment, 0 within it, at most the reach."""
    if mask.isEmpty:
        return np.full(len(pointsRas), reachMm)
    spacing = mask.grid.spacingMm[::-1]
    padding = np.ceil(reachMm / spacing).astype(int) + 1
    padded = np.pad(mask.voxels, [(count, count) for count in padding])
    distance = np.minimum(ndimage.distance_transform_edt(~padded, sampling=spacing), reachMm)
    ijk = mask.geometry.toIjk(pointsRas) + padding[::-1]
    return ndimage.map_coordinates(distance, ijk.T[::-1], order=1, mode="constant", cval=reachMm)


def insideAt(inside: np.ndarray, grid: GridGeometry, pointsRas: np.ndarray) -> np.ndarray:
    """Whether points (n, 3) lie in a solid given as a boolean array on a grid (trilinear, at one half)."""
    ijk = grid.toIjk(pointsRas)
    return ndimage.map_coordinates(inside.astype(np.float32), ijk.T[::-1], order=1, mode="constant") > 0.5
