"""Images blurred to a scale, to be read at any point."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ..geometry import GridGeometry

GRADIENT_STEP_MM = 0.5


def cropAround(voxels: np.ndarray, grid: GridGeometry, centerRas, radiusMm: float) -> tuple[np.ndarray, GridGeometry]:
    """The part of an image that holds a ball.

    :return: float32 array in KJI order and its grid; a single voxel where the ball lies outside the image.
    """
    middle = grid.toIjk(np.asarray(centerRas, dtype=float))
    reach = radiusMm / grid.spacingMm
    last = np.array(grid.sizeIjk) - 1
    low = np.clip(np.floor(middle - reach), 0, last).astype(int)
    high = np.clip(np.ceil(middle + reach), low, last).astype(int)
    box = tuple(slice(int(start), int(stop) + 1) for start, stop in zip(low[::-1], high[::-1]))
    return voxels[box].astype(np.float32), grid.cropped(low, high - low + 1)


class SmoothedImage:
    """An image blurred by a Gaussian and interpolated between its voxels."""

    def __init__(self, voxels: np.ndarray, grid: GridGeometry, blurMm: float, splineOrder: int = 3):
        """
        :param voxels: float32 array in KJI order.
        :param blurMm: standard deviation of the blur.
        :param splineOrder: 1 (linear) or 3 (cubic B-spline).
        """
        blurred = ndimage.gaussian_filter(voxels, blurMm / grid.spacingMm[::-1], truncate=3.0)
        # A spline needs some voxels along each axis.
        self.order = splineOrder if min(voxels.shape) > 3 else 1
        self.coefficients = blurred if self.order == 1 else ndimage.spline_filter(
            blurred, order=self.order, output=np.float32)
        self.grid = grid

    def valuesAt(self, pointsRas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values at points (n, 3), and whether each lies within the image."""
        ijk = self.grid.toIjk(pointsRas)
        inside = np.all((ijk >= 0) & (ijk <= np.array(self.grid.sizeIjk) - 1), axis=1)
        values = ndimage.map_coordinates(self.coefficients, ijk.T[::-1], order=self.order, mode="nearest",
                                         prefilter=False)
        return values.astype(float), inside

    def gradientsAt(self, pointsRas: np.ndarray) -> np.ndarray:
        """Gradient per mm along R, A and S at points (n, 3)."""
        gradients = np.empty((len(pointsRas), 3))
        for axis in range(3):
            step = np.zeros(3)
            step[axis] = GRADIENT_STEP_MM
            ahead, behind = self.valuesAt(pointsRas + step)[0], self.valuesAt(pointsRas - step)[0]
            gradients[:, axis] = (ahead - behind) / (2 * GRADIENT_STEP_MM)
        return gradients
