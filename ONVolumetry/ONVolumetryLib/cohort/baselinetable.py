"""The baseline table: covariates of healed against non-healed hips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .covariates import Covariate
from .errors import StatisticError, orNote
from .fisher import fisherExact
from .grouping import groups, healing, smallGroupCaution
from .ranktests import mannWhitney
from .results import COMPARED, HEALED, NON_HEALED, Cell, StatisticsTable, merge
from .samples import describe
from .settings import CohortSettings
from .table import CohortTable
from .ttests import unpairedT

SECTION = "Baseline"
MOST_CATEGORIES = 30


@dataclass(frozen=True)
class CategoryCount:
    """Hips of a group in a category.

    :param n: hips whose category is known; `missing` the others.
    """

    n: int
    missing: int
    count: int
    percent: float | None


def baselineTable(table: CohortTable, settings: CohortSettings) -> StatisticsTable | None:
    """Covariates by healing group with tests; None where there are no covariates."""
    if not table.covariates:
        return None
    cells = []
    for covariate in table.covariates:
        values = table.hips[covariate.name]
        cells += (_numericCells if covariate.isNumeric else _categoryCells)(table, covariate, values, settings)
    kind = "Welch's" if settings.useWelch else "Student's"
    return StatisticsTable(
        "baseline", SECTION, "Baseline characteristics of the hips",
        f"Numeric covariates: {kind} t test and Wilcoxon-Mann-Whitney rank-sum test. Categorical covariates: Fisher's "
        "exact test (Freeman-Halton for more than two categories). One value a hip.", tuple(cells))


def _numericCells(table: CohortTable, covariate: Covariate, values, settings) -> list[Cell]:
    numbers = values.to_numpy(dtype=float)
    cells = [Cell(name, "", describe(numbers[group]), None, covariate.name) for name, group in groups(table)]
    if table.hasHealing:
        healed, nonHealed = healing(table)
        samples = numbers[healed], numbers[nonHealed]
        caution = smallGroupCaution(*samples)
        for test, call, options in (("t test", unpairedT, {"useWelch": settings.useWelch}),
                                    ("rank-sum test", mannWhitney, {})):
            result, note = orNote(call, *samples, names=(HEALED, NON_HEALED), **options)
            cells.append(Cell(COMPARED, "", result, merge(note, caution if result else None),
                              f"{covariate.name}, {test}"))
    return cells


def _categoryCells(table: CohortTable, covariate: Covariate, values, settings) -> list[Cell]:
    texts = np.array([value if isinstance(value, str) else None for value in values], dtype=object)
    categories = sorted({text for text in texts if text is not None})
    if len(categories) > MOST_CATEGORIES:
        return [Cell("all", "", None, f"left out: {len(categories)} different texts are not categories",
                     covariate.name, len(texts))]
    cells = []
    for name, group in groups(table):
        known = np.array([text is not None for text in texts]) & group
        for category in categories:
            count = int(np.sum(texts[known] == category))
            n = int(known.sum())
            cells.append(Cell(name, "", CategoryCount(n, int(group.sum()) - n, count, 100 * count / n if n else None),
                              None, f"{covariate.name} = {category}"))
    if table.hasHealing:
        counts = [[int(np.sum(texts[group] == category)) for category in categories] for group in healing(table)]
        result, note = orNote(_fisher, counts)
        cells.append(Cell(COMPARED, "", result, note, f"{covariate.name}, Fisher's exact test", int(np.sum(counts))))
    return cells


def _fisher(counts):
    if not counts[0]:
        raise StatisticError("not computed: no hip has a value")
    return fisherExact(counts)
