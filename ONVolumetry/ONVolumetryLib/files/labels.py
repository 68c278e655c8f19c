"""Taking a label array apart into one mask per label."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..core.errors import SegmentError
from ..core.geometry import GridGeometry
from ..core.mask import Mask, boundingBoxKji

HIGHEST_LABEL = 65535


def masksOfLabels(array: np.ndarray, grid: GridGeometry) -> dict[int, Mask]:
    """One mask per label that occurs, 0 left out, in ascending order of the labels.

    :param array: whole numbers in KJI order on the grid.
    :raises SegmentError: there are labels below 0 or above 65535.
    """
    box = boundingBoxKji(array)
    if box is None:
        return {}
    part = np.ascontiguousarray(array[box])
    if part.min() < 0 or part.max() > HIGHEST_LABEL:
        raise SegmentError(f"there are voxels below 0 or above {HIGHEST_LABEL}, so these are not labels; give the "
                           "segmentation, not the image")
    masks = {}
    for label, found in enumerate(ndimage.find_objects(part), start=1):
        if found is not None:
            offset = tuple(int(outer.start + inner.start) for outer, inner in zip(box, found))[::-1]
            masks[label] = Mask(part[found] == label, offset, grid)
    return masks


def emptyMask(grid: GridGeometry) -> Mask:
    """A mask without voxels."""
    return Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), grid)


def maskOfIndices(indicesIjk: np.ndarray, grid: GridGeometry) -> Mask:
    """A mask of single voxels.

    :param indicesIjk: whole numbers (n, 3), inside the grid; may repeat.
    """
    if len(indicesIjk) == 0:
        return emptyMask(grid)
    low, high = indicesIjk.min(axis=0), indicesIjk.max(axis=0)
    voxels = np.zeros(tuple(high - low + 1)[::-1], dtype=bool)
    i, j, k = (indicesIjk - low).T
    voxels[k, j, i] = True
    return Mask(voxels, tuple(int(start) for start in low), grid)
