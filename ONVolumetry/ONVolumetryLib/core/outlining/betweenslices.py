"""Outlines on some slices, the slices between them interpolated by their shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.interpolate import CubicSpline

from ..errors import OutliningError
from ..mask import Mask

PADDING_MM = 6.0


@dataclass(frozen=True, eq=False)
class FilledOutline:
    """A segment whose empty slices were filled.

    :param mask: outlined and interpolated slices together.
    :param interpolatedSlices: indices of the slices of the grid that were interpolated, in ascending order.
    """

    mask: Mask
    interpolatedSlices: tuple[int, ...]


def fillBetweenSlices(mask: Mask, axis: int) -> FilledOutline:
    """Interpolate the slices between outlined ones; these stay exactly as they are.

    Shape-based interpolation (Raya and Udupa 1990) with a cubic spline across the slices, which follows the curvature
    of a body that straight lines cut off. Outlines are laid on each other by their centers first, and the centers are
    interpolated likewise, so that an oblique body does not vanish between its slices.

    :param mask: the outlines.
    :param axis: slice axis of its grid, 0, 1 or 2 for I, J or K.
    :raises OutliningError: fewer than two slices are outlined, or none lies between them.
    """
    slices = np.moveaxis(mask.voxels, 2 - axis, 0)
    outlined = np.flatnonzero(slices.any(axis=(1, 2))) if slices.size else np.zeros(0, dtype=int)
    if len(outlined) < 2:
        raise OutliningError("at least two slices must be outlined to fill those between them")
    empty = np.setdiff1d(np.arange(outlined[0], outlined[-1] + 1), outlined)
    if len(empty) == 0:
        raise OutliningError("no slice between the outlined ones is empty; there is nothing to fill")
    spacing = np.delete(mask.grid.spacingMm[::-1], 2 - axis)
    padding = np.ceil(PADDING_MM / spacing).astype(int)
    padded = np.pad(slices, [(0, 0), *((count, count) for count in padding)])
    filled = padded.copy()
    interpolated = _interpolated(padded[outlined], outlined, empty, spacing)
    for index, inside in zip(empty, interpolated):
        filled[index] = inside
    kept = filled[:, padding[0]:filled.shape[1] - padding[0], padding[1]:filled.shape[2] - padding[1]]
    start = mask.offsetIjk[axis]
    return FilledOutline(Mask(np.ascontiguousarray(np.moveaxis(kept, 0, 2 - axis)), mask.offsetIjk, mask.grid),
                         tuple(int(start + index) for index in empty))


def _interpolated(slices: np.ndarray, at: np.ndarray, wanted: np.ndarray, spacingMm) -> list[np.ndarray]:
    """Slices at places between given ones."""
    centers = np.array([ndimage.center_of_mass(inside) for inside in slices])
    distances = [_signedDistance(inside, spacingMm) for inside in slices]
    weights = _splineWeights(at, wanted)
    found = []
    for weight in weights:
        center = weight @ centers
        field = sum(share * ndimage.shift(distance, center - own, order=1, mode="nearest")
                    for share, distance, own in zip(weight, distances, centers) if abs(share) > 1e-6)
        found.append(field > 0)
    return found


def _splineWeights(at: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """What each given slice counts at each wanted place, (wanted, given)."""
    if len(at) == 2:
        share = (wanted - at[0]) / (at[1] - at[0])
        return np.column_stack([1 - share, share])
    return CubicSpline(at.astype(float), np.eye(len(at)), bc_type="not-a-knot")(wanted.astype(float))


def _signedDistance(inside: np.ndarray, spacingMm) -> np.ndarray:
    half = 0.5 * float(np.mean(spacingMm))
    within = ndimage.distance_transform_edt(inside, sampling=spacingMm) - half
    without = ndimage.distance_transform_edt(~inside, sampling=spacingMm) - half
    return np.where(inside, within, -without)
