"""Shapes as voxels, at any spacing, obliquity and phase."""

from __future__ import annotations

import numpy as np

from ..core.errors import GeometryError
from ..core.geometry import GridGeometry
from ..core.mask import Mask
from .shapes import Shape, boxCorners

POINTS_PER_CHUNK = 1_000_000


def rasterize(shape: Shape, grid: GridGeometry) -> Mask:
    """The voxels whose center lies inside a shape, as a reader outlines it on each slice's mid-plane.

    Only the part of the grid near the shape is looked at.

    :param shape: solid in RAS, mm.
    """
    low, high = _boxIjk(shape, grid)
    if np.any(high < low):
        return Mask(np.zeros((0, 0, 0), dtype=bool), (0, 0, 0), grid)
    sizeIjk = high - low + 1
    box = grid.cropped(low, sizeIjk)
    voxels = np.zeros(tuple(sizeIjk[::-1]), dtype=bool)
    slicesPerChunk = max(1, POINTS_PER_CHUNK // int(sizeIjk[0] * sizeIjk[1]))
    for start in range(0, sizeIjk[2], slicesPerChunk):
        part = slice(start, min(start + slicesPerChunk, sizeIjk[2]))
        voxels[part] = shape.distance(voxelCenters(box, part)) < 0
    cropped = Mask.fromArray(voxels, box)
    if cropped.isEmpty:
        return Mask(cropped.voxels, (0, 0, 0), grid)
    return Mask(cropped.voxels, tuple(int(value) for value in low + cropped.offsetIjk), grid)


def voxelCenters(grid: GridGeometry, slices: slice | None = None) -> np.ndarray:
    """RAS of the voxel centers of some K slices (all by default), array (K, J, I, 3)."""
    k, j, i = (np.arange(size, dtype=float) for size in grid.shapeKji)
    k = k if slices is None else k[slices]
    matrix = grid.ijkToRas
    return ((i[None, None, :, None] * matrix[:3, 0] + j[None, :, None, None] * matrix[:3, 1])
            + (k[:, None, None, None] * matrix[:3, 2] + matrix[:3, 3]))


def uniformGrid(bounds, spacingMm, phase=(0.0, 0.0, 0.0)) -> GridGeometry:
    """A grid along the patient's axes that covers a box with a margin of one voxel.

    :param bounds: (2, 3) lowest and highest RAS coordinates in mm.
    :param spacingMm: one number or three.
    :param phase: shift of the grid along each axis as a share of a voxel.
    """
    bounds = np.asarray(bounds, dtype=float)
    if not np.all(np.isfinite(bounds)):
        raise GeometryError("a shape without end has no grid around it; cut it by one that ends")
    spacing = np.broadcast_to(np.asarray(spacingMm, dtype=float), 3)
    low = np.floor(bounds[0] / spacing) - 1
    high = np.ceil(bounds[1] / spacing) + 1
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = (low + np.asarray(phase, dtype=float)) * spacing
    return GridGeometry(tuple((high - low + 1).astype(int)), matrix)


def _boxIjk(shape: Shape, grid: GridGeometry) -> tuple[np.ndarray, np.ndarray]:
    last = np.array(grid.sizeIjk) - 1
    bounds = shape.bounds
    if not np.all(np.isfinite(bounds)):
        whole = np.array([grid.cornersRas().min(axis=0), grid.cornersRas().max(axis=0)])
        bounds = np.where(np.isfinite(bounds), bounds, whole)
    corners = grid.toIjk(boxCorners(bounds))
    low = np.clip(np.floor(corners.min(axis=0)), 0, None)
    high = np.minimum(np.ceil(corners.max(axis=0)), last)
    return low.astype(int), high.astype(int)
