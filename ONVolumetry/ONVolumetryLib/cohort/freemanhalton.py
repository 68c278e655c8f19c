"""Exact p of a table of counts of any size, by meeting in the middle.

The probability of a table with fixed margins is a constant times one factor a column. Both halves of the columns are
enumerated as (row sums, log weight, how often); of a pair of halves whose row sums add up, the unlikely tables are
found by sorting, so that the tables themselves are never listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from .errors import StatisticError

# Tables whose probabilities differ by rounding only count as equally likely.
RELATIVE_TOLERANCE = 1e-7
MOST_COMBINATIONS = 6_000_000


@dataclass(frozen=True, eq=False)
class _Halves:
    """Distinct halves of a table.

    :param codes: row sums of each, as one number (mixed radix), ascending.
    :param weights: -sum(log(cell!)), ascending within a code; `counts` how many halves are alike.
    """

    codes: np.ndarray
    weights: np.ndarray
    counts: np.ndarray


def freemanHaltonP(table: np.ndarray) -> float:
    """Probability of all tables with the same margins that are not more likely than this one.

    :param table: counts; no empty row or column.
    :raises StatisticError: the table is too large to enumerate.
    """
    table = table if table.shape[0] <= table.shape[1] else table.T
    rowSums, columnSums = table.sum(axis=1), table.sum(axis=0)
    order = np.argsort(-columnSums, kind="stable")
    radix = np.concatenate([[1], np.cumprod(rowSums[:-1] + 1)]).astype(np.int64)
    left, right = (_halves(columnSums[part], rowSums, radix) for part in (order[0::2], order[1::2]))
    constant = float(np.sum(special.gammaln(rowSums + 1)) + np.sum(special.gammaln(columnSums + 1))
                     - special.gammaln(table.sum() + 1))
    limit = -float(np.sum(special.gammaln(table + 1))) + np.log1p(RELATIVE_TOLERANCE)
    return _joined(left, right, int(rowSums @ radix), limit, constant)


def _joined(left: _Halves, right: _Halves, wholeCode: int, limit: float, constant: float) -> float:
    """Sum over pairs of halves whose codes add up to the whole and whose weights stay within the limit."""
    total = 0.0
    codes, starts = np.unique(left.codes, return_index=True)
    ends = np.append(starts[1:], len(left.codes))
    rightStarts = np.searchsorted(right.codes, wholeCode - codes, side="left")
    rightEnds = np.searchsorted(right.codes, wholeCode - codes, side="right")
    for start, end, rightStart, rightEnd in zip(starts, ends, rightStarts, rightEnds):
        if rightStart == rightEnd:
            continue
        # Weights ascend, so that the last is the largest; taking it out keeps the exponentials finite.
        others, largest = right.weights[rightStart:rightEnd], right.weights[rightEnd - 1]
        cumulative = np.concatenate([[0.0], np.cumsum(right.counts[rightStart:rightEnd] * np.exp(others - largest))])
        weights = left.weights[start:end]
        reach = np.searchsorted(others, limit - weights, side="right")
        total += float(np.sum(left.counts[start:end] * np.exp(weights + largest + constant) * cumulative[reach]))
    return total


def _halves(columnSums: np.ndarray, rowSums: np.ndarray, radix: np.ndarray) -> _Halves:
    sums, weights, counts = np.zeros((1, len(rowSums)), dtype=np.int64), np.zeros(1), np.ones(1)
    for columnSum in columnSums:
        columns = _columns(int(columnSum), rowSums)
        _refuseTooLarge(len(columns) * len(weights))
        grown = (sums[:, None, :] + columns[None, :, :]).reshape(-1, len(rowSums))
        fits = np.all(grown <= rowSums, axis=1)
        columnWeights = -np.sum(special.gammaln(columns + 1), axis=1)
        sums, weights, counts = _merged(grown[fits], (weights[:, None] + columnWeights).ravel()[fits],
                                        np.repeat(counts, len(columns))[fits], radix)
    return _Halves(sums @ radix, weights, counts)


def _merged(sums, weights, counts, radix):
    """Equal halves as one, sorted by code and weight."""
    codes = sums @ radix
    order = np.lexsort((weights, codes))
    sums, codes, weights, counts = sums[order], codes[order], weights[order], counts[order]
    isNew = np.ones(len(codes), dtype=bool)
    isNew[1:] = (np.diff(codes) != 0) | (np.diff(weights) > 1e-9)
    return sums[isNew], weights[isNew], np.bincount(np.cumsum(isNew) - 1, weights=counts)


def _columns(columnSum: int, rowSums: np.ndarray) -> np.ndarray:
    """All columns with a sum and no cell above its row's sum, shape (count, rows)."""
    columns = np.zeros((1, 0), dtype=np.int64)
    for most in rowSums[:-1]:
        values = np.arange(min(int(most), columnSum) + 1)
        _refuseTooLarge(len(columns) * len(values))
        columns = np.column_stack([np.repeat(columns, len(values), axis=0), np.tile(values, len(columns))])
        columns = columns[columns.sum(axis=1) <= columnSum]
    last = columnSum - columns.sum(axis=1)
    keep = last <= rowSums[-1]
    return np.column_stack([columns[keep], last[keep]])


def _refuseTooLarge(count: int):
    if count > MOST_COMBINATIONS:
        raise StatisticError("not computed: the table is too large for the exact test")
