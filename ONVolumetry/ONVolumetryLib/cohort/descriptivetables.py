"""Tables of who was followed and of the measures by visit and healing group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import orNote
from .grouping import groups, healing, smallGroupCaution, wide
from .ranktests import mannWhitney
from .results import COMPARED, HEALED, NON_HEALED, Cell, StatisticsTable, merge
from .samples import FEWEST, describe
from .settings import CohortSettings
from .table import NOT_DONE, CohortTable
from .ttests import unpairedT

SECTION_FOLLOW_UP, SECTION_MEASURES = "Hips and follow-up", "Volumes by visit and healing"
MEASURES = {
    "onv_percent": "ONV, % of the femoral head",
    "onv_cm3": "ONV, cm\u00b3",
    "regeneration_percent": "Net regeneration, % of the first ONV",
    "residual_percent": "Residual ONV, % of the first ONV",
    "fhv_cm3": "FHV, cm\u00b3",
    "sav_cm3": "SAV, cm\u00b3",
    "onv_percent_sav": "ONV, % of the SAV",
}
COMPARED_MEASURES = ("onv_percent", "onv_cm3", "regeneration_percent")


@dataclass(frozen=True)
class FollowUp:
    """What became of the hips of a group at a visit.

    :param n: hips whose ONV % was measured.
    :param hips: all hips of the group; `missing` those without a measure.
    :param notDone: of the missing, hips whose visit was not done or has no row.
    :param notMeasured: of the missing, hips that came but have no ONV %.
    :param arthroplasty: of the missing, hips that had an arthroplasty at this visit's month or before; `otherEnd` those
        that left otherwise.
    """

    n: int
    hips: int
    missing: int
    notDone: int
    notMeasured: int
    arthroplasty: int
    otherEnd: int


@dataclass(frozen=True)
class RatioOfMeans:
    """100 x mean(numerator) / mean(denominator) over hips that have both."""

    n: int
    ratioPercent: float


def followUpTable(table: CohortTable) -> StatisticsTable:
    """Hips measured and missing at every visit."""
    values, status = wide(table, "onv_percent"), table.values("visit_status")
    month = table.values("month").to_numpy(dtype=float)
    reason, endMonth = table.hips["end_reason"].to_numpy(), table.hips["end_month"].to_numpy(dtype=float)
    cells = []
    for name, group in groups(table):
        for index, visit in enumerate(table.visits):
            isMissing = np.isnan(values[:, index]) & group
            absent = np.array([text == NOT_DONE for text in status[visit.label]]) | np.isnan(month[:, index])
            ended = isMissing & (endMonth <= visit.month)
            isArthroplasty = ended & (reason == "arthroplasty")
            cells.append(Cell(name, visit.label, FollowUp(
                int(np.sum(group & ~isMissing)), int(np.sum(group)), int(np.sum(isMissing)),
                int(np.sum(isMissing & absent)), int(np.sum(isMissing & ~absent)), int(np.sum(isArthroplasty)),
                int(np.sum(ended & ~isArthroplasty)))))
    return StatisticsTable(
        "follow_up", SECTION_FOLLOW_UP, "Hips measured and missing at every visit",
        "Hips with a measured ONV %, and why the others have none: missing = not done + came, not measured. Of the "
        "missing, some had left the follow-up by then, by an arthroplasty or otherwise. An arthroplasty ends the "
        "follow-up of a hip; its later visits are missing and never count as healed or regenerated.", tuple(cells))


def measureTables(table: CohortTable) -> list[StatisticsTable]:
    """Descriptions of every measure that the rows have, by visit and group."""
    made = []
    for column, title in MEASURES.items():
        values = wide(table, column)
        if np.all(np.isnan(values)):
            continue
        cells = []
        for name, group in groups(table):
            for index, visit in enumerate(table.visits):
                sample = values[group, index]
                description = describe(sample)
                if column in ("regeneration_percent", "residual_percent") and np.all(np.isnan(values[:, index])):
                    continue
                note = f"n < {FEWEST}: no interval" if description.n < FEWEST else None
                cells.append(Cell(name, visit.label, description, note))
        made.append(StatisticsTable(
            column, SECTION_MEASURES, f"{title}, by visit and healing",
            "Mean of the hips' own values with SD, SE and 95 % CI (t distribution), median and quartiles (linear "
            "interpolation); n counts hips with a value, missing the others.", tuple(cells)))
    return made


def comparisonTables(table: CohortTable, settings: CohortSettings) -> list[StatisticsTable]:
    """Healed against not healed at every visit."""
    if not table.hasHealing:
        return []
    healed, nonHealed = healing(table)
    kind = "Welch's t test (unequal variances)" if settings.useWelch else "Student's t test (equal variances)"
    made = []
    for column in COMPARED_MEASURES:
        values = wide(table, column)
        cells = []
        for index, visit in enumerate(table.visits):
            if np.all(np.isnan(values[:, index])):
                continue
            samples = values[healed, index], values[nonHealed, index]
            caution = smallGroupCaution(*samples)
            for item, call, options in (("t test", unpairedT, {"useWelch": settings.useWelch}),
                                        ("rank-sum test", mannWhitney, {})):
                result, note = orNote(call, *samples, names=(HEALED, NON_HEALED), **options)
                cells.append(Cell(COMPARED, visit.label, result, merge(note, caution if result else None), item))
        if cells:
            made.append(StatisticsTable(
                f"{column}_healed_vs_not", SECTION_MEASURES, f"{MEASURES[column]}: healed against non-healed",
                f"{kind} of healed minus non-healed hips, and the Wilcoxon-Mann-Whitney rank-sum test (tie-corrected "
                "normal approximation without continuity correction; exact p beside it without ties up to 50 hips).",
                tuple(cells)))
    return made


def ratioOfMeansTable(table: CohortTable) -> StatisticsTable:
    """Ratios of means, beside the means of ratios."""
    onv, fhv = wide(table, "onv_cm3"), wide(table, "fhv_cm3")
    cells = []
    for name, group in groups(table):
        for index, visit in enumerate(table.visits):
            cells.append(_ratioCell(name, visit.label, "ONV / FHV", onv[group, index], fhv[group, index]))
            if index > 0:
                cells.append(_ratioCell(name, visit.label, f"ONV / ONV at {table.visits[0].label}", onv[group, index],
                                        onv[group, 0]))
    return StatisticsTable(
        "ratio_of_means", SECTION_MEASURES, "Ratios of means",
        "100 x mean of the numerator / mean of the denominator over the hips that have both; large hips and lesions "
        "weigh more than in the mean of the hips' own ratios, which all other tables print.", tuple(cells))


def _ratioCell(group: str, visit: str, item: str, numerator: np.ndarray, denominator: np.ndarray) -> Cell:
    isComplete = ~np.isnan(numerator + denominator)
    if not isComplete.any() or np.mean(denominator[isComplete]) == 0:
        return Cell(group, visit, None, "not computed: no hip has both volumes", item, 0)
    ratio = 100 * float(np.mean(numerator[isComplete]) / np.mean(denominator[isComplete]))
    return Cell(group, visit, RatioOfMeans(int(isComplete.sum()), ratio), None, item)
