"""Agreement of two methods: Lin's concordance, Bland-Altman limits, Bradley-Blackwood test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .errors import StatisticError
from .samples import TWO_SIDED_Z, hasSpread, requireEnough, requireSpread, tQuantile


@dataclass(frozen=True)
class Concordance:
    """Lin's concordance correlation coefficient (Lin 1989, corrected 2000), as Stata's concord 3.0.7 computes it.

    rho_c = 2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2) with variances divided by n.

    :param rhoC: the coefficient; `se` its asymptotic standard error.
    :param asymptoticCi: rho_c +- 1.96 SE; `ciLow`, `ciHigh` by Fisher's z transform.
    :param biasCorrection: C_b = rho_c / r, accuracy; 1 = on the line of equality.
    :param locationShift: u = (mean x - mean y) / sqrt(s_x s_y); `scaleShift` = s_x / s_y.
    :param slope: of the reduced major axis first = intercept + slope * second.
    """

    n: int
    rhoC: float
    se: float
    ciLow: float | None
    ciHigh: float | None
    asymptoticCiLow: float
    asymptoticCiHigh: float
    pearsonR: float
    biasCorrection: float
    locationShift: float
    scaleShift: float
    slope: float
    intercept: float


@dataclass(frozen=True)
class BlandAltman:
    """Differences first - second and their limits of agreement (Bland & Altman 1986).

    :param loaLow: mean difference - 1.96 SD; `loaHigh` +; their intervals with SE = SD sqrt(1/n + 1.96^2/(2(n-1))).
    :param pitmanR: correlation of difference and mean, with its p (equal variances).
    """

    n: int
    meanDifference: float
    sdDifference: float
    ciLow: float
    ciHigh: float
    loaLow: float
    loaLowCiLow: float
    loaLowCiHigh: float
    loaHigh: float
    loaHighCiLow: float
    loaHighCiHigh: float
    pitmanR: float | None
    pitmanP: float | None


@dataclass(frozen=True)
class BradleyBlackwood:
    """Joint test of equal means and variances (Bradley & Blackwood 1989): the difference regressed on the mean.

    F = ((sum d^2 - RSS) / 2) / (RSS / (n - 2)) on 2 and n - 2 degrees of freedom.
    """

    n: int
    f: float
    p: float


def completePairs(first, second) -> tuple[np.ndarray, np.ndarray]:
    """Both values of those subjects that have both."""
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    isComplete = ~(np.isnan(x) | np.isnan(y))
    return x[isComplete], y[isComplete]


def concordance(first, second) -> Concordance:
    """Lin's concordance of two measurements of the same subjects.

    :raises StatisticError: fewer than 3 pairs, or a measurement that does not vary.
    """
    x, y = completePairs(first, second)
    n = len(x)
    requireEnough(n, "complete pairs")
    requireSpread(hasSpread(x) and hasSpread(y), "the values of one measurement")
    sx, sy = float(np.std(x)), float(np.std(y))
    covariance = float(np.mean((x - np.mean(x)) * (y - np.mean(y))))
    shift = float(np.mean(x) - np.mean(y))
    r = covariance / (sx * sy)
    accuracy = 2 * sx * sy / (sx ** 2 + sy ** 2 + shift ** 2)
    rhoC, u = r * accuracy, shift / np.sqrt(sx * sy)
    # rho_c / r is written as the accuracy, so that r = 0 divides nothing.
    variance = ((1 - r ** 2) * accuracy ** 2 * (1 - rhoC ** 2) + 2 * rhoC ** 2 * accuracy * (1 - rhoC) * u ** 2
                - rhoC ** 2 * accuracy ** 2 * u ** 4 / 2) / (n - 2)
    se = float(np.sqrt(max(variance, 0.0)))
    low = high = None
    if abs(rhoC) < 1 - 1e-12:
        half = TWO_SIDED_Z * se / (1 - rhoC ** 2)
        low, high = float(np.tanh(np.arctanh(rhoC) - half)), float(np.tanh(np.arctanh(rhoC) + half))
    slope = float(np.copysign(sx / sy, r))
    return Concordance(n, float(rhoC), se, low, high, rhoC - TWO_SIDED_Z * se, rhoC + TWO_SIDED_Z * se, float(r),
                       float(accuracy), float(u), sx / sy, slope, float(np.mean(x) - slope * np.mean(y)))


def blandAltman(first, second) -> BlandAltman:
    """Bland-Altman limits of agreement of two measurements of the same subjects.

    :raises StatisticError: fewer than 3 pairs.
    """
    x, y = completePairs(first, second)
    n = len(x)
    requireEnough(n, "complete pairs")
    difference, mean = x - y, (x + y) / 2
    center, sd = float(np.mean(difference)), float(np.std(difference, ddof=1))
    t = tQuantile(n - 1)
    half = float(t * sd / np.sqrt(n))
    limitHalf = float(t * sd * np.sqrt(1 / n + TWO_SIDED_Z ** 2 / (2 * (n - 1))))
    low, high = center - TWO_SIDED_Z * sd, center + TWO_SIDED_Z * sd
    r = p = None
    if hasSpread(difference) and hasSpread(mean):
        pitman = stats.pearsonr(difference, mean)
        r, p = float(pitman.statistic), float(pitman.pvalue)
    return BlandAltman(n, center, sd, center - half, center + half, low, low - limitHalf, low + limitHalf, high,
                       high - limitHalf, high + limitHalf, r, p)


def bradleyBlackwood(first, second) -> BradleyBlackwood:
    """Bradley-Blackwood test of two measurements of the same subjects.

    :raises StatisticError: fewer than 4 pairs, equal means of all pairs, or a perfect fit.
    """
    x, y = completePairs(first, second)
    n = len(x)
    requireEnough(n, "complete pairs", fewest=4)
    difference, mean = x - y, (x + y) / 2
    requireSpread(hasSpread(mean), "the means of the pairs")
    slope, intercept = np.polyfit(mean, difference, 1)
    residual = float(np.sum((difference - intercept - slope * mean) ** 2))
    total = float(np.sum(difference ** 2))
    if residual <= 1e-20 * max(total, float(np.sum(mean ** 2))):
        raise StatisticError("not computed: the differences lie on a straight line")
    f = ((total - residual) / 2) / (residual / (n - 2))
    return BradleyBlackwood(n, float(f), float(stats.f.sf(f, 2, n - 2)))
