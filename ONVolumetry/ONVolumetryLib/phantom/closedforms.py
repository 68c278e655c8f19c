"""Volumes that have a formula."""

from __future__ import annotations

import math


def ballVolumeMm3(radiusMm: float) -> float:
    """Volume of a ball, 4/3 pi R^3."""
    return 4 / 3 * math.pi * radiusMm**3


def coneVolumeMm3(radiusMm: float, halfAngle: float) -> float:
    """Volume of the part of a ball within an angle of an axis, (2/3) pi R^3 (1 - cos a).

    :param halfAngle: radians.
    """
    return 2 / 3 * math.pi * radiusMm**3 * (1 - math.cos(halfAngle))


def capVolumeMm3(radiusMm: float, heightMm: float) -> float:
    """Volume of a spherical cap, pi h^2 (3R - h)/3."""
    return math.pi * heightMm**2 * (3 * radiusMm - heightMm) / 3


def lensVolumeMm3(radiusMm: float, otherRadiusMm: float, distanceMm: float) -> float:
    """Volume common to two balls that cross (Weisstein, MathWorld, "Sphere-Sphere Intersection").

    :param distanceMm: between the centers; more than the difference of the radii.
    """
    overlap = radiusMm + otherRadiusMm - distanceMm
    if overlap <= 0:
        return 0.0
    rest = distanceMm**2 + 2 * distanceMm * (radiusMm + otherRadiusMm) - 3 * (radiusMm - otherRadiusMm) ** 2
    return math.pi * overlap**2 * rest / (12 * distanceMm)


def coneArc(halfAngle: float, planeAngle: float) -> float:
    """Arc in which a cone about a ball's center meets a plane through it, 2 acos(cos a / cos d); radians.

    :param halfAngle: a, of the cone.
    :param planeAngle: d, between the cone's axis and the plane.
    """
    if planeAngle >= halfAngle:
        return 0.0
    return 2 * math.acos(max(-1.0, math.cos(halfAngle) / math.cos(planeAngle)))
