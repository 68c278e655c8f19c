"""The table of results that a person reads in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.ratios import ANY_VALUE, REGENERATION, SHARE, SIZE, Estimate, Limits

NOT_MEASURED = "not measured"
STATED_ABSENT = "0 (stated absent)"
INTERVAL_LINE = "± is the half-width of the 95 % interval (1.96 standard uncertainties)."
CUT_LINE = "Where a part of it is impossible (below 0, above 100 %), the interval is cut and written as (low to high)."
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
    isCut = any(cell.endswith(")") and " to " in cell for row in rows[1:] for cell in row[2:])
    return "\n".join([*lines, INTERVAL_LINE, *([CUT_LINE] if isCut else []), *([ABSENT_LINE] if isAbsent else [])])


def _row(visit: Mapping[str, Any]) -> tuple[str, ...]:
    if visit["visit_status"] != "done":
        return (visit["hip"], visit["visit"], *["not done"] * 4)
    regeneration = withInterval(visit["regeneration_percent"], visit["regeneration_percent_se"], 1, REGENERATION)
    if visit["change_from_baseline"] is None:
        regeneration = ""
    return (
        visit["hip"],
        visit["visit"],
        STATED_ABSENT if visit["lesion_absent"] else withInterval(visit["onv_cm3"], visit["onv_se_cm3"], 2, SIZE),
        withInterval(visit["fhv_cm3"], visit["fhv_se_cm3"], 1, SIZE),
        withInterval(visit["onv_percent"], visit["onv_percent_se"], 1, SHARE),
        regeneration,
    )


def withInterval(value: float | None, standardUncertainty: float | None, digits: int, limits: Limits) -> str:
    """A value with its 95 % interval, as its half-width where all of it is possible; "not measured" without a value.

    :param limits: lowest and highest value that is possible; the interval is cut there, as in the report.
    """
    if value is None:
        return NOT_MEASURED
    estimate = Estimate(value, standardUncertainty)
    if standardUncertainty is None:
        return f"{value:.{digits}f}"
    low, high = estimate.confidenceInterval(limits)
    if (low, high) != estimate.confidenceInterval(ANY_VALUE):
        return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return f"{value:.{digits}f} ± {estimate.confidenceHalfWidth:.{digits}f}"
