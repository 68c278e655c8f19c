"""The image along rays from a center, and how steeply it falls there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..geometry import GridGeometry
from ..registration.smoothed import SmoothedImage, cropAround

BLUR_MM, EDGE_BLUR_MM = 0.3, 0.8
LINE_REACH_MM, HALF_LINE_MM = 2.0, 0.5
# Farthest from the click that anything of a head is looked for.
REACH_MM = 46.0


@dataclass(frozen=True, eq=False)
class Rays:
    """An image along rays from a center.

    :param directions: unit vectors (rays, 3), RAS.
    :param radiiMm: evenly spaced distances from the center (samples,).
    :param values: image there (rays, samples).
    :param blurMm: standard deviation of the scan's blur along each ray (rays,), slice thickness included.
    """

    directions: np.ndarray
    radiiMm: np.ndarray
    values: np.ndarray
    blurMm: np.ndarray

    @property
    def stepMm(self) -> float:
        return float(self.radiiMm[1] - self.radiiMm[0])


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

    def rays(self, centerRas, directions: np.ndarray, radiiMm: np.ndarray) -> Rays:
        """Values on rays, and how much the scan blurs along them: a voxel is a box, which has 1/12 of its square."""
        boxes = (directions @ self.grid.axisDirections) ** 2 @ (self.grid.spacingMm**2 / 12)
        return Rays(directions, radiiMm, self.along(centerRas, directions, radiiMm), np.sqrt(boxes + BLUR_MM**2))

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


def darkLines(values: np.ndarray, stepMm: float) -> np.ndarray:
    """How deep a dark line just outside each place is, against the less bright of its sides (directions, radii)."""
    reach = round(LINE_REACH_MM / stepMm)
    brightestInside = ndimage.maximum_filter1d(values, reach + 1, axis=1, origin=(reach + 1) // 2, mode="nearest")
    brightestOutside = ndimage.maximum_filter1d(values, reach + 1, axis=1, origin=-((reach + 1) // 2), mode="nearest")
    depths = np.minimum(brightestInside, brightestOutside) - values
    outward = round(HALF_LINE_MM / stepMm)
    return np.pad(depths[:, outward:], [(0, 0), (0, outward)])
