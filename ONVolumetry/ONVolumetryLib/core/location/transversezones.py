"""Zones of the paper in the transverse plane: A2, A1, C and P (ACP), between the acetabulum's edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import LandmarkError
from .frame import AnatomicalFrame
from .landmarks import Landmarks

ACP_ZONES = ("A2", "A1", "C", "P")
ARCS, SLABS = "arcs", "slabs"
LEAST_COVERED_DEGREES, LARGEST_COVERED_DEGREES = 60.0, 300.0


@dataclass(frozen=True)
class TransverseZones:
    """Zones by the arc from the anterior edge AE (phi 0) over medial to the posterior edge PE (phi 1).

    Angles are in degrees about O in the mid-transverse plane, from lateral (0) over anterior (90) to medial (180).

    :param anteriorDegrees: direction of AE.
    :param coveredDegrees: angle from AE over medial to PE.
    """

    anteriorDegrees: float
    coveredDegrees: float

    names = ACP_ZONES

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """First and last direction of every zone in degrees, counted up from lateral over anterior."""
        third, uncovered = self.coveredDegrees / 3.0, 360.0 - self.coveredDegrees
        start = self.anteriorDegrees
        return {"A2": (start - uncovered / 2.0, start), "A1": (start, start + third),
                "C": (start + third, start + 2.0 * third),
                "P": (start + 2.0 * third, start + self.coveredDegrees + uncovered / 2.0)}

    def phi(self, degrees):
        """Share of the covered arc at a direction: 0 at AE, 1 at PE, negative in A2, above 1 behind PE."""
        turn = np.mod(np.asarray(degrees, dtype=float) - self.anteriorDegrees, 360.0)
        turn = np.where(turn > 360.0 - 1e-9, 0.0, turn)
        halfOfUncovered = self.coveredDegrees + (360.0 - self.coveredDegrees) / 2.0
        return np.where(turn > halfOfUncovered, turn - 360.0, turn) / self.coveredDegrees

    def zoneOfPhi(self, phi):
        """Index of the zone: A1 [0, 1/3), C [1/3, 2/3), P from 2/3, A2 below 0."""
        phi = np.asarray(phi, dtype=float)
        return np.where(phi < 0, 0, np.where(phi < 1 / 3, 1, np.where(phi < 2 / 3, 2, 3)))

    def zoneAt(self, x, y):
        """Index of the zone at points of the transverse plane (lateral, anterior), mm."""
        return self.zoneOfPhi(self.phi(np.degrees(np.arctan2(y, x))))


@dataclass(frozen=True)
class TransverseSlabs:
    """Zones by slabs across the chord AE-PE. The chord spans nearly the whole head, so that A2 is usually empty.

    :param anterior: AE in the plane (lateral, anterior), mm.
    :param posterior: PE likewise.
    """

    anterior: tuple[float, float]
    posterior: tuple[float, float]

    names = ACP_ZONES

    def zoneAt(self, x, y):
        """Index of the zone at points of the transverse plane (lateral, anterior), mm."""
        chord = np.subtract(self.posterior, self.anterior)
        share = ((np.asarray(x) - self.anterior[0]) * chord[0] + (np.asarray(y) - self.anterior[1]) * chord[1])
        share = share / float(chord @ chord)
        return np.where(share < 0, 0, np.where(share < 1 / 3, 1, np.where(share < 2 / 3, 2, 3)))


def transverseZones(landmarks: Landmarks, frame: AnatomicalFrame, division: str = ARCS):
    """Zones from the anterior and posterior acetabular edges, projected onto the mid-transverse plane.

    :param division: "arcs" or "slabs" (method, section 5.2).
    :raises LandmarkError: the landmarks give no covered arc.
    """
    anterior, posterior = (frame.toFrame(point)[:2] for point in (landmarks.anteriorEdge, landmarks.posteriorEdge))
    first, last = (math.degrees(math.atan2(point[1], point[0])) for point in (anterior, posterior))
    covered = (last - first) % 360.0
    if not LEAST_COVERED_DEGREES <= covered <= LARGEST_COVERED_DEGREES:
        raise LandmarkError(f"the anterior and posterior acetabular edges would cover {covered:.0f} degrees of the "
                            "head; check the two points")
    if division == SLABS:
        return TransverseSlabs(tuple(anterior.tolist()), tuple(posterior.tolist()))
    return TransverseZones(first, covered)
