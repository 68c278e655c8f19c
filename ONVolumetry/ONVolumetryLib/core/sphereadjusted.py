"""Sphere-adjusted volume of the femoral head, and its comparison with the outlined head."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .sphere import SphereFit
from .uncertainty import rootSumOfSquares


@dataclass(frozen=True)
class SphereAdjustedVolume:
    """Volume of the sphere without the cap that the neck takes.

    :param volumeMm3: (1 - capFraction) 4/3 pi R^3.
    :param seMm3: standard uncertainty, 3 u(R)/R of the volume.
    :param radiusUncertaintyMm: u(R): the fit's standard error and the outline's offset together.
    :param capFraction: share of the sphere that is not head.
    """

    volumeMm3: float
    seMm3: float
    radiusUncertaintyMm: float
    capFraction: float


def sphereAdjustedVolume(sphere: SphereFit, capFraction: float, contourSdMm: float) -> SphereAdjustedVolume:
    """Sphere-adjusted volume SAV = (1 - r) 4/3 pi R^3 (Gomez-Barrena 2022; r = 0.22 in men, 0.29 in women).

    An outline that is drawn too wide by one offset widens the sphere by the same, so u(R) holds the contour's
    standard deviation beside the standard error of the fit.

    :param capFraction: r, 0 to 1.
    :param contourSdMm: standard deviation of the outline's position.
    """
    volumeMm3 = (1.0 - capFraction) * sphere.volumeMm3
    uncertaintyMm = rootSumOfSquares(sphere.radiusSeMm, contourSdMm)
    return SphereAdjustedVolume(volumeMm3, 3.0 * uncertaintyMm / sphere.radiusMm * volumeMm3, uncertaintyMm,
                                capFraction)


def planeCutDistance(capFraction: float) -> float:
    """Distance of the plane that cuts off a share of a sphere, from the center, in radii.

    Solves (2 + d)(1 - d)^2 / 4 = capFraction for d.
    """
    if not 0.0 <= capFraction <= 1.0:
        raise ValueError("the share of the sphere must lie between 0 and 1")
    # d^3 - 3 d + 2 - 4 r = 0 has its root in [-1, 1] at 2 cos(acos(2r - 1)/3 + 4 pi/3).
    return 2.0 * math.cos(math.acos(2.0 * capFraction - 1.0) / 3.0 + 4.0 * math.pi / 3.0)
