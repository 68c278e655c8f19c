"""Where the lesion lies at a visit, as plain JSON values."""

from __future__ import annotations

from typing import Any

from ..core.hip import VisitMeasurement
from ..core.location.arcs import NecroticArc
from ..core.location.classes import Grade
from ..core.location.coronalzones import CoronalZones
from ..core.location.lateralend import LateralEnd
from ..core.location.result import Centroid, JicReading, LesionLocation, ZoneChange
from ..core.location.transversezones import TransverseSlabs
from ..core.location.zonereading import ZoneReading
from ..core.ratios import Estimate
from .keys import LANDMARK_FIELDS, cm3, zonesText


def locationRecord(visit: VisitMeasurement) -> dict[str, Any]:
    """Location and state of the zones; null where not measured."""
    return {
        "location": visit.location and _locationRecord(visit.location),
        "jic_states": _changesRecord(visit.jicChanges),
        "acp_states": _changesRecord(visit.acpChanges),
    }


def _locationRecord(location: LesionLocation) -> dict[str, Any]:
    return {
        "frame": {
            "center_ras_mm": location.frame.centerRas.tolist(),
            "lateral_ras": location.frame.axes[0].tolist(),
            "anterior_ras": location.frame.axes[1].tolist(),
            "superior_ras": location.frame.axes[2].tolist(),
            "radius_mm": location.frame.radiusMm,
            "source": location.source,
            "lateral_axis": location.frame.lateralFrom,
        },
        "landmarks_ras_mm": _landmarksRecord(location),
        "jic": location.jic and {
            "geometry": _coronalRecord(location.jic.geometry),
            "section": _jicRecord(location.jic.section),
            "3d": _jicRecord(location.jic.projected),
        },
        "jic_not_measured": location.jicReason,
        "acp": location.acp and {
            "geometry": _transverseRecord(location.acp.geometry),
            "section": _zonesRecord(location.acp.section),
            "3d": _zonesRecord(location.acp.projected),
        },
        "acp_not_measured": location.acpReason,
        "angles": _anglesRecord(location),
        "steinberg": _gradeRecord(location.steinberg),
        "centroid": location.centroid and _centroidRecord(location.centroid),
        "articular_surface": location.articular and {
            "share_of_sphere": location.articular.sphereShare,
            **_estimateRecord("lesion_percent", location.articular.lesionPercent),
        },
        "octants": [{
            "name": octant.name, "lesion_cm3": cm3(octant.lesionMm3), "head_cm3": cm3(octant.headMm3),
            "share_of_lesion_percent": octant.shareOfLesionPercent, "lesion_percent": octant.lesionPercent,
        } for octant in location.octants],
    }


def _landmarksRecord(location: LesionLocation) -> dict[str, list[float]] | None:
    if location.landmarks is None:
        return None
    placed = location.landmarks.placed
    return {label: placed[field].tolist() for label, field in LANDMARK_FIELDS.items() if field in placed}


def _coronalRecord(zones: CoronalZones) -> dict[str, Any]:
    return {
        "medial_point_degrees": zones.medialDegrees, "lateral_edge_degrees": zones.lateralDegrees,
        "arc_degrees": zones.arcDegrees, "boundaries_theta": list(zones.boundaries),
        "end_of_c2_theta": zones.largestTheta,
        "limits_degrees": {name: list(ends) for name, ends in zones.limits.items()},
    }


def _transverseRecord(zones) -> dict[str, Any]:
    if isinstance(zones, TransverseSlabs):
        return {"division": "slabs", "remark": "A2 usually empty", "anterior_edge_mm": list(zones.anterior),
                "posterior_edge_mm": list(zones.posterior)}
    return {"division": "arcs", "anterior_edge_degrees": zones.anteriorDegrees,
            "covered_degrees": zones.coveredDegrees,
            "limits_degrees": {name: list(ends) for name, ends in zones.limits.items()}}


def _jicRecord(reading: JicReading) -> dict[str, Any]:
    return {**_zonesRecord(reading.zones), **_endRecord(reading.end), "type_and_zones_disagree": reading.disagrees}


def _endRecord(end: LateralEnd) -> dict[str, Any]:
    return {
        "type": end.jicType,
        "possible_types": list(end.possibleTypes),
        "type_near_boundary": end.isNearBoundary,
        "theta_max": end.theta,
        "is_medial": end.isMedial,
        **_estimateRecord("lateral_end_degrees", end.degreesFromP),
        "degrees_to_boundaries": dict(end.boundaryDistances),
    }


def _zonesRecord(reading: ZoneReading) -> dict[str, Any]:
    return {
        "zones": zonesText(reading.present),
        "near_boundary": zonesText(reading.nearBoundary),
        "percent": {zone.name: zone.percent for zone in reading.zones},
        "lesion_outside_percent": reading.lesionOutsidePercent,
    }


def _anglesRecord(location: LesionLocation) -> dict[str, Any]:
    angles = location.angles
    return {
        "coronal": _arcRecord(angles.coronal),
        "sagittal": _arcRecord(angles.sagittal),
        **_estimateRecord("kerboul_degrees", angles.kerboul),
        "kerboul_grade": _gradeRecord(angles.kerboulGrade),
        **_estimateRecord("koo_kim_index", angles.kooKim),
        **_estimateRecord("koo_kim_modified", angles.kooKimModified),
    }


def _arcRecord(arc: NecroticArc) -> dict[str, Any]:
    return {
        "degrees": arc.degrees, "degrees_se": arc.standardUncertainty, "contour_se": arc.contourSe,
        "slice_se": arc.sliceSe, "tilt_se": arc.tiltSe, "spans_degrees": [list(span) for span in arc.spans],
    }


def _gradeRecord(grade: Grade | None) -> dict[str, Any] | None:
    return grade and {"name": grade.name, "possible": list(grade.possible), "near_boundary": grade.isNearBoundary}


def _centroidRecord(centroid: Centroid) -> dict[str, Any]:
    return {**_estimateRecord("latitude_degrees", centroid.latitudeDegrees),
            **_estimateRecord("longitude_degrees", centroid.longitudeDegrees),
            "distance_from_center_mm": centroid.distanceMm}


def _changesRecord(changes: tuple[ZoneChange, ...]) -> list[dict[str, Any]]:
    return [{
        "zone": change.name, "state": change.state, "by_reader": change.isByReader,
        "regenerated": change.isRegenerated, "baseline_cm3": cm3(change.baselineMm3),
        "regenerated_percent": change.regeneratedPercent,
    } for change in changes]


def _estimateRecord(key: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {key: None, f"{key}_se": None}
    return {key: estimate.value, f"{key}_se": estimate.standardUncertainty}
