"""Invented values of 20 hips that have the means and SDs that the paper prints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from . import papernumbers as paper
from .agreement import concordance
from .papernumbers import PRINTED, Printed

# This target contradicts the others and is left out; what came out is printed beside it.
CONTRADICTED = {("regeneration_percent", "non-healed", 2)}
TYPICAL_FHV_CM3, FHV_SPREAD, STARTS = 38.5, 0.13, 4000
MOST_STEPS, LONGEST_STEP = 200, 0.3
DERIVATIVE_STEP, DAMPING = 1e-6, 1.0
# Misses that stay within the rounding of what is printed, with a margin for the rounding of the rows.
ROUNDING, ROUNDING_OF_SHARES, ROUNDING_OF_AGREEMENT = 0.045, 0.005, 0.00045
# The SD of all hips at 12 months rounds as printed only where those of the groups are rounded down.
SHIFTED = {("healed", 2): (0.0, -0.04), ("non-healed", 2): (-0.04, -0.04)}


@dataclass(frozen=True, eq=False)
class FittedCohort:
    """Values of the 20 hips, healed ones first.

    :param onvPercent: (20, 3), NaN = not measured.
    :param fhvCm3: (20,), the same at all visits; `savCm3` likewise.
    """

    onvPercent: np.ndarray
    fhvCm3: np.ndarray
    savCm3: np.ndarray


def fitCohort(generator: np.random.Generator) -> FittedCohort:
    """Find values with the printed means and SDs, near a random start.

    :param generator: source of the start; the same one gives the same values.
    """
    healed = _fitGroup(generator, "healed", paper.HEALED_MEASURED, (16.7, 0.45),
                       illustrated=paper.ILLUSTRATED_HEALED, illustratedIndex=0)
    other = _fitGroup(generator, "non-healed", paper.NON_HEALED_MEASURED, (27.9, 0.6),
                      illustrated=paper.ILLUSTRATED_NON_HEALED, illustratedIndex=2)
    onvPercent = np.vstack([healed, other])
    fhv, sav = _fitVolumes(generator, onvPercent)
    return FittedCohort(onvPercent, fhv, sav)


def _fitGroup(generator, group: str, counts, start, *, illustrated, illustratedIndex: int) -> np.ndarray:
    """(hips, 3) ONV % of a group; those without a last visit are at its end, or the illustrated hip if it has none."""
    size = counts[0]
    targets = [target for target in PRINTED if target.group == group
               and (target.quantity, group, target.visit) not in CONTRADICTED]
    measured = np.ones((size, 3), dtype=bool)
    fixed = np.full((size, 3), np.nan)
    fixed[illustratedIndex] = [np.nan if value is None else value for value in illustrated]
    isLost = np.zeros(size, dtype=bool)
    isLost[illustratedIndex] = illustrated[2] is None
    isLost[size - (size - counts[2] - int(isLost.sum())):] = True
    measured[isLost, 2] = False
    mean, spread = start
    # Evenly spread quantiles, shuffled, so that the start resembles a sample without being one.
    first = mean * np.exp(spread * generator.permutation(_normalScores(size)) - spread ** 2 / 2)
    kept = np.clip(0.6 + 0.18 * generator.permutation(_normalScores(size)), 0.2, 1.1)
    keptLater = np.clip(0.25 + 0.12 * generator.permutation(_normalScores(size)), 0.05, 0.6)
    begin = np.log(np.column_stack([first, first * kept, first * keptLater]))
    isFree = measured & np.isnan(fixed)

    def values(parameters):
        logs = begin.copy()
        logs[isFree] = parameters
        table = np.where(np.isnan(fixed), np.exp(logs), fixed)
        return np.where(measured, table, np.nan)

    def misses(parameters):
        table = values(parameters)
        return np.concatenate([_misses(table, target, ROUNDING_OF_SHARES) for target in targets])

    return values(_nearest(begin[isFree], misses))


def _misses(table: np.ndarray, target: Printed, tolerance: float = ROUNDING) -> tuple[float, float]:
    """Mean and SD of the table less the target's, in tolerances."""
    sample = table[:, target.visit]
    if target.quantity == "regeneration_percent":
        sample = 100 - 100 * sample / table[:, 0]
    sample = sample[~np.isnan(sample)]
    isShifted = target.quantity == "onv_percent"
    meanShift, sdShift = SHIFTED.get((target.group, target.visit), (0.0, 0.0)) if isShifted else (0.0, 0.0)
    return ((np.mean(sample) - target.mean - meanShift) / tolerance,
            (np.std(sample, ddof=1) - target.sd - sdShift) / tolerance)


