"""Outlines on some slices, the slices between them interpolated by their shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import OutliningError
from ..mask import Mask
from .areasbetween import interpolatedAreas
from .depthsbetween import interpolatedDepthsMm

PADDING_MM = 6.0
# So many empty slices in a row are filled, and more where slices are thin and outlines near each other all the same.
MOST_EMPTY, NEAR_MM = 2, 8.0
# Pixels that lie equally deep but for rounding are taken together.
SAME_DEPTH_MM = 1e-6


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
    between its outlines.

    :param mask: the outlines.
    :param axis: slice axis of its grid, 0, 1 or 2 for I, J or K.
    :raises OutliningError: fewer than two slices are outlined, none lies between them, or outlines are too far apart
        to tell what lies between.
    """
    voxels = mask.fullArray().astype(bool)
    slices = np.moveaxis(voxels, 2 - axis, 0)
    outlined = np.flatnonzero(slices.any(axis=(1, 2)))
    if len(outlined) < 2:
        raise OutliningError("at least two slices must be outlined to fill those between them")
    empty = np.setdiff1d(np.arange(outlined[0], outlined[-1] + 1), outlined)
    if len(empty) == 0:
        raise OutliningError("no slice between the outlined ones is empty; there is nothing to fill")
    _requireNear(outlined, float(mask.grid.spacingMm[axis]))
    spacing = np.delete(mask.grid.spacingMm[::-1], 2 - axis)
    near = slices[(slice(None), *_boxAround(slices.any(axis=0), spacing))]
    near[empty] = _interpolated(near[outlined], outlined, empty, spacing)
    return FilledOutline(Mask.fromArray(voxels, mask.grid), tuple(int(index) for index in empty))


def _requireNear(outlined: np.ndarray, pitchMm: float):
    """Refuse to guess across a gap."""
    gaps = np.diff(outlined)
    isTooFar = (gaps - 1 > MOST_EMPTY) & (gaps * pitchMm > NEAR_MM)
    if isTooFar.any():
        before = int(outlined[np.argmax(isTooFar)])
        after = int(outlined[np.argmax(isTooFar) + 1])
        raise OutliningError(f"{after - before - 1} slices in a row have no outline (between slice {before + 1} and "
                             f"slice {after + 1}), which is too many to tell what lies there; outline every second or "
                             "third slice")


def _boxAround(inside: np.ndarray, spacingMm) -> tuple[slice, slice]:
    """Rows and columns that hold all outlines and the room an interpolated slice may need around them."""
    pixels = np.argwhere(inside)
    padding = np.ceil(PADDING_MM / spacingMm).astype(int)
    starts, ends = np.maximum(pixels.min(axis=0) - padding, 0), pixels.max(axis=0) + padding + 1
    return tuple(slice(start, end) for start, end in zip(starts, ends))


def _interpolated(outlines: np.ndarray, at: np.ndarray, wanted: np.ndarray, spacingMm) -> list[np.ndarray]:
    """Slices at places between given ones."""
    areas = interpolatedAreas(at, outlines.sum(axis=(1, 2)).astype(float), wanted).round(6)
    depths = interpolatedDepthsMm(outlines, at, wanted, spacingMm)
    return [_deepest(depth, area) for depth, area in zip(depths, areas)]


def _deepest(depth: np.ndarray, area: float) -> np.ndarray:
    """The deepest pixels, as many as come nearest to an area in pixels; equally deep ones stay together."""
    ordered = np.sort(depth, axis=None)[::-1]
    level = ordered[min(max(round(area), 1), len(ordered)) - 1]
    without, within = depth > level + SAME_DEPTH_MM, depth >= level - SAME_DEPTH_MM
    fewer = np.count_nonzero(without)
    return without if fewer > 0 and area - fewer < np.count_nonzero(within) - area else within
