"""A segment carried by a rigid transform onto the slices of another scan."""

from __future__ import annotations

import numpy as np

from .errors import SegmentError
from .geometry import GridGeometry, SliceStack
from .mask import Mask
from .registration.rigid import applyTo, inverseOf
from .shapefield import ShapeField


def movedSegment(mask: Mask, stack: SliceStack, toTarget: np.ndarray, grid: GridGeometry) -> Mask:
    """The voxels of another grid that a segment holds once it is moved there.

    Signed distance, interpolated between the slices; nearest neighbors would repeat thick slices as steps.

    :param mask: the segment, not empty.
    :param stack: axis across its slices.
    :param toTarget: rigid 4x4 from the segment's RAS to that of the grid, mm.
    :raises SegmentError: the segment is empty, or nothing of it lies on the grid.
    """
    if mask.isEmpty:
        raise SegmentError("there is no outline to carry over; outline the earlier visit first")
    box = mask.geometry
    margin = np.ceil(stack.pitchMm / box.spacingMm).astype(int)
    corners = grid.toIjk(applyTo(toTarget, box.cropped(-margin, np.array(box.sizeIjk) + 2 * margin).cornersRas()))
    size = np.array(grid.sizeIjk)
    low = np.clip(np.floor(corners.min(axis=0)), 0, size).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, low, size).astype(int)
    i, j, k = (np.arange(start, end) for start, end in zip(low, high))
    field, back = ShapeField(mask, stack), inverseOf(toTarget)
    points = np.stack(np.meshgrid(k, j, i, indexing="ij")[::-1], axis=-1)
    inside = field.at(applyTo(back, grid.toRas(points))) > 0 if points.size else np.zeros((0, 0, 0), dtype=bool)
    if not inside.any():
        raise SegmentError("the outline of the earlier visit lies outside this visit's image; check the registration")
    return Mask(inside, tuple(int(start) for start in low), grid)
