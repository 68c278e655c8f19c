"""Area of a segment on each slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .geometry import SliceStack
from .mask import Mask

PITCH_TOLERANCE = 0.01


@dataclass(frozen=True)
class SliceAreas:
    """Section areas of a segment, from its first to its last slice.

    :param areasMm2: one area a slice; slices between the ends that the segment skips are 0.
    :param positionsMm: place of each slice along the slice axis, from the center of the grid's first plane.
    :param pitchMm: distance between the slices.
    :param sectionsMm2: as areasMm2, but where a segmentation finer than its image fills a slice in part, the mean
        over the filled part instead of the whole slice.
    """

    areasMm2: tuple[float, ...]
    positionsMm: tuple[float, ...]
    pitchMm: float
    sectionsMm2: tuple[float, ...]

    @property
    def sliceCount(self) -> int:
        """Number of slices on which the segment is outlined."""
        return sum(area > 0 for area in self.areasMm2)

    @property
    def skippedSliceCount(self) -> int:
        """Number of slices between the first and the last on which the segment is not outlined."""
        return len(self.areasMm2) - self.sliceCount


def sliceAreas(mask: Mask, stack: SliceStack) -> SliceAreas:
    """Section areas of a segment across the slices.

    Where the slices that were imaged are farther apart than the segmentation's own planes, the planes
    of each imaged slice are put together, so that the areas are those of slices that exist.

    :param mask: the segment; an empty one has no slices.
    :param stack: slice axis of the mask's grid, and the pitch.
    """
    if mask.isEmpty:
        return SliceAreas((), (), stack.pitchMm, ())
    ownPitch = float(mask.grid.spacingMm[stack.axis])
    counts = _voxelCountsAlongAxis(mask, stack.axis)
    planes = (mask.offsetIjk[stack.axis] + np.arange(len(counts))) * ownPitch
    sections = counts * (mask.grid.voxelVolumeMm3 / ownPitch)
    if abs(stack.pitchMm / ownPitch - 1) <= PITCH_TOLERANCE:
        return SliceAreas(tuple(sections.tolist()), tuple(planes.tolist()), stack.pitchMm, tuple(sections.tolist()))
    return _groupedBySlice(sections, planes, ownPitch, stack)


def _voxelCountsAlongAxis(mask: Mask, axis: int) -> np.ndarray:
    others = tuple(other for other in range(3) if other != 2 - axis)
    return np.count_nonzero(mask.voxels, axis=others)


def _groupedBySlice(sections: np.ndarray, planes: np.ndarray, ownPitch: float, stack: SliceStack) -> SliceAreas:
    """Areas of the imaged slices, each of which holds the planes nearest to it."""
    # A plane midway between two slices goes to the later one, whatever the rounding of its place.
    slices = np.floor((planes - stack.firstSliceMm) / stack.pitchMm + 0.5 + 1e-6).astype(int)
    index = slices - slices[0]
    sums = np.bincount(index, weights=sections)
    filled = np.bincount(index, weights=sections > 0)
    positions = stack.firstSliceMm + (slices[0] + np.arange(len(sums))) * stack.pitchMm
    return SliceAreas(tuple((sums * (ownPitch / stack.pitchMm)).tolist()), tuple(positions.tolist()), stack.pitchMm,
                      tuple((sums / np.maximum(filled, 1)).tolist()))
