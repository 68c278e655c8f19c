"""Outlines on some slices, the slices between them interpolated by their shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.interpolate import CubicSpline

from ..errors import OutliningError
from ..mask import Mask
from .areasbetween import interpolatedAreas

PADDING_MM = 6.0
# Pixels that lie equally deep but for rounding are taken together.
SAME_DEPTH_MM = 1e-6
FAR_OUTSIDE = 0.5
# Share of their overlap that two outlines may lose by being laid on each other.
KEPT_OVERLAP = 0.9


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

    Where a slice is filled follows from the signed distances of the two outlines beside it (shape-based interpolation,
    Raya and Udupa 1990), how much of it from the areas of all outlines: distances alone cut off the rounding of a body
    between its outlines. Outlines are laid on each other by their centers, which are interpolated across all slices, so
    that an oblique body does not vanish between its slices.

    :param mask: the outlines.
    :param axis: slice axis of its grid, 0, 1 or 2 for I, J or K.
    :raises OutliningError: fewer than two slices are outlined, or none lies between them.
    """
    voxels = mask.fullArray().astype(bool)
    slices = np.moveaxis(voxels, 2 - axis, 0)
    outlined = np.flatnonzero(slices.any(axis=(1, 2)))
    if len(outlined) < 2:
        raise OutliningError("at least two slices must be outlined to fill those between them")
    empty = np.setdiff1d(np.arange(outlined[0], outlined[-1] + 1), outlined)
    if len(empty) == 0:
        raise OutliningError("no slice between the outlined ones is empty; there is nothing to fill")
    spacing = np.delete(mask.grid.spacingMm[::-1], 2 - axis)
    near = slices[(slice(None), *_boxAround(slices.any(axis=0), spacing))]
    near[empty] = _interpolated(near[outlined], outlined, empty, spacing)
    return FilledOutline(Mask.fromArray(voxels, mask.grid), tuple(int(index) for index in empty))


def _boxAround(inside: np.ndarray, spacingMm) -> tuple[slice, slice]:
    """Rows and columns that hold all outlines and the room an interpolated slice may need around them."""
    pixels = np.argwhere(inside)
    padding = np.ceil(PADDING_MM / spacingMm).astype(int)
    starts, ends = np.maximum(pixels.min(axis=0) - padding, 0), pixels.max(axis=0) + padding + 1
    return tuple(slice(start, end) for start, end in zip(starts, ends))


def _interpolated(outlines: np.ndarray, at: np.ndarray, wanted: np.ndarray, spacingMm) -> list[np.ndarray]:
    """Slices at places between given ones."""
    centers = np.array([ndimage.center_of_mass(inside) for inside in outlines])
    depths = _depthsMm(outlines, spacingMm)
    areas = interpolatedAreas(at, outlines.sum(axis=(1, 2)).astype(float), wanted).round(6)
    found = []
    for place, center, area in zip(wanted, CubicSpline(at, centers)(wanted), areas):
        after = int(np.searchsorted(at, place))
        share = (place - at[after - 1]) / (at[after] - at[after - 1])
        isMoved = _isMoved(outlines[after - 1:after + 1], centers[after] - centers[after - 1])
        depth = sum(weight * _shifted(depths[index], (center - centers[index]) * isMoved)
                    for weight, index in ((1 - share, after - 1), (share, after)))
        found.append(_deepest(depth, area))
    return found


def _isMoved(outlines: np.ndarray, shift: np.ndarray) -> bool:
    """Whether the first outline, shifted, still covers the second; it does not where another island begins."""
    first, second = outlines
    shared = np.sum(_shifted(first.astype(float), shift) * second)
    return bool(shared >= KEPT_OVERLAP * np.count_nonzero(first & second))


def _shifted(values: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return ndimage.shift(values, shift, order=1, mode="nearest")


def _deepest(depth: np.ndarray, area: float) -> np.ndarray:
    """The deepest pixels, as many as come nearest to an area in pixels; equally deep ones stay together."""
    ordered = np.sort(depth, axis=None)[::-1]
    level = ordered[min(max(round(area), 1), len(ordered)) - 1]
    without, within = depth > level + SAME_DEPTH_MM, depth >= level - SAME_DEPTH_MM
    fewer = np.count_nonzero(without)
    return without if fewer > 0 and area - fewer < np.count_nonzero(within) - area else within


def _depthsMm(outlines: np.ndarray, spacingMm) -> np.ndarray:
    """Distances to the outlines in mm, positive inside.

    They go down to minus half the greatest depth: an island that is outlined on one of two slices only would lie too
    far outside the other one to begin between them.
    """
    half, margin = 0.5 * float(np.mean(spacingMm)), [(0, 0), (1, 1), (1, 1)]
    within, without = (np.array([ndimage.distance_transform_edt(inside, sampling=spacingMm) for inside in sides])
                       for sides in (np.pad(outlines, margin), np.pad(~outlines, margin, constant_values=True)))
    depths = np.where(within > 0, within - half, half - without)[:, 1:-1, 1:-1]
    return np.maximum(depths, -FAR_OUTSIDE * within.max())
