"""Lesion and head in three dimensions, on a grid along the anatomical frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from .frame import AnatomicalFrame
from .sections import BEYOND_SPHERE_MM, HeadFields
from .sectionzones import outlineShiftMm
from .zonereading import ReadingLimits, ZoneAmounts, ZoneReading, zoneReading

STEP_MM = 1.0
OCTANT_NAMES = tuple(" ".join(words) for words in product(("superior", "inferior"), ("anterior", "posterior"),
                                                          ("lateral", "medial")))


@dataclass(frozen=True)
class OctantShare:
    """Lesion and head in one octant of the head, split at the planes of the anatomical frame.

    :param name: such as "superior anterior lateral".
    :param shareOfLesionPercent: share of the whole lesion that lies here; None where no lesion is left.
    :param lesionPercent: of the octant's head that is lesion; None where there is no head.
    """

    name: str
    lesionMm3: float
    headMm3: float
    shareOfLesionPercent: float | None
    lesionPercent: float | None


@dataclass(frozen=True, eq=False)
class SpatialSample:
    """Points of the head with the distances to both outlines.

    :param points: (n, 3) lateral, anterior, superior from O, mm; those within lesion or head, or near the lesion.
    :param lesion: signed distance of each to the lesion's outline, mm, positive inside.
    :param isHead: whether each lies in the whole head.
    :param radiusMm: radius of the head's sphere.
    """

    points: np.ndarray
    lesion: np.ndarray
    isHead: np.ndarray
    radiusMm: float

    @cached_property
    def isLesion(self) -> np.ndarray:
        return self.lesion > 0


def sampleSpace(fields: HeadFields, frame: AnatomicalFrame) -> SpatialSample:
    """Interpolate lesion and head on a grid of 1 mm about O."""
    half = np.arange(STEP_MM / 2.0, frame.radiusMm + BEYOND_SPHERE_MM, STEP_MM)
    line = np.concatenate([-half[::-1], half])
    points = np.stack(np.meshgrid(line, line, line, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[np.einsum("ij,ij->i", points, points) <= (frame.radiusMm + BEYOND_SPHERE_MM) ** 2]
    ras = frame.toRas(points)
    lesion, head = fields.lesionAt(ras), fields.head.at(ras)
    isHead = (head > 0) | (lesion > 0)
    kept = isHead | (lesion > -BEYOND_SPHERE_MM)
    return SpatialSample(points[kept], lesion[kept], isHead[kept], frame.radiusMm)


@dataclass(frozen=True)
class Projection:
    """How the whole lesion is read in one plane.

    :param axes: axes of the frame that the plane holds; the lesion is projected along the third.
    :param marginDegrees: how far an end of the lesion may lie from where it was found.
    """

    axes: tuple[int, int]
    marginDegrees: float


def spatialZones(zones, sample: SpatialSample, tiltedZones, projection: Projection,
                 limits: ReadingLimits) -> ZoneReading:
    """Read zones from the whole lesion, projected along the axis across a plane: shares are of volume.

    :param zones: zones in that plane.
    :param tiltedZones: pairs of a tilt in degrees and the zones of the tilted frame.
    """
    axes, marginDegrees = projection.axes, projection.marginDegrees
    count, head = len(zones.names), sample.isHead

    def amounts(points, lesion, of=zones) -> ZoneAmounts:
        return ZoneAmounts.counted(of.zoneAt(*points[:, list(axes)].T), lesion & head, head, 1.0, count)

    shift = outlineShiftMm(sample.radiusMm, marginDegrees, limits.contourSdMm)
    nominal = amounts(sample.points, sample.isLesion)
    others = [amounts(sample.points, sample.lesion > shift), amounts(sample.points, sample.lesion > -shift)]
    for degrees in (-marginDegrees, marginDegrees):
        turned = amounts(_turned(sample.points, axes, degrees), sample.isLesion)
        # Only the lesion is thought elsewhere; the sectors stay.
        others.append(ZoneAmounts(turned.lesion, nominal.head, turned.lesionOutside))
    for degrees, other in tiltedZones:
        others.append(amounts(_turned(sample.points, (1, 2), -degrees), sample.isLesion, other))
    return zoneReading(zones.names, nominal, others, limits.leastPercent)


def _turned(points: np.ndarray, axes: tuple[int, int], degrees: float) -> np.ndarray:
    """Points turned within the plane of two axes, from the first to the second."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = points[:, axes[0]], points[:, axes[1]]
    turned = points.copy()
    turned[:, axes[0]], turned[:, axes[1]] = cosine * first - sine * second, sine * first + cosine * second
    return turned


def octantShares(sample: SpatialSample) -> tuple[OctantShare, ...]:
    """Volumes of lesion and head by octant of the frame."""
    index = octantIndex(sample.points)
    voxel = STEP_MM ** 3
    lesion, head = (np.bincount(index[inside], minlength=8) * voxel for inside in (sample.isLesion, sample.isHead))
    total = float(lesion.sum())
    return tuple(OctantShare(name, float(lesion[number]), float(head[number]),
                             100.0 * float(lesion[number]) / total if total > 0 else None,
                             100.0 * float(lesion[number] / head[number]) if head[number] > 0 else None)
                 for number, name in enumerate(OCTANT_NAMES))


def octantIndex(points: np.ndarray) -> np.ndarray:
    """Index of the octant in OCTANT_NAMES of points in the frame (n, 3)."""
    return 4 * (points[:, 2] < 0) + 2 * (points[:, 1] < 0) + (points[:, 0] < 0)
