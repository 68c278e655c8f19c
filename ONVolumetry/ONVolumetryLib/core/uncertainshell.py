"""The part of a change map that errors of outline, slices and registration may move to the other side."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .changeregions import LesionPair
from .uncertainty import COVERAGE_FACTOR_95

NORMAL_BLUR_MM = 1.5


def uncertainShell(pair: LesionPair, registrationErrorMm: float, contourSdMm: float) -> np.ndarray:
    """Voxels nearer to either lesion's surface than its 95 % uncertainty along the surface's normal.

    n = 1.96 sqrt(reg^2 + 2 sigma_c^2 + (T_0^2 + T_t^2)/12 (normal . slice axis)^2), with the pitches T_0 and T_t of
    baseline and follow-up.

    :param registrationErrorMm: standard error of the registration.
    :param contourSdMm: standard deviation of an outline's position.
    :return: boolean array (K, J, I) on the pair's grid.
    """
    shell = np.zeros(pair.grid.shapeKji, dtype=bool)
    fixedPart = registrationErrorMm ** 2 + 2.0 * contourSdMm ** 2
    for body in (pair.before, pair.after):
        if not body.any():
            continue
        distance, cosines = _distanceToSurface(body, pair)
        slicePart = sum((pitch * cosine) ** 2 for pitch, cosine in zip(pair.pitchesMm, cosines)) / 12.0
        shell |= distance <= COVERAGE_FACTOR_95 * np.sqrt(fixedPart + slicePart)
    return shell


def _distanceToSurface(body: np.ndarray, pair: LesionPair) -> tuple[np.ndarray, list[np.ndarray]]:
    """Distance of each voxel from a body's surface, and how far its normal there points along either slice axis."""
    step = float(pair.grid.spacingMm[0])
    surface = body & ~ndimage.binary_erosion(body)
    distance, nearest = ndimage.distance_transform_edt(~surface, sampling=step, return_indices=True)
    # The surface lies half a voxel outside the outermost voxels inside.
    distance = np.where(body, distance + 0.5 * step, np.abs(distance - 0.5 * step))
    gradient = np.gradient(ndimage.gaussian_filter(body.astype(np.float32), NORMAL_BLUR_MM / step))
    length = np.maximum(np.sqrt(sum(part * part for part in gradient)), 1e-6)
    atSurface = [(part / length)[tuple(nearest)] for part in gradient]
    cosines = []
    for axis in pair.sliceAxes:
        alongKji = (pair.grid.axisDirections.T @ axis)[::-1]
        cosines.append(sum(component * part for component, part in zip(alongKji, atSurface)))
    return distance, cosines