def _nearest(begin: np.ndarray, misses) -> np.ndarray:
    """A point near a start at which all misses are below 1, by damped Gauss-Newton steps of least norm.

    :raises RuntimeError: there is none in reach.
    """
    point = begin
    for _ in range(MOST_STEPS):
        miss = misses(point)
        if np.max(np.abs(miss)) < 1:
            return point
        slopes = np.column_stack([(misses(point + step) - miss) / DERIVATIVE_STEP
                                  for step in DERIVATIVE_STEP * np.eye(len(point))])
        step = -slopes.T @ np.linalg.solve(slopes @ slopes.T + DAMPING * np.eye(len(miss)), miss)
        point = point + step * min(1.0, LONGEST_STEP / float(np.linalg.norm(step)))
    raise RuntimeError("no values have the printed means and SDs from this start; use another seed")


def _fitVolumes(generator, onvPercent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """FHV and SAV of the hips, to the printed ONV in cm3 and agreement."""
    count = len(onvPercent)
    targets = [target for target in PRINTED if target.quantity == "onv_cm3"]

    def volumeMisses(fhv):
        return np.concatenate([_misses(onvPercent / 100 * fhv[:, None], target) for target in targets])

    # Many orders of the heads' sizes are tried, so that the start is near enough for plausible heads.
    starts = [generator.permutation(_normalScores(count)) for _ in range(STARTS)]
    fhvBegin = min(starts, key=lambda scores: float(np.sum(volumeMisses(_fhv(scores)) ** 2)))
    begin = np.concatenate([fhvBegin, generator.permutation(_normalScores(count))])

    def volumes(parameters):
        fhv = _fhv(parameters[:count])
        return fhv, fhv * np.exp(-paper.FHV_SAV_SD_PERCENT / 100 * parameters[count:])

    f = stats.f.isf(paper.BRADLEY_BLACKWOOD_P, 2, count - 2)
    # With a mean difference of 0 the F of Bradley and Blackwood depends on this correlation alone.
    correlation = np.sqrt(2 * f / (count - 2 + 2 * f))

    def misses(parameters):
        fhv, sav = volumes(parameters)
        percent = 200 * (fhv - sav) / (fhv + sav)
        agreement = ((concordance(fhv, sav).rhoC - paper.FHV_SAV_CONCORDANCE) / ROUNDING_OF_AGREEMENT,
                     np.mean(fhv - sav) / ROUNDING,
                     (np.std(percent, ddof=1) - paper.FHV_SAV_SD_PERCENT) / ROUNDING,
                     (np.corrcoef(fhv - sav, fhv + sav)[0, 1] - correlation) / ROUNDING_OF_AGREEMENT)
        return np.concatenate([agreement, volumeMisses(fhv)])

    return volumes(_nearest(begin, misses))


def _fhv(scores: np.ndarray) -> np.ndarray:
    return TYPICAL_FHV_CM3 * np.exp(FHV_SPREAD * scores)


def _normalScores(count: int) -> np.ndarray:
    """Evenly spread quantiles of the standard normal distribution."""
    return stats.norm.ppf((np.arange(count) + 0.5) / count)
