"""The lateral end of the lesion and the JIC type that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ratios import Estimate
from ..uncertainty import COVERAGE_FACTOR_95, rootSumOfSquares
from .coronalzones import JIC_ZONES, CoronalZones

NO_TYPE = "-"
BOUNDARY_NAMES = ("A/B", "B/C1", "C1/C2")


@dataclass(frozen=True)
class LateralEnd:
    """Where the lesion at the head's surface ends laterally.

    :param jicType: A, B, C1 or C2; "-" where no lesion lies at the surface.
    :param theta: share of the weight-bearing surface from P (0) to E (1); None where no lesion lies at the surface.
    :param degreesFromP: the same as an angle, with its standard uncertainty.
    :param boundaryDistances: degrees from the lateral end to every type boundary, positive where the boundary lies
        lateral of it.
    :param possibleTypes: types that errors of outline, slices or tilt could make of it.
    """

    jicType: str
    theta: float | None
    degreesFromP: Estimate | None
    boundaryDistances: dict[str, float]
    possibleTypes: tuple[str, ...]

    @property
    def isNearBoundary(self) -> bool:
        return len(self.possibleTypes) > 1

    @property
    def isMedial(self) -> bool:
        """Whether all lesion at the surface lies medial of the weight-bearing surface."""
        return self.theta is not None and self.theta < 0


NO_LATERAL_END = LateralEnd(NO_TYPE, None, None, {}, (NO_TYPE,))


@dataclass(frozen=True)
class EndVariants:
    """Theta of the lateral end as found, and as it would be otherwise; None where no lesion lies at the surface.

    :param nominal: as found.
    :param contour: with the outline one standard deviation farther in, and farther out.
    :param shifted: with the outline as far in and out as it may be.
    :param tilted: with the patient tilted to either side, each with the zones of the tilted frame.
    :param marginDegrees: how far it may lie from where it was found.
    :param sliceSeDegrees: standard uncertainty from the slices.
    """

    nominal: float | None
    contour: tuple[float | None, float | None]
    shifted: tuple[float | None, float | None]
    tilted: tuple[tuple[float | None, CoronalZones], ...]
    marginDegrees: float
    sliceSeDegrees: float


def largestTheta(touched: np.ndarray, degrees: np.ndarray, zones: CoronalZones, halfStep: float) -> float | None:
    """Theta of the most lateral direction that has lesion at the surface; None where none has.

    :param touched: for each direction.
    :param halfStep: half the step of the directions, in degrees: a cell ends that much beyond its middle.
    """
    if not touched.any():
        return None
    end = float(np.max(zones.theta(degrees[touched])))
    return min(end + halfStep / zones.arcDegrees, zones.largestTheta)


def lateralEnd(zones: CoronalZones, variants: EndVariants) -> LateralEnd:
    """Type, angle and distances from the boundaries."""
    types = {typeOf(zones, theta) for theta in (*variants.contour, *variants.shifted)}
    types |= {typeOf(other, theta) for theta, other in variants.tilted}
    theta = variants.nominal
    if theta is None:
        found = {NO_TYPE, *types}
        return LateralEnd(NO_TYPE, None, None, {}, tuple(sorted(found, key=_order)))
    arc = zones.arcDegrees
    for sign in (-1.0, 1.0):
        types.add(zones.typeOfEnd(theta + sign * variants.marginDegrees / arc))
    jicType = zones.typeOfEnd(theta)
    boundaries = (*zones.boundaries, 1.0)
    distances = {name: (boundary - theta) * arc for name, boundary in zip(BOUNDARY_NAMES, boundaries)}
    return LateralEnd(jicType, theta, Estimate(theta * arc, _standardUncertainty(zones, variants)), distances,
                      tuple(sorted(types | {jicType}, key=_order)))


def typeOf(zones: CoronalZones, theta: float | None) -> str:
    return NO_TYPE if theta is None else zones.typeOfEnd(theta)


def _order(jicType: str) -> int:
    return JIC_ZONES.index(jicType) if jicType in JIC_ZONES else -1


def _standardUncertainty(zones: CoronalZones, variants: EndVariants) -> float:
    smaller, larger = ((variants.nominal if theta is None else theta) * zones.arcDegrees for theta in variants.contour)
    tilt = max((abs(theta * other.arcDegrees - variants.nominal * zones.arcDegrees)
                for theta, other in variants.tilted if theta is not None), default=0.0)
    return rootSumOfSquares((larger - smaller) / 2.0, tilt / COVERAGE_FACTOR_95, variants.sliceSeDegrees)
