"""Percentages of volumes, and the change between visits, with first-order propagated uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .sphereadjusted import SphereAdjustedVolume
from .uncertainty import COVERAGE_FACTOR_95, correlatedDifference, isWithinMeasurementError, rootSumOfSquares
from .volume import SegmentVolume

Limits = tuple[float | None, float | None]
# Lowest and highest value that is possible: of a size, of a share in percent, and of a net regeneration in percent.
SIZE, SHARE, REGENERATION, ANY_VALUE = (0.0, None), (0.0, 100.0), (None, 100.0), (None, None)


@dataclass(frozen=True)
class Estimate:
    """A value with its standard uncertainty in the same unit; None where the uncertainty is not known."""

    value: float
    standardUncertainty: float | None

    @property
    def confidenceHalfWidth(self) -> float | None:
        """Half-width of the 95 % interval."""
        return None if self.standardUncertainty is None else COVERAGE_FACTOR_95 * self.standardUncertainty

    def confidenceInterval(self, limits: Limits = ANY_VALUE) -> tuple[float, float] | None:
        """The 95 % interval, cut at the lowest and the highest value that is possible.

        :return: None where the uncertainty is not known.
        """
        half = self.confidenceHalfWidth
        if half is None:
            return None
        low, high = self.value - half, self.value + half
        lowest, highest = limits
        return (low if lowest is None else max(low, lowest)), (high if highest is None else min(high, highest))


@dataclass(frozen=True)
class Volume:
    """A volume with the two parts of its standard uncertainty.

    :param volumeMm3: the volume.
    :param samplingSeMm3: part that is independent of the outline's position.
    :param contourSeMm3: part from one offset of the whole outline.
    :param isKnownExactly: True for "no lesion left", whose uncertainty cannot be estimated from an outline.
    """

    volumeMm3: float
    samplingSeMm3: float
    contourSeMm3: float
    isKnownExactly: bool = False

    @property
    def estimate(self) -> Estimate:
        combined = rootSumOfSquares(self.samplingSeMm3, self.contourSeMm3)
        return Estimate(self.volumeMm3, None if self.isKnownExactly else combined)

    @classmethod
    def ofSegment(cls, segment: SegmentVolume) -> Volume:
        return cls(segment.volumeMm3, segment.samplingSeMm3, segment.contourSeMm3)

    @classmethod
    def ofSphere(cls, adjusted: SphereAdjustedVolume, radiusMm: float, contourSdMm: float) -> Volume:
        contourSeMm3 = 3.0 * contourSdMm / radiusMm * adjusted.volumeMm3
        fitSquared = max(adjusted.seMm3 ** 2 - contourSeMm3 ** 2, 0.0)
        return cls(adjusted.volumeMm3, math.sqrt(fitSquared), contourSeMm3)


NO_LESION = Volume(0.0, 0.0, 0.0, isKnownExactly=True)


def percentOf(lesion: Volume, head: Volume, contourCorrelation: float) -> Estimate:
    """Lesion volume as a percentage of head volume.

    The outlines of lesion and head at one visit are drawn by one hand: with a correlation of 1,
    u_c / value = sigma_c |S_L/V_L - S_H/V_H|. The slice terms are independent.

    :param contourCorrelation: 1 at the same visit by default; 0 for a head of another visit.
    """
    value = 100.0 * lesion.volumeMm3 / head.volumeMm3
    if lesion.isKnownExactly:
        return Estimate(value, None)
    contour = correlatedDifference(lesion.contourSeMm3 / lesion.volumeMm3, head.contourSeMm3 / head.volumeMm3,
                                   contourCorrelation)
    relative = rootSumOfSquares(contour, lesion.samplingSeMm3 / lesion.volumeMm3,
                                head.samplingSeMm3 / head.volumeMm3)
    return Estimate(value, value * relative)


def percentDifference(first: Volume, second: Volume, contourCorrelation: float) -> Estimate:
    """Difference of two volumes in percent of their mean, 100 (A - B) / ((A + B) / 2).

    :param contourCorrelation: correlation of the two outlines' offsets; 1 where one outline gives both.
    """
    total = first.volumeMm3 + second.volumeMm3
    value = 200.0 * (first.volumeMm3 - second.volumeMm3) / total
    toFirst, toSecond = 400.0 * second.volumeMm3 / total ** 2, 400.0 * first.volumeMm3 / total ** 2
    contour = correlatedDifference(toFirst * first.contourSeMm3, toSecond * second.contourSeMm3, contourCorrelation)
    return Estimate(value, rootSumOfSquares(contour, toFirst * first.samplingSeMm3, toSecond * second.samplingSeMm3))


def driftPercent(earlier: Volume, later: Volume) -> Estimate:
    """Change of a volume between two visits in percent of the earlier; different visits are independent."""
    ratio = later.volumeMm3 / earlier.volumeMm3
    relative = rootSumOfSquares(earlier.estimate.standardUncertainty / earlier.volumeMm3,
                                later.estimate.standardUncertainty / later.volumeMm3)
    return Estimate(100.0 * (ratio - 1.0), 100.0 * ratio * relative)


@dataclass(frozen=True)
class Change:
    """Change of the lesion from an earlier visit to a later one.

    :param fromVisit: label of the earlier visit.
    :param toVisit: label of the later visit.
    :param months: time between them.
    :param residualPercent: later lesion volume in percent of the earlier; None where the earlier visit has no lesion.
    :param regenerationPercent: 100 minus the residual: net; negative where the lesion grew.
    :param onvWithinMeasurementError: whether the change of the lesion volume is below 1.96 of its uncertainty.
    :param onvPercentWithinMeasurementError: likewise for ONV %; None where it is not known at both visits.
    :param ratePercentPerMonth: fall of ONV % a month; positive = shrinking.
    """

    fromVisit: str
    toVisit: str
    months: float
    residualPercent: Estimate | None
    regenerationPercent: Estimate | None
    onvWithinMeasurementError: bool
    onvPercentWithinMeasurementError: bool | None
    ratePercentPerMonth: Estimate | None


@dataclass(frozen=True)
class LesionState:
    """Lesion of one visit, as far as its change is concerned (volume measured; ONV % where a head is known)."""

    label: str
    month: float
    lesion: Volume
    onvPercent: Estimate | None


def changeBetween(earlier: LesionState, later: LesionState) -> Change:
    """Change between two visits; different visits are independent.

    SE(regeneration) = residual sqrt(rel_0^2 + rel_t^2).
    """
    residual = _residual(earlier.lesion.estimate, later.lesion.estimate)
    difference = earlier.lesion.volumeMm3 - later.lesion.volumeMm3
    uncertainty = _combined(earlier.lesion.estimate, later.lesion.estimate)
    return Change(
        fromVisit=earlier.label,
        toVisit=later.label,
        months=later.month - earlier.month,
        residualPercent=residual,
        regenerationPercent=residual and Estimate(100.0 - residual.value, residual.standardUncertainty),
        onvWithinMeasurementError=isWithinMeasurementError(difference, uncertainty),
        onvPercentWithinMeasurementError=_percentWithinError(earlier.onvPercent, later.onvPercent),
        ratePercentPerMonth=_rate(earlier, later),
    )


def _residual(earlier: Estimate, later: Estimate) -> Estimate | None:
    if earlier.value <= 0:
        return None
    value = 100.0 * later.value / earlier.value
    if later.standardUncertainty is None:
        return Estimate(value, None)
    relative = rootSumOfSquares(earlier.standardUncertainty / earlier.value, later.standardUncertainty / later.value)
    return Estimate(value, value * relative)


def _combined(earlier: Estimate, later: Estimate) -> float:
    # "No lesion left" has no outline to be uncertain about; the change is then judged by the earlier one alone.
    return rootSumOfSquares(earlier.standardUncertainty or 0.0, later.standardUncertainty or 0.0)


def _percentWithinError(earlier: Estimate | None, later: Estimate | None) -> bool | None:
    if earlier is None or later is None:
        return None
    return isWithinMeasurementError(earlier.value - later.value, _combined(earlier, later))


def _rate(earlier: LesionState, later: LesionState) -> Estimate | None:
    months = later.month - earlier.month
    if earlier.onvPercent is None or later.onvPercent is None or months <= 0:
        return None
    known = earlier.onvPercent.standardUncertainty is not None and later.onvPercent.standardUncertainty is not None
    uncertainty = _combined(earlier.onvPercent, later.onvPercent) / months if known else None
    return Estimate((earlier.onvPercent.value - later.onvPercent.value) / months, uncertainty)
