"""Rigid alignment of two images at given points by Gauss-Newton steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .correlation import Match, matchBrightness
from .rigid import applyTo, inverseOf, rigidMatrix
from .smoothed import SmoothedImage

MAXIMUM_STEPS = 25
CONVERGENCE_MM = 0.002
# After these steps the scale of the residuals is kept, so that the weights settle.
FREE_STEPS = 5
SMALLEST_SHARE_INSIDE = 0.5


@dataclass(frozen=True, eq=False)
class Alignment:
    """Result of aligning two images.

    :param baselineToFollowup: 4x4 in RAS, mm.
    :param match: fit of the brightness at the points.
    :param jacobian: change of the baseline's brightness with turn (radians) and shift (mm) at each point (n, 6).
    :param shareInside: share of the points that lie within the follow-up's image.
    """

    baselineToFollowup: np.ndarray
    match: Match
    jacobian: np.ndarray
    shareInside: float

    @property
    def likeness(self) -> float:
        """What tells the better of two alignments: correlation, less where the femur leaves the image."""
        return self.match.correlation * self.shareInside


def alignImages(fixed: SmoothedImage, moving: SmoothedImage, points: np.ndarray, center: np.ndarray,
                start: np.ndarray) -> Alignment:
    """Maximize the robust correlation of two images over rigid transforms.

    The inverse-compositional form of Baker and Matthews (2004): the baseline's gradients are computed once, and each
    step is a weighted least-squares fit, so that the result does not depend on step lengths, threads or chance.

    :param fixed: baseline.
    :param moving: follow-up.
    :param points: of the baseline (n, 3), RAS in mm.
    :param center: of the turns, RAS in mm.
    :param start: 4x4 from baseline to follow-up.
    """
    values, _ = fixed.valuesAt(points)
    offsets = points - center
    gradients = fixed.gradientsAt(points)
    jacobian = np.hstack([np.cross(offsets, gradients), gradients])
    lever = float(np.sqrt(np.mean(np.sum(offsets ** 2, axis=1))))
    transform, scale = start, None
    for step in range(MAXIMUM_STEPS):
        match = matchBrightness(values, *moving.valuesAt(applyTo(transform, points)), offsets, scale)
        scale = match.scale if step >= FREE_STEPS else None
        increment = _leastSquares(jacobian, match)
        transform = transform @ inverseOf(rigidMatrix(increment[:3], increment[3:], center))
        if max(lever * np.max(np.abs(increment[:3])), np.max(np.abs(increment[3:]))) < CONVERGENCE_MM:
            break
    followupValues, inside = moving.valuesAt(applyTo(transform, points))
    match = matchBrightness(values, followupValues, inside, offsets, scale)
    return Alignment(transform, match, jacobian, float(np.mean(inside)))


def _leastSquares(jacobian: np.ndarray, match: Match) -> np.ndarray:
    normal = normalMatrix(jacobian, match.weights)
    gradient = np.einsum("ni,n->i", jacobian, match.weights * match.residuals)
    return np.linalg.lstsq(normal, gradient, rcond=1e-10)[0]


def normalMatrix(jacobian: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """6x6 matrix of the normal equations (einsum: the same digits for any number of threads)."""
    return np.einsum("ni,nj->ij", jacobian * weights[:, None], jacobian)
