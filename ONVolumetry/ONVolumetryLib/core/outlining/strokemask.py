"""Strokes of a brush as voxels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy import ndimage

from ..geometry import GridGeometry, sliceStackOfGrid
from ..mask import Mask


def strokeMask(strokesRas: Sequence[np.ndarray], grid: GridGeometry, radiusMm: float) -> Mask:
    """Voxels that strokes touch, widened by the brush within the slices.

    A stroke drawn in any plane marks the slices that it crosses.

    :param strokesRas: the points of each stroke (n, 3) in the order they were drawn, mm; a single point is a dot.
    :param radiusMm: of the brush.
    """
    touched = np.zeros(grid.shapeKji, dtype=bool)
    for stroke in strokesRas:
        kji = np.rint(grid.toIjk(_dense(np.asarray(stroke, dtype=float), grid))).astype(int)[:, ::-1]
        kji = kji[np.all((kji >= 0) & (kji < grid.shapeKji), axis=1)]
        touched[tuple(kji.T)] = True
    mask = Mask.fromArray(touched.astype(np.uint8), grid)
    if mask.isEmpty:
        return mask
    across = 2 - sliceStackOfGrid(grid).axis
    spacing = np.where(np.arange(3) == across, np.inf, grid.spacingMm[::-1])
    reach = np.floor(radiusMm / spacing).astype(int)
    offsets = [np.arange(-count, count + 1) * (0.0 if np.isinf(step) else step) for count, step in zip(reach, spacing)]
    away = np.sqrt(sum(part * part for part in np.meshgrid(*offsets, indexing="ij")))
    low = [max(start - count, 0) for start, count in zip(mask.offsetIjk[::-1], reach)]
    high = [min(start + size + count, whole) for start, size, count, whole in
            zip(mask.offsetIjk[::-1], mask.voxels.shape, reach, grid.shapeKji)]
    box = tuple(slice(first, last) for first, last in zip(low, high))
    widened = ndimage.binary_dilation(touched[box], structure=away <= radiusMm)
    return Mask(widened, tuple(int(first) for first in low[::-1]), grid)


def _dense(points: np.ndarray, grid: GridGeometry) -> np.ndarray:
    """Points so near to each other that no voxel between them is left out."""
    points = points.reshape(-1, 3)
    parts = [points[:1]]
    for first, second in pairwise(points):
        count = int(np.ceil(2 * np.linalg.norm(second - first) / float(grid.spacingMm.min()))) + 1
        parts.append(first + np.linspace(0, 1, count + 1)[1:, None] * (second - first))
    return np.concatenate(parts)
