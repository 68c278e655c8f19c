"""The rows that a reader sees of a measured visit, from the record, so that what is shown is what is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

NOT_MEASURED = "not measured"
NOT_DONE = "not done"
BASELINE = "baseline"
OF_CHANGE = ("regeneration_percent", "residual_percent", "rate_percent_per_month", "gross_regeneration_percent",
             "new_lesion_percent", "registration", "registration_error_mm")
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Quantity:
    """One quantity of a visit.

    :param key: name in the record of a visit, independent of the language.
    :param unit: as printed; "" for a pure number or text.
    :param decimals: digits shown after the point.
    :param uncertainty: reads the standard uncertainty from the record of a visit; None where the quantity has none.
    :param read: reads the value; by default the entry of that key.
    :param code: DICOM coded entry (scheme, value, meaning) of the quantity, or None.
    """

    key: str
    unit: str
    decimals: int
    uncertainty: Callable[[Record], float | None] | None = None
    read: Callable[[Record], Any] | None = None
    code: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class ResultRow:
    """A quantity as text: value and standard uncertainty in its unit; "" where there is no uncertainty to show."""

    key: str
    value: str
    uncertainty: str
    unit: str


def _at(*path: str) -> Callable[[Record], Any]:
    def read(visit: Record):
        value = visit
        for key in path:
            value = None if value is None else value.get(key)
        return value
    return read


def _percent(*path: str) -> Callable[[Record], float | None]:
    read = _at(*path)

    def percent(visit: Record) -> float | None:
        value = read(visit)
        return None if value is None else 100.0 * value
    return percent


VOLUME = ("IBSI", "YEKZ", "Volume from Voxel Summation")
RATIO = ("DCM", "113288", "Volume Ratio")
QUANTITIES = (
    Quantity("onv_cm3", "cm³", 2, _at("onv_se_cm3"), code=VOLUME),
    Quantity("fhv_cm3", "cm³", 2, _at("fhv_se_cm3"), code=VOLUME),
    Quantity("onv_percent", "%", 1, _at("onv_percent_se"), code=RATIO),
    Quantity("regeneration_percent", "%", 1, _at("regeneration_percent_se")),
    Quantity("residual_percent", "%", 1, _at("change_from_baseline", "residual_percent_se")),
    Quantity("rate_percent_per_month", "%/month", 2, _at("change_from_previous", "rate_percent_per_month_se")),
    Quantity("gross_regeneration_percent", "%", 1, _at("change_map", "gross_regeneration_percent_se")),
    Quantity("new_lesion_percent", "%", 1, _at("change_map", "new_lesion_percent_se")),
    Quantity("registration", "", 0, read=_at("registration", "verdict")),
    Quantity("registration_error_mm", "mm", 2),
    Quantity("sphere_radius_mm", "mm", 2, _at("sphere", "radius_uncertainty_mm")),
    Quantity("sphere_center_ras_mm", "mm", 1, read=_at("sphere", "center_ras_mm")),
    Quantity("sphere_coverage", "%", 0, read=_percent("sphere_coverage")),
    Quantity("sphere_rms_mm", "mm", 2),
    Quantity("sav_cm3", "cm³", 2, _at("sphere", "sav_se_cm3")),
    Quantity("onv_percent_sav", "%", 1, _at("onv_percent_sav_se"), code=RATIO),
    Quantity("fhv_sav_difference_percent", "%", 1),
    Quantity("slice_pitch_mm", "mm", 2),
    Quantity("lesion_slices", "", 0),
    Quantity("head_slices", "", 0),
)


def resultRows(visit: Record, baseline: str | None = None) -> tuple[ResultRow, ...]:
    """Rows of one visit.

    :param visit: entry of "visits" in the record of a hip.
    :param baseline: label of the baseline visit, whose change is none.
    """
    return tuple(_row(quantity, visit, visit["visit"] == baseline) for quantity in QUANTITIES)


def _row(quantity: Quantity, visit: Record, isBaseline: bool) -> ResultRow:
    if visit["visit_status"] != "done":
        return ResultRow(quantity.key, NOT_DONE, "", quantity.unit)
    if isBaseline and quantity.key in OF_CHANGE:
        return ResultRow(quantity.key, BASELINE, "", quantity.unit)
    read = quantity.read or _at(quantity.key)
    value = _text(read(visit), quantity.decimals)
    uncertainty = None if quantity.uncertainty is None else quantity.uncertainty(visit)
    # "No lesion left" is a reader's finding: it has a value, and no outline that could be uncertain.
    uncertaintyText = "" if uncertainty is None else f"{uncertainty:.{quantity.decimals}f}"
    return ResultRow(quantity.key, value, uncertaintyText, quantity.unit)


def _text(value, decimals: int) -> str:
    if value is None:
        return NOT_MEASURED
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return ", ".join(f"{part:.{decimals}f}" for part in value)
    return f"{value:.{decimals}f}"
