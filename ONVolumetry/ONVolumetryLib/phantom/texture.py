"""Mottling that is fixed in the tissue and moves with it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

SIZE, SPACING_MM = 128, 0.9
# Standard deviations in mm of the blurs whose results are added: fine and coarse mottling.
SCALES_MM = (1.3, 4.0)


class Texture:
    """A smooth random field without seam, mean 0 and standard deviation 1."""

    def __init__(self, generator: np.random.Generator):
        noise = generator.standard_normal((SIZE, SIZE, SIZE), dtype=np.float32)
        blurred = [ndimage.gaussian_filter(noise, scale / SPACING_MM, mode="wrap", truncate=3) for scale in SCALES_MM]
        field = sum(part / part.std() for part in blurred)
        self.field = ((field - field.mean()) / field.std()).ravel()

    def at(self, points: np.ndarray) -> np.ndarray:
        """Value at points (..., 3) in mm, from the nearest node."""
        index = np.floor(points * np.float32(1 / SPACING_MM)).astype(np.int32) & (SIZE - 1)
        return self.field[(index[..., 0] * SIZE + index[..., 1]) * SIZE + index[..., 2]]
