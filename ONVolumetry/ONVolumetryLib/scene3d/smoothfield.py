"""A segment of thick slices as a smooth field on a fine grid, positive inside (shape-based interpolation, smoothed)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..core.errors import SegmentError
from ..core.geometry import GridGeometry, SliceStack
from ..core.mask import Mask
from ..core.shapefield import ShapeField

FIELD_SPACING_MM = 0.7
MARGIN_MM = 3.5
IN_PLANE_SMOOTHING_MM = 0.7
ACROSS_SMOOTHING_PITCHES = 0.25
REACH_PITCHES = 3.0
# An end slice larger than this share of its neighbor ends at a face parallel to the slices (method: section 2).
FLAT_END_RATIO = 0.65
LOWEST_CAP_PITCHES = 0.25


@dataclass(frozen=True, eq=False)
class SmoothField:
    """Values on an isotropic grid whose zero is a surface.

    :param values: float32 in KJI order, roughly the distance to the surface in mm, positive inside.
    :param geometry: its grid, IJK to RAS in mm.
    """

    values: np.ndarray
    geometry: GridGeometry

    @property
    def voxelVolumeMm3(self) -> float:
        return self.geometry.voxelVolumeMm3

    def at(self, pointsRas: np.ndarray) -> np.ndarray:
        """Values at points (n, 3) in RAS; those beyond the grid take its border's."""
        kji = self.geometry.toIjk(pointsRas)[:, ::-1]
        return ndimage.map_coordinates(self.values, kji.T, order=1, mode="nearest")

    def sampledOn(self, geometry: GridGeometry, toThisRas=None) -> np.ndarray:
        """Values of this field at the centers of another grid; far outside where this grid ends.

        :param toThisRas: 4x4 from the other grid's RAS to this field's; None where they are the same.
        """
        matrix = np.eye(4) if toThisRas is None else np.asarray(toThisRas, dtype=float)
        toIjk = np.linalg.inv(self.geometry.ijkToRas) @ matrix @ geometry.ijkToRas
        kji = toIjk[:3, :3][::-1, ::-1]
        return ndimage.affine_transform(self.values, kji, toIjk[:3, 3][::-1], output_shape=geometry.shapeKji, order=1,
                                        mode="constant", cval=float(np.min(self.values)))


def fieldOfMask(mask: Mask, stack: SliceStack, spacingMm: float = FIELD_SPACING_MM) -> SmoothField:
    """The outlines of a segment interpolated between its slices, on a fine grid along them, and smoothed a little.

    Beyond an end slice follows a dome whose height continues the taper of the last two slices, or a face half a pitch
    away where the end is flat. Smoothing moves the surface: the level that holds the segment's volume is to be found
    afterwards.

    :param stack: slice axis and pitch of the segment's grid.
    :param spacingMm: of the field.
    :raises SegmentError: the segment is empty.
    """
    if mask.isEmpty:
        raise SegmentError("the segment is empty")
    step = float(mask.geometry.spacingMm[stack.axis])
    pitchMm = max(stack.pitchMm, step)
    grid = _fineGrid(mask.geometry, stack.axis, pitchMm, spacingMm)
    places = (spacingMm * np.arange(grid.sizeIjk[stack.axis]) - MARGIN_MM - pitchMm) / step
    planes = _planes(ShapeField(mask, stack), _areas(mask, stack.axis), places, _planePoints(grid, stack.axis))
    # Far outside the distance says nothing about the surface, and would only pull at it.
    values = np.maximum(np.stack(planes, axis=2 - stack.axis), np.float32(-REACH_PITCHES * pitchMm))
    sigmas = np.full(3, IN_PLANE_SMOOTHING_MM)
    sigmas[2 - stack.axis] = max(IN_PLANE_SMOOTHING_MM, ACROSS_SMOOTHING_PITCHES * stack.pitchMm)
    smooth = ndimage.gaussian_filter(values, sigmas / spacingMm, mode="nearest", truncate=3.0)
    return SmoothField(np.ascontiguousarray(smooth, dtype=np.float32), grid)


def _fineGrid(box: GridGeometry, axis: int, pitchMm: float, spacingMm: float) -> GridGeometry:
    """An isotropic grid along a box, with room for the ends beyond its outermost slices."""
    margins = np.full(3, MARGIN_MM)
    margins[axis] += pitchMm
    sizes = np.ceil(((np.asarray(box.sizeIjk) - 1) * box.spacingMm + 2 * margins) / spacingMm).astype(int) + 1
    matrix = np.eye(4)
    matrix[:3, :3] = box.axisDirections * spacingMm
    matrix[:3, 3] = box.toRas(-margins / box.spacingMm)
    return GridGeometry(tuple(sizes), matrix)


def _areas(mask: Mask, axis: int) -> np.ndarray:
    """Voxels of each slice of the segment's box."""
    return np.count_nonzero(mask.voxels, axis=tuple(other for other in range(3) if other != 2 - axis))


def _planePoints(grid: GridGeometry, axis: int) -> Callable[[float], np.ndarray]:
    """Function that gives the RAS points of a plane across an axis, by its index (fractional too)."""
    shape = list(grid.shapeKji)
    del shape[2 - axis]
    inPlane = np.moveaxis(np.indices(shape), 0, -1)[..., ::-1]

    def points(index: float) -> np.ndarray:
        return grid.toRas(np.insert(inPlane.astype(float), axis, index, axis=-1))

    return points


def _planes(field: ShapeField, areas: np.ndarray, places: np.ndarray, pointsOf) -> list[np.ndarray]:
    """Field on every plane of the fine grid.

    :param areas: of the slices.
    :param places: of the planes, in slices from the first.
    :param pointsOf: RAS points of a plane by its (fractional) index.
    """
    last = len(areas) - 1
    ends = [field.at(pointsOf(float(np.interp(slice_, places, np.arange(len(places)))))) for slice_ in (0, last)]
    ratios = areas[0] / areas[min(1, last)], areas[last] / areas[max(last - 1, 0)]
    planes = []
    for index, place in enumerate(places):
        if place < 0:
            planes.append(_cap(ends[0], -place, ratios[0]))
        elif place > last:
            planes.append(_cap(ends[1], place - last, ratios[1]))
        else:
            planes.append(field.at(pointsOf(index)))
    return [plane.astype(np.float32) for plane in planes]


def _cap(plane: np.ndarray, beyond: float, ratio: float) -> np.ndarray:
    """Field beyond an end slice.

    :param plane: field on that slice.
    :param beyond: distance from it in slices.
    :param ratio: its area over its neighbor's.
    """
    deepest = max(float(np.max(plane)), 0.1)
    if ratio > FLAT_END_RATIO:
        return np.minimum(plane, deepest * (1.0 - beyond / 0.5))
    # A paraboloid: its section's area falls evenly to 0 at the height where the taper of the last slices leads.
    share = beyond / float(np.clip(ratio / (1.0 - ratio), LOWEST_CAP_PITCHES, 1.0))
    return plane - deepest * (1.0 - np.sqrt(1.0 - share) if share < 1.0 else share)
