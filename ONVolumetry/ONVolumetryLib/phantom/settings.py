"""What may be chosen of a synthetic hip; every value goes into the truth file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

from ..core.errors import ONVolumetryError
from ..core.settings import MeasurementSettings

LESION_AXIS = (-0.25, 0.45, 0.86)
ORIENTATIONS = ("coronal", "sagittal", "axial")
THINNEST_SLICE_MM = 0.05


@dataclass(frozen=True)
class VisitPlan:
    """A planned visit.

    :param label: such as "preop".
    :param month: months since surgery.
    :param percent: ONV in percent of FHV; 0 where no lesion is left, None for a visit that was not done.
    """

    label: str
    month: float
    percent: float | None


@dataclass(frozen=True)
class HipSettings:
    """Anatomy and lesion of a synthetic hip.

    :param side: "left" or "right".
    :param sex: "male" or "female"; sets the share of the ball that the neck takes (0.22 or 0.29).
    :param radiusMm: radius of the head's ball, at the marrow's edge.
    :param capFraction: share of the ball that the neck takes, instead of the sex's; 0 for a complete ball.
    :param foveaDepthMm: depth of the fovea, 0 for none.
    :param family: of the lesion: "cap", "cone" or "wedge".
    :param axis: direction of the lesion from the head's center: lateral, anterior, superior.
    :param rimMm: thickness of the sclerotic rim, which is part of the lesion.
    :param centerRas: center of the head at baseline in RAS, mm; None: 88 mm to its side of the middle.
    """

    side: str = "right"
    sex: str = "male"
    radiusMm: float = 24.0
    capFraction: float | None = None
    foveaDepthMm: float = 1.5
    family: str = "wedge"
    axis: tuple[float, float, float] = LESION_AXIS
    rimMm: float = 2.0
    centerRas: tuple[float, float, float] | None = None

    def __post_init__(self):
        _requireOneOf("side", self.side, ("left", "right"))
        _requireOneOf("sex", self.sex, ("male", "female"))
        _requireOneOf("lesion", self.family, ("cap", "cone", "wedge"))
        _requireRange("the radius of the head", self.radiusMm, 5, 50, "mm")
        _requireRange("the depth of the fovea", self.foveaDepthMm, 0, 0.2 * self.radiusMm, "mm")
        _requireRange("the thickness of the rim", self.rimMm, 0, 10, "mm")
        if not 1e-6 <= math.hypot(*self.axis) <= 1e6:
            raise ONVolumetryError("the lesion's axis " + " ".join(f"{value:g}" for value in self.axis) + " is no "
                                   "direction; give three finite numbers that are not all 0")
        for value in self.centerRas or ():
            _requireRange("the center of the head", value, -10000, 10000, "mm")
        if self.capFraction is not None:
            _requireRange("the share of the ball that the neck takes", self.capFraction, 0, 0.45, "")

    @property
    def headCapFraction(self) -> float:
        return MeasurementSettings().capFraction(self.sex) if self.capFraction is None else self.capFraction


@dataclass(frozen=True)
class ScanSettings:
    """How the synthetic hip is scanned, and how it moves between the visits.

    :param spacingMm: in-plane pixel (two numbers) and slice pitch.
    :param thicknessMm: slice thickness; None: the pitch, so that there is no gap.
    :param orientation: "coronal", "sagittal" or "axial".
    :param obliquityDegrees: rotation of the grid about the patient's R, A and S axes (mirrored for a left hip).
    :param phase: position of the slices as a share of the pitch, the same at all visits; None: random.
    :param rotationDegrees: largest rotation of the patient between visits.
    :param translationMm: largest shift of the patient between visits.
    :param femurTurnDegrees: largest turn of the femur against the pelvis about the head's center.
    :param noisePercent: standard deviation of the noise in each channel, in percent of the marrow's signal.
    :param biasPercent: largest deviation of the smooth bias field from 1.
    """

    spacingMm: tuple[float, float, float] = (0.6, 0.6, 4.0)
    thicknessMm: float | None = None
    orientation: str = "coronal"
    obliquityDegrees: tuple[float, float, float] = (0.0, 0.0, 0.0)
    phase: float | None = None
    rotationDegrees: float = 4.0
    translationMm: float = 4.0
    femurTurnDegrees: float = 0.0
    noisePercent: float = 3.0
    biasPercent: float = 15.0

    def __post_init__(self):
        for value in self.spacingMm:
            _requireRange("the spacing", value, 0.1, 20, "mm")
        if self.thicknessMm is not None:
            _requireRange("the slice thickness", self.thicknessMm, THINNEST_SLICE_MM,
                          1.5 * self.spacingMm[2], "mm")
        _requireOneOf("orientation", self.orientation, ORIENTATIONS)
        for value in self.obliquityDegrees:
            _requireRange("the obliquity", value, -60, 60, "degrees")
        if self.phase is not None:
            _requireRange("the phase", self.phase, 0, 1, "of the pitch")
        _requireRange("the rotation between visits", self.rotationDegrees, 0, 30, "degrees")
        _requireRange("the shift between visits", self.translationMm, 0, 30, "mm")
        _requireRange("the turn of the femur", self.femurTurnDegrees, 0, 30, "degrees")
        _requireRange("the noise", self.noisePercent, 0, 50, "percent")
        _requireRange("the bias field", self.biasPercent, 0, 80, "percent")

    @property
    def sliceThicknessMm(self) -> float:
        return self.spacingMm[2] if self.thicknessMm is None else self.thicknessMm


@dataclass(frozen=True)
class PhantomSettings:
    """A synthetic hip with its visits.

    :param hip: identifier of the hip.
    :param patient: pseudonym; None: "P-" and the hip.
    :param visits: planned visits in the order of time; their percentages must not rise.
    :param seed: of everything random.
    :param healed: outcome, None when unknown.
    :param endReason: "arthroplasty", "withdrawn", "lost" or None.
    :param endMonth: month of the end, None when there is none.
    """

    hip: str = "phantom"
    visits: tuple[VisitPlan, ...] = (VisitPlan("preop", 0, 20.0),)
    anatomy: HipSettings = field(default_factory=HipSettings)
    scan: ScanSettings = field(default_factory=ScanSettings)
    seed: int = 0
    patient: str | None = None
    healed: bool | None = None
    endReason: str | None = None
    endMonth: float | None = None

    def __post_init__(self):
        if self.seed < 0:
            raise ONVolumetryError(f"the seed is {self.seed}; give a whole number of 0 or more")
        for number, visit in enumerate(self.visits, 1):
            _requireRange(f"the month of visit {number}", visit.month, -1200, 1200, "")
            if visit.percent is not None:
                _requireRange(f"the lesion at {visit.label}", visit.percent, 0, 100, "% of the head")
        percents = [visit.percent for visit in self.visits if visit.percent is not None]
        if not self.visits or not self.visits[0].percent:
            raise ONVolumetryError("the first visit has no lesion; give a percentage above 0 for it")
        if any(later > earlier for earlier, later in pairwise(percents)):
            raise ONVolumetryError("a synthetic lesion can only shrink; give percentages that do not rise")


def _requireOneOf(name: str, value: str, allowed: tuple[str, ...]):
    if value not in allowed:
        raise ONVolumetryError(f"unknown {name} {value!r}; give one of {', '.join(allowed)}")


def _requireRange(name: str, value: float, low: float, high: float, unit: str):
    # Written so that a value that is not a number fails too.
    if not low <= value <= high:
        raise ONVolumetryError(f"{name} is {value:g} {unit}".rstrip() + f"; give a value from {low:g} to {high:g}")
