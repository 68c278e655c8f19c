"""Zones and types of the Japanese Investigation Committee (JIC 2001) about the head's center, in the coronal plane."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import LandmarkError
from .frame import AnatomicalFrame
from .landmarks import Landmarks

JIC_ZONES = ("A", "B", "C1", "C2")
BISECTOR, MID_ARC = "bisector", "mid-arc"
EQUAL_ARC, EQUAL_CHORD = "equal-arc", "equal-chord"
LARGEST_OVERHANG_DEGREES = 90.0
LEAST_ARC_DEGREES, LARGEST_ARC_DEGREES = 20.0, 170.0


@dataclass(frozen=True)
class CoronalZones:
    """The weight-bearing surface from P (theta 0) laterally to E (theta 1), and its zones.

    Angles are in degrees about O in the mid-coronal plane, from lateral (0) over superior (90) to medial (180).

    :param medialDegrees: direction of P.
    :param arcDegrees: angle from P laterally to E.
    :param boundaries: theta of the boundaries between A and B, and between B and C1.
    :param overhangDegrees: how far C2 reaches beyond E.
    """

    medialDegrees: float
    arcDegrees: float
    boundaries: tuple[float, float] = (1 / 3, 2 / 3)
    overhangDegrees: float = LARGEST_OVERHANG_DEGREES

    names = JIC_ZONES

    @property
    def lateralDegrees(self) -> float:
        """Direction of E."""
        return self.medialDegrees - self.arcDegrees

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """Medial and lateral end of every zone in degrees."""
        thetas = (0.0, *self.boundaries, 1.0, self.largestTheta)
        ends = [self.medialDegrees - theta * self.arcDegrees for theta in thetas]
        return {name: (ends[index], ends[index + 1]) for index, name in enumerate(JIC_ZONES)}

    @property
    def largestTheta(self) -> float:
        """Theta at which C2 ends."""
        return 1.0 + self.overhangDegrees / self.arcDegrees

    def theta(self, degrees):
        """Share of the weight-bearing surface at a direction: 0 at P, 1 at E, negative medial of P.

        What lies beyond the end of C2 is reached from P medially, so that it is negative.
        """
        lateral = np.mod(self.medialDegrees - np.asarray(degrees, dtype=float), 360.0)
        # A direction that is P's but for rounding must not become a whole turn.
        lateral = np.where(lateral > 360.0 - 1e-9, 0.0, lateral)
        isBeyond = lateral > self.arcDegrees + self.overhangDegrees + 1e-9
        return np.where(isBeyond, lateral - 360.0, lateral) / self.arcDegrees

    def zoneOfTheta(self, theta):
        """Index of the zone, -1 where there is none: A [0, 1/3), B [1/3, 2/3), C1 [2/3, 1], C2 beyond 1."""
        theta = np.asarray(theta, dtype=float)
        first, second = self.boundaries
        index = np.where(theta < first, 0, np.where(theta < second, 1, np.where(theta <= 1.0, 2, 3)))
        return np.where(theta < 0, -1, index)

    def typeOfEnd(self, theta: float) -> str:
        """JIC type of a lesion whose lateral end lies at theta: A < 1/3 (medial of P too), B < 2/3, C1 <= 1, C2."""
        return JIC_ZONES[max(int(self.zoneOfTheta(theta)), 0)]

    def zoneAt(self, x, y):
        """Index of the zone at points of the coronal plane (lateral, superior), mm; -1 where there is none."""
        return self.zoneOfTheta(self.theta(np.degrees(np.arctan2(y, x))))


def coronalZones(landmarks: Landmarks, frame: AnatomicalFrame, medialPoint: str = BISECTOR,
                 thirds: str = EQUAL_ARC) -> CoronalZones:
    """Zones from the lateral acetabular edge E and the teardrop T.

    Both are projected onto the mid-coronal plane. P is the superior crossing of the perpendicular bisector of E-T with
    the circle about O of radius |OE| (method, section 5.1).

    :param medialPoint: "bisector", or "mid-arc" for the direction halfway between E and T.
    :param thirds: "equal-arc", or "equal-chord" for thirds of the chord P-E.
    :raises LandmarkError: the landmarks give no weight-bearing surface.
    """
    edge, teardrop = (frame.toFrame(point)[[0, 2]] for point in (landmarks.lateralEdge, landmarks.teardrop))
    edgeDegrees = _degrees(edge)
    medialDegrees = _degrees(_bisectorPoint(edge, teardrop)) if medialPoint == BISECTOR else _midArc(edge, teardrop)
    arc = (medialDegrees - edgeDegrees) % 360.0
    if not LEAST_ARC_DEGREES <= arc <= LARGEST_ARC_DEGREES:
        raise LandmarkError("the lateral acetabular edge and the teardrop give no weight-bearing surface (it would "
                            f"span {arc:.0f} degrees); check the two points")
    boundaries = (1 / 3, 2 / 3) if thirds == EQUAL_ARC else _chordBoundaries(arc)
    return CoronalZones(edgeDegrees + arc, arc, boundaries)


def _degrees(point: np.ndarray) -> float:
    return math.degrees(math.atan2(point[1], point[0]))


def _bisectorPoint(edge: np.ndarray, teardrop: np.ndarray) -> np.ndarray:
    """Superior crossing of the perpendicular bisector of two points with the circle through the first about 0."""
    middle, along = (edge + teardrop) / 2.0, edge - teardrop
    direction = np.array([-along[1], along[0]]) / np.linalg.norm(along)
    nearest = middle - (middle @ direction) * direction
    square = float(edge @ edge - nearest @ nearest)
    if square < 0:
        raise LandmarkError("the perpendicular bisector of lateral acetabular edge and teardrop does not meet the "
                            "acetabulum; check the two points")
    crossings = [nearest + sign * math.sqrt(square) * direction for sign in (-1.0, 1.0)]
    return max(crossings, key=lambda point: point[1])


def _midArc(edge: np.ndarray, teardrop: np.ndarray) -> float:
    """Direction halfway from E over superior to T."""
    return _degrees(edge) + ((_degrees(teardrop) - _degrees(edge)) % 360.0) / 2.0


def _chordBoundaries(arcDegrees: float) -> tuple[float, float]:
    """Theta at which lines from O through the thirds of the chord cut the arc."""
    half = math.radians(arcDegrees) / 2.0
    # Of the chord's half, a third lies beyond the middle third.
    share = math.degrees(math.atan(math.tan(half) / 3.0)) / arcDegrees
    return 0.5 - share, 0.5 + share
