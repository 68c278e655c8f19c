"""The sub-voxel surface of a segment: its area, and the volume it encloses."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .mask import Mask

PADDING_VOXELS = 3
NORMAL_SMOOTHING_VOXELS = 1.5

# Six tetrahedra around the diagonal 000-111 fill a cell; corner indices are bits (k, j, i).
CELL_TETRAHEDRA = ((0, 1, 3, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 6, 4, 7), (0, 4, 5, 7), (0, 5, 1, 7))


def signedDistanceMm(mask: Mask) -> np.ndarray:
    """Signed distance to the segment's boundary in mm, positive inside, sampled at voxel centers.

    :return: float32 array in KJI order, the segment's bounding box with three voxels around it.
    :raises SegmentError: the segment is empty.
    """
    return _signedDistance(_padded(mask), mask.geometry.spacingMm)


def surfaceMeasures(mask: Mask) -> tuple[float, float]:
    """Area in mm2 and enclosed volume in mm3 of the segment's sub-voxel surface.

    :raises SegmentError: the segment is empty.
    """
    spacing = mask.geometry.spacingMm
    padded = _padded(mask)
    distance = _signedDistance(padded, spacing)
    return _fluxArea(padded, distance, spacing), _tetrahedralVolume(distance, mask.geometry.voxelVolumeMm3)


def _padded(mask: Mask) -> np.ndarray:
    return np.pad(mask.voxels, PADDING_VOXELS)


def _signedDistance(padded: np.ndarray, spacingIjk: np.ndarray) -> np.ndarray:
    # Distances to the nearest voxel center of the other side put the zero between the two, not on one of them.
    sampling = [float(spacing) for spacing in reversed(spacingIjk)]
    inward = ndimage.distance_transform_edt(padded, sampling=sampling)
    outward = ndimage.distance_transform_edt(~padded, sampling=sampling)
    return (inward - outward).astype(np.float32)


def _fluxArea(padded: np.ndarray, distance: np.ndarray, spacingIjk: np.ndarray) -> float:
    """Area as the flux of the surface's unit normals through the faces of the voxels.

    The normals are those of the signed distance. Summing face area times the normal's component along
    the face counts each part of the surface once, where adding up the faces alone counts 1.5 times a
    sphere's area.
    """
    spacing = np.asarray(spacingIjk)[::-1]
    smoothed = ndimage.gaussian_filter(distance, NORMAL_SMOOTHING_VOXELS * np.min(spacing) / spacing, truncate=2.0)
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
        cosine = np.divide(outward * normals[axis], lengths, out=np.ones_like(lengths), where=lengths > 0)
        area += faceArea * float(np.sum(cosine))
    return area


def _tetrahedralVolume(distance: np.ndarray, voxelVolumeMm3: float) -> float:
    """Volume where the distance is positive, linear in each of six tetrahedra of every cell.

    It is the volume enclosed by the closed surface that marching tetrahedra would draw.
    """
    positive = distance > 0
    corners = [tuple(slice(bit, size - 1 + bit) for bit, size in zip(bits, distance.shape))
               for bits in np.ndindex(2, 2, 2)]
    inside = sum(positive[corner].astype(np.uint8) for corner in corners)
    volume = float(np.count_nonzero(inside == 8))
    crossed = (inside > 0) & (inside < 8)
    values = np.stack([distance[corner][crossed] for corner in corners]).astype(float)
    for tetrahedron in CELL_TETRAHEDRA:
        volume += float(np.sum(_positiveFraction(values[list(tetrahedron)]))) / 6.0
    return volume * voxelVolumeMm3


def _positiveFraction(corners: np.ndarray) -> np.ndarray:
    """Share of each tetrahedron, given by its four corner values (4, n), where the linear field is positive."""
    a, b, c, d = np.sort(corners, axis=0)
    fraction = np.where(a > 0, 1.0, 0.0)
    one = (d > 0) & (c <= 0)
    fraction[one] = _cornerShare(d[one], a[one], b[one], c[one])
    three = (a <= 0) & (b > 0)
    fraction[three] = 1.0 - _cornerShare(a[three], b[three], c[three], d[three])
    two = (b <= 0) & (c > 0)
    fraction[two] = _twoCornerShare(a[two], b[two], c[two], d[two])
    return fraction


def _cornerShare(apex, first, second, third) -> np.ndarray:
    """Share cut off at one corner whose sign differs from the other three."""
    return apex ** 3 / ((apex - first) * (apex - second) * (apex - third))


def _twoCornerShare(a, b, c, d) -> np.ndarray:
    """Share on the side of the two positive corners c <= d, where a <= b <= 0."""
    toC, toD = c / (c - a), d / (d - a)
    fromC, fromD = c / (c - b), d / (d - b)
    return toC * fromC * (1.0 - fromD) + toC * fromD * (1.0 - toD) + toD * fromD
