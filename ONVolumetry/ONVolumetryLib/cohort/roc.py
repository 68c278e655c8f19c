"""How well a low value tells the hips that healed: ROC curve, area, best cut-off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .samples import FEWEST, TWO_SIDED_Z, hasSpread, requireEnough, requireSpread

LOW_PERCENTILE, HIGH_PERCENTILE = 2.5, 97.5


@dataclass(frozen=True)
class RocArea:
    """Area under the curve of "low = healed" with its DeLong error (DeLong 1988) and a logit-scale 95 % CI.

    AUC = P(healed < non-healed) + P(equal) / 2. Hips are taken as independent.

    :param ciLow: None where the area is 0 or 1, for which the method gives no interval.
    """

    n: int
    healed: int
    nonHealed: int
    auc: float
    se: float
    ciLow: float | None
    ciHigh: float | None


@dataclass(frozen=True)
class YoudenCutoff:
    """The cut-off with the largest sensitivity + specificity - 1; healed is predicted at or below it.

    :param cutoff: a measured value, the lowest of several that are equally good.
    :param ciLow: 2.5th percentile of the cut-offs of seeded resamples of patients; `ciHigh` 97.5th.
    :param resamples: that held both outcomes, of those asked for.
    """

    n: int
    cutoff: float
    youdenIndex: float
    sensitivityPercent: float
    specificityPercent: float
    ciLow: float
    ciHigh: float
    resamples: int
    seed: int


@dataclass(frozen=True, eq=False)
class RocCurve:
    """Points of the curve from (0, 0) to (1, 1)."""

    falsePositiveRate: np.ndarray
    truePositiveRate: np.ndarray


def rocArea(values, healed) -> RocArea:
    """Area under the curve.

    :param values: one a hip, all measured; `healed` True or False.
    :raises StatisticError: fewer than 3 hips in a group, or equal values.
    """
    values, healed = _checked(values, healed)
    positive, negative = -values[healed], -values[~healed]
    m, n = len(positive), len(negative)
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    forPositive = (ranks[:m] - stats.rankdata(positive)) / n
    forNegative = 1 - (ranks[m:] - stats.rankdata(negative)) / m
    auc = float(np.mean(forPositive))
    se = float(np.sqrt(np.var(forPositive, ddof=1) / m + np.var(forNegative, ddof=1) / n))
    low = high = None
    if 0 < auc < 1:
        logit, half = np.log(auc / (1 - auc)), TWO_SIDED_Z * se / (auc * (1 - auc))
        low, high = float(1 / (1 + np.exp(half - logit))), float(1 / (1 + np.exp(-half - logit)))
    return RocArea(m + n, m, n, auc, se, low, high)


def rocCurve(values, healed) -> RocCurve:
    """The curve, with a point for each distinct value.

    :raises StatisticError: see rocArea.
    """
    values, healed = _checked(values, healed)
    order = _Order(values)
    weights = np.ones(len(values))
    true, false = order.rates(weights, healed)
    return RocCurve(np.concatenate([[0.0], false]), np.concatenate([[0.0], true]))


def youdenCutoff(values, healed, patients, resamples: int, seed: int) -> YoudenCutoff:
    """Best cut-off with a bootstrap interval.

    :param patients: of each hip; whole patients are drawn.
    :param resamples: how many.
    :param seed: of the drawing.
    :raises StatisticError: see rocArea.
    """
    values, healed = _checked(values, healed)
    order = _Order(values)
    true, false = order.rates(np.ones(len(values)), healed)
    best = int(np.argmax(np.round(true - false, 12)))
    codes = np.unique(np.asarray(patients).astype(str), return_inverse=True)[1]
    count = int(codes.max()) + 1
    generator = np.random.default_rng(seed)
    cutoffs = []
    for _ in range(resamples):
        drawn = np.bincount(generator.integers(0, count, count), minlength=count)
        rates = order.rates(drawn[codes].astype(float), healed)
        if rates is not None:
            cutoffs.append(order.distinct[int(np.argmax(np.round(rates[0] - rates[1], 12)))])
    low, high = np.percentile(cutoffs, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return YoudenCutoff(len(values), float(order.distinct[best]), float(true[best] - false[best]),
                        float(100 * true[best]), float(100 * (1 - false[best])), float(low), float(high), len(cutoffs),
                        seed)


class _Order:
    """Values sorted once for many weightings."""

    def __init__(self, values: np.ndarray):
        self.order = np.argsort(values, kind="stable")
        ordered = values[self.order]
        self.ends = np.flatnonzero(np.append(np.diff(ordered) > 0, True))
        self.distinct = ordered[self.ends]

    def rates(self, weights: np.ndarray, healed: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """True and false positive rate at each distinct value as cut-off; None where an outcome has no weight."""
        positive = np.cumsum(np.where(healed, weights, 0.0)[self.order])
        negative = np.cumsum(np.where(healed, 0.0, weights)[self.order])
        if positive[-1] == 0 or negative[-1] == 0:
            return None
        return positive[self.ends] / positive[-1], negative[self.ends] / negative[-1]


def _checked(values, healed) -> tuple[np.ndarray, np.ndarray]:
    values, healed = np.asarray(values, dtype=float), np.asarray(healed, dtype=bool)
    requireEnough(int(np.sum(healed)), "healed hips", FEWEST)
    requireEnough(int(np.sum(~healed)), "non-healed hips", FEWEST)
    requireSpread(hasSpread(values), "the values")
    return values, healed
