"""The image along rays from a center, and how steeply it falls there."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..geometry import GridGeometry
from ..registration.smoothed import SmoothedImage, cropAround

BLUR_MM, EDGE_BLUR_MM = 0.3, 0.8
# Farthest from the click that anything of a head is looked for.
REACH_MM = 46.0


class HeadImage:
    """The part of an image around a click, blurred a little, to be read at any point."""

    def __init__(self, voxels: np.ndarray, grid: GridGeometry, centerRas):
        """
        :param voxels: array in KJI order.
        :param centerRas: of the part, mm.
        """
        part, partGrid = cropAround(voxels, grid, centerRas, REACH_MM)
        self.voxels = voxels
        self.grid = grid
        self.image = SmoothedImage(part, partGrid, BLUR_MM, splineOrder=3)

    def around(self, centerRas) -> HeadImage:
        """The part of the same image around another point."""
        return HeadImage(self.voxels, self.grid, centerRas)

    def along(self, centerRas, directions: np.ndarray, radiiMm: np.ndarray) -> np.ndarray:
        """Values on rays, array (directions, radii)."""
        points = np.asarray(centerRas) + directions[:, None, :] * radiiMm[:, None]
        return self.image.valuesAt(points.reshape(-1, 3))[0].reshape(len(directions), len(radiiMm))

    def isInside(self, pointsRas: np.ndarray) -> np.ndarray:
        """Whether points (..., 3) lie within the voxels of the whole image."""
        ijk = self.grid.toIjk(pointsRas)
        return np.all((ijk >= -0.5) & (ijk <= np.array(self.grid.sizeIjk) - 0.5), axis=-1)


def outwardFall(values: np.ndarray, stepMm: float) -> np.ndarray:
    """How much values (directions, radii) fall outward per mm; negative where they rise."""
    return -ndimage.gaussian_filter1d(values, EDGE_BLUR_MM / stepMm, axis=1, order=1, mode="nearest") / stepMm
