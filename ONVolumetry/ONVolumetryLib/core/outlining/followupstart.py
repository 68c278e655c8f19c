"""Where the head of a baseline lies in a follow-up, before anybody has clicked there."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve

from ..errors import OutliningError
from ..geometry import GridGeometry
from ..registration.boxes import boxAround, voxelCentersRas
from ..registration.smoothed import SmoothedImage, cropAround

STEP_MM, BLUR_MM = 3.0, 2.5
TEMPLATE_RADII, SEARCH_MM = 1.7, 60.0
LEAST_LIKENESS = 0.5


def likelyCenter(baseline, followup, centerRas, radiusMm: float) -> np.ndarray:
    """Place of the follow-up that looks most like the surroundings of the head at baseline.

    Only shifts are tried: patients are laid down alike, and a click within 8 mm is all that is wanted.

    :param baseline: voxels (KJI) and grid.
    :param followup: likewise; contrast may be inverted.
    :param centerRas: center of the head at baseline, mm.
    :return: RAS in mm.
    :raises OutliningError: nothing looks like it within 60 mm.
    """
    half = TEMPLATE_RADII * radiusMm
    template, _ = _sampled(*baseline, centerRas, half)
    values, box = _sampled(*followup, centerRas, half + SEARCH_MM)
    template = template - template.mean()
    flipped = template[::-1, ::-1, ::-1]
    ones = np.ones_like(template)
    means = fftconvolve(values, ones, mode="valid") / template.size
    squares = fftconvolve(values * values, ones, mode="valid") / template.size
    spread = np.sqrt(np.maximum(squares - means * means, 1e-6 * np.var(values) + 1e-12))
    likeness = np.abs(fftconvolve(values, flipped, mode="valid")) / (template.size * spread * template.std())
    at = np.array(np.unravel_index(int(np.argmax(likeness)), likeness.shape))
    if likeness[tuple(at)] < LEAST_LIKENESS:
        raise OutliningError("the head of the baseline is not recognized in this visit's image; click it")
    return box.toRas((at + (np.array(template.shape) - 1) / 2)[::-1])


def _sampled(voxels: np.ndarray, grid: GridGeometry, centerRas, halfMm: float) -> tuple[np.ndarray, GridGeometry]:
    box = boxAround(centerRas, halfMm, STEP_MM)
    part, partGrid = cropAround(voxels, grid, centerRas, np.sqrt(3.0) * halfMm)
    image = SmoothedImage(part, partGrid, BLUR_MM, splineOrder=1)
    values, inside = image.valuesAt(voxelCentersRas(box).reshape(-1, 3))
    outside = float(np.median(values[inside])) if inside.any() else 0.0
    return np.where(inside, values, outside).reshape(box.shapeKji), box
