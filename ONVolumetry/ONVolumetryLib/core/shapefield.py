"""A segment between its slices: shape-based interpolation of the outlines."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .geometry import SliceStack
from .mask import Mask

IN_SLICE_PADDING_MM = 12.0
# Slices added beyond either end: one that the outline ends before, one for the spline to lean on.
END_SLICES = 2


class ShapeField:
    """Signed distance to the outline within each slice, interpolated across the slices by a cubic spline.

    Shape-based interpolation (Raya and Udupa 1990). Across the slices the spline follows the curvature of the body,
    which straight lines cut off; the ends taper as the last three slices do, and end before the next, empty slice. On
    spheres over all slice phases its volume has a bias below 1 % and a spread no larger than that of summing voxels.
    """

    def __init__(self, mask: Mask, stack: SliceStack, smoothingPixels: float = 0.0):
        """
        :param mask: the segment, not empty.
        :param stack: axis across the slices; every slice of the segment's grid along it is taken as an outline.
        :param smoothingPixels: standard deviation of a Gaussian over the distance within each slice, which takes the
            steps of the voxels out of the outline.
        """
        self.geometry = mask.geometry
        # Axes of the array: slice, then the two of the slice.
        self.order = (2 - stack.axis, *(axis for axis in range(3) if axis != 2 - stack.axis))
        spacing = self.geometry.spacingMm[::-1][list(self.order)]
        self.paddings = (END_SLICES, *np.ceil(IN_SLICE_PADDING_MM / spacing[1:]).astype(int) + 1)
        slices = np.transpose(mask.voxels, self.order)
        slices = np.pad(slices, [(0, 0), *((count, count) for count in self.paddings[1:])])
        distances = _withEnds(_filled([_inSliceDistance(inside, spacing[1:], smoothingPixels)
                                        for inside in slices]))
        self.lowest = float(distances.min())
        self.coefficients = ndimage.spline_filter(distances, order=3, output=np.float32)

    def at(self, pointsRas: np.ndarray) -> np.ndarray:
        """Signed distance in mm at points (..., 3), positive inside, measured within the slices."""
        kji = self.geometry.toIjk(pointsRas)[..., ::-1]
        coordinates = [kji[..., axis] + padding for axis, padding in zip(self.order, self.paddings)]
        return ndimage.map_coordinates(self.coefficients, coordinates, order=3, mode="constant", cval=self.lowest,
                                       prefilter=False)


def _inSliceDistance(inside: np.ndarray, spacingMm, smoothingPixels: float) -> np.ndarray | None:
    if not inside.any():
        return None
    half = 0.5 * float(np.mean(spacingMm))
    within = ndimage.distance_transform_edt(inside, sampling=spacingMm) - half
    without = ndimage.distance_transform_edt(~inside, sampling=spacingMm) - half
    distance = np.where(inside, within, -without)
    return ndimage.gaussian_filter(distance, smoothingPixels) if smoothingPixels > 0 else distance


def _filled(distances: list[np.ndarray | None]) -> list[np.ndarray]:
    """Distances of all slices; one without outline between others ends them halfway."""
    filled = list(distances)
    for index, distance in enumerate(distances):
        if distance is None:
            filled[index] = _ended(np.maximum(filled[index - 1], next(
                later for later in distances[index:] if later is not None)))
    return filled


def _ended(distance: np.ndarray) -> np.ndarray:
    """What an empty slice must hold for the body to end before it."""
    return distance - max(float(distance.max()), 0.0)


def _withEnds(distances: list[np.ndarray]) -> np.ndarray:
    before, after = _beyond(distances), _beyond(distances[::-1])
    return np.stack([2 * before - distances[0], before, *distances, after, 2 * after - distances[-1]])


def _beyond(distances: list[np.ndarray]) -> np.ndarray:
    """Distances of the empty slice before the first, carried on from the first three."""
    if len(distances) >= 3:
        carried = 3 * distances[0] - 3 * distances[1] + distances[2]
    elif len(distances) == 2:
        carried = 2 * distances[0] - distances[1]
    else:
        # The extent of a single slice is anywhere in (0, 2 pitches): half a pitch to either side on average.
        return distances[0] - 2 * max(float(distances[0].max()), 0.0)
    return np.minimum(carried, _ended(distances[0]))
