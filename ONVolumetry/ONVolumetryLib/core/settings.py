"""What the user may set of a measurement; every value is printed with the result."""

from __future__ import annotations

import dataclasses
import difflib
import math
from dataclasses import dataclass

from .errors import CaseError

LIMITS = {
    "contourSdMm": (0.0, 5.0),
    "contourCorrelation": (0.0, 1.0),
    "maleCapFraction": (0.0, 0.9),
    "femaleCapFraction": (0.0, 0.9),
    "sphereToleranceMm": (0.1, 5.0),
    "registrationMarginMm": (0.0, 10.0),
    "registrationLimitMm": (0.1, 10.0),
    "zonePresencePercent": (0.0, 100.0),
}
CHOICES = {
    "headReference": ("visit", "baseline", "sphere-adjusted"),
    "jicMedialPoint": ("bisector", "mid-arc"),
    "jicThirds": ("equal-arc", "equal-chord"),
    "acpDivision": ("arcs", "slabs"),
}
HEAD_REFERENCES = CHOICES["headReference"]


@dataclass(frozen=True)
class MeasurementSettings:
    """Settings of a measurement, with the defaults of the method.

    :param contourSdMm: standard deviation of an outline's position, one offset for the whole outline.
    :param contourCorrelation: correlation of the lesion's and the head's outline offsets at one visit (0 to 1).
    :param headReference: head volume that ONV % refers to: that of the same visit, of the baseline for
        all visits, or the sphere-adjusted volume.
    :param maleCapFraction: share of the sphere that is not head in men.
    :param femaleCapFraction: share of the sphere that is not head in women.
    :param sphereToleranceMm: distance from the sphere within which a boundary point counts as head.
    :param registrationMarginMm: how far around the femur's marrow the images are compared.
    :param registrationLimitMm: error beyond which a registration to the baseline is rejected.
    :param zonePresencePercent: share of a zone's sector that must be lesion for the zone to be present.
    :param jicMedialPoint: where the weight-bearing surface begins: where the perpendicular bisector of lateral edge
        and teardrop meets the acetabulum, or halfway between the two on the arc.
    :param jicThirds: thirds of the weight-bearing surface along its arc or along its chord.
    :param acpDivision: zones A1, C and P by thirds of the arc, or by slabs across the chord.
    """

    contourSdMm: float = 0.5
    contourCorrelation: float = 1.0
    headReference: str = "visit"
    maleCapFraction: float = 0.22
    femaleCapFraction: float = 0.29
    sphereToleranceMm: float = 1.25
    registrationMarginMm: float = 2.0
    registrationLimitMm: float = 1.5
    zonePresencePercent: float = 2.0
    jicMedialPoint: str = "bisector"
    jicThirds: str = "equal-arc"
    acpDivision: str = "arcs"

    def __post_init__(self):
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise CaseError(f"settings.{name}: {value!r} is not a number; give one from {low:g} to {high:g}")
            if not low <= value <= high:
                raise CaseError(f"settings.{name}: {value:g} is out of range; give a number from {low:g} to {high:g}")
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise CaseError(f"settings.{name}: unknown {getattr(self, name)!r}; give one of " + ", ".join(known))

    def capFraction(self, sex: str) -> float:
        """Share of the sphere that is not head, for "male" or "female"."""
        return self.maleCapFraction if sex == "male" else self.femaleCapFraction

    @classmethod
    def fromMapping(cls, mapping: dict, fieldOfKey: dict[str, str]) -> MeasurementSettings:
        """Read settings from a case's mapping.

        :param mapping: values by file key.
        :param fieldOfKey: name of the field for each file key.
        :raises CaseError: a key is unknown or a value out of range; the text names the key.
        """
        fields = {}
        for key, value in mapping.items():
            if key not in fieldOfKey:
                near = difflib.get_close_matches(key, fieldOfKey, n=1)
                remedy = f"did you mean {near[0]!r}?" if near else "known are " + ", ".join(sorted(fieldOfKey))
                raise CaseError(f"settings.{key}: unknown setting; {remedy}")
            fields[fieldOfKey[key]] = value
        try:
            return cls(**fields)
        except CaseError as error:
            keyOfField = {field: key for key, field in fieldOfKey.items()}
            text = str(error)
            for field in dataclasses.fields(cls):
                text = text.replace(f"settings.{field.name}:", f"settings.{keyOfField.get(field.name, field.name)}:")
            raise CaseError(text) from None
