"""Difference in differences between healed and non-healed hips at two visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import StatisticError, orNote
from .regression import Coefficient, ordinaryLeastSquares
from .ttests import TTest, unpairedT

NAMES = ("b0", "b1, group difference first", "b2", "b3, the estimate", "b1 + b3, group difference later")
# The group difference at the later visit is b1 + b3.
LATER_DIFFERENCE = ((0.0, 1.0, 0.0, 1.0),)
FEW_CLUSTERS = 30


@dataclass(frozen=True)
class DifferenceInDifferences:
    """y = b0 + b1 healed + b2 later + b3 healed x later by least squares; the estimate is b3.

    :param errors: how the standard errors were computed, and from which rows.
    :param n: rows; `hips` behind them.
    :param coefficients: b0, b1 (group difference at the first visit), b2, b3, and b1 + b3 (at the later visit).
    """

    errors: str
    n: int
    hips: int
    coefficients: tuple[Coefficient, ...]

    @property
    def estimate(self) -> Coefficient:
        return self.coefficients[3]


@dataclass(frozen=True)
class DifferenceInDifferencesSet:
    """The same question answered in four ways; None with the reason in `notes` where one has no answer.

    :param allRows: every row with a value at either visit, classical errors (N - 4 df); the paper's.
    :param completePairs: hips with a value at both visits only.
    :param clusterRobust: every row, errors clustered by patient.
    :param changeScore: two-sample t test of the hips' changes.
    """

    allRows: DifferenceInDifferences | None
    completePairs: DifferenceInDifferences | None
    clusterRobust: DifferenceInDifferences | None
    changeScore: TTest | None
    notes: tuple[str, ...]


def differenceInDifferences(first, later, healed, patients=None) -> DifferenceInDifferences:
    """Difference in differences from every hip that has a value at either visit.

    :param first: value of each hip at the first visit, NaN = not measured; `later` likewise.
    :param healed: True or False of each hip.
    :param patients: patient of each hip for cluster-robust errors; None for classical ones.
    :raises StatisticError: a group has no row at a visit, or nothing varies.
    """
    first, later = np.asarray(first, dtype=float), np.asarray(later, dtype=float)
    group = np.asarray(healed, dtype=bool)
    y = np.concatenate([first, later])
    isLater = np.repeat([0.0, 1.0], len(first))
    isHealed = np.tile(group.astype(float), 2)
    keep = ~np.isnan(y)
    y, isLater, isHealed = y[keep], isLater[keep], isHealed[keep]
    for value, name in ((1.0, "healed"), (0.0, "non-healed")):
        for time, visit in ((0.0, "first"), (1.0, "later")):
            if not np.any((isHealed == value) & (isLater == time)):
                raise StatisticError(f"not computed: no {name} hip was measured at the {visit} visit")
    design = np.column_stack([np.ones(len(y)), isHealed, isLater, isHealed * isLater])
    clusters = None if patients is None else np.tile(np.asarray(patients), 2)[keep]
    errors = "classical, every measured row" if patients is None else "clustered by patient, every measured row"
    hips = int(np.sum(~(np.isnan(first) & np.isnan(later))))
    return DifferenceInDifferences(errors, len(y), hips, tuple(
        ordinaryLeastSquares(y, design, NAMES, clusters, LATER_DIFFERENCE)))


def allDifferences(first, later, healed, patients, useWelch: bool = False) -> DifferenceInDifferencesSet:
    """Difference in differences in all four ways, with notes in place of those that cannot be computed."""
    first, later = np.asarray(first, dtype=float), np.asarray(later, dtype=float)
    healed = np.asarray(healed, dtype=bool)
    isComplete = ~np.isnan(first - later)
    everyRow, everyNote = orNote(differenceInDifferences, first, later, healed)
    pairs, pairsNote = orNote(differenceInDifferences, first[isComplete], later[isComplete], healed[isComplete])
    clustered, clusteredNote = orNote(differenceInDifferences, first, later, healed, patients)
    changes = later - first
    score, scoreNote = orNote(unpairedT, changes[healed], changes[~healed], useWelch, ("healed", "non-healed"))
    named = (("all rows", everyNote), ("complete pairs", pairsNote), ("cluster-robust", clusteredNote),
             ("change scores", scoreNote))
    notes = [f"{name}: {note}" for name, note in named if note]
    count = len(set(np.asarray(patients)[~(np.isnan(first) & np.isnan(later))].tolist()))
    if clustered is not None and count < FEW_CLUSTERS:
        notes.append(f"cluster-robust: only {count} patients; below {FEW_CLUSTERS} the errors tend to be too small")
    if pairs is not None:
        pairs = DifferenceInDifferences("classical, complete pairs", pairs.n, pairs.hips, pairs.coefficients)
    return DifferenceInDifferencesSet(everyRow, pairs, clustered, score, tuple(notes))
