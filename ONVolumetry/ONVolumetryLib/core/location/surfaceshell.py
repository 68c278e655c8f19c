"""Lesion at the head's surface as seen from the front, and the part of the sphere that is head at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ratios import Estimate
from ..spherecoverage import equalAreaDirections
from .frame import AnatomicalFrame
from .sections import SMALLEST_PART_MM2, SURFACE_DEPTH_MM, HeadFields, withoutSmallParts

ANGLE_STEP_DEGREES, HEIGHT_STEP_DEGREES = 0.5, 3.0
# Nearer to the anterior or posterior pole a direction has no meaningful place on the coronal weight-bearing surface.
LARGEST_HEIGHT_DEGREES = 60.0
DEPTHS_MM = np.array([0.25, 1.5, 2.75])
DIRECTION_COUNT = 3000
DEPTH_STEP_MM = 0.5


def frontalSurface(fields: HeadFields, frame: AnatomicalFrame) -> np.ndarray:
    """Signed distance of the lesion below the sphere over the coronal angle and the height toward anterior.

    :return: (angles, heights, depths), mm, positive inside.
    """
    angle = np.radians(frontalAngles())[:, None, None]
    height = np.radians(frontalHeights())[None, :, None]
    radius = frame.radiusMm - DEPTHS_MM
    local = np.stack(np.broadcast_arrays(np.cos(height) * np.cos(angle) * radius, np.sin(height) * radius + 0 * angle,
                                         np.cos(height) * np.sin(angle) * radius), axis=-1)
    return fields.lesionAt(frame.toRas(local))


def frontalAngles() -> np.ndarray:
    count = round(360.0 / ANGLE_STEP_DEGREES)
    return (np.arange(count) + 0.5) * ANGLE_STEP_DEGREES - 180.0


def frontalHeights() -> np.ndarray:
    return np.arange(-LARGEST_HEIGHT_DEGREES, LARGEST_HEIGHT_DEGREES + 1e-6, HEIGHT_STEP_DEGREES)


def frontalTouched(distance: np.ndarray, radiusMm: float, thresholdMm: float = 0.0) -> np.ndarray:
    """For each coronal angle, whether lesion lies at the surface, in parts of at least 5 mm2 of surface."""
    # Means of neighboring depths, so that single steps of the outline do not count.
    smooth = np.max((distance[..., 1:] + distance[..., :-1]) / 2.0, axis=-1)
    cells = (radiusMm ** 2 * np.cos(np.radians(frontalHeights())) * np.radians(ANGLE_STEP_DEGREES)
             * np.radians(HEIGHT_STEP_DEGREES))
    return withoutSmallParts(smooth > thresholdMm, cells, SMALLEST_PART_MM2).any(axis=1)


@dataclass(frozen=True)
class ArticularShare:
    """The head's articular surface.

    :param sphereShare: share of the sphere's directions that are head's surface (the rest is neck).
    :param lesionPercent: of that surface, how much has lesion within 3 mm under it.
    """

    sphereShare: float
    lesionPercent: Estimate


def articularShare(fields: HeadFields, frame: AnatomicalFrame, toleranceMm: float,
                   contourSdMm: float) -> ArticularShare | None:
    """Share of the articular surface under which lesion lies; None where no surface is a sphere's."""
    directions = equalAreaDirections(DIRECTION_COUNT)
    isSurface = isHeadSurface(fields, frame, directions, toleranceMm)
    if not isSurface.any():
        return None
    if fields.lesion is None:
        return ArticularShare(float(np.mean(isSurface)), Estimate(0.0, None))
    depths = np.arange(0.0, SURFACE_DEPTH_MM + 1e-6, DEPTH_STEP_MM)
    points = directions[isSurface][:, None] * (frame.radiusMm - depths)[:, None]
    deepest = fields.lesionAt(frame.toRas(points)).max(axis=1)
    value, smaller, larger = (100.0 * float(np.mean(deepest > threshold))
                              for threshold in (0.0, contourSdMm, -contourSdMm))
    return ArticularShare(float(np.mean(isSurface)), Estimate(value, (larger - smaller) / 2.0))


def isHeadSurface(fields: HeadFields, frame: AnatomicalFrame, directions: np.ndarray, toleranceMm: float) -> np.ndarray:
    """Whether the head's outline runs along the sphere in a direction: bone below the sphere, none beyond it.

    :param directions: unit vectors in the frame (n, 3).
    :param toleranceMm: of the sphere's inliers.
    """
    # Between slices the outline is known less well.
    across = np.abs(directions @ frame.directionInFrame(fields.sliceAxisRas))
    depth = 2.0 * toleranceMm + across * fields.pitchMm / 2.0
    below, above = (fields.head.at(frame.toRas(directions * (frame.radiusMm + sign * depth)[:, None]))
                    for sign in (-1.0, 1.0))
    return (below > 0) & (above <= 0)
