"""Intraclass correlation of several readers, and what follows for single measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .samples import CONFIDENCE, TWO_SIDED_Z, hasSpread, requireEnough, requireSpread

UPPER = 0.5 + CONFIDENCE / 2


@dataclass(frozen=True)
class AnalysisOfVariance:
    """Mean squares of n subjects measured by k readers each: between subjects, within, readers, residual."""

    n: int
    k: int
    betweenSubjects: float
    withinSubjects: float
    betweenReaders: float
    residual: float


@dataclass(frozen=True)
class IntraclassCorrelation:
    """One form of the coefficient (Shrout & Fleiss 1979) with its 95 % CI (McGraw & Wong 1996).

    :param form: such as "ICC(2,1)".
    :param n: subjects; `k` readers.
    :param value: None where the readings do not determine it; the limits likewise.
    """

    form: str
    n: int
    k: int
    value: float | None
    ciLow: float | None
    ciHigh: float | None


@dataclass(frozen=True)
class MeasurementError:
    """Error of a single reading, in the unit of the readings.

    :param semAgreement: standard error of measurement with the readers' offsets: sqrt((JMS - EMS)/n + EMS).
    :param semConsistency: without them: sqrt(EMS).
    :param sdcAgreement: smallest detectable change, 1.96 sqrt(2) SEM; `sdcConsistency` likewise.
    """

    n: int
    k: int
    semAgreement: float
    semConsistency: float
    sdcAgreement: float
    sdcConsistency: float


def analysisOfVariance(readings) -> AnalysisOfVariance:
    """Two-way mean squares.

    :param readings: (n subjects, k readers); subjects with a missing reading are left out.
    :raises StatisticError: fewer than 3 complete subjects, fewer than 2 readers, or no spread.
    """
    table = np.asarray(readings, dtype=float)
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    requireEnough(n, "subjects with all readings")
    requireEnough(k, "readers", fewest=2)
    requireSpread(hasSpread(table.ravel()), "the readings")
    subjects, readers, grand = table.mean(axis=1), table.mean(axis=0), table.mean()
    between = k * float(np.sum((subjects - grand) ** 2)) / (n - 1)
    within = float(np.sum((table - subjects[:, None]) ** 2)) / (n * (k - 1))
    betweenReaders = n * float(np.sum((readers - grand) ** 2)) / (k - 1)
    residual = float(np.sum((table - subjects[:, None] - readers[None, :] + grand) ** 2)) / ((n - 1) * (k - 1))
    # Rounding of the machine is no disagreement.
    tiny = 1e-24 * float(np.sum(table ** 2))
    return AnalysisOfVariance(n, k, *(0.0 if value < tiny else value
                                      for value in (between, within, betweenReaders, residual)))


def intraclassCorrelations(readings) -> tuple[IntraclassCorrelation, ...]:
    """ICC(1,1), (2,1), (3,1) and their k forms.

    :param readings: (n subjects, k readers).
    :raises StatisticError: see analysisOfVariance; or the subjects do not differ.
    """
    table = analysisOfVariance(readings)
    requireSpread(table.betweenSubjects > 0, "the means of the subjects")
    single = (_oneWay(table), _twoWayRandom(table), _twoWayMixed(table))
    forms = [_form(f"ICC({index},1)", table, *values) for index, values in enumerate(single, 1)]
    # Spearman-Brown maps value and limits of one reading to those of the mean of k readings.
    forms += [_form(f"ICC({index},k)", table, *(_ofMeans(value, table.k) for value in values))
              for index, values in enumerate(single, 1)]
    return tuple(forms)


def measurementError(readings) -> MeasurementError:
    """Standard error of measurement and smallest detectable change.

    :param readings: (n subjects, k readers).
    :raises StatisticError: see analysisOfVariance.
    """
    table = analysisOfVariance(readings)
    offsets = max(table.betweenReaders - table.residual, 0.0) / table.n
    agreement, consistency = float(np.sqrt(offsets + table.residual)), float(np.sqrt(table.residual))
    factor = TWO_SIDED_Z * np.sqrt(2.0)
    return MeasurementError(table.n, table.k, agreement, consistency, float(factor * agreement),
                            float(factor * consistency))


def _form(name: str, table: AnalysisOfVariance, value, low, high) -> IntraclassCorrelation:
    hasValue, hasLimits = np.isfinite(value), np.isfinite([value, low, high]).all()
    return IntraclassCorrelation(name, table.n, table.k, float(value) if hasValue else None,
                                 *((float(low), float(high)) if hasLimits else (None, None)))


def _ofMeans(value: float, k: int) -> float:
    # Below -1/(k - 1) Spearman-Brown has no meaning, and would come out above 1.
    return k * value / (1 + (k - 1) * value) if 1 + (k - 1) * value > 0 else np.nan


def _ratioForm(ratio: float, k: int) -> float:
    return 1.0 if np.isinf(ratio) else (ratio - 1) / (ratio + k - 1)


def _fromRatio(f: float, k: int, df1: float, df2: float) -> tuple[float, float, float]:
    return (_ratioForm(f, k), _ratioForm(f / stats.f.ppf(UPPER, df1, df2), k),
            _ratioForm(f * stats.f.ppf(UPPER, df2, df1), k))


def _divided(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else np.inf


def _oneWay(table: AnalysisOfVariance) -> tuple[float, float, float]:
    f = _divided(table.betweenSubjects, table.withinSubjects)
    return _fromRatio(f, table.k, table.n - 1, table.n * (table.k - 1))


def _twoWayMixed(table: AnalysisOfVariance) -> tuple[float, float, float]:
    f = _divided(table.betweenSubjects, table.residual)
    return _fromRatio(f, table.k, table.n - 1, (table.n - 1) * (table.k - 1))


def _twoWayRandom(table: AnalysisOfVariance) -> tuple[float, float, float]:
    n, k = table.n, table.k
    between, readers, residual = table.betweenSubjects, table.betweenReaders, table.residual
    value = (between - residual) / (between + (k - 1) * residual + k * (readers - residual) / n)
    if residual == 0 and readers == 0:
        return value, value, value
    # The degrees of freedom do not change with a common factor of a and b; n (1 - value) may be 0 by rounding.
    a, b = k * value, n * (1 - value) + k * value * (n - 1)
    spread = (a * readers) ** 2 / (k - 1) + (b * residual) ** 2 / ((n - 1) * (k - 1))
    df = (a * readers + b * residual) ** 2 / spread if spread > 0 else np.nan
    lowF, highF = stats.f.ppf(UPPER, n - 1, df), stats.f.ppf(UPPER, df, n - 1)
    if not np.isfinite([lowF, highF]).all():
        return value, np.nan, np.nan
    other = k * readers + (k * n - k - n) * residual
    # Divided by F, which may be too large to multiply with.
    low = n * (between / lowF - residual) / (other + n * between / lowF)
    high = n * (between - residual / highF) / (other / highF + n * between)
    # Far below 0 the approximation can miss the value itself.
    return (value, low, high) if low - 1e-9 <= value <= high + 1e-9 else (value, np.nan, np.nan)
