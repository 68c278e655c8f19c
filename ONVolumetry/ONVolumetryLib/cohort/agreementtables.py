"""Agreement of the outlined head with the sphere-adjusted one."""

from __future__ import annotations

import numpy as np

from .agreement import blandAltman, bradleyBlackwood, completePairs, concordance
from .errors import orNote
from .grouping import wide
from .icc import intraclassCorrelations
from .results import ALL, Cell, StatisticsTable
from .samples import describe
from .table import CohortTable
from .ttests import pairedT

SECTION = "Agreement of FHV and SAV"
DEFINITION = (
    "Differences are the first minus the second. Lin's concordance correlation (variances with n, 95 % CI by z "
    "transform), Bland-Altman limits (mean difference +- 1.96 SD), Bradley-Blackwood F (difference regressed on mean, "
    "2 and n - 2 degrees of freedom), paired t test, intraclass correlations (Shrout and Fleiss; CI of McGraw and "
    "Wong).")
NO_VALUE = "not computed: the readings of one subject differ more than the subjects do"
NO_LIMITS = "no interval: the readings do not determine it"


def baselineValues(table: CohortTable, *columns: str) -> list[np.ndarray]:
    """Columns on each hip's baseline row: the last visit at month <= 0 where all of them were measured; else NaN."""
    stacked = np.stack([wide(table, column) for column in columns])
    month = table.values("month").to_numpy(dtype=float)
    usable = ~np.isnan(stacked).any(axis=0) & (month <= 0)
    # Later baselines are further right, because visits are in order of time.
    position = usable.shape[1] - 1 - np.argmax(usable[:, ::-1], axis=1)
    picked = stacked[:, np.arange(len(position)), position]
    picked[:, ~usable.any(axis=1)] = np.nan
    return list(picked)


def agreementCells(group: str, visit: str, first, second) -> list[Cell]:
    """All statistics of agreement of two measurements of the same subjects."""
    cells = []
    for item, call in (("concordance", concordance), ("Bland-Altman", blandAltman),
                       ("Bradley-Blackwood", bradleyBlackwood), ("paired t test", pairedT)):
        result, note = orNote(call, first, second)
        cells.append(Cell(group, visit, result, note, item))
    return cells + intraclassCells(group, visit, np.column_stack([first, second]))


def intraclassCells(group: str, visit: str, values: np.ndarray) -> list[Cell]:
    """All forms of the intraclass correlation of (subjects, readers) values, or why there is none."""
    forms, note = orNote(intraclassCorrelations, values)
    if note:
        return [Cell(group, visit, None, note, "ICC")]
    cells = []
    for form in forms:
        if form.value is None:
            cells.append(Cell(group, visit, None, NO_VALUE, form.form, form.n))
        else:
            cells.append(Cell(group, visit, form, NO_LIMITS if form.ciLow is None else None, form.form))
    return cells


def fhvSavTables(table: CohortTable) -> list[StatisticsTable]:
    """FHV against SAV in cm3 at baseline, ONV % of either, and the percent difference over all visits."""
    if not {"fhv_cm3", "sav_cm3"} <= table.columns:
        return []
    fhv, sav = baselineValues(table, "fhv_cm3", "sav_cm3")
    made = [StatisticsTable("fhv_sav_agreement", SECTION, "FHV and SAV at baseline, cm\u00b3 (FHV \u2212 SAV)",
                            f"One row a hip, the last visit at month 0 or before. {DEFINITION}",
                            tuple(agreementCells(ALL, "baseline", fhv, sav)))]
    if "onv_percent_sav" in table.columns:
        shares = completePairs(*baselineValues(table, "onv_percent", "onv_percent_sav"))
        made.append(StatisticsTable(
            "onv_percent_agreement", SECTION, "ONV % of the FHV and of the SAV at baseline, percentage points",
            DEFINITION, tuple(agreementCells(ALL, "baseline", *shares))))
    if "fhv_sav_difference_percent" in table.columns:
        differences = wide(table, "fhv_sav_difference_percent")
        cells = [Cell(ALL, "all visits", describe(differences.ravel()), "rows of the same hip are not independent")]
        cells += [Cell(ALL, visit.label, describe(differences[:, index])) for index, visit in enumerate(table.visits)]
        made.append(StatisticsTable(
            "fhv_sav_difference_percent", SECTION, "Difference of FHV and SAV, % of their mean",
            "100 x (FHV - SAV) / ((FHV + SAV) / 2) of every row. Over all visits the rows are not independent.",
            tuple(cells)))
    return made
