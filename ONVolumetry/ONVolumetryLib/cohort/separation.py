"""Detects data that a probit separates, for which no finite estimate exists."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

TOLERANCE = 1e-7


def isSeparated(outcome, design) -> bool:
    """Whether some combination of the columns never contradicts the outcome (complete or quasi-complete separation).

    Linear programme of Konis (2007): maximize the sum of s_i x_i'b with 0 <= s_i x_i'b <= 1, s = +-1 by outcome; the
    maximum is 0 exactly when the maximum likelihood estimate exists.

    :param outcome: (n,) of 0 and 1.
    :param design: (n, k) of full rank, with its constant.
    """
    design = np.asarray(design, dtype=float)
    scale = np.max(np.abs(design), axis=0)
    signed = np.where(np.asarray(outcome) > 0, 1.0, -1.0)[:, None] * (design / np.where(scale > 0, scale, 1.0))
    signed = _extremes(signed)
    result = linprog(-signed.sum(axis=0), A_ub=np.vstack([signed, -signed]),
                     b_ub=np.concatenate([np.ones(len(signed)), np.zeros(len(signed))]),
                     bounds=[(None, None)] * design.shape[1], method="highs")
    return bool(result.status == 0 and -result.fun > TOLERANCE)


def _extremes(rows: np.ndarray) -> np.ndarray:
    """The rows that can limit b: of rows that differ in one column only, those between two others add nothing.

    That leaves a handful of rows of a large cohort, where one column is a measure and the others are categories.
    """
    column = int(np.argmax([len(np.unique(values)) for values in rows.T]))
    others, index = np.unique(np.delete(rows, column, axis=1), axis=0, return_inverse=True)
    kept = []
    for choose, start in ((np.minimum, np.inf), (np.maximum, -np.inf)):
        limit = np.full(len(others), start)
        choose.at(limit, np.ravel(index), rows[:, column])
        kept.append(np.insert(others, column, limit, axis=1))
    return np.unique(np.vstack(kept), axis=0)
