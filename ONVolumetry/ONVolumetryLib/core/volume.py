"""Volume of one segment by three estimators, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .geometry import SliceStack
from .mask import Mask
from .sliceareas import SliceAreas, sliceAreas
from .surface import surfaceMeasures
from .uncertainty import hasFlatEnd, rootSumOfSquares, samplingRelativeUncertainty

FEW_SLICES = 4


@dataclass(frozen=True)
class SegmentVolume:
    """Volume of a segment that somebody outlined.

    :param voxelCount: voxels inside the segment.
    :param volumeMm3: voxel summation (section area times pitch, summed): *the* volume.
    :param trapezoidMm3: trapezoid rule between consecutive slices without end slabs, as OsiriX does; None where it is
        undefined (a single slice).
    :param surfaceMm3: volume inside the closed sub-voxel surface.
    :param surfaceAreaMm2: area of that surface.
    :param samplingSeMm3: standard uncertainty from sampling by slices.
    :param contourSeMm3: standard uncertainty from the position of the outline.
    :param combinedSeMm3: both together.
    :param areas: section area on each slice.
    :param flatEnd: whether a face of the body seems to lie parallel to the slices.
    """

    voxelCount: int
    volumeMm3: float
    trapezoidMm3: float | None
    surfaceMm3: float
    surfaceAreaMm2: float
    samplingSeMm3: float
    contourSeMm3: float
    combinedSeMm3: float
    areas: SliceAreas
    flatEnd: bool

    @property
    def relativeSe(self) -> float:
        """Combined standard uncertainty over the volume."""
        return self.combinedSeMm3 / self.volumeMm3

    @property
    def sliceCount(self) -> int:
        return self.areas.sliceCount


def measureVolume(mask: Mask, stack: SliceStack, contourSdMm: float) -> SegmentVolume:
    """Measure a segment's volume and its uncertainty.

    :param mask: the segment.
    :param stack: slice axis and pitch.
    :param contourSdMm: standard deviation of the outline's position (one offset for the whole outline).
    :raises SegmentError: the segment is empty.
    """
    areas = sliceAreas(mask, stack)
    surfaceAreaMm2, surfaceMm3 = surfaceMeasures(mask)
    volumeMm3 = voxelSummation(mask)
    flatEnd = hasFlatEnd(areas.sectionsMm2)
    samplingSeMm3 = volumeMm3 * samplingRelativeUncertainty(areas.areasMm2, flatEnd)
    contourSeMm3 = surfaceAreaMm2 * contourSdMm
    return SegmentVolume(
        voxelCount=mask.voxelCount,
        volumeMm3=volumeMm3,
        trapezoidMm3=trapezoidVolume(areas.areasMm2, areas.pitchMm),
        surfaceMm3=surfaceMm3,
        surfaceAreaMm2=surfaceAreaMm2,
        samplingSeMm3=samplingSeMm3,
        contourSeMm3=contourSeMm3,
        combinedSeMm3=rootSumOfSquares(samplingSeMm3, contourSeMm3),
        areas=areas,
        flatEnd=flatEnd,
    )


def voxelSummation(mask: Mask) -> float:
    """Volume in mm3 as number of voxels times voxel volume (Cavalieri's estimate); 0 for an empty segment."""
    return mask.voxelCount * mask.grid.voxelVolumeMm3


def cavalieriVolume(areasMm2, pitchMm: float) -> float:
    """Volume in mm3 from section areas of equidistant slices: their sum times the pitch."""
    return float(np.sum(areasMm2)) * pitchMm


def trapezoidVolume(areasMm2, pitchMm: float) -> float | None:
    """Volume in mm3 by the trapezoid rule over consecutive slices, without slabs beyond the end slices.

    It is what OsiriX and Horos compute, and it is biased low: on a sphere of radius R by
    (3/4) (T/R)^2 (1 - T/(3R)) of the volume on average, T being the pitch.

    :return: None for fewer than two slices, where the rule is undefined.
    """
    areas = np.asarray(areasMm2, dtype=float)
    if len(areas) < 2:
        return None
    return float(np.sum(areas[1:] + areas[:-1])) * pitchMm / 2.0
