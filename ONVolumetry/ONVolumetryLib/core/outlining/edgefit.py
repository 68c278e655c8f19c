"""Where the marrow ends along rays: marrow, a dark line of cortex and what lies outside, blurred as the scan blurs.

The place where a blurred image is halfway between bright and dark lies inside the marrow's edge when the dark line is
thinner than the blur, since the line does not look as dark as it is. A model of the line does not err that way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from .radialprofiles import Rays

# The model holds from some mm inside the marrow's edge to the middle of the joint.
INNER_MM, OUTER_MM = 3.5, 2.5
REACH_MM, CANDIDATE_MM = 2.0, 0.25
LINE_WIDTHS_MM = np.array([0.5, 1.0, 1.5, 2.0, 2.5])
# What is expected before the image is looked at: mean and standard deviation, mm.
USUAL_SHIFT_MM, USUAL_WIDTH_MM = (0.1, 0.6), (1.1, 0.5)
# Samples nearer to each other than this are not independent; unevenness of the marrow counts as noise as well.
INDEPENDENT_MM, UNEVENNESS = 1.0, 2.0
PARAMETERS = 4


@dataclass(frozen=True, eq=False)
class FittedEdges:
    """The marrow's edge on each ray, arrays (rays,).

    :param radiiMm: where it is.
    :param sdMm: standard deviation of that.
    :param inner: signal just inside, above that of cortex.
    """

    radiiMm: np.ndarray
    sdMm: np.ndarray
    inner: np.ndarray


def fitEdges(rays: Rays, startMm: np.ndarray, darkest: float) -> FittedEdges:
    """Fit the model to each ray around a place near its edge.

    Every place and width of the line is tried, the two signals being the best for it; the mean over all, weighted by
    how well they fit, is the edge.

    :param startMm: places near the edge (rays,), mm from the center.
    :param darkest: signal of cortex.
    """
    signal, atMm = _window(rays, startMm)
    shifts = np.arange(-REACH_MM, REACH_MM + 0.01, CANDIDATE_MM)
    scaled, step = atMm / rays.blurMm[:, None], shifts[None] / rays.blurMm[:, None]
    inside = ndtr(step[..., None] - scaled[:, None])
    misfit = np.empty((len(signal), len(LINE_WIDTHS_MM), len(shifts)))
    inner = np.empty_like(misfit)
    for index, width in enumerate(LINE_WIDTHS_MM):
        outside = ndtr(scaled[:, None] - step[..., None] - (width / rays.blurMm)[:, None, None])
        misfit[:, index], inner[:, index] = _bestSignals(signal - darkest, inside, outside)
    weights = _weights(misfit, shifts, INDEPENDENT_MM / rays.stepMm, signal.shape[1])
    overShifts = weights.sum(axis=1)
    mean = overShifts @ shifts
    variance = np.maximum(overShifts @ shifts**2 - mean**2, CANDIDATE_MM**2 / 12)
    return FittedEdges(startMm + mean, np.sqrt(variance), (weights * inner).sum(axis=(1, 2)))


def _window(rays: Rays, startMm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signals (rays, samples) around places on the rays, and how far outside the places they are in mm."""
    count = round((INNER_MM + OUTER_MM) / rays.stepMm) + 1
    first = np.rint((startMm - INNER_MM - rays.radiiMm[0]) / rays.stepMm).astype(int)
    columns = np.clip(first[:, None] + np.arange(count), 0, len(rays.radiiMm) - 1)
    return np.take_along_axis(rays.values, columns, axis=1), rays.radiiMm[columns] - startMm[:, None]


def _bestSignals(signal: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum of squares that the best inner and outer signals leave, neither of them darker than cortex; and the inner."""
    signal = signal[:, None]
    ii, oo, io = ((a * b).sum(axis=-1) for a, b in ((inside, inside), (outside, outside), (inside, outside)))
    iy, oy = (inside * signal).sum(axis=-1), (outside * signal).sum(axis=-1)
    determinant = np.maximum(ii * oo - io * io, 1e-9)
    inner, outer = (iy * oo - oy * io) / determinant, (oy * ii - iy * io) / determinant
    inner, outer = (np.where(outer < 0, iy / ii, inner), np.where(inner < 0, oy / np.maximum(oo, 1e-9), outer))
    inner, outer = np.maximum(inner, 0.0), np.maximum(outer, 0.0)
    left = (signal * signal).sum(axis=-1) - 2 * (inner * iy + outer * oy)
    return left + inner * inner * ii + outer * outer * oo + 2 * inner * outer * io, inner


def _weights(misfit: np.ndarray, shifts: np.ndarray, samplesEach: float, count: int) -> np.ndarray:
    """How probable each width and place is on its ray (rays, widths, places), 1 in sum."""
    freedom = max(count / samplesEach - PARAMETERS, 1.0)
    noise = UNEVENNESS * np.median(misfit.min(axis=(1, 2))) / freedom
    unlikely = (misfit / max(noise, 1e-9)
                + (((LINE_WIDTHS_MM - USUAL_WIDTH_MM[0]) / USUAL_WIDTH_MM[1]) ** 2)[:, None]
                + ((shifts - USUAL_SHIFT_MM[0]) / USUAL_SHIFT_MM[1]) ** 2)
    weights = np.exp(-0.5 * (unlikely - unlikely.min(axis=(1, 2), keepdims=True)))
    return weights / weights.sum(axis=(1, 2), keepdims=True)
