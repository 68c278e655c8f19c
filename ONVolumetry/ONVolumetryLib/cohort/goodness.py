"""How well predicted probabilities fit: classification, Pearson and Hosmer-Lemeshow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .errors import StatisticError

CUTOFF = 0.5
DEFAULT_GROUPS = 10


@dataclass(frozen=True)
class Classification:
    """Predicted against real outcome, predicted where the probability is at least 0.5.

    :param n: rows.
    """

    n: int
    truePositive: int
    falsePositive: int
    falseNegative: int
    trueNegative: int
    sensitivityPercent: float | None
    specificityPercent: float | None
    correctPercent: float


@dataclass(frozen=True)
class GoodnessOfFit:
    """A chi-square test of fit; a small p says that the model does not fit.

    :param n: rows; `groups` covariate patterns (Pearson) or groups of similar probability (Hosmer-Lemeshow).
    """

    test: str
    n: int
    groups: int
    chiSquare: float
    df: int
    p: float


def classificationFromCounts(truePositive: int, falsePositive: int, falseNegative: int, trueNegative: int
                             ) -> Classification:
    """Sensitivity TP/(TP+FN), specificity TN/(TN+FP) and share correct, in percent."""
    n = truePositive + falsePositive + falseNegative + trueNegative
    return Classification(n, truePositive, falsePositive, falseNegative, trueNegative,
                          _percent(truePositive, truePositive + falseNegative),
                          _percent(trueNegative, trueNegative + falsePositive),
                          _percent(truePositive + trueNegative, n))


def classify(outcome, probability) -> Classification:
    """Count right and wrong predictions.

    :param outcome: (n,) of 0 and 1; `probability` predicted for 1.
    """
    real, predicted = np.asarray(outcome) > 0, np.asarray(probability) >= CUTOFF
    return classificationFromCounts(*(int(np.sum(part)) for part in (real & predicted, ~real & predicted,
                                                                     real & ~predicted, ~real & ~predicted)))


def pearsonFit(outcome, probability, design) -> GoodnessOfFit:
    """Pearson chi-square over covariate patterns: sum((o - m p)^2 / (m p (1 - p))), patterns - k df.

    :param design: (n, k); rows that are equal form a pattern.
    :raises StatisticError: no degrees of freedom are left.
    """
    design = np.asarray(design, dtype=float)
    _, first, index = np.unique(design, axis=0, return_index=True, return_inverse=True)
    index = np.ravel(index)
    size = np.bincount(index)
    observed = np.bincount(index, weights=np.asarray(outcome, dtype=float))
    p = np.asarray(probability, dtype=float)[first]
    df = len(size) - design.shape[1]
    return _fit("Pearson", observed, size, p * size, df)


def hosmerLemeshow(outcome, probability, groups: int = DEFAULT_GROUPS) -> GoodnessOfFit:
    """Hosmer-Lemeshow chi-square over groups cut at quantiles of the probability, groups - 2 df (Stata estat gof).

    :raises StatisticError: no degrees of freedom are left.
    """
    p, y = np.asarray(probability, dtype=float), np.asarray(outcome, dtype=float)
    # Stata's percentiles: the mean of two neighbors where the rank is whole.
    cuts = np.quantile(p, np.arange(1, groups) / groups, method="averaged_inverted_cdf")
    index = np.unique(np.searchsorted(cuts, p, side="left"), return_inverse=True)[1]
    size = np.bincount(index)
    return _fit("Hosmer-Lemeshow", np.bincount(index, weights=y), size, np.bincount(index, weights=p), len(size) - 2)


def _fit(test: str, observed, size, expected, df: int) -> GoodnessOfFit:
    n, groups = int(np.sum(size)), len(size)
    if df < 1:
        raise StatisticError(f"{test} fit not computed: {groups} groups leave no degrees of freedom")
    variance = expected * (1 - expected / size)
    if np.any(variance <= 0):
        raise StatisticError(f"{test} fit not computed: a predicted probability is 0 or 1")
    chiSquare = float(np.sum((observed - expected) ** 2 / variance))
    return GoodnessOfFit(test, n, groups, chiSquare, df, float(stats.chi2.sf(chiSquare, df)))


def _percent(part: int, whole: int) -> float | None:
    return 100.0 * part / whole if whole else None
