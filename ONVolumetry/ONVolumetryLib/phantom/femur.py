"""The proximal femur and the socket as solids.

Coordinates are anatomical and in mm: lateral, anterior, superior, with the head's center at 0, so that a left
hip is the mirror image of a right one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core.sphereadjusted import planeCutDistance
from .closedforms import ballVolumeMm3, lensVolumeMm3
from .primitives import Capsule, Ellipsoid, HalfSpace, Sphere, unitVector
from .shapes import Intersection, Shape, SmoothUnion, Union

# Neck-shaft angle 125 degrees, anteversion 12 degrees.
NECK_DIRECTION = np.array([math.sin(math.radians(55)) * math.cos(math.radians(12)),
                           -math.sin(math.radians(55)) * math.sin(math.radians(12)), -math.cos(math.radians(55))])
FOVEA_DIRECTION = unitVector([-0.9, -0.15, -0.35])
SOCKET_OPENING = unitVector([0.82, 0.25, -0.5])
CARTILAGE_MM = 2.6


@dataclass(frozen=True)
class HeadModel:
    """The femoral head: a ball cut off by a plane across the neck, with the pit of the fovea.

    The ball is the marrow's edge, which readers outline; the cortex lies outside it.

    :param radiusMm: radius of the ball.
    :param capFraction: share of the ball that the neck takes; 0 makes the head a complete ball.
    :param foveaDepthMm: depth of the pit, 0 for none.
    """

    radiusMm: float
    capFraction: float
    foveaDepthMm: float = 0.0

    @property
    def cutDistanceMm(self) -> float:
        return self.radiusMm * planeCutDistance(self.capFraction)

    @cached_property
    def pit(self) -> Sphere | None:
        """The ball whose overlap with the head is the fovea."""
        if self.foveaDepthMm <= 0:
            return None
        pitRadius = 0.22 * self.radiusMm
        return Sphere((self.radiusMm + pitRadius - self.foveaDepthMm) * FOVEA_DIRECTION, pitRadius)

    @cached_property
    def shape(self) -> Shape:
        """The head segment."""
        ball = Sphere(np.zeros(3), self.radiusMm)
        head = ball if self.capFraction <= 0 else ball & HalfSpace(self.cutDistanceMm * NECK_DIRECTION, NECK_DIRECTION)
        return head if self.pit is None else head - self.pit

    @property
    def volumeMm3(self) -> float:
        """Closed form: (1 - capFraction) of the ball, less the lens that the fovea takes from it."""
        volume = (1 - self.capFraction) * ballVolumeMm3(self.radiusMm)
        if self.pit is None:
            return volume
        return volume - lensVolumeMm3(self.radiusMm, self.pit.radiusMm, float(np.linalg.norm(self.pit.center)))

    def outerRadius(self, directions: np.ndarray) -> np.ndarray:
        """Distance from the center to the head's surface in each direction (n, 3), in mm."""
        result = np.full(directions.shape[:-1], self.radiusMm)
        along = directions @ NECK_DIRECTION
        if self.capFraction > 0:
            result = np.minimum(result, self.cutDistanceMm / np.maximum(along, 1e-9))
        if self.pit is not None:
            toward = directions @ self.pit.center
            under = toward**2 - (self.pit.center @ self.pit.center - self.pit.radiusMm**2)
            entry = toward - np.sqrt(np.maximum(under, 0))
            result = np.where((under > 0) & (toward > 0), np.minimum(result, entry), result)
        return result


def femurMarrow(head: HeadModel) -> Shape:
    """The marrow of head, neck, greater trochanter and upper shaft."""
    radius = head.radiusMm
    base = 1.95 * radius * NECK_DIRECTION
    neck = Capsule(0.3 * radius * NECK_DIRECTION, base, 0.58 * radius, 0.68 * radius)
    trochanter = Ellipsoid(base + radius * np.array([0.25, -0.2, 0.15]), radius * np.array([0.62, 0.7, 0.85]))
    shaft = Capsule(base + radius * np.array([0.15, 0, -0.4]), base + radius * np.array([0.0, 0.1, -4.5]),
                    0.66 * radius, 0.45 * radius)
    lesserTrochanter = Sphere(base + radius * np.array([-0.55, -0.35, -1.1]), 0.28 * radius)
    ball = Sphere(np.zeros(3), radius)
    rest = SmoothUnion((neck, trochanter, shaft, lesserTrochanter), 0.35 * radius)
    marrow = _beyondHead(ball, rest, head)
    return marrow if head.pit is None else marrow - head.pit


