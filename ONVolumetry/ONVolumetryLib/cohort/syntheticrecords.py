"""Synthetic hips and their rows in the format of measurements.csv, always marked as synthetic."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.settings import MeasurementSettings
from ..files.keys import VISIT_COLUMNS

VISITS = (("preop", 0.0), ("3 months", 3.0), ("12 months", 12.0))
DECIMALS = 4


@dataclass(frozen=True)
class SyntheticHip:
    """One invented hip.

    :param onvPercent: at the three visits, None = not measured.
    :param imaged: whether there was a scan at each visit.
    :param jic: zones at each visit that was imaged, else None; `acp` likewise.
    :param subject: covariates.
    """

    hip: str
    patient: str
    side: str
    sex: str
    healed: bool
    fhvCm3: float
    savCm3: float
    onvPercent: tuple[float | None, ...]
    imaged: tuple[bool, ...]
    jic: tuple[tuple[str, ...] | None, ...]
    acp: tuple[tuple[str, ...] | None, ...]
    endReason: str | None = None
    endMonth: float | None = None
    subject: dict[str, object] = field(default_factory=dict)


def capFraction(sex: str) -> float:
    """Share of the sphere that the sphere-adjusted volume leaves out."""
    settings = MeasurementSettings()
    return settings.maleCapFraction if sex == "male" else settings.femaleCapFraction


def rowsCsv(hips: Sequence[SyntheticHip]) -> str:
    """Text of a measurements.csv with the columns that a synthetic hip has; the others are empty."""
    subjectKeys = list(dict.fromkeys(key for hip in hips for key in hip.subject))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = [*VISIT_COLUMNS, "healed", *subjectKeys, "synthetic"]
    writer.writerow(columns)
    for hip in hips:
        for index in range(len(VISITS)):
            row = _row(hip, index)
            writer.writerow([_field(row.get(column)) for column in columns])
    return text.getvalue()


def _row(hip: SyntheticHip, index: int) -> dict[str, object]:
    label, month = VISITS[index]
    row = {"hip": hip.hip, "patient": hip.patient, "side": hip.side, "sex": hip.sex, "visit": label, "month": month,
           "visit_status": "done" if hip.imaged[index] else "not done", "end_reason": hip.endReason,
           "end_month": hip.endMonth, "healed": hip.healed, "synthetic": True, "jic_zones": _zones(hip.jic[index]),
           "acp_zones": _zones(hip.acp[index]), **hip.subject}
    if hip.onvPercent[index] is not None:
        row.update(_measures(hip, index))
    return row


def _measures(hip: SyntheticHip, index: int) -> dict[str, object]:
    onv, first = hip.onvPercent[index], hip.onvPercent[0]
    volume = onv / 100 * hip.fhvCm3
    radiusMm = (hip.savCm3 * 1000 / ((1 - capFraction(hip.sex)) * 4 / 3 * np.pi)) ** (1 / 3)
    measures = {"onv_cm3": volume, "fhv_cm3": hip.fhvCm3, "onv_percent": onv, "sphere_radius_mm": radiusMm,
                "sav_cm3": hip.savCm3, "onv_percent_sav": 100 * volume / hip.savCm3,
                "fhv_sav_difference_percent": 200 * (hip.fhvCm3 - hip.savCm3) / (hip.fhvCm3 + hip.savCm3)}
    if index > 0 and first is not None:
        measures["residual_percent"] = 100 * onv / first
        measures["regeneration_percent"] = 100 - 100 * onv / first
    return measures


def _zones(zones: tuple[str, ...] | None) -> str | None:
    if zones is None:
        return None
    return " ".join(zones) or "-"


def _field(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(round(float(value), DECIMALS)) if isinstance(value, float) else str(value)
