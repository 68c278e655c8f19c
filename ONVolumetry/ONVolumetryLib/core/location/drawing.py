"""Lines and surfaces that show zones and angles: on sections and on the sphere of the head."""

from __future__ import annotations

import numpy as np

from .frame import AnatomicalFrame

# In the order of display of either system; told apart by color-blind readers, and unlike those of lesion and healing.
ZONE_COLORS = ((86, 180, 233), (208, 208, 208), (240, 228, 66), (165, 139, 224))
BAND_STEP_DEGREES = 3.0
LARGEST_HEIGHT_DEGREES = 84.0


def arcPoints(firstDegrees: float, lastDegrees: float, radiusMm: float, stepDegrees: float = 2.0) -> np.ndarray:
    """Points of an arc about 0, from the first to the last direction, (n, 2)."""
    count = max(int(np.ceil(abs(lastDegrees - firstDegrees) / stepDegrees)), 1) + 1
    angle = np.radians(np.linspace(firstDegrees, lastDegrees, count))
    return radiusMm * np.column_stack([np.cos(angle), np.sin(angle)])


def sphereBand(frame: AnatomicalFrame, plane: tuple[int, int, int], limitsDegrees: tuple[float, float],
               radiusMm: float) -> tuple[np.ndarray, np.ndarray]:
    """The part of a sphere about O whose projection along the axis across a plane lies between two directions.

    :param plane: axes of the frame that the plane holds, then the one across it.
    :param limitsDegrees: two directions in the plane.
    :return: points (n, 3) in RAS and triangles (m, 3), counter-clockwise from outside.
    """
    low, high = sorted(limitsDegrees)
    columns = max(int(np.ceil((high - low) / BAND_STEP_DEGREES)), 1) + 1
    rows = int(np.ceil(2 * LARGEST_HEIGHT_DEGREES / BAND_STEP_DEGREES)) + 1
    angle = np.radians(np.linspace(low, high, columns))[:, None]
    height = np.radians(np.linspace(-LARGEST_HEIGHT_DEGREES, LARGEST_HEIGHT_DEGREES, rows))[None, :]
    local = np.empty((columns, rows, 3))
    local[..., plane[0]], local[..., plane[1]] = np.cos(height) * np.cos(angle), np.cos(height) * np.sin(angle)
    local[..., plane[2]] = np.sin(height)
    points = frame.toRas(radiusMm * local.reshape(-1, 3))
    return points, _outward(points, _gridTriangles(columns, rows), frame.centerRas)


def _gridTriangles(columns: int, rows: int) -> np.ndarray:
    index = np.arange(columns * rows).reshape(columns, rows)
    corners = [part.ravel() for part in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:])]
    return np.concatenate([np.column_stack([corners[0], corners[1], corners[2]]),
                           np.column_stack([corners[0], corners[2], corners[3]])])


def _outward(points: np.ndarray, triangles: np.ndarray, center: np.ndarray) -> np.ndarray:
    first, second, third = (points[triangles[0, corner]] for corner in range(3))
    isOutward = np.cross(second - first, third - first) @ (first - center) > 0
    return triangles if isOutward else triangles[:, ::-1].copy()
