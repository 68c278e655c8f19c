"""Planes of voxels, in any order and with empty ones left out, put on a grid: what DICOM segmentations store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import FileError, GeometryError
from ..core.geometry import GridGeometry
from .itkgrid import requirePlausibleSpacing, requirePossibleSize

SAME_PLACE_VOXELS = 0.05
# Positions are often written with two decimals.
POSITION_ROUNDING_MM = 0.011
MOST_PLANES = 4096


@dataclass(frozen=True, eq=False)
class PlaneStack:
    """Parallel planes of one size.

    :param matrixRas: 4x4 from column, row and height in mm along the normal to RAS; its origin is that of the lowest
        plane.
    :param sizeIj: columns and rows.
    :param positionsRas: center of the first voxel of each plane, (n, 3).
    :param statedPitchMm: distance between neighboring planes as the file states it, or None.
    """

    matrixRas: np.ndarray
    sizeIj: tuple[int, int]
    positionsRas: np.ndarray
    statedPitchMm: float | None

    @classmethod
    def of(cls, directionsRas, spacing, sizeIj, positionsRas, statedPitchMm) -> PlaneStack:
        """Put planes together.

        :param directionsRas: unit vectors along which the column index and the row index grow.
        :param spacing: distance between columns and between rows in mm.
        :raises GeometryError: the planes are shifted sideways.
        """
        rowRas, columnRas = directionsRas
        normal = np.cross(rowRas, columnRas)
        positions = np.asarray(positionsRas, dtype=float)
        heights = positions @ normal
        lowest = positions[int(np.argmin(heights))]
        drift = positions - lowest
        drift -= np.outer(drift @ normal, normal)
        if np.max(np.abs(drift)) > 0.25 * min(spacing):
            raise GeometryError("the planes of the segmentation are shifted sideways against each other; save it again "
                                "in 3D Slicer")
        matrix = np.eye(4)
        matrix[:3, 0], matrix[:3, 1], matrix[:3, 2], matrix[:3, 3] = (
            np.multiply(rowRas, spacing[0]), np.multiply(columnRas, spacing[1]), normal, lowest)
        return cls(matrix, tuple(sizeIj), positions, statedPitchMm)

    @property
    def heightsMm(self) -> np.ndarray:
        """Height of each plane above the lowest."""
        return (self.positionsRas - self.matrixRas[:3, 3]) @ self.matrixRas[:3, 2]

    def gridOfImage(self, image: GridGeometry | None) -> GridGeometry | None:
        """The image's grid, if every plane coincides with voxels of it; None otherwise."""
        if image is None:
            return None
        inverse = np.linalg.inv(image.ijkToRas)[:3, :3]
        axes = inverse @ self.matrixRas[:3, :2]
        if not np.allclose(np.sort(np.abs(axes), axis=0), [[0, 0], [0, 0], [1, 1]], atol=1e-3):
            return None
        last = np.array(self.sizeIj) - 1
        corners = self.positionsRas[:, np.newaxis] + [self.matrixRas[:3, 0] * i + self.matrixRas[:3, 1] * j
                                                      for i in (0, last[0]) for j in (0, last[1])]
        indices = image.toIjk(corners.reshape(-1, 3))
        isOnVoxels = np.max(np.abs(indices - np.round(indices))) <= SAME_PLACE_VOXELS
        isInside = np.all(np.round(indices) >= 0) and np.all(np.round(indices) < image.sizeIjk)
        return image if isOnVoxels and isInside else None

    def ownGrid(self) -> GridGeometry:
        """The smallest grid that holds all planes, empty planes between them included.

        :raises GeometryError: the distance between neighboring planes is not known, or the planes are uneven.
        """
        pitch = self._pitchMm()
        steps = self.heightsMm / pitch
        if np.max(np.abs(steps - np.round(steps))) * pitch > max(0.02 * pitch, POSITION_ROUNDING_MM):
            raise GeometryError("the planes of the segmentation are unevenly spaced; give the image that it was drawn "
                                'on as "image", or save it again in 3D Slicer')
        count = round(float(steps.max())) + 1
        if count > MOST_PLANES:
            raise FileError(f"the planes of the segmentation lie over {count:,} slices, which no scan has; export it "
                            "again")
        requirePossibleSize(self.sizeIj[0] * self.sizeIj[1] * count)
        matrix = np.array(self.matrixRas)
        matrix[:3, 2] *= pitch
        grid = GridGeometry((*self.sizeIj, count), matrix)
        requirePlausibleSpacing(grid)
        return grid

    def _pitchMm(self) -> float:
        """As stated, if the planes agree; else the smallest step between them."""
        steps = np.diff(np.unique(np.round(self.heightsMm, 4)))
        steps = steps[steps > POSITION_ROUNDING_MM]
        if self.statedPitchMm is not None and self.statedPitchMm > 0:
            return self.statedPitchMm
        if len(steps) == 0:
            raise GeometryError("the segmentation has one plane and does not say how far apart planes are; give the "
                                'image that it was drawn on as "image"')
        return float(steps.min())


def indicesOnGrid(stack: PlaneStack, plane: int, pixels: np.ndarray, grid: GridGeometry) -> np.ndarray:
    """Voxels of a grid under the pixels of one plane.

    :param plane: index of the plane.
    :param pixels: booleans (row, column).
    :param grid: a grid whose voxels coincide with the planes.
    :return: (n, 3) whole numbers.
    """
    rows, columns = np.nonzero(pixels)
    offsets = np.outer(columns, stack.matrixRas[:3, 0]) + np.outer(rows, stack.matrixRas[:3, 1])
    return np.round(grid.toIjk(stack.positionsRas[plane] + offsets)).astype(int)
