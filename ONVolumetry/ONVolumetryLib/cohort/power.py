"""Power of t tests, two-sided at 0.05, from the noncentral t distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .samples import FEWEST, hasSpread, measured, requireEnough, requireSpread, tQuantile
from .ttests import Summary, completeDifferences, pooledSd


@dataclass(frozen=True)
class PowerOfChange:
    """How likely such a change is found in as many hips (observed effect taken as true, so a restatement of p).

    :param n: complete pairs.
    :param dz: mean / SD of the differences, with the power of the paired test.
    :param d: mean difference / pooled SD of the two visits, with the power of the two-sample test on the same pairs.
    """

    n: int
    dz: float
    pairedPower: float
    d: float
    twoSamplePower: float


def pairedPower(dz: float, n: float) -> float:
    """Power of the paired t test of n pairs with standardized difference dz."""
    return _power(dz * np.sqrt(n), n - 1)


def twoSamplePower(d: float, n1: float, n2: float) -> float:
    """Power of Student's two-sample t test with standardized difference d."""
    return _power(d * np.sqrt(n1 * n2 / (n1 + n2)), n1 + n2 - 2)


def _power(noncentrality: float, df: float) -> float:
    critical = tQuantile(df)
    # The smaller tail of scipy's noncentral t loses all digits far out; by symmetry only upper tails are needed.
    upper = stats.nct.sf(critical, df, abs(noncentrality))
    lower = stats.nct.cdf(-critical, df, abs(noncentrality))
    return float(upper + (lower if np.isfinite(lower) else 0.0))


def powerOfChange(first, second) -> PowerOfChange:
    """Power of the observed change between two visits of the same hips.

    :param first: values, NaN = not measured; `second` likewise.
    :raises StatisticError: fewer than 3 complete pairs, or differences or values that do not vary.
    """
    differences = completeDifferences(first, second)
    n = len(differences)
    requireEnough(n, "complete pairs", FEWEST)
    requireSpread(hasSpread(differences), "the differences")
    isComplete = ~np.isnan(np.asarray(first, dtype=float) - np.asarray(second, dtype=float))
    pair = [measured(np.asarray(values, dtype=float)[isComplete]) for values in (first, second)]
    dz = float(np.mean(differences) / np.std(differences, ddof=1))
    summaries = [Summary(float(np.mean(values)), float(np.std(values, ddof=1)), n) for values in pair]
    d = float(np.mean(differences)) / pooledSd(*summaries)
    return PowerOfChange(n, dz, pairedPower(dz, n), d, twoSamplePower(d, n, n))
