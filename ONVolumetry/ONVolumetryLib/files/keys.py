"""Names in files: the one place where they meet the names in the code.

Volumes leave the program in cm3; inside they are mm3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.hip import VisitMeasurement
from ..core.location.result import ABSENT, PRESENT
from ..core.ratios import Estimate
from .approval import approvalText
from .casedata import Case, CaseVisit

MEASUREMENTS_SCHEMA = "onvolumetry-measurements/1"
MM3_PER_CM3 = 1000.0
SUBJECT_COLUMNS = ("age_years", "months_since_diagnosis", "healed")

SETTING_FIELDS = {
    "contour_sd_mm": "contourSdMm",
    "contour_correlation": "contourCorrelation",
    "head_reference": "headReference",
    "male_cap_fraction": "maleCapFraction",
    "female_cap_fraction": "femaleCapFraction",
    "sphere_tolerance_mm": "sphereToleranceMm",
    "registration_margin_mm": "registrationMarginMm",
    "registration_limit_mm": "registrationLimitMm",
    "zone_presence_percent": "zonePresencePercent",
    "jic_medial_point": "jicMedialPoint",
    "jic_thirds": "jicThirds",
    "acp_division": "acpDivision",
}

LANDMARK_FIELDS = {
    "lateral acetabular edge": "lateralEdge",
    "teardrop": "teardrop",
    "anterior acetabular edge": "anteriorEdge",
    "posterior acetabular edge": "posteriorEdge",
    "neck axis": "neckAxis",
    "contralateral teardrop": "contralateralTeardrop",
}
NO_ZONE = "-"


@dataclass(frozen=True, eq=False)
class MeasuredVisit:
    """One row of the tables: a visit as planned and as measured."""

    case: Case
    visit: CaseVisit
    measured: VisitMeasurement
    outlinesSha256: str | None = None


def cm3(volumeMm3: float | None) -> float | None:
    """mm3 in cm3; None stays None."""
    return None if volumeMm3 is None else volumeMm3 / MM3_PER_CM3


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _uncertainty(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.standardUncertainty


def _lesion(row: MeasuredVisit) -> Estimate | None:
    volume = row.measured.lesionVolume
    return None if volume is None else volume.estimate


def _of(part: str, field: str) -> Callable[[MeasuredVisit], Any]:
    """Field of a part of the visit that may not be measured."""
    def read(row: MeasuredVisit):
        value = getattr(row.measured, part)
        return None if value is None else getattr(value, field)
    return read


def _cm3Of(part: str, field: str) -> Callable[[MeasuredVisit], Any]:
    read = _of(part, field)
    return lambda row: cm3(read(row))


def _change(field: str, read: Callable = _value) -> Callable[[MeasuredVisit], Any]:
    def fromBaseline(row: MeasuredVisit):
        change = row.measured.changeFromBaseline
        return None if change is None else read(getattr(change, field))
    return fromBaseline


def _changeMap(field: str) -> Callable[[MeasuredVisit], float | None]:
    read = _of("changeMap", field)
    return lambda row: _value(read(row))


def _rate(row: MeasuredVisit) -> float | None:
    change = row.measured.changeFromPrevious
    return None if change is None else _value(change.ratePercentPerMonth)


def _lesionSlices(row: MeasuredVisit) -> int | None:
    if row.measured.lesionAbsent:
        return 0
    return _of("lesion", "sliceCount")(row)


def _stage(row: MeasuredVisit) -> str | None:
    return f"{row.visit.stage.system} {row.visit.stage.value}" if row.visit.stage else None


def _at(*path: str) -> Callable[[MeasuredVisit], Any]:
    """What lies along a path of fields of the location; None where a part of it was not measured."""
    def read(row: MeasuredVisit):
        value = row.measured.location
        for field in path:
            value = None if value is None else getattr(value, field)
        return value
    return read


def zonesText(zones: Sequence[str] | None) -> str | None:
    """Present zones as the tables hold them: "A B", "-" for none; None where they were not measured."""
    return None if zones is None else " ".join(zones) or NO_ZONE


def _presentZones(field: str) -> Callable[[MeasuredVisit], str | None]:
    """Zones that are present, by the program or else by a reader."""
    def read(row: MeasuredVisit) -> str | None:
        changes = getattr(row.measured, field)
        if not changes or any(change.state not in (PRESENT, ABSENT) for change in changes):
            return None
        return zonesText([change.name for change in changes if change.state == PRESENT])
    return read


VISIT_COLUMNS: dict[str, Callable[[MeasuredVisit], Any]] = {
    "hip": lambda row: row.case.hip,
    "side": lambda row: row.case.side,
    "sex": lambda row: row.case.sex,
    "visit": lambda row: row.measured.label,
    "month": lambda row: row.measured.month,
    "onv_cm3": lambda row: cm3(_value(_lesion(row))),
    "onv_se_cm3": lambda row: cm3(_uncertainty(_lesion(row))),
    "fhv_cm3": _cm3Of("head", "volumeMm3"),
    "fhv_se_cm3": _cm3Of("head", "combinedSeMm3"),
    "onv_percent": lambda row: _value(row.measured.onvPercent),
    "onv_percent_se": lambda row: _uncertainty(row.measured.onvPercent),
    "residual_percent": _change("residualPercent"),
    "regeneration_percent": _change("regenerationPercent"),
    "regeneration_percent_se": _change("regenerationPercent", _uncertainty),
    "gross_regeneration_percent": _changeMap("grossRegenerationPercent"),
    "new_lesion_percent": _changeMap("newLesionPercent"),
    "rate_percent_per_month": _rate,
    "sphere_radius_mm": _of("sphere", "radiusMm"),
    "sphere_rms_mm": _of("sphere", "rmsMm"),
    "sphere_coverage": _of("sphere", "coverage"),
    "sav_cm3": _cm3Of("sphereAdjusted", "volumeMm3"),
    "onv_percent_sav": lambda row: _value(row.measured.onvPercentSav),
    "fhv_sav_difference_percent": lambda row: _value(row.measured.fhvSavDifferencePercent),
    "onv_trapezoid_cm3": _cm3Of("lesion", "trapezoidMm3"),
    "onv_surface_cm3": _cm3Of("lesion", "surfaceMm3"),
    "fhv_trapezoid_cm3": _cm3Of("head", "trapezoidMm3"),
    "fhv_surface_cm3": _cm3Of("head", "surfaceMm3"),
    "slice_pitch_mm": _of("stack", "pitchMm"),
    "lesion_slices": _lesionSlices,
    "head_slices": _of("head", "sliceCount"),
    "registration_error_mm": _of("registration", "errorMm"),
    "jic_type": _at("jic", "section", "end", "jicType"),
    "jic_zones": _presentZones("jicChanges"),
    "acp_zones": _presentZones("acpChanges"),
    "kerboul_degrees": lambda row: _value(_at("angles", "kerboul")(row)),
    "koo_kim_index": lambda row: _value(_at("angles", "kooKim")(row)),
    "steinberg_class": _at("steinberg", "name"),
    "jic_type_3d": _at("jic", "projected", "end", "jicType"),
    "jic_zones_3d": lambda row: zonesText(_at("jic", "projected", "zones", "present")(row)),
    "acp_zones_3d": lambda row: zonesText(_at("acp", "projected", "present")(row)),
    "koo_kim_modified": lambda row: _value(_at("angles", "kooKimModified")(row)),
    "patient": lambda row: row.case.patient,
    "visit_status": lambda row: "done" if row.measured.done else "not done",
    "end_reason": lambda row: row.case.end and row.case.end.reason,
    "end_month": lambda row: row.case.end and row.case.end.month,
    "stage": _stage,
    "fhv_reference": _of("headReference", "kind"),
    "reader": lambda row: row.visit.reader,
    "approved": lambda row: approvalText(row.visit.approval, row.outlinesSha256),
    "warnings": lambda row: " | ".join(note.text for note in row.measured.notes) or None,
}
