"""Where the alignment starts: the two spheres' centers, and the turn that matches best of a grid of turns."""

from __future__ import annotations

from itertools import product

import numpy as np

from .correlation import correlation
from .refine import alignImages
from .rigid import applyTo, rigidMatrix
from .smoothed import SmoothedImage

TURNS_DEGREES = (-21.0, -14.0, -7.0, 0.0, 7.0, 14.0, 21.0)
START_COUNT, APART_DEGREES = 3, 8.0
POINT_COUNT, SEED = 1500, 20_261


def startTransform(fixed: SmoothedImage, moving: SmoothedImage, points: np.ndarray, centers) -> np.ndarray:
    """Find a start within reach of the alignment.

    :param fixed: baseline, blurred by several mm.
    :param moving: follow-up, likewise.
    :param points: of the baseline (n, 3), RAS in mm.
    :param centers: centers of the head in baseline and follow-up, RAS in mm.
    :return: 4x4 from baseline to follow-up, the best of the alignments from the best three turns.
    """
    if len(points) > POINT_COUNT:
        points = points[np.random.default_rng(SEED).choice(len(points), POINT_COUNT, replace=False)]
    alignments = [alignImages(fixed, moving, points, centers[0], start)
                  for start in _bestTurns(fixed, moving, points, centers)]
    return max(alignments, key=lambda alignment: alignment.match.correlation).baselineToFollowup


def _bestTurns(fixed, moving, points, centers) -> list[np.ndarray]:
    baselineCenter, followupCenter = (np.asarray(center, dtype=float) for center in centers)
    values, _ = fixed.valuesAt(points)
    scored = []
    for turn in product(np.radians(TURNS_DEGREES), repeat=3):
        matrix = rigidMatrix(turn, followupCenter - baselineCenter, baselineCenter)
        moved, inside = moving.valuesAt(applyTo(matrix, points))
        # Without sign: a sequence with inverted contrast correlates negatively.
        likeness = abs(correlation(values, moved, inside.astype(float))) * float(np.mean(inside))
        scored.append((likeness, turn, matrix))
    scored.sort(key=lambda entry: -entry[0])
    chosen: list = []
    for entry in scored:
        apart = all(np.linalg.norm(np.subtract(entry[1], other[1])) > np.radians(APART_DEGREES) for other in chosen)
        if apart and len(chosen) < START_COUNT:
            chosen.append(entry)
    return [matrix for _, _, matrix in chosen]
