"""Measure a hip: every visit on its own, then what refers to other visits."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

from .errors import CaseError
from .hip import HeadReference, HipMeasurement, Note, VisitMeasurement, VisitSegments
from .ratios import Estimate, Volume, changeBetween, driftPercent, percentOf
from .settings import MeasurementSettings
from .uncertainty import COVERAGE_FACTOR_95, rootSumOfSquares
from .visitmeasurement import measureVisit

SEXES = ("male", "female")
DRIFT_NOTE_PERCENT = 5.0

Progress = Callable[[float, str], None]


def measureHip(visits: Sequence[VisitSegments], sex: str, settings: MeasurementSettings | None = None,
               progress: Progress | None = None) -> HipMeasurement:
    """Measure all visits of a hip.

    :param visits: at least one visit, in any order; months and labels must differ.
    :param sex: "male" or "female"; the sphere-adjusted volume depends on it.
    :param settings: defaults of the method where None.
    :param progress: called with the fraction done (0 to 1) and the name of the visit; may raise to cancel.
    :raises CaseError: sex unknown, no visit, or two visits at the same month.
    :raises SegmentError: an outline is empty or contradicts what is said of it.
    """
    settings = settings or MeasurementSettings()
    ordered = sorted(visits, key=lambda visit: visit.month)
    _requireMeasurable(ordered, sex)
    measured = []
    for index, segments in enumerate(ordered):
        if progress:
            progress(index / len(ordered), segments.label)
        measured.append(measureVisit(segments, sex, settings))
    if progress:
        progress(1.0, ordered[-1].label)
    return relateVisits(measured, sex, settings)


def relateVisits(visits: Sequence[VisitMeasurement], sex: str, settings: MeasurementSettings) -> HipMeasurement:
    """Add to visits that were measured one by one what refers to other visits.

    :param visits: in order of time, as measureVisit returns them.
    """
    baseline = _baseline(visits)
    withPercent = [_withPercent(visit, baseline, settings) for visit in visits]
    baseline = _baseline(withPercent)
    related = []
    for index, visit in enumerate(withPercent):
        related.append(_withChange(visit, baseline, withPercent[:index]))
    states = [visit.lesionState for visit in withPercent if visit.lesionState is not None]
    changes = tuple(changeBetween(earlier, later) for earlier, later in combinations(states, 2))
    return HipMeasurement(tuple(related), baseline.label if baseline else None, changes, sex, settings)


def _requireMeasurable(ordered: Sequence[VisitSegments], sex: str):
    if sex not in SEXES:
        raise CaseError(f"unknown sex {sex!r}; give male or female (the sphere-adjusted volume depends on it)")
    if not ordered:
        raise CaseError("the hip has no visits; add at least one")
    for visit in ordered:
        if not math.isfinite(visit.month):
            raise CaseError(f"the month of visit {visit.label!r} is not a number; give months since surgery")
    for first, second in pairwise(ordered):
        if first.month == second.month:
            raise CaseError(f"visits {first.label!r} and {second.label!r} have the same month {first.month:g}; "
                            "correct one of them")
    labels = [visit.label for visit in ordered]
    if len(set(labels)) < len(labels):
        raise CaseError("two visits have the same label; rename one of them")


def _baseline(visits: Sequence[VisitMeasurement]) -> VisitMeasurement | None:
    """The last visit at month 0 or before whose lesion is known."""
    candidates = [visit for visit in visits if visit.month <= 0 and visit.lesionVolume is not None]
    return candidates[-1] if candidates else None


def _withPercent(visit: VisitMeasurement, baseline: VisitMeasurement | None, settings) -> VisitMeasurement:
    if visit.lesionVolume is None:
        return visit
    notes = list(visit.notes)
    source, kind = _headSource(visit, baseline, settings.headReference, notes)
    if source is None:
        return dataclasses.replace(visit, notes=tuple(notes))
    if kind == "sphere-adjusted":
        head = Volume.ofSphere(source.sphereAdjusted, source.sphere.radiusMm, settings.contourSdMm)
    else:
        head = Volume.ofSegment(source.head)
    correlation = settings.contourCorrelation if source.label == visit.label else 0.0
    return dataclasses.replace(visit, onvPercent=percentOf(visit.lesionVolume, head, correlation),
                               headReference=HeadReference(kind, source.label), notes=tuple(notes))


def _headSource(visit, baseline, wanted: str, notes: list) -> tuple[VisitMeasurement | None, str]:
    """The visit whose head ONV % refers to, and the kind of reference."""
    if wanted == "sphere-adjusted":
        if visit.sphereAdjusted is None:
            notes.append(Note("no-head-reference", "ONV % is not measured: this visit has no sphere-adjusted volume."))
            return None, wanted
        return visit, wanted
    if wanted == "visit" and visit.head is not None:
        return visit, "visit"
    if baseline is not None and baseline.head is not None:
        if wanted == "visit":
            notes.append(Note("baseline-head", f"ONV % refers to the head of “{baseline.label}”, since this visit has "
                                               "none outlined."))
        return baseline, "visit" if baseline.label == visit.label else "baseline"
    where = "at this visit or at baseline" if wanted == "visit" else "at baseline"
    notes.append(Note("no-head-reference", f"ONV % is not measured: no head is outlined {where}."))
    return None, wanted


def _withChange(visit: VisitMeasurement, baseline, earlier: Sequence[VisitMeasurement]) -> VisitMeasurement:
    notes = list(visit.notes)
    fields = {}
    isBaseline = baseline is not None and visit.label == baseline.label
    previous = [other for other in earlier if other.lesionState is not None]
    if visit.lesionState is not None and previous and not isBaseline:
        fields["changeFromPrevious"] = changeBetween(previous[-1].lesionState, visit.lesionState)
    if visit.lesionState is not None and visit.month > 0:
        fields["changeFromBaseline"] = _changeFromBaseline(visit, baseline, notes)
    if baseline is not None and not isBaseline and visit.head is not None and baseline.head is not None:
        fields["fhvDriftPercent"] = _headDrift(visit, baseline, notes)
    return dataclasses.replace(visit, notes=tuple(notes), **fields)


def _changeFromBaseline(visit: VisitMeasurement, baseline: VisitMeasurement | None, notes: list):
    if baseline is None:
        notes.append(Note("no-baseline", "Change is not measured: no visit at month 0 or before has a lesion "
                                         "outlined."))
        return None
    if baseline.lesionVolume.volumeMm3 <= 0:
        notes.append(Note("baseline-without-lesion", f"Change is not measured: “{baseline.label}” has no lesion."))
        return None
    change = changeBetween(baseline.lesionState, visit.lesionState)
    if change.onvWithinMeasurementError:
        notes.append(Note("within-error", f"The change of the lesion's volume from “{baseline.label}” is within "
                                          "measurement error."))
    return change


def _headDrift(visit: VisitMeasurement, baseline: VisitMeasurement, notes: list) -> Estimate:
    drift = driftPercent(Volume.ofSegment(baseline.head), Volume.ofSegment(visit.head))
    # Judged as a difference of volumes, so that growth and shrinkage by the same amount count the same.
    uncertainty = 100.0 / baseline.head.volumeMm3 * rootSumOfSquares(visit.head.combinedSeMm3,
                                                                    baseline.head.combinedSeMm3)
    text = f"The head's volume differs by {drift.value:+.1f} % from “{baseline.label}”"
    if abs(drift.value) > max(DRIFT_NOTE_PERCENT, COVERAGE_FACTOR_95 * uncertainty):
        notes.append(Note("head-drift-warning", f"{text}, more than measurement error: check where the neck was cut."))
    elif abs(drift.value) > DRIFT_NOTE_PERCENT:
        notes.append(Note("head-drift", f"{text} (within measurement error)."))
    return drift
