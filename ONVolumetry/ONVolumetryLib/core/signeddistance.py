"""Signed distance to a segment's boundary, exact within a band around it."""

from __future__ import annotations

import math

import numpy as np

from .mask import Mask

PADDING_VOXELS = 3


def signedDistanceMm(mask: Mask) -> np.ndarray:
    """Signed distance to the segment's boundary in mm, positive inside, sampled at voxel centers.

    The distance is to the nearest voxel center of the other side, so that the zero lies between the two. It is exact
    up to the largest voxel spacing (or three voxels) and stays there beyond: only the neighborhood of the boundary
    matters to a surface, and a band costs a fraction of a whole distance map.

    :return: float32 array in KJI order, the segment's bounding box with three voxels around it.
    :raises SegmentError: the segment is empty.
    """
    return signedDistanceOfArray(paddedVoxels(mask), mask.geometry.spacingMm[::-1])


def paddedVoxels(mask: Mask) -> np.ndarray:
    """Voxels of the segment with a margin outside it, as signedDistanceMm covers."""
    return np.pad(mask.voxels, PADDING_VOXELS)


def signedDistanceOfArray(inside: np.ndarray, spacingMm) -> np.ndarray:
    """Signed distance of a boolean array, as signedDistanceMm gives.

    :param inside: boolean array of any axis order.
    :param spacingMm: distance between voxel centers along each axis of the array.
    """
    spacing = [float(step) for step in spacingMm]
    band = max(*spacing, 3.0 * min(spacing))
    squared = np.where(inside, np.float32(0.0), np.float32(band * band))
    toInside = _spreadSquaredDistance(squared, spacing, band)
    squared = np.where(inside, np.float32(band * band), np.float32(0.0))
    toOutside = _spreadSquaredDistance(squared, spacing, band)
    return np.sqrt(toOutside) - np.sqrt(toInside)


def _spreadSquaredDistance(squared: np.ndarray, spacing, band: float) -> np.ndarray:
    """Lower envelope of parabolas of width `band` along each axis in turn (Saito and Toriwaki 1994)."""
    for axis, step in enumerate(spacing):
        source = squared.copy()
        for count in range(1, min(math.floor(band / step), source.shape[axis] - 1) + 1):
            low = _along(axis, slice(None, -count))
            high = _along(axis, slice(count, None))
            added = np.float32((count * step) ** 2)
            np.minimum(squared[high], source[low] + added, out=squared[high])
            np.minimum(squared[low], source[high] + added, out=squared[low])
    return squared


def _along(axis: int, part: slice) -> tuple[slice, slice, slice]:
    return tuple(part if other == axis else slice(None) for other in range(3))
