"""The tables of the report: what was measured, and what its uncertainty is made of."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.ratios import ANY_VALUE, REGENERATION, SHARE, Estimate
from ..core.sphere import SphereFit
from ..core.uncertainty import rootSumOfSquares
from .cells import Cell, Row, RowGroup, changeCell, estimateCell, numberCell, tableElement, textCell
from .changerows import changeMapRows, followupCell, grossRegeneration, newLesion
from .formats import MM3_PER_CM3, NO_BASELINE, inCm3, interval, number
from .glossary import WHY_JUDGMENTS_DIFFER, meaningOfTerm
from .markup import Element, element
from .reportinput import ReportVisit
from .slicechoice import sliceDetails, sliceWords
from .timeplots import lesionCm3

CM3 = "cm\u00b3"
VISITS_A_TABLE = 6
HEAD_KINDS = {"visit": "head of this visit", "baseline": "head of {visit}", "sphere-adjusted": "sphere-adjusted volume"}


def mainTable(measurement: HipMeasurement, visits: Sequence[ReportVisit]) -> list[Element]:
    """Every quantity by visit; more than six visits make more than one table."""
    given = {visit.label: visit for visit in visits}
    slices = {visit.label: sliceWords(visit, given.get(visit.label)) for visit in measurement.visits if visit.stack}
    groups = (
        RowGroup("Lesion and head", _volumeRows()),
        RowGroup("Change of the lesion", _changeRows(measurement), _whyJudgmentsDiffer(measurement)),
        RowGroup("What changed where", changeMapRows(measurement)),
        RowGroup("Sphere of the head", _sphereRows()),
        RowGroup("Other volume estimates, for comparison only", _estimatorRows()),
        RowGroup("How it was read", _readingRows(given, slices)),
    )
    hint = element("p", {"class": "hint"}, "Large figures are the values, small figures below them their ",
                   element("a", {"href": "#term-interval"}, "95 % intervals"),
                   ". The name of a quantity leads to its definition.")
    return [hint, *_split("Measurements by visit", groups, measurement.visits), *sliceDetails(measurement, slices)]


def uncertaintyTable(measurement: HipMeasurement) -> Element:
    """Standard uncertainties and their parts, in a part of the page that folds away."""
    groups = (
        RowGroup("Lesion volume (ONV)", _partRows("ONV", lambda visit: visit.lesion)),
        RowGroup("Head volume (FHV)", _partRows("FHV", lambda visit: visit.head)),
        RowGroup("Derived quantities", _derivedUncertaintyRows(measurement)),
    )
    return element(
        "details", {"open": "open"}, element("summary", {}, "Standard uncertainties and their parts"),
        element("p", {"class": "hint"}, "One standard deviation each; a 95 % interval is 1.96 times as far to both "
                                        "sides."),
        *_split("Standard uncertainties by visit", groups, measurement.visits))


def _split(caption: str, groups, visits: tuple[VisitMeasurement, ...]) -> list[Element]:
    count = -(-len(visits) // -(-len(visits) // VISITS_A_TABLE)) if visits else 1
    parts = [visits[start:start + count] for start in range(0, len(visits), count)]
    return [tableElement(caption if len(parts) == 1 else f"{caption}, part {index + 1} of {len(parts)}", groups, part,
                         meaningOfTerm(), count) for index, part in enumerate(parts)]


def _volumeRows() -> tuple[Row, ...]:
    return (
        Row("ONV", CM3, "onv", _lesionCell),
        Row("FHV", CM3, "fhv", lambda visit: visit.head and estimateCell(_segmentCm3(visit.head), 1)),
        Row("ONV %", "% of head", "onv-percent", lambda visit: estimateCell(visit.onvPercent, 1, SHARE)),
        Row("Head that ONV % refers to", "", "head-reference", _headReferenceCell),
    )


def _lesionCell(visit: VisitMeasurement) -> Cell | None:
    if visit.lesionAbsent:
        return Cell("0", "no lesion left, as read")
    return estimateCell(lesionCm3(visit), 2)


def _headReferenceCell(visit: VisitMeasurement) -> Cell | None:
    reference = visit.headReference
    return None if reference is None else textCell(HEAD_KINDS[reference.kind].format(visit=reference.visit))


def _changeRows(measurement: HipMeasurement) -> tuple[Row, ...]:
    def change(name: str, unit: str, term: str, cellOf) -> Row:
        return Row(name, unit, term, lambda visit: changeCell(measurement, visit, cellOf))

    return (
        change("Regeneration (net)", "% of baseline ONV", "regeneration",
               lambda change: estimateCell(change.regenerationPercent, 1, REGENERATION)),
        change("Residual", "% of baseline ONV", "residual", lambda change: estimateCell(change.residualPercent, 1)),
        Row("Change of ONV", CM3, "within-error", lambda visit: changeCell(measurement, visit, lambda change: _judged(
            change.onvWithinMeasurementError, _difference(measurement, visit, _stateCm3), 2))),
        Row("Change of ONV %", "points", "within-error", lambda visit: changeCell(
            measurement, visit, lambda change: _judged(change.onvPercentWithinMeasurementError, _difference(
                measurement, visit, lambda state: state.onvPercent), 1))),
        Row("Rate since the previous visit", "% of head a month", "rate", lambda visit: _rateCell(
            measurement, visit, lambda estimate: estimateCell(estimate, 2, ANY_VALUE))),
        Row("Change of FHV", "% of baseline FHV", "drift", lambda visit: _driftCell(measurement, visit)),
    )


def _stateCm3(state) -> Estimate:
    return inCm3(state.lesion.estimate)


def _difference(measurement: HipMeasurement, visit: VisitMeasurement, estimateOf) -> Estimate | None:
    """This visit minus baseline; different visits are independent, and a lesion that is gone adds no uncertainty."""
    states = measurement.visit(measurement.baseline).lesionState, visit.lesionState
    earlier, later = (state and estimateOf(state) for state in states)
    if earlier is None or later is None:
        return None
    uncertainty = rootSumOfSquares(earlier.standardUncertainty or 0.0, later.standardUncertainty or 0.0)
    return Estimate(later.value - earlier.value, uncertainty)


def _judged(isWithinError: bool | None, difference: Estimate | None, decimals: int) -> Cell | None:
    if isWithinError is None or difference is None:
        return None
    span = interval(difference, decimals, ANY_VALUE)
    return Cell(number(difference.value, decimals), f"{span}\n{'within' if isWithinError else 'beyond'} error")


def _whyJudgmentsDiffer(measurement: HipMeasurement) -> Element | None:
    """Why a change is within error by one measure and not by another; None where that is nowhere so."""
    for visit in measurement.visits:
        change = visit.changeFromBaseline
        if change is None:
            continue
        judged = {change.onvWithinMeasurementError, change.onvPercentWithinMeasurementError} - {None}
        regeneration = change.regenerationPercent
        if regeneration is not None and regeneration.confidenceHalfWidth is not None:
            judged.add(abs(regeneration.value) < regeneration.confidenceHalfWidth)
        if len(judged) > 1:
            return element("p", {"class": "hint"}, "Within error by one measure and beyond it by another? ",
                           WHY_JUDGMENTS_DIFFER)
    return None


def _rateCell(measurement: HipMeasurement, visit: VisitMeasurement, cellOf) -> Cell | None:
    if visit.label == measurement.baseline:
        return Cell("baseline", isAbsent=True)
    if visit.changeFromPrevious is None:
        earlier = [other for other in measurement.visits if other.month < visit.month and other.lesionState]
        if earlier or visit.lesionState is None:
            return None
        return Cell("first visit" if measurement.baseline else NO_BASELINE, isAbsent=True)
    return cellOf(visit.changeFromPrevious.ratePercentPerMonth)


def _driftCell(measurement: HipMeasurement, visit: VisitMeasurement) -> Cell | None:
    if visit.label == measurement.baseline:
        return Cell("baseline", isAbsent=True)
    if measurement.baseline is None:
        return Cell(NO_BASELINE, isAbsent=True)
    return estimateCell(visit.fhvDriftPercent, 1, ANY_VALUE)


def _sphereRows() -> tuple[Row, ...]:
    def sphere(name: str, unit: str, term: str, cellOf) -> Row:
        return Row(name, unit, term, lambda visit: None if visit.sphere is None else cellOf(visit))

    return (
        sphere("Radius", "mm", "sphere", lambda visit: estimateCell(_radius(visit), 1)),
        sphere("Coverage", "%", "coverage", lambda visit: numberCell(100.0 * visit.sphere.coverage, 0)),
        sphere("RMS distance", "mm", "rms", lambda visit: numberCell(visit.sphere.rmsMm, 2)),
        sphere("Depth of the dome below the sphere", "mm", "collapse",
               lambda visit: numberCell(visit.sphere.collapseDepthMm, 1)),
        sphere("SAV", CM3, "sav", lambda visit: estimateCell(_sphereAdjustedCm3(visit), 1)),
        Row("ONV % of SAV", "%", "onv-percent-sav", lambda visit: estimateCell(visit.onvPercentSav, 1)),
        Row("FHV \u2212 SAV difference", "% of their mean", "fhv-sav",
            lambda visit: estimateCell(visit.fhvSavDifferencePercent, 1, ANY_VALUE)),
    )


def _radius(visit: VisitMeasurement) -> Estimate:
    sphere: SphereFit = visit.sphere
    return Estimate(sphere.radiusMm, visit.sphereAdjusted.radiusUncertaintyMm if visit.sphereAdjusted else None)


def _sphereAdjustedCm3(visit: VisitMeasurement) -> Estimate | None:
    adjusted = visit.sphereAdjusted
    return adjusted and inCm3(Estimate(adjusted.volumeMm3, adjusted.seMm3))


def _estimatorRows() -> tuple[Row, ...]:
    rows = []
    for name, segmentOf, decimals in (("ONV", lambda visit: visit.lesion, 2), ("FHV", lambda visit: visit.head, 1)):
        for kind, term, field in (("trapezoid (OsiriX)", "trapezoid", "trapezoidMm3"),
                                  ("closed surface", "surface", "surfaceMm3")):
            rows.append(Row(f"{name} {kind}", CM3, term, _volumeField(name, segmentOf, field, decimals)))
    return tuple(rows)


def _withoutSegment(visit: VisitMeasurement, name: str) -> Cell | None:
    """Why there is no outline: no lesion is left, or nobody drew one (None, not measured)."""
    return Cell("no lesion", isAbsent=True) if name == "ONV" and visit.lesionAbsent else None


def _volumeField(name: str, segmentOf, field: str, decimals: int):
    def cell(visit: VisitMeasurement) -> Cell | None:
        segment = segmentOf(visit)
        if segment is None:
            return _withoutSegment(visit, name)
        value = getattr(segment, field)
        if value is None:
            return Cell("undefined (1 slice)", isAbsent=True)
        return Cell(number(value / MM3_PER_CM3, decimals))
    return cell


def _readingRows(given: dict[str, ReportVisit], slices: dict[str, str]) -> tuple[Row, ...]:
    common = next(iter(slices.values())) if len(set(slices.values())) == 1 else None
    def visit(name: str, field: str) -> Row:
        return Row(name, "", None, lambda measured: _given(given.get(measured.label), field))

    return (
        Row("Slice pitch", f"mm, {common}" if common else "mm", "pitch", lambda visit: visit.stack and Cell(
            number(visit.stack.pitchMm, 2), None if common else slices[visit.label])),
        Row("Slices with lesion", "", "slices", lambda visit: _sliceCount(visit, "ONV", visit.lesion)),
        Row("Slices with head", "", "slices", lambda visit: _sliceCount(visit, "FHV", visit.head)),
        visit("Reader", "reader"),
        visit("Stage, as entered", "stage"),
        visit("State of the outlines", "status"),
    )


def _sliceCount(visit: VisitMeasurement, name: str, segment) -> Cell | None:
    return _withoutSegment(visit, name) if segment is None else Cell(str(segment.sliceCount))


def _given(visit: ReportVisit | None, field: str) -> Cell:
    value = None if visit is None else getattr(visit, field)
    return textCell(value) or Cell("not stated", isAbsent=True)


def _segmentCm3(segment) -> Estimate:
    return inCm3(Estimate(segment.volumeMm3, segment.combinedSeMm3))


def _partRows(name: str, segmentOf) -> tuple[Row, ...]:
    def part(text: str, term: str, field: str) -> Row:
        def cell(visit: VisitMeasurement) -> Cell | None:
            segment = segmentOf(visit)
            if segment is None:
                return _withoutSegment(visit, name)
            value = getattr(segment, field)
            return Cell(number(value / MM3_PER_CM3, 3), f"{number(100.0 * value / segment.volumeMm3, 1)} %")
        return Row(text, CM3, term, cell)

    return (part(f"u({name}) from the slices", "sampling", "samplingSeMm3"),
            part(f"u({name}) from the outline", "contour", "contourSeMm3"),
            part(f"u({name}) combined", "combined", "combinedSeMm3"))


def _uncertaintyCell(estimate: Estimate | None, decimals: int) -> Cell | None:
    if estimate is not None and estimate.standardUncertainty is None:
        return Cell("not known", isAbsent=True)
    return None if estimate is None else numberCell(estimate.standardUncertainty, decimals)


def _derivedUncertaintyRows(measurement: HipMeasurement) -> tuple[Row, ...]:
    def uncertainty(name: str, unit: str, estimateOf, decimals: int = 2) -> Row:
        def cell(visit: VisitMeasurement) -> Cell | None:
            return _uncertaintyCell(estimateOf(visit), decimals)
        return Row(name, unit, "combined", cell)

    def regeneration(visit: VisitMeasurement) -> Cell | None:
        return changeCell(measurement, visit, lambda change: _uncertaintyCell(change.regenerationPercent, 2))

    def followup(name: str, estimateOf) -> Row:
        return Row(name, "points", "combined", lambda visit: followupCell(
            measurement, visit, lambda visit: _uncertaintyCell(estimateOf(visit), 2)))

    def rate(visit: VisitMeasurement) -> Cell | None:
        return _rateCell(measurement, visit, lambda estimate: _uncertaintyCell(estimate, 3))

    return (
        uncertainty("u(ONV %)", "points", lambda visit: visit.onvPercent),
        Row("u(regeneration) = u(residual)", "points", "combined", regeneration),
        Row("u(rate)", "points a month", "combined", rate),
        followup("u(regenerated, gross)", grossRegeneration),
        followup("u(new lesion)", newLesion),
        Row("u(radius) from the fit alone", "mm", "sphere",
            lambda visit: visit.sphere and numberCell(visit.sphere.radiusSeMm, 3)),
        Row("u(radius) with the outline", "mm", "sphere",
            lambda visit: visit.sphereAdjusted and numberCell(visit.sphereAdjusted.radiusUncertaintyMm, 3)),
        uncertainty("u(SAV)", CM3, _sphereAdjustedCm3, 2),
        uncertainty("u(ONV % of SAV)", "points", lambda visit: visit.onvPercentSav),
    )
