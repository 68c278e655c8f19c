"""Rows of the report on what changed where, and on the registration that it rests on."""

from __future__ import annotations

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.ratios import SHARE, SIZE, Estimate
from .cells import Cell, Row, changeCell, estimateCell, numberCell
from .formats import NO_BASELINE, number

OF_BASELINE = "% of baseline ONV"


def changeMapRows(measurement: HipMeasurement) -> tuple[Row, ...]:
    """Gross regeneration and new lesion by visit, and how far the registration may be trusted."""
    def followup(name: str, unit: str, term: str, cellOf) -> Row:
        return Row(name, unit, term, lambda visit: followupCell(measurement, visit, cellOf))

    return (
        followup("Regenerated (gross)", OF_BASELINE, "gross-regeneration",
                 lambda visit: estimateCell(grossRegeneration(visit), 1, SHARE)),
        followup("New lesion", OF_BASELINE, "new-lesion", lambda visit: estimateCell(newLesion(visit), 1, SIZE)),
        followup("Registration to the baseline", "", "registration", _verdictCell),
        followup("Registration error", "mm", "registration-error",
                 lambda visit: visit.registration and numberCell(visit.registration.errorMm, 2)),
        followup("Correlation of the images, before \u2192 after", "", "registration", _metricCell),
        followup("Outlines of the head apart", "mm", "registration",
                 lambda visit: visit.registration and numberCell(visit.registration.headSurfaceDistanceMm, 2)),
        followup("Centers of the head apart", "mm", "registration",
                 lambda visit: visit.registration and numberCell(visit.registration.sphereCenterDistanceMm, 2)),
    )


def grossRegeneration(visit: VisitMeasurement) -> Estimate | None:
    """Regenerated share of the baseline's lesion; None = not measured."""
    return visit.changeMap and visit.changeMap.grossRegenerationPercent


def newLesion(visit: VisitMeasurement) -> Estimate | None:
    """New lesion in percent of the baseline's; None = not measured."""
    return visit.changeMap and visit.changeMap.newLesionPercent


def followupCell(measurement: HipMeasurement, visit: VisitMeasurement, cellOf) -> Cell | None:
    """A cell of a visit after the baseline; others say what they are."""
    if measurement.baseline is None:
        return Cell(NO_BASELINE, isAbsent=True)
    if visit.month > measurement.visit(measurement.baseline).month:
        return cellOf(visit)
    # The words for the baseline and for visits before it are those of the other changes.
    return changeCell(measurement, visit, lambda change: None)


def _verdictCell(visit: VisitMeasurement) -> Cell:
    found = visit.registration
    if found is None:
        return Cell("not registered", isAbsent=True)
    by = {"user": "transform of the user: "}.get(found.method, "")
    return Cell(found.verdict, by + found.reason, isText=True)


def _metricCell(visit: VisitMeasurement) -> Cell | None:
    found = visit.registration
    if found is None or found.metricAfter is None:
        return None
    before = "outside" if found.metricBefore is None else number(found.metricBefore, 2)
    return Cell(f"{before} \u2192 {number(found.metricAfter, 2)}")
