"""Samples as statistics take them, and the description of one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .errors import StatisticError

CONFIDENCE = 0.95
TWO_SIDED_Z = 1.959963984540054
FEWEST = 3
# Two values have a variance, so that two groups can be compared, with a caution.
FEWEST_OF_A_GROUP = 2


@dataclass(frozen=True)
class Description:
    """A sample in numbers. None = these data do not determine it.

    SE = SD / sqrt(n); 95 % CI = mean +- t(0.975, n - 1) SE; quartiles by linear interpolation (R type 7).

    :param n: measured values; `missing` hips without one.
    """

    n: int
    missing: int
    mean: float | None
    sd: float | None
    se: float | None
    ciLow: float | None
    ciHigh: float | None
    median: float | None
    firstQuartile: float | None
    thirdQuartile: float | None


def measured(values) -> np.ndarray:
    """The values that were measured, as a float array without NaN."""
    array = np.asarray(values, dtype=float)
    return array[~np.isnan(array)]


def spread(sample: np.ndarray, width: float) -> np.ndarray:
    """Sideways shifts that keep points apart: by golden angle in order of size, the same every time."""
    rank = np.empty(len(sample))
    rank[np.argsort(sample, kind="stable")] = np.arange(len(sample))
    return ((rank * 0.618034) % 1.0 - 0.5) * width * 0.62


def describe(values) -> Description:
    """Describe a sample.

    :param values: numbers, NaN = not measured.
    """
    sample = measured(values)
    n, missing = len(sample), len(np.asarray(values, dtype=float)) - len(sample)
    if n == 0:
        return Description(0, missing, *[None] * 8)
    mean = float(np.mean(sample))
    first, median, third = (float(value) for value in np.quantile(sample, (0.25, 0.5, 0.75)))
    sd = float(np.std(sample, ddof=1)) if n > 1 else None
    se = float(sd / np.sqrt(n)) if sd is not None else None
    low = high = None
    # Two values give an interval so wide that it says nothing.
    if n >= FEWEST:
        half = tQuantile(n - 1) * se
        low, high = mean - half, mean + half
    return Description(n, missing, mean, sd, se, low, high, median, first, third)


def tQuantile(df: float) -> float:
    """Two-sided 95 % quantile of Student's t."""
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, df))


def requireEnough(n: int, what: str, fewest: int = FEWEST):
    """Refuse a statistic of too few values.

    :param what: such as "complete pairs" or "healed hips".
    :raises StatisticError: there are fewer than `fewest`.
    """
    if n < fewest:
        raise StatisticError(f"not computed: {n} {what}, at least {fewest} are needed")


def requireSpread(isSpread: bool, what: str):
    """Refuse a statistic that divides by a spread of zero.

    :raises StatisticError: there is no spread.
    """
    if not isSpread:
        raise StatisticError(f"not computed: {what} do not vary")


def hasSpread(values: np.ndarray) -> bool:
    """Whether values differ by more than the rounding of the machine."""
    if len(values) == 0:
        return False
    scale = float(np.max(np.abs(values)))
    return bool(np.ptp(values) > 1e-12 * scale)
