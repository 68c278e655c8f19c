"""Landmarks of the synthetic hip's pelvis and femur, and the arcs of its lesion that have a formula."""

from __future__ import annotations

import math

import numpy as np

from ..core.location.landmarks import Landmarks
from ..core.registration.rigid import applyTo
from .closedforms import coneArc
from .femur import NECK_DIRECTION
from .hip import PhantomHip, PhantomVisit
from .lesion import ConeLesion
from .primitives import unitVector
from .truth import isClipped

# Lateral, anterior, superior from the head's center in mm, for a head of 24 mm radius.
LATERAL_EDGE, TEARDROP = (14.5, 0.0, 25.1), (-33.0, 4.0, -18.0)
# The socket covers 63 degrees in front of and 105 degrees behind medial.
ANTERIOR_EDGE, POSTERIOR_EDGE = (-12.7, 24.9, 0.0), (7.2, -27.0, 0.0)
NECK_POINT_RADII = 1.7
MODEL_RADIUS_MM = 24.0
MIDLINE_MM = 88.0


def landmarksOfHip(hip: PhantomHip) -> Landmarks:
    """Landmarks in the space of the first visit."""
    scale = hip.settings.anatomy.radiusMm / MODEL_RADIUS_MM
    teardrop = scale * np.array(TEARDROP)
    other = teardrop * [-1.0, 1.0, 1.0] - [2.0 * MIDLINE_MM, 0.0, 0.0]
    pelvis, femur = hip.visits[0].patientMatrix, hip.visits[0].femurMatrix
    points = {"lateralEdge": scale * np.array(LATERAL_EDGE), "teardrop": teardrop,
              "anteriorEdge": scale * np.array(ANTERIOR_EDGE), "posteriorEdge": scale * np.array(POSTERIOR_EDGE),
              "contralateralTeardrop": other}
    neck = NECK_POINT_RADII * hip.settings.anatomy.radiusMm * NECK_DIRECTION
    return Landmarks(neckAxis=applyTo(femur, neck), **{name: applyTo(pelvis, point) for name, point in points.items()})


def necroticArcsDegrees(visit: PhantomVisit) -> dict[str, float] | None:
    """Arcs of a cone that nothing cuts, on the planes through the head's center; None for other lesions."""
    if not isinstance(visit.lesion, ConeLesion) or isClipped(visit.lesion, visit.head):
        return None
    lateral, anterior, _ = unitVector(visit.lesion.axis)
    return {name: math.degrees(coneArc(visit.lesion.polarAngle, math.asin(min(abs(float(component)), 1.0))))
            for name, component in (("coronal", anterior), ("sagittal", lateral))}
