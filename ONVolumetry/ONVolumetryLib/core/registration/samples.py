"""The points of the baseline at which the two images are compared."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from ..sphere import inSliceBoundary
from .boxes import distanceTo, voxelCentersRas
from .femurregion import LESION_MARGIN_MM, REACH_RADII, FemurRegion
from .result import RegistrationVisit
from .smoothed import cropAround

MAXIMUM_POINTS = 25_000
SEED = 20_260
# The dome over a lesion may have sunk, so that what lies between lesion and socket is left out too.
SHADOW_FACTORS = (1.0, 0.94, 0.88, 0.82)
COLLAPSE_MM, COLLAPSE_DEGREES, COLLAPSE_FROM_RADII = 2.0, 12.0, 0.75
NECK_CUT_COSINE = 0.2


def samplePoints(visit: RegistrationVisit, region: FemurRegion) -> np.ndarray:
    """Voxel centers of the baseline's image within the femur, without lesion and collapsed dome.

    :return: (n, 3) in RAS, mm; at most 25,000, chosen at random but always the same.
    """
    center, radius = np.array(visit.sphere.centerRas), visit.sphere.radiusMm
    _, grid = cropAround(visit.voxels, visit.imageGrid, center, REACH_RADII * radius)
    points = voxelCentersRas(grid).reshape(-1, 3)
    points = points[region.contains(points)]
    points = points[~isChanged(visit, points, region.neckDirection)]
    if len(points) > MAXIMUM_POINTS:
        chosen = np.random.default_rng(SEED).choice(len(points), MAXIMUM_POINTS, replace=False)
        points = points[np.sort(chosen)]
    return points


def isChanged(visit: RegistrationVisit, pointsRas: np.ndarray, neckDirection: np.ndarray) -> np.ndarray:
    """Whether points (n, 3) of a visit lie in or near its lesion, over it, or in a collapsed dome.

    :param neckDirection: unit vector in this visit's RAS.
    """
    offsets = pointsRas - np.array(visit.sphere.centerRas)
    changed = _inCollapsedDome(visit, offsets, neckDirection)
    if visit.lesion is not None:
        for factor in SHADOW_FACTORS:
            shadow = np.array(visit.sphere.centerRas) + factor * offsets
            changed |= distanceTo(visit.lesion, shadow, 2 * LESION_MARGIN_MM) < LESION_MARGIN_MM
    return changed


def _inCollapsedDome(visit: RegistrationVisit, offsets: np.ndarray, neckDirection: np.ndarray) -> np.ndarray:
    boundary, _ = inSliceBoundary(visit.head, visit.stack.axis)
    boundary = boundary - np.array(visit.sphere.centerRas)
    radii = np.linalg.norm(boundary, axis=1)
    directions = boundary / radii[:, None]
    sunken = (radii < visit.sphere.radiusMm - COLLAPSE_MM) & (directions @ neckDirection < NECK_CUT_COSINE)
    if not sunken.any():
        return np.zeros(len(offsets), dtype=bool)
    lengths = np.linalg.norm(offsets, axis=1)
    chord = 2.0 * np.sin(np.radians(COLLAPSE_DEGREES) / 2.0)
    distance, _ = cKDTree(directions[sunken]).query(offsets / np.maximum(lengths, 1e-6)[:, None],
                                                    distance_upper_bound=chord)
    return np.isfinite(distance) & (lengths > COLLAPSE_FROM_RADII * visit.sphere.radiusMm)
