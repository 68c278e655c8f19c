"""Comparisons of means: paired, Student and Welch, from samples or from their summaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .samples import FEWEST_OF_A_GROUP, hasSpread, measured, requireEnough, requireSpread, tQuantile


@dataclass(frozen=True)
class TTest:
    """A t test of a mean difference, first minus second.

    :param test: which test it is.
    :param n: values in both samples together, or complete pairs.
    :param n1: size of the first sample; `n2` of the second; None for pairs.
    """

    test: str
    n: int
    n1: int | None
    n2: int | None
    difference: float
    se: float
    ciLow: float
    ciHigh: float
    t: float
    df: float
    p: float


@dataclass(frozen=True)
class Summary:
    """Mean, SD and size of a sample, as papers print them."""

    mean: float
    sd: float
    n: int


def pairedT(first, second) -> TTest:
    """t test of the differences first - second of complete pairs: t = mean(d) / (SD(d) / sqrt(n)), n - 1 df.

    :param first: values, NaN = not measured; `second` of the same subjects in the same order.
    :raises StatisticError: fewer than 3 complete pairs, or equal differences.
    """
    differences = completeDifferences(first, second)
    n = len(differences)
    requireEnough(n, "complete pairs")
    requireSpread(hasSpread(differences), "the differences")
    return _test("paired t", float(np.mean(differences)), float(np.std(differences, ddof=1) / np.sqrt(n)), n - 1,
                 n=n)


def completeDifferences(first, second) -> np.ndarray:
    """First minus second where both were measured."""
    return measured(np.asarray(first, dtype=float) - np.asarray(second, dtype=float))


def unpairedT(first, second, useWelch: bool = False, names: tuple[str, str] = ("first", "second")) -> TTest:
    """Two-sample t test, see unpairedTFromSummaries.

    :param names: of the two groups, for the notes.
    :raises StatisticError: fewer than 2 values in a group, or no spread in either.
    """
    samples = [measured(first), measured(second)]
    for sample, name in zip(samples, names):
        requireEnough(len(sample), f"{name} values", FEWEST_OF_A_GROUP)
    requireSpread(any(hasSpread(sample) for sample in samples), "the values of both groups")
    return unpairedTFromSummaries(*(Summary(float(np.mean(sample)), float(np.std(sample, ddof=1)), len(sample))
                                    for sample in samples), useWelch=useWelch)


def unpairedTFromSummaries(first: Summary, second: Summary, useWelch: bool = False) -> TTest:
    """Two-sample t test from means, SDs and sizes.

    Student: pooled variance, n1 + n2 - 2 df. Welch: SE^2 = s1^2/n1 + s2^2/n2, Welch-Satterthwaite df.
    """
    n = first.n + second.n
    parts = first.sd ** 2 / first.n, second.sd ** 2 / second.n
    if useWelch:
        se = np.sqrt(sum(parts))
        df = sum(parts) ** 2 / (parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1))
    else:
        df = n - 2
        se = pooledSd(first, second) * np.sqrt(1 / first.n + 1 / second.n)
    return _test("Welch t" if useWelch else "Student t", first.mean - second.mean, float(se), float(df), n=n,
                 n1=first.n, n2=second.n)


def pooledSd(first: Summary, second: Summary) -> float:
    """Root of the pooled variance of two samples."""
    squares = (first.n - 1) * first.sd ** 2 + (second.n - 1) * second.sd ** 2
    return float(np.sqrt(squares / (first.n + second.n - 2)))


def _test(name: str, difference: float, se: float, df: float, *, n: int, n1=None, n2=None) -> TTest:
    t = difference / se
    half = tQuantile(df) * se
    return TTest(name, n, n1, n2, difference, se, difference - half, difference + half, t, df,
                 float(2 * stats.t.sf(abs(t), df)))
