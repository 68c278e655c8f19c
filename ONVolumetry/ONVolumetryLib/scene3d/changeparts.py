"""What of the original lesion regenerated, what persists and what is new, as fields to be drawn."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from . import styles
from .smoothfield import SmoothField

# Thinner parts than twice this are within what outlines and registration can tell; they are not drawn.
THINNEST_HALF_MM = 0.75
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
    parts = {
        styles.PERSISTENT: np.minimum(before, after),
        styles.REGENERATED: _withoutThinParts(np.minimum(before, -after - np.float32(GAP_MM))),
        styles.NEW: _withoutThinParts(np.minimum(after, -before - np.float32(GAP_MM))),
    }
    return {key: SmoothField(ndimage.gaussian_filter(values, SMOOTHING_VOXELS), original.geometry)
            for key, values in parts.items()}


def _withoutThinParts(values: np.ndarray) -> np.ndarray:
    """Leave only what lies within reach of a core that is thick enough (an opening by reconstruction)."""
    core = values > THINNEST_HALF_MM
    if not core.any():
        return np.full_like(values, -FAR_MM)
    reach = ndimage.distance_transform_edt(~core)
    # The core ends this far inside the surface; a little more keeps the rounded edges.
    limit = np.float32(2.5 * THINNEST_HALF_MM / 0.7) - reach.astype(np.float32)
    return np.minimum(values, limit)
