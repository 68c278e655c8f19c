"""The anatomical frame about the center of the femoral head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..registration.rigid import applyTo
from ..sphere import SphereFit
from .landmarks import Landmarks

SUPERIOR, ANTERIOR = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
TEARDROPS, PATIENT_AXIS = "inter-teardrop line", "patient's left-right axis"
# A pelvis is never turned so far in a scanner; two points that say so were confused.
LARGEST_TURN_DEGREES = 45.0


@dataclass(frozen=True, eq=False)
class AnatomicalFrame:
    """Lateral, anterior and superior about the center O of the head (method, section 5).

    A left hip is mirrored by it, so that lateral is lateral on both sides.

    :param centerRas: O, (3,) in RAS mm.
    :param axes: unit vectors of lateral, anterior and superior in RAS as the rows of a 3x3 matrix; left-handed for a
        left hip.
    :param radiusMm: radius of the head's sphere.
    :param lateralFrom: what the lateral axis was taken from, in words.
    """

    centerRas: np.ndarray
    axes: np.ndarray
    radiusMm: float
    lateralFrom: str

    def toFrame(self, pointsRas: np.ndarray) -> np.ndarray:
        """RAS points (..., 3) as lateral, anterior, superior from O, mm."""
        return (np.asarray(pointsRas, dtype=float) - self.centerRas) @ self.axes.T

    def toRas(self, points: np.ndarray) -> np.ndarray:
        """The inverse of toFrame."""
        return np.asarray(points, dtype=float) @ self.axes + self.centerRas

    def directionInFrame(self, directionRas: np.ndarray) -> np.ndarray:
        """A direction in RAS (3,) as lateral, anterior, superior."""
        return self.axes @ np.asarray(directionRas, dtype=float)

    def moved(self, matrix: np.ndarray) -> AnatomicalFrame:
        """The frame carried by a rigid 4x4 in RAS."""
        return AnatomicalFrame(applyTo(matrix, self.centerRas), self.axes @ matrix[:3, :3].T, self.radiusMm,
                               self.lateralFrom)

    def tilted(self, degrees: float) -> AnatomicalFrame:
        """The frame turned about its lateral axis, as a patient tilts in the scanner."""
        angle = np.radians(degrees)
        _, anterior, superior = self.axes
        axes = np.stack([self.axes[0], np.cos(angle) * anterior + np.sin(angle) * superior,
                         np.cos(angle) * superior - np.sin(angle) * anterior])
        return AnatomicalFrame(self.centerRas, axes, self.radiusMm, self.lateralFrom)


def lateralDirection(side: str) -> np.ndarray:
    """Lateral of a side along the patient's axis, RAS."""
    return np.array([1.0 if side == "right" else -1.0, 0.0, 0.0])


def anatomicalFrame(sphere: SphereFit, side: str, landmarks: Landmarks | None = None) -> AnatomicalFrame:
    """Frame of a hip: the lateral axis along the inter-teardrop line where both teardrops are placed.

    Superior is the patient's superior made perpendicular to it, anterior their cross product.

    :param side: "left" or "right".
    """
    lateral, source = lateralDirection(side), PATIENT_AXIS
    if landmarks is not None and landmarks.teardrop is not None and landmarks.contralateralTeardrop is not None:
        line = landmarks.teardrop - landmarks.contralateralTeardrop
        lateral, source = line / np.linalg.norm(line), TEARDROPS
    superior = SUPERIOR - (SUPERIOR @ lateral) * lateral
    superior = superior / np.linalg.norm(superior)
    anterior = np.cross(superior, lateral)
    anterior = anterior if anterior @ ANTERIOR > 0 else -anterior
    return AnatomicalFrame(np.array(sphere.centerRas), np.stack([lateral, anterior, superior]), sphere.radiusMm, source)
