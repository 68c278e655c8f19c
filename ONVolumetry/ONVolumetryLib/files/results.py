"""The record of a measurement: JSON with everything, CSV with one row per hip and visit."""

from __future__ import annotations

import csv
import io
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .. import __version__
from ..core.errors import CaseError
from ..core.hip import HipMeasurement, VisitMeasurement
from ..core.ratios import Change, Estimate
from ..core.settings import MeasurementSettings
from ..core.volume import SegmentVolume
from .casedata import Case, CaseApproval
from .changerecord import changeOverTimeRecord
from .keys import MEASUREMENTS_SCHEMA, SETTING_FIELDS, SUBJECT_COLUMNS, VISIT_COLUMNS, MeasuredVisit, cm3
from .locationrecord import locationRecord


def hipRecord(case: Case, measurement: HipMeasurement,
              outlinesSha256: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Everything that was measured of a hip, as plain JSON values.

    :param case: the hip as described, with the same visits.
    :param measurement: what was measured.
    :param outlinesSha256: fingerprint of the outlines by label of the visit, to compare approvals with.
    :raises CaseError: a covariate of the subject has the name of a column of measurements.csv.
    :return: mapping with the visits' columns under the names of measurements.csv, and the parts they come from.
    """
    for key in case.subject:
        if key in VISIT_COLUMNS:
            raise CaseError(f"subject.{key}: the tables have a column of that name already; rename the covariate")
    planned = {visit.label: visit for visit in case.visits}
    fingerprints = outlinesSha256 or {}
    return {
        "hip": case.hip,
        "patient": case.patient,
        "side": case.side,
        "sex": case.sex,
        "subject": dict(case.subject),
        "end": case.end and asdict(case.end),
        "baseline": measurement.baseline,
        "settings": settingsRecord(measurement.settings),
        "visits": [_visitRecord(MeasuredVisit(case, planned[visit.label], visit, fingerprints.get(visit.label)))
                   for visit in measurement.visits],
        "changes": [_changeRecord(change) for change in measurement.changes],
    }


def settingsRecord(settings: MeasurementSettings) -> dict[str, Any]:
    """Settings in force under their file keys."""
    return {key: getattr(settings, field) for key, field in SETTING_FIELDS.items()}


def softwareRecord() -> dict[str, str]:
    """Versions of the program and of the libraries that its numbers rest on."""
    import numpy as np
    import scipy
    import SimpleITK

    return {
        "onvolumetry": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "simpleitk": SimpleITK.Version_VersionString(),
    }


def measurementsJson(hipRecords: Sequence[Mapping[str, Any]]) -> str:
    """Text of measurements.json."""
    document = {"schema": MEASUREMENTS_SCHEMA, "software": softwareRecord(), "hips": list(hipRecords)}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def measurementsCsv(hipRecords: Sequence[Mapping[str, Any]]) -> str:
    """Text of measurements.csv: fixed columns, then those of the subjects: the usual ones first, others as they come.

    RFC 4180 with '.' as decimal sign; an empty field is "not measured".
    """
    given = dict.fromkeys(key for record in hipRecords for key in record["subject"])
    usual = [key for key in SUBJECT_COLUMNS if key in given]
    columns = [*VISIT_COLUMNS, *usual, *(key for key in given if key not in usual)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for record in hipRecords:
        for visit in record["visits"]:
            row = {**record["subject"], **visit}
            writer.writerow([_csvField(row.get(column)) for column in columns])
    return text.getvalue()


def _csvField(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # Shortest text that reads back as the same number.
    return repr(float(value)) if isinstance(value, float) else str(value)


def _visitRecord(row: MeasuredVisit) -> dict[str, Any]:
    visit = row.measured
    record = {key: read(row) for key, read in VISIT_COLUMNS.items()}
    record.update({
        "slice_axis": visit.stack and {"axis": visit.stack.axisName, "reason": visit.stack.reason},
        "fhv_reference_visit": visit.headReference and visit.headReference.visit,
        **_estimateRecord("fhv_drift_percent", visit.fhvDriftPercent),
        **_estimateRecord("fhv_sav_difference_percent", visit.fhvSavDifferencePercent),
        "onv_percent_sav_se": visit.onvPercentSav and visit.onvPercentSav.standardUncertainty,
        "sphere": _sphereRecord(visit),
        "lesion": _segmentRecord(visit.lesion),
        "lesion_absent": visit.lesionAbsent,
        "head": _segmentRecord(visit.head),
        "change_from_baseline": _changeRecord(visit.changeFromBaseline),
        "change_from_previous": _changeRecord(visit.changeFromPrevious),
        **changeOverTimeRecord(visit),
        **locationRecord(visit),
        "outlining": [{"segment": report.segment, "method": report.method, "details": dict(report.details),
                       "edited_percent": report.editedPercent} for report in visit.outlining],
        "outlines_sha256": row.outlinesSha256,
        "approval": _approvalRecord(row.visit.approval),
        "not_done_reason": row.visit.notDoneReason,
        "notes": [asdict(note) for note in visit.notes],
    })
    return record


def _approvalRecord(approval: CaseApproval | None) -> dict[str, str] | None:
    return approval and {"reader": approval.reader, "time": approval.time, "software": approval.software,
                         "outlines_sha256": approval.outlinesSha256}


def _segmentRecord(segment: SegmentVolume | None) -> dict[str, Any] | None:
    if segment is None:
        return None
    return {
        "voxel_count": segment.voxelCount,
        "volume_mm3": segment.volumeMm3,
        "surface_area_mm2": segment.surfaceAreaMm2,
        "sampling_se_cm3": cm3(segment.samplingSeMm3),
        "contour_se_cm3": cm3(segment.contourSeMm3),
        "flat_end": segment.flatEnd,
        "slice_areas_mm2": list(segment.areas.areasMm2),
        "slice_positions_mm": list(segment.areas.positionsMm),
    }


def _sphereRecord(visit: VisitMeasurement) -> dict[str, Any] | None:
    if visit.sphere is None:
        return None
    sphere, adjusted = visit.sphere, visit.sphereAdjusted
    return {
        "center_ras_mm": list(sphere.centerRas),
        "radius_mm": sphere.radiusMm,
        "radius_se_mm": sphere.radiusSeMm,
        "radius_uncertainty_mm": adjusted.radiusUncertaintyMm,
        "rms_mm": sphere.rmsMm,
        "maximum_residual_mm": sphere.maximumResidualMm,
        "collapse_depth_mm": sphere.collapseDepthMm,
        "inlier_fraction": sphere.inlierFraction,
        "coverage": sphere.coverage,
        "point_count": sphere.pointCount,
        "sav_se_cm3": cm3(adjusted.seMm3),
        "cap_fraction": adjusted.capFraction,
    }


def _changeRecord(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "from_visit": change.fromVisit,
        "to_visit": change.toVisit,
        "months": change.months,
        **_estimateRecord("residual_percent", change.residualPercent),
        **_estimateRecord("regeneration_percent", change.regenerationPercent),
        **_estimateRecord("rate_percent_per_month", change.ratePercentPerMonth),
        "onv_within_measurement_error": change.onvWithinMeasurementError,
        "onv_percent_within_measurement_error": change.onvPercentWithinMeasurementError,
    }


def _estimateRecord(key: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {key: None, f"{key}_se": None}
    return {key: estimate.value, f"{key}_se": estimate.standardUncertainty}
