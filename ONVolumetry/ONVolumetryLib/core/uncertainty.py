"""Standard uncertainties: of one volume, of ratios, and of their change."""

from __future__ import annotations

import math

import numpy as np

COVERAGE_FACTOR_95 = 1.96
SMOOTH_END_K = 240.0
FLAT_END_K = 12.0
FLAT_END_AREA_RATIO = 0.65
# An extent anywhere in (0, 2T) that meets one slice: variance of the triangular law over its mean squared.
SINGLE_SLICE_RELATIVE = 1.0 / math.sqrt(6.0)


def samplingRelativeUncertainty(areasMm2, flatEnd: bool | None = None) -> float:
    """Relative standard uncertainty of a volume that comes from sampling it on parallel slices.

    Gundersen and Jensen's error of systematic sampling, CE^2 = (3A - 4B + C) / (k (sum a)^2) with
    A, B and C the sums of a_i a_i, a_i a_(i+1) and a_i a_(i+2) (J Microsc 1987;147:229). k = 240 where
    the body tapers off; 12 where an end slice has more than 65 % of its neighbor's area, since a
    face of the body then probably lies parallel to the slices.

    :param areasMm2: section areas from the first to the last slice.
    :param flatEnd: whether a face lies parallel to the slices; None to judge by the areas.
    :raises ValueError: there is no area.
    """
    areas = np.asarray(areasMm2, dtype=float)
    total = float(np.sum(areas))
    if total <= 0:
        raise ValueError("a body without area has no sampling uncertainty")
    if len(areas) == 1:
        return SINGLE_SLICE_RELATIVE
    products = [float(np.dot(areas[lag:], areas[:len(areas) - lag])) for lag in range(3)]
    variance = 3 * products[0] - 4 * products[1] + products[2]
    flatEnd = hasFlatEnd(areas) if flatEnd is None else flatEnd
    smoothness = FLAT_END_K if flatEnd else SMOOTH_END_K
    return math.sqrt(max(variance, 0.0) / smoothness) / total


def hasFlatEnd(areasMm2) -> bool:
    """Whether an end slice's area exceeds 65 % of its neighbor's (needs two slices)."""
    areas = np.asarray(areasMm2, dtype=float)
    if len(areas) < 2:
        return False
    return bool(areas[0] > FLAT_END_AREA_RATIO * areas[1] or areas[-1] > FLAT_END_AREA_RATIO * areas[-2])


def rootSumOfSquares(*parts: float) -> float:
    """Combined standard uncertainty of independent parts."""
    return math.sqrt(sum(part * part for part in parts))


def correlatedDifference(first: float, second: float, correlation: float) -> float:
    """Standard uncertainty of the difference of two quantities with a given correlation."""
    variance = first * first + second * second - 2.0 * correlation * first * second
    return math.sqrt(max(variance, 0.0))


def isWithinMeasurementError(change: float, standardUncertainty: float) -> bool:
    """Whether a change is smaller than 1.96 times its combined standard uncertainty; no change always is."""
    return change == 0 or abs(change) < COVERAGE_FACTOR_95 * standardUncertainty
