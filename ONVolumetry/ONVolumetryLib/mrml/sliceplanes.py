"""Slice planes along the slices that were acquired, and the same place of the head at another visit."""

from __future__ import annotations

import numpy as np

from ..core.geometry import GridGeometry, sliceStackOfGrid

# Columns: to the right and up on the screen, and across, as radiologists look at a patient.
AXIAL = np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
SAGITTAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
CORONAL = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
# Cosine of the angle between a view's normal and the slices' up to which the view counts as showing slices.
ALONG_SLICES = 0.999


def acquisitionAxes(grid: GridGeometry, axis: int | None = None) -> np.ndarray:
    """Axes of a slice view that shows the slices of a volume as they were acquired.

    :param axis: 0, 1 or 2 for the I, J or K axis across the slices; that of the acquisition where None.
    :return: 3x3, the columns are the view's right, up and normal in RAS: directions of the grid's axes, turned as in
        the nearest of the axial, sagittal and coronal views.
    """
    axis = sliceStackOfGrid(grid).axis if axis is None else axis
    directions = grid.axisDirections
    reference = max((AXIAL, SAGITTAL, CORONAL), key=lambda axes: abs(axes[:, 2] @ directions[:, axis]))
    others = [other for other in range(3) if other != axis]
    right = max(others, key=lambda other: abs(reference[:, 0] @ directions[:, other]))
    up = next(other for other in others if other != right)
    axes = directions[:, [right, up, axis]]
    return axes * np.where(np.sum(axes * reference, axis=0) < 0, -1.0, 1.0)


def slicePose(axes: np.ndarray, originRas) -> np.ndarray:
    """SliceToRAS matrix (4x4) of a view with these axes and this point in its middle."""
    pose = np.eye(4)
    pose[:3, :3] = axes
    pose[:3, 3] = originRas
    return pose


def shownSlice(pose: np.ndarray, grid: GridGeometry, axis: int) -> int | None:
    """Index of the slice of a grid that a view shows; None where the view is turned against the slices.

    :param pose: SliceToRAS (4x4) of the view.
    :param axis: 0, 1 or 2 for the I, J or K axis of the grid, across the slices.
    """
    if abs(grid.axisDirections[:, axis] @ pose[:3, 2]) < ALONG_SLICES:
        return None
    return int(np.round(grid.toIjk(pose[:3, 3])[axis]))


def onNearestSlice(pose: np.ndarray, grid: GridGeometry) -> np.ndarray:
    """The pose moved across its plane to the nearest slice that was acquired; turned poses stay as they are."""
    axis = sliceStackOfGrid(grid).axis
    direction = grid.axisDirections[:, axis]
    if abs(direction @ pose[:3, 2]) < ALONG_SLICES:
        return pose
    index = grid.toIjk(pose[:3, 3])[axis]
    nearest = np.clip(np.round(index), 0, grid.sizeIjk[axis] - 1)
    moved = np.array(pose)
    moved[:3, 3] += (nearest - index) * grid.spacingMm[axis] * direction
    return moved


def poseAtSamePlace(pose: np.ndarray, toOther: np.ndarray, otherAxes: np.ndarray) -> np.ndarray:
    """The pose in another scan whose middle is the same point of the femur.

    The other view keeps its axes: it shows slices as they were acquired, in which outlines are drawn.

    :param pose: SliceToRAS (4x4) of a view.
    :param toOther: 4x4 that carries points of that view's scan to the other scan.
    :param otherAxes: axes of the other view, 3x3.
    """
    return slicePose(otherAxes, (toOther @ pose[:, 3])[:3])


def poseAtOtherHead(pose: np.ndarray, centerRas, otherAxes: np.ndarray, otherCenterRas) -> np.ndarray:
    """The pose that lies as far from another head's center as this one does from its own.

    :param pose: SliceToRAS (4x4) of a view.
    :param centerRas: center of the head in that view, mm.
    :param otherAxes: axes of the other view, 3x3.
    """
    offset = pose[:3, :3].T @ (pose[:3, 3] - np.asarray(centerRas))
    return slicePose(otherAxes, np.asarray(otherCenterRas) + otherAxes @ offset)
