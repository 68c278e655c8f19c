"""A segment of thick slices as a smooth field on a fine grid, positive inside (shape-based interpolation)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import interpolate, ndimage

from ..core.errors import SegmentError
from ..core.geometry import GridGeometry, SliceStack
from ..core.mask import Mask

FIELD_SPACING_MM = 0.7
MARGIN_MM = 3.5
IN_PLANE_SMOOTHING_MM = 0.7
ACROSS_SMOOTHING_PITCHES = 0.25
# Beyond this many pitches from an outline the distance says nothing about the surface.
REACH_PITCHES = 3.0
# An end slice larger than this share of its neighbor ends at a face parallel to the slices (method: section 2).
FLAT_END_RATIO = 0.65


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
    """Interpolate a segment between its slices by the distance to its outlines (Raya and Udupa 1990).

    In each slice the signed distance to the outline, between slices a monotone cubic of it. Beyond an end slice a
    dome whose height continues the taper of the last two slices, or a face half a pitch away where the end is flat.
    The field is then smoothed: the level whose surface holds the segment's volume is to be found afterwards.

    :param stack: slice axis and pitch of the segment's grid.
    :param spacingMm: of the field.
    :raises SegmentError: the segment is empty.
    """
    if mask.isEmpty:
        raise SegmentError("the segment is empty")
    slices = np.moveaxis(mask.voxels, 2 - stack.axis, 0)
    spacing = np.delete(mask.geometry.spacingMm, stack.axis)[::-1]
    step = float(mask.geometry.spacingMm[stack.axis])
    planes = _distances(slices, spacing, spacingMm, max(step, stack.pitchMm))
    margin = MARGIN_MM + step
    count = int(np.ceil(((len(slices) - 1) * step + 2 * margin) / spacingMm)) + 1
    places = (-margin + spacingMm * np.arange(count)) / step
    values = np.full((count, *planes.shape[1:]), -np.inf, dtype=np.float32)
    for first, last in _runs(slices.any(axis=(1, 2))):
        np.maximum(values, _alongAxis(planes[first:last + 1], slices[first:last + 1], places - first), out=values)
    values = np.moveaxis(_smoothed(values, spacingMm, stack.pitchMm), 0, 2 - stack.axis)
    return SmoothField(np.ascontiguousarray(values),
                       _fieldGeometry(mask.geometry, stack.axis, margin, spacingMm, values.shape))


def _distances(slices: np.ndarray, spacing: np.ndarray, spacingMm: float, pitchMm: float) -> np.ndarray:
    """Signed distance to the outline in every slice, on the field's finer or coarser pixels."""
    margins = [int(np.ceil((MARGIN_MM + 1.0) / step)) for step in spacing]
    padded = np.pad(slices, ((0, 0), (margins[0],) * 2, (margins[1],) * 2))
    half = 0.5 * float(np.mean(spacing))
    reach = REACH_PITCHES * pitchMm
    counts = _planeCounts(slices.shape[1:], spacing, spacingMm)
    places = [(-MARGIN_MM + spacingMm * np.arange(count)) / step + margin
              for count, step, margin in zip(counts, spacing, margins)]
    rows, columns = np.meshgrid(*places, indexing="ij")
    planes = np.full((len(slices), *counts), -reach, dtype=np.float32)
    for plane, inside in zip(planes, padded):
        if inside.any():
            toOutside = ndimage.distance_transform_edt(inside, spacing)
            toInside = ndimage.distance_transform_edt(~inside, spacing)
            distance = np.where(inside, toOutside - half, half - toInside)
            ndimage.map_coordinates(np.clip(distance, -reach, reach), (rows, columns), plane, order=1, mode="nearest")
    return planes


def _planeCounts(shape, spacing, spacingMm: float) -> list[int]:
    return [int(np.ceil(((size - 1) * step + 2 * MARGIN_MM) / spacingMm)) + 1 for size, step in zip(shape, spacing)]


def _runs(filled: np.ndarray) -> list[tuple[int, int]]:
    """First and last index of each run of slices with an outline."""
    edges = np.diff(np.concatenate([[0], filled.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1))


def _alongAxis(planes: np.ndarray, slices: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Field of one run of slices.

    :param places: where it is wanted, in slices from the run's first.
    """
    last = len(planes) - 1
    areas = np.count_nonzero(slices, axis=(1, 2))
    values = np.empty((len(places), *planes.shape[1:]), dtype=np.float32)
    within = (places >= 0) & (places <= last)
    if last > 0:
        values[within] = interpolate.PchipInterpolator(np.arange(last + 1), planes)(places[within])
    else:
        values[within] = planes[0]
    for beyond, plane, area, neighbor in ((-places, planes[0], areas[0], areas[min(1, last)]),
                                          (places - last, planes[last], areas[last], areas[max(last - 1, 0)])):
        outside = beyond > 0
        values[outside] = _cap(plane, beyond[outside][:, None, None], area / neighbor)
    return values


def _cap(plane: np.ndarray, beyond: np.ndarray, ratio: float) -> np.ndarray:
    """Field beyond an end slice.

    :param beyond: distance from it in slices.
    :param ratio: its area over its neighbor's.
    """
    deepest = max(float(np.max(plane)), 0.1)
    if ratio > FLAT_END_RATIO:
        return np.minimum(plane, deepest * (1.0 - beyond / 0.5))
    # A paraboloid: its section's area falls evenly to 0 at the height where the taper of the last slices leads.
    height = np.clip(ratio / (1.0 - ratio), 0.25, 1.0)
    share = beyond / height
    sunk = np.where(share < 1.0, 1.0 - np.sqrt(np.clip(1.0 - share, 0.0, None)), share)
    return plane - deepest * sunk


def _smoothed(values: np.ndarray, spacingMm: float, pitchMm: float) -> np.ndarray:
    across = max(IN_PLANE_SMOOTHING_MM, ACROSS_SMOOTHING_PITCHES * pitchMm)
    sigmas = np.array([across, IN_PLANE_SMOOTHING_MM, IN_PLANE_SMOOTHING_MM]) / spacingMm
    return ndimage.gaussian_filter(values, sigmas, mode="nearest", truncate=3.0)


def _fieldGeometry(box: GridGeometry, axis: int, axisMarginMm: float, spacingMm: float, shape) -> GridGeometry:
    margins = np.full(3, MARGIN_MM)
    margins[axis] = axisMarginMm
    matrix = np.eye(4)
    matrix[:3, :3] = box.axisDirections * spacingMm
    matrix[:3, 3] = box.toRas(-margins / box.spacingMm)
    return GridGeometry(shape[::-1], matrix)
