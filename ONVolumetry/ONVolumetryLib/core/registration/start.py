"""Where the alignment starts: the two spheres' centers, and the turn that matches best of a grid of turns."""

from __future__ import annotations

from itertools import product

import numpy as np

from .correlation import correlation
from .refine import alignImages
from .rigid import applyTo, inverseOf, rigidMatrix, rotationDegrees
from .smoothed import SmoothedImage

TURNS_DEGREES = (-21.0, -14.0, -7.0, 0.0, 7.0, 14.0, 21.0)
START_COUNT, APART_DEGREES = 3, 8.0
NEARBY_DEGREES, DISTINCT_DEGREES = 6.0, 1.0
POINT_COUNT, SEED = 1500, 20_261


def startTransform(fixed: SmoothedImage, moving: SmoothedImage, points: np.ndarray, centers) -> np.ndarray:
    """Find a start from the centers of the head.

    :param fixed: baseline, blurred by several mm.
    :param moving: follow-up, likewise.
    :param points: of the baseline (n, 3), RAS in mm.
    :param centers: centers of the head in baseline and follow-up, RAS in mm.
    :return: 4x4 from baseline to follow-up, the best of the alignments from the best turns.
    """
    points = _someOf(points)
    return _ranked(fixed, moving, points, centers[0], _bestTurns(fixed, moving, points, centers))[0]


def nearbyStarts(fixed: SmoothedImage, moving: SmoothedImage, points: np.ndarray, center: np.ndarray,
                 start: np.ndarray) -> list[np.ndarray]:
    """Look for better matches some degrees around a start, in finer images.

    Where the femur has turned in its socket, blurred images match nearly as well with the pelvis laid on the pelvis,
    and what lies far from the head is then taken for changed tissue.

    :param fixed: baseline, blurred a little.
    :param moving: follow-up, likewise.
    :param center: of the head at baseline.
    :param start: 4x4 from baseline to follow-up.
    :return: the best alignments that are really different, the best first.
    """
    turns = np.array([turn for turn in product((-1.0, 0.0, 1.0), repeat=3) if np.count_nonzero(turn) != 2])
    turns = np.radians(NEARBY_DEGREES) * turns / np.maximum(np.linalg.norm(turns, axis=1), 1.0)[:, None]
    starts = [start @ rigidMatrix(turn, np.zeros(3), center) for turn in turns]
    distinct: list[np.ndarray] = []
    for candidate in _ranked(fixed, moving, _someOf(points), center, starts):
        isNew = all(rotationDegrees(inverseOf(other) @ candidate) > DISTINCT_DEGREES for other in distinct)
        if isNew and len(distinct) < START_COUNT:
            distinct.append(candidate)
    return distinct


def _someOf(points: np.ndarray) -> np.ndarray:
    if len(points) <= POINT_COUNT:
        return points
    return points[np.random.default_rng(SEED).choice(len(points), POINT_COUNT, replace=False)]


def _ranked(fixed, moving, points, center, starts) -> list[np.ndarray]:
    """Where the alignments from the starts end, the best first."""
    alignments = [alignImages(fixed, moving, points, center, start) for start in starts]
    alignments.sort(key=lambda alignment: -alignment.likeness)
    return [alignment.baselineToFollowup for alignment in alignments]


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
