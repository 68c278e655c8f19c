"""A segment as the voxels inside it, kept on its bounding box only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .errors import SegmentError
from .geometry import GridGeometry


@dataclass(frozen=True, eq=False)
class Mask:
    """The voxels of one segment.

    :param voxels: boolean array in KJI order that covers the bounding box of the segment.
    :param offsetIjk: voxel of the full grid at which the box starts.
    :param grid: the full grid.
    """

    voxels: np.ndarray
    offsetIjk: tuple[int, int, int]
    grid: GridGeometry

    @classmethod
    def fromArray(cls, array: np.ndarray, grid: GridGeometry) -> Mask:
        """Crop an array on the full grid to the voxels that are set.

        :param array: (K, J, I); every non-zero voxel belongs to the segment.
        :raises SegmentError: the array does not have the size of the grid.
        """
        array = np.asarray(array)
        if array.shape != grid.shapeKji:
            raise SegmentError(f"a label array of size {array.shape[::-1]} does not fit a grid of size {grid.sizeIjk}")
        box = boundingBoxKji(array)
        if box is None:
            return cls(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), grid)
        voxels = array[box] != 0
        return cls(voxels, tuple(part.start for part in reversed(box)), grid)

    @cached_property
    def voxelCount(self) -> int:
        return int(np.count_nonzero(self.voxels))

    @property
    def isEmpty(self) -> bool:
        return self.voxelCount == 0

    @cached_property
    def geometry(self) -> GridGeometry:
        """Geometry of the bounding box.

        :raises SegmentError: the segment is empty.
        """
        if self.isEmpty:
            raise SegmentError("the segment is empty")
        return self.grid.cropped(self.offsetIjk, self.voxels.shape[::-1])

    def __or__(self, other: Mask) -> Mask:
        """Voxels of either segment; both must lie on the same grid."""
        self._requireSameGrid(other)
        if self.isEmpty or other.isEmpty:
            return other if self.isEmpty else self
        starts = np.minimum(self.offsetIjk, other.offsetIjk)
        ends = np.maximum(np.add(self.offsetIjk, self.voxels.shape[::-1]),
                          np.add(other.offsetIjk, other.voxels.shape[::-1]))
        voxels = np.zeros(tuple(ends - starts)[::-1], dtype=bool)
        for mask in (self, other):
            voxels[mask._slicesWithin(starts)] |= mask.voxels
        return Mask(voxels, tuple(int(start) for start in starts), self.grid)

    def countInside(self, other: Mask) -> int:
        """Number of this segment's voxels that the other segment holds too."""
        self._requireSameGrid(other)
        if self.isEmpty or other.isEmpty:
            return 0
        return self.voxelCount + other.voxelCount - (self | other).voxelCount

    def pointsRas(self) -> np.ndarray:
        """Centers of the voxels of the segment in RAS, shape (n, 3)."""
        pointsIjk = np.argwhere(self.voxels)[:, ::-1] + np.asarray(self.offsetIjk)
        return self.grid.toRas(pointsIjk)

    def sliceAt(self, axis: int, index: int) -> tuple[np.ndarray, np.ndarray]:
        """The segment on one slice of the grid.

        :param axis: 0, 1 or 2 for the I, J or K axis, across the slices.
        :param index: of the slice, from 0.
        :return: pixels within the segment's bounding box, in KJI order without the axis, and the voxel at which they
            start in the same order; no pixels where the slice lies outside the box.
        """
        start = np.delete(np.array(self.offsetIjk)[::-1], 2 - axis)
        within = index - self.offsetIjk[axis]
        if not 0 <= within < self.voxels.shape[2 - axis]:
            return np.zeros((0, 0), dtype=bool), start
        return np.take(self.voxels, within, axis=2 - axis), start

    def fullArray(self) -> np.ndarray:
        """The segment on its full grid as a uint8 array in KJI order."""
        array = np.zeros(self.grid.shapeKji, dtype=np.uint8)
        if not self.isEmpty:
            array[self._slicesWithin((0, 0, 0))] = self.voxels
        return array

    def _slicesWithin(self, originIjk) -> tuple[slice, ...]:
        starts = np.subtract(self.offsetIjk, originIjk)[::-1]
        return tuple(slice(int(start), int(start) + size) for start, size in zip(starts, self.voxels.shape))

    def _requireSameGrid(self, other: Mask):
        if self.grid is not other.grid and not self.grid.isSameLattice(other.grid):
            raise SegmentError("the segments lie on different grids; save them in one segmentation")


def boundingBoxKji(array: np.ndarray) -> tuple[slice, slice, slice] | None:
    """Smallest box that holds all non-zero voxels of a (K, J, I) array, or None where all are zero.

    The search narrows the box axis by axis, so that a small segment in a large grid is read about once.
    """
    box = []
    rest = array
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        hit = np.flatnonzero(rest.any(axis=others))
        if hit.size == 0:
            return None
        part = slice(int(hit[0]), int(hit[-1]) + 1)
        box.append(part)
        rest = rest[(slice(None),) * axis + (part,)]
    return tuple(box)
