"""What of the original lesion regenerated, what persists and what is new, as fields to be drawn."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from . import styles
from .smoothfield import SmoothField

# Thinner parts than twice this are within what outlines and registration can tell; they are not drawn.
THINNEST_HALF_MM = 0.75
# So are smaller ones: a few voxels of a scan, as where the rounded ends of two outlines differ.
SMALLEST_MM3 = 30.0
# Room between neighboring parts, so that their surfaces do not flicker through each other.
GAP_MM = 0.25
FAR_MM = 5.0
# Rounds the sharp edges along which two lesions meet.
SMOOTHING_VOXELS = 0.6


def changeParts(original: SmoothField, now: SmoothField | None) -> dict[str, SmoothField]:
    """Fields of the parts on the grid of both lesions.

    :param original: lesion at baseline.
    :param now: lesion at follow-up on the same grid; None where none is left.
    :return: fields by the keys of styles.
    """
    before = original.values
    after = np.full_like(before, -FAR_MM) if now is None else now.values
    fewest = SMALLEST_MM3 / original.voxelVolumeMm3
    parts = {
        styles.PERSISTENT: np.minimum(before, after),
        styles.REGENERATED: _largeParts(np.minimum(before, -after - np.float32(GAP_MM)), fewest),
        styles.NEW: _largeParts(np.minimum(after, -before - np.float32(GAP_MM)), fewest),
    }
    return {key: SmoothField(ndimage.gaussian_filter(values, SMOOTHING_VOXELS), original.geometry)
            for key, values in parts.items()}


def _largeParts(values: np.ndarray, fewestVoxels: float) -> np.ndarray:
    """Leave only parts of so many voxels, without what is thin."""
    thick = _withoutThinParts(values)
    labels, count = ndimage.label(thick > 0)
    if count == 0:
        return thick
    isSmall = np.bincount(labels.ravel(), minlength=count + 1) < fewestVoxels
    isSmall[0] = False
    return np.where(isSmall[labels], np.float32(-FAR_MM), thick) if isSmall.any() else thick


def _withoutThinParts(values: np.ndarray) -> np.ndarray:
    """Leave only what lies within reach of a core that is thick enough (an opening by reconstruction)."""
    core = values > THINNEST_HALF_MM
    if not core.any():
        return np.full_like(values, -FAR_MM)
    reach = ndimage.distance_transform_edt(~core)
    # The core ends this far inside the surface; a little more keeps the rounded edges.
    limit = np.float32(2.5 * THINNEST_HALF_MM / 0.7) - reach.astype(np.float32)
    return np.minimum(values, limit)
