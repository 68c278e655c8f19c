"""Wilcoxon-Mann-Whitney rank-sum test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .samples import FEWEST_OF_A_GROUP, hasSpread, measured, requireEnough, requireSpread

LARGEST_EXACT = 50


@dataclass(frozen=True)
class MannWhitney:
    """A rank-sum test of two independent samples.

    :param rankSum: of the first sample; `u` = rankSum - n1 (n1 + 1) / 2.
    :param z: tie-corrected normal deviate without continuity correction (Stata ranksum), and its p.
    :param exactP: two-sided exact p; None with ties or more than 50 values.
    """

    n: int
    n1: int
    n2: int
    rankSum: float
    u: float
    z: float
    p: float
    exactP: float | None


def mannWhitney(first, second, names: tuple[str, str] = ("first", "second")) -> MannWhitney:
    """Rank-sum test; var(W) = n1 n2 / 12 (N + 1 - sum(t^3 - t) / (N (N - 1))) with t the sizes of ties.

    :param names: of the two groups, for the notes.
    :raises StatisticError: fewer than 2 values in a group, or all values are equal.
    """
    a, b = measured(first), measured(second)
    for sample, name in zip((a, b), names):
        requireEnough(len(sample), f"{name} values", FEWEST_OF_A_GROUP)
    both = np.concatenate([a, b])
    requireSpread(hasSpread(both), "the values of both groups")
    n1, n2, n = len(a), len(b), len(both)
    rankSum = float(np.sum(stats.rankdata(both)[:n1]))
    ties = np.unique(both, return_counts=True)[1].astype(float)
    variance = n1 * n2 / 12 * (n + 1 - float(np.sum(ties ** 3 - ties)) / (n * (n - 1)))
    z = (rankSum - n1 * (n + 1) / 2) / np.sqrt(variance)
    exact = None
    if n <= LARGEST_EXACT and np.all(ties == 1):
        exact = float(stats.mannwhitneyu(a, b, method="exact").pvalue)
    return MannWhitney(n, n1, n2, rankSum, rankSum - n1 * (n1 + 1) / 2, float(z), float(2 * stats.norm.sf(abs(z))),
                       exact)
