"""Planes through the head in the anatomical frame, sampled in polar coordinates about its center."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from ..geometry import SliceStack
from ..mask import Mask
from ..shapefield import ShapeField
from .frame import AnatomicalFrame

# Axes of the frame (lateral, anterior, superior): the two of the plane, then the one across it.
CORONAL, SAGITTAL, TRANSVERSE = (0, 2, 1), (1, 2, 0), (0, 1, 2)
ANGLE_STEP_DEGREES, RADIUS_STEP_MM = 0.5, 0.5
BEYOND_SPHERE_MM = 4.0
OUTLINE_SMOOTHING_PIXELS = 0.6
# Lesion this near to the sphere counts as lying at the head's surface.
SURFACE_DEPTH_MM = 3.0
SMALLEST_PART_MM2 = 5.0
# Over the depth the voxels' steps at an edge average out; without it the farthest step would count.
DEPTH_SMOOTHING_MM = 1.0


@dataclass(frozen=True, eq=False)
class HeadFields:
    """Lesion and head between their slices.

    :param lesion: signed distance of the lesion; None where no lesion is left.
    :param head: signed distance of the whole head.
    :param sliceAxisRas: unit vector across the slices.
    :param pitchMm: slice pitch.
    """

    lesion: ShapeField | None
    head: ShapeField
    sliceAxisRas: np.ndarray
    pitchMm: float

    @classmethod
    def of(cls, lesion: Mask | None, head: Mask, stack: SliceStack) -> HeadFields:
        """:param head: with the lesion."""
        found = None if lesion is None else ShapeField(lesion, stack, OUTLINE_SMOOTHING_PIXELS)
        return cls(found, ShapeField(head, stack, OUTLINE_SMOOTHING_PIXELS), head.grid.axisDirections[:, stack.axis],
                   stack.pitchMm)

    def lesionAt(self, pointsRas: np.ndarray) -> np.ndarray:
        """Signed distance to the lesion's outline at points (..., 3), mm; far outside where none is left."""
        if self.lesion is None:
            return np.full(pointsRas.shape[:-1], -1e3, dtype=np.float32)
        return self.lesion.at(pointsRas)


@dataclass(frozen=True, eq=False)
class PolarSection:
    """A section of the head by a plane of the frame.

    :param plane: which axes of the frame it holds.
    :param radiusMm: radius of the sphere's section.
    :param lesion: signed distance to the lesion's outline (angles, radii), mm, positive inside.
    :param head: signed distance to the head's outline; None where only arcs are wanted.
    :param innerMm: smallest radius that was sampled.
    """

    plane: tuple[int, int, int]
    radiusMm: float
    lesion: np.ndarray
    head: np.ndarray | None
    innerMm: float = 0.0

    @cached_property
    def degrees(self) -> np.ndarray:
        """Direction of each angle in degrees: 0 along the first axis, 90 along the second."""
        return sectionAngles()

    @cached_property
    def radii(self) -> np.ndarray:
        return sectionRadii(self.radiusMm, self.innerMm)

    @cached_property
    def cellMm2(self) -> np.ndarray:
        """Area of a cell at each radius."""
        return self.radii * RADIUS_STEP_MM * np.radians(ANGLE_STEP_DEGREES)

    @cached_property
    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates of the cells along the plane's two axes, mm."""
        angle = np.radians(self.degrees)[:, None]
        return np.cos(angle) * self.radii, np.sin(angle) * self.radii

    def lesionInside(self, thresholdMm: float = 0.0) -> np.ndarray:
        """Cells within the lesion, if its outline lay a distance farther in (negative: out)."""
        return self.lesion > thresholdMm

    @cached_property
    def headInside(self) -> np.ndarray:
        return (self.head > 0) | (self.lesion > 0)

    @cached_property
    def smoothLesion(self) -> np.ndarray:
        """The lesion's distance without the steps of its voxels along each direction."""
        return ndimage.gaussian_filter1d(self.lesion, DEPTH_SMOOTHING_MM / RADIUS_STEP_MM, axis=1, mode="nearest")

    def areaMm2(self, inside: np.ndarray) -> float:
        return float(np.sum(inside * self.cellMm2))

    def surfaceLesion(self, thresholdMm: float = 0.0) -> np.ndarray:
        """For each angle, whether lesion lies within 3 mm of the sphere, in parts of at least 5 mm2."""
        inside = withoutSmallParts(self.smoothLesion > thresholdMm, self.cellMm2, SMALLEST_PART_MM2)
        return inside[:, self.radii >= self.radiusMm - SURFACE_DEPTH_MM].any(axis=1)


def sectionAngles() -> np.ndarray:
    """Directions of a section's cells in degrees, from -180 to 180."""
    count = round(360.0 / ANGLE_STEP_DEGREES)
    return (np.arange(count) + 0.5) * ANGLE_STEP_DEGREES - 180.0


def sectionRadii(radiusMm: float, innerMm: float = 0.0) -> np.ndarray:
    """Distances of a section's cells from its center, mm."""
    first, end = int(innerMm / RADIUS_STEP_MM), int(np.ceil((radiusMm + BEYOND_SPHERE_MM) / RADIUS_STEP_MM))
    return (np.arange(first, end) + 0.5) * RADIUS_STEP_MM


def sampleSection(fields: HeadFields, frame: AnatomicalFrame, plane: tuple[int, int, int]) -> PolarSection:
    """Interpolate lesion and head onto the plane of the frame through O."""
    points = _sectionPoints(frame, plane, frame.radiusMm, 0.0, 0.0)
    return PolarSection(plane, frame.radiusMm, fields.lesionAt(points), fields.head.at(points))


def sampleSurface(fields: HeadFields, frame: AnatomicalFrame, plane: tuple[int, int, int],
                  offsetMm: float = 0.0) -> PolarSection:
    """Interpolate the lesion near the head's surface onto a plane of the frame; enough for arcs.

    :param offsetMm: distance of the plane from O along the axis across it.
    """
    radiusMm = float(np.sqrt(max(frame.radiusMm ** 2 - offsetMm ** 2, 0.0)))
    innerMm = max(radiusMm - SURFACE_DEPTH_MM - 3.0 * DEPTH_SMOOTHING_MM, 0.0)
    points = _sectionPoints(frame, plane, radiusMm, innerMm, offsetMm)
    return PolarSection(plane, radiusMm, fields.lesionAt(points), None, innerMm)


def _sectionPoints(frame: AnatomicalFrame, plane, radiusMm: float, innerMm: float, offsetMm: float) -> np.ndarray:
    angle, radii = np.radians(sectionAngles())[:, None], sectionRadii(radiusMm, innerMm)
    local = np.empty((angle.size, radii.size, 3))
    local[..., plane[0]], local[..., plane[1]] = np.cos(angle) * radii, np.sin(angle) * radii
    local[..., plane[2]] = offsetMm
    return frame.toRas(local)


def withoutSmallParts(inside: np.ndarray, cellMm2: np.ndarray, leastMm2: float) -> np.ndarray:
    """The cells without connected parts of less than an area; the first axis closes on itself.

    :param cellMm2: area of a cell along the second axis.
    """
    labels, count = ndimage.label(inside, structure=np.ones((3, 3)))
    if count == 0:
        return inside
    joined = np.arange(count + 1)
    for first, last in zip(labels[0], labels[-1]):
        if first and last:
            low, high = sorted((joined[first], joined[last]))
            joined[joined == high] = low
    labels = joined[labels]
    areas = np.bincount(labels.ravel(), weights=np.broadcast_to(cellMm2, labels.shape).ravel())
    areas[0] = 0.0
    return (areas >= leastMm2)[labels]
