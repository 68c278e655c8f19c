"""Zones read on a section through the center of the head."""

from __future__ import annotations

import numpy as np

from ..uncertainty import COVERAGE_FACTOR_95
from .arcs import sliceHalfRangeDegrees
from .frame import AnatomicalFrame
from .sections import ANGLE_STEP_DEGREES, HeadFields, PolarSection
from .zonereading import ReadingLimits, ZoneAmounts, ZoneReading, zoneReading

# Most of a sector lies somewhat below the surface.
SURFACE_SHARE = 0.8
# Besides outline and slices: a zone counts only from some percent on, and outlines have steps.
LEAST_MARGIN_DEGREES, EXTRA_MARGIN_DEGREES = 2.0, 1.0


def sectionZones(zones, section: PolarSection, tilted, margin: np.ndarray, limits: ReadingLimits) -> ZoneReading:
    """Read the zones of a system on a section.

    :param zones: CoronalZones, TransverseZones or TransverseSlabs of the section's frame.
    :param tilted: pairs of section and zones with the patient tilted.
    :param margin: how far an end of the lesion may lie from where it was found, in degrees, for each direction.
    """
    count = len(zones.names)
    cells = zones.zoneAt(*section.points)
    head = section.headInside

    def amounts(lesion: np.ndarray) -> ZoneAmounts:
        return ZoneAmounts.counted(cells, lesion & head, head, section.cellMm2, count)

    lesion = section.lesionInside()
    shift = outlineShiftMm(section.radiusMm, float(np.max(margin)), limits.contourSdMm)
    others = [amounts(spread(lesion, margin)), amounts(~spread(~lesion, margin)),
              amounts(section.lesionInside(shift)), amounts(section.lesionInside(-shift))]
    for otherSection, otherZones in tilted:
        inside, lesionThere = otherSection.headInside, otherSection.lesionInside()
        others.append(ZoneAmounts.counted(otherZones.zoneAt(*otherSection.points), lesionThere & inside, inside,
                                          otherSection.cellMm2, count))
    return zoneReading(zones.names, amounts(lesion), others, limits.leastPercent)


def marginDegrees(section: PolarSection, fields: HeadFields, frame: AnatomicalFrame,
                  contourSdMm: float) -> np.ndarray:
    """How far an end of the lesion may lie from where it was found, for each direction of a section."""
    return (contourMarginDegrees(frame, contourSdMm)
            + sliceHalfRangeDegrees(section.degrees, section, fields, frame))


def contourMarginDegrees(frame: AnatomicalFrame, contourSdMm: float) -> float:
    """The part of the margin that does not come from the slices."""
    contour = float(np.degrees(COVERAGE_FACTOR_95 * contourSdMm / frame.radiusMm))
    return max(LEAST_MARGIN_DEGREES, contour) + EXTRA_MARGIN_DEGREES


def outlineShiftMm(radiusMm: float, marginDegrees: float, contourSdMm: float) -> float:
    """The farthest that outline and slices may be off all around the lesion; a margin is an angle at the surface."""
    return max(COVERAGE_FACTOR_95 * contourSdMm, float(np.radians(marginDegrees)) * SURFACE_SHARE * radiusMm)


def spread(inside: np.ndarray, margin: np.ndarray) -> np.ndarray:
    """Cells that have one of these cells within a margin along the circle of directions, the first axis.

    :param margin: in degrees, for each direction.
    """
    count = inside.shape[0]
    reach = np.minimum(np.ceil(margin / ANGLE_STEP_DEGREES).astype(int), count // 2 - 1)
    sums = np.concatenate([np.zeros((1, inside.shape[1]), dtype=int),
                           np.cumsum(np.concatenate([inside, inside, inside]), axis=0)])
    middle = count + np.arange(count)
    return sums[middle + reach + 1] > sums[middle - reach]
