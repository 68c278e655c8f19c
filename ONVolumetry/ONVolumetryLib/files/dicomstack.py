"""Putting the slices of one DICOM series in order, and refusing stacks that are no rectangular grid."""

from __future__ import annotations

import numpy as np

from ..core.errors import GeometryError
from ..core.geometry import GridGeometry
from .dicomslices import DicomSlice
from .itkgrid import LPS_TO_RAS, TWO_DIMENSIONAL, requirePlausibleSpacing

DIRECTION_TOLERANCE = 1e-3
PITCH_TOLERANCE = 0.01
# Positions are often written with two decimals.
POSITION_ROUNDING_MM = 0.011
# A drift below a quarter of a voxel over the whole stack is rounding, not a tilted gantry.
TILT_TOLERANCE_VOXELS = 0.25


def stackGrid(slices: list[DicomSlice]) -> tuple[list[DicomSlice], GridGeometry]:
    """Order slices along their normal.

    :return: the ordered slices, and the grid whose K axis is the normal and whose K spacing is the distance between
        slice positions (never the slice thickness).
    :raises GeometryError: the slices do not make a rectangular grid.
    """
    _requireSame(slices)
    if len(slices) < 2:
        raise GeometryError(TWO_DIMENSIONAL)
    normal = slices[0].normal
    ordered = sorted(slices, key=lambda piece: (float(piece.position @ normal), piece.number))
    heights = np.array([piece.position @ normal for piece in ordered])
    _requireEvenPitch(ordered, heights)
    _requireNoTilt(ordered, normal, heights)
    first = ordered[0]
    pitch = (heights[-1] - heights[0]) / (len(ordered) - 1)
    matrix = np.eye(4)
    matrix[:3, 0] = first.rowDirection * first.spacing[0]
    matrix[:3, 1] = first.columnDirection * first.spacing[1]
    matrix[:3, 2] = normal * pitch
    matrix[:3, 3] = first.position
    grid = GridGeometry((*first.size, len(ordered)), LPS_TO_RAS @ matrix)
    requirePlausibleSpacing(grid)
    return ordered, grid


def _requireSame(slices: list[DicomSlice]):
    first = slices[0]
    if min(first.spacing) <= 0:
        raise GeometryError("the pixel spacing is zero; export the series again with its spacing")
    turned = [piece for piece in slices if np.max(np.abs(piece.normal - first.normal)) > DIRECTION_TOLERANCE
              or np.max(np.abs(piece.rowDirection - first.rowDirection)) > DIRECTION_TOLERANCE]
    if turned:
        raise GeometryError(f"the slices point in different directions ({_numbered(turned)} against "
                            f"{_numbered([first])}), as in a localizer; give a series of parallel slices")
    other = [piece for piece in slices if piece.size != first.size or not np.allclose(piece.spacing, first.spacing,
                                                                                      rtol=1e-3)]
    if other:
        raise GeometryError(f"the slices have different sizes or pixel spacings ({_numbered(other)} against "
                            f"{_numbered([first])}); give a series of equal slices")


def _requireEvenPitch(ordered: list[DicomSlice], heights: np.ndarray):
    steps = np.diff(heights)
    distinct = steps[steps > POSITION_ROUNDING_MM]
    if len(distinct) < len(steps):
        index = int(np.argmin(steps))
        raise GeometryError(f"{_pair(ordered, index)} lie at the same position, so the series holds a slice twice or "
                            "several volumes; export one volume")
    pitch = float(np.median(steps))
    uneven = np.flatnonzero(np.abs(steps - pitch) > max(PITCH_TOLERANCE * pitch, POSITION_ROUNDING_MM))
    if len(uneven) == 0:
        return
    index = int(uneven[0])
    ratio = steps[index] / pitch
    more = f" and {len(uneven) - 1} more place(s)" if len(uneven) > 1 else ""
    if ratio > 1.5 and abs(ratio - round(ratio)) < 0.05:
        raise GeometryError(f"{round(ratio) - 1} slice(s) are missing between {_pair(ordered, index)}{more}; copy the "
                            "whole series")
    raise GeometryError(f"the slices are unevenly spaced: {steps[index]:.2f} mm between {_pair(ordered, index)}{more}, "
                        f"{pitch:.2f} mm elsewhere; resample the series in 3D Slicer or give another one")


def _requireNoTilt(ordered: list[DicomSlice], normal: np.ndarray, heights: np.ndarray):
    first = ordered[0]
    offsets = np.array([piece.position - first.position for piece in ordered])
    drift = np.linalg.norm(offsets - np.outer(heights - heights[0], normal), axis=1)
    worst = int(np.argmax(drift))
    if drift[worst] > TILT_TOLERANCE_VOXELS * min(first.spacing):
        raise GeometryError(f"the slices are shifted sideways by up to {drift[worst]:.1f} mm "
                            f"({_numbered([ordered[worst]])}), as with a tilted gantry; resample the series to a "
                            "rectangular grid in 3D Slicer")


def _pair(ordered: list[DicomSlice], index: int) -> str:
    return _numbered(ordered[index:index + 2])


def _numbered(slices: list[DicomSlice]) -> str:
    numbers = [str(piece.number) for piece in slices[:4]]
    more = f" and {len(slices) - 4} more" if len(slices) > 4 else ""
    return f"{'slices' if len(slices) > 1 else 'slice'} number {' and '.join(numbers)}{more}"
