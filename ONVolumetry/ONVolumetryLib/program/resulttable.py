"""The table of results that a person reads in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.uncertainty import COVERAGE_FACTOR_95

NOT_MEASURED = "not measured"
STATED_ABSENT = "0 (stated absent)"
INTERVAL_LINE = "± is the half-width of the 95 % interval (1.96 standard uncertainties)."
ABSENT_LINE = ("Stated absent: a reader says that no lesion is left. That is a finding and not an outline, so it "
               "has no interval.")
COLUMNS = ("hip", "visit", "ONV cm3", "FHV cm3", "ONV %", "regeneration %")


def resultTable(hipRecords: Sequence[Mapping[str, Any]]) -> str:
    """Lesion and head volume of each hip and visit with 95 % intervals, as aligned text.

    :param hipRecords: records of hips as in measurements.json.
    """
    rows = [COLUMNS]
    for record in hipRecords:
        rows += [_row(visit) for visit in record["visits"]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    isAbsent = any(STATED_ABSENT in row for row in rows)
    return "\n".join([*lines, INTERVAL_LINE, *([ABSENT_LINE] if isAbsent else [])])


def _row(visit: Mapping[str, Any]) -> tuple[str, ...]:
    if visit["visit_status"] != "done":
        return (visit["hip"], visit["visit"], *["not done"] * 4)
    regeneration = withInterval(visit["regeneration_percent"], visit["regeneration_percent_se"], 1)
    if visit["change_from_baseline"] is None:
        regeneration = ""
    return (
        visit["hip"],
        visit["visit"],
        STATED_ABSENT if visit["lesion_absent"] else withInterval(visit["onv_cm3"], visit["onv_se_cm3"], 2),
        withInterval(visit["fhv_cm3"], visit["fhv_se_cm3"], 1),
        withInterval(visit["onv_percent"], visit["onv_percent_se"], 1),
        regeneration,
    )


def withInterval(value: float | None, standardUncertainty: float | None, digits: int) -> str:
    """A value with the half-width of its 95 % interval; "not measured" where there is none."""
    if value is None:
        return NOT_MEASURED
    if standardUncertainty is None:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} ± {COVERAGE_FACTOR_95 * standardUncertainty:.{digits}f}"
