"""Where the neck leaves a head: the marrow goes on there, and the surface has no edge."""

from __future__ import annotations

import numpy as np

from .headsurface import HeadSurface
from .radialprofiles import HeadImage
from .spheresearch import FoundSphere

# From the center of the head: the neck falls by 37 degrees (neck-shaft angle 127) and runs 10 degrees backward.
USUAL_NECK = (0.786, -0.139, -0.602)
FARTHEST_COSINE = 0.60
CONE_COSINE = 0.88
DISTANCES_RADII = np.linspace(0.95, 1.75, 9)
MARROW_SHARE = 0.35
USUAL_WEIGHT, CENTROID_DEPTH = 0.5, 0.12


def usualNeck(side: str) -> np.ndarray:
    """Direction in RAS of an ordinary neck.

    :param side: "left" or "right".
    """
    direction = np.array(USUAL_NECK) * (1.0 if side == "right" else -1.0, 1.0, 1.0)
    return direction / np.linalg.norm(direction)


def neckDirection(image: HeadImage, sphere: FoundSphere, surface: HeadSurface, side: str | None) -> np.ndarray:
    """Find the neck's direction, a unit vector in RAS.

    :param side: "left" or "right"; None takes the one for which the image speaks more.
    """
    directions = surface.mesh.directions
    values = image.along(surface.centerRas, directions, DISTANCES_RADII * sphere.radiusMm)
    likeMarrow = np.abs(values - sphere.signals.marrow) < MARROW_SHARE * sphere.contrast
    open_ = likeMarrow.mean(axis=1) - surface.edges
    cone = (directions @ directions.T > CONE_COSINE).astype(float)
    openness = cone @ open_ / cone.sum(axis=1)
    sides = ("right", "left") if side is None else (side,)
    found = [_towardNeck(directions, openness, usualNeck(each)) for each in sides]
    return max(found, key=lambda pair: pair[0])[1]


def _towardNeck(directions: np.ndarray, openness: np.ndarray, usual: np.ndarray) -> tuple[float, np.ndarray]:
    toward = directions @ usual
    score = np.where(toward > FARTHEST_COSINE, openness - USUAL_WEIGHT * (1.0 - toward), -np.inf)
    best = int(np.argmax(score))
    # A center of mass does not jump from direction to direction.
    weights = np.maximum(score - (score[best] - CENTROID_DEPTH), 0.0) * (directions @ directions[best] > 0.7)
    direction = weights @ directions
    return float(score[best]), direction / np.linalg.norm(direction)
