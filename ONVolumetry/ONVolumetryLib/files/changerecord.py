"""Registration and change map of a visit as plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.changeovertime import netDifferencePercent
from ..core.hip import VisitMeasurement
from ..core.octants import OctantChange
from ..core.registration.result import RegistrationResult
from .keys import cm3


def changeOverTimeRecord(visit: VisitMeasurement) -> dict[str, Any]:
    """Registration, change map and octants; null where not measured."""
    return {"registration": registrationRecord(visit.registration), "change_map": _changeMapRecord(visit)}


def registrationRecord(registration: RegistrationResult | None) -> dict[str, Any] | None:
    """A registration as plain JSON values."""
    if registration is None:
        return None
    return {
        "followup_to_baseline_ras": registration.followupToBaselineRas.tolist(),
        "method": registration.method,
        "verdict": registration.verdict,
        "reason": registration.reason,
        "error_mm": registration.errorMm,
        "metric_before": registration.metricBefore,
        "metric_after": registration.metricAfter,
        "head_surface_distance_mm": registration.headSurfaceDistanceMm,
        "sphere_center_distance_mm": registration.sphereCenterDistanceMm,
    }


def registrationOfRecord(record: Mapping[str, Any]) -> RegistrationResult:
    """The registration that registrationRecord() wrote; further entries are left alone.

    :raises KeyError: the record is not whole.
    """
    return RegistrationResult(
        followupToBaselineRas=record["followup_to_baseline_ras"], verdict=record["verdict"], reason=record["reason"],
        method=record["method"], metricBefore=record["metric_before"], metricAfter=record["metric_after"],
        headSurfaceDistanceMm=record["head_surface_distance_mm"],
        sphereCenterDistanceMm=record["sphere_center_distance_mm"], errorMm=record["error_mm"])


def _changeMapRecord(visit: VisitMeasurement) -> dict[str, Any] | None:
    change = visit.changeMap
    if change is None:
        return None
    return {
        "spacing_mm": float(change.grid.spacingMm[0]),
        "baseline_cm3": cm3(change.baselineMm3),
        "regenerated_cm3": cm3(change.regeneratedMm3),
        "persistent_cm3": cm3(change.persistentMm3),
        "new_cm3": cm3(change.newMm3),
        "followup_cm3": cm3(change.followupMm3),
        "regenerated_outside_shell_cm3": cm3(change.regeneratedOutsideShellMm3),
        "new_outside_shell_cm3": cm3(change.newOutsideShellMm3),
        "gross_regeneration_percent": change.grossRegenerationPercent.value,
        "gross_regeneration_percent_se": change.grossRegenerationPercent.standardUncertainty,
        "new_lesion_percent": change.newLesionPercent.value,
        "new_lesion_percent_se": change.newLesionPercent.standardUncertainty,
        "net_regeneration_percent": change.netRegenerationPercent,
        "net_minus_native_percent": netDifferencePercent(visit, change),
        "octants": [_octantRecord(octant) for octant in visit.octants],
    }


def _octantRecord(octant: OctantChange) -> dict[str, Any]:
    return {
        "name": octant.name,
        "regenerated_cm3": cm3(octant.regeneratedMm3),
        "persistent_cm3": cm3(octant.persistentMm3),
        "new_cm3": cm3(octant.newMm3),
        "gross_regeneration_percent": octant.grossRegenerationPercent,
    }