def _beyondHead(ball: Sphere, rest: Shape, head: HeadModel) -> Shape:
    # The rest of the femur must not reach past the head's surface on the joint's side of the cut.
    if head.capFraction <= 0:
        return ball
    neckSide = HalfSpace(head.cutDistanceMm * NECK_DIRECTION, -NECK_DIRECTION)
    return Union((ball, Intersection((rest, neckSide))))


def femurCortex(radiusMm: float) -> Shape:
    """The thick cortex of shaft and lower neck, marrow included."""
    base = 1.95 * radiusMm * NECK_DIRECTION
    shaft = Capsule(base + radiusMm * np.array([0.1, 0, -1.0]), base + radiusMm * np.array([0.0, 0.1, -4.5]),
                    0.72 * radiusMm, 0.68 * radiusMm)
    neck = Capsule(0.9 * radiusMm * NECK_DIRECTION, base, 0.62 * radiusMm, 0.75 * radiusMm)
    return Union((shaft, neck))


def pelvisBone(radiusMm: float) -> Shape:
    """The socket with the stumps of ilium, pubis and ischium, cortex included, without the joint's space."""
    scale = radiusMm / 24
    cup = Sphere(np.zeros(3), radiusMm + CARTILAGE_MM + 11 * scale) & HalfSpace(
        0.1 * radiusMm * SOCKET_OPENING, SOCKET_OPENING)
    ilium = Capsule(scale * np.array([-14.0, 2, 34]), scale * np.array([-4.0, -12, 100]), 13 * scale, 10 * scale)
    pubis = Capsule(scale * np.array([-30.0, 12, -8]), scale * np.array([-80.0, 34, -28]), 11 * scale, 9 * scale)
    ischium = Capsule(scale * np.array([-24.0, -22, -18]), scale * np.array([-24.0, -32, -75]), 12 * scale, 13 * scale)
    return SmoothUnion((cup, ilium, pubis, ischium), 8 * scale) - jointSpace(radiusMm)


def jointSpace(radiusMm: float) -> Shape:
    """The ball that head, cortex and cartilage fill."""
    return Sphere(np.zeros(3), radiusMm + 1.0 + CARTILAGE_MM)


@dataclass(frozen=True, eq=False)
class PackedBellies(Union):
    """Muscle bellies that press against each other, with a layer of fat between them.

    :param gapMm: thickness of the fat.
    """

    gapMm: float

    def distance(self, points):
        nearest = self.parts[0].distance(points)
        second = np.full_like(nearest, np.inf)
        for part in self.parts[1:]:
            other = part.distance(points)
            second = np.minimum(second, np.maximum(nearest, other))
            nearest = np.minimum(nearest, other)
        return np.maximum(nearest, (self.gapMm - (second - nearest)) / 2)


def muscles(radiusMm: float) -> Shape:
    """Muscles around the joint."""
    scale = radiusMm / 24

    def belly(start, end, startRadius, endRadius):
        return Capsule(scale * np.array(start, dtype=float), scale * np.array(end, dtype=float),
                       (startRadius + 6) * scale, (endRadius + 6) * scale)

    gluteusMinimus = belly((26, 4, 36), (14, -4, 92), 16, 20)
    gluteusMedius = belly((50, -8, 8), (42, -14, 95), 12, 22)
    iliopsoas = belly((-20, 33, 4), (-38, 24, 95), 15, 24)
    iliopsoasTendon = belly((-14, 33, 2), (2, 10, -66), 14, 11)
    rectusFemoris = belly((24, 42, 30), (32, 48, -95), 13, 19)
    pectineus = belly((-40, 22, -28), (2, 6, -70), 13, 11)
    adductors = belly((-46, 2, -50), (-14, 2, -105), 16, 24)
    obturatorExternus = belly((-50, -2, -32), (4, -24, -24), 12, 8)
    obturatorInternus = belly((-56, -10, 20), (-60, -8, -28), 12, 12)
    shortRotators = belly((-24, -42, 14), (34, -38, -2), 12, 9)
    gluteusMaximus = belly((-55, -70, 40), (50, -62, -40), 26, 24)
    vastus = belly((62, 2, -62), (54, 8, -115), 12, 18)
    return PackedBellies((gluteusMinimus, gluteusMedius, iliopsoas, iliopsoasTendon, rectusFemoris, pectineus,
                          adductors, obturatorExternus, obturatorInternus, shortRotators, gluteusMaximus, vastus),
                         2.2 * scale)
