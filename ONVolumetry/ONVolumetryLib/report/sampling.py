"""A mask on the grid of an image, which may be another than the mask's own."""

from __future__ import annotations

import numpy as np

from ..core.geometry import GridGeometry
from ..core.mask import Mask


def maskOnGrid(mask: Mask, geometry: GridGeometry) -> np.ndarray:
    """Nearest-neighbor value of a mask at every voxel center of a grid.

    :param geometry: the grid to sample on, anywhere in the patient.
    :return: boolean array in KJI order.
    """
    sampled = np.zeros(geometry.shapeKji, dtype=bool)
    if mask.isEmpty:
        return sampled
    rows, columns = np.meshgrid(np.arange(geometry.sizeIjk[1]), np.arange(geometry.sizeIjk[0]), indexing="ij")
    for k in range(geometry.sizeIjk[2]):
        pointsIjk = np.stack([columns, rows, np.full_like(rows, k)], axis=-1)
        sampled[k] = _valuesAt(mask, mask.grid.toIjk(geometry.toRas(pointsIjk)))
    return sampled


def cropped(voxels: np.ndarray, startIjk, sizeIjk) -> np.ndarray:
    """Part of a KJI array as floats; what lies outside the array, and what is no number, is NaN."""
    part = np.full(tuple(sizeIjk)[::-1], np.nan, dtype=np.float32)
    source, target = [], []
    for start, size, length in zip(tuple(startIjk)[::-1], part.shape, voxels.shape):
        low, high = max(start, 0), min(start + size, length)
        if high <= low:
            return part
        source.append(slice(low, high))
        target.append(slice(low - start, high - start))
    part[tuple(target)] = voxels[tuple(source)]
    part[~np.isfinite(part)] = np.nan
    return part


def _valuesAt(mask: Mask, pointsIjk: np.ndarray) -> np.ndarray:
    # Half-way points go up always; rounding to even would take every other one from the other side.
    nearest = np.floor(pointsIjk + 0.5).astype(int) - np.asarray(mask.offsetIjk)
    inside = np.all((nearest >= 0) & (nearest < mask.voxels.shape[::-1]), axis=-1)
    values = np.zeros(inside.shape, dtype=bool)
    i, j, k = nearest[inside].T
    values[inside] = mask.voxels[k, j, i]
    return values
