"""Change between every pair of visits, overall and within the healing groups."""

from __future__ import annotations

import numpy as np

from .descriptivetables import COMPARED_MEASURES, MEASURES
from .did import DifferenceInDifferencesSet, allDifferences
from .errors import orNote
from .grouping import groups, healing, pairsOfVisits, smallGroupCaution, wide
from .power import powerOfChange
from .results import COMPARED, Cell, StatisticsTable, merge, pairLabel
from .samples import describe
from .settings import CohortSettings
from .table import CohortTable
from .ttests import pairedT, unpairedT

SECTION = "Change between visits"
SECTION_DID = "Difference in differences"


def changeTables(table: CohortTable, settings: CohortSettings) -> list[StatisticsTable]:
    """Paired and unpaired tests with power for every measure of change."""
    made = []
    for column in COMPARED_MEASURES:
        values = wide(table, column)
        cells = []
        for name, group in groups(table):
            for first, later, firstVisit, laterVisit in pairsOfVisits(table):
                # Regeneration has no value on the baseline's own row.
                if np.all(np.isnan(values[:, first])) or np.all(np.isnan(values[:, later])):
                    continue
                pair = pairLabel(firstVisit.label, laterVisit.label)
                cells += _changeCells(name, pair, values[group, first], values[group, later], settings)
        if cells:
            made.append(_changeTable(column, cells, settings))
    return made


def _changeCells(group: str, pair: str, first, later, settings: CohortSettings) -> list[Cell]:
    cells = [Cell(group, pair, describe(np.asarray(first) - np.asarray(later)), None, "earlier minus later visit")]
    for item, call, arguments in (("paired t test", pairedT, ()),
                                  ("two-sample t test", unpairedT, (settings.useWelch,)),
                                  ("power", powerOfChange, ())):
        result, note = orNote(call, first, later, *arguments)
        caution = smallGroupCaution(first, later) if result else None
        cells.append(Cell(group, pair, result, merge(note, caution), item))
    return cells


def _changeTable(column: str, cells, settings: CohortSettings) -> StatisticsTable:
    kind = "Welch" if settings.useWelch else "Student"
    return StatisticsTable(
        f"{column}_change", SECTION, f"{MEASURES[column]}: change between visits",
        "Earlier minus later visit. The paired t test takes the hips that were measured at both visits. Beside it the "
        f"two-sample t test ({kind}) of all hips of either visit, as the paper computed it; it ignores that they are "
        "the same hips. Power at alpha 0.05, two-sided, for the observed effect: dz = mean / SD of the differences "
        "(paired), d = difference / pooled SD (two-sample), both from the complete pairs.", tuple(cells))


def didTables(table: CohortTable, settings: CohortSettings) -> list[StatisticsTable]:
    """Difference in differences of ONV % for every pair of visits."""
    if not table.hasHealing:
        return []
    healed, nonHealed = healing(table)
    known = healed | nonHealed
    values = wide(table, "onv_percent")[known]
    patients = table.hips["patient"].to_numpy()[known]
    cells, notes = [], []
    for first, later, firstVisit, laterVisit in pairsOfVisits(table):
        pair = pairLabel(firstVisit.label, laterVisit.label)
        results = allDifferences(values[:, first], values[:, later], healed[known], patients, settings.useWelch)
        cells += _didCells(pair, results)
    return [StatisticsTable(
        "difference_in_differences", SECTION_DID, "ONV %: difference in differences between healed and non-healed hips",
        "Ordinary least squares of y = b0 + b1 healed + b2 later + b3 healed x later over every row with a value at "
        "the two visits (N - 4 degrees of freedom); the estimate is b3. b0 is the mean of non-healed hips at the first "
        "visit, b1 the group difference there, b2 the change of non-healed hips, b1 + b3 the group difference at the "
        "later visit. Beside it: complete pairs only; errors clustered by patient (G/(G-1) (N-1)/(N-K), t on G - 1 "
        "degrees of freedom); t test of the hips' change scores.",
        tuple(cells), tuple(notes))]


def _didCells(pair: str, results: DifferenceInDifferencesSet) -> list[Cell]:
    cells = []
    for title, fit in (("all rows", results.allRows), ("complete pairs", results.completePairs),
                       ("cluster-robust", results.clusterRobust)):
        note = next((text for text in results.notes if text.startswith(title)), None)
        if fit is None:
            cells.append(Cell(COMPARED, pair, None, note, title))
            continue
        cells += [Cell(COMPARED, pair, coefficient, note if coefficient is fit.estimate else None,
                       f"{title}: {coefficient.name}", fit.n) for coefficient in fit.coefficients]
    note = next((text for text in results.notes if text.startswith("change scores")), None)
    cells.append(Cell(COMPARED, pair, results.changeScore, note, "change scores"))
    return cells
