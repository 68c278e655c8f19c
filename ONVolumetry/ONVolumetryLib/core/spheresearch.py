"""Search for the sphere that most boundary points agree with, among points that are not all head."""

from __future__ import annotations

import numpy as np

SEED = 20221101
BATCH_SIZE = 100
MAXIMUM_BATCHES = 100
MISS_PROBABILITY = 1e-6
SCORING_POINTS = 600
RADIUS_RANGE_MM = (10.0, 45.0)


def consensusSphere(points: np.ndarray, toleranceMm: float) -> tuple[np.ndarray, float] | None:
    """Best of many spheres through four random points each (MSAC score; Torr and Zisserman 2000).

    The random draws are seeded, so that the same points give the same sphere. Drawing stops when a better sphere
    would have been met with a probability of all but one in a million.

    :param points: (n, 3) in mm.
    :return: center and radius, or None where no four points give a sphere of the size of a head.
    """
    random = np.random.default_rng(SEED)
    scoring = points
    if len(points) > SCORING_POINTS:
        scoring = points[random.choice(len(points), SCORING_POINTS, replace=False)]
    best, bestCost = None, np.inf
    for batch in range(MAXIMUM_BATCHES):
        centers, radii = _spheresThroughRandomPoints(points, random)
        if len(radii):
            costs, inlierShares = _costs(scoring, centers, radii, toleranceMm)
            index = int(np.argmin(costs))
            if costs[index] < bestCost:
                best, bestCost, bestShare = (centers[index], float(radii[index])), costs[index], inlierShares[index]
        if best is not None and (1.0 - bestShare ** 4) ** ((batch + 1) * BATCH_SIZE) < MISS_PROBABILITY:
            break
    return best


def _spheresThroughRandomPoints(points: np.ndarray, random) -> tuple[np.ndarray, np.ndarray]:
    corners = points[random.integers(0, len(points), size=(BATCH_SIZE, 4))]
    edges = corners[:, 1:] - corners[:, :1]
    isSolid = np.abs(np.linalg.det(edges)) > 1.0
    edges, origins = edges[isSolid], corners[isSolid, 0]
    offsets = np.linalg.solve(2.0 * edges, np.sum(edges * edges, axis=2)[..., None])[..., 0]
    radii = np.linalg.norm(offsets, axis=1)
    plausible = (radii > RADIUS_RANGE_MM[0]) & (radii < RADIUS_RANGE_MM[1])
    return (origins + offsets)[plausible], radii[plausible]


def _costs(points, centers, radii, toleranceMm: float) -> tuple[np.ndarray, np.ndarray]:
    # |p - c|^2 by one matrix product is several times faster than the differences themselves.
    squared = (np.sum(points * points, axis=1)[None, :] - 2.0 * centers @ points.T
               + np.sum(centers * centers, axis=1)[:, None])
    residuals = np.abs(np.sqrt(np.maximum(squared, 0.0)) - radii[:, None])
    costs = np.mean(np.minimum(residuals, toleranceMm) ** 2, axis=1)
    return costs, np.mean(residuals < toleranceMm, axis=1)
