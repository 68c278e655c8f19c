"""Exact tests of counts: Fisher for tables of any size, McNemar for pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from .errors import StatisticError
from .freemanhalton import freemanHaltonP


@dataclass(frozen=True)
class FisherExact:
    """Fisher's exact test of independence.

    :param n: hips in the table; `table` its counts, a row a group.
    :param p: two-sided: the probability of all tables with the same margins that are not more likely than this one.
    """

    n: int
    table: tuple[tuple[int, ...], ...]
    p: float


@dataclass(frozen=True)
class McNemarExact:
    """Exact McNemar test of paired yes or no: twice the smaller binomial tail of b of b + c at 1/2.

    :param n: complete pairs; `lost` yes then no, `gained` no then yes.
    """

    n: int
    lost: int
    gained: int
    p: float


def fisherExact(table) -> FisherExact:
    """Fisher's exact test of an r x c table (Freeman-Halton for more than 2 x 2).

    :param table: counts, a row a group.
    :raises StatisticError: a group is empty, all hips are in one category, or the table is too large to enumerate.
    """
    counts = np.asarray(table, dtype=int)
    if np.any(counts.sum(axis=1) == 0):
        raise StatisticError("not computed: one group is empty")
    used = counts[:, counts.sum(axis=0) > 0]
    if used.shape[1] < 2 or used.shape[0] < 2:
        raise StatisticError("not computed: all hips are in one category")
    if used.shape == (2, 2):
        p = float(stats.fisher_exact(used).pvalue)
    else:
        p = freemanHaltonP(used)
    return FisherExact(int(counts.sum()), tuple(tuple(int(count) for count in row) for row in counts), min(p, 1.0))


def mcNemarExact(before, after) -> McNemarExact:
    """Exact McNemar test.

    :param before: one bool a subject; `after` of the same subjects.
    :raises StatisticError: nobody changed.
    """
    before, after = np.asarray(before, dtype=bool), np.asarray(after, dtype=bool)
    lost, gained = int(np.sum(before & ~after)), int(np.sum(~before & after))
    if lost + gained == 0:
        raise StatisticError(f"not computed: none of {len(before)} pairs changed")
    p = float(stats.binomtest(lost, lost + gained).pvalue)
    return McNemarExact(len(before), lost, gained, p)
