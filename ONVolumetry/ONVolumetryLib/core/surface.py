"""The sub-voxel surface of a segment: its area, and the volume it encloses."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .mask import Mask
from .signeddistance import paddedVoxels, signedDistanceOfArray

NORMAL_SMOOTHING_VOXELS = 1.5

# A cell divides into a middle tetrahedron (a third of it) and four at corners (a sixth each) in two ways that mirror
# each other; the mean of both does not depend on the direction of an axis. Corner indices are bits (k, j, i).
MIDDLE_TETRAHEDRA = ((0, 3, 5, 6), (1, 2, 4, 7))
CORNER_TETRAHEDRA = ((1, 0, 3, 5), (2, 0, 3, 6), (4, 0, 5, 6), (7, 3, 5, 6),
                     (0, 1, 2, 4), (3, 1, 2, 7), (5, 1, 4, 7), (6, 2, 4, 7))


def surfaceMeasures(mask: Mask) -> tuple[float, float]:
    """Area in mm2 and enclosed volume in mm3 of the segment's sub-voxel surface.

    :raises SegmentError: the segment is empty.
    """
    spacing = mask.geometry.spacingMm
    padded = paddedVoxels(mask)
    distance = signedDistanceOfArray(padded, spacing[::-1])
    return _fluxArea(padded, distance, spacing), _tetrahedralVolume(distance, mask.geometry.voxelVolumeMm3)


def _fluxArea(padded: np.ndarray, distance: np.ndarray, spacingIjk: np.ndarray) -> float:
    """Area as the flux of the surface's unit normals through the faces of the voxels.

    The normals are those of the signed distance. Summing face area times the normal's component along
    the face counts each part of the surface once, where adding up the faces alone counts 1.5 times a
    sphere's area.
    """
    spacing = np.asarray(spacingIjk)[::-1]
    # Rounded, so that the kernel's reach does not flip with the last digit of the spacing.
    widths = np.round(NORMAL_SMOOTHING_VOXELS * np.min(spacing) / spacing, 6)
    smoothed = ndimage.gaussian_filter(distance, widths, truncate=2.0)
    gradient = np.gradient(smoothed, *spacing)
    area = 0.0
    for axis in range(3):
        low = tuple(slice(None, -1) if other == axis else slice(None) for other in range(3))
        high = tuple(slice(1, None) if other == axis else slice(None) for other in range(3))
        isFace = padded[low] != padded[high]
        normals = [part[low][isFace] + part[high][isFace] for part in gradient]
        lengths = np.sqrt(sum(part * part for part in normals))
        outward = np.where(padded[high][isFace], 1.0, -1.0)
        faceArea = float(np.prod(np.delete(spacing, axis)))
        # A face between two parallel sheets has no normal of its own; it counts whole.
        cosine = np.divide(outward * normals[axis], lengths, out=np.ones_like(lengths), where=lengths > 1e-3)
        area += faceArea * float(np.sum(cosine))
    return area


def _tetrahedralVolume(distance: np.ndarray, voxelVolumeMm3: float) -> float:
    """Volume where the distance is positive, linear in each tetrahedron of every cell.

    It is the volume enclosed by the closed surface that marching tetrahedra would draw.
    """
    positive = (distance > 0).view(np.uint8)
    corners = [tuple(slice(bit, size - 1 + bit) for bit, size in zip(bits, distance.shape))
               for bits in np.ndindex(2, 2, 2)]
    inside = sum(positive[corner] for corner in corners)
    wholeCells = int(np.count_nonzero(inside == len(corners)))
    crossed = np.flatnonzero((inside > 0) & (inside < len(corners)))
    values = [distance[corner].ravel()[crossed] for corner in corners]
    parts = (_sumOfFractions(values, MIDDLE_TETRAHEDRA) / 3.0 + _sumOfFractions(values, CORNER_TETRAHEDRA) / 6.0) / 2.0
    return float((wholeCells + parts) * voxelVolumeMm3)


def _sumOfFractions(values, tetrahedra) -> float:
    return sum(float(np.sum(_positiveFraction(*(values[corner] for corner in tetrahedron)), dtype=float))
               for tetrahedron in tetrahedra)


def _positiveFraction(a, b, c, d) -> np.ndarray:
    """Share of tetrahedra, given by their four corner values (n,) each, where the linear field is positive."""
    a, b, c, d = _sorted(a, b, c, d)
    fraction = (a > 0).astype(a.dtype)
    for crossed, share in (((d > 0) & (c <= 0), lambda a, b, c, d: _cornerShare(d, a, b, c)),
                           ((c > 0) & (b <= 0), _twoCornerShare),
                           ((b > 0) & (a <= 0), lambda a, b, c, d: 1.0 - _cornerShare(a, b, c, d))):
        index = np.flatnonzero(crossed)
        fraction[index] = share(a[index], b[index], c[index], d[index])
    return fraction


def _sorted(a, b, c, d) -> tuple[np.ndarray, ...]:
    """Four arrays in ascending order element by element (a sorting network: much faster than sorting an axis of 4)."""
    a, b = np.minimum(a, b), np.maximum(a, b)
    c, d = np.minimum(c, d), np.maximum(c, d)
    a, c = np.minimum(a, c), np.maximum(a, c)
    b, d = np.minimum(b, d), np.maximum(b, d)
    b, c = np.minimum(b, c), np.maximum(b, c)
    return a, b, c, d


def _cornerShare(apex, first, second, third) -> np.ndarray:
    """Share cut off at one corner whose sign differs from the other three."""
    return (apex / (apex - first)) * (apex / (apex - second)) * (apex / (apex - third))


def _twoCornerShare(a, b, c, d) -> np.ndarray:
    """Share on the side of the two positive corners c <= d, where a <= b <= 0."""
    toC, toD = c / (c - a), d / (d - a)
    fromC, fromD = c / (c - b), d / (d - b)
    return toC * fromC * (1.0 - fromD) + toC * fromD * (1.0 - toD) + toD * fromD
